//! The frame of every desk page: head, navigation by role, main, foot. Plain HTML, no script needed.

use super::assets::Assets;
use super::error::Problem;
use crate::access::{Caller, Role};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::Settings;
use leptos::prelude::*;

/// A rendered page.
pub struct Html(pub String);

impl IntoResponse for Html {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        ([(header::CONTENT_TYPE, kind)], self.0).into_response()
    }
}

/// Turns a view into a document. No `Resource`, no `Suspense`: handlers load what the wall lets
/// through, then render.
pub fn render(view: impl FnOnce() -> AnyView) -> Html {
    let owner = Owner::new();
    let body = owner.with(|| view().to_html());
    Html(format!("<!DOCTYPE html>{body}"))
}

/// What the frame needs to know.
pub struct Frame<'a> {
    /// Hashed names.
    pub assets: &'a Assets,
    /// Who looks, if somebody.
    pub caller: Option<&'a Caller>,
    /// Their programme's settings.
    pub settings: Option<&'a Settings>,
    /// Title of the page.
    pub title: String,
    /// Address of the current entry of the navigation.
    pub here: &'static str,
    /// The page shows a map.
    pub with_map: bool,
}

/// A whole desk page around its content.
pub fn page(frame: &Frame<'_>, content: impl FnOnce() -> AnyView) -> Html {
    render(|| document(frame, content()).into_any())
}

fn document(frame: &Frame<'_>, content: AnyView) -> impl IntoView + use<> {
    let path = |name: &str| frame.assets.path(name).map(str::to_owned);
    let style = path("style.css");
    let (map_js, map_css) = if frame.with_map {
        (path("map.js"), path("map.css"))
    } else {
        (None, None)
    };
    let title = format!("{} · Cueillette", frame.title);
    view! {
        <html lang="fr">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>{title}</title>
                <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                {style.map(|href| view! { <link rel="stylesheet" href=href/> })}
                {map_css.map(|href| view! { <link rel="stylesheet" href=href/> })}
                {map_js.map(|src| view! { <script type="module" src=src></script> })}
            </head>
            <body>
                <a class="skip" href="#contenu">"Aller au contenu"</a>
                {navigation(frame)}
                <main id="contenu">{content}</main>
            </body>
        </html>
    }
}

fn navigation(frame: &Frame<'_>) -> AnyView {
    let entries: &[(&'static str, &'static str)] = match frame.caller.map(Caller::role) {
        Some(Role::Coordinator) => &[("/sorties", "Sorties"), ("/aides", "Aides")],
        Some(Role::Clerk) => &[("/ccas", "Listes")],
        _ => &[],
    };
    let here = frame.here;
    let links: Vec<_> = entries
        .iter()
        .map(|(href, label)| {
            let current = (*href == here).then_some("page");
            view! { <a href=*href aria-current=current>{*label}</a> }
        })
        .collect();
    let who = frame.caller.and_then(|caller| {
        let body = body_name(frame.settings?, caller.role())?;
        Some(format!("{body} · {}", caller.name()?))
    });
    view! {
        <header class="top">
            <a class="brand" href="/">
                <img src="/icon.svg" alt="" width="26" height="26"/>
                <b>"Cueillette"</b>
            </a>
            {(!links.is_empty()).then(|| view! { <nav aria-label="Pages">{links}</nav> })}
            {who.map(|who| view! {
                <form class="who" method="post" action="/deconnexion">
                    <span class="soft">{who}</span>
                    <button class="quiet">"Sortir"</button>
                </form>
            })}
        </header>
    }
    .into_any()
}

fn body_name(settings: &Settings, role: Role) -> Option<String> {
    match role {
        Role::Coordinator => Some(settings.association.name.clone()),
        Role::Agent => settings.city.as_ref().map(|it| it.name.clone()),
        Role::Clerk => Some(settings.payer.name.clone()),
        _ => None,
    }
}

/// A problem, told to a person: what happened and what to do next.
pub fn problem(problem: &Problem) -> Html {
    let assets = Assets::load();
    let frame = Frame {
        assets: &assets,
        caller: None,
        settings: None,
        title: "Un souci".into(),
        here: "",
        with_map: false,
    };
    let detail = problem.detail.clone();
    page(&frame, || {
        view! {
            <section class="card narrow">
                <h1>"Un souci"</h1>
                <p>{detail}</p>
                <p class="actions"><a class="button primary" href="/">"Revenir à l’accueil"</a></p>
            </section>
        }
        .into_any()
    })
}
