//! The door: signing in and out.

use super::credentials::{self, SignIn};
use super::second_factor::pages::with_cookies;
use super::{Caller, Role};
use crate::app::App;
use crate::http::client::ClientAddress;
use crate::http::error::Problem;
use crate::http::layers::percent_encode;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Field, Tone, note};
use crate::http::reading::{Query, ReadForm};
use crate::http::table::is_page;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::french;
use leptos::prelude::*;
use serde::Deserialize;
use uuid::Uuid;
use words::desk::access as say;
use words::desk::common;
use words::desk::common::count;

/// Where to go after signing in, and what led here.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    vers: String,
    #[serde(default)]
    fait: String,
}

/// `GET /connexion`
pub async fn sign_in_page(State(app): State<App>, Query(wanted): Query<Wanted>) -> Response {
    let typed = Typed {
        vers: wanted.vers,
        ..Typed::default()
    };
    let said = match wanted.fait.as_str() {
        "compte" => (Tone::Ok, say::DONE_ACCOUNT_READY),
        "sortie" => (Tone::Ok, say::DONE_SIGNED_OUT_EVERYWHERE),
        "trop-long" => (Tone::Info, say::STEP_OVER),
        _ => return sign_in_form(&app, typed, None),
    };
    sign_in_form(&app, typed, Some((said.0, said.1.to_owned())))
}

/// The form, as it was sent.
#[derive(Default, Deserialize)]
pub struct Typed {
    /// Sent twice, it opens one session.
    id: Option<Uuid>,
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    vers: String,
}

/// `POST /connexion`
pub async fn sign_in(
    State(app): State<App>,
    ClientAddress(from): ClientAddress,
    headers: HeaderMap,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    if let Err(seconds) = app.sign_in_tries.may_try(from, app.now()) {
        return Ok(must_wait(&app, typed, seconds));
    }
    if typed.login.trim().is_empty() || typed.password.is_empty() {
        let sentence = say::REFUSED_MISSING;
        return Ok(refused(&app, typed, sentence.into()));
    }
    let to = known_page(&typed.vers).unwrap_or("/");
    let password = typed.password.clone();
    match credentials::sign_in(&app, &typed.login, password, typed.id, &headers).await? {
        SignIn::Refused => {
            app.sign_in_tries.wrong(from, app.now());
            // The same words for an unknown address and a wrong password.
            let sentence = say::REFUSED_WRONG;
            Ok(refused(&app, typed, sentence.into()))
        }
        SignIn::Wait(seconds) => Ok(must_wait(&app, typed, seconds)),
        SignIn::In(cookie) => Ok(with_cookies(Redirect::to(to).into_response(), [cookie])),
        SignIn::Next(next, cookie) => {
            let next = format!("{next}?vers={}", percent_encode(to));
            Ok(with_cookies(Redirect::to(&next).into_response(), [cookie]))
        }
    }
}

fn refused(app: &App, typed: Typed, sentence: String) -> Response {
    let form = sign_in_form(app, typed, Some((Tone::Alarm, sentence)));
    (StatusCode::UNPROCESSABLE_ENTITY, form).into_response()
}

fn must_wait(app: &App, typed: Typed, seconds: u32) -> Response {
    let wait = french::counted(i64::from(seconds), count::SECOND, count::SECONDS);
    let sentence = say::refused_must_wait(&wait);
    let form = sign_in_form(app, typed, Some((Tone::Alarm, sentence)));
    let mut response = (StatusCode::TOO_MANY_REQUESTS, form).into_response();
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

fn sign_in_form(app: &App, typed: Typed, said: Option<(Tone, String)>) -> Response {
    let title = match said {
        Some((Tone::Alarm, _)) => say::TITLE_AGAIN,
        _ => say::TITLE,
    };
    let frame = Frame::for_anyone(&app.assets, title);
    let id = typed.id.unwrap_or_else(Uuid::new_v4).to_string();
    page(&frame, || {
        let login = Field {
            name: "login",
            label: common::MAIL_ADDRESS,
            kind: "email",
            value: typed.login,
            autocomplete: Some("username"),
            ..Field::default()
        };
        let password = Field {
            name: "password",
            label: say::LABEL_PASSWORD,
            kind: "password",
            autocomplete: Some("current-password"),
            ..Field::default()
        };
        view! {
            <div class="welcome">
                <h1>{say::TITLE}</h1>
                <p class="soft">{say::INTRO}</p>
            </div>
            <section class="card">
                {said.map(|(tone, text)| note(tone, text))}
                <form class="form" method="post" action="/connexion" novalidate>
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="vers" value=typed.vers/>
                    {login.view()}
                    {password.view()}
                    <button class="primary">{say::ENTER}</button>
                </form>
            </section>
            <p class="soft centred">
                {say::TERRAIN_NO_PASSWORD}" "
                <a href="/terrain">{say::TERRAIN_OPEN_NOTEBOOK}</a>
                "."
            </p>
        }
        .into_any()
    })
    .into_response()
}

/// `POST /deconnexion`
pub async fn sign_out(
    State(app): State<App>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let cookie = credentials::sign_out(&app, &headers).await?;
    // A phone may be shared: whoever is next finds the signs.
    let is_peer = caller.is_some_and(|it| it.role() == Role::Peer);
    let to = if is_peer { "/entrer" } else { "/" };
    let mut response = Redirect::to(to).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// An address to go to after signing in: a page of the table of routes, and nothing that a browser
/// could read as another host's address.
pub fn known_page(text: &str) -> Option<&str> {
    let plain = text.bytes().all(|it| it.is_ascii_graphic() && it != b'\\');
    let path = text.split(['?', '#']).next().unwrap_or(text);
    (plain && !path.starts_with("//") && is_page(path)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_one_stays_on_this_server() {
        for good in [
            "/",
            "/sorties",
            "/sorties/1?page=2",
            "/lieux/a-regarder",
            "/compte",
        ] {
            assert_eq!(known_page(good), Some(good));
        }
        for bad in [
            "",
            "sorties",
            "//ailleurs.example",
            "/\\ailleurs.example",
            "https://ailleurs.example",
            "/a\\b",
            "/a\r\nSet-Cookie: x=y",
            "/é",
            "/\t/ailleurs.example",
            "/nulle-part",
            "/deconnexion",
            "/api/v1/outings",
            "/sorties/../..//ailleurs.example",
            "/healthz",
        ] {
            assert_eq!(known_page(bad), None, "{bad:?}");
        }
    }
}
