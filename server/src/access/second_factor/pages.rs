//! Pages between password and session: the code of the second factor, and setting one up.

use super::{Confirmed, Entered, confirm, enter, no_step_cookie, proposed};
use crate::access::Caller;
use crate::access::pages::known_page;
use crate::app::App;
use crate::http::error::Problem;
use crate::http::layers::percent_encode;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Field, Tone, note};
use crate::http::qr;
use crate::http::reading::{Query, ReadForm};
use app::ui::Icon;
use app::ui::pictograms::{KEY, PHONE};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::french;
use leptos::prelude::*;
use serde::Deserialize;
use words::desk::access::second_factor as say;
use words::desk::common;
use words::desk::common::count;

/// A code as it was typed, and where to go after it.
#[derive(Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    code: String,
    #[serde(default)]
    vers: String,
}

/// `GET /connexion/code`
pub async fn code_page(State(app): State<App>, Query(typed): Query<Typed>) -> Response {
    code_form(&app, typed.vers, None)
}

/// `POST /connexion/code`
pub async fn check_code(
    State(app): State<App>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    Ok(match enter(&app, &headers, &typed.code).await? {
        // Sent again by somebody who is in.
        Entered::NoStep if caller.is_some() => {
            Redirect::to(known_page(&typed.vers).unwrap_or("/")).into_response()
        }
        Entered::NoStep => too_late(&typed.vers),
        Entered::In(cookie) => {
            let to = Redirect::to(known_page(&typed.vers).unwrap_or("/"));
            with_cookies(to.into_response(), [cookie, no_step_cookie()])
        }
        Entered::Wrong => {
            let sentence = say::REFUSED_CODE;
            let form = code_form(&app, typed.vers, Some(sentence.into()));
            (StatusCode::UNPROCESSABLE_ENTITY, form).into_response()
        }
        Entered::Wait(seconds) => {
            let minutes = i64::from(seconds.div_ceil(60));
            let wait = french::counted(minutes, count::MINUTE, count::MINUTES);
            let sentence = say::refused_must_wait(&wait);
            let form = code_form(&app, typed.vers, Some(sentence));
            let mut response = (StatusCode::TOO_MANY_REQUESTS, form).into_response();
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
    })
}

fn code_form(app: &App, vers: String, error: Option<String>) -> Response {
    let frame = Frame::for_anyone(&app.assets, say::CODE_TITLE);
    page(&frame, || {
        view! {
            <div class="welcome">
                <Icon path=PHONE/>
                <h1>{say::CODE_TITLE}</h1>
                <p class="soft">{say::CODE_INTRO}</p>
            </div>
            <section class="card">
                {error.map(|text| note(Tone::Alarm, text))}
                <form class="form" method="post" action="/connexion/code" novalidate>
                    <input type="hidden" name="vers" value=vers/>
                    {code_field(say::LABEL_CODE).view()}
                    <button class="primary">{say::ENTER}</button>
                </form>
                <details class="more">
                    <summary>{say::NO_PHONE_TITLE}</summary>
                    <p>{say::NO_PHONE_RECOVERY_CODE}</p>
                    <p>{say::NO_PHONE_ASK_LINK}</p>
                </details>
            </section>
        }
        .into_any()
    })
    .into_response()
}

fn code_field(label: &'static str) -> Field {
    Field {
        name: "code",
        label,
        kind: "text",
        autocomplete: Some("one-time-code"),
        class: Some("six"),
        ..Field::default()
    }
}

/// `GET /connexion/second-facteur`
pub async fn set_up_page(
    State(app): State<App>,
    headers: HeaderMap,
    Query(typed): Query<Typed>,
) -> Result<Response, Problem> {
    set_up_form(&app, &headers, typed.vers, None).await
}

/// `POST /connexion/second-facteur`
pub async fn set_up(
    State(app): State<App>,
    headers: HeaderMap,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    match confirm(&app, &headers, &typed.code).await? {
        Confirmed::NoStep => Ok(too_late(&typed.vers)),
        Confirmed::Wrong => {
            let sentence = say::REFUSED_SET_UP_CODE;
            let form = set_up_form(&app, &headers, typed.vers, Some(sentence)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, form).into_response())
        }
        Confirmed::Done(cookie, codes) => {
            let to = known_page(&typed.vers).unwrap_or("/").to_owned();
            let frame = Frame::for_anyone(&app.assets, common::RECOVERY_CODES);
            let shown = page(&frame, || codes_view(codes, to)).into_response();
            Ok(with_cookies(shown, [cookie, no_step_cookie()]))
        }
    }
}

