//! « Ici » on the closing screen: what was picked up at one spot stands together, with the places
//! it may belong to. Nothing has to be said: who says nothing leaves it « ici », counted.

use super::sheet::Sheet;
use crate::access::Caller;
use crate::app::{App, local_hour};
use crate::http::error::Problem;
use crate::http::pieces::listed;
use crate::outings::simple::item_words;
use crate::sites::here::{self, Here};
use crate::sites::near::{NEAR_M, around};
use crate::sites::store::public_sites;
use domain::fact::Item;
use domain::french::{counted, distance};
use domain::{FactId, Position, SiteId};
use leptos::prelude::*;
use std::collections::BTreeMap;
use words::desk::common::count;
use words::desk::outings::points as say;

/// Public places so near are offered besides those of the outing, in metres.
const OFFERED_M: f64 = 200.0;
/// A place so near is proposed, in metres: about what a phone is wrong by.
const PROPOSED_M: f64 = 50.0;
/// So many spots are shown unfolded.
const UNFOLDED_MAX: usize = 2;

/// One spot where something was picked up « ici ».
pub struct Point {
    /// Its facts, the oldest first.
    ids: Vec<FactId>,
    /// « 9 seringues et 3 aiguilles ».
    what: String,
    /// « 11 h 23 », or from when to when.
    when: String,
    /// Phones knew where.
    has_point: bool,
    /// They knew, and it is no longer kept.
    ended: bool,
    /// Places of the outing, the nearest first.
    planned: Vec<Offer>,
    /// Public places close by.
    beside: Vec<Offer>,
}

/// A place that a spot may belong to.
struct Offer {
    site: SiteId,
    title: String,
    distance_m: Option<f64>,
}

/// The spots that wait, opened for this coordinator.
pub async fn load(app: &App, caller: &Caller, sheet: &Sheet) -> Result<Vec<Point>, Problem> {
    if sheet.review.here.is_empty() {
        return Ok(Vec::new());
    }
    let mut tx = app.db.write().await?;
    let all = here::waiting_of(&mut tx, app, caller, sheet.outing.id).await?;
    let mut points = Vec::new();
    for spot in by_spot(all) {
        let at = spot.first().and_then(|it| it.at);
        let ended = spot.iter().any(|it| it.ended);
        let beside = match at {
            Some(at) => public_sites(&mut tx, caller.programme, around(at, OFFERED_M)).await?,
            None => Vec::new(),
        };
        let planned: Vec<Offer> = sheet
            .places
            .iter()
            .filter_map(|it| it.site.as_ref())
            .map(|it| offer(it.id, &it.title, it.at, at))
            .collect();
        let beside = beside
            .iter()
            .filter(|it| !planned.iter().any(|known| known.site == it.id))
            .map(|it| offer(it.id, &it.title, it.at, at))
            .filter(|it| it.distance_m.is_some_and(|metres| metres <= OFFERED_M));
        points.push(Point {
            what: what(&spot),
            when: when(sheet, &spot),
            has_point: at.is_some(),
            ended,
            beside: nearest_first(beside.collect()),
            planned: nearest_first(planned),
            ids: spot.into_iter().map(|it| it.id).collect(),
        });
    }
    tx.commit().await?;
    Ok(points)
}

fn offer(site: SiteId, title: &str, place: Position, at: Option<Position>) -> Offer {
    Offer {
        site,
        title: title.to_owned(),
        distance_m: at.map(|at| at.distance_m(place)),
    }
}

/// In the order of the walk where nobody knows how far they are.
fn nearest_first(mut offers: Vec<Offer>) -> Vec<Offer> {
    offers.sort_by(|a, b| {
        let (a, b) = (a.distance_m.unwrap_or(0.0), b.distance_m.unwrap_or(0.0));
        a.total_cmp(&b)
    });
    offers
}

/// What lies within a few steps of the first of a spot is that spot; all that has no point is one.
fn by_spot(all: Vec<Here>) -> Vec<Vec<Here>> {
    let mut spots: Vec<Vec<Here>> = Vec::new();
    for it in all {
        let is_there = |spot: &Vec<Here>| match (spot.first().and_then(|it| it.at), it.at) {
            (Some(a), Some(b)) => a.distance_m(b) <= NEAR_M,
            (None, None) => true,
            _ => false,
        };
        match spots.iter_mut().find(|spot| is_there(spot)) {
            Some(spot) => spot.push(it),
            None => spots.push(vec![it]),
        }
    }
    spots
}

