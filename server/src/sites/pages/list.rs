//! `/lieux`: the places by quarter, and how much waits for an answer.

use super::{Asked, SITES_PER_PAGE, about, asked_sites, city, filters, how_many, pages, state_tag};
use crate::access::{Caller, Role};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::hints::Hints;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, ago, note, tabs};
use crate::http::reading::Query;
use crate::programmes;
use crate::sites::{CoordinatorSite, here, proposals, quarters};
use app::ui::Icon;
use app::ui::pictograms::{MAP, NEXT, PIN, PIN_DISCREET, PLUS};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::city::CityQuarter;
use domain::french::counted;
use domain::{Instant, Nature, Settings};
use leptos::prelude::*;
use std::collections::BTreeMap;
use words::desk::common;
use words::desk::sites::list as say;

/// Everything the list is made from.
struct Shown {
    asked: Asked,
    settings: Settings,
    now: Instant,
    is_coordinator: bool,
    sites: Vec<CoordinatorSite>,
    quarters: BTreeMap<String, String>,
    /// Proposals and « ici » pickups that wait.
    waiting: (usize, usize),
    city: Vec<CityQuarter>,
}

/// `GET /lieux`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
    hints: Hints,
) -> Result<Response, Problem> {
    let is_coordinator = caller.role() == Role::Coordinator;
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let (mut waiting, mut lines) = ((0, 0), Vec::new());
    if is_coordinator {
        let proposed = proposals::store::waiting(&mut tx, caller.programme).await?;
        let heres = here::store::count_waiting(&mut tx, caller.programme).await?;
        waiting = (proposed.len(), heres);
    } else {
        lines = crate::sites::city::lines(&mut tx, caller.programme).await?;
    }
    let quarters = quarters::store::names(&mut tx, caller.programme).await?;
    let mut sites = asked_sites(&mut tx, &app, &caller, &asked).await?;
    tx.commit().await?;
    let name = |it: &CoordinatorSite| quarter_of(it, &quarters).cloned();
    // By quarter first, so that a page of a long list does not begin them all again.
    match asked.by_wait() {
        true => sites.sort_by_cached_key(|it| (it.visits.done_at, it.title.clone(), it.id)),
        false => {
            sites.sort_by_cached_key(|it| (name(it).is_none(), name(it), it.title.clone(), it.id));
        }
    }
    let shown = Shown {
        now: app.now(),
        city: lines,
        settings: settings.clone(),
        quarters,
        waiting,
        asked,
        is_coordinator,
        sites,
    };
    let frame = Frame::of(&app.assets, &caller, &settings, common::SITES, "/lieux");
    let hint = hints.of_page("/lieux");
    Ok(page(&frame, || view(&shown, hint)).into_response())
}

fn view(shown: &Shown, hint: Option<AnyView>) -> AnyView {
    let first = shown.asked.page.saturating_mul(SITES_PER_PAGE);
    let n = shown.sites.len();
    let here = shown.sites.iter().skip(first).take(SITES_PER_PAGE);
    let groups = match shown.asked.by_wait() {
        true => vec![(say::GROUP_LONGEST_AGO.to_owned(), here.collect())],
        false => by_quarter(here, &shown.quarters),
    };
    let groups = groups.iter().filter(|(_, sites)| !sites.is_empty());
    let groups: Vec<_> = groups
        .map(|(name, sites)| group(shown, name, sites))
        .collect();
    view! {
        <div class="head">
            <div>
                <h1>{common::SITES}</h1>
                <p class="soft">{how_many(n)}</p>
            </div>
            <div class="actions">
                <a class="button" href="/carte">
                    <Icon path=MAP/>
                    {say::SEE_MAP}
                </a>
                {shown.is_coordinator.then(|| view! {
                    <a class="button primary" href="/lieux/nouveau">
                        <Icon path=PLUS/>
                        {common::ADD_A_SITE}
                    </a>
                })}
            </div>
        </div>
        {done_note(&shown.asked.fait)}
        {hint}
        {to_look(shown.waiting)}
        {(!shown.is_coordinator).then(|| city::card(&shown.city))}
        {filters("/lieux", &shown.asked, &shown.quarters, shown.is_coordinator)}
        {(n > 1).then(|| orders(&shown.asked))}
        {(n == 0).then(|| no_place(shown))}
        {groups}
        {pages("/lieux", &shown.asked, n)}
    }
    .into_any()
}

/// In which order: two plain links.
fn orders(asked: &Asked) -> AnyView {
    let link = |by_wait: bool, words: &'static str| {
        let tri = if by_wait { "attente" } else { "" };
        let href = format!("/lieux?{}", asked.sorted(tri));
        (href, words, asked.by_wait() == by_wait)
    };
    let links = [
        link(false, say::ORDER_BY_QUARTER),
        link(true, say::ORDER_OLDEST_FIRST),
    ];
    tabs(say::ORDERS_LABEL, links)
}

