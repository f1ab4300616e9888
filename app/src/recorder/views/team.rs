//! The team, on a coordinator's own phone: the green light, who is there, somebody new, whose the
//! other phones are.

use super::{button, choice, choice_of, count, icon, row};
use crate::json::id;
use crate::recorder::act::Act;
use crate::recorder::lead::{Lead, OPENING};
use crate::recorder::model::{Model, Sheet};
use crate::recorder::team::{self, Person, TeamAct, What, free_signs, people, whose};
use crate::ui::pictograms as draw;
use crate::ui::texts;
use domain::fact::Whose;
use domain::limits::{NOTE_CHARS_MAX, TITLE_CHARS_MAX};
use maud::{Markup, html};
use uuid::Uuid;

/// Whose a phone may be.
const OWNERS: [(What, Whose); 3] = [
    (What::Association, Whose::Association),
    (What::Peer, Whose::Peer),
    (What::Agent, Whose::Agent),
];

fn at(what: What, at: usize) -> Act {
    Act::Team(TeamAct::at(what, at))
}

fn of(what: What, of: Uuid) -> Act {
    Act::Team(TeamAct { what, at: 0, of })
}

/// The screen.
#[inline(never)]
pub fn screen(model: &Model) -> Markup {
    let Some(lead) = &model.pack.lead else {
        return html! {};
    };
    let people = people(model, lead);
    let present = people.iter().filter(|it| it.there).count();
    let to_confirm = lead.phones.iter().filter(|it| whose(model, it).is_empty());
    html! {
        main #team .screen {
            (about_light(model, lead))
            @if !lead.phones.is_empty() {
                (row(Act::Open(Sheet::Phones), draw::PHONE, texts::team::PHONES,
                    &texts::to_confirm(to_confirm.count())))
            }
            (row(Act::Open(Sheet::Newcomer), draw::PLUS, texts::team::NEWCOMER,
                texts::team::NEWCOMER_HELP.as_str()))
            div.undo {
                h1 aria-live="polite" { (texts::present(present)) }
                (count::saved(model))
            }
            ul.list { @for person in &people { (one(lead, person)) } }
        }
    }
}

/// Somebody: a tap says that they are there, another that it was a mistake.
fn one(lead: &Lead, person: &Person) -> Markup {
    let Some(peer) = id(person.id) else {
        return html! {};
    };
    let what = if person.there {
        What::Mistake
    } else {
        What::There
    };
    let act = of(what, peer);
    html! {
        li {
            button.row type="button" aria-pressed=(team::truth(person.there))
                data-do=(act.to_text()) {
                (sign(lead, person.sign))
                span { b { (person.pseudonym) } }
                @if person.there {
                    span.tag.ok { (icon(draw::CHECK)) (texts::team::THERE) }
                } @else {
                    span.tag { (texts::team::THERE_OR_NOT) }
                }
            }
        }
    }
}

/// A picture sign, as [`crate::ui::SignPicture`] draws it; its strokes come with the pack.
fn sign(lead: &Lead, sign: &str) -> Markup {
    let (animal, colour) = sign.split_once('-').unwrap_or_default();
    let drawing = lead.animals.iter().find(|it| it.code == animal);
    html! {
        span class=(["sign sign-", colour].concat()) role="img" aria-label=(lead.label_of(sign)) {
            svg viewBox="0 0 24 24" aria-hidden="true" {
                @if let Some(drawing) = drawing {
                    path.fur d=(drawing.words) {}
                    path d=(drawing.more) {}
                }
            }
        }
    }
}

fn about_light(model: &Model, lead: &Lead) -> Markup {
    let hour = model.ledger.marks.word(OPENING, "");
    match (hour, lead.state.as_str()) {
        (None, "planned") => {
            let (staff, equipment) = model.team.missing(lead);
            let missing = texts::missing(staff, &equipment);
            html! {
                button.row.here type="button" data-do=(Act::Open(Sheet::Light).to_text()) {
                    (icon(draw::WALK))
                    span { b { (texts::team::LIGHT) } small { (missing) } }
                }
            }
        }
        (Some(_), "planned") | (_, "open") => html! {
            div.note.ok {
                (icon(draw::CHECK))
                p {
                    b { (texts::team::OPEN) }
                    @if let Some(hour) = hour { " " (texts::at(hour)) }
                }
            }
        },
        _ => html! {},
    }
}

