//! SQLite: a few connections that read, and one that writes.
//!
//! A commit waits for the disk, and the disk is as long about many as about one. So short writings
//! that come at the same time share a commit: they are a *group*, each a savepoint of one
//! transaction, and each is told « done » only once that transaction is durable. Whoever finishes
//! hands the open transaction on to whoever waits; when nobody waits, the group is committed at
//! once, so that somebody alone never waits for others.
//!
//! Beginning, committing and rolling back run as tasks of their own: a request that is given up
//! half way leaves none of them half done. In any doubt the writing connection is closed: SQLite
//! takes back all that was not committed, and nobody of the group is told otherwise.

use super::{DbError, WAIT_MAX};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, Sqlite, SqliteConnection, Transaction};
use std::future::Future;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio::time::timeout;

/// Connections that only read.
const READERS_MAX: u32 = 4;
/// Writings that share a commit at most.
const GROUP_MEMBERS_MAX: usize = 128;
/// How long a group takes in others: what the first of them waits longer than alone.
const GROUP_AGE_MAX: Duration = Duration::from_millis(50);
/// After so long a member looks after its group itself, should the one it was handed to have gone.
const GROUP_PATIENCE: Duration = Duration::from_secs(1);

/// What became of a group; nothing yet at first.
type Outcome = Option<Result<(), Arc<sqlx::Error>>>;

/// A file, open.
#[derive(Clone, Debug)]
pub struct SqliteFile {
    writer: Arc<Writer>,
    /// They never block on the writer (WAL).
    readers: SqlitePool,
}

/// One transaction, or one look.
#[derive(Debug)]
pub(super) enum SqliteTx {
    Reads(Transaction<'static, Sqlite>),
    Writes(Turn),
}

#[derive(Debug)]
struct Writer {
    /// In the order of coming: waiting here is fairer than in the file.
    desk: Arc<Mutex<Desk>>,
    /// How many wait for the desk who would go on with a group.
    in_line: AtomicUsize,
}

/// What the writers of this process share: one of them at a time.
#[derive(Debug)]
struct Desk {
    options: SqliteConnectOptions,
    /// None before the first, and after one that was left in doubt.
    connection: Option<SqliteConnection>,
    /// The transaction that is open although nobody is at the desk.
    group: Option<Group>,
    is_closed: bool,
}

#[derive(Debug)]
struct Group {
    since: Instant,
    /// Those that are done but for the commit.
    members: usize,
    outcome: watch::Sender<Outcome>,
}

/// How a writing commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Commit {
    /// By itself.
    Alone,
    /// With others, when there are any.
    InGroup,
}

/// One writing: the only one until it is committed or dropped.
#[derive(Debug)]
pub(super) struct Turn {
    writer: Arc<Writer>,
    commit: Commit,
    held: Option<Held>,
}

/// The desk and its connection. Dropped without being put back, the connection is closed.
#[derive(Debug)]
struct Held {
    desk: OwnedMutexGuard<Desk>,
    connection: SqliteConnection,
}

impl SqliteFile {
    /// `sqlite:PATH`, made when absent.
    pub(super) async fn open(url: &str) -> Result<Self, DbError> {
        // Durability before speed: a fact that was acknowledged survives a power cut.
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(WAIT_MAX)
            .pragma("secure_delete", "on");
        let readers = SqlitePoolOptions::new()
            .acquire_timeout(WAIT_MAX)
            .max_connections(READERS_MAX)
            .connect_lazy_with(options.clone());
        let writer = Arc::new(Writer::new(options));
        // The first is made now: a file that cannot be opened is told at once.
        writer.take().await?.put_back();
        Ok(Self { writer, readers })
    }

    /// Brings the tables up to this version.
    pub(super) async fn migrate(&self, by: &sqlx::migrate::Migrator) -> Result<(), DbError> {
        let mut held = self.writer.take_alone().await?;
        by.run(&mut held.connection).await?;
        held.put_back();
        Ok(())
    }

    /// Those that only read.
    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Is nobody writing?
    pub fn is_writer_idle(&self) -> bool {
        self.writer.desk.try_lock().is_ok()
    }

