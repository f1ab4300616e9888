//! The screens: what the model looks like, as HTML. Pure, so that every screen is looked at by
//! native tests; [`super::morph`] brings it to the page, [`super::desk`] does what is tapped.
//!
//! Plain text and not a tree of typed views: measured on this recorder, those weighed 35 kB more
//! on the way to the phone, a third of all it may weigh.

mod count;
mod flag;
mod map;
mod met;
mod places;
mod sending;
mod sheets;
mod team;

use super::act::Act;
use super::model::{Model, Phase, Sheet, Tab};
use super::team::truth;
use crate::ui::pictograms as draw;
use crate::ui::texts::{self, Text};
use maud::{Markup, html};

/// The whole recorder.
pub fn screen(model: &Model) -> Markup {
    match model.phase {
        Phase::Loading | Phase::Waiting => waking(),
        Phase::Flagging => flag::screen(model),
        Phase::Broken => broken(),
        Phase::Join => join(model),
        Phase::Recording if model.locked => sheets::locked(model),
        Phase::Recording => html! {
            (bar(model))
            @match model.tab {
                Tab::Count => (count::screen(model)),
                Tab::Places => (places::screen(model)),
                // Counting does not wait for the rest.
                _ if !model.more => main.screen.waking { p role="status" { (texts::loading::OPENING) } },
                Tab::Map => (map::screen(model)),
                Tab::Met => (met::screen(model)),
                Tab::Team => (team::screen(model)),
                Tab::Sending => (sending::screen(model)),
            }
            nav.tabs aria-label=(texts::tabs::NAME) {
                (tab(model, Tab::Count, draw::PLUS, texts::tabs::COUNT))
                (tab(model, Tab::Places, draw::PIN, texts::tabs::PLACES))
                (tab(model, Tab::Map, draw::MAP, texts::tabs::MAP))
                (tab(model, Tab::Met, draw::PEOPLE, texts::tabs::MET))
                @if model.pack.lead.is_some() {
                    (tab(model, Tab::Team, draw::PRESENT, texts::tabs::TEAM))
                }
                (needle_stick("help"))
            }
            @if let Some(sheet) = model.sheet.filter(|_| model.more) {
                (sheets::over(model, sheet))
            }
        },
    }
}

/// A pictogram, as [`crate::ui::Icon`] draws it.
fn icon(path: &str) -> Markup {
    html! {
        svg.i viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" { path d=(path) {} }
    }
}

/// A button of a list: a picture, a word, something more.
fn row(act: Act, path: &str, words: Text, more: &str) -> Markup {
    button(
        "row",
        act,
        &html! {
            (icon(path))
            span { b { (words) } small { (more) } }
        },
    )
}

/// One of several that exclude each other, or something that is set or not.
fn choice(act: Act, path: &str, words: Text, pressed: bool) -> Markup {
    choice_of(act, path, &html! { (words) }, pressed)
}

/// The same of something that has no text of ours.
fn choice_of(act: Act, path: &str, inside: &Markup, pressed: bool) -> Markup {
    html! {
        button type="button" aria-pressed=(truth(pressed)) data-do=(act.to_text()) {
            @if !path.is_empty() { (icon(path)) }
            (inside)
        }
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
    let words = if model.joining {
        texts::join::BUSY
    } else {
        texts::join::BUTTON
    };
    html! {
        main #join .screen.join {
            div.bar { (quit()) div.help role="status" { (keeping(model)) } }
            (icon(draw::BASKET))
            @if model.wiped { p.note.ok role="status" { (texts::end::WIPED) } }
            h1 { (texts::join::TITLE) }
            form.form {
                div.field {
                    label for="code" { (texts::join::LABEL) }
                    input #code .code-input autocomplete="off" autocapitalize="characters"
                        spellcheck="false" maxlength="9" aria-describedby="code-help"
                        aria-invalid=[model.join_error.map(|_| "true")];
                    p #code-help .help { (texts::join::HELP) }
                    p.error role="alert" { @if let Some(error) = model.join_error { (error) } }
                }
                button.primary disabled[model.joining] { (words) }
            }
            @if model.outing.is_some() {
                (button("quiet", Act::Back, &html! { (texts::join::BACK) }))
            }
            (needle_stick("button danger"))
            div.method role="group" aria-label=(words::language::CHOOSE) {
                @for it in words::OFFERS {
                    button type="button" lang=(it.tag) data-lang=(it.tag)
                        aria-pressed=(is_spoken(it)) { (it.name) }
                }
            }
        }
    }
}

/// How the first copy goes for the day without network, which is told by the other part.
#[inline(never)]
fn keeping(model: &Model) -> Markup {
    if model.more {
        sending::keeping(model)
    } else {
        html! {}
    }
}

/// Is it the language of the screen? As `aria-pressed` says it.
fn is_spoken(offer: &words::Offer) -> &'static str {
    truth(offer.tag == words::language::TAG.as_str())
}

/// On every screen: away from here, with no way back.
fn quit() -> Markup {
    html! {
        button.icon.quit type="button" aria-label=(texts::bar::QUIT) data-do=(Act::Quit.to_text()) {
            (icon(draw::QUIT))
        }
    }
}

fn bar(model: &Model) -> Markup {
    let (class, path) = match (model.status.waiting, model.status.aside) {
        (0, 0) if !model.status.looked => ("tag", draw::CLOCK),
        (0, 0) => ("tag ok", draw::CHECK),
        (0, _) => ("tag todo", draw::WARNING),
        _ => ("tag wait", draw::SEND),
    };
    html! {
        header.bar {
            (quit())
            b.bar-title { (model.pack.title) }
            (button("sending", Act::Show(Tab::Sending), &html! {
                span class=(class) {
                    (icon(path))
                    (state_of_sending(model, texts::bar::ALL_SENT))
                }
            }))
            button.icon type="button" aria-label=(texts::bar::MENU) aria-haspopup="dialog"
                data-do=(Act::Open(Sheet::Menu).to_text()) { (icon(draw::MENU)) }
        }
    }
}

fn state_of_sending(model: &Model, all_sent: Text) -> String {
    match (model.status.waiting, model.status.aside) {
        (0, 0) if !model.status.looked => texts::loading::OPENING.as_str().to_owned(),
        (0, 0) => all_sent.as_str().to_owned(),
        (0, n) => texts::to_correct(n),
        (n, _) => texts::waiting(n),
    }
}

fn tab(model: &Model, tab: Tab, path: &str, label: Text) -> Markup {
    let current = (model.tab == tab).then_some("page");
    html! {
        button type="button" aria-current=[current] data-do=(Act::Show(tab).to_text()) {
            (icon(path))
            (label)
        }
    }
}

#[cfg(test)]
mod tests;