/// The sheet of the green light.
#[inline(never)]
pub fn light(model: &Model) -> Markup {
    let Some(lead) = &model.pack.lead else {
        return html! {};
    };
    let team = &model.team;
    let (staff, equipment) = team.missing(lead);
    let ready = team.is_ready(lead);
    let agents = lead.staff_min[1] > 0 || !model.pack.city.is_empty();
    html! {
        (how_many(model, 0))
        @if agents { (how_many(model, 1)) }
        div.list.two role="group" aria-label=(texts::team::EQUIPMENT) {
            @for (n, item) in lead.equipment.iter().enumerate() {
                @let there = team.has(&item.code);
                (choice_of(at(What::Check, n), if there { draw::CHECK } else { "" },
                    &html! { (item.words) }, there))
            }
            (button("quiet", at(What::AllThere, 0), &html! { (texts::team::ALL_THERE) }))
        }
        p role="status" { (texts::missing(staff, &equipment)) }
        @if ready || !team.anyway {
            button.primary type="button" disabled[!ready]
                data-do=(at(What::Open, 0).to_text()) { (texts::team::GO) }
        }
        @if !ready { (all_the_same(model, agents)) }
    }
}

/// Never without a reason.
fn all_the_same(model: &Model, agents: bool) -> Markup {
    let team = &model.team;
    if !team.anyway {
        let act = at(What::Anyway, 0);
        return button("quiet", act, &html! { (texts::team::ANYWAY) });
    }
    html! {
        h3 { (texts::team::WHY) }
        div.list role="group" aria-label=(texts::team::WHY) {
            @for (n, reason) in texts::REASONS.into_iter().enumerate() {
                @if n > 0 || agents {
                    (choice(at(What::Reason, n), "", reason, team.reason == Some(n)))
                }
            }
        }
        div.field {
            label for="why" { (texts::team::WORDS) }
            textarea #why rows="2" maxlength=((NOTE_CHARS_MAX / 2).to_string()) {}
        }
        button.primary type="button" disabled[team.reason.is_none()]
            data-do=(at(What::Open, 0).to_text()) { (texts::team::ANYWAY) }
    }
}

fn how_many(model: &Model, role: usize) -> Markup {
    let name = texts::STAFF[role];
    let step = |what, label: String, sign| {
        let act = at(what, role);
        html! {
            button type="button" aria-label=(label) data-do=(act.to_text()) {
                (sign)
            }
        }
    };
    html! {
        div.row.stepper role="group" aria-label=(name) {
            span { b { (name) } }
            (step(What::Less, texts::team::LESS.with(&[name.as_str()]), "−"))
            output.num { (texts::number_of(model.team.staff[role])) }
            (step(What::More, texts::team::MORE.with(&[name.as_str()]), "+"))
        }
    }
}

/// The sheet of somebody new.
#[inline(never)]
pub fn newcomer(model: &Model) -> Markup {
    let Some(lead) = &model.pack.lead else {
        return html! {};
    };
    let chosen = model.team.sign.and_then(|it| lead.signs.get(it));
    html! {
        div.list.signs role="group" aria-label=(texts::team::SIGN) {
            @for (n, free) in free_signs(model, lead) {
                button type="button" aria-pressed=(team::truth(model.team.sign == Some(n)))
                    data-do=(at(What::Sign, n).to_text()) { (sign(lead, &free.code)) }
            }
            @if !model.team.all_signs {
                (button("quiet", at(What::AllSigns, 0), &html! { (texts::team::OTHERS) }))
            }
        }
        div.field {
            label for="pseudonym" { (texts::team::PSEUDONYM) }
            input #pseudonym autocomplete="off" maxlength=(TITLE_CHARS_MAX.to_string())
                value=(chosen.map_or("", |it| &it.words));
        }
        button.primary type="button" disabled[chosen.is_none()]
            data-do=(at(What::Newcomer, 0).to_text()) { (texts::team::ADD) }
    }
}

/// The sheet of the other phones.
#[inline(never)]
pub fn phones(model: &Model) -> Markup {
    let Some(lead) = &model.pack.lead else {
        return html! {};
    };
    let city = !model.pack.city.is_empty();
    html! {
        @if city { p.note { (icon(draw::INFO)) (texts::team::NEVER) } }
        @for phone in &lead.phones {
            @if let Some(device) = id(&phone.code) {
                @let joined = texts::joined(&phone.words);
                h3 { (joined) }
                div.method role="group" aria-label=(joined) {
                    @for (what, owner) in OWNERS {
                        @if city || owner != Whose::Agent {
                            (choice(of(what, device), "", texts::owner(owner),
                                whose(model, phone) == owner.code()))
                        }
                    }
                }
            }
        }
    }
}
