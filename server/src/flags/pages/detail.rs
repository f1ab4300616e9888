//! `/signalements/{id}`: one public site, what was flagged there in words and pictures, and what
//! became of it.

use super::{emergency, outcome, picked_up_form, seen, state_tag, warnings};
use crate::access::{Caller, Role};
use crate::app::{App, local_day, local_hour};
use crate::facts::{self, Delivery};
use crate::flags::{Flag, book, category_label, notes, store};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{crumbs, day_title};
use crate::http::reading::{Path, ReadForm};
use crate::programmes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::crew::FactStatus;
use domain::french::{self, counted};
use domain::limits::COUNT_MAX;
use domain::{Day, FactId, Settings, SiteId};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;
use words::desk::common;
use words::desk::common::count;
use words::desk::flags::detail as say;

/// What the page shows.
struct Sheet {
    settings: Settings,
    today: Day,
    title: String,
    flags: Vec<Flag>,
    notes: HashMap<FactId, String>,
    photos: Vec<(FactId, FactId)>,
    site: SiteId,
    is_agent: bool,
    fault: Option<String>,
}

/// `GET /signalements/{id}`
pub async fn detail(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SiteId>,
) -> Result<Response, Problem> {
    shown(&app, &caller, id, None).await
}

async fn shown(
    app: &App,
    caller: &Caller,
    id: SiteId,
    fault: Option<String>,
) -> Result<Response, Problem> {
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let book = book(&mut tx, app, caller.programme).await?;
    let site = book.atlas.sites.iter().find(|it| it.id == id);
    let title = site.ok_or_else(Problem::not_found)?.title.clone();
    let notes = notes(&mut tx, app, caller, id).await?;
    let photos = store::photos(&mut tx, caller.programme, id).await?;
    tx.commit().await?;
    let flags = book.flags.into_iter().filter(|it| it.site == id);
    let sheet = Sheet {
        today: local_day(&settings, app.now()),
        title: title.clone(),
        flags: flags.collect(),
        notes,
        photos,
        site: id,
        is_agent: caller.role() == Role::Agent,
        fault,
        settings,
    };
    let frame = Frame::of(&app.assets, caller, &sheet.settings, title, "/signalements");
    Ok(page(&frame, || view(&sheet)).into_response())
}

fn view(sheet: &Sheet) -> AnyView {
    let waiting = sheet.flags.iter().filter(|it| it.is_open());
    let urgent = waiting.clone().any(|it| it.urgent);
    let may_pick_up = sheet.is_agent && waiting.count() > 0;
    let state = sheet
        .flags
        .first()
        .map(|it| state_tag(it.state, it.planned_on));
    let flags: Vec<_> = sheet.flags.iter().map(|it| one(sheet, it)).collect();
    view! {
        {crumbs("/signalements".into(), common::FLAGS)}
        <div class="head">
            <div>
                <h1>{sheet.title.clone()}</h1>
                <p class="tags">{state}</p>
            </div>
            {urgent.then(|| emergency(&sheet.settings))}
        </div>
        {may_pick_up.then(|| view! {
            <section class="card">
                <h2>{say::PICKED_UP_TITLE}</h2>
                {picked_up_form(sheet.site, sheet.fault.clone())}
            </section>
        })}
        <section>
            <h2>{counted(sheet.flags.len() as i64, count::FLAG, count::FLAGS)}</h2>
            <ul class="rows">{flags}</ul>
        </section>
    }
    .into_any()
}

fn one(sheet: &Sheet, flag: &Flag) -> AnyView {
    let day = day_title(local_day(&sheet.settings, flag.at), sheet.today);
    let hour = local_hour(&sheet.settings, flag.at);
    let seen = seen(flag.count);
    let note = sheet.notes.get(&flag.id).cloned();
    let photos: Vec<_> = sheet
        .photos
        .iter()
        .filter(|(of, _)| *of == flag.id)
        .map(|(_, id)| picture(*id))
        .collect();
    view! {
        <li class="card flag">
            <p class="tags">
                {state_tag(outcome(flag), flag.planned_on)}
                {warnings(flag.urgent, flag.near_children)}
            </p>
            <p><b>{day}", "{hour}</b></p>
            <p>{category_label(&flag.category)}{seen}</p>
            {flag.done_at.map(|_| view! { <p>{became(sheet, flag)}</p> })}
            {note.map(|words| view! { <blockquote>{words}</blockquote> })}
            {photos}
        </li>
    }
    .into_any()
}

/// « Fait le 24/11/2026 par La CASE : 23 ramassées. »
fn became(sheet: &Sheet, flag: &Flag) -> String {
    let settings = &sheet.settings;
    let day = flag
        .done_at
        .map(|at| french::date_cell(local_day(settings, at)));
    let by = match (flag.by_city, &settings.city) {
        (true, Some(city)) => city.the(),
        _ => settings.association.the(),
    };
    let picked_up = counted(flag.picked_up, say::PICKED_UP_ONE, say::PICKED_UP_MANY);
    say::became_done(&day.unwrap_or_default(), &by, &picked_up)
}

fn picture(id: FactId) -> AnyView {
    let src = format!("/api/v1/photos/{id}");
    let href = src.clone();
    view! {
        <a class="picture" href=href>
            <img src=src alt=say::PICTURE_ALT loading="lazy"/>
        </a>
    }
    .into_any()
}

/// « Ramassé par nous ».
#[derive(Deserialize)]
pub struct PickedUp {
    fact: Uuid,
    #[serde(default)]
    count: String,
}

/// `POST /signalements/{id}/ramasse`
pub async fn picked_up(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SiteId>,
    ReadForm(form): ReadForm<PickedUp>,
) -> Result<Response, Problem> {
    let count = form.count.trim().parse::<u32>().ok();
    let Some(count) = count.filter(|n| (1..=COUNT_MAX).contains(n)) else {
        let words = say::refused_count(&french::number(COUNT_MAX.into()));
        let page = shown(&app, &caller, id, Some(words)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let done = Redirect::to("/?fait=ramasse").into_response();
    let mut tx = app.db.read().await?;
    // The button was tapped twice: it was said already.
    if facts::store::is_there(&mut tx, caller.programme, FactId(form.fact)).await? {
        return Ok(done);
    }
    drop(tx);
    let now = app.now();
    let fact = json!({
        "id": form.fact, "kind": "city_pickup", "outing": null, "seq": 0, "recorded_at": now,
        "device": caller.actor().id, "data": {"site": id, "count": count},
    });
    let delivery = Delivery {
        sent_at: Some(now),
        handed_in_by: None,
    };
    let answer = facts::receive(&app, &caller, delivery, &[fact]).await?;
    match answer.results.first().map(|it| it.status) {
        Some(FactStatus::Refused) | None => Err(Problem::not_found()),
        Some(_) => Ok(done),
    }
}
