//! « État de paiement »: the second numbered document of a list, once every line of it is settled:
//! in the person's hand, with a bank, deducted, or returned with a reason.

pub mod store;

use super::files::{self, Content, Document};
use super::life::store::LineOnList;
use super::life::{self, ActWords};
use super::store as ledger;
use crate::access::{Action, Actor, Caller, Opening, Scope, Sealable, Sealed, Sealer, Who};
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::export::payment::{self, Paid, PaymentHead, PaymentLine};
use crate::http::error::Problem;
use crate::programmes;
use domain::allowance::{AllowanceState, Entry, ListNumber, Receipt, is_settled};
use domain::programme::PaymentMode;
use domain::{AllowanceId, Cents, CivilIdentity, Day, ListId, ProgrammeId, Settings};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;
use words::desk::allowances::statement as say;

/// An « état de paiement » as it was the moment it was issued.
#[derive(Serialize, Deserialize)]
pub struct StatementContent {
    /// As when the list was issued.
    pub settings: Settings,
    /// Its own number.
    pub number: String,
    /// The list's.
    pub list: String,
    /// The day it was issued.
    pub issued_on: Day,
    /// Every line of the list, in its order.
    pub lines: Vec<PaymentLine>,
}

impl Sealable for StatementContent {
    const LABEL: &'static str = "statement content";
}

impl StatementContent {
    /// What is said of it as a whole.
    pub fn head(&self) -> PaymentHead<'_> {
        // Written by this module from numbers.
        let number = |text: &str| text.parse().unwrap_or(ledger::AFTER_THE_LAST);
        PaymentHead {
            settings: &self.settings,
            number: number(&self.number),
            list: number(&self.list),
            issued_on: self.issued_on,
        }
    }
}

/// Issues the « état de paiement » of a list, and makes its files. Asked again under the same id,
/// it answers the same number.
pub async fn issue(
    app: &App,
    caller: &Caller,
    list: ListNumber,
    id: Uuid,
) -> Result<ListNumber, Problem> {
    let mut tx = app.db.write().await?;
    let (number, list, content) = self::number(&mut tx, app, caller, list, id).await?;
    tx.commit().await?;
    // When the files cannot be made now, whoever looks next makes them.
    _ = match content {
        Some(content) => files::make(app, caller.programme, list, Content::Payment(content)).await,
        None => files::finish(app, caller.programme, list, Document::Payment).await,
    };
    Ok(number)
}

/// Takes the number and freezes what happened to each line. The files come after the commit.
pub async fn number(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    list: ListNumber,
    id: Uuid,
) -> Result<(ListNumber, ListId, Option<StatementContent>), Problem> {
    let Who::Staff { account, .. } = caller.who else {
        return Err(Problem::forbidden());
    };
    let (programme, now) = (caller.programme, app.now());
    let of = life::hold(tx, programme, list).await?;
    let settings = programmes::settings(tx, programme).await?;
    if !life::may_pay(tx, &settings, caller).await? {
        return Err(life::not_appointed());
    }
    if let Some((before, number)) = store::of_list(tx, programme, of).await? {
        if before == id {
            return Ok((number, of, None));
        }
        return Err(Problem::state(
            "already_settled",
            say::refused_already_issued(&number),
        ));
    }
    let today = local_day(&settings, now);
    let year = today.0.year();
    ledger::STATEMENTS.hold(tx, programme, year).await?;
    let lines = settled(tx, programme, of).await?;
    let asked = (caller.actor(), Action::StatementIssued);
    let issued = files::open_list(tx, app, programme, of, asked).await?;
    let names = issued.names();
    let action = Action::StatementIssued;
    let lines = told(tx, app, caller, of, (&lines, &names), action).await?;
    let number = ledger::STATEMENTS.next(tx, programme, year).await?;
    let content = StatementContent {
        settings: issued.settings,
        number: number.to_string(),
        list: issued.number,
        issued_on: today,
        lines,
    };
    let mut sealer = Sealer::new(&app.keys, programme, now);
    let sealed = sealer.seal(tx, Scope::List(of), &content).await?;
    let new = store::NewStatement {
        id,
        list: of,
        number,
        issued_on: today,
        by: account,
        lines: content.lines.len(),
        returned: content.lines.iter().filter(|it| it.paid.is_none()).count(),
        total: payment::total(&content.lines),
        sealed: sealed.into_bytes(),
    };
    if store::insert(tx, programme, new, now).await? {
        Ok((number, of, Some(content)))
    } else {
        Err(domain::Invalid::new("id", "taken").into())
    }
}

