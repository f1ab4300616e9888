//! `/lieux/a-regarder`: proposals and « ici » pickups that wait for a coordinator, each with its
//! answer beside. « Ici » pickups of one spot are one question, and places are told by what is near
//! them: nobody reads degrees.

use super::map::town_card;
use super::{Asked, asked_sites, choice};
use crate::access::Caller;
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, ago, crumbs, listed, note};
use crate::http::reading::Query;
use crate::outings::simple::item_words;
use crate::programmes;
use crate::sites::here::{self, Here};
use crate::sites::proposals::{self, Proposal};
use crate::sites::{CoordinatorSite, near};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::fact::{AgentAccess, Item};
use domain::french::{self, counted};
use domain::place::DeclineReason;
use domain::{FactId, Instant, Nature, Position, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use words::desk::common;
use words::desk::common::count;
use words::desk::sites::look as say;

/// Questions on one page.
const QUESTIONS_PER_PAGE: usize = 10;
/// Sites that are offered as an answer: the nearest ones.
const OFFERED_MAX: usize = 40;

/// Which page of the questions, and what the answer before did.
#[derive(Default, Deserialize)]
pub struct Looked {
    #[serde(default)]
    page: usize,
    #[serde(default)]
    fait: String,
}

/// What waits: somebody's proposal, or what was picked up « ici » at one spot.
enum Question {
    Proposed(Proposal),
    Here(Vec<Here>),
}

impl Question {
    fn at(&self) -> Option<Position> {
        match self {
            Self::Proposed(it) => it.at,
            Self::Here(all) => all.first()?.at,
        }
    }
}

/// What every question is answered with.
struct Around {
    settings: Settings,
    now: Instant,
    sites: Vec<CoordinatorSite>,
}

impl Around {
    /// Sites by their distance from a point; by title without one.
    fn nearest(&self, at: Option<Position>) -> Vec<(Option<f64>, &CoordinatorSite)> {
        let away = |site: &CoordinatorSite| Some(site.at.distance_m(at?));
        let mut all: Vec<_> = self.sites.iter().map(|it| (away(it), it)).collect();
        all.sort_by(|a, b| {
            let (x, y) = (a.0.unwrap_or_default(), b.0.unwrap_or_default());
            x.total_cmp(&y)
        });
        all.truncate(OFFERED_MAX);
        all
    }

    /// « à 24 m de Place Meynard ».
    fn place(&self, at: Option<Position>, ended: bool) -> String {
        match self.nearest(at).first() {
            _ if ended => say::PLACE_NO_LONGER_KEPT.into(),
            _ if at.is_none() => say::PLACE_NO_POSITION.into(),
            Some((Some(metres), site)) => say::place_near(&french::distance(*metres), &site.title),
            _ => say::PLACE_UNKNOWN.into(),
        }
    }

    /// A list of sites to choose from, the nearest first.
    fn sites(&self, id: String, at: Option<Position>) -> AnyView {
        let options = self.nearest(at).into_iter().map(|(metres, site)| {
            let away = metres.map(|it| format!(" {}", say::option_distance(&french::distance(it))));
            let words = format!("{}{}", site.title, away.unwrap_or_default());
            (site.id.to_string(), words)
        });
        choice(id, "site", common::SITE, options.collect(), "")
    }
}

/// `GET /lieux/a-regarder`
pub async fn look(
    State(app): State<App>,
    caller: Caller,
    Query(looked): Query<Looked>,
) -> Result<Response, Problem> {
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let proposed = proposals::waiting(&mut tx, &app, &caller).await?;
    let heres = here::waiting(&mut tx, &app, &caller).await?;
    let sites = asked_sites(&mut tx, &app, &caller, &Asked::default()).await?;
    tx.commit().await?;
    let mut questions: Vec<Question> = proposed.into_iter().map(Question::Proposed).collect();
    questions.extend(spots(heres).into_iter().map(Question::Here));
    if questions.is_empty() {
        let done = if looked.fait.is_empty() {
            ""
        } else {
            "?fait=regarde"
        };
        return Ok(Redirect::to(&format!("/lieux{done}")).into_response());
    }
    let around = Around {
        settings: settings.clone(),
        now: app.now(),
        sites,
    };
    let mut frame = Frame::of(
        &app.assets,
        &caller,
        &settings,
        common::TO_LOOK_AT,
        "/lieux",
    );
    frame.with_map = true;
    Ok(page(&frame, || view(&looked, &questions, &around)).into_response())
}

/// « Ici » pickups of one spot together: as near as two flags that may be one place. The latest
/// first: who remembers is still there.
fn spots(mut heres: Vec<Here>) -> Vec<Vec<Here>> {
    heres.sort_by_key(|it| (std::cmp::Reverse(it.recorded_at), it.id));
    let mut spots: Vec<Vec<Here>> = Vec::new();
    for it in heres {
        let near = |spot: &&mut Vec<Here>| match (spot.first(), it.at) {
            (Some(first), Some(b)) => first.at.is_some_and(|a| a.distance_m(b) <= near::NEAR_M),
            // Where their points are no longer kept, an outing is one question.
            (Some(first), None) => first.ended && it.ended && first.outing == it.outing,
            (None, _) => false,
        };
        match spots.iter_mut().find(near) {
            Some(spot) => spot.push(it),
            None => spots.push(vec![it]),
        }
    }
    spots
}

fn view(looked: &Looked, questions: &[Question], around: &Around) -> AnyView {
    let last = questions.len().saturating_sub(1) / QUESTIONS_PER_PAGE;
    // The last answer of the last page leaves nothing on it.
    let page = looked.page.min(last);
    let first = page * QUESTIONS_PER_PAGE;
    let shown: Vec<_> = (first + 1..)
        .zip(&questions[first..])
        .take(QUESTIONS_PER_PAGE)
        .collect();
    let marks: Vec<Value> = shown.iter().filter_map(|(n, it)| mark(*n, it)).collect();
    let cards: Vec<_> = shown
        .iter()
        .map(|(n, it)| match it {
            Question::Proposed(it) => proposal(*n, it, around),
            Question::Here(spot) => here(*n, spot, around),
        })
        .collect();
    let n = i64::try_from(questions.len()).unwrap_or(i64::MAX);
    view! {
        {crumbs("/lieux".into(), common::SITES)}
        <div class="head">
            <div>
                <h1>{common::TO_LOOK_AT}</h1>
                <p class="soft">{counted(n, say::QUESTION_ONE, say::QUESTION_MANY)}" "{say::QUESTIONS_END}</p>
            </div>
        </div>
        {done_note(&looked.fait)}
        <div class="two atlas looking">
            <div class="col">{cards}{turning(page, last)}</div>
            {(!marks.is_empty()).then(|| town_card(&json!(marks), say::MAP_LABEL))}
        </div>
    }
    .into_any()
}

fn done_note(done: &str) -> Option<AnyView> {
    let sentence = match done {
        "accepte" => say::DONE_ACCEPTED,
        "reuni" => say::DONE_SAME_SITE,
        "refuse" => say::DONE_DECLINED,
        "rattache" => say::DONE_ATTACHED,
        "public" => say::DONE_MADE_PUBLIC,
        _ => return None,
    };
    Some(note(Tone::Ok, sentence))
}

fn turning(page: usize, last: usize) -> Option<AnyView> {
    let link = |page: usize, words: &'static str| {
        let href = format!("/lieux/a-regarder?page={page}");
        view! { <a class="button" href=href>{words}</a> }
    };
    let before = (page > 0).then(|| link(page - 1, say::PAGES_BEFORE));
    let after = (page < last).then(|| link(page + 1, say::PAGES_AFTER));
    (last > 0).then(|| {
        view! {
            <nav class="actions turning" aria-label=say::PAGES_LABEL>
                {before}
                <span class="soft">{say::PAGE_NUMBER}" "{page + 1}" "{say::PAGE_OF}" "{last + 1}</span>
                {after}
            </nav>
        }
        .into_any()
    })
}

