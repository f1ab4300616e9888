//! `/` for an agent: what to see today, quarter by quarter, then the outings that come.

use super::{emergency, picked_up_form, seen, state_tag, to_flagging, warnings};
use crate::access::Caller;
use crate::app::{App, local_day};
use crate::flags::export::place_of;
use crate::flags::{Flag, category_label, waiting};
use crate::http::error::Problem;
use crate::http::origin::Origin;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, ago, note};
use crate::outings::pages::AgentOutings;
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::CHECK;
use axum::response::{IntoResponse, Response};
use domain::french::counted;
use domain::place::SiteState;
use domain::{Day, Instant, Settings, SiteId};
use leptos::prelude::*;
use std::collections::BTreeMap;
use words::desk::common::count;
use words::desk::flags::today as say;

/// As many as somebody sees in a day; the others are on the page of all flags.
const PLACES_SHOWN_MAX: usize = 40;

/// A public site with flags that wait.
#[derive(Clone)]
struct Place {
    site: SiteId,
    title: String,
    quarter: String,
    /// The first of the flags that wait.
    since: Instant,
    what: &'static str,
    seen: Option<i64>,
    urgent: bool,
    near_children: bool,
    state: SiteState,
    planned_on: Option<Day>,
}

impl Place {
    /// Urgent first, then where children come, then what waits longest.
    fn order(&self) -> (bool, bool, Instant, SiteId) {
        (!self.urgent, !self.near_children, self.since, self.site)
    }
}

/// The places to see: each with all its flags that wait, the newest of them first.
fn places(settings: &Settings, flags: &[Flag]) -> Vec<Place> {
    let mut places: BTreeMap<SiteId, Place> = BTreeMap::new();
    for flag in flags {
        let place = places.entry(flag.site).or_insert_with(|| Place {
            site: flag.site,
            title: flag.title.clone(),
            quarter: place_of(settings, &flag.quarter),
            since: flag.at,
            what: category_label(&flag.category),
            seen: flag.count,
            urgent: false,
            near_children: false,
            state: flag.state,
            planned_on: flag.planned_on,
        });
        place.since = place.since.min(flag.at);
        place.urgent |= flag.urgent;
        place.near_children |= flag.near_children;
        place.seen = place.seen.max(flag.count);
    }
    let mut places: Vec<Place> = places.into_values().collect();
    places.sort_by_key(Place::order);
    places
}

/// Quarters in the order of the first place to see in each.
fn by_quarter(places: Vec<Place>) -> Vec<(String, Vec<Place>)> {
    let mut quarters: Vec<(String, Vec<Place>)> = Vec::new();
    for place in places {
        match quarters.iter_mut().find(|(name, _)| *name == place.quarter) {
            Some((_, there)) => there.push(place),
            None => quarters.push((place.quarter.clone(), vec![place])),
        }
    }
    quarters
}

/// `/` for an agent. `done` says what the form before did.
pub async fn home(
    app: &App,
    caller: &Caller,
    origin: &Origin,
    done: &str,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let now = app.now();
    let today = local_day(&settings, now);
    let flags = waiting(&mut tx, app, caller.programme).await?;
    let outings = AgentOutings::load(app, &mut tx, caller).await?;
    drop(tx);
    let places = places(&settings, &flags);
    let noted = done == "ramasse";
    let frame = Frame::of(&app.assets, caller, &settings, say::TITLE, "/");
    Ok(page(&frame, || {
        view! {
            {noted.then(|| note(Tone::Ok, say::DONE_PICKED_UP))}
            <div class="head">
                <div>
                    <h1>{say::TITLE}</h1>
                    <p class="soft">{summary(&places)}</p>
                </div>
                {to_flagging()}
            </div>
            {urgent_note(&settings, &places, &outings, today)}
            {sections(&settings, places, now)}
            {outings.view(origin)}
        }
        .into_any()
    })
    .into_response())
}

fn summary(places: &[Place]) -> String {
    let total = places.len() as i64;
    match places.iter().filter(|it| it.urgent).count() {
        0 => counted(total, say::PLACE_ONE, say::PLACE_MANY),
        urgent => say::summary_with_urgent(
            &counted(total, say::PLACE_ONE, say::PLACE_MANY),
            &counted(urgent as i64, count::URGENT, count::URGENT_MANY),
        ),
    }
}

/// Something urgent waits: whom to call, and when the crew goes out next.
fn urgent_note(
    settings: &Settings,
    places: &[Place],
    outings: &AgentOutings,
    today: Day,
) -> Option<AnyView> {
    if !places.iter().any(|it| it.urgent) {
        return None;
    }
    let next = outings.coming.first().map(|it| {
        let day = crate::http::pieces::day_title(it.day, today);
        say::next_outing(&day.to_lowercase())
    });
    let content = view! {
        <p>{say::URGENT_WAITS}" "{next}</p>
        {emergency(settings).map(|it| view! { <p class="actions">{it}</p> })}
    };
    Some(note(Tone::Alarm, content))
}

fn sections(settings: &Settings, mut places: Vec<Place>, now: Instant) -> AnyView {
    if places.is_empty() {
        return view! {
            <div class="empty">
                <Icon path=CHECK/>
                <h2>{say::EMPTY_TITLE}</h2>
                <p>{say::EMPTY}</p>
            </div>
        }
        .into_any();
    }
    let more = places.len().saturating_sub(PLACES_SHOWN_MAX);
    places.truncate(PLACES_SHOWN_MAX);
    let more = (more > 0).then(|| {
        let words = counted(more as i64, say::MORE_ONE, say::MORE_MANY);
        view! { <p><a href="/signalements?etat=seen">{words}</a></p> }
    });
    let sections: Vec<_> = by_quarter(places)
        .into_iter()
        .map(|(name, places)| {
            let rows: Vec<_> = places.iter().map(|it| row(settings, it, now)).collect();
            view! {
                <section>
                    <h2>{name}</h2>
                    <ul class="rows">{rows}</ul>
                </section>
            }
        })
        .collect();
    view! { {sections}{more} }.into_any()
}

fn row(settings: &Settings, place: &Place, now: Instant) -> AnyView {
    let href = format!("/signalements/{}", place.site);
    let seen = seen(place.seen);
    let since = ago(settings, place.since, now);
    view! {
        <li class="card to-see">
            <div class="row-text">
                <p class="tags">
                    {warnings(place.urgent, place.near_children)}
                    {state_tag(place.state, place.planned_on)}
                </p>
                <b><a href=href>{place.title.clone()}</a></b>
                <small>{place.what}{seen}" "{say::ROW_FLAGGED}" "{since}</small>
            </div>
            {picked_up_form(place.site, None)}
        </li>
    }
    .into_any()
}
