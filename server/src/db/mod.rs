//! The two engines behind one door: SQLite in a file, or PostgreSQL.
//!
//! One SQL text with `$N` placeholders runs on both (constants in the `store.rs` files). Typed
//! pools, not `sqlx::Any`: that one knows no uuid and fails on booleans. A [`Tx`] is the only way
//! to the data, so that what a handler reads is one consistent picture.

mod arg;
mod query;

pub use arg::Arg;
pub use query::{AMONG_MAX, Row, Sql, sql};

use crate::sites::kept;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Postgres, Sqlite, Transaction};
use std::str::FromStr;
use std::time::Duration;

/// Connections that only read, on SQLite.
const SQLITE_READERS_MAX: u32 = 4;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS_MAX: u32 = 16;
/// How long a request waits for a connection or for SQLite's one writer.
const WAIT_MAX: Duration = Duration::from_secs(10);

static SQLITE_MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// What can go wrong with the database, for the edge to log once.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The engine said no.
    #[error("database: {0}")]
    Engine(#[from] sqlx::Error),
    /// The migrations do not fit this database.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A row held what this version cannot read.
    #[error("unreadable row: {0}")]
    Unreadable(String),
}

/// One database.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file: one writer, a few readers.
    Sqlite {
        /// One connection: SQLite has one writer, and waiting in the pool is fairer than in the file.
        writer: SqlitePool,
        /// They never block on the writer (WAL).
        readers: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

/// One transaction; rolled back when dropped without [`Tx::commit`].
#[derive(Debug)]
pub struct Tx {
    on: On,
    /// What it touched of what is kept about sites: settled before it commits, so that no writer
    /// can forget it.
    pub touched: kept::Touched,
}

/// The engine that a transaction is on.
#[derive(Debug)]
enum On {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// `sqlite:PATH` (made when absent) or `postgres://…`.
    pub async fn open(url: &str) -> Result<Self, DbError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url)?;
            let pool = PgPoolOptions::new()
                .max_connections(POSTGRES_CONNECTIONS_MAX)
                .acquire_timeout(WAIT_MAX)
                .connect_with(options)
                .await?;
            return Ok(Self::Postgres(pool));
        }
        // Durability before speed: a fact that was acknowledged survives a power cut.
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(WAIT_MAX)
            .pragma("secure_delete", "on");
        let pool = SqlitePoolOptions::new().acquire_timeout(WAIT_MAX);
        let writer = pool.clone().max_connections(1);
        let writer = writer.connect_with(options.clone()).await?;
        let readers = pool.max_connections(SQLITE_READERS_MAX);
        let readers = readers.connect_lazy_with(options);
        Ok(Self::Sqlite { writer, readers })
    }

    /// Brings the tables up to this version. Applied migrations never change.
    pub async fn migrate(&self) -> Result<(), DbError> {
        match self {
            Self::Sqlite { writer, .. } => SQLITE_MIGRATIONS.run(writer).await?,
            Self::Postgres(pool) => POSTGRES_MIGRATIONS.run(pool).await?,
        }
        kept::build_missing(self).await
    }

    /// Lets the engine count the rows of the large tables, so that it finds short ways to them:
    /// for when many came in at once, and once a day.
    pub async fn learn(&self) -> Result<(), DbError> {
        const LARGE: [&str; 7] = [
            "analyze sites",
            "analyze site_visits",
            "analyze outings",
            "analyze outing_sites",
            "analyze facts",
            "analyze here_decisions",
            "analyze data_keys",
        ];
        let mut tx = self.write().await?;
        for table in LARGE {
            sql(table).run(&mut tx).await?;
        }
        tx.commit().await
    }

    /// A transaction that reads.
    pub async fn read(&self) -> Result<Tx, DbError> {
        Ok(Tx::new(match self {
            Self::Sqlite { readers, .. } => On::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => {
                const SNAPSHOT: &str = "begin isolation level repeatable read read only";
                On::Postgres(pool.begin_with(SNAPSHOT).await?)
            }
        }))
    }

    /// A transaction that writes. On SQLite it takes the write lock at once, so that it cannot
    /// fail half way for want of it.
    pub async fn write(&self) -> Result<Tx, DbError> {
        Ok(Tx::new(match self {
            Self::Sqlite { writer, .. } => On::Sqlite(writer.begin_with("begin immediate").await?),
            Self::Postgres(pool) => On::Postgres(pool.begin().await?),
        }))
    }

    /// Is it reachable, and migrated?
    pub async fn is_ready(&self) -> bool {
        let Ok(mut tx) = self.read().await else {
            return false;
        };
        let newest = SQLITE_MIGRATIONS.iter().map(|it| it.version).max();
        sql("select version from _sqlx_migrations order by version desc limit 1")
            .maybe::<(i64,)>(&mut tx)
            .await
            .is_ok_and(|row| row.map(|(version,)| version) == newest)
    }

    /// Lets go of every connection, after the requests in flight.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    fn new(on: On) -> Self {
        Self {
            on,
            touched: kept::Touched::default(),
        }
    }

    /// Makes it durable, with what is kept about the sites it touched.
    pub async fn commit(mut self) -> Result<(), DbError> {
        kept::settle(&mut self).await?;
        match self.on {
            On::Sqlite(tx) => tx.commit().await?,
            On::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_engines_have_migrations_with_the_same_numbers_and_names() {
        let list = |migrator: &sqlx::migrate::Migrator| {
            let all = migrator.iter();
            all.map(|it| (it.version, it.description.to_string()))
                .collect::<Vec<_>>()
        };
        assert_eq!(list(&SQLITE_MIGRATIONS), list(&POSTGRES_MIGRATIONS));
        assert!(!list(&SQLITE_MIGRATIONS).is_empty());
    }

    #[test]
    fn both_engines_get_the_same_tables_but_for_the_names_of_types() {
        let as_sqlite = |text: &str| {
            text.replace("double precision", "real")
                .replace(" bytea", " blob")
                .replace(" uuid", " blob")
        };
        let mut compared = 0;
        for (lite, pg) in SQLITE_MIGRATIONS.iter().zip(POSTGRES_MIGRATIONS.iter()) {
            let (name, lite, pg) = (&lite.description, lite.sql.as_str(), pg.sql.as_str());
            assert_eq!(lite, as_sqlite(pg), "{name}: the two texts drifted apart");
            compared += 1;
        }
        for engine in ["sqlite", "postgres"] {
            let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
            let files = std::fs::read_dir(folder).unwrap().count();
            assert_eq!(files, compared, "{engine}: every file is compared");
        }
    }
}
