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
use words::desk::http::terrain as desk;
use words::{Lang, rescue as texts};

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
    let title = Lang::FRENCH.say(texts::OFFLINE);
    desk_page(&Frame::for_anyone(assets, title), || {
        let all: Vec<_> = Lang::all().map(offline_in).collect();
        all.into_any()
    })
}

/// Nobody knows who will read it: it is said in every language.
fn offline_in(lang: Lang) -> AnyView {
    let title = lang.say(texts::OFFLINE);
    let heading = if lang == Lang::FRENCH {
        view! { <h1>{title}</h1> }.into_any()
    } else {
        view! { <h2>{title}</h2> }.into_any()
    };
    view! {
        <section class="card" lang=lang.tag()>
            {heading}
            <p>{lang.say(texts::OFFLINE_HELP)}</p>
            <p class="actions"><a class="button primary" href="/terrain">{lang.say(texts::OPEN_RECORDER)}</a></p>
        </section>
    }
    .into_any()
}

/// Nothing in these pages is anybody's: the browser may keep them, and asks again each time.
pub(crate) fn kept_by_the_worker(html: Html) -> Response {
    let mut response = html.into_response();
    let value = HeaderValue::from_static("no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}

fn document(assets: &Assets, purpose: Purpose) -> impl IntoView + use<> {
    let path = |name: &str| assets.path(name).map(str::to_owned);
    let (page_build, build) = (assets.build_id.clone(), assets.build_id.clone());
    let page = (purpose == Purpose::Flag).then_some("flag");
    // Agents flag in French.
    let words = (purpose == Purpose::Outing).then(|| words_files(assets));
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
                        data-words=words
                        data-photo=path("photo.js")
                        data-map=path("map.js")
                        data-map-css=path("map.css")
                        data-build=build
                    ></script>
                })}
            </head>
            <body>
                <noscript><main class="plain">{rescue(purpose)}</main></noscript>
                <app::Recorder/>
                <main id="secours" hidden>{rescue(purpose)}</main>
            </body>
        </html>
    }
}

/// Where the texts of each language are, but French: they come with the program.
fn words_files(assets: &Assets) -> String {
    let names = Lang::all().map(|it| format!("words-{}.txt", it.tag()));
    let files: Vec<_> = names
        .filter_map(|it| assets.path(&it).map(str::to_owned))
        .collect();
    files.join(" ")
}

/// The way on, when the recorder cannot start: the page is the same for everyone, so in every
/// language.
fn rescue(purpose: Purpose) -> impl IntoView {
    let ways: Vec<_> = match purpose {
        Purpose::Outing => Lang::all().map(to_simple_form).collect(),
        Purpose::Flag => vec![home()],
    };
    view! {
        <h1>"Cueillette"</h1>
        {ways}
        <p><a class="button danger" href="/aide/piqure"><Icon path=WARNING/>{desk::NEEDLE_INJURY}</a></p>
    }
}

fn to_simple_form(lang: Lang) -> AnyView {
    view! {
        <div lang=lang.tag()>
            <p>{lang.say(texts::CANNOT_OPEN)}</p>
            <p><a class="button primary" href="/terrain/simple">{lang.say(texts::OPEN_SIMPLE)}</a></p>
        </div>
    }
    .into_any()
}

fn home() -> AnyView {
    view! {
        <p>{desk::CANNOT_OPEN}</p>
        <p><a class="button primary" href="/">{desk::BACK_HOME}</a></p>
    }
    .into_any()
}
