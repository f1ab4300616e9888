//! PostgreSQL: its connections, how long anything may take on them, and how the server that takes
//! writes is found again after another was promoted.
//!
//! What a connection must know it is told when it begins (`options` of the protocol's start-up
//! message), never by `set`: a pooler that lends connections out by the transaction would lose it,
//! or hand it to somebody else. On the way a packet may vanish without a word, so the server's
//! limits are not enough: whoever waits here gives up a little later than the server would.

mod address;

use super::{DbError, Fault};
use address::Address;
use sqlx::migrate::{Migration, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, Error, Postgres, Row};
use std::future::Future;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// How long a request waits for a connection, at most, whatever goes wrong with those it gets.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// Between two tries to get one.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a server may take to say whether it takes writes, when it is asked for that alone.
const PROBE_MAX: Duration = Duration::from_secs(2);
/// How long a connection that should be free may take to begin a transaction, or to end one.
const TURN_MAX: Duration = Duration::from_secs(5);
/// A connection used so lately is not asked again whether it is alive.
const FRESH_MAX: Duration = Duration::from_secs(1);
/// Statements kept prepared on a connection, by name: all there are.
const STATEMENTS_MAX: usize = 512;

/// A transaction that reads sees one moment of the database from its first statement to its last.
pub(super) const READ: &str = "begin isolation level repeatable read read only";
/// A transaction that writes waits for rows that others hold, and then sees what they wrote.
pub(super) const WRITE: &str = "begin";

/// Who waits for the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// People and phones: nothing takes long.
    Serving,
    /// The operator at the command line: whatever it takes.
    Working,
}

/// Connections to the server that takes writes, wherever it is.
#[derive(Clone, Debug)]
pub struct Pool {
    pool: PgPool,
    link: Arc<Link>,
}

#[derive(Debug)]
struct Link {
    /// One, or those among which the primary moves.
    servers: Vec<PgConnectOptions>,
    /// An answer that takes longer does not come.
    answer_max: Option<Duration>,
    /// Connections made before this lead to where nobody writes any more.
    renewed: Mutex<Instant>,
    /// Somebody could not write: look where the primary is.
    trouble: Notify,
}

impl Deref for Pool {
    type Target = PgPool;

    fn deref(&self) -> &PgPool {
        &self.pool
    }
}

impl Pool {
    /// Connects to the one of these servers that takes writes, and stays with whoever does.
    pub async fn open(url: &str, patience: Patience) -> Result<Self, Error> {
        let address = Address::parse(url, patience)?;
        let (servers, first) = meet(&address).await?;
        let link = Arc::new(Link {
            answer_max: address.answer_max,
            servers,
            renewed: Mutex::new(Instant::now()),
            trouble: Notify::new(),
        });
        let options = link.servers[first].clone();
        let pool = options_of_pool(&link, address.connections_max).connect_lazy_with(options);
        let it = Self { pool, link };
        if it.link.servers.len() > 1 {
            it.keep_looking();
        }
        Ok(it)
    }

    /// The same database on connections of its own, whose commits do not wait for the disk.
    pub async fn in_haste(&self, connections_max: u32) -> Result<Self, Error> {
        let options = self.pool.connect_options().as_ref().clone();
        let options = options.options([("synchronous_commit", "off")]);
        let pool = options_of_pool(&self.link, connections_max);
        Ok(Self {
            pool: pool.connect_with(options).await?,
            link: self.link.clone(),
        })
    }

    /// Brings the tables up to this version, on a connection on which nothing has a limit. One
    /// server of several does it, under an advisory lock; where there is nothing to do none is
    /// taken, so that an engine without such locks serves once `cueillette migrate` was run.
    pub async fn migrate(&self, to: &Migrator) -> Result<(), DbError> {
        let options = address::without_limits(&self.pool.connect_options());
        let mut conn = PgConnection::connect_with(&options).await?;
        if !is_migrated(&mut conn, to).await {
            to.run(&mut conn).await?;
        }
        Ok(conn.close().await?)
    }

