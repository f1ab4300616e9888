//! What a backup says of itself: when, from what, how many rows, and totals that people know.

use super::rows::Tally;
use crate::cli::Failure;
use crate::hex::hex;
use domain::Instant;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, SqliteConnection};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The form of what is written down; another one is of another version.
const FORMAT: &str = "1";

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The program that made it.
    pub version: String,
    /// The newest migration of its tables.
    pub schema: i64,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// What was acknowledged before this moment is in it.
    pub made_at: Instant,
    /// Each table.
    pub(super) tables: BTreeMap<String, Tally>,
    /// Totals by name.
    pub totals: BTreeMap<String, i64>,
}

/// Totals as a person asks for them. `@` stands before the name of each table.
const TOTALS: [(&str, &str); 13] = [
    ("programmes", "select count(*) from @programmes"),
    ("sites", "select count(*) from @sites"),
    ("peers", "select count(*) from @peers"),
    ("outings", "select count(*) from @outings"),
    (
        "outings closed",
        "select count(*) from @outings where state = 'closed'",
    ),
    ("facts", "select count(*) from @facts"),
    (
        "facts received until (ms)",
        "select coalesce(max(received_at), 0) from @facts",
    ),
    (
        "objects picked up",
        "select coalesce(sum(f.count), 0) from @facts f
         where f.kind = 'pickup' and not exists (
           select 1 from @facts v
           where v.programme_id = f.programme_id and v.target_id = f.id and v.kind = 'void')",
    ),
    ("facts kept aside", "select count(*) from @quarantine"),
    ("lines of allowances", "select count(*) from @allowances"),
    (
        "allowances (cents)",
        "select coalesce(sum(amount_cents), 0) from @allowances",
    ),
    ("lists", "select count(*) from @allowance_lists"),
    ("rows of the journal", "select count(*) from @journal"),
];

macro_rules! totals_on {
    ($(#[$meta:meta])* $name:ident, $connection:ty) => {
        $(#[$meta])*
        pub(super) async fn $name(
            connection: &mut $connection,
            before: &str,
        ) -> Result<BTreeMap<String, i64>, sqlx::Error> {
            let mut totals = BTreeMap::new();
            for (name, text) in TOTALS {
                let text = format!("select cast(({text}) as bigint)").replace('@', before);
                let value = sqlx::query_scalar(AssertSqlSafe(text));
                let value: i64 = value.fetch_one(&mut *connection).await?;
                totals.insert(name.to_owned(), value);
            }
            Ok(totals)
        }
    };
}
totals_on!(
    /// Of a file, in the transaction it is in.
    totals_of_file, SqliteConnection
);
totals_on!(
    /// Of PostgreSQL, in the transaction it is in.
    totals_of_server, PgConnection
);

/// The totals of a database as it is now.
pub async fn totals(db: &crate::db::Db) -> Result<BTreeMap<String, i64>, Failure> {
    use crate::db::Db;
    Ok(match db {
        Db::Sqlite(file) => {
            let mut tx = file.readers().begin().await?;
            totals_of_file(&mut tx, "").await?
        }
        Db::Postgres(pool) => {
            let mut connection = pool.acquire().await?;
            totals_of_server(&mut connection, "").await?
        }
    })
}

const TABLES: [&str; 3] = [
    "create table backup_manifest (name text primary key, value text not null)",
    "create table backup_tables (name text primary key, rows bigint not null, sum blob not null)",
    "create table backup_totals (name text primary key, value bigint not null)",
];
const INSERT_FACT: &str = "insert into backup_manifest (name, value) values ($1, $2)";
const INSERT_TABLE: &str = "insert into backup_tables (name, rows, sum) values ($1, $2, $3)";
const INSERT_TOTAL: &str = "insert into backup_totals (name, value) values ($1, $2)";

impl Manifest {
    /// Writes it down in the backup.
    pub(super) async fn keep(&self, file: &mut SqliteConnection) -> Result<(), Failure> {
        for text in TABLES {
            sqlx::query(text).execute(&mut *file).await?;
        }
        for (name, value) in self.words() {
            let insert = sqlx::query(INSERT_FACT).bind(name).bind(value);
            insert.execute(&mut *file).await?;
        }
        for (name, it) in &self.tables {
            let insert = sqlx::query(INSERT_TABLE).bind(name).bind(it.rows);
            insert.bind(it.sum.to_vec()).execute(&mut *file).await?;
        }
        for (name, value) in &self.totals {
            let insert = sqlx::query(INSERT_TOTAL).bind(name).bind(value);
            insert.execute(&mut *file).await?;
        }
        Ok(())
    }

    fn words(&self) -> [(&'static str, String); 6] {
        [
            ("format", FORMAT.into()),
            ("version", self.version.clone()),
            ("schema", self.schema.to_string()),
            ("engine", self.engine.clone()),
            ("made_at", self.made_at.as_ms().to_string()),
            ("sum", self.sum()),
        ]
    }

    /// A sum of all that is written down, so that damage to it is told too.
    fn sum(&self) -> String {
        let mut text = format!(
            "{FORMAT}\n{}\n{}\n{}\n{}\n",
            self.version,
            self.schema,
            self.engine,
            self.made_at.as_ms()
        );
        for (name, it) in &self.tables {
            // Writing to a string has no error.
            _ = writeln!(text, "{name} {} {:?}", it.rows, it.sum);
        }
        for (name, value) in &self.totals {
            _ = writeln!(text, "{name} {value}");
        }
        hex(&Sha256::digest(text))
    }

    /// Reads what a backup says; `None` when it is no backup of this program.
    pub(super) async fn read(file: &mut SqliteConnection) -> Result<Option<Self>, Failure> {
        let is_there = "select name from sqlite_master where name = 'backup_manifest'";
        let is_there: Option<(String,)> =
            sqlx::query_as(is_there).fetch_optional(&mut *file).await?;
        if is_there.is_none() {
            return Ok(None);
        }
        let words: Vec<(String, String)> =
            sqlx::query_as("select name, value from backup_manifest")
                .fetch_all(&mut *file)
                .await?;
        let words: BTreeMap<String, String> = words.into_iter().collect();
        let word = |name: &str| words.get(name).cloned().unwrap_or_default();
        if word("format") != FORMAT {
            return Err("this backup has a form that this version does not know: restore it with the newer program".into());
        }
        let tables: Vec<(String, i64, Vec<u8>)> =
            sqlx::query_as("select name, rows, sum from backup_tables")
                .fetch_all(&mut *file)
                .await?;
        let totals: Vec<(String, i64)> = sqlx::query_as("select name, value from backup_totals")
            .fetch_all(&mut *file)
            .await?;
        let tally = |(name, rows, sum): (String, i64, Vec<u8>)| {
            let sum = <[u8; 32]>::try_from(sum).unwrap_or_default();
            (name, Tally { rows, sum })
        };
        let it = Self {
            version: word("version"),
            schema: word("schema").parse().unwrap_or_default(),
            engine: word("engine"),
            made_at: Instant::from_ms(word("made_at").parse().unwrap_or_default()),
            tables: tables.into_iter().map(tally).collect(),
            totals: totals.into_iter().collect(),
        };
        if it.sum() != word("sum") {
            return Err("what this backup says of itself is damaged: take another one".into());
        }
        Ok(Some(it))
    }

    /// Rows of all tables.
    pub fn rows(&self) -> i64 {
        self.tables.values().map(|it| it.rows).sum()
    }
}
