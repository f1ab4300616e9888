//! `/lieux/{id}/reunir`: two sites that turned out to be one. The nearest ones are offered.

use super::point::one_site;
use super::{Asked, asked_sites, state_tag};
use crate::access::Caller;
use crate::app::App;
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::crumbs;
use crate::http::reading::Path;
use crate::programmes;
use crate::sites::CoordinatorSite;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::french::distance;
use domain::{Nature, SiteId};
use leptos::prelude::*;
use words::desk::common;
use words::desk::sites::merge as say;

/// Sites that are offered.
const OFFERED_MAX: usize = 12;

/// `GET /lieux/{id}/reunir`
pub async fn merge_page(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SiteId>,
) -> Result<Response, Problem> {
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let site = one_site(&mut tx, &app, &caller, id).await?;
    let all = asked_sites(&mut tx, &app, &caller, &Asked::default()).await?;
    tx.commit().await?;
    let frame = Frame::of(&app.assets, &caller, &settings, say::PAGE_TITLE, "/lieux");
    Ok(page(&frame, || view(&site, all)).into_response())
}

fn view(site: &CoordinatorSite, all: Vec<CoordinatorSite>) -> AnyView {
    // What is discreet never joins what the city sees.
    let may_join = |it: &CoordinatorSite| {
        it.id != site.id && (site.nature, it.nature) != (Nature::Discreet, Nature::Public)
    };
    let mut others: Vec<_> = all
        .into_iter()
        .filter(may_join)
        .map(|it| (it.at.distance_m(site.at), it))
        .collect();
    others.sort_by(|a, b| a.0.total_cmp(&b.0));
    others.truncate(OFFERED_MAX);
    let nothing = others.is_empty();
    let rows: Vec<_> = others.iter().map(|(metres, it)| row(*metres, it)).collect();
    let back = format!("/lieux/{}", site.id);
    let action = format!("{back}/reunir");
    view! {
        {crumbs(back, say::BACK)}
        <div class="head">
            <div>
                <h1>"«\u{a0}"{site.title.clone()}{say::TITLE_END}</h1>
                <p class="soft">
                    {say::INTRO}{site.title.clone()}{say::INTRO_END}
                </p>
            </div>
        </div>
        {nothing.then(|| view! { <p class="card">{say::EMPTY}</p> })}
        {(!nothing).then(|| view! {
            <form class="card form" method="post" action=action>
                <fieldset>
                    <legend>{say::LABEL_STAYS}</legend>
                    <div class="col tight">{rows}</div>
                </fieldset>
                <p class="actions"><button class="primary">{say::MERGE}</button></p>
            </form>
        })}
    }
    .into_any()
}

fn row(metres: f64, it: &CoordinatorSite) -> AnyView {
    let (id, title) = (it.id.to_string(), it.title.clone());
    let discreet = (it.nature == Nature::Discreet).then(|| format!(" · {}", common::DISCREET_SITE));
    view! {
        <label class="choice">
            <input type="radio" name="into" value=id required=true/>
            <span>{title}<small>{say::ROW_DISTANCE}" "{distance(metres)}{discreet}</small></span>
            {state_tag(it.state)}
        </label>
    }
    .into_any()
}
