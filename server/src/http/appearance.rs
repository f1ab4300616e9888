//! « Affichage : habituel · plein soleil »: how a person wants pages to look, kept in a cookie of
//! their browser. The recorder's scripts read and write the same one (`app/web/look.js`), so it is
//! one choice everywhere.
//!
//! The frame of a page learns from here what was asked for, so that no handler has to hand it on.

use super::choice::{self, FORGOTTEN_S, KEPT_S};
use super::error::Problem;
use super::reading::ReadForm;
use crate::access::credentials::cookie;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use domain::Invalid;
use leptos::prelude::*;
use serde::Deserialize;
use words::{Lang, page as around};

const COOKIE: &str = "theme";
/// The strongest contrast: the only look that can be asked for besides the usual one.
const SUN: &str = "sun";
/// The usual colours, in the form.
const USUAL: &str = "habituel";

/// How the answer to this request is to look.
#[derive(Clone, Default)]
struct Asked {
    sun: bool,
    /// Where the choice leads back to; nowhere where asking again would lose what was typed.
    back: Option<String>,
}

tokio::task_local! {
    static ASKED: Asked;
}

/// Layer: reads the cookie, for whoever draws the page.
pub async fn look(request: Request, next: Next) -> Response {
    let asked = Asked {
        sun: cookie(request.headers(), COOKIE) == Some(SUN),
        back: choice::here(request.method(), request.uri()),
    };
    ASKED.scope(asked, next.run(request)).await
}

/// Draws what is the same bytes for everyone: a script asks for the look.
pub fn for_everyone<T>(draw: impl FnOnce() -> T) -> T {
    ASKED.sync_scope(Asked::default(), draw)
}

/// Draws in the look that was asked for, and offers no other: this is not the page of its address.
pub fn without_choice<T>(draw: impl FnOnce() -> T) -> T {
    let asked = Asked {
        sun: theme().is_some(),
        back: None,
    };
    ASKED.sync_scope(asked, draw)
}

fn asked() -> Asked {
    ASKED.try_with(Clone::clone).unwrap_or_default()
}

/// For `html[data-theme]`.
pub fn theme() -> Option<&'static str> {
    asked().sun.then_some(SUN)
}

/// The choice, in the foot of a page. It needs no script.
pub fn choice(lang: Lang) -> Option<AnyView> {
    let Asked { sun, back } = asked();
    let back = back?;
    let pressed = |on: bool| if on { "true" } else { "false" };
    let [name, usual, full_sun] =
        [around::LOOK, around::LOOK_USUAL, around::LOOK_SUN].map(|it| lang.say(it));
    let form = view! {
        <form class="look" method="post" action="/affichage" aria-label=name>
            <input type="hidden" name="retour" value=back/>
            <span aria-hidden="true">{lang.say(around::LOOK_BEFORE)}</span>
            <button class="link" name="theme" value=USUAL aria-pressed=pressed(!sun)>{usual}</button>
            <button class="link" name="theme" value=SUN aria-pressed=pressed(sun)>{full_sun}</button>
        </form>
    };
    Some(form.into_any())
}

/// The form.
#[derive(Deserialize)]
pub struct Chosen {
    #[serde(default)]
    theme: String,
    #[serde(default)]
    retour: String,
}

/// `POST /affichage`
pub async fn choose(ReadForm(chosen): ReadForm<Chosen>) -> Result<Response, Problem> {
    let (value, life_s) = match chosen.theme.as_str() {
        SUN => (SUN, KEPT_S),
        USUAL => ("", FORGOTTEN_S),
        _ => return Err(Problem::invalid(Invalid::new("theme", "unknown"))),
    };
    Ok(choice::keep(&chosen.retour, COOKIE, value, life_s))
}
