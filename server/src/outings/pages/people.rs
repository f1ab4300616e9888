//! « Qui est là ? »: presence is a tap on a sign. There is no absence.

use super::sheet::{Person, Sheet};
use app::ui::SignPicture;
use domain::OutingState;
use domain::french::counted;
use leptos::prelude::*;

/// The card of presences; only those who were there once the outing is over.
pub fn card(sheet: &Sheet) -> Option<AnyView> {
    match sheet.outing.state {
        OutingState::Open => Some(buttons(sheet)),
        OutingState::Closed => Some(who_was_there(sheet)),
        OutingState::Planned | OutingState::Cancelled => None,
    }
}

fn buttons(sheet: &Sheet) -> AnyView {
    let action = format!("/sorties/{}/presences", sheet.outing.id);
    let people: Vec<_> = sheet
        .people
        .iter()
        .map(|it| button(it, action.clone()))
        .collect();
    let nobody = people.is_empty().then(|| {
        view! { <p class="soft">"L’équipe n’a encore personne."</p> }
    });
    view! {
        <section class="card" id="equipe">
            <h2>"Qui est là\u{a0}?"</h2>
            <p class="soft">"Touchez pour noter une présence. Touchez encore pour la retirer."</p>
            {nobody}
            <ul class="people">{people}</ul>
        </section>
    }
    .into_any()
}

fn button(person: &Person, action: String) -> AnyView {
    let peer = &person.peer;
    let (id, name, sign) = (peer.id.to_string(), peer.pseudonym.clone(), peer.sign);
    let pressed = if person.present { "true" } else { "false" };
    let turned = if person.present { "false" } else { "true" };
    let seen = person.seen.then_some("vu·e par l’équipe");
    let no_name = (!peer.has_identity).then_some("pas encore de nom pour l’aide");
    view! {
        <li>
            <form method="post" action=action>
                <input type="hidden" name="peer" value=id/>
                <input type="hidden" name="present" value=turned/>
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
        0 => "Aucune présence n’a été notée.".to_owned(),
        n => counted(n as i64, "présence notée.", "présences notées."),
    };
    view! {
        <section class="card" id="equipe">
            <h2>"Qui était là"</h2>
            <p class="soft">{how_many}</p>
            <ul class="people">{people}</ul>
        </section>
    }
    .into_any()
}
