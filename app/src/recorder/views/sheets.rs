//! What lies over the screen, at the thumb: a choice, a question, the menu, the locked screen.

use super::{button, choice, icon, is_spoken, needle_stick, row, team};
use crate::recorder::act::Act;
use crate::recorder::model::{Fix, Habit, Looking, Model, Sheet};
use crate::ui::pictograms as draw;
use crate::ui::texts::{self, Text};
use domain::Nature;
use domain::fact::{AgentAccess, Item};
use domain::limits::NOTE_CHARS_MAX;
use maud::{Markup, html};

/// Gestures shown; older ones come up as these are taken back.
const GESTURES_SHOWN: usize = 12;

/// The sheet, and the veil under it that closes it.
#[inline(never)]
pub fn over(model: &Model, sheet: Sheet) -> Markup {
    let (title, inside) = match sheet {
        Sheet::Items => (texts::count::ITEM, items(model)),
        Sheet::Gestures => (texts::menu::GESTURES, gestures(model)),
        Sheet::Menu => (texts::bar::MENU, menu(model)),
        Sheet::Picture => (texts::picture::TITLE, picture()),
        Sheet::Proposal => (texts::menu::PROPOSE, proposal(model)),
        Sheet::End => (texts::menu::END, end(model)),
        Sheet::Wipe => (texts::menu::END, wipe(model)),
        Sheet::Light => (texts::team::LIGHT, team::light(model)),
        Sheet::Newcomer => (texts::team::NEWCOMER, team::newcomer(model)),
        Sheet::Phones => (texts::team::PHONES, team::phones(model)),
    };
    html! {
        div.veil data-do=(Act::Close.to_text()) {
            div.sheet role="dialog" aria-modal="true" aria-label=(title) data-do="" tabindex="-1" {
                h2 { (title) }
                (inside)
                @if sheet != Sheet::Picture {
                    (button("quiet", Act::Close, &html! { (icon(draw::QUIT)) (texts::menu::CLOSE) }))
                }
            }
        }
    }
}

fn items(model: &Model) -> Markup {
    html! {
        @for item in Item::ALL {
            button.row type="button" data-do=(Act::Take(*item).to_text())
                aria-current=[(model.item == *item).then_some("true")] {
                (icon(draw::of_item(*item)))
                span { (texts::item(*item)) }
            }
        }
    }
}

fn gestures(model: &Model) -> Markup {
    html! {
        @if model.ledger.last().is_none() { p { (texts::menu::NO_GESTURE) } }
        ul.list {
            @for gesture in model.ledger.latest().take(GESTURES_SHOWN) {
                li.row {
                    span { (texts::gesture(gesture)) small { (model.place_of(gesture)) } }
                    (button("", Act::Undo(gesture.fact), &html! {
                        (icon(draw::UNDO))
                        (texts::menu::UNDO)
                    }))
                }
            }
        }
    }
}

fn menu(model: &Model) -> Markup {
    html! {
        (row(Act::Open(Sheet::Gestures), draw::UNDO, texts::menu::GESTURES, ""))
        (row(Act::Open(Sheet::Proposal), draw::PIN, texts::menu::PROPOSE, ""))
        @if model.can_speak { (habit(model, Habit::Voice, draw::VOICE, texts::menu::VOICE)) }
        (habit(model, Habit::Sun, draw::SUN, texts::menu::SUN))
        (row(Act::Lock, draw::LOCK, texts::menu::LOCK, ""))
        (row(Act::Open(Sheet::Picture), draw::PEOPLE, texts::menu::PICTURE, ""))
        a.button.row href=(texts::peers_help(words::language::TAG.as_str())) {
            (icon(draw::INFO))
            span { b { (texts::menu::HELP) } small { (texts::menu::HELP_HELP) } }
        }
        (row(Act::Open(Sheet::End), draw::LEAVE, texts::menu::END, ""))
        (languages())
    }
}

/// Each by its own name; beside what nobody has signed stands that it is to be read again.
fn languages() -> Markup {
    html! {
        h3 { (words::language::CHOOSE) }
        div.list role="group" aria-label=(words::language::CHOOSE) {
            @for (it, mark) in words::OFFERS.iter().zip(words::marks()) {
                button.row type="button" lang=(it.tag) data-lang=(it.tag)
                    aria-pressed=(is_spoken(it)) {
                    span { b { (it.name) } small { (mark) } }
                }
            }
        }
    }
}

fn habit(model: &Model, habit: Habit, path: &str, words: Text) -> Markup {
    let on = model.has(habit);
    html! {
        button.row type="button" aria-pressed=(if on { "true" } else { "false" })
            data-do=(Act::Turn(habit).to_text()) {
            (icon(path))
            span { b { (words) } }
            span.far { (if on { texts::menu::ON } else { texts::menu::OFF }) }
        }
    }
}

fn picture() -> Markup {
    let line = |path: &str, words: Text| html! { li.row { (icon(path)) span { (words) } } };
    html! {
        ul.list.pictured {
            (line(draw::HAND, texts::picture::ONE_COUNTS))
            (line(draw::TONGS, texts::picture::OTHERS_PICK))
            (line(draw::BOX, texts::picture::BOX))
        }
        (button("primary", Act::Close, &html! { (icon(draw::CHECK)) (texts::picture::UNDERSTOOD) }))
    }
}

