//! The screens: what the model looks like, as HTML. Pure, so that every screen is looked at by
//! native tests; [`super::morph`] brings it to the page, [`super::desk`] does what is tapped.
//!
//! Plain text and not a tree of typed views: measured on this recorder, those weighed 35 kB more
//! on the way to the phone, a third of all it may weigh.

use super::act::Act;
use super::map;
use super::model::{Looking, Model, Phase, Place, Row, Saved, Tab};
use super::pack::by_distance;
use crate::outbox::plan::Trouble;
use crate::outbox::store::StoreError;
use crate::ui::{pictograms as draw, texts};
use domain::fact::{Item, Method};
use maud::{Markup, html};

/// From here on the great number needs smaller figures to stay on one line.
const LONG_NUMBER: u32 = 1_000;

/// The whole recorder.
pub fn screen(model: &Model) -> Markup {
    match model.phase {
        Phase::Loading => waking(),
        Phase::Broken => broken(),
        Phase::Join => join(model),
        Phase::Recording => html! {
            (bar(model))
            @match model.tab {
                Tab::Count => (count(model)),
                Tab::Places => (places(model)),
                Tab::Map => (map_of(model)),
                Tab::Sending => (sending(model)),
            }
            nav.tabs aria-label=(texts::tabs::NAME) {
                (tab(model, Tab::Count, draw::PLUS, texts::tabs::COUNT))
                (tab(model, Tab::Places, draw::PIN, texts::tabs::PLACES))
                (tab(model, Tab::Map, draw::MAP, texts::tabs::MAP))
                (tab(model, Tab::Sending, draw::SEND, texts::tabs::SENDING))
                (needle_stick("help"))
            }
            @if model.choosing { (items(model)) }
        },
    }
}

/// A pictogram, as [`crate::ui::Icon`] draws it.
fn icon(path: &str) -> Markup {
    html! {
        svg.i viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" { path d=(path) {} }
    }
}

/// A button that asks for something; everything else about it is in the markup around.
fn button(class: &str, act: Act, inside: &Markup) -> Markup {
    html! { button type="button" class=(class) data-do=(act.to_text()) { (inside) } }
}

/// Red, and the same on every screen: whoever is hurt does not search. A page of its own, so that
/// it opens even when the recorder does not.
fn needle_stick(class: &str) -> Markup {
    html! {
        a class=(class) href="/aide/piqure" {
            (icon(draw::WARNING))
            (texts::tabs::NEEDLE_STICK)
        }
    }
}

fn waking() -> Markup {
    html! {
        main.screen.waking {
            (icon(draw::BASKET))
            p role="status" { (texts::loading::OPENING) }
            (needle_stick("button danger"))
        }
    }
}

fn broken() -> Markup {
    html! {
        main.screen.join {
            p.note.alarm role="alert" { (texts::loading::BROKEN) }
            a.button href="/terrain/simple" { (texts::loading::SIMPLE) }
            (needle_stick("button danger"))
        }
    }
}

fn join(model: &Model) -> Markup {
    let failed = !model.join_error.is_empty();
    let words = if model.joining {
        texts::join::BUSY
    } else {
        texts::join::BUTTON
    };
    html! {
        main #join .screen.join {
            (icon(draw::BASKET))
            h1 { (texts::join::TITLE) }
            form.form {
                div.field {
                    label for="code" { (texts::join::LABEL) }
                    input #code .code-input autocomplete="off" autocapitalize="characters"
                        spellcheck="false" maxlength="9" aria-describedby="code-help"
                        aria-invalid=[failed.then_some("true")];
                    p #code-help .help { (texts::join::HELP) }
                    p.error role="alert" { (model.join_error) }
                }
                button.primary disabled[model.joining] { (words) }
            }
            @if model.outing.is_some() {
                (button("quiet", Act::Back, &html! { (texts::join::BACK) }))
            }
            (needle_stick("button danger"))
        }
    }
}