fn what(spot: &[Here]) -> String {
    let mut sums: BTreeMap<usize, i64> = BTreeMap::new();
    for it in spot {
        let item = Item::from_code(&it.item).unwrap_or(Item::Other);
        let rank = Item::ALL.iter().position(|known| *known == item);
        *sums.entry(rank.unwrap_or_default()).or_insert(0) += it.count;
    }
    let words: Vec<String> = sums
        .into_iter()
        .filter_map(|(rank, n)| Some(item_words(*Item::ALL.get(rank)?, n)))
        .collect();
    listed(&words)
}

fn when(sheet: &Sheet, spot: &[Here]) -> String {
    let hour = |it: Option<&Here>| it.map(|it| local_hour(&sheet.settings, it.recorded_at));
    match (hour(spot.first()), hour(spot.last())) {
        (Some(first), Some(last)) if first != last => say::when_from_to(&first, &last),
        (Some(first), _) => say::when_at(&first),
        _ => String::new(),
    }
}

/// The card; none when nothing waits.
pub fn card(points: &[Point]) -> Option<AnyView> {
    if points.is_empty() {
        return None;
    }
    let unfolded = points.len() <= UNFOLDED_MAX;
    let rows: Vec<_> = points.iter().map(|it| row(it, unfolded)).collect();
    let title = say::title(&counted(points.len() as i64, count::PLACE, count::PLACES));
    Some(
        view! {
            <section class="card" id="ici">
                <h2>{title}</h2>
                <p class="soft">{say::ABOUT}</p>
                <ul class="spots">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn row(point: &Point, unfolded: bool) -> AnyView {
    let Some((first, others)) = point.ids.split_first() else {
        return ().into_any();
    };
    let action = format!("/lieux/ici/{first}");
    let with: Vec<_> = others
        .iter()
        .map(|id| view! { <input type="hidden" name="avec" value=id.to_string()/> })
        .collect();
    let label = say::label_place(&point.what);
    let field = format!("lieu-{first}");
    let public = point.has_point.then(|| {
        view! {
            <button class="quiet" name="geste" value="public" formnovalidate>
                {say::PUBLIC_SPACE}
            </button>
        }
    });
    let told = match (point.has_point, point.ended) {
        (true, _) => say::PUBLIC_SPACE_ABOUT,
        (false, true) => say::POINTS_ENDED,
        (false, false) => say::NO_POSITION,
    };
    view! {
        <li>
            <details open=unfolded>
                <summary><span><b>{point.what.clone()}</b>" "{point.when.clone()}</span></summary>
                <form class="form" method="post" action=action>
                    <input type="hidden" name="vers" value="fin"/>
                    {with}
                    <div class="field">
                        <label for=field.clone()>{label}</label>
                        <select id=field name="site" required>{offers(point)}</select>
                    </div>
                    <p class="actions">
                        <button name="geste" value="rattacher">{say::ATTACH}</button>
                        {public}
                    </p>
                    <p class="help">{told}</p>
                </form>
            </details>
        </li>
    }
    .into_any()
}

/// The places to choose from. One that is a few steps away is proposed; nothing else is, so that
/// nobody attaches to the wrong place by not looking.
fn offers(point: &Point) -> AnyView {
    let all = point.planned.iter().chain(&point.beside);
    let closest = all.filter_map(|it| Some((it.distance_m?, it.site)));
    let closest = closest.min_by(|a, b| a.0.total_cmp(&b.0));
    let proposed = closest.filter(|it| it.0 <= PROPOSED_M).map(|it| it.1);
    let group = |label: &'static str, offers: &[Offer]| {
        let options: Vec<_> = offers.iter().map(|it| option(it, proposed)).collect();
        (!options.is_empty()).then(|| view! { <optgroup label=label>{options}</optgroup> })
    };
    view! {
        <option value="" selected=proposed.is_none()>{say::CHOOSE_PLACE}</option>
        {group(say::GROUP_OF_OUTING, &point.planned)}
        {group(say::GROUP_BESIDE, &point.beside)}
    }
    .into_any()
}

fn option(offer: &Offer, proposed: Option<SiteId>) -> AnyView {
    let away = offer.distance_m.map(|it| say::option_away(&distance(it)));
    let words = format!("{}{}", offer.title, away.unwrap_or_default());
    let selected = proposed == Some(offer.site);
    view! { <option value=offer.site.to_string() selected=selected>{words}</option> }.into_any()
}
