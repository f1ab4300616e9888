//! The recorder's pages, the same bytes for everyone, and what stands in for them.

use super::appearance;
use super::assets::Assets;
use super::page::{Frame, Html, page as desk_page, render_with_marks};
use crate::app::App;
use app::ui::Icon;
use app::ui::pictograms::WARNING;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;

/// What the island is opened for: `html[data-page]` tells it, and nothing else differs.
#[derive(Clone, Copy, PartialEq)]
enum Purpose {
    /// An outing.
    Outing,
    /// Flagging by the city's agents.
    Flag,
}

/// `GET /terrain`: neutral, cacheable by the worker, without a word of who or where.
pub async fn page(State(app): State<App>) -> Response {
    kept_by_the_worker(render_with_marks(|| {
        document(&app.assets, Purpose::Outing).into_any()
    }))
}

/// `GET /signaler`: as neutral, with the same island; whose flags these are is known on the phone.
pub async fn flagging(State(app): State<App>) -> Response {
    kept_by_the_worker(render_with_marks(|| {
        document(&app.assets, Purpose::Flag).into_any()
    }))
}

/// `GET /hors-ligne`: what other pages show with no network.
pub async fn offline(State(app): State<App>) -> Response {
    kept_by_the_worker(appearance::for_everyone(|| no_network(&app.assets)))
}

fn no_network(assets: &Assets) -> Html {
    desk_page(&Frame::for_anyone(assets, "Pas de réseau"), || {
        view! {
            <section class="card">
                <h1>"Pas de réseau"</h1>
                <p>"Cette page a besoin du réseau. Le carnet de sortie marche sans réseau."</p>
                <p class="actions"><a class="button primary" href="/terrain">"Ouvrir le carnet"</a></p>
            </section>
        }
        .into_any()
    })
}

/// Nothing in these pages is anybody's: the browser may keep them, and asks again each time.
pub(super) fn kept_by_the_worker(html: Html) -> Response {
    let mut response = html.into_response();
    let value = HeaderValue::from_static("no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}

fn document(assets: &Assets, purpose: Purpose) -> impl IntoView + use<> {
    let path = |name: &str| assets.path(name).map(str::to_owned);
    let (page_build, build) = (assets.build_id.clone(), assets.build_id.clone());
    let page = (purpose == Purpose::Flag).then_some("flag");
    view! {
        <html lang="fr" data-build=page_build data-page=page>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="theme-color" content="#0b4f5f"/>
                <title>"Cueillette"</title>
                <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                {path("terrain.css").map(|href| view! { <link rel="stylesheet" href=href/> })}
                {path("loader.js").map(|src| view! {
                    <script
                        type="module"
                        src=src
                        data-glue=path("app.js")
                        data-wasm=path("app_bg.wasm")
                        data-more=path("app_more.wasm")
                        data-photo=path("photo.js")
                        data-map=path("map.js")
                        data-map-css=path("map.css")
                        data-build=build
                    ></script>
                })}
            </head>
            <body>
                <noscript><section class="plain">{rescue(purpose)}</section></noscript>
                <app::Recorder/>
                <section id="secours" hidden>{rescue(purpose)}</section>
            </body>
        </html>
    }
}

fn rescue(purpose: Purpose) -> impl IntoView {
    let (said, href, instead) = match purpose {
        Purpose::Outing => (
            "Ce téléphone ne peut pas ouvrir le carnet.",
            "/terrain/simple",
            "Ouvrir la page simple",
        ),
        Purpose::Flag => (
            "Ce téléphone ne peut pas ouvrir le signaleur.",
            "/",
            "Revenir à l’accueil",
        ),
    };
    view! {
        <h1>"Cueillette"</h1>
        <p>{said}</p>
        <p><a class="button primary" href=href>{instead}</a></p>
        <p><a class="button danger" href="/aide/piqure"><Icon path=WARNING/>"Piqûre"</a></p>
    }
}
