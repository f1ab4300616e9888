//! Pages that stand alone and are kept by the worker: they know nobody and need no script. What
//! they have in common is the head, and the ways out.

use super::assets::Assets;
use app::ui::Icon;
use app::ui::pictograms::{BACK, QUIT};
use leptos::prelude::*;
use words::{Lang, needle as say};

/// The whole document around its main part, with the script of this name if there is one.
pub fn document(
    assets: &Assets,
    lang: Lang,
    title: &str,
    script: Option<&str>,
    main: AnyView,
) -> AnyView {
    let path = |name: &str| assets.path(name).map(str::to_owned);
    view! {
        <html lang=lang.tag()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="theme-color" content="#0b4f5f"/>
                <title>{format!("{title} · Cueillette")}</title>
                <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                {path("terrain.css").map(|href| view! { <link rel="stylesheet" href=href/> })}
                {path("help.css").map(|href| view! { <link rel="stylesheet" href=href/> })}
                {script.and_then(path).map(|src| view! { <script type="module" src=src></script> })}
            </head>
            <body>
                {bar(lang)}
                {main}
            </body>
        </html>
    }
    .into_any()
}

/// The ways out: away from here, and back to counting.
fn bar(lang: Lang) -> AnyView {
    view! {
        <header class="bar help-bar">
            <a class="button icon" href="about:blank" rel="noreferrer" data-quit aria-label=lang.say(say::QUIT)>
                <Icon path=QUIT/>
            </a>
            <a class="button quiet" href="/terrain">
                <Icon path=BACK/>
                {lang.say(say::NOTEBOOK)}
            </a>
        </header>
    }
    .into_any()
}
