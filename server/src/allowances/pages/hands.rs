//! « Remise en mains propres » at a table on the pavement: one outing issued, paid and receipted on
//! one screen, one tap a person. For those whom the payer appointed.
//!
//! It may be somebody of the association, who knows people by sign and pseudonym, or an agent of
//! the payer's own, who reads civil names, amounts and the day, and for whom nothing else is loaded.

use super::follow::receipt_fields;
use super::{day_words, payer};
use crate::access::{Action, Caller, Opening, Role};
use crate::allowances::hands::advance::{self, DaySheet};
use crate::allowances::hands::{self, Handing};
use crate::allowances::life;
use crate::allowances::store::{self, Line};
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::export::collate;
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Field, Tone, crumbs, day_title, note, unbroken};
use crate::http::reading::{Path, ReadForm};
use crate::outings::store::Outing;
use crate::people::store::Peer;
use crate::{outings, people, programmes};
use app::ui::pictograms::{CHECK, SHEET};
use app::ui::{Icon, SignPicture};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::allowance::{AllowanceState, Entry, Listing};
use domain::french::{amount, counted, date_cell};
use domain::people::Title;
use domain::{
    AllowanceId, Cents, CivilIdentity, Day, Invalid, OutingId, PeerId, ProgrammeId, Settings,
};
use leptos::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;
use words::desk::allowances::hands as say;
use words::desk::common;
use words::desk::common::count;

/// Whose people hand the money over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Desk {
    Association,
    Payer,
}

impl Desk {
    pub(super) fn of(caller: &Caller) -> Self {
        match caller.role() {
            Role::Clerk => Self::Payer,
            _ => Self::Association,
        }
    }

    /// The screen of an outing.
    pub(super) fn path(self, outing: OutingId) -> String {
        match self {
            Self::Association => format!("/sorties/{outing}/aides"),
            Self::Payer => format!("/ccas/remise/{outing}"),
        }
    }

    /// The page of the advance.
    pub(super) fn books(self) -> &'static str {
        match self {
            Self::Association => "/aides/avances",
            Self::Payer => "/ccas/avances",
        }
    }

    /// The part of the site it belongs to.
    pub(super) fn part(self) -> &'static str {
        match self {
            Self::Association => "/sorties",
            Self::Payer => "/ccas",
        }
    }

    fn back(self, outing: OutingId) -> AnyView {
        match self {
            Self::Association => crumbs(format!("/sorties/{outing}"), common::THE_OUTING),
            Self::Payer => crumbs("/ccas/remise".into(), say::BACK),
        }
    }
}

/// What a form of this screen sends.
#[derive(Default, Deserialize)]
pub struct Acting {
    /// Sent twice, done once.
    id: Uuid,
    /// Which of the forms.
    geste: String,
    /// Who has it in hand.
    #[serde(default)]
    ligne: Vec<AllowanceId>,
    #[serde(default)]
    recu: String,
    #[serde(default)]
    noms: String,
    /// The line whose vouchers each of `numeros` is.
    #[serde(default)]
    de: Vec<AllowanceId>,
    #[serde(default)]
    numeros: Vec<String>,
    /// Of the advance.
    #[serde(default)]
    montant: String,
}

impl Acting {
    fn handing(&self) -> Result<Handing, Invalid> {
        let mut vouchers = BTreeMap::new();
        for (line, typed) in self.de.iter().zip(&self.numeros) {
            let numbers = typed.split([' ', ',', ';']).filter(|it| !it.is_empty());
            let numbers = numbers.map(|it| Title::new("vouchers", it));
            let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
            if !numbers.is_empty() && self.ligne.contains(line) {
                vouchers.insert(*line, numbers);
            }
        }
        Ok(Handing {
            id: self.id,
            lines: self.ligne.clone(),
            vouchers,
            receipt: hands::receipt_of(&self.recu, &self.noms)?,
        })
    }

    /// What was typed beside a line, when the form comes back.
    fn typed(&self, line: AllowanceId) -> String {
        let mut typed = self.de.iter().zip(&self.numeros);
        let found = typed.find(|(of, _)| **of == line);
        found.map(|(_, text)| text.clone()).unwrap_or_default()
    }
}

