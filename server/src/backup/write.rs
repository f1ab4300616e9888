//! Making a backup while the server serves: every row of one moment, looked at again before the file
//! gets its name.

use super::manifest::{Manifest, totals_of_file, totals_of_server};
use super::rows::{self, Tally};
use super::table::{Table, tables, tell_ids};
use super::{private_file, sync_folder_of, with_word};
use crate::cli::Failure;
use crate::db::{Db, migrations_of_files, newest};
use domain::Instant;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where the rows come from.
pub enum Source<'a> {
    /// A SQLite file.
    File(PathBuf),
    /// PostgreSQL.
    Server(&'a Db),
}

/// What was copied: each table, and the totals of the moment.
type Copied = (BTreeMap<String, Tally>, BTreeMap<String, i64>);

/// Makes a backup with tables of that migration. The file has its name only once it is whole.
pub async fn write(
    source: &Source<'_>,
    schema: Option<i64>,
    to: &Path,
) -> Result<Manifest, Failure> {
    let part = with_word(to, ".part");
    _ = std::fs::remove_file(&part);
    let made = match private_file(&part) {
        Ok(_) => make(source, schema, &part).await,
        Err(wrong) => Err(Failure::from(format!(
            "{} cannot be written ({wrong}): give another place",
            part.display()
        ))),
    };
    let named = made.and_then(|manifest| {
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, to)?;
        sync_folder_of(to)?;
        Ok(manifest)
    });
    if named.is_err() {
        _ = std::fs::remove_file(&part);
    }
    named
}

async fn make(source: &Source<'_>, schema: Option<i64>, part: &Path) -> Result<Manifest, Failure> {
    // Until it has its name, nobody reads it: durability comes at the end, all at once.
    let mut file = SqliteConnectOptions::new()
        .filename(part)
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(false)
        .connect()
        .await?;
    let schema = schema.unwrap_or_else(newest);
    migrations_of_files().run_to(schema, &mut file).await?;
    let mut tables = tables(&mut file).await?;
    let made_at = Instant::from_ms(jiff::Timestamp::now().as_millisecond());
    let (engine, (copied, totals)) = match source {
        Source::File(from) => ("sqlite", from_file(from, &mut file, &tables).await?),
        Source::Server(db) => ("postgres", from_server(db, &mut file, &mut tables).await?),
    };
    let mut it = Manifest {
        version: env!("CARGO_PKG_VERSION").into(),
        schema,
        engine: engine.into(),
        made_at,
        tables: BTreeMap::new(),
        totals,
    };
    sound(&mut file).await?;
    for table in &tables {
        let found = rows::tally(&mut file, table).await?;
        let expected = copied.get(&table.name);
        // SQLite copies by itself, and tells how many rows.
        let is_same = expected
            .is_some_and(|it| it.rows == found.rows && (engine == "sqlite" || it.sum == found.sum));
        if !is_same {
            return Err(not_the_same(&table.name));
        }
        it.tables.insert(table.name.clone(), found);
    }
    let found = totals_of_file(&mut file, "").await?;
    if let Some((name, _)) = it
        .totals
        .iter()
        .find(|(name, it)| found.get(*name) != Some(it))
    {
        return Err(not_the_same(name));
    }
    it.keep(&mut file).await?;
    file.close().await?;
    Ok(it)
}

fn not_the_same(what: &str) -> Failure {
    format!("the copy of « {what} » is not what was copied: try again, to another disk").into()
}

/// The engine's own word that a file is whole and that no row refers to one that is not there.
pub(super) async fn sound(file: &mut SqliteConnection) -> Result<(), Failure> {
    let (said,): (String,) = sqlx::query_as("pragma integrity_check(1)")
        .fetch_one(&mut *file)
        .await?;
    if said != "ok" {
        return Err(format!("the file is damaged ({said})").into());
    }
    let orphan = sqlx::query("pragma foreign_key_check")
        .fetch_optional(&mut *file)
        .await?;
    match orphan {
        Some(_) => Err("a row refers to one that is not there: see cueillette doctor".into()),
        None => Ok(()),
    }
}

/// Within one transaction SQLite sees one moment of the file, whoever writes to it meanwhile.
async fn from_file(
    from: &Path,
    file: &mut SqliteConnection,
    tables: &[Table],
) -> Result<Copied, Failure> {
    let from = from.to_string_lossy().into_owned();
    let attach = sqlx::query("attach database $1 as source").bind(from);
    attach.execute(&mut *file).await?;
    let mut tx = file.begin().await?;
    let mut copied = BTreeMap::new();
    for Table { name, .. } in tables {
        let text = format!("insert into main.\"{name}\" select * from source.\"{name}\"");
        let insert = sqlx::query(AssertSqlSafe(text)).execute(&mut *tx).await?;
        let text = format!("select count(*) from source.\"{name}\"");
        let count = sqlx::query_as(AssertSqlSafe(text));
        let (rows,): (i64,) = count.fetch_one(&mut *tx).await?;
        if u64::try_from(rows) != Ok(insert.rows_affected()) {
            return Err(not_the_same(name));
        }
        let tally = Tally {
            rows,
            ..Tally::default()
        };
        copied.insert(name.clone(), tally);
    }
    let totals = totals_of_file(&mut tx, "source.").await?;
    tx.commit().await?;
    sqlx::query("detach database source").execute(file).await?;
    Ok((copied, totals))
}

const SNAPSHOT: &str = "begin isolation level repeatable read read only";

/// The same on PostgreSQL: every statement of this transaction sees what the first one saw.
async fn from_server(
    db: &Db,
    file: &mut SqliteConnection,
    tables: &mut [Table],
) -> Result<Copied, Failure> {
    let Db::Postgres(pool) = db else {
        return Err("this is no PostgreSQL".into());
    };
    let mut server = pool.acquire().await?;
    let mut server = server.begin_with(SNAPSHOT).await?;
    tell_ids(tables, &mut server).await?;
    let mut tx = file.begin().await?;
    let mut copied = BTreeMap::new();
    for table in tables.iter() {
        let tally = rows::into_file(&mut server, &mut tx, table).await?;
        copied.insert(table.name.clone(), tally);
    }
    let totals = totals_of_server(&mut server, "").await?;
    tx.commit().await?;
    server.rollback().await?;
    // From here on the file is read, which knows ids as bytes.
    for (_, kind) in tables.iter_mut().flat_map(|it| &mut it.columns) {
        if *kind == super::table::Kind::Id {
            *kind = super::table::Kind::Bytes;
        }
    }
    Ok((copied, totals))
}
