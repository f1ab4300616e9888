//! `/sorties/{id}/marche`: the places of a walk in their order, moved one by one or put in the
//! order proposed. Plain forms: they work by hand, by keyboard and without script, and the focus
//! stays on what was moved.

use super::title_of;
use crate::access::Caller;
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, crumbs, note};
use crate::http::reading::{Path, Query};
use crate::outings::store::Outing;
use crate::outings::walk::{self, WalkSite};
use crate::outings::{get, wrong_state};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{PLUS, QUIT, SEND, WALK};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::fact::AgentAccess;
use domain::french::{counted, distance};
use domain::place::SiteState;
use domain::{Instant, Nature, OutingId, Settings, SiteId};
use leptos::prelude::*;
use serde::Deserialize;
use words::desk::common;
use words::desk::common::count;
use words::desk::outings::walk as say;

/// Suggestions beside the walk.
const SUGGESTED: usize = 8;

/// What is looked for, and what the form before this page did.
#[derive(Default, Deserialize)]
pub struct Asked {
    /// Letters of a title.
    #[serde(default)]
    q: String,
    /// The place that was moved.
    bouge: Option<SiteId>,
    /// « monter » or « descendre ».
    #[serde(default)]
    sens: String,
    /// How long the walk was before an order was proposed, in metres.
    avant: Option<f64>,
}

struct Shown {
    settings: Settings,
    outing: Outing,
    walk: Vec<WalkSite>,
    others: Vec<WalkSite>,
    asked: Asked,
    now: Instant,
}

/// `GET /sorties/{id}/marche`
pub async fn walk_page(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = app.db.write().await?;
    let outing = get(&mut tx, &caller, id).await?;
    if !outing.state.plan_may_change() {
        return Err(wrong_state(outing.state));
    }
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let on_it = walk::of_outing(&mut tx, &app, &caller, id).await?;
    let mut others = if asked.q.trim().is_empty() {
        walk::offered(&mut tx, &app, &caller, &[]).await?
    } else {
        walk::found(&mut tx, &app, &caller, &asked.q).await?
    };
    tx.commit().await?;
    others.retain(|it| on_it.iter().all(|on| on.id != it.id));
    others.truncate(if asked.q.is_empty() {
        SUGGESTED
    } else {
        others.len()
    });
    let shown = Shown {
        walk: on_it,
        others,
        asked,
        now: app.now(),
        outing,
        settings,
    };
    let frame = Frame::of(
        &app.assets,
        &caller,
        &shown.settings,
        say::PAGE_TITLE,
        "/sorties",
    );
    Ok(page(&frame, || view(&shown)).into_response())
}

fn view(shown: &Shown) -> AnyView {
    let here = format!("/sorties/{}", shown.outing.id);
    let today = local_day(&shown.settings, shown.now);
    let title = title_of(&shown.outing, today);
    view! {
        {crumbs(here, common::THE_OUTING)}
        <div class="head">
            <div>
                <h1>{say::TITLE}</h1>
                <p class="soft">{title}" · "{how_long(&shown.walk)}</p>
            </div>
            {propose(shown)}
        </div>
        {proposed(shown)}
        <div class="two">
            <section class="card">{places(shown)}</section>
            <section class="card" id="ajouter">{adding(shown)}</section>
        </div>
    }
    .into_any()
}

/// « 8 lieux, environ 2,3 km ».
pub fn how_long(walk: &[WalkSite]) -> String {
    let places = counted(walk.len() as i64, count::SITE, count::SITES);
    if walk.len() < 2 {
        return places;
    }
    say::how_long(&places, &distance(walk::length_m(walk)))
}

fn propose(shown: &Shown) -> Option<AnyView> {
    if shown.walk.len() < 3 {
        return None;
    }
    let action = format!("/sorties/{}/marche", shown.outing.id);
    Some(
        view! {
            <form method="post" action=action>
                <button class="primary" name="geste" value="proposer">
                    <Icon path=WALK/>
                    {say::PROPOSE}
                </button>
            </form>
        }
        .into_any(),
    )
}

/// What the proposed order gained.
fn proposed(shown: &Shown) -> Option<AnyView> {
    let gained = shown.asked.avant? - walk::length_m(&shown.walk);
    let sentence = if gained < 1.0 {
        say::PROPOSED_SAME.to_owned()
    } else {
        say::proposed_shorter(&distance(gained))
    };
    Some(note(Tone::Ok, sentence))
}

fn places(shown: &Shown) -> AnyView {
    let walk = &shown.walk;
    if walk.is_empty() {
        return view! {
            <h2>{common::SITES}</h2>
            <p class="soft">{say::EMPTY}</p>
        }
        .into_any();
    }
    let rows: Vec<_> = (0..walk.len()).map(|rank| place(shown, rank)).collect();
    view! {
        <h2>{say::PLACES_TITLE}</h2>
        <ol class="walk">{rows}</ol>
    }
    .into_any()
}