fn mark(n: usize, it: &Question) -> Option<Value> {
    let at = it.at()?;
    let (what, nature) = match it {
        Question::Proposed(it) => (say::MARK_PROPOSED, it.nature),
        Question::Here(_) => (say::MARK_HERE, Nature::Discreet),
    };
    Some(json!({
        "id": n, "title": format!("{n}. {what}"), "lat": at.lat(), "lon": at.lon(),
        "nature": nature.as_str(), "state": "seen",
    }))
}

fn proposal(n: usize, it: &Proposal, around: &Around) -> AnyView {
    let action = format!("/lieux/propositions/{}", it.id);
    let who = match it.from.as_str() {
        "peer" => say::FROM_PEER,
        _ => say::FROM_OUTING,
    };
    let (nature, agreed) = match (it.nature, it.residents_agree) {
        (Nature::Public, _) => (say::NATURE_PUBLIC, None),
        (Nature::Discreet, None) => (common::DISCREET_SITE, None),
        (Nature::Discreet, Some(true)) => (common::DISCREET_SITE, Some(say::RESIDENTS_AGREE)),
        (Nature::Discreet, Some(false)) => (common::DISCREET_SITE, Some(say::RESIDENTS_REFUSE)),
    };
    let words = [Some(nature), agreed, it.agent.map(AgentAccess::label)];
    let words = words.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let when = ago(&around.settings, it.received_at, around.now);
    let said = it.note.clone();
    let proposed_title = said
        .as_deref()
        .and_then(|it| it.lines().next())
        .unwrap_or_default();
    let title: String = proposed_title
        .chars()
        .take(domain::limits::TITLE_CHARS_MAX)
        .collect();
    let place = around.place(it.at, it.ended);
    let (title_id, words_id) = (format!("titre-{}", it.id), format!("mots-{}", it.id));
    let (title_for, words_for) = (title_id.clone(), words_id.clone());
    let to_accept = action.clone();
    let accept = it.at.map(|_| {
        view! {
            <form class="form" method="post" action=to_accept>
                <input type="hidden" name="geste" value="accepter"/>
                <div class="field">
                    <label for=title_for>{common::SITE_NAME}</label>
                    <input id=title_id name="title" value=title autocomplete="off" maxlength="120"/>
                </div>
                <button class="primary">{say::ACCEPT}</button>
            </form>
        }
    });
    view! {
        <article class="card">
            <h2><span class="rank">{n}</span>{who}</h2>
            <p class="soft">{words}" · "{when}" · "{place}</p>
            {said.map(|text| view! { <p class="said">{text}</p> })}
            {accept}
            <details>
                <summary>{say::KNOWN_TITLE}</summary>
                <form class="form" method="post" action=action.clone()>
                    <input type="hidden" name="geste" value="reunir"/>
                    {around.sites(format!("lieu-{}", it.id), it.at)}
                    <button>{say::SAME_SITE}</button>
                </form>
            </details>
            <details>
                <summary>{say::DECLINE_TITLE}</summary>
                <form class="form" method="post" action=action>
                    <input type="hidden" name="geste" value="refuser"/>
                    {reasons(&it.id)}
                    <div class="field">
                        <label for=words_for>{say::LABEL_DECLINE_WORDS}</label>
                        <textarea id=words_id name="words" rows="2" maxlength="2000"></textarea>
                    </div>
                    <button>{say::ANSWER}</button>
                </form>
            </details>
        </article>
    }
    .into_any()
}

