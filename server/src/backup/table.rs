//! The tables of a copy, as the file itself tells them: no list is kept by hand, so that none is
//! forgotten.

use crate::cli::Failure;
use sqlx::{PgConnection, SqliteConnection};
use std::collections::HashSet;

/// How a value is stored, in the few types both engines have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Real,
    Text,
    Bytes,
    /// Sixteen bytes on SQLite, a type of its own on PostgreSQL.
    Id,
    Truth,
}

#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<(String, Kind)>,
}

const TABLES: &str = "
    select name from sqlite_master
    where type = 'table' and name not like 'sqlite!_%' escape '!'
      and name not in
        ('_sqlx_migrations', 'backup_manifest', 'backup_tables', 'backup_totals')
    order by name";
const COLUMNS: &str = "select name, type from pragma_table_info($1) order by cid";
const PARENTS: &str = r#"select distinct "table" from pragma_foreign_key_list($1)"#;

/// Every table of a file, those that others refer to first.
pub(super) async fn tables(file: &mut SqliteConnection) -> Result<Vec<Table>, Failure> {
    let names: Vec<(String,)> = sqlx::query_as(TABLES).fetch_all(&mut *file).await?;
    let mut waiting = Vec::with_capacity(names.len());
    for (name,) in names {
        let columns = sqlx::query_as(COLUMNS).bind(&name);
        let columns: Vec<(String, String)> = columns.fetch_all(&mut *file).await?;
        let parents = sqlx::query_as(PARENTS).bind(&name);
        let parents: Vec<(String,)> = parents.fetch_all(&mut *file).await?;
        let mut parents: HashSet<String> = parents.into_iter().map(|it| it.0).collect();
        parents.remove(&name);
        let columns = columns.into_iter().map(|(name, of)| Ok((name, kind(&of)?)));
        let columns = columns.collect::<Result<_, Failure>>()?;
        waiting.push((Table { name, columns }, parents));
    }
    parents_first(waiting)
}

fn parents_first(mut waiting: Vec<(Table, HashSet<String>)>) -> Result<Vec<Table>, Failure> {
    let mut done: Vec<Table> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let is_done = |name: &String| done.iter().any(|it| it.name == *name);
        let next = waiting.iter().position(|it| it.1.iter().all(is_done));
        let next = next.ok_or("tables refer to each other in a ring")?;
        done.push(waiting.swap_remove(next).0);
    }
    Ok(done)
}

fn kind(declared: &str) -> Result<Kind, Failure> {
    Ok(match declared.to_ascii_lowercase().as_str() {
        "bigint" => Kind::Int,
        "real" => Kind::Real,
        "text" => Kind::Text,
        "blob" => Kind::Bytes,
        "boolean" => Kind::Truth,
        other => return Err(format!("a column of type {other} cannot be copied").into()),
    })
}

const IDS: &str = "
    select cast(table_name as text), cast(column_name as text) from information_schema.columns
    where table_schema = current_schema() and data_type = 'uuid'";

/// Which of the columns are ids on PostgreSQL.
pub(super) async fn tell_ids(
    tables: &mut [Table],
    server: &mut PgConnection,
) -> Result<(), Failure> {
    let ids: Vec<(String, String)> = sqlx::query_as(IDS).fetch_all(server).await?;
    let ids: HashSet<(String, String)> = ids.into_iter().collect();
    for table in tables {
        for (name, kind) in &mut table.columns {
            if ids.contains(&(table.name.clone(), name.clone())) {
                *kind = Kind::Id;
            }
        }
    }
    Ok(())
}

impl Table {
    /// Its columns, as a list in SQL.
    fn list(&self) -> String {
        let names = self.columns.iter().map(|(name, _)| format!("\"{name}\""));
        names.collect::<Vec<_>>().join(", ")
    }

    /// Every row.
    pub(super) fn select(&self) -> String {
        format!("select {} from \"{}\"", self.list(), self.name)
    }

    /// So many rows at once.
    pub(super) fn insert(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |n: usize| {
            let places = (1..=width).map(|k| format!("${}", n * width + k));
            format!("({})", places.collect::<Vec<_>>().join(", "))
        };
        let values = (0..rows).map(row).collect::<Vec<_>>().join(", ");
        format!(
            "insert into \"{}\" ({}) values {values}",
            self.name,
            self.list()
        )
    }
}
