//! « Je me suis piqué·e »: what to do after a needle-stick, the same bytes for everyone. It works
//! with no script and, kept by the worker, with no network. It asks nothing and keeps nothing.
//!
//! What a programme set besides is on the phone, in the pack of its outing: a script fills the
//! empty places from there (`data-help…`), and offers to read aloud where the device has a voice.

use super::assets::Assets;
use super::page::render;
use super::terrain::kept_by_the_worker;
use crate::app::App;
use app::ui::Icon;
use app::ui::pictograms::{BACK, BOTTLE, CLOCK, DROP, INFO, PLUS, QUIT, RING, WARNING};
use axum::extract::State;
use axum::response::Response;
use leptos::prelude::*;

/// `GET /aide/piqure`.
pub async fn page(State(app): State<App>) -> Response {
    kept_by_the_worker(render(|| document(&app.assets).into_any()))
}

fn document(assets: &Assets) -> impl IntoView + use<> {
    let path = |name: &str| assets.path(name).map(str::to_owned);
    view! {
        <html lang="fr">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="theme-color" content="#0b4f5f"/>
                <title>"Je me suis piqué·e · Cueillette"</title>
                <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                {path("terrain.css").map(|href| view! { <link rel="stylesheet" href=href/> })}
                {path("help.css").map(|href| view! { <link rel="stylesheet" href=href/> })}
                {path("help.js").map(|src| view! { <script type="module" src=src></script> })}
            </head>
            <body>
                {bar()}
                <main class="plain aid">
                    <h1>"Je me suis piqué·e"</h1>
                    <div class="read" data-read-aloud></div>
                    <ol class="aid-steps" role="list">{steps()}</ol>
                    {clock()}
                    <div data-help-places hidden></div>
                    {calls()}
                    {promises()}
                    <a class="button primary" href="/terrain">
                        <Icon path=BACK/>
                        "Revenir au carnet"
                    </a>
                </main>
            </body>
        </html>
    }
}

/// The ways out: away from here, and back to counting.
fn bar() -> impl IntoView {
    view! {
        <header class="bar help-bar">
            <a class="button icon" href="about:blank" rel="noreferrer" data-quit aria-label="Quitter vite">
                <Icon path=QUIT/>
            </a>
            <a class="button quiet" href="/terrain">
                <Icon path=BACK/>
                "Carnet"
            </a>
        </header>
    }
}

fn step(path: &'static str, title: &'static str, content: impl IntoView + 'static) -> AnyView {
    view! {
        <li>
            <h2>
                <Icon path=path/>
                {title}
            </h2>
            {content.into_view()}
        </li>
    }
    .into_any()
}

/// One idea a sentence; the order is the order of the hands.
fn steps() -> Vec<AnyView> {
    vec![
        step(
            WARNING,
            "J’arrête tout",
            view! { <p class="never">"Ne pas faire saigner."</p> },
        ),
        step(
            DROP,
            "Je lave",
            view! {
                <p>"Je lave tout de suite."</p>
                <p>"Je prends de l’eau et du savon."</p>
                <p>"Je rince."</p>
            },
        ),
        step(BOTTLE, "Je désinfecte", disinfecting()),
        step(
            PLUS,
            "Je vais aux urgences",
            view! {
                <p>"J’y vais avant 1 heure."</p>
                <p>"Je dis : « Je me suis piqué·e. »"</p>
            },
        ),
        step(
            CLOCK,
            "Je demande le traitement",
            view! {
                <p>"C’est un traitement contre le VIH."</p>
                <p>"Il faut commencer le plus tôt possible."</p>
            },
        ),
    ]
}

fn disinfecting() -> impl IntoView {
    view! {
        <p><b>"Au moins 5 minutes."</b></p>
        <p>"Je prends un de ces produits :"</p>
        <ul>
            <li>"Dakin"</li>
            <li>"eau de Javel diluée à 0,9°"</li>
            <li>"alcool à 70°"</li>
            <li>"povidone iodée"</li>
        </ul>
        <p>"Dans l’œil ou dans la bouche : je rince à l’eau, au moins 5 minutes."</p>
        <wash-timer></wash-timer>
    }
}

fn clock() -> impl IntoView {
    view! {
        <section>
            <h2>"Le temps qui compte"</h2>
            <p><b>"1 heure"</b>" : je suis aux urgences."</p>
            <p><b>"4 heures"</b>" : c’est le mieux pour commencer le traitement."</p>
            <p><b>"48 heures"</b>" : c’est le dernier moment pour commencer le traitement."</p>
        </section>
    }
}

fn calls() -> impl IntoView {
    view! {
        <section class="calls" data-help>
            <h2>"J’appelle"</h2>
            <a class="button" href="tel:15">
                <Icon path=RING/>
                "Appeler le 15"
            </a>
            <a class="button" href="tel:112">
                <Icon path=RING/>
                "Appeler le 112"
            </a>
            <div data-help-coordinator hidden></div>
        </section>
    }
}

fn promises() -> impl IntoView {
    view! {
        <p><b>"La présence et l’aide restent dues."</b></p>
        <p>"Rien n’est gardé ni envoyé."</p>
        <p class="note" data-help-validated>
            <Icon path=INFO/>
            <span>"À valider par le médecin référent"</span>
        </p>
    }
}