fn bar(model: &Model) -> Markup {
    let (class, path) = match (model.status.waiting, model.status.aside) {
        (0, 0) => ("tag ok", draw::CHECK),
        (0, _) => ("tag todo", draw::WARNING),
        _ => ("tag wait", draw::SEND),
    };
    html! {
        header.bar {
            button.icon type="button" aria-label=(texts::bar::QUIT) data-do=(Act::Quit.to_text()) {
                (icon(draw::QUIT))
            }
            b.bar-title { (model.pack.title) }
            (button("sending", Act::Show(Tab::Sending), &html! {
                span class=(class) {
                    (icon(path))
                    (state_of_sending(model, texts::bar::ALL_SENT))
                }
            }))
        }
    }
}

fn state_of_sending(model: &Model, all_sent: &str) -> String {
    match (model.status.waiting, model.status.aside) {
        (0, 0) => all_sent.to_owned(),
        (0, n) => texts::bar::to_correct(n),
        (n, _) => texts::bar::waiting(n),
    }
}

fn tab(model: &Model, tab: Tab, path: &str, label: &str) -> Markup {
    let current = (model.tab == tab).then_some("page");
    let waiting = if tab == Tab::Sending {
        model.status.waiting
    } else {
        0
    };
    html! {
        button type="button" aria-current=[current] data-do=(Act::Show(tab).to_text()) {
            (icon(path))
            (label)
            @if waiting > 0 {
                span.badge.num aria-hidden="true" { (texts::number_of(waiting)) }
            }
        }
    }
}

fn count(model: &Model) -> Markup {
    let total = model.total();
    html! {
        main #count .screen.counting {
            (button("place", Act::Show(Tab::Places), &place(model)))
            div.count {
                output.num.long[total >= LONG_NUMBER] aria-live="polite"
                    aria-label=(texts::count::TOTAL) { (texts::number_of(total)) }
                span.soft { (texts::all_together(model.item, total)) }
            }
            div.method role="group" aria-label=(texts::count::METHOD) {
                (method(model, Method::Counted, draw::COUNTED))
                (method(model, Method::Estimated, draw::ESTIMATED))
            }
            div.pads role="group" aria-label=(texts::count::PADS) {
                (pad(1, "one", texts::count::PLUS_ONE))
                (pad(5, "", texts::count::PLUS_FIVE))
                (pad(10, "", texts::count::PLUS_TEN))
                button.kind type="button" aria-haspopup="dialog" data-do=(Act::AskItem.to_text()) {
                    small { (texts::count::ITEM) br; b { (texts::item(model.item)) } }
                }
            }
            div.undo { (undo(model)) (saved(model)) }
        }
    }
}