async fn set_up_form(
    app: &App,
    headers: &HeaderMap,
    vers: String,
    error: Option<&'static str>,
) -> Result<Response, Problem> {
    let Some((login, secret)) = proposed(app, headers).await? else {
        return Ok(too_late(&vers));
    };
    let picture = qr::picture(&secret.address(&login), say::PICTURE_LABEL);
    let by_hand = secret.in_groups();
    let frame = Frame::for_anyone(&app.assets, say::SET_UP_TITLE);
    let shown = page(&frame, || {
        view! {
            <div class="welcome">
                <Icon path=PHONE/>
                <h1>{say::SET_UP_TITLE}</h1>
                <p class="soft">{say::SET_UP_INTRO}</p>
            </div>
            <section class="card set-up">
                {error.map(|text| note(Tone::Alarm, text))}
                <ol class="set-up-steps">
                    <li>
                        <p><b>{say::INSTALL_WHAT}</b>" "{say::INSTALL_WHERE}</p>
                    </li>
                    <li>
                        <p><b>{say::SCAN_WHAT}</b>" "{say::SCAN_WITH}</p>
                        {picture}
                        <details class="more">
                            <summary>{say::CANNOT_SCAN_TITLE}</summary>
                            <p>{say::CANNOT_SCAN_TYPE_KEY}</p>
                            <p class="secret">{by_hand}</p>
                        </details>
                    </li>
                    <li>
                        <p><b>{say::TYPE_CODE_WHAT}</b>" "{say::TYPE_CODE_WHICH}</p>
                        <form class="form" method="post" action="/connexion/second-facteur" novalidate>
                            <input type="hidden" name="vers" value=vers/>
                            {Field { inputmode: Some("numeric"), ..code_field(say::LABEL_CODE) }.view()}
                            <button class="primary">{say::GO_ON}</button>
                        </form>
                    </li>
                </ol>
            </section>
        }
        .into_any()
    });
    Ok(shown.into_response())
}

/// Recovery codes, this once.
pub fn codes_view(codes: Vec<String>, next: String) -> AnyView {
    let codes: Vec<_> = codes
        .into_iter()
        .map(|it| {
            let (left, right) = it.split_at(it.len() / 2);
            view! { <li>{format!("{left}-{right}")}</li> }
        })
        .collect();
    view! {
        <div class="welcome">
            <Icon path=KEY/>
            <h1>{say::RECOVERY_TITLE}</h1>
            <p class="soft">{say::RECOVERY_INTRO}</p>
        </div>
        <section class="card">
            {note(Tone::Wait, say::RECOVERY_WRITE_DOWN)}
            <ol class="recovery">{codes}</ol>
            <p class="soft">{say::RECOVERY_GOOD_ONCE}</p>
            <p class="actions"><a class="button primary" href=next>{say::RECOVERY_NOTED}</a></p>
        </section>
    }
    .into_any()
}

/// The step is over: back to the password.
fn too_late(vers: &str) -> Response {
    let back = percent_encode(known_page(vers).unwrap_or("/"));
    Redirect::to(&format!("/connexion?fait=trop-long&vers={back}")).into_response()
}

/// Sets cookies on an answer.
pub fn with_cookies<const N: usize>(
    mut response: Response,
    cookies: [Option<HeaderValue>; N],
) -> Response {
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
