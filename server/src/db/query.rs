//! One statement with its values, run on whichever engine the transaction is on.

use super::postgres::within;
use super::{Arg, DbError, On, Tx};
use sqlx::SqlSafeStr;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use std::ops::Range;
use uuid::Uuid;

/// A row type that both engines can fill: derive `sqlx::FromRow`, or use a tuple.
pub trait Row:
    for<'r> sqlx::FromRow<'r, SqliteRow> + for<'r> sqlx::FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Row for T where
    T: for<'r> sqlx::FromRow<'r, SqliteRow> + for<'r> sqlx::FromRow<'r, PgRow> + Send + Unpin
{
}

/// A statement and the values of `$1`, `$2`…, in order.
#[derive(Debug)]
pub struct Sql {
    text: &'static str,
    /// Another text for SQLite, of a list of rows.
    in_order: Option<&'static str>,
    lock: Lock,
    /// The numbers of the values that stand for `{among}`.
    among: Range<usize>,
    args: Vec<Arg>,
}

/// As many ids as one `{among}` holds at most.
pub const AMONG_MAX: usize = 512;
/// As many as one text speaks of: an engine prepares a few statements of it, not hundreds.
const AMONG: [usize; 5] = [1, 8, 64, 256, AMONG_MAX];

/// What a `select` holds until the transaction ends. SQLite needs none of it: a transaction that
/// writes is alone there (see [`crate::db::Db::write`]), so the words are left out.
#[derive(Clone, Copy, Debug)]
enum Lock {
    None,
    Share,
    Update,
}

/// Begins a statement. The text is a constant: nothing that was typed ever becomes SQL.
pub fn sql(text: &'static str) -> Sql {
    Sql {
        text,
        in_order: None,
        lock: Lock::None,
        among: 0..0,
        args: Vec::new(),
    }
}

/// A statement with so many rows of values, where its text says `{rows}`.
///
/// SQLite knows a numbered value by name, and looks for it among all others each time: with a
/// thousand of them that takes longer than the statement. Its text has them in order, without names.
#[derive(Debug)]
pub struct Rows {
    numbered: String,
    in_order: String,
    values: usize,
}

impl Rows {
    /// The text for so many rows.
    pub fn new(text: &'static str, rows: usize, columns: usize) -> Self {
        let row = |n: usize| {
            let numbers = n * columns + 1..=(n + 1) * columns;
            let numbers: Vec<String> = numbers.map(|it| format!("${it}")).collect();
            format!("({})", numbers.join(", "))
        };
        let numbered: Vec<String> = (0..rows).map(row).collect();
        let in_order = vec![format!("({})", vec!["?"; columns].join(", ")); rows];
        Self {
            numbered: text.replace("{rows}", &numbered.join(", ")),
            in_order: text.replace("{rows}", &in_order.join(", ")),
            values: rows * columns,
        }
    }

    /// Begins the statement: all values of the first row, then of the next.
    pub fn sql(&'static self) -> Sql {
        Sql {
            in_order: Some(&self.in_order),
            args: Vec::with_capacity(self.values),
            ..sql(&self.numbered)
        }
    }
}

/// Binds every value on a query of one engine.
macro_rules! bound {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for arg in $args {
            query = match arg {
                Arg::Int(value) => query.bind(value),
                Arg::Real(value) => query.bind(value),
                Arg::Text(value) => query.bind(value),
                Arg::Bytes(value) => query.bind(value),
                Arg::Id(value) => query.bind(value),
                Arg::Truth(value) => query.bind(value),
            };
        }
        query
    }};
}

/// The same call on either engine.
macro_rules! on {
    ($tx:expr, $make:path, $sql:expr, $method:ident) => {
        match &mut $tx.on {
            On::Sqlite(tx) => {
                bound!($make($sql.on_sqlite()), $sql.args)
                    .$method(tx.connection()?)
                    .await?
            }
            On::Postgres(tx) => {
                let query = bound!($make($sql.on_postgres()), $sql.args);
                let (conn, limit) = tx.line()?;
                let answer = within(limit, query.$method(conn)).await;
                tx.heed(answer)?
            }
        }
    };
}

impl Sql {
    /// The next value.
    pub fn bind(mut self, value: impl Into<Arg>) -> Self {
        self.args.push(value.into());
        self
    }

    /// The ids that `in {among}` speaks of; those after the first [`AMONG_MAX`] are left out.
    pub fn bind_among(mut self, ids: &[Uuid]) -> Self {
        let fits = AMONG.into_iter().find(|it| *it >= ids.len());
        let count = fits.unwrap_or(AMONG_MAX);
        let from = self.args.len() + 1;
        self.among = from..from + count;
        let last = ids.last().copied().unwrap_or_default();
        let padded = ids.iter().copied().chain(std::iter::repeat(last));
        self.args.extend(padded.take(count).map(Arg::from));
        self
    }

    /// Nobody changes the rows read before this transaction ends.
    pub fn for_share(mut self) -> Self {
        self.lock = Lock::Share;
        self
    }

    /// Nobody changes or holds the rows read before this transaction ends.
    pub fn for_update(mut self) -> Self {
        self.lock = Lock::Update;
        self
    }

    fn on_sqlite(&self) -> sqlx::SqlStr {
        match self.in_order {
            Some(text) => text.into_sql_str(),
            None => self.with_words(""),
        }
    }

    fn on_postgres(&self) -> sqlx::SqlStr {
        self.with_words(match self.lock {
            Lock::None => "",
            Lock::Share => " for share",
            Lock::Update => " for update",
        })
    }

    fn with_words(&self, words: &'static str) -> sqlx::SqlStr {
        if self.among.is_empty() && words.is_empty() {
            return self.text.into_sql_str();
        }
        let numbers: Vec<String> = self.among.clone().map(|n| format!("${n}")).collect();
        let among = format!("({})", numbers.join(", "));
        // Constants and numbers: nothing that was typed is in it.
        let text = self.text.replace("{among}", &among) + words;
        sqlx::AssertSqlSafe(text).into_sql_str()
    }

    /// Every row.
    pub async fn all<T: Row>(self, tx: &mut Tx) -> Result<Vec<T>, DbError> {
        Ok(on!(tx, sqlx::query_as, self, fetch_all))
    }

    /// The first row, if there is one.
    pub async fn maybe<T: Row>(self, tx: &mut Tx) -> Result<Option<T>, DbError> {
        Ok(on!(tx, sqlx::query_as, self, fetch_optional))
    }

    /// The one row of a statement that always gives one.
    pub async fn one<T: Row>(self, tx: &mut Tx) -> Result<T, DbError> {
        Ok(on!(tx, sqlx::query_as, self, fetch_one))
    }

    /// Runs it; answers how many rows it touched.
    pub async fn run(self, tx: &mut Tx) -> Result<u64, DbError> {
        Ok(match &mut tx.on {
            On::Sqlite(tx) => bound!(sqlx::query(self.on_sqlite()), self.args)
                .execute(tx.connection()?)
                .await?
                .rows_affected(),
            On::Postgres(tx) => {
                let query = bound!(sqlx::query(self.on_postgres()), self.args);
                let (conn, limit) = tx.line()?;
                let answer = within(limit, query.execute(conn)).await;
                tx.heed(answer)?.rows_affected()
            }
        })
    }
}