fn place(model: &Model) -> Markup {
    let here = model.total_here();
    let (title, more) = match model.place {
        Place::Unset => (texts::count::NO_PLACE, texts::count::CHOOSE.to_owned()),
        Place::Here => (
            texts::places::HERE,
            texts::count::at_this_place(here, &about_here(model)),
        ),
        Place::Site(site) => (
            model.title_of(site).unwrap_or(texts::tabs::PLACES),
            texts::count::at_this_place(here, texts::count::CHANGE),
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
        (_, Some(fix)) => texts::places::accuracy(fix.accuracy_m),
        (Looking::Now, None) => texts::places::LOOKING.to_owned(),
        _ => texts::places::NO_POSITION.to_owned(),
    }
}

fn method(model: &Model, method: Method, path: &str) -> Markup {
    let pressed = if model.method == method {
        "true"
    } else {
        "false"
    };
    html! {
        button type="button" aria-pressed=(pressed) data-do=(Act::By(method).to_text()) {
            (icon(path))
            (method.label())
        }
    }
}

fn pad(n: u32, class: &str, label: &str) -> Markup {
    html! {
        button type="button" class=(class) aria-label=(label) data-do=(Act::Add(n).to_text()) {
            (texts::plus(n))
        }
    }
}

/// The choice of what is picked up, at the thumb.
fn items(model: &Model) -> Markup {
    html! {
        div.veil data-do=(Act::CloseItem.to_text()) {
            div.sheet role="dialog" aria-modal="true" aria-label=(texts::count::ITEM) {
                h2 { (texts::count::ITEM) }
                @for item in Item::ALL {
                    button.row type="button" data-do=(Act::Take(*item).to_text())
                        aria-current=[(model.item == *item).then_some("true")] {
                        span { (texts::item(*item)) }
                    }
                }
            }
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
        None => html! { button type="button" disabled {} },
    }
}

fn saved(model: &Model) -> Markup {
    let (class, path, words) = match model.saved {
        Saved::NotYet => return html! { span role="status" {} },
        Saved::Kept => ("kept fresh", draw::CHECK, texts::count::KEPT),
        Saved::Failed(StoreError::Full) => ("kept alarm", draw::WARNING, texts::count::FULL),
        Saved::Failed(StoreError::Unavailable) => {
            ("kept alarm", draw::WARNING, texts::count::NOT_KEPT)
        }
    };
    html! { span role="status" { span class=(class) { (icon(path)) (words) } } }
}

fn places(model: &Model) -> Markup {
    let about_position = match (model.looking, model.position) {
        (Looking::Now, _) => texts::places::LOOKING.to_owned(),
        (Looking::Failed, _) => texts::places::SORT_FAILED.to_owned(),
        (Looking::No, Some(fix)) => texts::places::accuracy(fix.accuracy_m),
        (Looking::No, None) => String::new(),
    };
    html! {
        main #places .screen {
            h1 { (texts::places::TITLE) }
            ul.list { (choice(model, Place::Here, texts::places::HERE, "", None)) }
            div {
                (button("quiet", Act::LookAround, &html! { (texts::places::SORT) }))
                p.soft role="status" { (about_position) }
            }
            ul.list {
                @for (site, away) in by_distance(&model.pack.sites, model.position.map(|it| it.at)) {
                    (choice(model, Place::Site(site.id), &site.title, &site.nature, away))
                }
            }
        }
    }
}

fn choice(model: &Model, place: Place, title: &str, nature: &str, away: Option<f64>) -> Markup {
    let (class, path) = match (place, nature) {
        (Place::Site(_), "public") => ("row", draw::PIN),
        (Place::Site(_), _) => ("row", draw::PIN_DISCREET),
        _ => ("row here", draw::HERE),
    };
    let more = match (model.ledger.total_at(place.site(), model.item), place) {
        (0, Place::Here) => texts::places::HERE_HELP.to_owned(),
        (0, _) => String::new(),
        (n, _) => texts::places::counted_here(n),
    };
    html! {
        li {
            button type="button" class=(class) data-do=(Act::Choose(place).to_text())
                aria-current=[(model.place == place).then_some("true")] {
                (icon(path))
                span { b { (title) } small { (more) } }
                span.far { (away.map(texts::places::away).unwrap_or_default()) }
            }
        }
    }
}

fn map_of(model: &Model) -> Markup {
    html! {
        main #map .screen.mapping {
            div.map role="region" aria-label=(texts::map::NAME) {
                cueillette-map data-keep base="/base-map.pmtiles" locate
                    sites=(map::sites(model)) {}
            }
        }
    }
}

fn sending(model: &Model) -> Markup {
    let (class, path) = match model.status {
        it if it.waiting + it.aside == 0 => ("queue done", draw::CHECK),
        it if it.waiting == 0 => ("queue", draw::WARNING),
        it if it.trouble == Some(Trouble::Offline) => ("queue", draw::CLOUD_OFF),
        it if it.trouble.is_some() => ("queue alarm", draw::WARNING),
        _ => ("queue", draw::SEND),
    };
    let words = model
        .status
        .trouble
        .map_or(texts::sending::UNDER_WAY, texts::trouble);
    html! {
        main #sending .screen {
            div class=(class) {
                (icon(path))
                div role="status" {
                    h1 { (state_of_sending(model, texts::sending::ALL_SENT)) }
                    @if model.status.waiting > 0 { p { (words) } }
                }
                @if model.status.waiting > 0 {
                    (button("primary", Act::Send, &html! { (texts::sending::NOW) }))
                }
            }
            (rows(texts::sending::TO_CORRECT, texts::sending::TO_CORRECT_HELP, &model.aside))
            (rows(texts::sending::WAITING, "", &model.waiting))
            (button("quiet", Act::Rejoin, &html! { (texts::sending::REJOIN) }))
        }
    }
}

fn rows(title: &str, help: &str, rows: &[Row]) -> Markup {
    html! {
        @if !rows.is_empty() {
            section {
                h2 { (title) }
                p.soft { (help) }
                ul.list {
                    @for row in rows {
                        li.row {
                            span { (row.words) small { (row.reason) } }
                            span.far { (row.hour) }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