/// The lines of a list, when nothing more is expected of any of them.
async fn settled(
    tx: &mut Tx,
    programme: ProgrammeId,
    list: ListId,
) -> Result<Vec<LineOnList>, Problem> {
    let lines = life::store::lines_on(tx, programme, list).await?;
    let open = lines.iter().filter(|it| !it.is_over()).count();
    if open == 0 {
        return Ok(lines);
    }
    let lines = domain::french::counted(open as i64, say::WAITS_ONE, say::WAITS_MANY);
    Err(Problem::state(
        "not_settled",
        say::refused_not_settled(&lines),
    ))
}

impl LineOnList {
    /// Nothing more is expected of it on this list.
    pub fn is_over(&self) -> bool {
        let transfer = self.mode.as_deref() == Some(PaymentMode::Transfer.code());
        self.returned_act.is_some() || is_settled(self.entry(), self.state(), transfer)
    }

    /// Original or counter-line.
    pub fn entry(&self) -> Entry {
        Entry::from_code(&self.entry).unwrap_or(Entry::Original)
    }

    /// Where it stands on this list.
    pub fn state(&self) -> AllowanceState {
        AllowanceState::from_code(&self.state).unwrap_or(AllowanceState::Due)
    }
}

/// Each line with its name, how it was paid, and the words that belong to it.
pub(super) async fn told(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    list: ListId,
    (lines, names): (&[LineOnList], &HashMap<AllowanceId, &CivilIdentity>),
    action: Action,
) -> Result<Vec<PaymentLine>, Problem> {
    let words = words(tx, app, caller, list, action).await?;
    let mut vouchers: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (line, number) in life::store::vouchers(tx, caller.programme, list).await? {
        vouchers.entry(line).or_default().push(number);
    }
    let mut told = Vec::with_capacity(lines.len());
    for it in lines {
        let identity = names.get(&AllowanceId(it.line_id));
        let identity = identity.ok_or_else(|| Problem::internal("a line without a name"))?;
        let said = |act: Option<Uuid>| act.and_then(|act| words.get(&act)).cloned();
        let unreadable = |e: domain::Invalid| Problem::internal(format!("line: {e}"));
        told.push(PaymentLine {
            surname: identity.surname.clone(),
            first_name: identity.first_name.clone(),
            born: identity.born,
            reference: identity.reference.clone(),
            outing_day: it.outing_day.parse().map_err(unreadable)?,
            amount_cents: Cents(it.amount_cents),
            paid: paid(it, vouchers.remove(&it.line_id), said(it.received_act))
                .map_err(unreadable)?,
            returned: it
                .returned_act
                .map(|act| said(Some(act)).unwrap_or_default()),
        });
    }
    Ok(told)
}

fn paid(
    it: &LineOnList,
    vouchers: Option<Vec<String>>,
    seen_by: Option<String>,
) -> Result<Option<Paid>, domain::Invalid> {
    let (Some(mode), Some(on)) = (it.mode.as_deref(), it.paid_on.as_deref()) else {
        return Ok(None);
    };
    Ok(Some(Paid {
        decision: it.decision.clone(),
        mode: PaymentMode::from_code(mode).unwrap_or(PaymentMode::Cash),
        on: on.parse()?,
        hand: it.hand.clone(),
        vouchers: vouchers.unwrap_or_default(),
        receipt: it.receipt.as_deref().and_then(Receipt::from_code),
        seen_by,
    }))
}

/// The words of the acts on a list (why a line came back, who saw the money), by act.
pub(super) async fn words(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    list: ListId,
    action: Action,
) -> Result<HashMap<Uuid, String>, Problem> {
    let sealed = life::store::words_on(tx, caller.programme, list).await?;
    let scope = Scope::List(list);
    let named = if sealed.is_empty() {
        Vec::new()
    } else {
        vec![scope]
    };
    let (actor, now) = (caller.actor(), app.now());
    let mut opening =
        Opening::begin(tx, &app.keys, caller.programme, actor, action, named, now).await?;
    let mut words = HashMap::new();
    for (act, bytes) in sealed {
        let sealed: Sealed<ActWords> = Sealed::from_row(scope, bytes);
        let ActWords(text) = opening.open(tx, &sealed).await?;
        words.insert(act, text);
    }
    Ok(words)
}

/// Opens what the files of an « état de paiement » are made from.
pub(super) async fn open(
    tx: &mut Tx,
    app: &App,
    programme: ProgrammeId,
    list: ListId,
    (actor, action): (Actor, Action),
) -> Result<StatementContent, Problem> {
    let sealed = store::sealed(tx, programme, list).await?;
    let scope = Scope::List(list);
    let sealed: Sealed<StatementContent> =
        Sealed::from_row(scope, sealed.ok_or_else(Problem::not_found)?);
    let (keys, now) = (&app.keys, app.now());
    let mut opening = Opening::begin(tx, keys, programme, actor, action, vec![scope], now).await?;
    Ok(opening.open(tx, &sealed).await?)
}
