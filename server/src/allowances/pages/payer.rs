//! The payer's pages: lists by state, one list with its lines, what was paid month by month and
//! what is left of the year's envelope.
//!
//! They know numbers, dates, names and amounts. They load nothing of where or why, and say none of
//! the association's words.

use super::documents::{Files, files_card};
use super::{Shown, day_words, downloads, list_steps, older_link, some_lists};
use crate::access::{Action, Caller};
use crate::allowances::files;
use crate::allowances::life::store::{LineOnList, MonthTotal, paid_by_month};
use crate::allowances::life::{self, Envelope, Paying, Receipted, envelope};
use crate::allowances::statement;
use crate::allowances::store::{self, ListRow};
use crate::app::{App, local_day};
use crate::export::collate;
use crate::http::error::Problem;
use crate::http::hints::Hints;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Field, Tone, crumbs, note, tabs, unbroken};
use crate::http::reading::{Path, Query, ReadForm};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{CHECK, SHEET};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::allowance::{AllowanceState, ListNumber, Receipt};
use domain::french::{amount, amount_in_words, counted, date_cell, number};
use domain::outing::Reason;
use domain::people::Title;
use domain::programme::PaymentMode;
use domain::{AllowanceId, Cents, CivilIdentity, Day, Invalid, ListId, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;
use words::desk::allowances::payer as say;
use words::desk::common;
use words::desk::common::count;

/// Lists on one page: a year of them.
const LISTS_PER_PAGE: u32 = 12;
/// Lists that a search by name opens, the newest first: some years of them.
const SEARCHED_LISTS_MAX: u32 = 120;
/// Lines that a search shows, the newest first.
const FOUND_SHOWN: usize = 50;
/// Months in sight, this one with them.
const MONTHS_SHOWN: i32 = 12;

/// Which lists.
#[derive(Default, Deserialize)]
pub struct Asked {
    /// Lists before this number.
    #[serde(default)]
    avant: String,
    /// Where they stand.
    #[serde(default)]
    etat: String,
    /// A name or a number.
    #[serde(default)]
    q: String,
}

/// The states a payer asks for, and their words.
const STATES: [(&str, &str); 4] = [
    ("", common::ALL_FEMININE),
    ("open", say::TAB_TO_PAY),
    ("settled", say::TAB_SETTLED),
    ("issued", say::TAB_NOT_SENT),
];

/// What the word of a list's state is, for its two readers.
pub(super) fn state_word(state: &str) -> &'static str {
    match state {
        "preparing" => say::STATE_PREPARING,
        "issued" => say::STATE_ISSUED,
        "sent" => say::STATE_SENT,
        "acknowledged" => say::STATE_ARRIVED,
        _ => say::STATE_SETTLED,
    }
}

/// `GET /ccas`. Whatever the payer is called, the address stays.
pub async fn lists_page(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
    hints: Hints,
) -> Result<Response, Problem> {
    if let Ok(number) = asked.q.trim().parse::<ListNumber>() {
        return Ok(Redirect::to(&format!("/ccas/{number}")).into_response());
    }
    let found = match asked.q.trim() {
        "" => None,
        words => Some(search(&app, &caller, words).await?),
    };
    let state = STATES.iter().find(|(code, _)| *code == asked.etat);
    let state = state.map_or("", |(code, _)| code);
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let today = local_day(&settings, app.now());
    let (year, since) = (today.0.year(), first_month(today));
    let (lists, next) = some_lists(&mut tx, &caller, &asked.avant, LISTS_PER_PAGE, state).await?;
    let view = Lists {
        hands_over: life::is_appointed(&mut tx, &settings, &caller).await?,
        title: say::title(&settings.payer.the()),
        association: settings.association.of_the(),
        envelope: envelope(&mut tx, caller.programme, &settings, year).await?,
        months: paid_by_month(&mut tx, caller.programme, since).await?,
        year,
        state,
        asked: asked.q.trim().to_owned(),
        lists,
        next,
        found,
    };
    drop(tx);
    let frame = Frame::of(&app.assets, &caller, &settings, view.title.clone(), "/ccas");
    let hint = hints.of_page("/ccas");
    Ok(page(&frame, || lists_view(view, hint)).into_response())
}

