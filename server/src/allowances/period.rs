//! `GET /api/v1/allowance-lines.csv`: all lines of the lists issued in a period, for the payer.

use super::issue::ListContent;
use super::life::store::LineOnList;
use super::pages::payer::line_word;
use super::store::ListRow;
use super::{files, life, store};
use crate::access::{Action, Caller};
use crate::app::App;
use crate::export::csv::Dialect;
use crate::export::period::{Period, PeriodLine};
use crate::http::error::Problem;
use crate::http::reading::Query;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::allowance::Receipt;
use domain::programme::PaymentMode;
use domain::{AllowanceId, Cents, CivilIdentity, Day, Invalid, ListId};
use serde::Deserialize;

/// First and last day on which lists were issued, both included.
#[derive(Deserialize)]
pub struct Asked {
    from: String,
    to: String,
    dialect: Option<String>,
}

impl Asked {
    fn read(&self) -> Result<(Day, Day, Dialect), Invalid> {
        let day = |field, text: &str| -> Result<Day, Invalid> {
            text.parse().map_err(|_| Invalid::new(field, "not_a_day"))
        };
        let (from, to) = (day("from", &self.from)?, day("to", &self.to)?);
        if to < from {
            return Err(Invalid::new("to", "before_from"));
        }
        let dialect = match self.dialect.as_deref() {
            None => Dialect::ExcelFr,
            Some(code) => {
                Dialect::from_code(code).ok_or_else(|| Invalid::new("dialect", "unknown_value"))?
            }
        };
        Ok((from, to, dialect))
    }
}

fn line_of<'a>(
    list: &ListRow,
    (rank, line): (usize, &'a LineOnList),
    identity: Option<&'a CivilIdentity>,
) -> Result<PeriodLine<'a>, Invalid> {
    Ok(PeriodLine {
        list: list.number(),
        issued_on: list.issued_on.parse()?,
        statement: list.statement(),
        rank,
        identity,
        outing_day: line.outing_day.parse()?,
        amount: Cents(line.amount_cents),
        situation: line_word(line),
        decision: line.decision.as_deref(),
        mode: line.mode.as_deref().and_then(PaymentMode::from_code),
        paid_on: line.paid_on.as_deref().map(str::parse).transpose()?,
        hand: line.hand.as_deref(),
        receipt: line.receipt.as_deref().and_then(Receipt::from_code),
        is_returned: line.returned_act.is_some(),
    })
}

/// Opens one list after the other; one row in the journal for each.
pub async fn lines(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (from, to, dialect) = asked.read()?;
    let programme = caller.programme;
    let not_written = |e: csv::Error| Problem::internal(format!("a period's lines: {e}"));
    let unreadable = |e: Invalid| Problem::internal(format!("a list's line: {e}"));
    let mut period = Period::begin(dialect).map_err(not_written)?;
    let mut tx = app.db.write().await?;
    for list in store::issued_between(&mut tx, programme, from, to).await? {
        let id = ListId(list.id);
        let asked = (caller.actor(), Action::ListDownloaded);
        let content = match files::open_list(&mut tx, &app, programme, id, asked).await {
            Ok(content) => Some(content),
            // Of a list without names any more, or of the first version, figures are left.
            Err(gone) if [StatusCode::GONE, StatusCode::CONFLICT].contains(&gone.status) => None,
            Err(other) => return Err(other),
        };
        let names = content.as_ref().map(ListContent::names).unwrap_or_default();
        let lines = life::store::lines_on(&mut tx, programme, id).await?;
        for (rank, line) in (1..).zip(&lines) {
            let identity = names.get(&AllowanceId(line.line_id)).copied();
            let line = line_of(&list, (rank, line), identity).map_err(unreadable)?;
            period.line(&line).map_err(not_written)?;
        }
    }
    tx.commit().await?;
    let name = format!("attachment; filename=\"lignes-{from}-{to}.csv\"");
    let head = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    let text = period.end().map_err(not_written)?;
    Ok((head, text).into_response())
}