fn proposal(model: &Model) -> Markup {
    let it = &model.proposal;
    let nature =
        |nature, path, words| choice(Act::Nature(nature), path, words, it.nature == Some(nature));
    html! {
        h3 { (texts::propose::WHAT) }
        div.method role="group" aria-label=(texts::propose::WHAT) {
            (nature(Nature::Public, draw::PIN, texts::propose::PUBLIC))
            (nature(Nature::Discreet, draw::PIN_DISCREET, texts::propose::DISCREET))
        }
        @if it.is_discreet() {
            p.soft { (texts::propose::DISCREET_HELP) }
            (about_residents(model))
        }
        h3 { (texts::propose::WHERE) }
        div.method role="group" aria-label=(texts::propose::WHERE) {
            (choice(Act::LookAround, draw::HERE, texts::propose::HERE,
                it.at.is_some_and(|it| it.accuracy_m.is_some())))
            (choice(Act::Point, draw::MAP, texts::places::ON_THE_MAP,
                it.at.is_some_and(|it| it.accuracy_m.is_none())))
        }
        p.soft role="status" { (about_point(model.looking, it.at)) }
        div.field {
            label for="note" { (texts::propose::NOTE) }
            textarea #note rows="2" maxlength=(NOTE_CHARS_MAX.to_string()) { (model.note) }
        }
        @if it.nature.is_some() { (what_the_city_sees(model)) }
        button.primary type="button" disabled[it.data("").is_none()]
            data-do=(Act::Propose.to_text()) { (texts::propose::SEND) }
    }
}

fn about_residents(model: &Model) -> Markup {
    let it = &model.proposal;
    let agree = |answer, words| choice(Act::Agree(answer), "", words, it.residents_agree == answer);
    html! {
        h3 { (texts::propose::AGREE) }
        div.method role="group" aria-label=(texts::propose::AGREE) {
            (agree(Some(true), texts::propose::YES))
            (agree(None, texts::propose::NOT_ASKED))
            (agree(Some(false), texts::propose::NO))
        }
        @if it.residents_agree == Some(false) { p.soft { (texts::propose::NO_HELP) } }
        @if !model.pack.city.is_empty() {
            h3 { (texts::propose::AGENT) }
            div.method role="group" aria-label=(texts::propose::AGENT) {
                @for access in AgentAccess::ALL {
                    (choice(Act::Access(*access), "", texts::access(*access),
                        it.agent == Some(*access)))
                }
            }
        }
    }
}

/// How finding a point goes, or how well it is known. Before it is looked for the line is kept
/// empty: what is under it must not move away from a finger.
pub fn about_point(looking: Looking, at: Option<Fix>) -> String {
    match (looking, at) {
        (Looking::Now, _) => texts::places::LOOKING.as_str().to_owned(),
        (Looking::Failed, None) => texts::places::SORT_FAILED.as_str().to_owned(),
        (_, Some(fix)) => texts::accuracy(fix.accuracy_m),
        (Looking::No, None) => "\u{a0}".to_owned(),
    }
}

/// Before it is sent: exactly what the other side of the wall will show.
fn what_the_city_sees(model: &Model) -> Markup {
    let city = &model.pack.city;
    html! {
        div.note {
            (icon(draw::INFO))
            @if city.is_empty() {
                p { (texts::propose::ONLY_US) }
            } @else {
                div {
                    b { (texts::what_it_sees(city)) }
                    @if model.proposal.is_discreet() {
                        p { (texts::propose::SEES_DISCREET) }
                        p { (texts::propose::OWN_EYES) }
                    } @else {
                        p { (texts::propose::SEES_PUBLIC) }
                    }
                }
            }
        }
    }
}

fn end(model: &Model) -> Markup {
    let all_sent = model.all_sent();
    let harvest = texts::harvest(
        &texts::items(model.item, model.total()),
        model.ledger.places(),
    );
    html! {
        div class=(if all_sent { "queue done" } else { "queue" }) {
            (icon(if all_sent { draw::CHECK } else { draw::SEND }))
            p.big { (if all_sent { texts::end::THANKS } else { texts::end::NOT_YET }) }
            p { (harvest) }
        }
        @if all_sent {
            p.soft { (texts::end::WIPE_HELP) }
            (button("primary", Act::Wipe, &html! { (icon(draw::TRASH)) (texts::end::WIPE) }))
        } @else {
            p { (super::state_of_sending(model, texts::bar::ALL_SENT)) ". " (texts::end::NOT_YET_HELP) }
            (button("primary", Act::Send, &html! { (icon(draw::SEND)) (texts::sending::NOW) }))
            (button("", Act::Export, &html! { (icon(draw::DOWNLOAD)) (texts::end::EXPORT) }))
            (button("quiet", Act::Open(Sheet::Wipe), &html! { (texts::end::ALL_THE_SAME) }))
        }
    }
}

fn wipe(model: &Model) -> Markup {
    html! {
        p { b { (texts::end::SURE.counted(model.unsent())) } }
        p { (texts::end::SURE_HELP) }
        (button("", Act::Export, &html! { (icon(draw::DOWNLOAD)) (texts::end::EXPORT) }))
        (button("danger", Act::WipeUnsent, &html! { (icon(draw::TRASH)) (texts::end::SURE_BUTTON) }))
        (button("primary", Act::Open(Sheet::End), &html! { (texts::end::KEEP) }))
    }
}

/// Nothing can be tapped by the rain; the number stays in sight.
#[inline(never)]
pub fn locked(model: &Model) -> Markup {
    html! {
        main #locked .screen.locked {
            (super::quit())
            output.num { (texts::number_of(model.total())) }
            button.hold type="button" data-hold data-do=(Act::Unlock.to_text()) {
                (icon(draw::LOCK))
                (texts::menu::UNLOCK)
            }
            (needle_stick("button danger"))
        }
    }
}
