//! The life of a list once it has a number: sent, acknowledged, paid, received, or a line returned.
//!
//! Each change is an act of one person, under an id that comes with the form: sent twice, it is one
//! act. An act holds the list first, so two clerks at once follow one another, and the second is
//! told what the first did. Nothing is half done: an act that one of its lines refuses does nothing.

pub mod contest;
pub mod store;

use super::files::{self, Document};
use super::store as ledger;
use crate::access::{Caller, Role, Scope, Sealable, Sealer, Who};
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::programmes;
use domain::allowance::{AllowanceState, ListNumber, Receipt, Step, WrongStep};
use domain::outing::Reason;
use domain::people::Title;
use domain::programme::PaymentMode;
use domain::{AllowanceId, Cents, Day, Instant, Invalid, ListId, ProgrammeId, Settings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;
use words::desk::allowances::life as say;

/// What somebody wrote about a line: why it came back, who saw the money, what they disagree with.
#[derive(Serialize, Deserialize)]
pub struct ActWords(pub String);

impl Sealable for ActWords {
    const LABEL: &'static str = "ledger words";
}

/// An act to be kept.
pub struct NewAct {
    /// Made by whoever asks.
    pub id: Uuid,
    /// `issue`, `send`, `acknowledge`, `pay`, `receive`, `return`, `contest`, `answer`.
    pub what: &'static str,
    /// On which list.
    pub list: Option<ListId>,
    /// Words, sealed.
    pub words: Option<Vec<u8>>,
}

/// Begins an act. Answers `false` when it was done before, under the same id: the rest of it too.
pub async fn begin(
    tx: &mut Tx,
    caller: &Caller,
    act: NewAct,
    now: Instant,
) -> Result<bool, Problem> {
    let (id, what, list) = (act.id, act.what, act.list);
    if store::insert_act(tx, caller.programme, act, caller.actor(), now).await? {
        return Ok(true);
    }
    match store::act(tx, caller.programme, id).await? {
        Some((before, on)) if before == what && on == list.map(|it| it.0) => Ok(false),
        _ => Err(Invalid::new("id", "taken").into()),
    }
}

/// A list, held until the transaction ends; another programme's is not there.
pub(super) async fn hold(
    tx: &mut Tx,
    programme: ProgrammeId,
    number: ListNumber,
) -> Result<ListId, Problem> {
    let held = store::hold_list(tx, programme, number).await?;
    let list = held.ok_or_else(Problem::not_found)?;
    store::hold_lines(tx, programme, list).await?;
    Ok(list)
}

/// A line cannot take a step, told to a person.
pub fn told(wrong: WrongStep) -> Problem {
    let detail = match wrong.code() {
        "already_listed" => say::REFUSED_ALREADY_LISTED,
        "already_sent" => say::REFUSED_ALREADY_SENT,
        "not_listed" => say::REFUSED_NOT_LISTED,
        "not_sent" => say::REFUSED_NOT_SENT,
        "not_paid" => say::REFUSED_NOT_PAID,
        "already_received" => say::REFUSED_ALREADY_RECEIVED,
        _ => say::REFUSED_ALREADY_PAID,
    };
    Problem::state(wrong.code(), detail)
}

/// Takes a step with all lines of a list that can, or with the chosen ones, which all must.
async fn step(
    tx: &mut Tx,
    programme: ProgrammeId,
    (act, list): (Uuid, ListId),
    step: Step,
    chosen: Option<&[AllowanceId]>,
) -> Result<(), Problem> {
    match chosen {
        None => {
            let moved = store::move_list(tx, programme, list, (act, step)).await?;
            if moved == 0 {
                let state = store::common_state(tx, programme, list).await?;
                return Err(told(WrongStep { state, step }));
            }
        }
        Some([]) => return Err(Invalid::new("lines", "missing").into()),
        Some(lines) => {
            for line in lines {
                if !store::move_line(tx, programme, (list, *line), (act, step)).await? {
                    return Err(refused(tx, programme, list, *line, step).await?);
                }
            }
        }
    }
    store::advance(tx, programme, act, step).await?;
    Ok(())
}

async fn refused(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
    line: AllowanceId,
    step: Step,
) -> Result<Problem, Problem> {
    let state = store::state_on(tx, programme, list, line).await?;
    Ok(match state {
        Some(state) if state == step.from() => Invalid::new("lines", "twice").into(),
        Some(state) => told(WrongStep { state, step }),
        None => Problem::unknown("lines", "unknown_line", say::REFUSED_LINE_OF_OTHER_LIST),
    })
}

/// Sends a list to the payer. Its files are there by then.
pub async fn send(app: &App, caller: &Caller, number: ListNumber, id: Uuid) -> Result<(), Problem> {
    let mut tx = app.db.read().await?;
    let list = ledger::list(&mut tx, caller.programme, number).await?;
    let list = list.ok_or_else(Problem::not_found)?;
    drop(tx);
    if !list.is_ready() {
        files::finish(app, caller.programme, ListId(list.id), Document::List).await?;
    }
    let mut tx = app.db.write().await?;
    send_in(&mut tx, caller, number, id, app.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// The same, in a transaction that does more.
pub(super) async fn send_in(
    tx: &mut Tx,
    caller: &Caller,
    number: ListNumber,
    id: Uuid,
    now: Instant,
) -> Result<(), Problem> {
    let programme = caller.programme;
    let list = hold(tx, programme, number).await?;
    let act = NewAct {
        id,
        what: "send",
        list: Some(list),
        words: None,
    };
    if begin(tx, caller, act, now).await? {
        step(tx, programme, (id, list), Step::Send, None).await?;
        ledger::mark(tx, programme, list, "sent", now).await?;
    }
    Ok(())
}

/// The payer says that a list came.
pub async fn acknowledge(
    app: &App,
    caller: &Caller,
    number: ListNumber,
    id: Uuid,
) -> Result<(), Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let list = hold(&mut tx, programme, number).await?;
    let act = NewAct {
        id,
        what: "acknowledge",
        list: Some(list),
        words: None,
    };
    if begin(&mut tx, caller, act, now).await? {
        if !ledger::has_mark(&mut tx, programme, list, "sent").await? {
            let state = AllowanceState::Listed;
            let step = Step::Pay;
            return Err(told(WrongStep { state, step }));
        }
        if !ledger::mark(&mut tx, programme, list, "acknowledged", now).await? {
            return Err(Problem::state(
                "already_acknowledged",
                say::REFUSED_ALREADY_ARRIVED,
            ));
        }
    }
    tx.commit().await?;
    Ok(())
}

/// How lines are paid.
#[derive(Clone, Debug)]
pub struct Paying {
    /// The act.
    pub id: Uuid,
    /// Which lines; all that wait when left out.
    pub lines: Option<Vec<AllowanceId>>,
    /// The payer's decision; that of the settings when left out.
    pub decision: Option<Title>,
    /// Cash, voucher, transfer; the usual one when left out.
    pub mode: Option<PaymentMode>,
    /// When; today when left out.
    pub paid_on: Option<Day>,
    /// Whose hand; the caller's name when left out.
    pub hand: Option<Title>,
    /// Numbers of the vouchers of each line.
    pub vouchers: BTreeMap<AllowanceId, Vec<Title>>,
    /// Handed over and receipted at once.
    pub receipt: Option<Receipted>,
}

/// How it is known that the person has it.
#[derive(Clone, Debug)]
pub struct Receipted {
    /// Signed, seen or taken.
    pub how: Receipt,
    /// Who saw it or took it.
    pub names: Option<Reason>,
}

impl Receipted {
    /// Witnesses and representatives have a name.
    pub fn new(how: Receipt, names: Option<Reason>) -> Result<Self, Invalid> {
        if how.needs_names() && names.is_none() {
            return Err(Invalid::new("names", "missing"));
        }
        Ok(Self { how, names })
    }
}

/// The payer, or whom the payer appointed to hand the money over.
pub async fn may_pay(tx: &mut Tx, settings: &Settings, caller: &Caller) -> Result<bool, Problem> {
    Ok(caller.role() == Role::Clerk || is_appointed(tx, settings, caller).await?)
}

/// Whom the payer appointed to hand the money over: somebody of the association, or an agent of
/// the payer's own.
pub async fn is_appointed(
    tx: &mut Tx,
    settings: &Settings,
    caller: &Caller,
) -> Result<bool, Problem> {
    let Who::Staff { account, .. } = caller.who else {
        return Ok(false);
    };
    let login = store::login(tx, caller.programme, account).await?;
    Ok(login.is_some_and(|login| settings.appointed.contains(&login)))
}

/// The same, or a refusal.
pub(super) async fn must_be_appointed(
    tx: &mut Tx,
    settings: &Settings,
    caller: &Caller,
) -> Result<(), Problem> {
    match is_appointed(tx, settings, caller).await? {
        true => Ok(()),
        false => Err(not_appointed()),
    }
}

/// Money is handed over only by whom the payer appointed for it.
pub(super) fn not_appointed() -> Problem {
    let mut problem = Problem::forbidden();
    problem.code = "not_appointed";
    problem.detail = say::REFUSED_NOT_APPOINTED.into();
    problem
}

/// Pays lines of a list.
pub async fn pay(
    app: &App,
    caller: &Caller,
    number: ListNumber,
    paying: Paying,
) -> Result<(), Problem> {
    let mut tx = app.db.write().await?;
    pay_in(&mut tx, app, caller, number, paying).await?;
    tx.commit().await?;
    Ok(())
}

/// The same, in a transaction that does more.
pub(super) async fn pay_in(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    number: ListNumber,
    paying: Paying,
) -> Result<(), Problem> {
    let (programme, now) = (caller.programme, app.now());
    let list = hold(tx, programme, number).await?;
    let settings = programmes::settings(tx, programme).await?;
    if !may_pay(tx, &settings, caller).await? {
        return Err(not_appointed());
    }
    let payment = payment_of(&settings, caller, &paying, local_day(&settings, now))?;
    let names = paying.receipt.as_ref().and_then(|it| it.names.as_ref());
    let act = NewAct {
        id: paying.id,
        what: "pay",
        list: Some(list),
        words: sealed(tx, app, programme, Scope::List(list), names).await?,
    };
    if !begin(tx, caller, act, now).await? {
        return Ok(());
    }
    let (act, lines) = ((paying.id, list), paying.lines.as_deref());
    step(tx, programme, act, Step::Pay, lines).await?;
    store::insert_payment(tx, programme, paying.id, payment).await?;
    if caller.role() != Role::Clerk {
        // The association has no other money than the advance.
        super::hands::store::insert_hand_over(tx, programme, paying.id).await?;
    }
    keep_vouchers(tx, programme, &paying).await?;
    if let Some(receipt) = &paying.receipt {
        store::insert_receipt(tx, programme, paying.id, receipt.how).await?;
        // Only what this act paid.
        let paid = store::lines_of_act(tx, programme, paying.id).await?;
        step(tx, programme, act, Step::Receive, Some(&paid)).await?;
    }
    // Whoever pays a list has it.
    ledger::mark(tx, programme, list, "acknowledged", now).await?;
    Ok(())
}

fn payment_of(
    settings: &Settings,
    caller: &Caller,
    paying: &Paying,
    today: Day,
) -> Result<store::NewPayment, Invalid> {
    let mode = paying.mode.unwrap_or(settings.payment_mode);
    if mode != settings.payment_mode && !settings.payment_modes.contains(&mode) {
        return Err(Invalid::new("mode", "not_a_mode_of_the_payer"));
    }
    let paid_on = paying.paid_on.unwrap_or(today);
    if paid_on > today {
        return Err(Invalid::new("paid_on", "in_the_future"));
    }
    if mode != PaymentMode::Voucher && !paying.vouchers.is_empty() {
        return Err(Invalid::new("vouchers", "not_paid_in_vouchers"));
    }
    let decision = paying.decision.as_ref().map(|it| it.as_str().to_owned());
    let hand = paying.hand.as_ref().map(|it| it.as_str().to_owned());
    Ok(store::NewPayment {
        decision: decision.or_else(|| settings.decision_reference.clone()),
        mode,
        paid_on,
        hand: hand.or_else(|| caller.name().map(str::to_owned)),
    })
}

/// A voucher is handed over once, with a line that this act paid.
async fn keep_vouchers(
    tx: &mut Tx,
    programme: ProgrammeId,
    paying: &Paying,
) -> Result<(), Problem> {
    let paid = store::lines_of_act(tx, programme, paying.id).await?;
    for (line, numbers) in &paying.vouchers {
        if !paid.contains(line) {
            return Err(Invalid::new("vouchers", "unknown_line").into());
        }
        for number in numbers {
            let kept = store::insert_voucher(tx, programme, (*line, paying.id), number.as_str());
            if !kept.await? {
                return Err(Problem::state(
                    "voucher_taken",
                    say::refused_voucher_taken(&number.as_str()),
                ));
            }
        }
    }
    Ok(())
}

/// Marks paid lines as received.
pub async fn receive(
    app: &App,
    caller: &Caller,
    number: ListNumber,
    (id, lines): (Uuid, Option<&[AllowanceId]>),
    receipt: &Receipted,
) -> Result<(), Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let list = hold(&mut tx, programme, number).await?;
    let names = receipt.names.as_ref();
    let act = NewAct {
        id,
        what: "receive",
        list: Some(list),
        words: sealed(&mut tx, app, programme, Scope::List(list), names).await?,
    };
    if begin(&mut tx, caller, act, now).await? {
        store::insert_receipt(&mut tx, programme, id, receipt.how).await?;
        step(&mut tx, programme, (id, list), Step::Receive, lines).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The payer gives one line back, and says why. It is still owed: it waits for a later list. If
/// the presence itself was wrong, the association says so by a revision, and a counter-line that
/// finds its line due cancels it (see [`domain::allowance::Listing`]).
pub async fn give_back(
    app: &App,
    caller: &Caller,
    number: ListNumber,
    (id, line): (Uuid, AllowanceId),
    reason: &Reason,
) -> Result<(), Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let list = hold(&mut tx, programme, number).await?;
    let act = NewAct {
        id,
        what: "return",
        list: Some(list),
        words: sealed(&mut tx, app, programme, Scope::List(list), Some(reason)).await?,
    };
    if begin(&mut tx, caller, act, now).await? {
        let lines = [line];
        step(&mut tx, programme, (id, list), Step::GiveBack, Some(&lines)).await?;
        ledger::mark(&mut tx, programme, list, "acknowledged", now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Words of an act, sealed with what they are about.
pub(super) async fn sealed(
    tx: &mut Tx,
    app: &App,
    programme: ProgrammeId,
    scope: Scope,
    words: Option<&Reason>,
) -> Result<Option<Vec<u8>>, Problem> {
    let Some(words) = words else {
        return Ok(None);
    };
    let mut sealer = Sealer::new(&app.keys, programme, app.now());
    let words = ActWords(words.as_str().to_owned());
    let sealed = sealer.seal(tx, scope, &words).await?;
    Ok(Some(sealed.into_bytes()))
}

/// What the payer set aside for a year, what was paid of it, and what lists promise.
#[derive(Clone, Copy, Debug)]
pub struct Envelope {
    /// Set aside, if the payer said how much.
    pub budget: Option<Cents>,
    /// Paid in that year.
    pub paid: Cents,
    /// Sent to the payer and not paid yet.
    pub promised: Cents,
}

impl Envelope {
    /// What is left once everything promised is paid.
    pub fn left(&self) -> Option<Cents> {
        self.budget.map(|it| it + -self.paid + -self.promised)
    }
}

/// The payer's envelope of a year.
pub async fn envelope(
    tx: &mut Tx,
    programme: ProgrammeId,
    settings: &Settings,
    year: i16,
) -> Result<Envelope, Problem> {
    let budget = settings.budgets.iter().find(|it| it.year == year);
    let since = Day::new(year, 1, 1).unwrap_or(Day(jiff::civil::Date::MAX));
    let months = store::paid_by_month(tx, programme, since).await?;
    let of_year = months
        .iter()
        .filter(|it| it.month.starts_with(&format!("{year:04}-")));
    Ok(Envelope {
        budget: budget.map(|it| it.amount_cents),
        paid: of_year.map(|it| Cents(it.total_cents)).sum(),
        promised: store::promised(tx, programme).await?,
    })
}
