//! The limit of an engine: the same rows with their indexes and sums, in the same batches, on as
//! many connections, as durable, and nothing else. Statements are prepared once, a batch is one
//! transaction of two statements, and each row is thrown together before the clock starts.

use crate::history::postgres_rests;
use anyhow::{Context, Result};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqlSafeStr, SqlStr, SqliteConnection};
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Columns of a fact.
const COLUMNS: usize = 25;
/// Columns of a sum.
const SUM_COLUMNS: usize = 8;
/// One pickup of so many is « ici », where no site is: its point is sealed.
const HERE_EVERY: usize = 5;
/// Bytes of a sealed point, and of a keyed hash.
const SEALED_BYTES: usize = 96;
const MAC_BYTES: usize = 32;
/// Connections add to parts of their own, as phones do.
const PARTS: usize = 8;

/// How much is inserted where.
#[derive(Deserialize)]
pub struct Plan {
    /// `sqlite:PATH` or `postgres://…`, with the server's tables.
    url: String,
    programme: Uuid,
    outings: Vec<Uuid>,
    sites: Vec<Uuid>,
    /// SQLite has one writer, whatever is asked for.
    connections: usize,
    /// All together.
    batches: usize,
    facts_per_batch: usize,
}

/// What came of it.
#[derive(Serialize)]
pub struct Told {
    facts: usize,
    seconds: f64,
}

/// A row of `facts`, but for what is the same in all.
struct Row {
    id: Uuid,
    outing: Uuid,
    device: Uuid,
    seq: i64,
    site: Option<Uuid>,
    count: i64,
    sealed: Option<Vec<u8>>,
    mac: Vec<u8>,
}

/// The rows of one transaction, and what they add to the sums.
struct Batch {
    rows: Vec<Row>,
    sums: BTreeMap<Uuid, i64>,
    part: i64,
}

/// Inserts all of it.
pub async fn run(plan: Plan) -> Result<Told> {
    let facts = plan.batches * plan.facts_per_batch;
    let took = if plan.is_on_sqlite() {
        on_sqlite(&plan).await?
    } else {
        on_postgres(plan).await?
    };
    Ok(Told {
        facts,
        seconds: took.as_secs_f64(),
    })
}

/// What one batch is on either engine.
macro_rules! insert {
    ($conn:expr, $texts:expr, $plan:expr, $batch:expr, $begin:literal) => {{
        let (conn, batch): (_, Batch) = (&mut *$conn, $batch);
        sqlx::query($begin).execute(&mut *conn).await?;
        let mut query = sqlx::query($texts.facts.clone());
        let first = batch.rows.first().map(|it| it.outing);
        for row in batch.rows {
            query = query
                .bind($plan.programme)
                .bind(row.id)
                .bind(row.outing)
                .bind(row.device)
                .bind(row.seq)
                .bind("pickup")
                .bind($texts.now)
                .bind($texts.now)
                .bind("crew_phone")
                .bind(row.device)
                .bind(false)
                .bind(false)
                .bind(false)
                .bind(row.site)
                .bind(None::<Uuid>)
                .bind(None::<Uuid>)
                .bind("syringe")
                .bind("counted")
                .bind(row.count)
                .bind(None::<bool>)
                .bind("{}")
                .bind(row.sealed)
                .bind(row.mac)
                .bind(Some(0i64))
                .bind(None::<Uuid>);
        }
        query.execute(&mut *conn).await?;
        let mut query = sqlx::query($texts.sums(batch.sums.len()));
        for (site, total) in batch.sums {
            query = query
                .bind($plan.programme)
                .bind(first)
                .bind("pickup")
                .bind(site)
                .bind("syringe")
                .bind("counted")
                .bind(batch.part)
                .bind(total);
        }
        query.execute(&mut *conn).await?;
        sqlx::query("commit").execute(&mut *conn).await?;
    }};
}

/// SQLite has one writer: nobody is quicker than one connection that never stops.
async fn on_sqlite(plan: &Plan) -> Result<Duration> {
    // As the server opens it.
    let options = SqliteConnectOptions::from_str(&plan.url)?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .pragma("secure_delete", "on");
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let texts = Texts::of(plan);
    let batches: Vec<Batch> = (0..plan.batches).map(|n| plan.batch(n, 0)).collect();
    let start = Instant::now();
    for batch in batches {
        insert!(&mut conn, texts, plan, batch, "begin immediate");
    }
    let took = start.elapsed();
    conn.close().await?;
    Ok(took)
}

