//! Counting: the number, and what adds to it.

use super::{button, choice, icon, keeping};
use crate::outbox::store::StoreError;
use crate::recorder::act::Act;
use crate::recorder::model::{Looking, Model, Place, Saved, Sheet, Tab};
use crate::ui::pictograms as draw;
use crate::ui::texts::{self, Text};
use domain::fact::Method;
use maud::{Markup, html};

/// From here on the great number needs smaller figures to stay on one line.
const LONG_NUMBER: u32 = 1_000;

const METHODS: [(Method, &str); 2] = [
    (Method::Counted, draw::COUNTED),
    (Method::Estimated, draw::ESTIMATED),
];

/// The screen.
pub fn screen(model: &Model) -> Markup {
    let total = model.total();
    html! {
        main #count .screen.counting {
            h1.sr { (texts::tabs::COUNT) }
            (button("place", Act::Show(Tab::Places), &place(model)))
            div.count {
                output.num.long[total >= LONG_NUMBER] aria-live="polite"
                    aria-label=(texts::count::TOTAL) { (texts::number_of(total)) }
                span.soft { (texts::all_together(model.item, total)) }
            }
            div.method role="group" aria-label=(texts::count::METHOD) {
                @for (method, path) in METHODS {
                    (choice(Act::By(method), path, texts::method(method), model.method == method))
                }
            }
            div.pads role="group" aria-label=(texts::count::PADS) {
                (pad(1, "one", texts::count::PLUS_ONE))
                (pad(5, "", texts::count::PLUS_FIVE))
                (pad(10, "", texts::count::PLUS_TEN))
                @if model.pack.box_count > 0 { (full_box(model)) }
                button.kind type="button" aria-haspopup="dialog"
                    aria-label=(texts::taking(model.item))
                    data-do=(Act::Open(Sheet::Items).to_text()) {
                    (icon(draw::of_item(model.item)))
                    small { b { (texts::item(model.item)) } }
                }
            }
            (undo_and_saved(model))
        }
    }
}

fn place(model: &Model) -> Markup {
    let here = model.total_here();
    let (title, more) = match model.place {
        Place::Unset => (
            texts::count::NO_PLACE.as_str(),
            texts::count::CHOOSE.as_str().to_owned(),
        ),
        Place::Here => (
            texts::places::HERE.as_str(),
            texts::at_this_place(here, &about_here(model)),
        ),
        Place::Site(site) => (
            model.title_of(site).unwrap_or(texts::tabs::PLACES.as_str()),
            texts::at_this_place(here, texts::count::CHANGE.as_str()),
        ),
    };
    html! {
        (icon(draw::PIN))
        span { b { (title) } small { (more) } }
        (icon(draw::NEXT))
    }
}

fn about_here(model: &Model) -> String {
    match (model.looking, model.here) {
        (_, Some(fix)) => texts::accuracy(fix.accuracy_m),
        (Looking::Now, None) => texts::places::LOOKING.as_str().to_owned(),
        _ => texts::places::NO_POSITION.as_str().to_owned(),
    }
}

fn pad(n: u32, class: &str, label: Text) -> Markup {
    html! {
        button type="button" class=(class) aria-label=(label) data-do=(Act::Add(n).to_text()) {
            (texts::plus(n))
        }
    }
}

/// The last gesture, and whether it is kept.
pub fn undo_and_saved(model: &Model) -> Markup {
    html! { div.undo { (undo(model)) (saved(model)) } }
}

/// What a full box holds is never counted: a setting of the programme, « estimé ».
fn full_box(model: &Model) -> Markup {
    let (litres, n) = (model.pack.box_litres, model.pack.box_count);
    html! {
        button.full type="button" aria-label=(texts::full_box(litres, n))
            data-do=(Act::Full.to_text()) {
            small { b { (texts::count::FULL_BOX) } " " br; (texts::about(n)) }
        }
    }
}

/// The button names the gesture it takes back: what is undone is what was read.
fn undo(model: &Model) -> Markup {
    match model.ledger.last() {
        Some(last) => button(
            "",
            Act::Undo(last.fact),
            &html! {
                (icon(draw::UNDO))
                (texts::undo(last.count))
            },
        ),
        // Holds the place, and is nothing to whoever listens.
        None => html! { button type="button" disabled aria-hidden="true" {} },
    }
}

/// Whether the last thing is kept.
pub fn saved(model: &Model) -> Markup {
    let (class, path, words) = match model.saved {
        Saved::NotYet => return html! { span role="status" { (keeping(model)) } },
        Saved::Kept => ("kept fresh", draw::CHECK, texts::count::KEPT),
        Saved::Failed(StoreError::Full) => ("kept alarm", draw::WARNING, texts::count::FULL),
        Saved::Failed(StoreError::Unavailable) => {
            ("kept alarm", draw::WARNING, texts::count::NOT_KEPT)
        }
    };
    html! { span role="status" { span class=(class) { (icon(path)) (words) } } }
}
