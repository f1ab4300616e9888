//! « Reçus »: one for each line of a list that was paid, for the hand that pays and the hand that
//! takes. Made when they are asked for, from the list as it was issued and from what became of its
//! lines; nothing of them is kept.

use super::files::{self, Document};
use super::{life, retention, statement, store};
use crate::access::{Action, Caller};
use crate::app::{App, local_day};
use crate::export::payment::PaymentLine;
use crate::export::pdf::{PdfError, ReceiptLine, ReceiptsHead, receipts_pdf};
use crate::http::error::Problem;
use domain::allowance::ListNumber;
use domain::{AllowanceId, Cents, Day, ListId, Settings};
use words::desk::allowances::receipts as say;

/// The receipts of a list as PDF, of all its paid lines or of one; journalled.
pub async fn of_list(
    app: &App,
    caller: &Caller,
    number: ListNumber,
    only: Option<AllowanceId>,
) -> Result<Vec<u8>, Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let list = store::list(&mut tx, programme, number).await?;
    let list = ListId(list.ok_or_else(Problem::not_found)?.id);
    if let Some(gone) = retention::why_gone(&mut tx, caller, (list, Document::List), now).await? {
        return Err(gone);
    }
    let lines = life::store::lines_on(&mut tx, programme, list).await?;
    let is_asked = |line: AllowanceId| only.is_none_or(|it| it == line);
    if !lines.iter().any(|it| is_asked(AllowanceId(it.line_id))) {
        return Err(Problem::not_found());
    }
    let action = Action::ReceiptsMade;
    let asked = (caller.actor(), action);
    let issued = files::open_list(&mut tx, app, programme, list, asked).await?;
    let names = issued.names();
    let told = statement::told(&mut tx, app, caller, list, (&lines, &names), action).await?;
    let receipts: Vec<(usize, PaymentLine)> = (1..)
        .zip(lines.iter().zip(told))
        .filter(|(_, (line, told))| is_asked(AllowanceId(line.line_id)) && was_paid(told))
        .map(|(rank, (_, told))| (rank, told))
        .collect();
    if receipts.is_empty() {
        return Err(nothing_paid());
    }
    tx.commit().await?;
    let made_on = local_day(&issued.settings, now);
    let settings = issued.settings;
    // Many lines take a while: other requests go on meanwhile.
    let made = tokio::task::spawn_blocking(move || made(&settings, number, made_on, &receipts));
    let made = made.await.map_err(Problem::internal)?;
    made.map_err(|e| Problem::internal(format!("receipts: {e}")))
}

/// Nobody signs for what came back or was taken back.
fn was_paid(line: &PaymentLine) -> bool {
    line.paid.is_some() && line.returned.is_none() && line.amount_cents > Cents(0)
}

fn nothing_paid() -> Problem {
    Problem::state("nothing_paid", say::REFUSED_NOTHING_PAID)
}

fn made(
    settings: &Settings,
    list: ListNumber,
    made_on: Day,
    receipts: &[(usize, PaymentLine)],
) -> Result<Vec<u8>, PdfError> {
    let receipts: Vec<ReceiptLine<'_>> = receipts
        .iter()
        .filter_map(|(rank, line)| {
            let paid = line.paid.as_ref()?;
            let rank = *rank;
            Some(ReceiptLine { rank, line, paid })
        })
        .collect();
    let head = ReceiptsHead {
        settings,
        list,
        made_on,
    };
    receipts_pdf(head, &receipts)
}