fn place(shown: &Shown, rank: usize) -> AnyView {
    let site = &shown.walk[rank];
    let from = rank.checked_sub(1).map(|it| &shown.walk[it]);
    let away = from.map(|it| {
        format!(
            "{} ",
            say::away_prefix(&distance(it.at.distance_m(site.at)))
        )
    });
    let about = nature_and_about(site, &shown.settings, shown.now);
    let title = site.title.clone();
    view! {
        <li>
            <span class="row-text">
                <b>{title}</b>
                <small>{away}{about}</small>
            </span>
            {moves(shown, rank)}
        </li>
    }
    .into_any()
}

/// Earlier, later, away. After a move the same button has the focus again; at an end, the other.
fn moves(shown: &Shown, rank: usize) -> AnyView {
    let site = &shown.walk[rank];
    let action = format!("/sorties/{}/marche", shown.outing.id);
    let (first, last) = (rank == 0, rank + 1 == shown.walk.len());
    let moved = shown.asked.bouge == Some(site.id);
    let went_up = shown.asked.sens == "monter";
    let focus_up = moved && !first && (went_up || last);
    let focus_down = moved && !last && !focus_up;
    let (id, title) = (site.id.to_string(), site.title.clone());
    let button = |geste: &'static str,
                  class: &'static str,
                  path,
                  word: &'static str,
                  off,
                  focus| {
        let name = format!("{word} {title}");
        view! {
            <button class=class name="geste" value=geste disabled=off autofocus=focus aria-label=name>
                <Icon path=path/>
            </button>
        }
    };
    view! {
        <form class="moves" method="post" action=action>
            <input type="hidden" name="lieu" value=id/>
            {button("monter", "quiet", SEND, say::UP, first, focus_up)}
            {button("descendre", "quiet down", SEND, say::DOWN, last, focus_down)}
            {button("retirer", "quiet away", QUIT, say::REMOVE, false, false)}
        </form>
    }
    .into_any()
}

fn adding(shown: &Shown) -> AnyView {
    let action = format!("/sorties/{}/marche", shown.outing.id);
    let looked_for = !shown.asked.q.trim().is_empty();
    let title = if looked_for {
        say::FOUND_TITLE
    } else {
        say::SUGGESTED_TITLE
    };
    let none = shown.others.is_empty().then(|| {
        let sentence = if looked_for {
            say::FOUND_NONE
        } else {
            say::SUGGESTED_NONE
        };
        view! { <p class="soft">{sentence}</p> }
    });
    let rows: Vec<_> = shown
        .others
        .iter()
        .map(|it| other(shown, it, action.clone()))
        .collect();
    let q = shown.asked.q.clone();
    view! {
        <h2>{common::ADD_A_SITE}</h2>
        <form class="search" method="get" action=action.clone()>
            <label for="q">{say::LABEL_SEARCH}</label>
            <p class="side-by-side">
                <input id="q" name="q" type="search" value=q autocomplete="off"/>
                <button>{say::SEARCH}</button>
            </p>
        </form>
        <h3>{title}</h3>
        {none}
        <ul class="walk">{rows}</ul>
    }
    .into_any()
}

fn other(shown: &Shown, site: &WalkSite, action: String) -> AnyView {
    let about = nature_and_about(site, &shown.settings, shown.now);
    let (id, title) = (site.id.to_string(), site.title.clone());
    let name = say::add_place(&title);
    view! {
        <li>
            <span class="row-text">
                <b>{title}</b>
                <small>{about}</small>
            </span>
            <form class="moves" method="post" action=action>
                <input type="hidden" name="lieu" value=id/>
                <button class="quiet" name="geste" value="ajouter" aria-label=name>
                    <Icon path=PLUS/>
                </button>
            </form>
        </li>
    }
    .into_any()
}

/// « lieu discret · revenu, vu il y a 3 jours · l’agent attend dehors ».
fn nature_and_about(site: &WalkSite, settings: &Settings, now: Instant) -> String {
    let about = about(site, settings, now);
    match site.nature {
        Nature::Public => about,
        Nature::Discreet => say::discreet_place(&about),
    }
}

/// What was recorded about a site and agreed with those who live there.
pub fn about(site: &WalkSite, settings: &Settings, now: Instant) -> String {
    let mut words = Vec::new();
    let days = |at: Instant| {
        let n = (local_day(settings, now).0 - local_day(settings, at).0).get_days();
        match n {
            ..=0 => common::TODAY.to_owned(),
            1 => say::YESTERDAY.into(),
            2..14 => say::days_ago(&n),
            _ => say::weeks_ago(&(n / 7)),
        }
    };
    let visits = &site.visits;
    words.push(match (visits.state(), visits.done_at, visits.seen_at) {
        (SiteState::Planned, ..) => say::ALREADY_PLANNED.into(),
        (SiteState::Returned, _, Some(seen)) => say::returned(&days(seen)),
        (SiteState::Seen, _, Some(seen)) => say::reported(&days(seen)),
        (SiteState::Done, Some(done), _) => say::done(&days(done)),
        (state, ..) => state.label().to_owned(),
    });
    if site.nature == Nature::Discreet {
        words.push(match site.residents_agree {
            Some(_) => say::RESIDENTS_AGREE.into(),
            None => say::RESIDENTS_NOT_ASKED.into(),
        });
    }
    if let Some(agent) = site.agent.filter(|it| *it != AgentAccess::Enters) {
        words.push(agent.label().to_owned());
    }
    words.join(" · ")
}
