//! « Qui est là ? »: presence is a tap on a sign. There is no absence.

use super::sheet::{Person, Sheet};
use crate::http::pieces::listed;
use app::ui::SignPicture;
use domain::OutingState;
use domain::french::counted;
use leptos::prelude::*;
use words::desk::outings::people as say;

/// The card of presences; only those who were there once the outing is over.
pub fn card(sheet: &Sheet) -> Option<AnyView> {
    match sheet.outing.state {
        OutingState::Open => Some(buttons(sheet)),
        OutingState::Closed => Some(who_was_there(sheet)),
        OutingState::Planned => expected(sheet),
        OutingState::Cancelled => None,
    }
}

fn buttons(sheet: &Sheet) -> AnyView {
    view! {
        <section class="card" id="equipe">
            <h2>{say::TITLE}</h2>
            <p class="soft">{say::ABOUT}</p>
            {taps(sheet, "")}
        </section>
    }
    .into_any()
}

/// One tap a person; `back` names the page to come back to.
pub fn taps(sheet: &Sheet, back: &'static str) -> AnyView {
    let action = format!("/sorties/{}/presences", sheet.outing.id);
    let people: Vec<_> = sheet
        .people
        .iter()
        .map(|it| button(it, action.clone(), back))
        .collect();
    let nobody = people.is_empty().then(|| {
        view! { <p class="soft">{say::EMPTY}</p> }
    });
    view! {
        {nobody}
        <ul class="people">{people}</ul>
    }
    .into_any()
}

fn button(person: &Person, action: String, back: &'static str) -> AnyView {
    let peer = &person.peer;
    let (id, name, sign) = (peer.id.to_string(), peer.pseudonym.clone(), peer.sign);
    let pressed = if person.present { "true" } else { "false" };
    let turned = if person.present { "false" } else { "true" };
    let seen = match (person.seen, person.expected && !person.present) {
        (true, _) => Some(say::SEEN_BY_CREW),
        (false, true) => Some(say::EXPECTED),
        (false, false) => None,
    };
    let no_name = (!peer.has_identity).then_some(say::NO_NAME_FOR_AID);
    view! {
        <li>
            <form method="post" action=action>
                <input type="hidden" name="peer" value=id/>
                <input type="hidden" name="present" value=turned/>
                <input type="hidden" name="vers" value=back/>
                <button class="person" aria-pressed=pressed>
                    <SignPicture sign=sign/>
                    <span>
                        {name}
                        {seen.map(|text| view! { <small class="seen">{text}</small> })}
                        {no_name.map(|text| view! { <small class="soft">{text}</small> })}
                    </span>
                </button>
            </form>
        </li>
    }
    .into_any()
}

/// Sign and pseudonym of each person noted present, to be read.
pub(super) fn those_present(sheet: &Sheet) -> Vec<AnyView> {
    let row = |it: &&Person| {
        let (sign, name) = (it.peer.sign, it.peer.pseudonym.clone());
        view! {
            <li class="was-there">
                <SignPicture sign=sign/>
                <span>{name}</span>
            </li>
        }
        .into_any()
    };
    sheet.present().iter().map(row).collect()
}

fn who_was_there(sheet: &Sheet) -> AnyView {
    let people = those_present(sheet);
    let how_many = match people.len() {
        0 => say::PRESENCES_NONE.to_owned(),
        n => counted(n as i64, say::PRESENCE_ONE, say::PRESENCE_MANY),
    };
    view! {
        <section class="card" id="equipe">
            <h2>{say::TITLE_PAST}</h2>
            <p class="soft">{how_many}</p>
            <ul class="people">{people}</ul>
        </section>
    }
    .into_any()
}

/// Who is to come, before the outing opens.
fn expected(sheet: &Sheet) -> Option<AnyView> {
    let crew = &sheet.crew;
    if crew.peers.is_empty() && crew.staff.is_empty() {
        return None;
    }
    let peers: Vec<_> = sheet
        .people
        .iter()
        .filter(|it| it.expected)
        .map(|it| {
            let (sign, name) = (it.peer.sign, it.peer.pseudonym.clone());
            view! {
                <li class="was-there">
                    <SignPicture sign=sign/>
                    <span>{name}</span>
                </li>
            }
        })
        .collect();
    let staff: Vec<String> = sheet
        .colleagues
        .iter()
        .filter(|it| crew.staff.iter().any(|id| id.0 == it.id))
        .map(|it| it.name.clone())
        .collect();
    let staff = (!staff.is_empty()).then(|| view! { <p>{listed(&staff)}</p> });
    Some(
        view! {
            <section class="card" id="equipe">
                <h2>{say::EXPECTED_TITLE}</h2>
                {staff}
                <ul class="people">{peers}</ul>
            </section>
        }
        .into_any(),
    )
}