    /// The same file with a writer of its own, whose commits do not wait for the disk.
    pub async fn in_haste(&self) -> Result<Self, DbError> {
        let options = self.readers.connect_options().as_ref().clone();
        let writer = Writer::new(options.synchronous(SqliteSynchronous::Normal));
        Ok(Self {
            writer: Arc::new(writer),
            readers: self.readers.clone(),
        })
    }

    pub(super) async fn read(&self) -> Result<SqliteTx, DbError> {
        Ok(SqliteTx::Reads(self.readers.begin().await?))
    }

    /// Takes the write lock at once, so that nothing fails half way for want of it.
    pub(super) async fn write(&self, commit: Commit) -> Result<SqliteTx, DbError> {
        let writer = Arc::clone(&self.writer);
        let turn = to_the_end(writer.begin(commit)).await?;
        Ok(SqliteTx::Writes(turn))
    }

    /// Lets go of every connection, after the requests in flight.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.close_writer().await;
    }

    /// Lets go of the connection that writes.
    pub async fn close_writer(&self) {
        if let Ok(Held {
            mut desk,
            connection,
        }) = self.writer.take_alone().await
        {
            desk.is_closed = true;
            _ = connection.close().await;
        }
    }
}

impl SqliteTx {
    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, DbError> {
        match self {
            Self::Reads(tx) => Ok(tx),
            Self::Writes(turn) => {
                let held = turn.held.as_mut().map(|it| &mut it.connection);
                held.ok_or_else(|| sqlx::Error::WorkerCrashed.into())
            }
        }
    }

    pub(super) async fn commit(self) -> Result<(), DbError> {
        match self {
            Self::Reads(tx) => Ok(tx.commit().await?),
            Self::Writes(turn) => turn.commit().await,
        }
    }
}

impl Turn {
    /// Answers once it is durable.
    async fn commit(mut self) -> Result<(), DbError> {
        let held = self.held.take().ok_or(sqlx::Error::WorkerCrashed)?;
        let writer = Arc::clone(&self.writer);
        match self.commit {
            Commit::Alone => to_the_end(held.commit_alone()).await,
            Commit::InGroup => to_the_end(writer.commit_in_group(held)).await,
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(held) = self.held.take() else {
            return;
        };
        // Without a runtime nobody waits for the group any more: the connection is closed.
        if let Ok(runtime) = Handle::try_current() {
            let writer = Arc::clone(&self.writer);
            runtime.spawn(writer.roll_back(held, self.commit));
        }
    }
}

impl Writer {
    fn new(options: SqliteConnectOptions) -> Self {
        let desk = Desk {
            options,
            connection: None,
            group: None,
            is_closed: false,
        };
        Self {
            desk: Arc::new(Mutex::new(desk)),
            in_line: AtomicUsize::new(0),
        }
    }

    /// The desk, when it is free.
    async fn take(&self) -> Result<Held, DbError> {
        let desk = timeout(WAIT_MAX, Arc::clone(&self.desk).lock_owned()).await;
        let mut desk = desk.map_err(|_| sqlx::Error::PoolTimedOut)?;
        if desk.is_closed {
            return Err(sqlx::Error::PoolClosed.into());
        }
        let connection = match desk.connection.take() {
            Some(connection) => connection,
            None => {
                // It was left in doubt. Who is in the group hears so by the end of its channel.
                desk.group = None;
                SqliteConnection::connect_with(&desk.options).await?
            }
        };
        Ok(Held { desk, connection })
    }

    /// The desk, with no transaction open.
    async fn take_alone(&self) -> Result<Held, DbError> {
        loop {
            // When that commit fails, those of the group are told; it is nothing to who comes next.
            if let Ok(held) = self.take().await?.commit_group().await {
                return Ok(held);
            }
        }
    }

    async fn take_in_line(&self) -> Result<Held, DbError> {
        self.in_line.fetch_add(1, Ordering::SeqCst);
        let held = self.take().await;
        self.in_line.fetch_sub(1, Ordering::SeqCst);
        held
    }

    async fn begin(self: Arc<Self>, commit: Commit) -> Result<Turn, DbError> {
        let held = match commit {
            Commit::Alone => self.take_alone().await?.must("begin immediate").await?,
            Commit::InGroup => self.take_in_line().await?.join_group().await?,
        };
        Ok(Turn {
            writer: self,
            commit,
            held: Some(held),
        })
    }