    /// Begins a transaction. Nothing was asked yet, so a link that turns out broken is replaced by
    /// another until it is time to give up.
    pub async fn begin(&self, how: &'static str) -> Result<PgTx, Error> {
        let deadline = Instant::now() + WAIT_MAX;
        loop {
            let wrong = match self.try_begin(how).await {
                Ok(tx) => return Ok(tx),
                Err(wrong) => wrong,
            };
            self.link.trouble.notify_one();
            if Fault::of(&wrong) != Fault::Lost || Instant::now() + PAUSE > deadline {
                return Err(wrong);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn try_begin(&self, how: &'static str) -> Result<PgTx, Error> {
        let mut conn = self.a_connection().await?;
        let begin = sqlx::raw_sql(how).execute(&mut *conn);
        if let Err(wrong) = within(Some(TURN_MAX), begin).await {
            conn.close_on_drop();
            return Err(wrong);
        }
        Ok(PgTx {
            conn: Some(conn),
            link: self.link.clone(),
            state: State::Open,
        })
    }

    /// One that is free. Who waits long has the others looked at: this one may hang for good.
    async fn a_connection(&self) -> Result<PoolConnection<Postgres>, Error> {
        let mut acquired = std::pin::pin!(self.pool.acquire());
        tokio::select! {
            it = &mut acquired => return it,
            () = tokio::time::sleep(PROBE_MAX) => self.link.trouble.notify_one(),
        }
        acquired.await
    }

    /// Looks for the primary whenever somebody could not write, until the pool closes.
    fn keep_looking(&self) {
        let it = self.clone();
        tokio::spawn(async move {
            let mut closing = it.pool.close_event();
            closing
                .do_until(async {
                    loop {
                        it.link.trouble.notified().await;
                        it.look().await;
                        tokio::time::sleep(PAUSE).await;
                    }
                })
                .await
        });
    }

    async fn look(&self) {
        let Ok(found) = writable(&self.link.servers).await else {
            // Nobody yet: a promotion is under way, or the link is cut.
            self.link.trouble.notify_one();
            return;
        };
        let new = &self.link.servers[found];
        let old = self.pool.connect_options();
        if name_of(&old) != name_of(new) {
            tracing::warn!(from = name_of(&old), to = name_of(new), "the primary moved");
            self.pool.set_connect_options(new.clone());
            self.link.renew();
        }
    }
}

/// How the connections of a pool are looked at when they begin and before they are used again.
fn options_of_pool(link: &Arc<Link>, connections_max: u32) -> PgPoolOptions {
    let (at_begin, at_use) = (link.clone(), link.clone());
    PgPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(WAIT_MAX)
        // Ours, with a limit of time: the pool's own would wait for ever on a link gone silent.
        .test_before_acquire(false)
        .after_connect(move |conn, _| {
            let link = at_begin.clone();
            Box::pin(async move {
                if within(Some(PROBE_MAX), takes_writes(conn)).await? {
                    return Ok(());
                }
                link.trouble.notify_one();
                Err(only_reads())
            })
        })
        .before_acquire(move |conn, about| {
            let link = at_use.clone();
            Box::pin(async move {
                if about.age > link.since_renewed() {
                    return Ok(false);
                }
                if about.idle_for > FRESH_MAX {
                    within(Some(PROBE_MAX), conn.ping()).await?;
                }
                Ok(true)
            })
        })
}

impl Link {
    /// What was connected before now is not used again.
    fn renew(&self) {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn since_renewed(&self) -> Duration {
        let renewed = self.renewed.lock();
        renewed.unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

/// Where a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// A statement failed: there is nothing to commit.
    Failed,
    /// The link is of no more use.
    Lost,
    Ended,
}

/// A transaction; rolled back when dropped.
#[derive(Debug)]
pub struct PgTx {
    /// There until the transaction is dropped.
    conn: Option<PoolConnection<Postgres>>,
    link: Arc<Link>,
    state: State,
}

impl PgTx {
    /// What to ask the database through, and for how long to wait for an answer: [`within`].
    pub(super) fn line(&mut self) -> Result<(&mut PgConnection, Option<Duration>), Error> {
        let conn = self.conn.as_mut().ok_or(Error::PoolClosed)?;
        Ok((&mut **conn, self.link.answer_max))
    }

    /// The answer, once this transaction knows what it means for it.
    pub(super) fn heed<T>(&mut self, answer: Result<T, Error>) -> Result<T, Error> {
        let wrong = match answer {
            Ok(it) => return Ok(it),
            Err(wrong) => wrong,
        };
        self.state = State::Failed;
        if Fault::of(&wrong) == Fault::Lost {
            self.state = State::Lost;
            // Of a link that broke, others may be whole. One to a server that only reads is like
            // all that were made when it was.
            if is_read_only(&wrong) {
                self.link.renew();
            }
            self.link.trouble.notify_one();
        }
        Err(wrong)
    }

    /// Makes it durable. PostgreSQL answers a commit after a failed statement by a rollback that
    /// looks like success: here it is none.
    pub(super) async fn commit(mut self) -> Result<(), Error> {
        if self.state != State::Open {
            return Err(Error::Protocol("commit after a failed statement".into()));
        }
        let (conn, limit) = self.line()?;
        let answer = within(limit, sqlx::raw_sql("commit").execute(conn)).await;
        self.heed(answer)?;
        self.state = State::Ended;
        Ok(())
    }
}

impl Drop for PgTx {
    /// Rolls back, beside. What was under way on a connection that hangs would keep its place in
    /// the pool for ever, so such a one is left behind after a while.
    fn drop(&mut self) {
        let Some(mut conn) = self.conn.take() else {
            return;
        };
        let runtime = tokio::runtime::Handle::try_current();
        match (self.state, runtime) {
            (State::Ended, _) => {}
            (State::Open | State::Failed, Ok(runtime)) => {
                runtime.spawn(async move {
                    let rollback = sqlx::raw_sql("rollback").execute(&mut *conn);
                    if within(Some(TURN_MAX), rollback).await.is_err() {
                        conn.close_on_drop();
                    }
                });
            }
            _ => conn.close_on_drop(),
        }
    }
}

/// The same, or an error of the link when it takes longer.
pub(super) async fn within<T>(
    limit: Option<Duration>,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    match limit {
        None => answer.await,
        Some(limit) => match tokio::time::timeout(limit, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Io(std::io::Error::new(
                std::io::ErrorKind::TimedOut,
                "no answer from the database",
            ))),
        },
    }
}

/// Is everything applied, as it is known here, and nothing else?
async fn is_migrated(conn: &mut PgConnection, to: &Migrator) -> bool {
    let query = sqlx::query_as("select version, checksum, success from _sqlx_migrations");
    let rows: Result<Vec<(i64, Vec<u8>, bool)>, Error> = query.fetch_all(conn).await;
    rows.is_ok_and(|rows| {
        let is_here = |known: &Migration| {
            let same = |(version, checksum, success): &(i64, Vec<u8>, bool)| {
                *version == known.version && *checksum == *known.checksum && *success
            };
            rows.iter().any(same)
        };
        rows.len() == to.iter().count() && to.iter().all(is_here)
    })
}

/// Does this server take writes? Every engine that speaks PostgreSQL's protocol can say so, a
/// standby among them.
async fn takes_writes(conn: &mut PgConnection) -> Result<bool, Error> {
    let asked = sqlx::raw_sql("show transaction_read_only");
    let row = asked.fetch_one(conn).await?;
    let said: String = row.try_get(0)?;
    Ok(said == "off")
}

async fn probe(server: &PgConnectOptions) -> Result<(), Error> {
    let asked = async {
        let mut conn = PgConnection::connect_with(server).await?;
        let answer = takes_writes(&mut conn).await;
        _ = conn.close().await;
        answer
    };
    match within(Some(PROBE_MAX), asked).await? {
        true => Ok(()),
        false => Err(only_reads()),
    }
}

fn only_reads() -> Error {
    let text = "the database server only reads (a standby?)";
    Error::Io(std::io::Error::new(
        std::io::ErrorKind::ReadOnlyFilesystem,
        text,
    ))
}

fn is_read_only(wrong: &Error) -> bool {
    let code = wrong.as_database_error().and_then(|it| it.code());
    code.as_deref() == Some("25006")
}

/// The number of the first server that says it takes writes; asked all at once, since one that is
/// gone may not even say so. The error is of the first one asked.
async fn writable(servers: &[PgConnectOptions]) -> Result<usize, Error> {
    let mut asked = JoinSet::new();
    for (n, server) in servers.iter().enumerate() {
        let server = server.clone();
        asked.spawn(async move { (n, probe(&server).await) });
    }
    let mut wrong: Option<(usize, Error)> = None;
    while let Some(Ok((n, answer))) = asked.join_next().await {
        match answer {
            Ok(()) => return Ok(n),
            Err(it) if wrong.as_ref().is_none_or(|(first, _)| n < *first) => wrong = Some((n, it)),
            Err(_) => {}
        }
    }
    Err(wrong.map_or(Error::PoolTimedOut, |(_, it)| it))
}

/// Finds the primary for the first time: the servers as they are to be connected to, and which.
/// Servers that are starting are waited for; a mistake in the address is told at once.
async fn meet(address: &Address) -> Result<(Vec<PgConnectOptions>, usize), Error> {
    let deadline = Instant::now() + WAIT_MAX;
    let mut told = address::Told::Everything;
    loop {
        let servers = address.servers(told);
        let wrong = match writable(&servers).await {
            Ok(found) => return Ok((servers, found)),
            Err(wrong) => wrong,
        };
        if let Some(less) = told.less(&wrong) {
            tracing::warn!(cause = %wrong, "what stands between does not take every setting");
            told = less;
            continue;
        }
        let passes = matches!(Fault::of(&wrong), Fault::Lost | Fault::Away);
        if !passes || Instant::now() + PAUSE > deadline {
            return Err(wrong);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// `host:port`, for the log.
fn name_of(server: &PgConnectOptions) -> String {
    format!("{}:{}", server.get_host(), server.get_port())
}
