//! What became of the association's lists: one list with whose line stands where, receipts, who
//! disagrees, whose payments have become regular, and the amount of days to come.

use super::documents::{Files, files_card};
use super::payer::{line_word, state_word, told};
use super::{day_words, list_steps};
use crate::access::Caller;
use crate::allowances::life::contest::{self, Said};
use crate::allowances::life::store::{LineOnList, paid_days};
use crate::allowances::store::{self, Line, ListRow};
use crate::allowances::{hands, life, rates, statement};
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::http::hints::Hints;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Field, Tone, ago, crumbs, note, unbroken};
use crate::http::reading::{Path, ReadForm};
use crate::people::store::Peer;
use crate::{people, programmes};
use app::ui::SignPicture;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::allowance::{AllowanceState, ListNumber, Rate, Receipt, months_in_a_row};
use domain::french::{amount, amount_in_words, counted, date};
use domain::outing::Reason;
use domain::{AllowanceId, Cents, Day, Instant, Invalid, ListId, PeerId, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;
use words::desk::allowances::follow as say;
use words::desk::common;
use words::desk::common::count;

/// Days back that regular payments are looked for in: a year and a month.
const REGULAR_DAYS: i32 = 396;

// ---- One list

/// `GET /aides/{number}`
pub async fn list_page(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let number = number.parse().map_err(|_| Problem::not_found())?;
    one(&app, &caller, number, None).await
}

/// What the association does with a list.
#[derive(Deserialize)]
pub struct Acting {
    /// Sent twice, done once.
    id: Uuid,
    geste: String,
    #[serde(default)]
    ligne: Vec<AllowanceId>,
    #[serde(default)]
    recu: String,
    #[serde(default)]
    noms: String,
}

/// `POST /aides/{number}`
pub async fn act(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    ReadForm(form): ReadForm<Acting>,
) -> Result<Response, Problem> {
    let number: ListNumber = number.parse().map_err(|_| Problem::not_found())?;
    match done(&app, &caller, number, &form).await {
        Ok(()) => Ok(Redirect::to(&format!("/aides/{number}")).into_response()),
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
        "envoyer" => life::send(app, caller, number, form.id).await,
        "recu" => {
            let receipt = hands::receipt_of(&form.recu, &form.noms)?;
            let act = (form.id, Some(form.ligne.as_slice()));
            life::receive(app, caller, number, act, &receipt).await
        }
        _ => Err(Problem::malformed("geste", "unknown_value")),
    }
}

struct One {
    settings: Settings,
    list: ListRow,
    lines: Vec<LineOnList>,
    files: Files,
    words: HashMap<Uuid, String>,
    peers: HashMap<PeerId, Peer>,
    now: Instant,
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
    let peers = people::store::everybody(&mut tx, programme).await?;
    let action = crate::access::Action::LineWordsShown;
    let view = One {
        lines: life::store::lines_on(&mut tx, programme, id).await?,
        files: Files::read(&mut tx, caller, id, app.now()).await?,
        words: statement::words(&mut tx, app, caller, id, action).await?,
        peers: peers.into_iter().map(|it| (it.id, it)).collect(),
        now: app.now(),
        refused: refused.as_ref().map(told),
        list,
        settings: settings.clone(),
    };
    tx.commit().await?;
    let title = say::page_title(&number);
    let frame = Frame::of(&app.assets, caller, &settings, title, "/aides");
    let status = refused.map_or(StatusCode::OK, |it| it.status);
    Ok((status, page(&frame, || one_view(&view))).into_response())
}

fn hidden_id() -> AnyView {
    let id = Uuid::now_v7().to_string();
    view! { <input type="hidden" name="id" value=id/> }.into_any()
}

fn one_view(view: &One) -> AnyView {
    let list = &view.list;
    let name = list.number().to_string();
    let total = Cents(list.total_cents);
    let since = |at: Option<i64>, word: &str| {
        at.map(|at| {
            format!(
                " · {word} {}",
                ago(&view.settings, Instant::from_ms(at), view.now)
            )
        })
    };
    let when =
        since(list.acknowledged_at, say::SINCE_ARRIVED).or(since(list.sent_at, say::SINCE_SENT));
    let refused = view.refused.as_ref();
    let refused = refused.map(|text| note(Tone::Alarm, unbroken(text)));
    let lines = counted(list.lines, count::LINE, count::LINES);
    let send = (list.sent_at.is_none()).then(|| {
        let action = format!("/aides/{name}");
        view! {
            <form method="post" action=action>
                {hidden_id()}
                <button class="primary" name="geste" value="envoyer">
                    {say::SEND_BEFORE_PAYER}" "{view.settings.payer.to_the()}
                </button>
            </form>
        }
    });
    view! {
        {crumbs("/aides".into(), common::AIDS)}
        <div class="head">
            <div>
                <h1>{say::TITLE_BEFORE_NUMBER}" "{unbroken(&name)}</h1>
                <p class="soft">
                    {say::ISSUED_ON}" "{day_words(&list.issued_on)}" · "{lines}" · "
                    {state_word(&list.state)}{when}
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
            <div class="actions">{send}</div>
        </section>
        {lines_card(view)}
        {files_card(list, &view.files)}
    }
    .into_any()
}

fn lines_card(view: &One) -> AnyView {
    let rows: Vec<_> = view.lines.iter().map(|it| line_row(view, it)).collect();
    let any_paid = view.lines.iter().any(is_paid);
    let fields = any_paid.then(received_form);
    let action = format!("/aides/{}", view.list.number());
    view! {
        <section class="card">
            <h2>{say::LINES_TITLE}</h2>
            <form class="form" method="post" action=action>
                {hidden_id()}
                <table class="stack lines">
                    <thead>
                        <tr>
                            <th scope="col">{common::WHO}</th>
                            <th scope="col">{common::OUTING}</th>
                            <th scope="col" class="n">{common::AMOUNT}</th>
                            <th scope="col">{common::STATE}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                {fields}
            </form>
        </section>
    }
    .into_any()
}

fn is_paid(line: &LineOnList) -> bool {
    line.state() == AllowanceState::Paid
}

fn line_row(view: &One, line: &LineOnList) -> AnyView {
    let peer = view.peers.get(&PeerId(line.peer_id));
    let who = peer.map(|it| {
        let (sign, name) = (it.sign, it.pseudonym.clone());
        view! { <SignPicture sign=sign/><span>{name}</span> }
    });
    let who = if is_paid(line) {
        let id = line.line_id.to_string();
        view! {
            <label class="tick-line"><input type="checkbox" name="ligne" value=id/>{who}</label>
        }
        .into_any()
    } else {
        view! { <span class="tick-line">{who}</span> }.into_any()
    };
    let why = line
        .returned_act
        .and_then(|act| view.words.get(&act))
        .cloned();
    let how = line.receipt.as_deref().and_then(Receipt::from_code);
    let how = how.map(|it| it.label().to_owned());
    let contested = (line.contest.as_deref() == Some("contested"))
        .then(|| view! { <small class="line">{say::CONTESTED}</small> });
    let more = why
        .or(how)
        .map(|text| view! { <small class="line soft">{text}</small> });
    view! {
        <tr>
            <th scope="row">{who}</th>
            <td data-label=common::OUTING>{day_words(&line.outing_day)}</td>
            <td class="n" data-label=common::AMOUNT>{amount(Cents(line.amount_cents))}</td>
            <td data-label=common::STATE>{line_word(line)}{more}{contested}</td>
        </tr>
    }
    .into_any()
}

/// Signed, seen or taken, and by whom.
pub(super) fn receipt_fields() -> AnyView {
    let hows: Vec<_> = Receipt::ALL
        .iter()
        .map(|it| {
            let checked = *it == Receipt::Signed;
            view! {
                <label class="choice">
                    <input type="radio" name="recu" value=it.code() checked=checked/>
                    <span>{it.label()}</span>
                </label>
            }
        })
        .collect();
    let names = Field {
        name: "noms",
        label: say::LABEL_WITNESSES,
        kind: "text",
        help: Some(say::WITNESSES_HELP.into()),
        ..Field::default()
    };
    view! {
        <fieldset>
            <legend>{say::RECEIPT_HOW}</legend>
            <div class="choices">{hows}</div>
        </fieldset>
        {names.view()}
    }
    .into_any()
}

fn received_form() -> AnyView {
    view! {
        {receipt_fields()}
        <div class="actions">
            <button class="primary" name="geste" value="recu">{say::MARK_RECEIVED}</button>
        </div>
    }
    .into_any()
}

// ---- Who disagrees

/// A line somebody disagrees with, and what was said.
pub(super) struct Contested {
    line: Line,
    said: Vec<Said>,
}

/// The lines whose person waits for an answer, their words opened.
pub(super) async fn contested(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
) -> Result<Vec<Contested>, Problem> {
    let mut all = Vec::new();
    for line in store::contested(tx, caller.programme).await? {
        let said = contest::said(tx, app, caller, &line).await?;
        all.push(Contested { line, said });
    }
    Ok(all)
}

/// « Pas d'accord », with the form that answers.
pub(super) fn contested_card(all: &[Contested], peers: &HashMap<PeerId, Peer>) -> Option<AnyView> {
    let items: Vec<_> = all
        .iter()
        .map(|it| {
            let peer = peers.get(&PeerId(it.line.peer_id));
            let who = peer.map(|it| it.pseudonym.clone());
            let last = it.said.iter().rev().find(|it| it.contests);
            let words = last.and_then(|it| it.words.clone());
            let words = words.map_or_else(|| say::CONTEST_WITHOUT_WORDS.into(), |it| format!("« {it} »"));
            let action = format!("/aides/lignes/{}/reponse", it.line.id);
            let field = format!("reponse-{}", it.line.id);
            view! {
                <li>
                    <p>
                        <b>{who}</b>" "{say::CONTEST_OUTING_BEFORE_DAY}" "{day_words(&it.line.outing_day)}" · "
                        {amount(Cents(it.line.amount_cents))}
                    </p>
                    <p>{words}</p>
                    <form class="form" method="post" action=action>
                        {hidden_id()}
                        <div class="field">
                            <label for=field.clone()>{say::LABEL_ANSWER}</label>
                            <textarea id=field name="mots" rows="2" required></textarea>
                        </div>
                        <div class="actions"><button>{say::ANSWER}</button></div>
                    </form>
                </li>
            }
        })
        .collect();
    (!items.is_empty()).then(|| {
        view! {
            <section class="card">
                <h2>{say::CONTESTED}</h2>
                <p class="soft">{say::CONTESTS_HELP}</p>
                <ul class="contests">{items}</ul>
            </section>
        }
        .into_any()
    })
}

/// An answer.
#[derive(Deserialize)]
pub struct Answering {
    id: Uuid,
    mots: String,
}

/// `POST /aides/lignes/{id}/reponse`
pub async fn answer(
    State(app): State<App>,
    caller: Caller,
    Path(line): Path<AllowanceId>,
    ReadForm(form): ReadForm<Answering>,
) -> Result<Response, Problem> {
    let words = Reason::new("words", &form.mots)?;
    contest::answer(&app, &caller, line, (form.id, &words)).await?;
    Ok(Redirect::to("/aides").into_response())
}

// ---- Regular payments

/// Who was paid for so many months in a row that other rights may be concerned.
pub(super) async fn regular(
    tx: &mut Tx,
    caller: &Caller,
    settings: &Settings,
    now: Instant,
) -> Result<Vec<(PeerId, u32)>, Problem> {
    let since = local_day(settings, now).plus_days(-REGULAR_DAYS);
    let mut days: BTreeMap<Uuid, BTreeSet<Day>> = BTreeMap::new();
    for (peer, day) in paid_days(tx, caller.programme, since).await? {
        if let Ok(day) = day.parse() {
            days.entry(peer).or_default().insert(day);
        }
    }
    let runs = days
        .into_iter()
        .map(|(peer, days)| (PeerId(peer), months_in_a_row(&days)));
    Ok(runs
        .filter(|(_, months)| *months >= settings.regular_months)
        .collect())
}

/// Folded: for whoever looks for it, not for a passer-by.
pub(super) fn regular_card(
    regular: &[(PeerId, u32)],
    peers: &HashMap<PeerId, Peer>,
) -> Option<AnyView> {
    let items: Vec<_> = regular
        .iter()
        .filter_map(|(peer, months)| Some((peers.get(peer)?, months)))
        .map(|(peer, months)| {
            let name = peer.pseudonym.clone();
            view! { <li>{name}"\u{a0}: "{counted(i64::from(*months), count::MONTH, count::MONTHS)}" "{say::REGULAR_AFTER_MONTHS}</li> }
        })
        .collect();
    (!items.is_empty()).then(|| {
        view! {
            <details class="card">
                <summary>{say::REGULAR_TITLE}</summary>
                <p>
                    {say::REGULAR_RSA}" "
                    {say::REGULAR_UP_TO_YOU}" "
                    {say::REGULAR_UP_TO_YOU_END}
                </p>
                <ul>{items}</ul>
            </details>
        }
        .into_any()
    })
}

// ---- Amounts

/// A new amount, as it was typed.
#[derive(Deserialize)]
pub struct Setting {
    depuis: String,
    montant: String,
    /// Which page it was sent from, if another one than `/aides`.
    #[serde(default)]
    vers: String,
}

/// `POST /aides/montant`
pub async fn set_rate(
    State(app): State<App>,
    caller: Caller,
    hints: Hints,
    ReadForm(form): ReadForm<Setting>,
) -> Result<Response, Problem> {
    let set = async {
        let from = form.depuis.parse::<Day>();
        let rate = Rate {
            from: from.map_err(|_| Invalid::new("from", "not_a_day"))?,
            amount_cents: euros(&form.montant)
                .ok_or_else(|| Invalid::new("amount_cents", "out_of_range"))?,
        };
        rates::set(&app, &caller, rate).await
    };
    match set.await {
        Ok(_) if form.vers == "reglages" => Ok(Redirect::to("/reglages?fait=oui").into_response()),
        Ok(_) => Ok(Redirect::to("/aides").into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let asked = super::Asked::default();
            let detail = Some(told(&problem));
            let page = super::aids(&app, &caller, &asked, &hints, detail).await?;
            Ok((problem.status, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// « 15 », « 15,50 », « 15.5 € »: euros as people type them.
pub(in crate::allowances) fn euros(text: &str) -> Option<Cents> {
    let text = text.trim().trim_end_matches('€').trim().replace('.', ",");
    let (whole, rest) = text.split_once(',').unwrap_or((&text, "0"));
    let digits = |it: &str, most: usize| {
        (1..=most).contains(&it.len()) && it.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(whole, 6) || !digits(rest, 2) {
        return None;
    }
    let rest: i64 = format!("{rest:0<2}").parse().ok()?;
    Some(Cents(whole.parse::<i64>().ok()? * 100 + rest))
}

/// The amounts, and the form for another one, folded away.
pub(super) fn rates_card(settings: &Settings) -> AnyView {
    view! {
        <details class="card">
            <summary>{say::RATES_TITLE}</summary>
            {rates_form(settings, "")}
        </details>
    }
    .into_any()
}

/// The amounts by first day, and the form for another one, which leads back to `to`.
pub(crate) fn rates_form(settings: &Settings, to: &'static str) -> AnyView {
    let rows: Vec<_> = settings
        .rates
        .all()
        .iter()
        .rev()
        .map(|it| {
            view! {
                <tr><th scope="row">{date(it.from)}</th><td class="n">{amount(it.amount_cents)}</td></tr>
            }
        })
        .collect();
    let from = Field {
        name: "depuis",
        label: say::LABEL_RATE_FROM,
        kind: "date",
        ..Field::default()
    };
    let how_much = Field {
        name: "montant",
        label: say::LABEL_RATE_AMOUNT,
        kind: "text",
        inputmode: Some("decimal"),
        ..Field::default()
    };
    let back = (!to.is_empty()).then(|| view! { <input type="hidden" name="vers" value=to/> });
    view! {
        <table>
            <thead><tr><th scope="col">{say::COLUMN_RATE_FROM}</th><th scope="col" class="n">{common::AMOUNT}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
        <form class="form" method="post" action="/aides/montant">
            {back}
            <div class="side">{from.view()}{how_much.view()}</div>
            <div class="actions"><button>{say::SET_RATE}</button></div>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn euros_are_read_as_people_type_them() {
        for (text, cents) in [
            ("15", Some(1_500)),
            ("15,5", Some(1_550)),
            ("15.50 €", Some(1_550)),
            (" 0,05 ", Some(5)),
            ("-15", None),
            ("15,555", None),
            ("", None),
            ("quinze", None),
            ("9999999", None),
        ] {
            assert_eq!(euros(text), cents.map(Cents), "{text:?}");
        }
    }
}
