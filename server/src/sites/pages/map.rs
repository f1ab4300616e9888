//! `/carte`: the places on the town's map, which asks the server for what each view shows, and the
//! same beside it as a list for people who do not use maps.

use super::{Asked, SITES_PER_PAGE, about, asked_sites, filters, how_many, pages, state_tag};
use crate::access::{Caller, Role};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::hints::Hints;
use crate::http::page::{Frame, page};
use crate::http::reading::Query;
use crate::programmes;
use crate::sites::{CoordinatorSite, quarters};
use app::ui::Icon;
use app::ui::pictograms::LIST;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Position;
use leptos::prelude::*;
use serde_json::{Value, json};
use words::desk::common;
use words::desk::sites::map as say;

/// `GET /carte`
pub async fn map(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
    hints: Hints,
) -> Result<Response, Problem> {
    let is_coordinator = caller.role() == Role::Coordinator;
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let sites = asked_sites(&mut tx, &app, &caller, &asked).await?;
    let names = quarters::store::names(&mut tx, caller.programme).await?;
    tx.commit().await?;
    let mut frame = Frame::of(&app.assets, &caller, &settings, common::MAP, "/carte");
    frame.with_map = true;
    Ok(page(&frame, || {
        let first = asked.page.saturating_mul(SITES_PER_PAGE);
        let here = sites.iter().skip(first).take(SITES_PER_PAGE);
        let rows: Vec<_> = here.map(row).collect();
        view! {
            <div class="head">
                <div>
                    <h1>{common::MAP}</h1>
                    <p class="soft">{how_many(sites.len())}</p>
                </div>
                <a class="button" href="/lieux">
                    <Icon path=LIST/>
                    {say::SEE_LIST}
                </a>
            </div>
            {hints.of_page("/carte")}
            {filters("/carte", &asked, &names, is_coordinator)}
            <div class="two atlas">
                {live_card(&asked, &sites)}
                {(!rows.is_empty()).then(|| view! {
                    <section class="card" aria-label=say::LIST_LABEL>
                        <ul class="plain-list places-list">{rows}</ul>
                        {pages("/carte", &asked, sites.len())}
                    </section>
                })}
            </div>
        }
        .into_any()
    })
    .into_response())
}

fn row(site: &CoordinatorSite) -> AnyView {
    let href = format!("/lieux/{}", site.id);
    let (title, words) = (site.title.clone(), about(site));
    let words = (!words.is_empty()).then(|| view! { <small class="soft line">{words}</small> });
    view! {
        <li>
            <span><a href=href>{title}</a>{words}</span>
            {state_tag(site.state)}
        </li>
    }
    .into_any()
}

/// « west,south,east,north » around these points.
pub fn box_around(points: impl Iterator<Item = Position>) -> Option<String> {
    let around = points.fold(None, |around, at| {
        let (lat, lon) = (at.lat(), at.lon());
        let [w, s, e, n] = around.unwrap_or([lon, lat, lon, lat]);
        Some([w.min(lon), s.min(lat), e.max(lon), n.max(lat)])
    });
    around.map(|[w, s, e, n]| format!("{w},{s},{e},{n}"))
}

/// The map that shows what answers the question, view by view.
fn live_card(asked: &Asked, sites: &[CoordinatorSite]) -> AnyView {
    let (from, around) = (asked.for_map(), box_around(sites.iter().map(|it| it.at)));
    view! {
        <section class="card town-card" aria-label=say::MAP_LABEL>
            <div class="map">
                <cueillette-map
                    base="/base-map.pmtiles"
                    operator-hint=NO_BASE_MAP
                    locate=""
                    from=from
                    pages="/lieux/"
                    around=around
                ></cueillette-map>
            </div>
            {without_script(say::WITHOUT_SCRIPT)}
        </section>
    }
    .into_any()
}

/// For the operator, on the map itself.
pub const NO_BASE_MAP: &str = say::NO_BASE_MAP;

/// Words for whoever runs no script.
pub fn without_script(words: &'static str) -> AnyView {
    view! { <noscript><p class="soft">{words}</p></noscript> }.into_any()
}

/// The map element with its sites; without script, the page says the same in words.
pub fn town_card(sites: &Value, label: &'static str) -> AnyView {
    // `<` could close the script element early.
    let data = sites.to_string().replace('<', "\\u003c");
    view! {
        <section class="card town-card" aria-label=label>
            <div class="map">
                <cueillette-map base="/base-map.pmtiles" operator-hint=NO_BASE_MAP>
                    <script type="application/json" inner_html=data></script>
                </cueillette-map>
            </div>
            {without_script(say::TOWN_WITHOUT_SCRIPT)}
        </section>
    }
    .into_any()
}

/// A site as the map element reads it.
pub fn mark(site: &CoordinatorSite) -> Value {
    json!({
        "id": site.id, "title": site.title, "lat": site.at.lat(), "lon": site.at.lon(),
        "nature": site.nature.as_str(), "state": site.state.as_str(),
    })
}
