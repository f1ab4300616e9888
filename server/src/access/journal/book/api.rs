//! `GET /api/v1/journal.csv`: a body's part of one month, as a file.

use super::{Body, Entry, Wanted, pages, read};
use crate::access::Caller;
use crate::access::journal::{self, Action};
use crate::app::{App, local_day, local_hour};
use crate::export::csv::Dialect;
use crate::export::table::{Cell, Table};
use crate::http::error::Problem;
use crate::http::reading::Query;
use crate::programmes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::{Invalid, Settings};
use serde::Deserialize;

/// Rows of one file: a busy programme writes some thousands a month.
const ROWS_MAX: i64 = 100_000;

/// `?month=2026-11&dialect=excel-fr`
#[derive(Deserialize)]
pub struct Asked {
    month: Option<String>,
    dialect: Option<String>,
}

const COLUMNS: [&str; 7] = ["jour", "heure", "qui", "action", "sur", "genre", "code"];

/// The file; taking it is written into the journal too.
pub async fn csv(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let dialect = match asked.dialect.as_deref() {
        None => Dialect::ExcelFr,
        Some(code) => {
            Dialect::from_code(code).ok_or_else(|| Invalid::new("dialect", "unknown_value"))?
        }
    };
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, programme).await?;
    let month = asked.month.unwrap_or_else(|| {
        let today = local_day(&settings, now).to_string();
        today.chars().take(7).collect()
    });
    let (from, to) = pages::bounds_of_month(&settings, &month)
        .ok_or_else(|| Invalid::new("month", "not_a_month"))?;
    let wanted = Wanted {
        from: Some(from),
        to: Some(to),
        ..Wanted::default()
    };
    let mut entries = read(
        &mut tx,
        programme,
        Body::of(caller.role()),
        &wanted,
        ROWS_MAX,
    )
    .await?;
    let subjects = [format!("month:{month}")];
    let (actor, action) = (caller.actor(), Action::JournalExported);
    journal::write(&mut tx, programme, actor, action, &subjects, now).await?;
    tx.commit().await?;
    entries.reverse();
    let table = Table {
        name: "journal",
        columns: &COLUMNS,
        rows: entries.into_iter().map(|it| row(&settings, it)).collect(),
    };
    let text = table.csv(dialect).map_err(Problem::internal)?;
    let name = format!("attachment; filename=\"journal-{month}.csv\"");
    let head = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((head, text).into_response())
}

fn row(settings: &Settings, it: Entry) -> Vec<Cell> {
    vec![
        Cell::Day(local_day(settings, it.at)),
        Cell::Text(local_hour(settings, it.at)),
        Cell::Text(it.who),
        it.what.into(),
        Cell::Text(it.to),
        it.about.map_or(Cell::Empty, |about| about.label().into()),
        Cell::Text(it.code),
    ]
}
