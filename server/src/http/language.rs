//! In which language a person reads: chosen by its name, kept for a year in a cookie that says
//! nothing else. The recorder's loader reads and writes the same one (`app/web/language.js`), so it
//! is one choice everywhere. Pages of peers follow it; those of staff are French.
//!
//! A handler asks for the [`Reader`] and hands it on: two people are answered at once.

use super::choice::{self, FORGOTTEN_S, KEPT_S};
use super::error::Problem;
use super::reading::ReadForm;
use crate::access::credentials::cookie;
use crate::access::{Caller, Role};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::Response;
use domain::Invalid;
use leptos::prelude::*;
use serde::Deserialize;
use std::convert::Infallible;
use words::{Lang, OFFERS, Offer, marks};

const COOKIE: &str = "lang";

/// Who reads this page.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    /// In which language.
    pub lang: Lang,
    /// Where choosing another one leads back to; nowhere where asking again would lose what was
    /// typed.
    back: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let chosen = cookie(&parts.headers, COOKIE).and_then(Lang::of);
        Ok(Self {
            lang: chosen.unwrap_or_default(),
            back: choice::here(&parts.method, &parts.uri),
        })
    }
}

impl Reader {
    /// Of a page that stands in for another: no choice is offered, and staff read French.
    pub fn of(request: &Request) -> Self {
        let caller = request.extensions().get::<Caller>().map(Caller::role);
        let is_staff = matches!(caller, Some(Role::Coordinator | Role::Agent | Role::Clerk));
        let chosen = cookie(request.headers(), COOKIE).and_then(Lang::of);
        Self {
            lang: chosen.filter(|_| !is_staff).unwrap_or_default(),
            back: None,
        }
    }

    /// The languages, each by its own name. It needs no script.
    pub fn choice(&self) -> Option<AnyView> {
        self.form("look", button)
    }

    /// The same, one under the other: for pages that look like the recorder.
    pub fn rows(&self) -> Option<AnyView> {
        self.form("list", row)
    }

    fn form(
        &self,
        class: &'static str,
        one: fn(Offer, &'static str, Lang) -> AnyView,
    ) -> Option<AnyView> {
        let back = self.back.clone()?;
        let offers = OFFERS.iter().zip(marks());
        let all: Vec<_> = offers.map(|(it, mark)| one(*it, mark, self.lang)).collect();
        let form = view! {
            <form class=class method="post" action="/langue" aria-label=in_all()>
                <input type="hidden" name="retour" value=back/>
                {all}
            </form>
        };
        Some(form.into_any())
    }
}

/// « Langue · Език · Language »: whoever looks for it may read only one of them.
fn in_all() -> String {
    let names: Vec<_> = Lang::all()
        .map(|it| it.say(words::language::CHOOSE))
        .collect();
    names.join(" · ")
}

/// For `aria-pressed`.
fn pressed(offer: Offer, chosen: Lang) -> &'static str {
    if chosen.tag() == offer.tag {
        "true"
    } else {
        "false"
    }
}

fn row(offer: Offer, mark: &'static str, chosen: Lang) -> AnyView {
    let Offer { tag, name } = offer;
    view! {
        <button class="row" name="lang" value=tag lang=tag aria-pressed=pressed(offer, chosen)>
            <span><b>{name}</b><small>{mark}</small></span>
        </button>
    }
    .into_any()
}

/// Beside a language that nobody has signed stands that it is to be read again.
fn button(offer: Offer, mark: &'static str, chosen: Lang) -> AnyView {
    let Offer { tag, name } = offer;
    let pressed = pressed(offer, chosen);
    let mark = (!mark.is_empty()).then(|| view! { <small class="soft">" ("{mark}")"</small> });
    view! {
        <span>
            <button class="link" name="lang" value=tag lang=tag aria-pressed=pressed>{name}</button>
            {mark}
        </span>
    }
    .into_any()
}

/// The form.
#[derive(Deserialize)]
pub struct Chosen {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    retour: String,
}

/// `POST /langue`
pub async fn choose(ReadForm(chosen): ReadForm<Chosen>) -> Result<Response, Problem> {
    let lang = Lang::of(&chosen.lang);
    let lang = lang.ok_or_else(|| Problem::invalid(Invalid::new("lang", "unknown")))?;
    let life_s = match lang {
        Lang::FRENCH => FORGOTTEN_S,
        _ => KEPT_S,
    };
    Ok(choice::keep(&chosen.retour, COOKIE, lang.tag(), life_s))
}
