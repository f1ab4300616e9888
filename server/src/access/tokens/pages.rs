//! `/comptes/cles`: the keys by which programs come in, for those who manage the people of a body.

use super::store::{self, Line};
use super::{make, take_back};
use crate::access::Caller;
use crate::access::role::Administrator;
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::origin::Origin;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Faults, Field, Tone, crumbs, note};
use crate::http::reading::{Path, Query, ReadForm};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::KEY;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{FieldError, Instant, Settings, french};
use leptos::prelude::*;
use serde::Deserialize;
use uuid::Uuid;
use words::desk::access::tokens as say;
use words::desk::common;

/// What the form before this page did.
#[derive(Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    fait: String,
}

/// What a new key is for.
#[derive(Default, Deserialize)]
pub struct Typed {
    /// Made with the form: sent twice, one key.
    id: Option<Uuid>,
    #[serde(default)]
    name: String,
}

/// `GET /comptes/cles`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    by: Administrator,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let none = Faults::default();
    shown(
        &app,
        &caller,
        &by,
        done.fait == "retiree",
        Typed::default(),
        &none,
    )
    .await
}

async fn shown(
    app: &App,
    caller: &Caller,
    Administrator(by): &Administrator,
    is_done: bool,
    typed: Typed,
    faults: &Faults,
) -> Result<Response, Problem> {
    let now = app.now();
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, by.programme).await?;
    let lines = store::of_body(&mut tx, by.programme, by.role).await?;
    drop(tx);
    let title = say::PAGE_TITLE;
    let mut frame = Frame::of(&app.assets, caller, &settings, title, "/comptes");
    frame.narrow = true;
    let html = page(&frame, || {
        let done = is_done.then(|| note(Tone::Ok, say::DONE_REMOVED));
        view! {
            {crumbs("/comptes".into(), common::ACCOUNTS)}
            <div class="head">
                <div>
                    <h1>{say::HEADING}</h1>
                    <p class="soft">{say::INTRO}</p>
                </div>
            </div>
            {done}
            {lines_view(&lines, &settings, now)}
            {form(typed, faults)}
            {what_it_does()}
        }
        .into_any()
    });
    Ok(html.into_response())
}

fn lines_view(lines: &[Line], settings: &Settings, now: Instant) -> AnyView {
    let content = match lines {
        [] => view! { <p class="soft">{say::EMPTY}</p> }.into_any(),
        _ => {
            let rows: Vec<_> = lines.iter().map(|it| row(it, settings, now)).collect();
            view! { <ul class="rows">{rows}</ul> }.into_any()
        }
    };
    view! {
        <section class="card accounts">
            <h2>{say::LIST_TITLE}</h2>
            {content}
        </section>
    }
    .into_any()
}

fn row(it: &Line, settings: &Settings, now: Instant) -> AnyView {
    let day = |at: i64| local_day(settings, Instant::from_ms(at));
    let used = match it.last_used_at.map(day) {
        None => say::USED_NEVER.to_owned(),
        Some(used) if used == local_day(settings, now) => say::USED_TODAY.into(),
        Some(used) => say::used_on_day(&french::date(used)),
    };
    let made = french::date(day(it.created_at));
    let whose = it.whose.clone();
    let whose = whose.map(|it| view! { <small>{say::ROW_ON_BEHALF_OF}" "{it}"."</small> });
    let action = format!("/comptes/cles/{}", it.id());
    let (name, again) = (it.name.clone(), it.name.clone());
    view! {
        <li>
            <form class="row" method="post" action=action>
                <Icon path=KEY/>
                <span class="row-text">
                    <b>{name}</b>
                    {whose}
                    <small>{say::ROW_MADE_ON}" "{made}"."</small>
                    <small>{used}"."</small>
                </span>
                <button class="quiet">{say::REMOVE}<span class="sr">" "{say::REMOVE_WHICH_KEY}" "{again}</span></button>
            </form>
        </li>
    }
    .into_any()
}