/// `GET /sorties/{id}/aides` and `GET /ccas/remise/{id}`
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<Response, Problem> {
    screen(&app, &caller, id, None).await
}

/// `POST /sorties/{id}/aides` and `POST /ccas/remise/{id}`
pub async fn act(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    ReadForm(form): ReadForm<Acting>,
) -> Result<Response, Problem> {
    match done(&app, &caller, id, &form).await {
        Ok(()) => Ok(Redirect::to(&Desk::of(&caller).path(id)).into_response()),
        Err(problem) if problem.is_for_the_form() => {
            screen(&app, &caller, id, Some((problem, form))).await
        }
        Err(problem) => Err(problem),
    }
}

async fn done(app: &App, caller: &Caller, id: OutingId, form: &Acting) -> Result<(), Problem> {
    let received = match form.geste.as_str() {
        "remettre" => return hands::hand_over(app, caller, id, form.handing()?).await,
        "avance" => true,
        "rendu" => false,
        _ => return Err(Problem::malformed("geste", "unknown_value")),
    };
    let cents = super::follow::euros(&form.montant);
    let cents = cents.ok_or_else(|| Invalid::new("amount", "out_of_range"))?;
    advance::note(app, caller, id, (form.id, received, cents)).await
}

/// What is wrong, in words of this page.
fn told(problem: &Problem) -> String {
    let fault = problem.errors.first();
    let sentence = match fault.map(|it| (it.field.as_str(), it.code)) {
        Some(("lines", "missing")) => say::REFUSED_NO_LINE,
        Some(("vouchers", "wrong_count")) => say::REFUSED_VOUCHER_COUNT,
        Some(("amount", _)) => say::REFUSED_AMOUNT,
        _ => return payer::told(problem),
    };
    sentence.to_owned()
}

// ---- What is shown

/// The line of one person, and who it is.
pub(super) struct Row {
    pub(super) line: Line,
    /// As the association knows the person; not loaded for the payer.
    peer: Option<Peer>,
    identity: Option<CivilIdentity>,
    /// Somebody else of this outing bears the same name.
    has_homonym: bool,
}

impl Row {
    pub(super) fn state(&self) -> AllowanceState {
        AllowanceState::from_code(&self.line.state).unwrap_or(AllowanceState::Due)
    }

    /// The civil name; the pseudonym of somebody who gave none.
    pub(super) fn name(&self) -> String {
        match (&self.identity, &self.peer) {
            (Some(it), _) => format!("{} {}", it.surname, it.first_name),
            (None, Some(peer)) => peer.pseudonym.clone(),
            (None, None) => String::new(),
        }
    }

    /// What is said of the person beside the name.
    fn known_by(&self) -> String {
        match (&self.peer, &self.identity) {
            (Some(peer), _) => match self.told_apart() {
                Some(marks) => format!("{} · {marks}", peer.pseudonym),
                None => peer.pseudonym.clone(),
            },
            (None, Some(_)) if self.has_homonym => self.told_apart().unwrap_or_default(),
            (None, Some(it)) => payer::known_by(it),
            (None, None) => String::new(),
        }
    }

    /// What tells two people of one name apart, as on a list: all of it, since part of it may be
    /// the same too. Nothing where the name is enough.
    pub(super) fn told_apart(&self) -> Option<String> {
        let it = self.identity.as_ref().filter(|_| self.has_homonym)?;
        let born = it.born.map(|day| say::apart_born(&date_cell(day)));
        let reference = it.reference.as_ref().map(|it| say::apart_reference(&it));
        let marks: Vec<String> = [born, reference].into_iter().flatten().collect();
        Some(marks.join(", "))
    }

    fn sign(&self) -> Option<AnyView> {
        let sign = self.peer.as_ref()?.sign;
        Some(view! { <SignPicture sign=sign/> }.into_any())
    }

    pub(super) fn is_named(&self) -> bool {
        self.identity.is_some()
    }

    /// A presence that was taken back is not paid.
    fn is_corrected(&self) -> bool {
        self.line.other.is_some()
    }

    /// The money is still to be handed over.
    pub(super) fn waits(&self) -> bool {
        let paid = matches!(
            self.state(),
            AllowanceState::Paid | AllowanceState::Received
        );
        !paid && !self.is_corrected() && self.line.listing() == Listing::Ready
    }

