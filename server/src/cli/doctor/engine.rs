//! Does the engine itself find everything where it put it?

use super::report::Report;
use crate::cli::Failure;
use crate::db::{Db, Tx, sql};
use futures_util::TryStreamExt;
use sqlx::AssertSqlSafe;

const RESTORE: &str = "restore the last backup (cueillette restore FILE --overwrite)";

pub(super) async fn look(db: &Db, report: &mut Report) -> Result<(), Failure> {
    match db {
        Db::Sqlite(_) => {
            let mut tx = db.read().await?;
            file(&mut tx, report).await
        }
        Db::Postgres(pool) => {
            let mut connection = pool.acquire().await?;
            let tables: Vec<(String,)> = sqlx::query_as(TABLES).fetch_all(&mut *connection).await?;
            let (mut rows, mut faults) = (0, 0);
            for (table,) in &tables {
                // Every value is read, so that the server meets every page of it.
                let text = AssertSqlSafe(format!("select * from \"{table}\""));
                let mut all = sqlx::query(text).fetch(&mut *connection);
                loop {
                    match all.try_next().await {
                        Ok(Some(_)) => rows += 1,
                        Ok(None) => break,
                        Err(wrong) => {
                            faults += 1;
                            let what = format!("the table {table} cannot be read ({wrong})");
                            report.fault("engine", what, RESTORE);
                            break;
                        }
                    }
                }
            }
            if faults == 0 {
                let tables = tables.len();
                report.well(
                    "engine",
                    format!("every row can be read ({rows} of {tables} tables)"),
                );
            }
            Ok(())
        }
    }
}

const TABLES: &str = "
    select cast(table_name as text) from information_schema.tables
    where table_schema = current_schema() and table_type = 'BASE TABLE' order by table_name";

async fn file(tx: &mut Tx, report: &mut Report) -> Result<(), Failure> {
    let said: Vec<(String,)> = sql("pragma integrity_check(10)").all(tx).await?;
    let is_whole = said.iter().all(|(it,)| it == "ok");
    for (it,) in said.iter().filter(|(it,)| it != "ok") {
        report.fault("engine", it, RESTORE);
    }
    let orphans: Vec<(String, String, i64)> =
        sql(r#"select "table", parent, count(*) from pragma_foreign_key_check group by 1, 2"#)
            .all(tx)
            .await?;
    for (table, parent, count) in &orphans {
        let what = format!("{count} rows of {table} refer to rows of {parent} that are not there");
        report.fault("engine", what, RESTORE);
    }
    if is_whole && orphans.is_empty() {
        report.well(
            "engine",
            "the file is whole, and every row that another refers to is there",
        );
    }
    Ok(())
}
