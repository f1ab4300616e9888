//! Outings at a desk: home, list, plan, detail, closing. Each handler loads, then renders.

mod closing;
mod departure;
mod detail;
mod hand_in;
mod home;
mod kit;
mod list;
mod people;
mod phones;
mod places;
mod plan;
mod plan_form;
mod points;
mod print;
mod revising;
mod sheet;
mod walk;

pub use hand_in::{Told, fault_words};
pub use home::{AgentOutings, not_over};
pub use list::list;
pub use plan::{Asked, edit_page, plan_page, planning};
pub use plan_form::{PlanForm, in_order_of};
pub use print::{mission_card, sheet_for_crew};
pub use sheet::{Refusal, Sheet};
pub use walk::walk_page;

use super::store::Outing;
use crate::access::Caller;
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::origin::Origin;
use crate::http::page::{Frame, page};
use crate::http::pieces::{clock, day_title};
use crate::http::reading::{Path, Query};
use crate::programmes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Day, OutingId, OutingState};
use leptos::prelude::*;
use serde::Deserialize;
use words::desk::common;
use words::desk::outings as say;

/// What the form before this page did.
#[derive(Default, Deserialize)]
pub struct Done {
    /// A code that `detail` tells in words.
    #[serde(default)]
    fait: String,
}

/// `GET /sorties/{id}`
pub async fn detail(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    Query(done): Query<Done>,
    origin: Origin,
) -> Result<Response, Problem> {
    let sheet = Sheet::load(&app, &caller, id).await?;
    Ok(detail_page(&app, &caller, &sheet, &done.fait, &origin))
}

/// The page of an outing, after a form or before it.
pub fn detail_page(
    app: &App,
    caller: &Caller,
    sheet: &Sheet,
    done: &str,
    origin: &Origin,
) -> Response {
    let title = say::detail_title(&domain::french::weekday_and_date(sheet.outing.day));
    let mut frame = Frame::of(&app.assets, caller, &sheet.settings, title, "/sorties");
    frame.with_map = !sheet.places.is_empty();
    page(&frame, || detail::view(sheet, done, origin)).into_response()
}

/// `GET /sorties/{id}/fin`: what to look at before closing.
pub async fn closing(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<Response, Problem> {
    let sheet = Sheet::load(&app, &caller, id).await?;
    if sheet.outing.state != OutingState::Open {
        return Err(super::wrong_state(sheet.outing.state));
    }
    closing_page(&app, &caller, &sheet, false).await
}

/// The same page, before the button or after it was pressed while phones may still hold facts.
pub async fn closing_page(
    app: &App,
    caller: &Caller,
    sheet: &Sheet,
    asks_again: bool,
) -> Result<Response, Problem> {
    let points = points::load(app, caller, sheet).await?;
    let title = common::END_THE_OUTING;
    let frame = Frame::of(&app.assets, caller, &sheet.settings, title, "/sorties");
    Ok(page(&frame, || closing::view(sheet, &points, asks_again)).into_response())
}

/// `GET /sorties/{id}/remettre`
pub async fn hand_in(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<Response, Problem> {
    hand_in_page(&app, &caller, id, Told::Nothing).await
}

/// The page where a file is handed in, after it was or before.
pub async fn hand_in_page(
    app: &App,
    caller: &Caller,
    id: OutingId,
    told: Told,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let outing = super::get(&mut tx, caller, id).await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let title = say::HAND_IN_TITLE;
    let frame = Frame::of(&app.assets, caller, &settings, title, "/sorties");
    let today = today(app, &settings);
    Ok(page(&frame, || hand_in::view(&outing, today, &told)).into_response())
}

/// The state of an outing: a word in a colour.
pub fn state_tag(state: OutingState) -> AnyView {
    let (class, word) = match state {
        OutingState::Planned => ("tag wait", say::STATE_PLANNED),
        OutingState::Open => ("tag info", say::STATE_OPEN),
        OutingState::Closed => ("tag ok", say::STATE_CLOSED),
        OutingState::Cancelled => ("tag", say::STATE_CANCELLED),
    };
    view! { <span class=class>{word}</span> }.into_any()
}

/// « 14 h 00, devant le local »: when and where the crew meets, if it was said.
fn meeting(outing: &Outing) -> Option<String> {
    let hour = outing.starts_at.as_deref().map(clock);
    match (hour, outing.meeting_point.clone()) {
        (Some(hour), Some(place)) => Some(format!("{hour} · {place}")),
        (hour, place) => hour.or(place),
    }
}

fn today(app: &App, settings: &domain::Settings) -> Day {
    local_day(settings, app.now())
}

/// Its day as a title.
pub fn title_of(outing: &Outing, today: Day) -> String {
    day_title(outing.day, today)
}
