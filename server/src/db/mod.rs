//! The two engines behind one door: SQLite in a file, or PostgreSQL.
//!
//! One SQL text with `$N` placeholders runs on both (constants in the `store.rs` files). Typed
//! pools, not `sqlx::Any`: that one knows no uuid and fails on booleans. A [`Tx`] is the only way
//! to the data, so that what a handler reads is one consistent picture.

mod arg;
mod fault;
pub mod postgres;
mod query;
mod sqlite;
mod standing;

pub use arg::Arg;
pub use fault::Fault;
pub use postgres::Patience;
pub use query::{AMONG_MAX, Row, Rows, Sql, sql};
pub(crate) use standing::migrations_of_files;
pub use standing::{Standing, newest};

pub use sqlite::SqliteFile;

use crate::sites::kept;
use sqlite::{Commit, SqliteTx};
use std::sync::Arc;
use std::time::Duration;

/// How long a request waits for a connection or for SQLite's one writer.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// How long the database may take to say that it is there.
const READY_MAX: Duration = Duration::from_secs(2);

static SQLITE_MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// What can go wrong with the database, for the edge to log once.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The engine said no.
    #[error("database: {0}")]
    Engine(#[from] sqlx::Error),
    /// A commit failed that several requests shared.
    #[error("database: {0}")]
    Shared(Arc<sqlx::Error>),
    /// The migrations do not fit this database.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A row held what this version cannot read.
    #[error("unreadable row: {0}")]
    Unreadable(String),
}

impl DbError {
    /// What kind of trouble it is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Engine(error) => Fault::of(error),
            Self::Shared(error) => Fault::of(error),
            Self::Migration(_) | Self::Unreadable(_) => Fault::Ours,
        }
    }
}

/// One database.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file: one writer, a few readers.
    Sqlite(SqliteFile),
    /// A server, or several of which one takes writes.
    Postgres(postgres::Pool),
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
    Sqlite(SqliteTx),
    Postgres(postgres::PgTx),
}

impl Db {
    /// `sqlite:PATH` (made when absent) or `postgres://…`, for people and phones.
    pub async fn open(url: &str) -> Result<Self, DbError> {
        Self::open_for(url, Patience::Serving).await
    }

    /// The same, for whoever waits.
    pub async fn open_for(url: &str, patience: Patience) -> Result<Self, DbError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(postgres::Pool::open(url, patience).await?));
        }
        Ok(Self::Sqlite(SqliteFile::open(url).await?))
    }

    /// Brings the tables up to this version. Applied migrations never change.
    pub async fn migrate(&self) -> Result<(), DbError> {
        match self {
            Self::Sqlite(file) => file.migrate(&SQLITE_MIGRATIONS).await?,
            Self::Postgres(pool) => pool.migrate(&POSTGRES_MIGRATIONS).await?,
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
            Self::Sqlite(file) => On::Sqlite(file.read().await?),
            Self::Postgres(pool) => On::Postgres(pool.begin(postgres::READ).await?),
        }))
    }

    /// A transaction that writes. On SQLite it takes the write lock at once, so that it cannot
    /// fail half way for want of it.
    pub async fn write(&self) -> Result<Tx, DbError> {
        Ok(Tx::new(match self {
            Self::Sqlite(file) => On::Sqlite(file.write(Commit::Alone).await?),
            Self::Postgres(pool) => On::Postgres(pool.begin(postgres::WRITE).await?),
        }))
    }

    /// A short transaction that writes, of which many come at the same time. On SQLite those that
    /// do share one commit; each is told once it is durable. PostgreSQL does the same by itself.
    pub async fn write_in_group(&self) -> Result<Tx, DbError> {
        match self {
            Self::Sqlite(file) => {
                let mut tx = Tx::new(On::Sqlite(file.write(Commit::InGroup).await?));
                tx.touched = kept::Touched::ahead();
                Ok(tx)
            }
            Self::Postgres(_) => self.write().await,
        }
    }

    /// Is it reachable, and migrated? Otherwise why not. A newer version migrates ahead of this
    /// one, which goes on meanwhile.
    pub async fn ready(&self) -> Result<(), &'static str> {
        let asked = async {
            let mut tx = self.read().await.ok()?;
            sql("select coalesce(max(version), 0) from _sqlx_migrations")
                .one::<(i64,)>(&mut tx)
                .await
                .ok()
        };
        let ours = SQLITE_MIGRATIONS.iter().map(|it| it.version).max();
        match tokio::time::timeout(READY_MAX, asked).await {
            Ok(Some((version,))) if Some(version) >= ours => Ok(()),
            Ok(Some(_)) => Err("the database is not migrated"),
            Ok(None) | Err(_) => Err("the database does not answer"),
        }
    }

    /// Lets go of every connection, after the requests in flight.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(file) => file.close().await,
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