async fn on_postgres(plan: Plan) -> Result<Duration> {
    let plan = Arc::new(plan);
    let texts = Arc::new(Texts::of(&plan));
    let barrier = Arc::new(Barrier::new(plan.connections + 1));
    let mut tasks = JoinSet::new();
    for n in 0..plan.connections {
        let (plan, texts, barrier) = (plan.clone(), texts.clone(), barrier.clone());
        tasks.spawn(async move {
            let mut conn = PgConnection::connect(&plan.url).await?;
            let mine = (n..plan.batches).step_by(plan.connections);
            let mine: Vec<Batch> = mine.map(|it| plan.batch(it, n)).collect();
            barrier.wait().await;
            for batch in mine {
                insert!(&mut conn, texts, plan, batch, "begin");
            }
            anyhow::Ok(conn.close().await?)
        });
    }
    barrier.wait().await;
    let start = Instant::now();
    while let Some(done) = tasks.join_next().await {
        done.context("a connection broke")??;
    }
    let took = start.elapsed();
    // What comes next begins as this did: nothing is left to write or to clean up behind it.
    postgres_rests(&plan.url).await?;
    Ok(took)
}

impl Plan {
    fn is_on_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    fn batch(&self, n: usize, connection: usize) -> Batch {
        let mut rng = rand::rng();
        let mut bytes = |count: usize| {
            let mut bytes = vec![0; count];
            rng.fill_bytes(&mut bytes);
            bytes
        };
        let outing = self.outings[connection % self.outings.len()];
        let device = Uuid::from_u128(1 + connection as u128);
        let mut sums = BTreeMap::new();
        let mut rows = Vec::with_capacity(self.facts_per_batch);
        for of in 0..self.facts_per_batch {
            let nth = n * self.facts_per_batch + of;
            let is_here = of.is_multiple_of(HERE_EVERY) || self.sites.is_empty();
            let site = (!is_here).then(|| self.sites[nth / 7 % self.sites.len()]);
            let count = 1 + nth as i64 % 9;
            *sums.entry(site.unwrap_or_default()).or_default() += count;
            rows.push(Row {
                id: Uuid::now_v7(),
                outing,
                device,
                seq: nth as i64,
                site,
                count,
                sealed: is_here.then(|| bytes(SEALED_BYTES)),
                mac: bytes(MAC_BYTES),
            });
        }
        let part = connection / self.outings.len() % PARTS;
        Batch {
            rows,
            sums,
            part: part as i64,
        }
    }
}

/// The two statements of a batch.
struct Texts {
    facts: SqlStr,
    sums: Vec<SqlStr>,
    now: i64,
}

impl Texts {
    fn of(plan: &Plan) -> Self {
        let facts = format!(
            "insert into facts (programme_id, id, outing_id, device_id, seq, kind, recorded_at,
               received_at, sender_role, sender_id, early, late, time_to_check, site_id, peer_id,
               target_id, item, method, count, present, data, sealed, content_mac,
               sender_ahead_ms, handed_in_by)
             values {} on conflict (programme_id, id) do nothing",
            rows(plan, plan.facts_per_batch, COLUMNS)
        );
        let sums = (0..=plan.sites.len() + 1).map(|count| {
            let text = format!(
                "insert into outing_sums (programme_id, outing_id, kind, site_id, item, method,
                   part, total)
                 values {} on conflict (programme_id, outing_id, kind, site_id, item, method, part)
                 do update set total = outing_sums.total + excluded.total",
                rows(plan, count, SUM_COLUMNS)
            );
            AssertSqlSafe(text).into_sql_str()
        });
        let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        Self {
            facts: AssertSqlSafe(facts).into_sql_str(),
            sums: sums.collect(),
            now: i64::try_from(since.as_millis()).unwrap_or_default(),
        }
    }

    fn sums(&self, count: usize) -> SqlStr {
        self.sums[count].clone()
    }
}

/// `($1, $2), ($3, $4)`; without numbers on SQLite, which looks for them by name.
fn rows(plan: &Plan, count: usize, columns: usize) -> String {
    let value = |n: usize| {
        if plan.is_on_sqlite() {
            "?".to_owned()
        } else {
            format!("${n}")
        }
    };
    let row = |n: usize| {
        let values = n * columns + 1..=(n + 1) * columns;
        let values: Vec<String> = values.map(value).collect();
        format!("({})", values.join(", "))
    };
    let rows: Vec<String> = (0..count).map(row).collect();
    rows.join(", ")
}
