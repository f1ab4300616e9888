//! `/lieux`: what waits for an answer first, then the places by quarter.

use super::{Asked, SITES_PER_PAGE, about, asked_sites, city, filters, how_many, look, state_tag};
use crate::access::{Caller, Role};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, ago, note};
use crate::http::reading::Query;
use crate::programmes;
use crate::sites::here::{self, Here};
use crate::sites::proposals::{self, Proposal};
use crate::sites::{CoordinatorSite, quarters};
use app::ui::Icon;
use app::ui::pictograms::{MAP, NEXT, PIN, PIN_DISCREET};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::city::CityQuarter;
use domain::{Instant, Nature, Settings};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Everything the list is made from.
struct Shown {
    asked: Asked,
    settings: Settings,
    now: Instant,
    is_coordinator: bool,
    sites: Vec<CoordinatorSite>,
    /// Every site that something may be attached to, by title.
    known: Vec<(domain::SiteId, String)>,
    quarters: BTreeMap<String, String>,
    proposals: Vec<Proposal>,
    heres: Vec<Here>,
    city: Vec<CityQuarter>,
}

/// `GET /lieux`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let is_coordinator = caller.role() == Role::Coordinator;
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let (mut waiting, mut heres, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    if is_coordinator {
        waiting = proposals::waiting(&mut tx, &app, &caller).await?;
        heres = here::waiting(&mut tx, &app, &caller).await?;
    } else {
        lines = crate::sites::city::lines(&mut tx, caller.programme).await?;
    }
    let sites = asked_sites(&mut tx, &app, &caller, &asked).await?;
    let asks_nothing = waiting.is_empty() && heres.is_empty();
    let known = match asks_nothing {
        true => Vec::new(),
        false => {
            let all = asked_sites(&mut tx, &app, &caller, &Asked::default()).await?;
            all.into_iter().map(|it| (it.id, it.title)).collect()
        }
    };
    let shown = Shown {
        quarters: quarters::store::names(&mut tx, caller.programme).await?,
        now: app.now(),
        proposals: waiting,
        city: lines,
        settings: settings.clone(),
        known,
        asked,
        is_coordinator,
        sites,
        heres,
    };
    tx.commit().await?;
    let frame = Frame::of(&app.assets, &caller, &settings, "Lieux", "/lieux");
    Ok(page(&frame, || view(shown)).into_response())
}

fn view(shown: Shown) -> AnyView {
    let waiting = shown.proposals.len() + shown.heres.len();
    let first = shown.asked.page * SITES_PER_PAGE;
    let n = shown.sites.len();
    let pages = pages(&shown.asked, n);
    let here = shown.sites.iter().skip(first).take(SITES_PER_PAGE);
    let groups = by_quarter(here, &shown.quarters);
    let groups: Vec<_> = groups
        .iter()
        .map(|(name, sites)| group(&shown, name, sites))
        .collect();
    view! {
        <div class="head">
            <div>
                <h1>"Lieux"</h1>
                <p class="soft">{how_many(n)}</p>
            </div>
            <a class="button" href="/carte">
                <Icon path=MAP/>
                "Voir la carte"
            </a>
        </div>
        {done_note(&shown.asked.fait)}
        {(waiting > 0).then(|| look::section(
            &shown.proposals, &shown.heres, &shown.known, &shown.settings, shown.now,
        ))}
        {(!shown.is_coordinator).then(|| city::card(&shown.city))}
        {filters("/lieux", &shown.asked, &shown.quarters, shown.is_coordinator)}
        {groups}
        {pages}
    }
    .into_any()
}

fn done_note(done: &str) -> Option<AnyView> {
    let sentence = match done {
        "accepte" => "Le lieu est ajouté. La personne qui l’a proposé le verra.",
        "reuni" => "C’est noté\u{a0}: c’était un lieu déjà connu.",
        "refuse" => "La réponse est partie, avec un merci.",
        "rattache" => "Le ramassage est rattaché à ce lieu.",
        "public" => "Ce point est public maintenant. La mairie le voit.",
        _ => return None,
    };
    Some(note(Tone::Ok, sentence))
}

/// Sites by the name of their quarter; those of none come last.
fn by_quarter<'a>(
    sites: impl Iterator<Item = &'a CoordinatorSite>,
    names: &BTreeMap<String, String>,
) -> Vec<(String, Vec<&'a CoordinatorSite>)> {
    let mut groups: BTreeMap<(bool, String), Vec<&CoordinatorSite>> = BTreeMap::new();
    for site in sites {
        let name = site.about.quarter.as_ref().and_then(|it| names.get(it));
        let key = (name.is_none(), name.cloned().unwrap_or_default());
        groups.entry(key).or_default().push(site);
    }
    let title = |name: String| match name.is_empty() {
        false => name,
        true if names.is_empty() => "Dans la ville".into(),
        true => "Hors quartier".into(),
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
        view! { <small class="line">"Fait "{when}</small> }
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

fn pages(asked: &Asked, n: usize) -> Option<AnyView> {
    let last = n.saturating_sub(1) / SITES_PER_PAGE;
    let link = |page: usize, words: &'static str| {
        let href = format!("/lieux?{}", asked.query(page));
        view! { <a class="button" href=href>{words}</a> }
    };
    let before = (asked.page > 0).then(|| link(asked.page - 1, "Lieux d’avant"));
    let after = (asked.page < last).then(|| link(asked.page + 1, "Lieux suivants"));
    (last > 0).then(|| {
        view! { <nav class="actions" aria-label="Suite de la liste">{before}{after}</nav> }
            .into_any()
    })
}
