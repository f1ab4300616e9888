//! How a database stands to this version, told before anything is changed in it.

use super::{Db, DbError, POSTGRES_MIGRATIONS, SQLITE_MIGRATIONS};
use sqlx::migrate::Migrator;

/// What a database is to this version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is in it.
    Empty,
    /// Somebody else's tables are in it.
    Foreign,
    /// Brought up to this migration, and there are newer ones.
    Older(i64),
    /// As this version wants it.
    Current,
    /// It has a migration that this version does not know.
    Newer(i64),
    /// A migration that was applied is not the one that this version has under its number.
    Changed(i64),
    /// A migration began and did not end.
    Halfway(i64),
}

/// The migrations of SQLite: a backup has its tables, wherever its rows come from.
pub(crate) fn migrations_of_files() -> &'static Migrator {
    &SQLITE_MIGRATIONS
}

/// The newest migration of this version.
pub fn newest() -> i64 {
    let all = SQLITE_MIGRATIONS.iter().map(|it| it.version);
    all.max().unwrap_or_default()
}

const SQLITE_TABLES: &str = "select name from sqlite_master where type = 'table'";
const POSTGRES_TABLES: &str = "
    select cast(table_name as text) from information_schema.tables
    where table_schema = current_schema()";
const APPLIED: &str = "
    select version, description, success, checksum from _sqlx_migrations order by version";

type Applied = (i64, String, bool, Vec<u8>);

impl Db {
    /// How it stands to this version. Changes nothing.
    pub async fn standing(&self) -> Result<Standing, DbError> {
        let tables: Vec<(String,)> = match self {
            Self::Sqlite(file) => {
                let tables = sqlx::query_as(SQLITE_TABLES);
                tables.fetch_all(file.readers()).await?
            }
            Self::Postgres(pool) => sqlx::query_as(POSTGRES_TABLES).fetch_all(&**pool).await?,
        };
        if !tables.iter().any(|(name,)| name == "_sqlx_migrations") {
            let is_empty = tables.iter().all(|(name,)| name.starts_with("sqlite_"));
            return Ok(if is_empty {
                Standing::Empty
            } else {
                Standing::Foreign
            });
        }
        Ok(match self {
            Self::Sqlite(file) => {
                let applied = sqlx::query_as(APPLIED).fetch_all(file.readers()).await?;
                judged(&applied, &SQLITE_MIGRATIONS, tables.len() > 1)
            }
            Self::Postgres(pool) => {
                let applied = sqlx::query_as(APPLIED).fetch_all(&**pool).await?;
                judged(&applied, &POSTGRES_MIGRATIONS, tables.len() > 1)
            }
        })
    }
}

fn judged(applied: &[Applied], ours: &Migrator, has_tables: bool) -> Standing {
    let Some((_, first, ..)) = applied.first() else {
        // A migration that failed at the very beginning leaves its own table behind, empty.
        return if has_tables {
            Standing::Foreign
        } else {
            Standing::Empty
        };
    };
    if ours.iter().next().is_none_or(|it| it.description != *first) {
        return Standing::Foreign;
    }
    let mut newer = None;
    for (version, _, success, checksum) in applied {
        match ours.iter().find(|it| it.version == *version) {
            _ if !success => return Standing::Halfway(*version),
            Some(it) if it.checksum[..] != checksum[..] => return Standing::Changed(*version),
            Some(_) => {}
            None => newer = Some(*version),
        }
    }
    let last = applied.last().map_or(0, |it| it.0);
    match newer {
        Some(version) => Standing::Newer(version),
        None if applied.len() == ours.iter().count() => Standing::Current,
        None => Standing::Older(last),
    }
}