fn form(typed: Typed, faults: &Faults) -> AnyView {
    let name = Field {
        name: "name",
        label: say::LABEL_PROGRAM,
        kind: "text",
        value: typed.name,
        help: Some(say::HINT_PROGRAM.into()),
        error: faults.at("name"),
        ..Field::default()
    };
    view! {
        <form class="form card account" method="post" action="/comptes/cles" novalidate>
            <h2>{say::FORM_TITLE}</h2>
            <input type="hidden" name="id" value=Uuid::new_v4().to_string()/>
            {name.view()}
            <p class="actions"><button class="primary">{say::MAKE_KEY}</button></p>
        </form>
    }
    .into_any()
}

fn what_it_does() -> AnyView {
    view! {
        <section class="card">
            <h2>{say::ABOUT_TITLE}</h2>
            <ul>
                <li>{say::ABOUT_OPENS}</li>
                <li>{say::ABOUT_LIMITS}</li>
                <li>{say::ABOUT_JOURNAL}</li>
                <li>{say::ABOUT_END}</li>
            </ul>
        </section>
    }
    .into_any()
}

fn words(error: &FieldError) -> Option<&'static str> {
    Some(match (error.field.as_str(), error.code) {
        ("name", "missing") => say::REFUSED_NAME_MISSING,
        ("name", "too_long") => say::REFUSED_NAME_TOO_LONG,
        ("name", _) => say::REFUSED_NAME_ONE_LINE,
        _ => return None,
    })
}

/// `POST /comptes/cles`: a key, shown this once.
pub async fn make_one(
    State(app): State<App>,
    caller: Caller,
    by: Administrator,
    origin: Origin,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    let form = typed.id.unwrap_or_else(Uuid::new_v4);
    match make(&app, &by.0, form, &typed.name).await {
        Ok(token) => key_page(&app, &caller, &origin, typed.name.trim().into(), token).await,
        Err(problem) => {
            let faults = Faults::of(&problem, words).ok_or(problem)?;
            let again = shown(&app, &caller, &by, false, typed, &faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}

async fn key_page(
    app: &App,
    caller: &Caller,
    Origin(origin): &Origin,
    name: String,
    token: String,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let title = say::KEY_PAGE_TITLE;
    let mut frame = Frame::of(&app.assets, caller, &settings, title, "/comptes");
    frame.narrow = true;
    let (root, described) = (
        format!("{origin}/api/v1/"),
        format!("{origin}/api/v1/openapi.json"),
    );
    let header = "Authorization: Bearer …";
    Ok(page(&frame, || {
        view! {
            {crumbs("/comptes/cles".into(), say::PAGE_TITLE)}
            <div class="head"><h1>{say::KEY_HEADING_BEFORE_NAME}" "{name}</h1></div>
            <section class="card">
                {note(Tone::Wait, say::KEY_COPY_NOW)}
                <p class="secret" data-key>{token}</p>
                <h2>{say::KEY_USES_TITLE}</h2>
                <ul>
                    <li>{say::KEY_USE_PASTE}" "<code>{header}</code></li>
                    <li>{say::KEY_USE_BASE_ADDRESS}" "<code class="address">{root}</code>" "{say::KEY_USE_DESCRIPTION}" "<a class="address" href="/api/v1/openapi.json">{described}</a></li>
                    <li>{say::KEY_USE_KEEP_SECRET}</li>
                    <li>{say::KEY_USE_LOST}</li>
                </ul>
                <p class="actions"><a class="button primary" href="/comptes/cles">{say::KEY_COPIED}</a></p>
            </section>
        }
        .into_any()
    })
    .into_response())
}

/// `POST /comptes/cles/{id}`: takes a key back.
pub async fn take_back_one(
    State(app): State<App>,
    Administrator(by): Administrator,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    take_back(&app, &by, id).await?;
    Ok(Redirect::to("/comptes/cles?fait=retiree").into_response())
}