    fn amount(&self) -> Cents {
        Cents(self.line.amount_cents)
    }
}

/// An outing, its lines by name, and the advance of its day.
pub(super) struct Held {
    pub(super) desk: Desk,
    pub(super) settings: Settings,
    pub(super) outing: Outing,
    pub(super) rows: Vec<Row>,
    pub(super) sheet: DaySheet,
    pub(super) today: Day,
}

/// Reads an outing for somebody who was appointed; names are opened, which the journal keeps.
pub(super) async fn held(app: &App, caller: &Caller, id: OutingId) -> Result<Held, Problem> {
    let programme = caller.programme;
    let mut tx = app.db.write().await?;
    let outing = outings::get(&mut tx, caller, id).await?;
    let settings = programmes::settings(&mut tx, programme).await?;
    life::must_be_appointed(&mut tx, &settings, caller).await?;
    let desk = Desk::of(caller);
    let lines = store::lines_of_outing(&mut tx, programme, id).await?;
    let mut rows = rows(&mut tx, app, caller, lines).await?;
    if desk == Desk::Payer {
        // Who gave no name, or was not there after all, is the association's to know; so is an
        // outing that nobody is paid for.
        rows.retain(|it| it.is_named() && !it.is_corrected());
        if rows.is_empty() {
            return Err(Problem::not_found());
        }
    }
    let books = advance::books(&mut tx, programme).await?;
    let sheet = books.sheet(id, outing.day);
    tx.commit().await?;
    Ok(Held {
        desk,
        today: local_day(&settings, app.now()),
        settings,
        outing,
        rows,
        sheet,
    })
}

async fn rows(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    lines: Vec<Line>,
) -> Result<Vec<Row>, Problem> {
    let originals = lines
        .into_iter()
        .filter(|it| it.entry == Entry::Original.code());
    let originals: Vec<Line> = originals.collect();
    let peers = match Desk::of(caller) {
        Desk::Association => people::store::everybody(tx, caller.programme).await?,
        Desk::Payer => Vec::new(),
    };
    let mut names = names(tx, app, caller, &originals).await?;
    let row = |line: Line| Row {
        peer: peers.iter().find(|it| it.id.0 == line.peer_id).cloned(),
        identity: names.remove(&PeerId(line.peer_id)),
        has_homonym: false,
        line,
    };
    let mut rows: Vec<Row> = originals.into_iter().map(row).collect();
    let order = collate::french();
    rows.sort_by(|a, b| order.compare(&a.name(), &b.name()));
    mark_homonyms(&mut rows);
    Ok(rows)
}

/// Whatever the case of their names: a hurried eye reads them alike.
fn mark_homonyms(rows: &mut [Row]) {
    let mut times: HashMap<String, usize> = HashMap::new();
    for row in rows.iter().filter(|it| it.is_named()) {
        *times.entry(row.name().to_lowercase()).or_default() += 1;
    }
    for row in rows.iter_mut().filter(|it| it.is_named()) {
        row.has_homonym = times.get(&row.name().to_lowercase()) > Some(&1);
    }
}

/// The civil identities of those who have a line here.
async fn names(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    lines: &[Line],
) -> Result<HashMap<PeerId, CivilIdentity>, Problem> {
    let programme: ProgrammeId = caller.programme;
    let mut sealed = people::store::identities(tx, programme).await?;
    sealed.retain(|(peer, _)| lines.iter().any(|it| it.peer_id == peer.0));
    let scopes: Vec<_> = sealed.iter().map(|(_, it)| it.scope()).collect();
    let mut names = HashMap::new();
    if scopes.is_empty() {
        return Ok(names);
    }
    let (actor, action, now) = (caller.actor(), Action::IdentityOpened, app.now());
    let mut opening = Opening::begin(tx, &app.keys, programme, actor, action, scopes, now).await?;
    for (peer, sealed) in &sealed {
        names.insert(*peer, opening.open(tx, sealed).await?);
    }
    Ok(names)
}