/// Nothing to list: because nothing is there yet, or because of what was asked.
fn no_place(shown: &Shown) -> AnyView {
    if !shown.asked.is_all() {
        return view! {
            <div class="empty">
                <Icon path=PIN/>
                <h2>{say::NO_MATCH_TITLE}</h2>
                <p>{say::NO_MATCH}</p>
                <a class="button" href="/lieux">{say::SEE_ALL}</a>
            </div>
        }
        .into_any();
    }
    let about = match shown.is_coordinator {
        true => say::EMPTY_COORDINATOR,
        false => say::EMPTY_CITY,
    };
    let way = match shown.is_coordinator {
        true => {
            view! { <a class="button" href="/lieux/nouveau"><Icon path=PLUS/>{common::ADD_A_SITE}</a> }
        }
        false => {
            view! { <a class="button" href="/signaler"><Icon path=PIN/>{say::OPEN_RECORDER}</a> }
        }
    };
    view! {
        <div class="empty">
            <Icon path=PIN/>
            <h2>{say::EMPTY_TITLE}</h2>
            <p>{about}</p>
            {way}
        </div>
    }
    .into_any()
}

/// « 1 lieu proposé », « 12 ramassages « ici » »: what there is of them.
pub fn waiting_words(proposed: usize, heres: usize) -> Vec<String> {
    let words = |n: usize, one: &str, many: &str| {
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        (n > 0).then(|| counted(n, one, many))
    };
    let proposed = words(proposed, say::PROPOSED_ONE, say::PROPOSED_MANY);
    let heres = words(heres, say::HERE_ONE, say::HERE_MANY);
    [proposed, heres].into_iter().flatten().collect()
}

/// « 1 lieu proposé et 12 ramassages « ici » attendent une réponse. »
fn to_look((proposed, heres): (usize, usize)) -> Option<AnyView> {
    let waits = match proposed + heres {
        0 => return None,
        1 => say::WAITS_ONE,
        _ => say::WAITS_MANY,
    };
    let all = waiting_words(proposed, heres).join(&format!(" {} ", say::AND));
    let sentence = format!("{all} {waits}");
    Some(note(
        Tone::Wait,
        view! {
            <p><b>{sentence}</b></p>
            <p class="actions"><a class="button" href="/lieux/a-regarder">{say::LOOK}</a></p>
        },
    ))
}

/// What a form that led here did.
fn done_note(done: &str) -> Option<AnyView> {
    (done == "regarde").then(|| note(Tone::Ok, say::DONE_ALL_ANSWERED))
}

fn quarter_of<'a>(
    site: &CoordinatorSite,
    names: &'a BTreeMap<String, String>,
) -> Option<&'a String> {
    names.get(site.about.quarter.as_ref()?)
}

/// Sites by the name of their quarter; those of none come last.
fn by_quarter<'a>(
    sites: impl Iterator<Item = &'a CoordinatorSite>,
    names: &BTreeMap<String, String>,
) -> Vec<(String, Vec<&'a CoordinatorSite>)> {
    let mut groups: BTreeMap<(bool, String), Vec<&CoordinatorSite>> = BTreeMap::new();
    for site in sites {
        let name = quarter_of(site, names);
        let key = (name.is_none(), name.cloned().unwrap_or_default());
        groups.entry(key).or_default().push(site);
    }
    let title = |name: String| match name.is_empty() {
        false => name,
        true if names.is_empty() => say::GROUP_TOWN.into(),
        true => say::GROUP_NO_QUARTER.into(),
    };
    groups
        .into_iter()
        .map(|((_, name), sites)| (title(name), sites))
        .collect()
}

fn group(shown: &Shown, name: &str, sites: &[&CoordinatorSite]) -> AnyView {
    let rows: Vec<_> = sites.iter().map(|it| row(shown, it)).collect();
    let name = name.to_owned();
    view! {
        <section>
            <h2>{name}</h2>
            <ul class="rows">{rows}</ul>
        </section>
    }
    .into_any()
}

fn row(shown: &Shown, site: &CoordinatorSite) -> AnyView {
    let href = format!("/lieux/{}", site.id);
    let path = match site.nature {
        Nature::Public => PIN,
        Nature::Discreet => PIN_DISCREET,
    };
    let (title, words) = (site.title.clone(), about(site));
    let words = (!words.is_empty()).then_some(words);
    let last = site.visits.done_at.map(|at| {
        let when = ago(&shown.settings, at, shown.now);
        view! { <small class="line">{say::ROW_DONE}" "{when}</small> }
    });
    view! {
        <li>
            <a class="card row" href=href>
                <span class="row-mark"><Icon path=path/></span>
                <span class="row-text">
                    <b>{title}</b>
                    {words.map(|text| view! { <small class="line">{text}</small> })}
                    {last}
                </span>
                <span class="row-end">{state_tag(site.state)}<Icon path=NEXT/></span>
            </a>
        </li>
    }
    .into_any()
}
