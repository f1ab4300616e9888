//! `/carte`: the places on the town's map, and the same beside it as a list for people who do not
//! use maps.

use super::{Asked, SITES_PER_PAGE, about, asked_sites, filters, how_many, state_tag};
use crate::access::{Caller, Role};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::reading::Query;
use crate::programmes;
use crate::sites::{CoordinatorSite, quarters};
use app::ui::Icon;
use app::ui::pictograms::LIST;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use serde_json::{Value, json};

/// `GET /carte`
pub async fn map(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let is_coordinator = caller.role() == Role::Coordinator;
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let sites = asked_sites(&mut tx, &app, &caller, &asked).await?;
    let names = quarters::store::names(&mut tx, caller.programme).await?;
    tx.commit().await?;
    let mut frame = Frame::of(&app.assets, &caller, &settings, "Carte", "/carte");
    frame.with_map = true;
    Ok(page(&frame, || {
        let on_map: Vec<Value> = sites.iter().take(SITES_PER_PAGE).map(mark).collect();
        let rows: Vec<_> = sites.iter().take(SITES_PER_PAGE).map(row).collect();
        let more = (sites.len() > SITES_PER_PAGE).then(|| {
            view! {
                <p class="soft">
                    "On en montre "{SITES_PER_PAGE}". Choisissez un quartier ou un état pour voir les autres."
                </p>
            }
        });
        view! {
            <div class="head">
                <div>
                    <h1>"Carte"</h1>
                    <p class="soft">{how_many(sites.len())}</p>
                </div>
                <a class="button" href="/lieux">
                    <Icon path=LIST/>
                    "Voir la liste"
                </a>
            </div>
            {filters("/carte", &asked, &names, is_coordinator)}
            {more}
            <div class="two">
                {town_card(&json!(on_map), "Carte des lieux")}
                <section class="card" aria-label="Les mêmes lieux, en liste">
                    <ul class="plain-list">{rows}</ul>
                </section>
            </div>
        }
        .into_any()
    })
    .into_response())
}

fn mark(site: &CoordinatorSite) -> Value {
    json!({
        "id": site.id, "title": site.title, "lat": site.at.lat(), "lon": site.at.lon(),
        "nature": site.nature.as_str(), "state": site.state.as_str(),
        "href": format!("/lieux/{}", site.id),
    })
}

fn row(site: &CoordinatorSite) -> AnyView {
    let href = format!("/lieux/{}", site.id);
    let (title, words) = (site.title.clone(), about(site));
    let words = (!words.is_empty()).then(|| view! { <small class="soft line">{words}</small> });
    view! {
        <li>
            <a href=href>{title}</a>
            " "
            {state_tag(site.state)}
            {words}
        </li>
    }
    .into_any()
}

/// The map element with its sites; without script, the list says the same.
pub fn town_card(sites: &Value, label: &'static str) -> AnyView {
    // `<` could close the script element early.
    let data = sites.to_string().replace('<', "\\u003c");
    view! {
        <section class="card town-card" aria-label=label>
            <div class="map">
                <cueillette-map
                    base="/base-map.pmtiles"
                    operator-hint="Le plan de la ville manque. Il se donne au démarrage\u{a0}: --base-map FICHIER."
                >
                    <script type="application/json" inner_html=data></script>
                </cueillette-map>
            </div>
            <noscript><p class="soft">"La carte a besoin de JavaScript. La liste dit la même chose."</p></noscript>
        </section>
    }
    .into_any()
}