async fn screen(
    app: &App,
    caller: &Caller,
    id: OutingId,
    refused: Option<(Problem, Acting)>,
) -> Result<Response, Problem> {
    let held = held(app, caller, id).await?;
    let status = refused.as_ref().map_or(StatusCode::OK, |it| it.0.status);
    let said = refused.as_ref().map(|(problem, _)| told(problem));
    let typed = refused.map(|(_, form)| form).unwrap_or_default();
    let frame = Frame::of(
        &app.assets,
        caller,
        &held.settings,
        say::TITLE,
        held.desk.part(),
    );
    let page = page(&frame, || view(&held, said, &typed));
    Ok((status, page).into_response())
}

fn view(held: &Held, said: Option<String>, typed: &Acting) -> AnyView {
    let said = said.map(|text| note(Tone::Alarm, text));
    view! {
        {held.desk.back(held.outing.id)}
        <div class="head">
            <div>
                <h1>{say::TITLE}</h1>
                <p class="soft">{day_title(held.outing.day, held.today)}</p>
            </div>
        </div>
        {said}
        {to_hand_over(held, typed)}
        {others(held)}
        {advance(held)}
    }
    .into_any()
}

fn hidden_id() -> AnyView {
    let id = Uuid::now_v7().to_string();
    view! { <input type="hidden" name="id" value=id/> }.into_any()
}

/// The form: one tap a person, then one button.
fn to_hand_over(held: &Held, typed: &Acting) -> AnyView {
    let waiting: Vec<&Row> = held
        .rows
        .iter()
        .filter(|it| it.waits() && it.is_named())
        .collect();
    if waiting.is_empty() {
        let words = match held.rows.is_empty() {
            true => say::EMPTY,
            false => say::EMPTY_FOR_NOW,
        };
        return note(Tone::Info, words);
    }
    let total: Cents = waiting.iter().map(|it| it.amount()).sum();
    let people = counted(waiting.len() as i64, count::PERSON, count::PEOPLE);
    let rows: Vec<_> = waiting.iter().map(|it| tap(held, it, typed)).collect();
    let action = held.desk.path(held.outing.id);
    view! {
        <form class="card form hands" method="post" action=action>
            {hidden_id()}
            <fieldset>
                <legend>{say::FORM_LEGEND}" "{people}", "{amount(total)}</legend>
                <p class="help">{say::FORM_HELP}</p>
                <ul class="taps">{rows}</ul>
            </fieldset>
            <details open=!typed.noms.is_empty()>
                <summary>{say::NO_SIGNATURE}</summary>
                <p class="help">{say::NO_SIGNATURE_HELP}</p>
                {receipt_fields()}
            </details>
            <div class="actions">
                <button class="primary" name="geste" value="remettre">
                    <Icon path=CHECK/>
                    {say::HAND_OVER}
                </button>
            </div>
        </form>
    }
    .into_any()
}

fn tap(held: &Held, row: &Row, typed: &Acting) -> AnyView {
    let id = AllowanceId(row.line.id);
    let checked = typed.ligne.contains(&id);
    let contested = (held.desk == Desk::Association && row.line.is_contested())
        .then(|| view! { " "{say::LINE_CONTESTED} });
    view! {
        <li>
            <label class="choice">
                <input type="checkbox" name="ligne" value=row.line.id.to_string() checked=checked/>
                {row.sign()}
                <span class="row-text">
                    <b>{row.name()}</b>
                    <small>{row.known_by()}" "{say::LINE_HANDED_OVER}{contested}</small>
                </span>
                <span class="num whole">{amount(row.amount())}</span>
            </label>
            {vouchers(held, row, typed)}
        </li>
    }
    .into_any()
}

/// Room for the numbers of vouchers, where the money is vouchers of a fixed value.
fn vouchers(held: &Held, row: &Row, typed: &Acting) -> Option<AnyView> {
    let id = AllowanceId(row.line.id);
    let count = hands::vouchers_of(&held.settings, row.amount())?;
    let of = counted(count as i64, say::VOUCHER_ONE, say::VOUCHER_MANY);
    let apart = row.told_apart().map(|it| format!(", {it}"));
    let label = say::label_voucher_numbers(&row.name(), &apart.unwrap_or_default());
    Some(
        view! {
            <p class="numbers">
                <input type="hidden" name="de" value=id.to_string()/>
                <span aria-hidden="true">{of}{say::VOUCHER_NUMBERS_PREFIX}</span>
                <input
                    name="numeros"
                    aria-label=label
                    autocomplete="off"
                    inputmode="numeric"
                    value=typed.typed(id)
                />
            </p>
        }
        .into_any(),
    )
}