/// The first day of the oldest month in sight.
fn first_month(today: Day) -> Day {
    let this = today.0.first_of_month();
    let first = this.checked_sub(jiff::Span::new().months(MONTHS_SHOWN - 1));
    Day(first.unwrap_or(this))
}

struct Lists {
    /// The caller may hand money over.
    hands_over: bool,
    title: String,
    association: String,
    envelope: Envelope,
    months: Vec<MonthTotal>,
    year: i16,
    state: &'static str,
    asked: String,
    lists: Vec<Shown>,
    next: Option<String>,
    found: Option<Vec<Found>>,
}

/// A line that a search found.
struct Found {
    number: String,
    name: String,
    known_by: String,
    day: Day,
    amount: Cents,
}

/// Opens the newest lists and looks for a name in them; one row in the journal for each.
async fn search(app: &App, caller: &Caller, words: &str) -> Result<Vec<Found>, Problem> {
    let wanted = collate::folded(words);
    let programme = caller.programme;
    let mut tx = app.db.write().await?;
    let before = store::AFTER_THE_LAST;
    let lists = store::lists(&mut tx, programme, before, SEARCHED_LISTS_MAX, "").await?;
    let mut found = Vec::new();
    for list in lists {
        let id = ListId(list.id);
        let asked = (caller.actor(), Action::ListShown);
        // A list of the first version has no lines to open.
        let Ok(content) = files::open_list(&mut tx, app, programme, id, asked).await else {
            continue;
        };
        for line in &content.lines {
            let name = format!("{} {}", line.identity.surname, line.identity.first_name);
            if collate::folded(&name).contains(&wanted) {
                found.push(Found {
                    number: content.number.clone(),
                    name,
                    known_by: known_by(&line.identity),
                    day: line.outing_day,
                    amount: line.amount_cents,
                });
            }
        }
    }
    tx.commit().await?;
    Ok(found)
}

fn lists_view(view: Lists, hint: Option<AnyView>) -> AnyView {
    let about = say::intro(&view.association);
    let found = view.found.map(|it| found_card(&view.asked, it));
    let hands_over = view.hands_over.then(|| {
        view! { <a class="button" href="/ccas/remise">{say::HAND_OVER}</a> }
    });
    view! {
        <div class="head">
            <div>
                <h1>{view.title}</h1>
                <p class="soft">{about}</p>
            </div>
            {hands_over}
        </div>
        {hint}
        {figures(&view.envelope, view.year)}
        {search_form(view.asked)}
        {found}
        {lists_card(view.state, &view.lists, view.next.as_deref())}
        {months_card(&view.months)}
        {period_card(view.year)}
    }
    .into_any()
}

fn figures(envelope: &Envelope, year: i16) -> AnyView {
    let figure = |cents: Cents, words: String| {
        view! {
            <li class="card">
                <strong class="money">{amount(cents)}</strong>
                {words}
            </li>
        }
    };
    let paid = figure(envelope.paid, say::figure_paid(&year));
    let promised = figure(envelope.promised, say::FIGURE_PROMISED.into());
    let budget = envelope
        .budget
        .map(|it| figure(it, say::figure_budget(&year)));
    let left = envelope
        .left()
        .map(|it| figure(it, say::FIGURE_LEFT.into()));
    view! { <ul class="tiles" aria-label=say::FIGURES_LABEL>{budget}{paid}{promised}{left}</ul> }
        .into_any()
}

fn search_form(asked: String) -> AnyView {
    let field = Field {
        name: "q",
        label: say::LABEL_SEARCH,
        kind: "search",
        value: asked,
        ..Field::default()
    };
    view! {
        <form class="card search-line" method="get" action="/ccas" role="search">
            {field.view()}
            <button>{say::SEARCH}</button>
        </form>
    }
    .into_any()
}

