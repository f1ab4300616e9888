//! « Remise en mains propres »: one outing issued, sent, paid and receipted at once, by whoever the
//! payer appointed; and the advance (« régie d'avances ») that the money came from.

pub mod advance;
pub mod store;

use super::files::{self, Document};
use super::life::{self, Paying, Receipted};
use super::{issue, store as ledger};
use crate::access::Caller;
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::{outings, programmes};
use domain::allowance::{AllowanceState, Receipt};
use domain::people::Title;
use domain::programme::PaymentMode;
use domain::{AllowanceId, Cents, Invalid, ListId, OutingId, ProgrammeId, Settings};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;
use words::desk::allowances::hands as say;

/// What is handed over.
#[derive(Clone, Debug)]
pub struct Handing {
    /// Sent twice, done once.
    pub id: Uuid,
    /// To whom: lines of one outing.
    pub lines: Vec<AllowanceId>,
    /// Numbers of the vouchers of each line.
    pub vouchers: BTreeMap<AllowanceId, Vec<Title>>,
    /// How it is known that they have it.
    pub receipt: Receipted,
}

/// Hands the money of some lines of one outing over: what is due is put on a list and sent, the
/// lines are paid in the usual mode and marked as received. One transaction; sent twice, done once.
pub async fn hand_over(
    app: &App,
    caller: &Caller,
    outing: OutingId,
    mut handing: Handing,
) -> Result<(), Problem> {
    let (programme, id) = (caller.programme, handing.id);
    let mut tx = app.db.write().await?;
    let held = outings::store::find_for_update(&mut tx, programme, outing).await?;
    held.ok_or_else(Problem::not_found)?;
    let settings = programmes::settings(&mut tx, programme).await?;
    life::must_be_appointed(&mut tx, &settings, caller).await?;
    if handing.lines.is_empty() {
        return Err(Invalid::new("lines", "missing").into());
    }
    let of_outing = ledger::lines_of_outing(&mut tx, programme, outing).await?;
    check_vouchers(&settings, &of_outing, &handing)?;
    let issued = issue_what_is_due(&mut tx, app, caller, outing, &of_outing, &handing).await?;
    for (number, lines) in by_list(&mut tx, programme, outing, &handing.lines).await? {
        let act = |what: &str| derived(id, &format!("{what} {number}"));
        let listed = ledger::list(&mut tx, programme, number).await?;
        if listed.is_some_and(|it| it.sent_at.is_none()) {
            life::send_in(&mut tx, caller, number, act("send"), app.now()).await?;
        }
        let later = handing.vouchers.clone();
        let (vouchers, later) = later.into_iter().partition(|it| lines.contains(&it.0));
        handing.vouchers = later;
        let paying = Paying {
            id: act("pay"),
            lines: Some(lines),
            decision: None,
            mode: None,
            paid_on: None,
            hand: None,
            vouchers,
            receipt: Some(handing.receipt.clone()),
        };
        let pay = paying.id;
        life::pay_in(&mut tx, app, caller, number, paying).await?;
        store::insert_hand_over(&mut tx, programme, pay).await?;
    }
    tx.commit().await?;
    if let Some(list) = issued {
        files::finish(app, programme, list, Document::List).await?;
    }
    Ok(())
}

/// How many vouchers make an amount, where money is handed over in vouchers of a fixed value.
pub fn vouchers_of(settings: &Settings, amount: Cents) -> Option<usize> {
    let face = settings.voucher_cents.filter(|it| it.0 > 0)?;
    let exact = settings.payment_mode == PaymentMode::Voucher && amount.0 % face.0 == 0;
    exact.then(|| usize::try_from(amount.0 / face.0).ok())?
}

/// Vouchers of a fixed value are as many as make the amount, each with its number.
fn check_vouchers(
    settings: &Settings,
    of_outing: &[ledger::Line],
    handing: &Handing,
) -> Result<(), Invalid> {
    for line in of_outing {
        let id = AllowanceId(line.id);
        let wanted = vouchers_of(settings, Cents(line.amount_cents));
        let written = handing.vouchers.get(&id).map_or(0, Vec::len);
        if handing.lines.contains(&id) && wanted.is_some_and(|it| it != written) {
            return Err(Invalid::new("vouchers", "wrong_count"));
        }
    }
    Ok(())
}

/// Puts the due lines of the outing on a list, when some of the chosen ones are.
async fn issue_what_is_due(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    outing: OutingId,
    of_outing: &[ledger::Line],
    handing: &Handing,
) -> Result<Option<ListId>, Problem> {
    let due = |it: &ledger::Line| {
        it.state == AllowanceState::Due.code() && handing.lines.contains(&AllowanceId(it.id))
    };
    if !of_outing.iter().any(due) {
        return Ok(None);
    }
    let list = ListId(derived(handing.id, "list"));
    issue::number(tx, app, caller, list, Some(&[outing])).await?;
    Ok(Some(list))
}

/// The chosen lines by the list they are on. A line of another outing is not there.
async fn by_list(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    chosen: &[AllowanceId],
) -> Result<Vec<(domain::allowance::ListNumber, Vec<AllowanceId>)>, Problem> {
    let all = ledger::lines_of_outing(tx, programme, outing).await?;
    let mut lists: BTreeMap<domain::allowance::ListNumber, Vec<AllowanceId>> = BTreeMap::new();
    for line in chosen {
        let found = all.iter().find(|it| it.id == line.0);
        let found = found
            .ok_or_else(|| Problem::unknown("lines", "unknown_line", say::REFUSED_OTHER_OUTING))?;
        let number = found.list().ok_or_else(without_a_name)?;
        lists.entry(number).or_default().push(*line);
    }
    Ok(lists.into_iter().collect())
}

fn without_a_name() -> Problem {
    Problem::state("no_identity", say::REFUSED_WITHOUT_NAME)
}

/// An id that follows from another: the same form gives the same acts.
fn derived(id: Uuid, what: &str) -> Uuid {
    let digest = Sha256::new()
        .chain_update(id.as_bytes())
        .chain_update(what)
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::new_v8(bytes)
}

/// As a form sends it: signed unless somebody's name is written.
pub(super) fn receipt_of(how: &str, names: &str) -> Result<Receipted, Invalid> {
    let how = Receipt::from_code(how).ok_or_else(|| Invalid::new("how", "unknown_value"))?;
    let names = match names.trim() {
        "" => None,
        text => Some(domain::outing::Reason::new("names", text)?),
    };
    Receipted::new(how, names)
}
