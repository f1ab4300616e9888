//! Rows on their way from one engine to the other, a few at a time, and what they sum up to.

use super::table::{Kind, Table};
use crate::cli::Failure;
use crate::db::Arg;
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, Row, SqliteConnection};

/// Rows that one statement inserts.
const ROWS_PER_INSERT: usize = 64;
/// Values held in memory until they are inserted, in bytes: lists and pictures are large.
const BYTES_HELD_MAX: usize = 1 << 20;

/// How many rows, and the sum of them all: the same in whatever order they come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) rows: i64,
    pub(super) sum: [u8; 32],
}

impl Tally {
    fn add(&mut self, values: &[Arg]) {
        let mut hash = Sha256::new();
        for value in values {
            write(&mut hash, value);
        }
        for (sum, byte) in self.sum.iter_mut().zip(hash.finalize()) {
            *sum ^= byte;
        }
        self.rows += 1;
    }
}

/// A value as both engines tell it: an id is its bytes.
fn write(hash: &mut Sha256, value: &Arg) {
    let mut put = |tag: u8, bytes: &[u8]| {
        hash.update([tag]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    match value {
        Arg::Int(Some(it)) => put(1, &it.to_be_bytes()),
        Arg::Real(Some(it)) => put(2, &it.to_bits().to_be_bytes()),
        Arg::Text(Some(it)) => put(3, it.as_bytes()),
        Arg::Bytes(Some(it)) => put(4, it),
        Arg::Id(Some(it)) => put(4, it.as_bytes()),
        Arg::Truth(Some(it)) => put(5, &[u8::from(*it)]),
        _ => put(0, &[]),
    }
}

fn bytes_of(value: &Arg) -> usize {
    match value {
        Arg::Text(Some(it)) => it.len(),
        Arg::Bytes(Some(it)) => it.len(),
        _ => 16,
    }
}

/// The values of a row of either engine.
macro_rules! values {
    ($row:expr, $table:expr) => {{
        let kinds = $table.columns.iter().enumerate();
        let values = kinds.map(|(n, (_, kind))| {
            Ok(match kind {
                Kind::Int => Arg::Int($row.try_get(n)?),
                Kind::Real => Arg::Real($row.try_get(n)?),
                Kind::Text => Arg::Text($row.try_get(n)?),
                Kind::Bytes => Arg::Bytes($row.try_get(n)?),
                Kind::Id => Arg::Id($row.try_get(n)?),
                Kind::Truth => Arg::Truth($row.try_get(n)?),
            })
        });
        values.collect::<Result<Vec<Arg>, sqlx::Error>>()
    }};
}

/// Runs one statement with these values.
macro_rules! insert {
    ($to:expr, $text:expr, $values:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($text));
        for value in $values {
            query = match value {
                Arg::Int(it) => query.bind(it),
                Arg::Real(it) => query.bind(it),
                Arg::Text(it) => query.bind(it),
                Arg::Bytes(it) => query.bind(it),
                Arg::Id(it) => query.bind(it),
                Arg::Truth(it) => query.bind(it),
            };
        }
        query.execute(&mut *$to).await?;
    }};
}

/// Copies a table from one engine to the other; answers what passed by.
macro_rules! copies {
    ($(#[$meta:meta])* $name:ident, $from:ty, $to:ty) => {
        $(#[$meta])*
        pub(super) async fn $name(
            from: &mut $from,
            to: &mut $to,
            table: &Table,
        ) -> Result<Tally, Failure> {
            let (one, many) = (table.insert(1), table.insert(ROWS_PER_INSERT));
            let (mut tally, mut held, mut bytes) = (Tally::default(), Vec::new(), 0);
            let mut rows = sqlx::query(AssertSqlSafe(table.select())).fetch(from);
            loop {
                let row = rows.try_next().await?;
                let is_last = row.is_none();
                if let Some(row) = row {
                    let values = values!(row, table)?;
                    tally.add(&values);
                    bytes += values.iter().map(bytes_of).sum::<usize>();
                    held.push(values);
                }
                if held.len() == ROWS_PER_INSERT {
                    insert!(to, many.as_str().to_owned(), held.drain(..).flatten());
                    bytes = 0;
                } else if is_last || bytes > BYTES_HELD_MAX {
                    for values in held.drain(..) {
                        insert!(to, one.as_str().to_owned(), values);
                    }
                    bytes = 0;
                }
                if is_last {
                    return Ok(tally);
                }
            }
        }
    };
}

copies!(
    /// From PostgreSQL into a file.
    into_file, PgConnection, SqliteConnection
);
copies!(
    /// From a file into PostgreSQL.
    into_server, SqliteConnection, PgConnection
);

/// What a table of a file sums up to.
pub(super) async fn tally(file: &mut SqliteConnection, table: &Table) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    let mut rows = sqlx::query(AssertSqlSafe(table.select())).fetch(file);
    while let Some(row) = rows.try_next().await? {
        tally.add(&values!(row, table)?);
    }
    Ok(tally)
}
