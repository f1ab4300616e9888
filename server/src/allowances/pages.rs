//! Lists at a desk: what the association issues, what became of it, and the payer's pages.

pub mod advances;
pub mod days;
mod documents;
pub mod follow;
pub mod hands;
pub mod payer;
pub mod terms;
mod waits;

use super::store::{self, Line, ListRow, UnderWay};
use crate::access::Caller;
use crate::app::App;
use crate::db::Tx;
use crate::export::csv::Dialect;
use crate::hex::hex;
use crate::http::charts::{self, Stage};
use crate::http::error::Problem;
use crate::http::hints::Hints;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, capital, note, tabs, unbroken};
use crate::http::reading::{Query, ReadForm};
use crate::people::store::Peer;
use crate::{people, programmes};
use app::ui::pictograms::{DOWNLOAD, NEXT, SHEET};
use app::ui::{Icon, SignPicture};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::french::{amount, amount_in_words, counted, date, number};
use domain::{Cents, Day, ListId, PeerId, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;
use words::desk::allowances as say;
use words::desk::common;
use words::desk::common::count;

/// Lists are cards on the association's page, under what there is to do.
const CARDS_PER_PAGE: u32 = 6;
/// Enough of a SHA-256 to compare by eye.
const SHORT_HASH_BYTES: usize = 6;

/// Which page of lists, and which list was just issued.
#[derive(Default, Deserialize)]
pub struct Asked {
    /// Lists before this number.
    #[serde(default)]
    avant: String,
    /// « La liste 2026-0007 est prête ».
    #[serde(default)]
    prete: String,
    /// Where lists stand.
    #[serde(default)]
    etat: String,
}

/// The states that the association asks for, and their words.
const STATES: [(&str, &str); 4] = [
    ("", common::ALL_FEMININE),
    ("issued", say::TAB_TO_SEND),
    ("open", say::TAB_SENT),
    ("settled", say::TAB_SETTLED),
];

/// A list with the hash of each of its files.
struct Shown {
    list: ListRow,
    hashes: Vec<(String, String, Vec<u8>)>,
}

/// A page of lists, newest first, and the number to go on from.
async fn some_lists(
    tx: &mut Tx,
    caller: &Caller,
    avant: &str,
    per_page: u32,
    state: &str,
) -> Result<(Vec<Shown>, Option<String>), Problem> {
    let before = avant.parse().unwrap_or(store::AFTER_THE_LAST);
    let mut rows = store::lists(tx, caller.programme, before, per_page + 1, state).await?;
    let more = rows.len() > per_page as usize;
    rows.truncate(per_page as usize);
    let next = rows.last().filter(|_| more);
    let next = next.map(|it| it.number().to_string());
    let mut shown = Vec::with_capacity(rows.len());
    for list in rows {
        let hashes = store::hashes(tx, caller.programme, ListId(list.id)).await?;
        shown.push(Shown { list, hashes });
    }
    Ok((shown, next))
}

// ---- The association's page

/// `GET /aides`: what is due, who waits for a name, what was issued.
pub async fn coordinator_page(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
    hints: Hints,
) -> Result<Response, Problem> {
    aids(&app, &caller, &asked, &hints, None).await
}

/// The id of the list to be made comes with the form: sent twice, one list.
#[derive(Deserialize)]
pub struct Issuing {
    id: Uuid,
}

/// `POST /aides`
pub async fn issue_form(
    State(app): State<App>,
    caller: Caller,
    hints: Hints,
    ReadForm(asked): ReadForm<Issuing>,
) -> Result<Response, Problem> {
    match super::issue(&app, &caller, ListId(asked.id), None).await {
        Ok(issued) => {
            let to = format!("/aides?prete={}", issued.list.number());
            Ok(Redirect::to(&to).into_response())
        }
        // Nothing to put on a list: told on the page itself, which says why.
        Err(problem) if problem.status == StatusCode::CONFLICT => {
            let (none, detail) = (Asked::default(), Some(problem.detail));
            let page = aids(&app, &caller, &none, &hints, detail).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// What `/aides` shows.
struct Aids {
    settings: Settings,
    due: Vec<Line>,
    peers: HashMap<PeerId, Peer>,
    lists: Vec<Shown>,
    next: Option<String>,
    /// Lists in this state only; all of them without one.
    state: &'static str,
    /// The list that was just issued.
    ready: Option<ListRow>,
    refused: Option<String>,
    contested: Vec<follow::Contested>,
    /// Who waits for what, since when.
    waits: Vec<waits::Wait>,
    /// Lines on lists that were not sent: how many, how much.
    unsent: (i64, Cents),
    /// Sent and not paid.
    sent: (i64, Cents),
    /// Paid and not in anybody's hand.
    paid: (i64, Cents),
    /// Whose payments have become regular: how many months in a row.
    regular: Vec<(PeerId, u32)>,
}

async fn aids(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    hints: &Hints,
    refused: Option<String>,
) -> Result<Response, Problem> {
    // Words of those who disagree are opened, which the journal keeps.
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let due = store::due(&mut tx, caller.programme).await?;
    let peers = people::store::everybody(&mut tx, caller.programme).await?;
    let state = STATES.iter().find(|(code, _)| *code == asked.etat);
    let state = state.map_or("", |(code, _)| *code);
    let (lists, next) = some_lists(&mut tx, caller, &asked.avant, CARDS_PER_PAGE, state).await?;
    let ready = match asked.prete.parse() {
        Ok(number) => store::list(&mut tx, caller.programme, number).await?,
        Err(_) => None,
    };
    let contested = follow::contested(&mut tx, app, caller).await?;
    let regular = follow::regular(&mut tx, caller, &settings, app.now()).await?;
    let under_way = store::under_way(&mut tx, caller.programme).await?;
    let unsent = store::unsent_lines(&mut tx, caller.programme).await?;
    tx.commit().await?;
    let peers = peers.into_iter().map(|it| (it.id, it)).collect();
    let aids = Aids {
        waits: waits::waits(&settings, &peers, &due, &under_way),
        unsent,
        sent: sum_of(&under_way, |it| it.paid_on.is_none()),
        paid: sum_of(&under_way, |it| it.paid_on.is_some()),
        contested,
        regular,
        peers,
        due,
        lists,
        next,
        state,
        ready,
        refused,
        settings: settings.clone(),
    };
    let frame = Frame::of(&app.assets, caller, &settings, common::AIDS, "/aides");
    let hint = hints.of_page("/aides");
    Ok(page(&frame, || aids_view(&aids, hint)).into_response())
}

fn sum_of(lines: &[UnderWay], is_one: impl Fn(&UnderWay) -> bool) -> (i64, Cents) {
    let some = || lines.iter().filter(|it| is_one(it));
    (
        some().count() as i64,
        some().map(|it| Cents(it.amount_cents)).sum(),
    )
}

impl Aids {
    fn is_named(&self, line: &Line) -> bool {
        let peer = self.peers.get(&PeerId(line.peer_id));
        peer.is_some_and(|it| it.has_identity)
    }

    /// What a list made now would hold.
    fn ready_lines(&self) -> (usize, Cents) {
        let lines: Vec<_> = self.due.iter().filter(|it| self.is_named(it)).collect();
        let total = lines.iter().map(|it| Cents(it.amount_cents)).sum();
        (lines.len(), total)
    }

    /// What a list would hold, by outing, oldest first: day, lines, sum.
    fn by_outing(&self) -> Vec<(String, usize, Cents)> {
        let mut sums: BTreeMap<(&str, Uuid), (usize, Cents)> = BTreeMap::new();
        for line in self.due.iter().filter(|it| self.is_named(it)) {
            let sum = sums
                .entry((line.outing_day.as_str(), line.outing_id))
                .or_default();
            *sum = (sum.0 + 1, sum.1 + Cents(line.amount_cents));
        }
        sums.into_iter()
            .map(|((day, _), (lines, total))| (day_words(day), lines, total))
            .collect()
    }

    /// Who has something due and gave no name yet: how many outings, how much.
    fn waiting(&self) -> Vec<(&Peer, usize, Cents)> {
        let mut sums: BTreeMap<Uuid, (usize, Cents)> = BTreeMap::new();
        for line in self.due.iter().filter(|it| !self.is_named(it)) {
            let sum = sums.entry(line.peer_id).or_default();
            *sum = (sum.0 + 1, sum.1 + Cents(line.amount_cents));
        }
        let known = sums.into_iter().filter_map(|(id, (outings, total))| {
            Some((self.peers.get(&PeerId(id))?, outings, total))
        });
        let mut waiting: Vec<_> = known.collect();
        waiting.sort_by(|a, b| a.0.pseudonym.cmp(&b.0.pseudonym));
        waiting
    }
}

/// What waits of aids, for the association's home page.
pub struct Waits {
    /// Lines that a list made now would hold.
    pub ready: i64,
    /// What they come to.
    pub ready_worth: Cents,
    /// Lines of people who gave no name.
    pub unnamed: i64,
    /// What they come to.
    pub unnamed_worth: Cents,
    /// Lists that were issued and not sent.
    pub unsent: i64,
    /// Lines whose person disagrees and waits for an answer.
    pub contested: i64,
}

/// What waits of aids, for the association's home page.
pub async fn what_waits(tx: &mut Tx, caller: &Caller, peers: &[Peer]) -> Result<Waits, Problem> {
    let due = store::due(tx, caller.programme).await?;
    let named: HashMap<Uuid, bool> = peers.iter().map(|it| (it.id.0, it.has_identity)).collect();
    let is_named = |it: &&Line| named.get(&it.peer_id).copied().unwrap_or(false);
    let (ready, unnamed): (Vec<&Line>, Vec<&Line>) = due.iter().partition(is_named);
    let worth = |lines: &[&Line]| lines.iter().map(|it| Cents(it.amount_cents)).sum();
    let contested = store::contested(tx, caller.programme).await?;
    Ok(Waits {
        ready_worth: worth(&ready),
        unnamed_worth: worth(&unnamed),
        ready: ready.len() as i64,
        unnamed: unnamed.len() as i64,
        unsent: store::unsent_lists(tx, caller.programme).await?,
        contested: contested.len() as i64,
    })
}

/// A day of the ledger, in words.
pub fn day_words(day: &str) -> String {
    day.parse::<Day>().map_or_else(|_| day.to_owned(), date)
}

/// Where all aids are on their way, from the outing to the hand.
fn stages_card(aids: &Aids) -> Option<AnyView> {
    let (ready, ready_worth) = aids.ready_lines();
    let unnamed = aids.due.iter().filter(|it| !aids.is_named(it));
    let unnamed: Vec<Cents> = unnamed.map(|it| Cents(it.amount_cents)).collect();
    let stage = |label, (count, worth): (i64, Cents)| Stage {
        label,
        count,
        worth: amount(worth),
    };
    let all = vec![
        stage(
            say::STAGE_UNNAMED,
            (unnamed.len() as i64, unnamed.into_iter().sum()),
        ),
        stage(say::STAGE_TO_LIST, (ready as i64, ready_worth)),
        stage(say::STAGE_TO_SEND, aids.unsent),
        stage(say::STAGE_TO_PAY, aids.sent),
        stage(say::STAGE_TO_HAND_OVER, aids.paid),
    ];
    let is_empty = all.iter().all(|it| it.count == 0);
    (!is_empty).then(|| {
        view! {
            <section class="card">
                <h2>{say::STAGES_TITLE}</h2>
                {charts::stages(say::STAGES_CHART, all)}
            </section>
        }
        .into_any()
    })
}

/// How far a list is.
pub fn list_steps(list: &ListRow) -> AnyView {
    let is_sent = list.sent_at.is_some();
    let is_paid = is_sent && list.unpaid == 0;
    charts::steps(
        say::STEPS_CHART,
        &[
            (say::STEP_ISSUED, true),
            (say::STEP_SENT, is_sent),
            (say::STEP_ARRIVED, list.acknowledged_at.is_some() || is_paid),
            (say::STEP_PAID, is_paid),
            (say::STEP_STATEMENT, list.state == "settled"),
        ],
    )
}

fn aids_view(aids: &Aids, hint: Option<AnyView>) -> AnyView {
    let ready = aids.ready.as_ref().map(|list| {
        let sentence = say::list_ready(
            &list.number(),
            &counted(list.lines, count::LINE, count::LINES),
            &amount(Cents(list.total_cents)),
            &aids.settings.payer.to_the(),
        );
        note(Tone::Ok, unbroken(&sentence))
    });
    let refused = aids.refused.clone().map(|text| note(Tone::Wait, text));
    view! {
        <div class="head"><h1>{common::AIDS}</h1></div>
        {ready}
        {refused}
        {hint}
        {stages_card(aids)}
        {follow::contested_card(&aids.contested, &aids.peers)}
        <div class="two">
            {due_card(aids)}
            {waiting_card(aids)}
        </div>
        {waits::waits_card(&aids.waits, &aids.peers)}
        {issued_section(aids)}
        {follow::regular_card(&aids.regular, &aids.peers)}
        {follow::rates_card(&aids.settings)}
    }
    .into_any()
}

fn due_card(aids: &Aids) -> AnyView {
    let (lines, total) = aids.ready_lines();
    let content = if lines == 0 {
        let why = if aids.due.is_empty() {
            say::DUE_EMPTY
        } else {
            say::DUE_ALL_UNNAMED
        };
        view! { <p class="soft">{why}</p> }.into_any()
    } else {
        view! {
            {issue_part(aids, lines, total)}
            {by_outing(aids, lines, total)}
        }
        .into_any()
    };
    view! {
        <section class="card">
            <h2>{say::DUE_TITLE}</h2>
            {content}
        </section>
    }
    .into_any()
}

fn issue_part(aids: &Aids, lines: usize, total: Cents) -> AnyView {
    let id = Uuid::now_v7().to_string();
    let lines = counted(lines as i64, count::LINE, count::LINES);
    let payer = aids.settings.payer.to_the();
    view! {
        <p class="worth">
            <b class="amount">{amount(total)}</b>
            <br/>
            <span class="soft">{lines}" · "{amount_in_words(total)}</span>
        </p>
        <form class="actions" method="post" action="/aides">
            <input type="hidden" name="id" value=id/>
            <button class="primary">
                <Icon path=SHEET/>
                {say::ISSUE_LIST}
            </button>
        </form>
        <p class="help">{say::ISSUE_HELP_BEFORE_PAYER}" "{payer}"."</p>
    }
    .into_any()
}

/// A few outings are in sight; many are folded.
fn by_outing(aids: &Aids, lines: usize, total: Cents) -> AnyView {
    const IN_SIGHT: usize = 6;
    let sums = aids.by_outing();
    let how_many = sums.len();
    let rows: Vec<_> = sums
        .into_iter()
        .map(|(day, lines, total)| {
            view! {
                <tr>
                    <th scope="row">{day}</th>
                    <td class="n">{number(lines as i64)}</td>
                    <td class="n">{amount(total)}</td>
                </tr>
            }
        })
        .collect();
    let table = view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{common::OUTING}</th>
                    <th scope="col" class="n">{say::COLUMN_PEOPLE}</th>
                    <th scope="col" class="n">{common::AMOUNT}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
            <tfoot>
                <tr>
                    <th scope="row">{common::TOTAL}</th>
                    <td class="n">{number(lines as i64)}</td>
                    <td class="n">{amount(total)}</td>
                </tr>
            </tfoot>
        </table>
    };
    if how_many <= IN_SIGHT {
        return table.into_any();
    }
    view! {
        <details>
            <summary>{say::SEE_OUTINGS_BEFORE_COUNT}" "{how_many}" "{say::SEE_OUTINGS_AFTER_COUNT}</summary>
            {table}
        </details>
    }
    .into_any()
}

fn waiting_card(aids: &Aids) -> Option<AnyView> {
    let rows: Vec<_> = aids
        .waiting()
        .into_iter()
        .map(|(peer, outings, total)| {
            let sign = peer.sign;
            let name = peer.pseudonym.clone();
            let outings = counted(outings as i64, count::OUTING, count::OUTINGS);
            view! {
                <li>
                    <SignPicture sign=sign/>
                    <span class="row-text">
                        <b>{name}</b>
                        <small>{outings}</small>
                    </span>
                    <span class="num whole">{amount(total)}</span>
                </li>
            }
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let payer = aids.settings.payer.the();
    Some(
        view! {
            <section class="card">
                <h2>{say::WAITING_TITLE}</h2>
                <p class="soft">
                    {say::WAITING_INTRO}" "
                    {capital(&payer)}" "{say::WAITING_AFTER_PAYER}
                </p>
                <ul class="waiting">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn issued_section(aids: &Aids) -> AnyView {
    let cards: Vec<_> = aids.lists.iter().map(sheet_card).collect();
    let none = cards.is_empty().then(|| {
        let words = match aids.state {
            "" => say::LISTS_EMPTY,
            _ => say::LISTS_EMPTY_IN_STATE,
        };
        view! { <div class="empty"><Icon path=SHEET/><p>{words}</p></div> }
    });
    // While there is nothing at all, there is nothing to choose among.
    let is_used = !aids.lists.is_empty() || !aids.state.is_empty();
    let states = STATES.iter().map(|(code, word)| {
        let href = format!("/aides?etat={code}#listes");
        (href, *word, *code == aids.state)
    });
    let states = is_used.then(|| tabs(say::TABS_LABEL, states));
    let older = format!("/aides?etat={}&", aids.state);
    view! {
        <section id="listes">
            <h2>{say::LISTS_TITLE}</h2>
            {states}
            {none}
            <ul class="sheets">{cards}</ul>
            {older_link(&older, aids.next.as_deref())}
        </section>
    }
    .into_any()
}

fn sheet_card(it: &Shown) -> AnyView {
    let list = &it.list;
    let total = Cents(list.total_cents);
    let (number, issued) = (list.number().to_string(), day_words(&list.issued_on));
    let lines = counted(list.lines, count::LINE, count::LINES);
    let (href, state) = (format!("/aides/{number}"), payer::state_word(&list.state));
    let prints: Vec<_> = it
        .hashes
        .iter()
        .filter(|(name, ..)| name.starts_with("list."))
        .map(|(name, dialect, sha256)| {
            let label = short_label(name, dialect);
            let begins = sha256.get(..SHORT_HASH_BYTES).unwrap_or(sha256);
            let (short, whole) = (hex(begins), hex(sha256));
            view! {
                <span class="print">{label}"\u{a0}: "<abbr title=whole>{short}"…"</abbr></span>
            }
        })
        .collect();
    view! {
        <li class="card sheet-card">
            <div>
                <h3 class="number"><a href=href>{number.clone()}</a></h3>
                <p class="soft">{say::ISSUED_ON}" "{issued}" · "{lines}" · "{state}</p>
            </div>
            <p class="sum">
                <b class="amount">{amount(total)}</b>
                <span class="soft">{amount_in_words(total)}</span>
            </p>
            <div class="actions">
                {downloads(&number, "")}
                <p class="prints soft">{say::HASH_PREFIX}" "{prints}</p>
            </div>
        </li>
    }
    .into_any()
}

fn short_label(name: &str, dialect: &str) -> &'static str {
    match (name.rsplit('.').next(), Dialect::from_code(dialect)) {
        (Some("pdf"), _) => say::FILE_PDF,
        (Some("xlsx"), _) => say::FILE_WORKBOOK,
        (_, Some(Dialect::OpenData)) => common::OPEN_DATA,
        _ => say::FILE_EXCEL,
    }
}

/// Both files of a list; `first` is the class of the usual one.
pub fn downloads(list: &str, first: &'static str) -> AnyView {
    let links: Vec<_> = Dialect::ALL
        .into_iter()
        .map(|dialect| {
            let code = dialect.code();
            let href = format!("/api/v1/allowance-lists/{list}/list.csv?dialect={code}");
            let (label, class) = match dialect {
                Dialect::ExcelFr => (common::DOWNLOAD_FOR_EXCEL, format!("button {first}")),
                Dialect::OpenData => (common::OPEN_DATA, "button quiet".to_owned()),
            };
            let which = format!(" {}", say::download_which(&list));
            view! {
                <a class=class href=href download>
                    <Icon path=DOWNLOAD/>
                    <span>{label}<span class="sr">{which}</span></span>
                </a>
            }
        })
        .collect();
    links.into_any()
}

/// `path` ends where one more part of the query may follow.
fn older_link(path: &str, next: Option<&str>) -> Option<AnyView> {
    let href = format!("{path}avant={}", next?);
    Some(
        view! {
            <nav class="pages" aria-label=common::MORE_OF_THE_LIST>
                <a class="button quiet" href=href>
                    {say::OLDER_LISTS}
                    <Icon path=NEXT/>
                </a>
            </nav>
        }
        .into_any(),
    )
}
