//! `GET /ccas/remise`: the days on which an agent of the payer, whom the payer appointed, has money
//! to hand over. It says days and amounts, and nothing of where or why.

use crate::access::Caller;
use crate::allowances::hands::store::{WaitingDay, waiting};
use crate::allowances::life;
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{crumbs, day_leaf, day_title};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{CHECK, NEXT};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::french::{amount, counted};
use domain::{Cents, Day};
use leptos::prelude::*;
use words::desk::allowances::days as say;
use words::desk::common;

/// Days in sight: half a year of them.
const DAYS_MAX: u32 = 26;

/// `GET /ccas/remise`
pub async fn days(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    life::must_be_appointed(&mut tx, &settings, &caller).await?;
    let days = waiting(&mut tx, caller.programme, DAYS_MAX).await?;
    drop(tx);
    let today = local_day(&settings, app.now());
    let frame = Frame::of(&app.assets, &caller, &settings, say::TITLE, "/ccas");
    Ok(page(&frame, || view_of(&days, today)).into_response())
}

fn view_of(days: &[WaitingDay], today: Day) -> AnyView {
    let rows: Vec<_> = days.iter().map(|it| row(it, today)).collect();
    let content = if rows.is_empty() {
        view! {
            <div class="empty">
                <Icon path=CHECK/>
                <p>{say::EMPTY}</p>
            </div>
        }
        .into_any()
    } else {
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    view! {
        {crumbs("/ccas".into(), common::ALL_LISTS)}
        <div class="head">
            <div>
                <h1>{say::TITLE}</h1>
                <p class="soft">{say::INTRO}</p>
            </div>
        </div>
        {content}
    }
    .into_any()
}

fn row(it: &WaitingDay, today: Day) -> Option<AnyView> {
    let day: Day = it.outing_day.parse().ok()?;
    let href = format!("/ccas/remise/{}", it.outing_id);
    let people = counted(it.lines, say::WAITING_ONE, say::WAITING_MANY);
    Some(
        view! {
            <li>
                <a class="card row in-line" href=href>
                    {day_leaf(day)}
                    <span class="row-text">
                        <b>{day_title(day, today)}</b>
                        <small>{people}</small>
                    </span>
                    <span class="num whole">{amount(Cents(it.total_cents))}</span>
                    <Icon path=NEXT/>
                </a>
            </li>
        }
        .into_any(),
    )
}