    async fn commit_in_group(self: Arc<Self>, held: Held) -> Result<(), DbError> {
        let mut held = held.must("release member").await?;
        let group = held.desk.group.as_mut();
        let group = group.ok_or(sqlx::Error::WorkerCrashed)?;
        group.members += 1;
        let outcome = group.outcome.subscribe();
        self.hand_on(held).await;
        self.until_durable(outcome).await
    }

    /// Whoever waits goes on with the group; when nobody does, or it is full, it is committed.
    async fn hand_on(&self, held: Held) {
        let is_full = held.desk.group.as_ref().is_none_or(Group::is_full);
        let held = if is_full || self.in_line.load(Ordering::SeqCst) == 0 {
            held.commit_group().await
        } else {
            Ok(held)
        };
        // A commit that failed told the group.
        if let Ok(held) = held {
            held.put_back();
        }
    }

    async fn until_durable(&self, mut outcome: watch::Receiver<Outcome>) -> Result<(), DbError> {
        loop {
            let told = timeout(GROUP_PATIENCE, outcome.wait_for(Option::is_some)).await;
            match told.map(|told| told.map(|it| (*it).clone())) {
                Ok(Ok(Some(Err(error)))) => return Err(DbError::Shared(error)),
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(_)) => return Err(sqlx::Error::WorkerCrashed.into()),
                // Whoever waited for the desk gave up: nobody is left to commit.
                Err(_) => {
                    if let Ok(held) = self.take_alone().await {
                        held.put_back();
                    }
                }
            }
        }
    }

    async fn roll_back(self: Arc<Self>, held: Held, commit: Commit) {
        match commit {
            Commit::Alone => {
                if let Ok(held) = held.must("rollback").await {
                    held.put_back();
                }
            }
            Commit::InGroup => {
                if let Ok(held) = held.leave_group().await {
                    self.hand_on(held).await;
                }
            }
        }
    }
}

impl Group {
    fn new() -> Self {
        Self {
            since: Instant::now(),
            members: 0,
            outcome: watch::Sender::new(None),
        }
    }

    fn is_full(&self) -> bool {
        self.members >= GROUP_MEMBERS_MAX || self.since.elapsed() >= GROUP_AGE_MAX
    }
}

impl Held {
    fn put_back(mut self) {
        self.desk.connection = Some(self.connection);
    }

    /// Ends a transaction that nobody shares.
    async fn commit_alone(self) -> Result<(), DbError> {
        self.must("commit").await?.put_back();
        Ok(())
    }

    /// Runs a word of transactions, which must do what it says.
    async fn must(mut self, word: &'static str) -> Result<Self, DbError> {
        match sqlx::query(word).execute(&mut self.connection).await {
            Ok(_) => Ok(self),
            Err(error) => Err(self.give_up(error).await),
        }
    }

    /// Closes the connection: what was not committed is gone, and the group hears it.
    async fn give_up(mut self, error: sqlx::Error) -> DbError {
        _ = self.connection.close().await;
        let error = Arc::new(error);
        if let Some(group) = self.desk.group.take() {
            group.outcome.send_replace(Some(Err(Arc::clone(&error))));
        }
        DbError::Shared(error)
    }

    async fn join_group(self) -> Result<Self, DbError> {
        let mut held = self;
        if held.desk.group.is_none() {
            held = held.must("begin immediate").await?;
            held.desk.group = Some(Group::new());
        }
        held.must("savepoint member").await
    }

    async fn leave_group(self) -> Result<Self, DbError> {
        let held = self.must("rollback to member").await?;
        held.must("release member").await
    }

    /// Makes durable what is done, and says so to each.
    async fn commit_group(self) -> Result<Self, DbError> {
        if self.desk.group.is_none() {
            return Ok(self);
        }
        let mut held = self.must("commit").await?;
        if let Some(group) = held.desk.group.take() {
            group.outcome.send_replace(Some(Ok(())));
        }
        Ok(held)
    }
}

/// Lets it run to its end, even when nobody waits for it any more.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, DbError>> + Send + 'static,
) -> Result<T, DbError> {
    let done = tokio::spawn(work).await;
    done.unwrap_or_else(|_| Err(sqlx::Error::WorkerCrashed.into()))
}
