//! `GET /moi`: my outings, my aids and where each one is.

use super::aids::{self, Aid};
use super::{Peer, frame, myself, read_aloud};
use crate::access::Caller;
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::http::charts;
use crate::http::error::Problem;
use crate::http::hints::Hints;
use crate::http::language::Reader;
use crate::http::page::page;
use crate::http::pieces::{Tone, note};
use crate::http::reading::{Path, Query, ReadForm};
use crate::http::speech;
use crate::outings::store::{self as outings, Outing};
use crate::{allowances, facts, programmes};
use app::ui::pictograms::{INFO, PIN, SHEET};
use app::ui::{Icon, SignPicture};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::allowance::AllowanceState;
use domain::outing::Reason;
use domain::presence::confirmed;
use domain::{AllowanceId, Cents, Day, OutingState, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use words::{Lang, me::home as say};

/// Outings under way at once.
const OPEN_OUTINGS_MAX: u32 = 20;

/// Which year, and what the form before this page did.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    pub(super) annee: String,
    #[serde(default)]
    fait: String,
}

struct Mine {
    lang: Lang,
    peer: Peer,
    settings: Settings,
    today: Day,
    year: i16,
    years: Vec<i16>,
    aids: Vec<Aid>,
    /// Outings that are not over, where they are noted present.
    under_way: Vec<Day>,
    contested: bool,
    /// The outing that comes.
    next: Option<Outing>,
    hints: Hints,
}

/// `GET /moi`
pub async fn home(
    State(app): State<App>,
    caller: Caller,
    reader: Reader,
    hints: Hints,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let lang = reader.lang;
    let mut tx = app.db.read().await?;
    let peer = myself(&mut tx, &caller).await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let today = local_day(&settings, app.now());
    let mut aids = aids::of(&mut tx, &caller, &peer).await?;
    let under_way = under_way(&mut tx, &caller, &peer, today).await?;
    let next = next(&mut tx, &caller, today).await?;
    drop(tx);
    let (year, years) = (
        aids::year_of(&asked.annee, today),
        aids::years(&aids, today),
    );
    aids.retain(|it| it.day.0.year() == year);
    let mine = Mine {
        lang,
        contested: asked.fait == "dit",
        peer,
        settings: settings.clone(),
        today,
        year,
        years,
        aids,
        under_way,
        next,
        hints,
    };
    let frame = frame(
        &app,
        &caller,
        &settings,
        &reader,
        lang.say(say::TITLE),
        "/moi",
    );
    Ok(page(&frame, || view_of(&mine)).into_response())
}

/// The next outing of the programme: whoever wants to come knows when and where.
async fn next(tx: &mut Tx, caller: &Caller, today: Day) -> Result<Option<Outing>, Problem> {
    let coming = outings::coming(tx, caller.programme, today, OPEN_OUTINGS_MAX).await?;
    let comes = |it: &Outing| it.day >= today && it.state != OutingState::Cancelled;
    Ok(coming.into_iter().find(comes))
}

/// What a coordinator noted of an outing that is open: the money comes when it is closed.
async fn under_way(
    tx: &mut Tx,
    caller: &Caller,
    peer: &Peer,
    today: Day,
) -> Result<Vec<Day>, Problem> {
    let coming = outings::coming(tx, caller.programme, today, OPEN_OUTINGS_MAX).await?;
    let mut days = Vec::new();
    for outing in coming.iter().filter(|it| it.state == OutingState::Open) {
        let marks = facts::store::marks(tx, caller.programme, outing.id).await?;
        if confirmed(marks).contains(&peer.id) {
            days.push(outing.day);
        }
    }
    Ok(days)
}