// ---- Those who are not in the form

/// Why somebody's money is not handed over here.
pub(super) fn why_not(row: &Row) -> (&'static str, &'static str) {
    match row.state() {
        AllowanceState::Received => ("tag ok", "remis"),
        AllowanceState::Paid => ("tag", say::WHY_PAID),
        _ if row.is_corrected() => ("tag", say::WHY_CORRECTED),
        _ => ("tag wait", say::WHY_UNNAMED),
    }
}

fn others(held: &Held) -> Option<AnyView> {
    let others = |it: &&Row| !(it.waits() && it.is_named());
    let rows: Vec<_> = held.rows.iter().filter(others).map(other).collect();
    let nameless = |it: &Row| it.waits() && !it.is_named();
    let waits = held.rows.iter().any(nameless).then(|| {
        view! {
            <p class="soft">
                {say::OTHERS_UNNAMED}
            </p>
        }
    });
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card">
                <h2>{say::OTHERS_TITLE}</h2>
                {waits}
                <ul class="waiting">{rows}</ul>
            </section>
        }
        .into_any()
    })
}

fn other(row: &Row) -> AnyView {
    let (class, word) = why_not(row);
    let name = row.name();
    let who = match &row.peer {
        Some(peer) if !row.is_named() => {
            let href = format!("/equipe/{}", peer.id);
            view! { <a href=href><b>{name}</b></a> }.into_any()
        }
        _ => view! { <b>{name}</b> }.into_any(),
    };
    let list = row.line.list().map(|it| unbroken(&say::list_of_line(&it)));
    let apart = row.told_apart().map(|it| view! { <small>{it}</small> });
    view! {
        <li>
            {row.sign()}
            <span class="row-text">
                {who}
                {apart}
                <small><span class=class>{word}</span>" "{list}</small>
            </span>
            <span class="num whole">{amount(row.amount())}</span>
        </li>
    }
    .into_any()
}

// ---- The advance

/// The figures of a day's purse.
pub(super) fn purse(sheet: DaySheet) -> AnyView {
    let before = (say::PURSE_BEFORE, sheet.before);
    let before = (sheet.before != Cents(0)).then_some(before);
    let of_the_day = [
        (say::PURSE_RECEIVED, sheet.received),
        (say::PURSE_PAID, sheet.paid),
        (say::PURSE_RETURNED, sheet.returned),
        (say::PURSE_LEFT, sheet.left()),
    ];
    let rows: Vec<_> = before
        .into_iter()
        .chain(of_the_day)
        .map(|(what, cents)| {
            view! {
                <tr>
                    <th scope="row">{what}</th>
                    <td class="n">{amount(cents)}</td>
                </tr>
            }
        })
        .collect();
    view! { <table class="purse"><tbody>{rows}</tbody></table> }.into_any()
}

fn advance(held: &Held) -> AnyView {
    let field = Field {
        name: "montant",
        label: say::LABEL_AMOUNT,
        kind: "text",
        inputmode: Some("decimal"),
        ..Field::default()
    };
    let action = held.desk.path(held.outing.id);
    let paper = format!("{action}/feuille");
    let short = (held.sheet.left().0 < 0).then(|| note(Tone::Wait, say::MORE_THAN_RECEIVED));
    let since = format!("{}?depuis={}", held.desk.books(), held.outing.day);
    view! {
        <section class="card">
            <h2>{say::ADVANCE_TITLE_BEFORE_DAY}" "{day_words(&held.outing.day.to_string())}</h2>
            {short}
            {purse(held.sheet)}
            <form class="form" method="post" action=action>
                {hidden_id()}
                {field.view()}
                <div class="actions">
                    <button name="geste" value="avance">{say::PURSE_RECEIVED}</button>
                    <button name="geste" value="rendu">{say::MONEY_RETURNED}</button>
                </div>
            </form>
            <div class="actions">
                <a class="button" href=paper><Icon path=SHEET/>{say::PAPER_TO_SIGN}</a>
                <a class="button quiet" href=since>{say::SEE_WHOLE_ADVANCE}</a>
            </div>
        </section>
    }
    .into_any()
}
