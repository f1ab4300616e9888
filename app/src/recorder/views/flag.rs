//! The page for flagging: where, what, and what became of earlier flags. Three taps are enough.

use super::sheets::about_point;
use super::{button, choice, choice_of, icon, quit, state_of_sending};
use crate::recorder::act::Act;
use crate::recorder::flag::{Flag, FlagAct, near};
use crate::recorder::model::{Model, Tab};
use crate::ui::texts::flag as words;
use crate::ui::{pictograms as draw, texts};
use domain::limits::NOTE_CHARS_MAX;
use maud::{Markup, html};

fn act(act: FlagAct) -> Act {
    Act::Flag(act)
}

/// The whole page.
#[inline(never)]
pub fn screen(model: &Model) -> Markup {
    html! {
        header.bar {
            (quit())
            h1.bar-title { (words::TITLE) }
            span class=(if model.all_sent() { "tag ok" } else { "tag wait" }) role="status" {
                (icon(if model.all_sent() { draw::CHECK } else { draw::SEND }))
                (state_of_sending(model, texts::bar::ALL_SENT))
            }
        }
        @if model.tab == Tab::Map {
            (super::map::screen(model))
        } @else {
            main #flag .screen.flagging {
                @if model.flag.account.is_none() {
                    (sign_in(words::SIGN_IN_HELP))
                } @else {
                    @if model.flag.signed_out { (sign_in(words::SIGNED_OUT)) }
                    @match model.flag.done {
                        Some(urgent) => (thanks(&model.flag, urgent)),
                        None => (form(model)),
                    }
                    (own(&model.flag))
                }
                p.soft role="status" { (super::keeping(model)) }
            }
        }
        nav.tabs aria-label=(texts::tabs::NAME) {
            @if model.tab == Tab::Map {
                (button("", Act::Show(Tab::Count), &html! { (icon(draw::BACK)) (words::BACK) }))
            }
            (super::needle_stick("help"))
        }
    }
}

fn sign_in(why: &str) -> Markup {
    html! {
        p.note { (icon(draw::INFO)) span { (why) } }
        a.button.primary href="/connexion?vers=/signaler" { (words::SIGN_IN) }
    }
}

fn form(model: &Model) -> Markup {
    let it = &model.flag;
    let fix = model.position;
    html! {
        h2 { (words::WHERE) }
        div.method role="group" aria-label=(words::WHERE) {
            (choice(Act::LookAround, draw::HERE, texts::propose::HERE,
                fix.is_some_and(|it| it.accuracy_m.is_some())))
            (choice(Act::Point, draw::MAP, texts::places::ON_THE_MAP,
                fix.is_some_and(|it| it.accuracy_m.is_none())))
        }
        p.soft role="status" { (about_point(model.looking, fix)) }
        h2 { (words::WHAT) }
        @for (at, (_, label)) in it.categories.iter().enumerate() {
            button.row type="button" data-do=(act(FlagAct::What(at)).to_text())
                aria-pressed=(if it.category == Some(at) { "true" } else { "false" }) {
                (icon(picture(at)))
                span { b { (label) } }
            }
        }
        h2 { (words::HOW_MANY) }
        div.method role="group" aria-label=(words::HOW_MANY) {
            button type="button" aria-label=(words::LESS) data-do=(act(FlagAct::Less).to_text()) { "−" }
            output aria-live="polite" aria-label=(words::HOW_MANY) {
                (if it.count == 0 { "?".to_owned() } else { texts::number_of(it.count) })
            }
            button type="button" aria-label=(words::MORE) data-do=(act(FlagAct::More).to_text()) { "+" }
        }
        div.method {
            (choice_of(act(FlagAct::Children), draw::PEOPLE, &html! { (words::CHILDREN) }, it.children))
            (choice_of(act(FlagAct::Urgent), draw::WARNING, &html! { (words::URGENT) }, it.urgent))
        }
        div.list { (photo(it)) }
        div.field {
            label for="note" { (texts::propose::NOTE) }
            textarea #note rows="2" maxlength=(NOTE_CHARS_MAX.to_string()) { (model.note) }
        }
        // After all that may be tapped while the place is looked for: nothing moves under a finger.
        (same(model))
        button.primary type="button" disabled[it.data(fix, "").is_none()]
            data-do=(act(FlagAct::Send).to_text()) { (icon(draw::FLAG)) (words::SEND) }
    }
}

/// The pictograms follow the server's list; whatever it adds gets the last.
fn picture(at: usize) -> &'static str {
    [draw::SYRINGE, draw::LIST, draw::BOX]
        .get(at)
        .copied()
        .unwrap_or(draw::WARNING)
}

/// Likely the same, before anything is sent: with distance, age and state.
fn same(model: &Model) -> Markup {
    let near = near(model);
    html! {
        @if !near.is_empty() {
            p { (words::SAME) }
            @for (site, away) in &near {
                button.row type="button" data-do=(act(FlagAct::Same(site.id)).to_text())
                    aria-pressed=(if model.flag.same == Some(site.id) { "true" } else { "false" }) {
                    (icon(draw::PIN))
                    span {
                        b { (site.title) }
                        small { (about_site(model, site)) }
                        @if model.flag.same == Some(site.id) { small { (words::IS_SAME) } }
                    }
                    span.far { (texts::away(*away)) }
                }
            }
        }
    }
}

fn about_site(model: &Model, site: &crate::recorder::pack::Site) -> String {
    let since = model.flag.since.iter().find(|it| it.0 == site.id);
    since.map_or_else(
        || words::state(&site.state).to_owned(),
        |(_, day)| words::since(&site.state, day),
    )
}

/// The element opens the camera and makes the picture small; its script comes with the page.
fn photo(it: &Flag) -> Markup {
    html! {
        @if it.photo.is_empty() {
            cueillette-photo data-keep label=(words::PHOTO) {}
        } @else {
            p.note.ok { (icon(draw::CHECK)) span { (words::PHOTO_TAKEN) } }
            (button("quiet", act(FlagAct::NoPhoto), &html! { (icon(draw::TRASH)) (words::NO_PHOTO) }))
        }
    }
}

fn thanks(it: &Flag, urgent: bool) -> Markup {
    html! {
        div.queue.done {
            (icon(draw::CHECK))
            p.big role="status" { (words::THANKS) }
            @if urgent && !it.next_outing.is_empty() {
                p { (words::NEXT_OUTING) (words::date(&it.next_outing)) }
            }
        }
        @if urgent && !it.emergency_phone.is_empty() {
            a.button.danger href=(["tel:", &it.emergency_phone.replace(' ', "")].concat()) {
                (icon(draw::RING)) (words::CALL) (it.emergency_phone)
            }
        }
        (button("primary", act(FlagAct::Again), &html! { (icon(draw::FLAG)) (words::AGAIN) }))
    }
}

/// What became of the others: whoever flags hears back.
fn own(it: &Flag) -> Markup {
    html! {
        @if !it.own.is_empty() {
            section {
                h2 { (words::OWN) }
                ul.list {
                    @for own in &it.own {
                        li.row {
                            span {
                                b { (own.title) }
                                small { (words::became(&own.state, &own.planned_on, own.picked_up)) }
                            }
                            span.far { (words::date(&own.day)) }
                        }
                    }
                }
            }
        }
    }
}
