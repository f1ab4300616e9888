//! First-use hints: one short sentence on the first visit of a main screen, dismissed for good by
//! one tap, with no script. What was dismissed is remembered on the device alone: a cookie that
//! names hints, the same for everybody who dismissed the same ones, so it tells nobody apart.

use super::error::Problem;
use super::reading::ReadForm;
use crate::access::credentials::{cookie, set_cookie};
use app::ui::Icon;
use app::ui::pictograms::INFO;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::Invalid;
use leptos::prelude::*;
use serde::Deserialize;
use std::convert::Infallible;
use words::desk::http::hints as say;

const COOKIE: &str = "__Host-indices";
/// As long as browsers keep a cookie: 400 days, counted anew each time a hint is dismissed.
const KEPT_S: i64 = 400 * 86_400;

/// A screen's hint.
struct Hint {
    name: &'static str,
    page: &'static str,
    words: &'static str,
}

const HINTS: [Hint; 7] = [
    Hint {
        name: "sorties",
        page: "/sorties",
        words: say::OUTINGS,
    },
    Hint {
        name: "lieux",
        page: "/lieux",
        words: say::SITES,
    },
    Hint {
        name: "carte",
        page: "/carte",
        words: say::MAP,
    },
    Hint {
        name: "aides",
        page: "/aides",
        words: say::ALLOWANCES,
    },
    Hint {
        name: "ccas",
        page: "/ccas",
        words: say::PAYER,
    },
    Hint {
        name: "signalements",
        page: "/signalements",
        words: say::FLAGS,
    },
    Hint {
        name: "moi",
        page: "/moi",
        // Said in the peer's language, by the page.
        words: "",
    },
];

fn known(name: &str) -> Option<&'static Hint> {
    HINTS.iter().find(|it| it.name == name)
}

/// The hints that this device dismissed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints(Vec<&'static str>);

impl Hints {
    fn of(headers: &HeaderMap) -> Self {
        let said = cookie(headers, COOKIE).unwrap_or_default();
        let mut names: Vec<_> = said
            .split('.')
            .filter_map(|it| Some(known(it)?.name))
            .collect();
        names.sort_unstable();
        names.dedup();
        Self(names)
    }

    /// The hint of a screen, unless it was dismissed here.
    pub fn of_page(&self, page: &str) -> Option<AnyView> {
        let hint = self.new_on(page)?;
        Some(card(hint, say::TITLE, hint.words, say::UNDERSTOOD))
    }

    /// The same on a peer's page, in these words: what it is, what it says, that it was read.
    pub fn of_peers_page(
        &self,
        page: &str,
        [label, words, read]: [&'static str; 3],
    ) -> Option<AnyView> {
        Some(card(self.new_on(page)?, label, words, read))
    }

    fn new_on(&self, page: &str) -> Option<&'static Hint> {
        let hint = HINTS.iter().find(|it| it.page == page)?;
        (!self.0.contains(&hint.name)).then_some(hint)
    }

    fn with(mut self, name: &'static str) -> String {
        self.0.push(name);
        self.0.sort_unstable();
        self.0.dedup();
        self.0.join(".")
    }
}

impl<S: Sync> FromRequestParts<S> for Hints {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

fn card(
    hint: &'static Hint,
    label: &'static str,
    words: &'static str,
    read: &'static str,
) -> AnyView {
    view! {
        <aside class="note info hint" aria-label=label>
            <Icon path=INFO/>
            <div>
                <p>{words}</p>
                <form method="post" action="/indices">
                    <button class="link" name="nom" value=hint.name>{read}</button>
                </form>
            </div>
        </aside>
    }
    .into_any()
}

/// Which one.
#[derive(Deserialize)]
pub struct Dismissed {
    #[serde(default)]
    nom: String,
}

/// `POST /indices`: never again on this device. Back to the screen it was on.
pub async fn dismiss(hints: Hints, ReadForm(it): ReadForm<Dismissed>) -> Result<Response, Problem> {
    let hint = known(&it.nom).ok_or_else(|| Invalid::new("nom", "unknown_value"))?;
    let mut answer = Redirect::to(hint.page).into_response();
    if let Some(value) = set_cookie(COOKIE, &hints.with(hint.name), KEPT_S) {
        answer.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn said(value: &str) -> Hints {
        let mut headers = HeaderMap::new();
        let value = format!("autre=1; {COOKIE}={value}");
        headers.insert(header::COOKIE, HeaderValue::from_str(&value).unwrap());
        Hints::of(&headers)
    }

    #[test]
    fn only_names_of_hints_are_read_from_a_device() {
        assert_eq!(said("lieux.sorties"), Hints(vec!["lieux", "sorties"]));
        for nonsense in [
            "",
            ".",
            "..",
            "lieu",
            "<script>",
            "LIEUX",
            &"a.".repeat(2_000),
        ] {
            assert_eq!(said(nonsense), Hints::default(), "{nonsense}");
        }
        assert_eq!(said("lieux.lieux.autre"), Hints(vec!["lieux"]));
    }

    #[test]
    fn the_cookie_is_the_same_whatever_the_order() {
        assert_eq!(said("sorties").with("aides"), "aides.sorties");
        assert_eq!(said("aides").with("sorties"), "aides.sorties");
        assert_eq!(said("aides").with("aides"), "aides");
    }

    #[test]
    fn each_screen_has_one_hint() {
        for hint in &HINTS {
            assert!(Hints::default().of_page(hint.page).is_some());
            assert!(said(hint.name).of_page(hint.page).is_none());
            assert_eq!(HINTS.iter().filter(|it| it.page == hint.page).count(), 1);
        }
        assert!(Hints::default().of_page("/").is_none());
    }
}
