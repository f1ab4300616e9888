//! `/invitation/{token}`: whoever holds a link makes their account, or a new password.

use super::pages::words;
use super::store::{self, Link};
use super::{Accepting, accept, body, dead_link};
use crate::access::Role;
use crate::access::credentials::token_hash;
use crate::app::App;
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Faults, Field};
use crate::http::reading::{Path, ReadForm};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{BASKET, KEY};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{ProgrammeId, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use words::desk::access::accounts::invitation as say;
use words::desk::common;

/// What was typed.
#[derive(Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    name: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// `GET /invitation/{token}`
pub async fn show(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Problem> {
    form(&app, &token, None, &Faults::default()).await
}

/// `POST /invitation/{token}`
pub async fn take(
    State(app): State<App>,
    Path(token): Path<String>,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    if let Some(faults) = unlike(&typed.password, &typed.again) {
        return wrong(&app, &token, typed, faults).await;
    }
    let accepting = Accepting {
        name: typed.name.clone(),
        login: typed.login.clone(),
        password: typed.password.clone(),
    };
    match accept(&app, &token, accepting).await {
        Ok(()) => Ok(Redirect::to("/connexion?fait=compte").into_response()),
        Err(problem) => {
            let faults = Faults::of(&problem, words).ok_or(problem)?;
            wrong(&app, &token, typed, faults).await
        }
    }
}

async fn wrong(app: &App, token: &str, typed: Typed, faults: Faults) -> Result<Response, Problem> {
    let form = form(app, token, Some(typed), &faults).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, form).into_response())
}

async fn form(
    app: &App,
    token: &str,
    typed: Option<Typed>,
    faults: &Faults,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let link = store::link(&mut tx, token_hash(token), app.now()).await?;
    let link = link.ok_or_else(dead_link)?;
    let settings = programmes::settings(&mut tx, ProgrammeId(link.programme_id)).await?;
    drop(tx);
    let title = match link.account_id {
        Some(_) => say::TITLE_NEW_PASSWORD,
        None => say::TITLE_NEW_ACCOUNT,
    };
    let frame = Frame::for_anyone(&app.assets, title);
    let action = format!("/invitation/{token}");
    let shown = page(&frame, || {
        form_view(&link, &settings, action, typed, faults)
    });
    Ok(shown.into_response())
}

fn form_view(
    link: &Link,
    settings: &Settings,
    action: String,
    typed: Option<Typed>,
    faults: &Faults,
) -> AnyView {
    let is_new = link.account_id.is_none();
    let role = Role::parse(&link.role).unwrap_or(Role::Anon);
    let whose = body(settings, role)
        .map(|it| it.of_the())
        .unwrap_or_default();
    let welcome = match is_new {
        true => say::welcome_new_account(&whose, &settings.name),
        false => say::welcome_new_password(&link.name),
    };
    let (icon, title) = match is_new {
        true => (BASKET, say::TITLE_NEW_ACCOUNT),
        false => (KEY, say::TITLE_NEW_PASSWORD),
    };
    let typed = typed.unwrap_or_else(|| Typed {
        name: link.name.clone(),
        ..Typed::default()
    });
    let name = is_new.then(|| {
        let field = Field {
            name: "name",
            label: say::LABEL_NAME,
            kind: "text",
            value: typed.name,
            error: faults.at("name"),
            autocomplete: Some("name"),
            ..Field::default()
        };
        field.view()
    });
    let login = login_view(link, typed.login, faults);
    view! {
        <div class="welcome">
            <Icon path=icon/>
            <h1>{title}</h1>
            <p class="soft">{welcome}</p>
        </div>
        <section class="card">
            <form class="form" method="post" action=action novalidate>
                {name}
                {login}
                {new_password_fields(faults)}
                <button class="primary">{say::KEEP_PASSWORD}</button>
            </form>
        </section>
    }
    .into_any()
}

/// The e-mail: known and only shown, or asked for; a password manager reads it either way.
fn login_view(link: &Link, typed: String, faults: &Faults) -> AnyView {
    if let (Some(login), None) = (&link.login, faults.at("login")) {
        let (shown, kept) = (login.clone(), login.clone());
        return view! {
            <div class="field">
                <p class="label">{common::MAIL_ADDRESS}</p>
                <p><b>{shown}</b></p>
                <input type="hidden" name="login" autocomplete="username" value=kept/>
            </div>
        }
        .into_any();
    }
    // An invited address that is taken cannot be changed here: the words say whom to ask.
    Field {
        name: "login",
        label: common::MAIL_ADDRESS,
        kind: "email",
        value: link.login.clone().unwrap_or(typed),
        error: faults.at("login"),
        autocomplete: Some("username"),
        ..Field::default()
    }
    .view()
}

/// A new password that was not typed twice alike.
pub fn unlike(password: &str, again: &str) -> Option<Faults> {
    const SENTENCE: &str = say::REFUSED_PASSWORDS_DIFFER;
    (password != again).then(|| Faults::one("again", SENTENCE))
}

/// A new password, twice.
pub fn new_password_fields(faults: &Faults) -> AnyView {
    let password = Field {
        name: "password",
        label: say::LABEL_NEW_PASSWORD,
        kind: "password",
        help: Some(say::HINT_NEW_PASSWORD.into()),
        error: faults.at("password"),
        autocomplete: Some("new-password"),
        ..Field::default()
    };
    let again = Field {
        name: "again",
        label: say::LABEL_PASSWORD_AGAIN,
        kind: "password",
        error: faults.at("again"),
        autocomplete: Some("new-password"),
        ..Field::default()
    };
    view! { {password.view()}{again.view()} }.into_any()
}