fn found_card(asked: &str, found: Vec<Found>) -> AnyView {
    let title = match found.len() {
        0 => say::found_nobody(&asked),
        n => counted(n as i64, say::FOUND_ONE, say::FOUND_MANY),
    };
    let more = found.len().checked_sub(FOUND_SHOWN).filter(|it| *it > 0);
    let more = more.map(|_| {
        let words = say::found_too_many(&FOUND_SHOWN);
        view! { <p class="help">{words}</p> }
    });
    let rows: Vec<_> = found
        .into_iter()
        .take(FOUND_SHOWN)
        .map(|it| {
            let href = format!("/ccas/{}", it.number);
            view! {
                <tr>
                    <th scope="row">{it.name}<small class="line soft">{it.known_by}</small></th>
                    <td data-label=say::COLUMN_LIST><a href=href>{unbroken(&it.number)}</a></td>
                    <td data-label=common::DATE>{date_cell(it.day)}</td>
                    <td class="n" data-label=common::AMOUNT>{amount(it.amount)}</td>
                </tr>
            }
        })
        .collect();
    let table = (!rows.is_empty()).then(|| {
        view! {
            <table class="stack">
                <thead>
                    <tr>
                        <th scope="col">{common::NAME}</th>
                        <th scope="col">{say::COLUMN_LIST}</th>
                        <th scope="col">{common::DATE}</th>
                        <th scope="col" class="n">{common::AMOUNT}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    });
    view! { <section class="card"><h2>{title}</h2>{more}{table}</section> }.into_any()
}

fn lists_card(state: &'static str, lists: &[Shown], next: Option<&str>) -> AnyView {
    let states = STATES
        .iter()
        .map(|(code, word)| (format!("/ccas?etat={code}"), *word, *code == state));
    let rows: Vec<_> = lists.iter().map(|it| list_row(&it.list)).collect();
    let content = if rows.is_empty() {
        view! {
            <div class="empty">
                <Icon path=SHEET/>
                <p>{say::LISTS_EMPTY}</p>
            </div>
        }
        .into_any()
    } else {
        view! {
            <table class="stack lists">
                <thead>
                    <tr>
                        <th scope="col">{say::COLUMN_NUMBER}</th>
                        <th scope="col">{say::COLUMN_ISSUED_ON}</th>
                        <th scope="col">{common::STATE}</th>
                        <th scope="col" class="n">{say::COLUMN_LINES}</th>
                        <th scope="col" class="n">{common::TOTAL}</th>
                        <th scope="col"><span class="sr">{say::COLUMN_FILES}</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="card">
            <h2>{say::LISTS_TITLE}</h2>
            {tabs(say::TABS_LABEL, states)}
            {content}
            {older_link(&format!("/ccas?etat={state}&"), next)}
        </section>
    }
    .into_any()
}

fn list_row(list: &ListRow) -> AnyView {
    let name = list.number().to_string();
    let href = format!("/ccas/{name}");
    view! {
        <tr>
            <th scope="row" class="whole"><a href=href>{name.clone()}</a></th>
            <td data-label=say::COLUMN_ISSUED_ON>{day_words(&list.issued_on)}</td>
            <td data-label=common::STATE>{state_word(&list.state)}</td>
            <td class="n" data-label=say::COLUMN_LINES>{number(list.lines)}</td>
            <td class="n" data-label=common::TOTAL>{amount(Cents(list.total_cents))}</td>
            <td class="files"><div class="actions">{downloads(&name, "")}</div></td>
        </tr>
    }
    .into_any()
}

/// All lines of a period, as a file: what the books are kept by.
fn period_card(year: i16) -> AnyView {
    let day = |name, label, value: String| Field {
        name,
        label,
        kind: "date",
        value,
        ..Field::default()
    };
    let from = day("from", say::LABEL_PERIOD_FROM, format!("{year:04}-01-01"));
    let to = day("to", "au", format!("{year:04}-12-31"));
    view! {
        <details class="card">
            <summary>{say::PERIOD_TITLE}</summary>
            <form class="form" method="get" action="/api/v1/allowance-lines.csv">
                <div class="side">{from.view()}{to.view()}</div>
                <p class="help">{say::PERIOD_HELP}</p>
                <div class="actions">
                    <button name="dialect" value="excel-fr">{common::DOWNLOAD_FOR_EXCEL}</button>
                    <button class="quiet" name="dialect" value="open-data">{common::OPEN_DATA}</button>
                </div>
            </form>
        </details>
    }
    .into_any()
}

fn months_card(months: &[MonthTotal]) -> Option<AnyView> {
    let rows: Vec<_> = months
        .iter()
        .map(|it| {
            let first = format!("{}-01", it.month).parse::<Day>();
            let month = first.map_or_else(|_| it.month.clone(), domain::french::date);
            // « 1er novembre 2026 » without its day.
            let month = month.split_once('\u{a0}').map(|(_, rest)| rest.to_owned());
            view! {
                <tr>
                    <th scope="row">{month}</th>
                    <td class="n">{number(it.lines)}</td>
                    <td class="n">{amount(Cents(it.total_cents))}</td>
                </tr>
            }
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    Some(
        view! {
            <section class="card">
                <h2>{say::MONTHS_TITLE}</h2>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{common::MONTH}</th>
                            <th scope="col" class="n">{say::COLUMN_LINES}</th>
                            <th scope="col" class="n">{common::AMOUNT}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any(),
    )
}

// ---- One list

/// `GET /ccas/{number}`
pub async fn list_page(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let number = number.parse().map_err(|_| Problem::not_found())?;
    one(&app, &caller, number, None).await
}

/// What the payer does with a list.
#[derive(Deserialize)]
pub struct Acting {
    /// Sent twice, done once.
    id: Uuid,
    /// Which of the forms.
    geste: String,
    /// Chosen lines.
    #[serde(default)]
    ligne: Vec<AllowanceId>,
    #[serde(default)]
    decision: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    le: String,
    #[serde(default)]
    main: String,
    /// Handed over against a signature.
    #[serde(default)]
    signe: bool,
    /// The line whose vouchers each of `numeros` is.
    #[serde(default)]
    de: Vec<AllowanceId>,
    #[serde(default)]
    numeros: Vec<String>,
    #[serde(default)]
    motif: String,
}

impl Acting {
    fn paying(&self, all: bool) -> Result<Paying, Invalid> {
        let title = |field, text: &str| -> Result<Option<Title>, Invalid> {
            let text = Some(text).filter(|it| !it.trim().is_empty());
            text.map(|it| Title::new(field, it)).transpose()
        };
        let day = Some(self.le.as_str()).filter(|it| !it.is_empty());
        let receipt = self.signe.then_some(Receipted {
            how: Receipt::Signed,
            names: None,
        });
        Ok(Paying {
            id: self.id,
            lines: (!all).then(|| self.ligne.clone()),
            decision: title("decision", &self.decision)?,
            mode: PaymentMode::from_code(&self.mode),
            paid_on: day.map(str::parse).transpose()?,
            hand: title("hand", &self.main)?,
            vouchers: self.vouchers(all)?,
            receipt,
        })
    }

    /// Numbers typed beside lines that are paid now, apart by spaces or commas.
    fn vouchers(&self, all: bool) -> Result<BTreeMap<AllowanceId, Vec<Title>>, Invalid> {
        let mut vouchers = BTreeMap::new();
        for (line, typed) in self.de.iter().zip(&self.numeros) {
            let numbers = typed
                .split([' ', ',', ';'])
                .filter(|it| !it.trim().is_empty())
                .map(|it| Title::new("vouchers", it));
            let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
            if !numbers.is_empty() && (all || self.ligne.contains(line)) {
                vouchers.insert(*line, numbers);
            }
        }
        Ok(vouchers)
    }
}

/// `POST /ccas/{number}`
pub async fn act(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    ReadForm(form): ReadForm<Acting>,
) -> Result<Response, Problem> {
    let number: ListNumber = number.parse().map_err(|_| Problem::not_found())?;
    match done(&app, &caller, number, &form).await {
        Ok(()) => Ok(Redirect::to(&format!("/ccas/{number}")).into_response()),
        Err(problem) if problem.is_for_the_form() => {
            one(&app, &caller, number, Some(problem)).await
        }
        Err(problem) => Err(problem),
    }
}

async fn done(
    app: &App,
    caller: &Caller,
    number: ListNumber,
    form: &Acting,
) -> Result<(), Problem> {
    match form.geste.as_str() {
        "arrivee" => life::acknowledge(app, caller, number, form.id).await,
        "payer" => life::pay(app, caller, number, form.paying(false)?).await,
        "tout" => life::pay(app, caller, number, form.paying(true)?).await,
        "retour" => {
            let reason = Reason::new("reason", &form.motif)?;
            let line = form.ligne.first().copied();
            let line = line.ok_or_else(|| Invalid::new("lines", "missing"))?;
            life::give_back(app, caller, number, (form.id, line), &reason).await
        }
        "regler" => statement::issue(app, caller, number, form.id)
            .await
            .map(|_| ()),
        _ => Err(Problem::malformed("geste", "unknown_value")),
    }
}

/// What is wrong, in words of this page.
pub(super) fn told(problem: &Problem) -> String {
    let fault = problem.errors.first();
    let sentence = match fault.map(|it| (it.field.as_str(), it.code)) {
        Some(("lines", "missing")) => say::REFUSED_NO_LINE,
        Some(("reason", _)) => say::REFUSED_NO_REASON,
        Some(("paid_on", "in_the_future")) => say::REFUSED_FUTURE_DATE,
        Some(("names", _)) => say::REFUSED_NO_NAMES,
        Some(("vouchers", _)) => say::REFUSED_VOUCHERS,
        Some(("mode", _)) => say::REFUSED_MODE,
        Some(("from", "before_what_was_counted")) => say::REFUSED_RATE_DAY,
        Some(("amount_cents", _)) => say::REFUSED_RATE_AMOUNT,
        _ => problem.detail.as_str(),
    };
    sentence.to_owned()
}

struct One {
    settings: Settings,
    list: ListRow,
    lines: Vec<LineOnList>,
    files: Files,
    /// None once the term of the list is over.
    names: HashMap<AllowanceId, CivilIdentity>,
    today: Day,
    refused: Option<String>,
}

async fn one(
    app: &App,
    caller: &Caller,
    number: ListNumber,
    refused: Option<Problem>,
) -> Result<Response, Problem> {
    let programme = caller.programme;
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, programme).await?;
    let list = store::list(&mut tx, programme, number).await?;
    let list = list.ok_or_else(Problem::not_found)?;
    let id = ListId(list.id);
    let asked = (caller.actor(), Action::ListShown);
    let view = One {
        lines: life::store::lines_on(&mut tx, programme, id).await?,
        files: Files::read(&mut tx, caller, id, app.now()).await?,
        names: match files::open_list(&mut tx, app, programme, id, asked).await {
            Err(gone) if gone.status == StatusCode::GONE => HashMap::new(),
            opened => {
                let lines = opened?.lines.into_iter();
                lines.map(|it| (it.line, it.identity)).collect()
            }
        },
        today: local_day(&settings, app.now()),
        refused: refused.as_ref().map(told),
        list,
        settings: settings.clone(),
    };
    tx.commit().await?;
    let title = say::list_page_title(&number);
    let frame = Frame::of(&app.assets, caller, &settings, title, "/ccas");
    let status = refused.map_or(StatusCode::OK, |it| it.status);
    Ok((status, page(&frame, || one_view(&view))).into_response())
}

impl One {
    /// « Zola Prénom2 », or « Ligne 3 » once names are destroyed.
    fn name(&self, rank: usize, line: &LineOnList) -> String {
        match self.names.get(&AllowanceId(line.line_id)) {
            Some(it) => format!("{} {}", it.surname, it.first_name),
            None => say::line_without_name(&(rank + 1)),
        }
    }
}

fn one_view(view: &One) -> AnyView {
    let list = &view.list;
    let name = list.number().to_string();
    let total = Cents(list.total_cents);
    let refused = view.refused.as_ref();
    let refused = refused.map(|text| note(Tone::Alarm, unbroken(text)));
    let lines = counted(list.lines, count::LINE, count::LINES);
    view! {
        {crumbs("/ccas".into(), common::ALL_LISTS)}
        <div class="head">
            <div>
                <h1>{say::LIST_TITLE_BEFORE_NUMBER}" "{unbroken(&name)}</h1>
                <p class="soft">
                    {say::LIST_ISSUED_ON}" "{day_words(&list.issued_on)}" · "{lines}" · "{state_word(&list.state)}
                </p>
            </div>
        </div>
        {refused}
        <section class="card">{list_steps(list)}</section>
        <section class="card sheet-card">
            <p>
                <b class="amount">{amount(total)}</b>
                <br/>
                <span class="soft">{amount_in_words(total)}</span>
            </p>
            <div class="actions">{arrived_form(view)}</div>
        </section>
        {lines_card(view)}
        {return_card(view)}
        {settle_card(view)}
        {files_card(list, &view.files)}
    }
    .into_any()
}

fn hidden_id() -> AnyView {
    let id = Uuid::now_v7().to_string();
    view! { <input type="hidden" name="id" value=id/> }.into_any()
}

fn arrived_form(view: &One) -> Option<AnyView> {
    let waits = view.list.state == "sent";
    let action = format!("/ccas/{}", view.list.number());
    waits.then(|| {
        view! {
            <form method="post" action=action>
                {hidden_id()}
                <button name="geste" value="arrivee"><Icon path=CHECK/>{say::LIST_ARRIVED}</button>
            </form>
        }
        .into_any()
    })
}

/// Where a line stands, in the payer's words.
pub(in crate::allowances) fn line_word(line: &LineOnList) -> &'static str {
    match line.state() {
        _ if line.returned_act.is_some() => say::LINE_RETURNED,
        AllowanceState::Sent => say::LINE_TO_PAY,
        AllowanceState::Paid => say::LINE_PAID,
        AllowanceState::Received => say::LINE_RECEIVED,
        AllowanceState::Due | AllowanceState::Listed => say::STATE_ISSUED,
    }
}

fn lines_card(view: &One) -> AnyView {
    let open = view.lines.iter().any(is_open);
    let vouchers = view.settings.payment_mode == PaymentMode::Voucher;
    let rows: Vec<_> = view
        .lines
        .iter()
        .enumerate()
        .map(|(rank, line)| line_row(view, (rank, line), vouchers))
        .collect();
    let head = vouchers.then(|| view! { <th scope="col">{say::VOUCHER_NUMBERS}</th> });
    let table = view! {
        <table class="stack lines">
            <thead>
                <tr>
                    <th scope="col">{common::NAME}</th>
                    <th scope="col">{common::DATE}</th>
                    <th scope="col" class="n">{common::AMOUNT}</th>
                    <th scope="col">{common::STATE}</th>
                    {head}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let action = format!("/ccas/{}", view.list.number());
    let content = if open {
        view! {
            <form class="form" method="post" action=action>
                {hidden_id()}
                {table}
                {pay_fields(view)}
            </form>
        }
        .into_any()
    } else {
        table.into_any()
    };
    view! { <section class="card"><h2>{say::COLUMN_LINES}</h2>{content}</section> }.into_any()
}

fn is_open(line: &LineOnList) -> bool {
    line.state() == AllowanceState::Sent
}

/// What the payer tells people of one name apart by.
pub(super) fn known_by(it: &CivilIdentity) -> String {
    let born = it.born.map(|day| say::born(&date_cell(day)));
    let known = born.or_else(|| it.reference.clone());
    known.unwrap_or_default()
}

fn line_row(view: &One, (rank, line): (usize, &LineOnList), vouchers: bool) -> AnyView {
    let id = line.line_id.to_string();
    let identity = view.names.get(&AllowanceId(line.line_id));
    let name = view.name(rank, line);
    let about = identity.map(known_by);
    let open = is_open(line);
    let label = if open {
        view! {
            <label class="tick-line">
                <input type="checkbox" name="ligne" value=id.clone()/>
                <span>{name}<small class="line soft">{about}</small></span>
            </label>
        }
        .into_any()
    } else {
        // In line with the names that have a box before them.
        let class = view.lines.iter().any(is_open).then_some("untick");
        view! { <span class=class>{name}<small class="line soft">{about}</small></span> }.into_any()
    };
    let numbers = vouchers.then(|| {
        let field = open.then(|| {
            view! {
                <input type="hidden" name="de" value=id/>
                <input name="numeros" aria-label=say::VOUCHER_NUMBERS autocomplete="off"/>
            }
        });
        view! { <td data-label=say::COLUMN_VOUCHERS>{field}</td> }
    });
    let corrected = (open && line.corrected).then(|| {
        view! { <small class="line">{say::LINE_CORRECTED}</small> }
    });
    view! {
        <tr>
            <th scope="row">{label}</th>
            <td data-label=common::DATE>{line.outing_day.parse::<Day>().map(date_cell).unwrap_or_default()}</td>
            <td class="n" data-label=common::AMOUNT>{amount(Cents(line.amount_cents))}</td>
            <td data-label=common::STATE>{line_word(line)}{corrected}</td>
            {numbers}
        </tr>
    }
    .into_any()
}

fn pay_fields(view: &One) -> AnyView {
    let decision = Field {
        name: "decision",
        label: say::LABEL_DECISION,
        kind: "text",
        value: view.settings.decision_reference.clone().unwrap_or_default(),
        ..Field::default()
    };
    let day = Field {
        name: "le",
        label: common::PAID_ON,
        kind: "date",
        value: view.today.to_string(),
        ..Field::default()
    };
    let hand = Field {
        name: "main",
        label: say::LABEL_HANDED_BY,
        kind: "text",
        help: Some(say::HANDED_BY_HELP.into()),
        ..Field::default()
    };
    let usual = view.settings.payment_mode;
    let modes = PaymentMode::ALL
        .iter()
        .filter(|it| **it == usual || view.settings.payment_modes.contains(it));
    let modes: Vec<_> = modes
        .map(|it| {
            let selected = *it == usual;
            view! { <option value=it.code() selected=selected>{it.label()}</option> }
        })
        .collect();
    view! {
        <div class="side">
            {decision.view()}
            <div class="field">
                <label for="mode">{say::LABEL_MODE}</label>
                <select id="mode" name="mode">{modes}</select>
            </div>
            {day.view()}
            {hand.view()}
        </div>
        <label class="tick-line">
            <input type="checkbox" name="signe" value="true"/>
            <span>{say::LABEL_SIGNED}</span>
        </label>
        <div class="actions">
            <button class="primary" name="geste" value="payer">{say::PAY_TICKED}</button>
            <button name="geste" value="tout">{say::PAY_ALL}</button>
        </div>
    }
    .into_any()
}

fn return_card(view: &One) -> Option<AnyView> {
    let options: Vec<_> = view
        .lines
        .iter()
        .enumerate()
        .filter(|(_, it)| is_open(it))
        .map(|(rank, it)| {
            let name = view.name(rank, it);
            let day = day_words(&it.outing_day);
            view! { <option value=it.line_id.to_string()>{name}" · "{day}</option> }
        })
        .collect();
    let action = format!("/ccas/{}", view.list.number());
    (!options.is_empty()).then(|| {
        view! {
            <details class="card">
                <summary>{say::RETURN_TITLE}</summary>
                <form class="form" method="post" action=action>
                    {hidden_id()}
                    <div class="field">
                        <label for="ligne">{say::LABEL_RETURN_LINE}</label>
                        <select id="ligne" name="ligne">{options}</select>
                    </div>
                    <div class="field">
                        <label for="motif">{common::WHY}</label>
                        <textarea id="motif" name="motif" rows="3" required></textarea>
                    </div>
                    <p class="help">{say::RETURN_HELP}</p>
                    <div class="actions"><button name="geste" value="retour">{say::RETURN_LINE}</button></div>
                </form>
            </details>
        }
        .into_any()
    })
}

fn settle_card(view: &One) -> Option<AnyView> {
    let name = view.list.number().to_string();
    if let Some(number) = view.list.statement() {
        return Some(
            view! {
                <section class="card">
                    <h2>{say::STATEMENT_BEFORE_NUMBER}" "{unbroken(&number.to_string())}</h2>
                    <p class="soft">{say::STATEMENT_PAID_PREFIX}" "{amount(Cents(view.list.paid_cents))}"."</p>
                </section>
            }
            .into_any(),
        );
    }
    let sent = view.list.sent_at.is_some();
    let open = view.lines.iter().filter(|it| !it.is_over()).count();
    let content = if open > 0 {
        let wait = counted(
            open as i64,
            say::STATEMENT_WAITS_ONE,
            say::STATEMENT_WAITS_MANY,
        );
        view! { <p class="soft">{wait}</p> }.into_any()
    } else {
        let action = format!("/ccas/{name}");
        view! {
            <form class="actions" method="post" action=action>
                {hidden_id()}
                <button class="primary" name="geste" value="regler">{say::ISSUE_STATEMENT}</button>
            </form>
        }
        .into_any()
    };
    sent.then(|| {
        view! { <section class="card"><h2>{say::STATEMENT_TITLE}</h2>{content}</section> }
            .into_any()
    })
}