fn here(n: usize, spot: &[Here], around: &Around) -> AnyView {
    let [first, others @ ..] = spot else {
        return ().into_any();
    };
    let action = format!("/lieux/ici/{}", first.id);
    let others: Vec<String> = others.iter().map(|it| it.id.to_string()).collect();
    let also = |all: &[String]| -> Vec<_> {
        let all = all.iter().cloned();
        all.map(|id| view! { <input type="hidden" name="avec" value=id/> })
            .collect()
    };
    let declare = first.at.map(|_| {
        view! {
            <details>
                <summary>{say::PUBLIC_TITLE}</summary>
                <form class="form" method="post" action=action.clone()>
                    <input type="hidden" name="geste" value="public"/>
                    {also(&others)}
                    <p>{say::PUBLIC_WARNING}</p>
                    <button>{say::MAKE_PUBLIC}</button>
                </form>
            </details>
        }
    });
    view! {
        <article class="card">
            <h2><span class="rank">{n}</span>{say::HERE_TITLE}" "{what(spot)}</h2>
            <p class="soft">{when(spot, around)}" · "{around.place(first.at, first.ended)}</p>
            <form class="form" method="post" action=action.clone()>
                <input type="hidden" name="geste" value="rattacher"/>
                {also(&others)}
                {around.sites(format!("lieu-{}", first.id), first.at)}
                <button class="primary">{say::ATTACH}</button>
            </form>
            {declare}
        </article>
    }
    .into_any()
}

/// « 23 seringues et 1 pipe ».
fn what(spot: &[Here]) -> String {
    let mut items: BTreeMap<&str, i64> = BTreeMap::new();
    for it in spot {
        *items.entry(&it.item).or_insert(0) += it.count;
    }
    let words = items.iter().rev();
    let words = words.map(|(code, n)| item_words(Item::from_code(code).unwrap_or(Item::Other), *n));
    listed(&words.collect::<Vec<_>>())
}

/// « le 8 novembre 2026 », or « en 4 fois, du 24 novembre 2024 au 8 novembre 2026 ».
fn when(spot: &[Here], around: &Around) -> String {
    let day = |it: &Here| local_day(&around.settings, it.recorded_at);
    match spot {
        [first, .., last] => {
            let n = i64::try_from(spot.len()).unwrap_or(i64::MAX);
            let times = counted(n, count::TIME, count::TIMES);
            let (from, to) = (day(last), day(first));
            match from == to {
                true => say::when_one_day(&times, &french::date(to)),
                false => say::when_days(&times, &french::date(from), &french::date(to)),
            }
        }
        [one] => ago(&around.settings, one.recorded_at, around.now),
        [] => String::new(),
    }
}

fn reasons(id: &FactId) -> AnyView {
    let options = DeclineReason::ALL.iter();
    let options = options
        .map(|it| (it.code().to_owned(), it.label().to_owned()))
        .collect();
    choice(
        format!("pourquoi-{id}"),
        "reason",
        common::WHY,
        options,
        DeclineReason::TooFar.code(),
    )
}