fn view_of(mine: &Mine) -> AnyView {
    let lang = mine.lang;
    let rows: Vec<_> = mine.aids.iter().map(|it| row(mine, it)).collect();
    let under_way: Vec<_> = mine.under_way.iter().map(|day| open(*day, mine)).collect();
    let nothing = (rows.is_empty() && under_way.is_empty()).then(|| nothing(mine));
    let hello = lang.fill(say::HELLO, [&mine.peer.pseudonym]);
    view! {
        <div class="hello">
            <SignPicture sign=mine.peer.sign label=speech::sign(lang, mine.peer.sign)/>
            <div>
                <h1>{hello}</h1>
                <p class="soft">{lang.say(say::YOURS)}</p>
            </div>
        </div>
        {read_aloud(lang)}
        {mine.contested.then(|| note(Tone::Ok, lang.say(say::TOLD)))}
        {mine.hints.of_peers_page("/moi", [say::HINT_LABEL, say::HINT, say::HINT_READ].map(|it| lang.say(it)))}
        {next_outing(mine)}
        {sum(mine)}
        {without_name(mine)}
        <h2>{lang.say(say::HEADING)}</h2>
        {nothing}
        <ul class="rows aids">{under_way}{rows}</ul>
        {other_years(mine)}
        <p class="ways-on">
            <a class="button" href=format!("/moi/releve?annee={}", mine.year)>
                <Icon path=SHEET/>
                {lang.say(say::STATEMENT)}
            </a>
            <a class="button" href="/moi/lieux"><Icon path=PIN/>{lang.say(say::PROPOSE)}</a>
        </p>
    }
    .into_any()
}

fn next_outing(mine: &Mine) -> Option<AnyView> {
    let lang = mine.lang;
    let outing = mine.next.as_ref()?;
    let at = outing
        .starts_at
        .as_deref()
        .and_then(|it| it.split_once(':'));
    let hour = at.map(|(hour, minute)| lang.fill(words::language::HOUR, [hour, minute]));
    let place = outing.meeting_point.clone();
    let about: Vec<String> = [hour, place].into_iter().flatten().collect();
    Some(
        view! {
            <section class="card aid">
                {leaf(lang, outing.day)}
                <div class="aid-text">
                    <h2>{lang.say(say::NEXT)}</h2>
                    <p>{speech::day_title(lang, outing.day, mine.today)}</p>
                    <p>{about.join(" · ")}</p>
                </div>
            </section>
        }
        .into_any(),
    )
}

/// The total of the year, and how much of it is in the hand.
fn sum(mine: &Mine) -> AnyView {
    let lang = mine.lang;
    let total: Cents = mine.aids.iter().map(Aid::worth).sum();
    let received = mine.aids.iter().filter(|it| it.is_received());
    let received: Cents = received.map(Aid::worth).sum();
    let coming = Cents(total.0 - received.0);
    let outings = mine.aids.iter().filter(|it| it.counter.is_none()).count();
    let outings = lang.counted(say::FOR_OUTINGS, outings as i64);
    let year = mine.year.to_string();
    let amount = |cents| speech::amount(lang, cents);
    view! {
        <section class="card year-sum" aria-label=lang.fill(say::YEAR, [&year])>
            <p>{lang.fill(say::IN_YEAR, [&year])}</p>
            <p class="big-sum num">{amount(total)}</p>
            <p class="soft">{outings}</p>
            <dl class="pairs">
                <div><dt>{lang.say(say::RECEIVED)}</dt><dd class="num">{amount(received)}</dd></div>
                <div><dt>{lang.say(say::COMING)}</dt><dd class="num">{amount(coming)}</dd></div>
            </dl>
        </section>
    }
    .into_any()
}

/// The money waits for a name, and a name is never asked from who does not want the money.
fn without_name(mine: &Mine) -> Option<AnyView> {
    if mine.peer.has_identity || mine.aids.is_empty() {
        return None;
    }
    let payer = speech::the(mine.lang, &mine.settings.payer);
    Some(note(Tone::Wait, mine.lang.fill(say::NEEDS_NAME, [&payer])))
}

fn nothing(mine: &Mine) -> AnyView {
    let words = mine.lang.fill(say::NOTHING, [&mine.year.to_string()]);
    view! {
        <div class="empty">
            <Icon path=INFO/>
            <p>{words}</p>
        </div>
    }
    .into_any()
}

fn open(day: Day, mine: &Mine) -> AnyView {
    let lang = mine.lang;
    view! {
        <li class="card aid">
            {leaf(lang, day)}
            <div class="aid-text">
                <b>{speech::day_title(lang, day, mine.today)}</b>
                <span class="tag ok">{lang.say(say::PRESENT)}</span>
                <p class="soft">{lang.say(say::NOT_OVER)}</p>
            </div>
        </li>
    }
    .into_any()
}

