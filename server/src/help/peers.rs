//! The peers' part: the first outing, step by step, with pictures. Standing alone like the page for
//! a needle-stick, and kept by the worker: the same bytes for everyone, one address a language.

use super::pictures::Picture;
use super::{Lang, peers_path};
use crate::http::alone;
use crate::http::assets::Assets;
use crate::http::page::render;
use crate::http::terrain::kept_by_the_worker;
use app::ui::Icon;
use app::ui::pictograms::{KEY, NEXT, WARNING};
use axum::response::Response;
use leptos::prelude::*;
use words::{OFFERS, Text, help as say, marks, needle};

/// What is drawn, what it shows, and what is said of it.
type Step = (Text, Option<(Picture, Text)>, &'static [Text]);

const STEPS: [Step; 8] = [
    (
        say::COME,
        None,
        &[say::COME_AS, say::COME_GIVEN, say::COME_SHOES],
    ),
    (
        say::JOIN,
        Some((Picture::Join, say::JOIN_DRAWN)),
        &[say::JOIN_OPEN, say::JOIN_CODE],
    ),
    (
        say::WALK,
        Some((Picture::Places, say::WALK_DRAWN)),
        &[say::WALK_LIST, say::WALK_TOGETHER],
    ),
    (
        say::PICK,
        Some((Picture::Picking, say::PICK_DRAWN)),
        &[
            say::PICK_TONGS,
            say::PICK_CAP,
            say::PICK_BOX,
            say::PICK_TWO,
            say::PICK_LINE,
        ],
    ),
    (
        say::COUNT,
        Some((Picture::Count, say::COUNT_DRAWN)),
        &[say::COUNT_HANDS, say::COUNT_TAP, say::COUNT_UNDO],
    ),
    (
        say::KEPT,
        Some((Picture::Sent, say::KEPT_DRAWN)),
        &[say::KEPT_OFFLINE, say::KEPT_LATER],
    ),
    (
        say::AID,
        Some((Picture::Aid, say::AID_DRAWN)),
        &[say::AID_FROM, say::AID_NEVER, say::AID_FOLLOW],
    ),
    (
        say::CHOOSE,
        None,
        &[say::CHOOSE_STOP, say::CHOOSE_BACK, say::CHOOSE_ASK],
    ),
];

/// `GET /aide/terrain`, and `/aide/terrain-bg`.
pub(super) fn page(assets: &Assets, lang: Lang) -> Response {
    kept_by_the_worker(render(|| document(assets, lang)))
}

fn document(assets: &Assets, lang: Lang) -> AnyView {
    let title = lang.say(say::TITLE);
    let steps: Vec<_> = STEPS.iter().map(|it| step(lang, it)).collect();
    let main = view! {
        <main class="plain aid guide">
            <h1>{title}</h1>
            <a class="button danger" href="/aide/piqure"><Icon path=WARNING/>{lang.say(needle::TITLE)}</a>
            <ol class="guide-steps" role="list">{steps}</ol>
            <a class="button" href="/entrer"><Icon path=KEY/>{lang.say(say::OPEN_MINE)}</a>
            <a class="button primary" href="/terrain"><Icon path=NEXT/>{lang.say(say::OPEN_RECORDER)}</a>
            {languages(lang)}
        </main>
    };
    alone::document(assets, lang, title, None, main.into_any())
}

fn step(lang: Lang, (title, picture, words): &Step) -> AnyView {
    let words: Vec<_> = words
        .iter()
        .map(|it| view! { <p>{lang.say(*it)}</p> })
        .collect();
    let picture = picture.map(|(picture, shows)| {
        view! { <figure inner_html=picture.svg(lang.say(shows))></figure> }
    });
    view! {
        <li>
            <h2>{lang.say(*title)}</h2>
            {picture}
            {words}
        </li>
    }
    .into_any()
}

/// The same page in the other languages, each called as it calls itself.
fn languages(here: Lang) -> AnyView {
    let all = Lang::all().zip(OFFERS.iter().zip(marks()));
    let links: Vec<_> = all
        .filter(|(lang, _)| *lang != here)
        .map(|(lang, (offer, mark))| {
            let mark = (!mark.is_empty()).then(|| view! { <small class="soft">" ("{mark}")"</small> });
            view! {
                <li><a class="button quiet" href=peers_path(lang) lang=offer.tag hreflang=offer.tag>{offer.name}{mark}</a></li>
            }
        })
        .collect();
    view! { <ul class="guide-languages" role="list">{links}</ul> }.into_any()
}
