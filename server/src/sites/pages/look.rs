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
            _ if ended => "son point et ses mots ne sont plus gardés".into(),
            _ if at.is_none() => "le téléphone n’avait pas de position".into(),
            Some((Some(metres), site)) => {
                format!(
                    "à {} de «\u{a0}{}\u{a0}»",
                    french::distance(*metres),
                    site.title
                )
            }
            _ => "aucun lieu connu autour".into(),
        }
    }

    /// A list of sites to choose from, the nearest first.
    fn sites(&self, id: String, at: Option<Position>) -> AnyView {
        let options = self.nearest(at).into_iter().map(|(metres, site)| {
            let away = metres.map(|it| format!(" · à {}", french::distance(it)));
            let words = format!("{}{}", site.title, away.unwrap_or_default());
            (site.id.to_string(), words)
        });
        choice(id, "site", "Lieu", options.collect(), "")
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
    let mut frame = Frame::of(&app.assets, &caller, &settings, "À regarder", "/lieux");
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
        {crumbs("/lieux".into(), "Lieux")}
        <div class="head">
            <div>
                <h1>"À regarder"</h1>
                <p class="soft">{counted(n, "question attend", "questions attendent")}" une réponse."</p>
            </div>
        </div>
        {done_note(&looked.fait)}
        <div class="two atlas looking">
            <div class="col">{cards}{turning(page, last)}</div>
            {(!marks.is_empty()).then(|| town_card(&json!(marks), "Carte des questions"))}
        </div>
    }
    .into_any()
}

fn done_note(done: &str) -> Option<AnyView> {
    let sentence = match done {
        "accepte" => "Le lieu est ajouté. La personne qui l’a proposé le verra.",
        "reuni" => "C’est noté\u{a0}: c’était un lieu déjà connu.",
        "refuse" => "La réponse est partie, avec un merci.",
        "rattache" => "C’est rattaché à ce lieu.",
        "public" => "Ce point est public maintenant. Les agents d’hygiène le voient.",
        _ => return None,
    };
    Some(note(Tone::Ok, sentence))
}

fn turning(page: usize, last: usize) -> Option<AnyView> {
    let link = |page: usize, words: &'static str| {
        let href = format!("/lieux/a-regarder?page={page}");
        view! { <a class="button" href=href>{words}</a> }
    };
    let before = (page > 0).then(|| link(page - 1, "Questions d’avant"));
    let after = (page < last).then(|| link(page + 1, "Questions suivantes"));
    (last > 0).then(|| {
        view! {
            <nav class="actions turning" aria-label="Suite des questions">
                {before}
                <span class="soft">"Page "{page + 1}" sur "{last + 1}</span>
                {after}
            </nav>
        }
        .into_any()
    })
}

fn mark(n: usize, it: &Question) -> Option<Value> {
    let at = it.at()?;
    let (what, nature) = match it {
        Question::Proposed(it) => ("proposé", it.nature),
        Question::Here(_) => ("ramassé ici", Nature::Discreet),
    };
    Some(json!({
        "id": n, "title": format!("{n}. {what}"), "lat": at.lat(), "lon": at.lon(),
        "nature": nature.as_str(), "state": "seen",
    }))
}

fn proposal(n: usize, it: &Proposal, around: &Around) -> AnyView {
    let action = format!("/lieux/propositions/{}", it.id);
    let who = match it.from.as_str() {
        "peer" => "Proposé par un pair",
        _ => "Proposé pendant une sortie",
    };
    let (nature, agreed) = match (it.nature, it.residents_agree) {
        (Nature::Public, _) => ("espace public", None),
        (Nature::Discreet, None) => ("lieu discret", None),
        (Nature::Discreet, Some(true)) => ("lieu discret", Some("les habitants sont d’accord")),
        (Nature::Discreet, Some(false)) => ("lieu discret", Some("les habitants ont dit non")),
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
                    <label for=title_for>"Nom du lieu"</label>
                    <input id=title_id name="title" value=title autocomplete="off" maxlength="120"/>
                </div>
                <button class="primary">"Ajouter ce lieu"</button>
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
                <summary>"C’est un lieu déjà connu"</summary>
                <form class="form" method="post" action=action.clone()>
                    <input type="hidden" name="geste" value="reunir"/>
                    {around.sites(format!("lieu-{}", it.id), it.at)}
                    <button>"C’est le même lieu"</button>
                </form>
            </details>
            <details>
                <summary>"Ne pas prendre ce lieu"</summary>
                <form class="form" method="post" action=action>
                    <input type="hidden" name="geste" value="refuser"/>
                    {reasons(&it.id)}
                    <div class="field">
                        <label for=words_for>"Un mot pour la personne (si vous voulez)"</label>
                        <textarea id=words_id name="words" rows="2" maxlength="2000"></textarea>
                    </div>
                    <button>"Répondre"</button>
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
                <summary>"C’est un espace public"</summary>
                <form class="form" method="post" action=action.clone()>
                    <input type="hidden" name="geste" value="public"/>
                    {also(&others)}
                    <p>"Les agents d’hygiène verront ce point et ce nombre. On ne revient pas en arrière pour ce qu’ils ont lu."</p>
                    <button>"Rendre ce point public"</button>
                </form>
            </details>
        }
    });
    view! {
        <article class="card">
            <h2><span class="rank">{n}</span>"Ramassé «\u{a0}ici\u{a0}»\u{a0}: "{what(spot)}</h2>
            <p class="soft">{when(spot, around)}" · "{around.place(first.at, first.ended)}</p>
            <form class="form" method="post" action=action.clone()>
                <input type="hidden" name="geste" value="rattacher"/>
                {also(&others)}
                {around.sites(format!("lieu-{}", first.id), first.at)}
                <button class="primary">"Rattacher à ce lieu"</button>
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
            let times = counted(n, "fois", "fois");
            let (from, to) = (day(last), day(first));
            match from == to {
                true => format!("en {times}, le {}", french::date(to)),
                false => format!(
                    "en {times}, du {} au {}",
                    french::date(from),
                    french::date(to)
                ),
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
        "Pourquoi",
        options,
        DeclineReason::TooFar.code(),
    )
}