/// The leaf of a wall calendar; the row beside it says the same in words.
fn leaf(lang: Lang, day: Day) -> AnyView {
    let (weekday, month) = speech::leaf(lang, day);
    let number = day.0.day();
    view! {
        <span class="day" aria-hidden="true">
            <span>{weekday}</span>
            <b>{number}</b>
            <span>{month}</span>
        </span>
    }
    .into_any()
}

fn row(mine: &Mine, aid: &Aid) -> AnyView {
    let lang = mine.lang;
    let (class, said) = aid.standing(&mine.settings, mine.peer.has_identity, lang);
    let taken_back = aid.counter.map(|back| {
        let words = lang.fill(say::CORRECTED, [&speech::amount(lang, back)]);
        view! { <p class="soft">{words}</p> }
    });
    view! {
        <li class="card aid">
            {leaf(lang, aid.day)}
            <div class="aid-text">
                <b>{speech::day_title(lang, aid.day, mine.today)}</b>
                <span class="aid-sum num">{speech::amount(lang, aid.amount)}</span>
                <span class=class>{said.clone()}</span>
                {dots(aid, &said, lang)}
                {taken_back}
            </div>
            {disagree(aid, lang)}
        </li>
    }
    .into_any()
}

/// How far it is, drawn; what was taken back goes nowhere.
fn dots(aid: &Aid, said: &str, lang: Lang) -> Option<AnyView> {
    const ALL: usize = 5;
    let done = match aid.state {
        AllowanceState::Due => 1,
        AllowanceState::Listed => 2,
        AllowanceState::Sent => 3,
        AllowanceState::Paid => 4,
        AllowanceState::Received => ALL,
    };
    let of = (done.to_string(), ALL.to_string());
    let words = lang.fill(words::me::aid::STEP, [&of.0, &of.1, said]);
    aid.counter
        .is_none()
        .then(|| charts::dots(done, ALL, &words))
}

/// « Je ne suis pas d'accord »: folded, so that it is there and never in the way.
fn disagree(aid: &Aid, lang: Lang) -> AnyView {
    if aid.contest.as_deref() == Some("contested") {
        return view! {
            <p class="contested">
                <Icon path=INFO/>
                <span>{lang.say(say::CONTESTED)}</span>
            </p>
        }
        .into_any();
    }
    let action = format!("/moi/aides/{}/contester", aid.id);
    let field = format!("mots-{}", aid.id);
    let answered = (aid.contest.as_deref() == Some("answered"))
        .then(|| view! { <p class="soft">{lang.say(say::ANSWERED)}</p> });
    view! {
        <details class="disagree">
            <summary>{lang.say(say::DISAGREE)}</summary>
            {answered}
            <form class="form" method="post" action=action>
                <div class="field">
                    <label for=field.clone()>{lang.say(say::WORDS)}</label>
                    <textarea id=field name="mots" maxlength="2000"></textarea>
                </div>
                <button class="primary">{lang.say(say::TELL)}</button>
            </form>
        </details>
    }
    .into_any()
}

fn other_years(mine: &Mine) -> Option<AnyView> {
    let others = mine.years.iter().filter(|it| **it != mine.year);
    let links: Vec<_> = others
        .map(|year| view! { <a class="button" href=format!("/moi?annee={year}")>{*year}</a> })
        .collect();
    let name = mine.lang.say(say::OTHER_YEARS);
    (!links.is_empty())
        .then(|| view! { <nav class="years" aria-label=name>{links}</nav> }.into_any())
}

/// What somebody says about a line.
#[derive(Default, Deserialize)]
pub struct Disagreeing {
    #[serde(default)]
    mots: String,
}

/// `POST /moi/aides/{id}/contester`
pub async fn contest(
    State(app): State<App>,
    caller: Caller,
    Path(line): Path<AllowanceId>,
    ReadForm(form): ReadForm<Disagreeing>,
) -> Result<Response, Problem> {
    let words = Some(form.mots).filter(|it| !it.trim().is_empty());
    let words = words.map(|it| Reason::new("mots", &it)).transpose()?;
    allowances::contest(&app, &caller, line, words).await?;
    Ok(Redirect::to("/moi?fait=dit").into_response())
}
