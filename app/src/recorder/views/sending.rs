//! Sending: one state, in one word, with one sign; and what waits, in words.

use super::{button, icon, state_of_sending};
use crate::outbox::plan::Trouble;
use crate::recorder::act::Act;
use crate::recorder::model::{Keeping, Model, Row, Sheet};
use crate::ui::pictograms as draw;
use crate::ui::texts::{self, Text};
use maud::{Markup, PreEscaped, html};

/// The screen.
#[inline(never)]
pub fn screen(model: &Model) -> Markup {
    let (class, path) = match model.status {
        _ if model.all_sent() => ("queue done", draw::CHECK),
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
            (rows(texts::sending::TO_CORRECT, Some(texts::sending::TO_CORRECT_HELP), &model.aside))
            @if !model.aside.is_empty() {
                (button("", Act::Retry, &html! { (icon(draw::REFRESH)) (texts::sending::RETRY) }))
                (button("", Act::Export, &html! { (icon(draw::DOWNLOAD)) (texts::end::EXPORT) }))
            }
            (rows(texts::sending::WAITING, None, &model.waiting))
            (about_this_phone(model))
            (button("", Act::Open(Sheet::End), &html! { (icon(draw::LEAVE)) (texts::menu::END) }))
            (button("quiet", Act::Rejoin, &html! { (texts::sending::REJOIN) }))
        }
    }
}

/// How the first copy goes for the day without network, in words; none when there is nothing to say.
#[inline(never)]
pub fn keeping(model: &Model) -> Markup {
    // No text holds a sign that would have to be escaped.
    PreEscaped(match model.keeping {
        Keeping::Unsaid => String::new(),
        Keeping::UnderWay(percent) => texts::preparing(percent),
        Keeping::Whole => texts::sending::PREPARED.as_str().to_owned(),
        Keeping::NoNetwork => texts::sending::UNPREPARED.as_str().to_owned(),
    })
}

/// Beyond so many seconds the phone's clock is plainly wrong.
const CLOCK_WRONG_S: u32 = 300;

/// What this phone promises, whether its clock is right, and whether a newer version may come:
/// only once nothing waits.
fn about_this_phone(model: &Model) -> Markup {
    let ahead_s = model.status.clock_ahead_s.unwrap_or(0);
    html! {
        p.soft role="status" { (keeping(model)) }
        @if model.update && model.status.waiting == 0 {
            div.note.info {
                p { (texts::sending::UPDATE) }
                (button("", Act::Update, &html! { (texts::sending::UPDATE_NOW) }))
            }
        }
        @if ahead_s.unsigned_abs() > CLOCK_WRONG_S { p.note { (texts::sending::CLOCK) } }
        @match model.promised {
            Some(true) => p.soft { (texts::sending::PROMISED) },
            Some(false) => p.soft { (texts::sending::NOT_PROMISED) },
            None => {}
        }
    }
}

fn rows(title: Text, help: Option<Text>, rows: &[Row]) -> Markup {
    html! {
        @if !rows.is_empty() {
            section {
                h2 { (title) }
                @if let Some(help) = help { p.soft { (help) } }
                ul.list {
                    @for row in rows {
                        li.row {
                            span { (row.words) small { @if let Some(reason) = row.reason { (reason) } } }
                            span.far { (row.hour) }
                        }
                    }
                }
            }
        }
    }
}
