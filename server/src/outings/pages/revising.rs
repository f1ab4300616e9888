//! After closing: what came late and waits, what a presence corrects, what was revised and why.

use super::sheet::Sheet;
use crate::app::local_hour;
use crate::http::pieces::{Field, Tone, note};
use crate::outings::revisions::store::Late;
use crate::outings::revisions::{RevisedPeer, ShownRevision};
use crate::outings::simple::item_words;
use domain::OutingState;
use domain::fact::Item;
use domain::french::counted;
use leptos::prelude::*;
use uuid::Uuid;

/// Facts that came after closing: what they are, and the form that accepts them.
pub fn late(sheet: &Sheet) -> Option<AnyView> {
    if sheet.waiting.is_empty() {
        return None;
    }
    let rows: Vec<_> = sheet
        .waiting
        .iter()
        .map(|it| {
            let hour = local_hour(&sheet.settings, it.recorded_at);
            view! { <li>{words(sheet, it)}" · noté à "{hour}</li> }
        })
        .collect();
    let title = counted(
        rows.len() as i64,
        "relevé est arrivé après la fin.",
        "relevés sont arrivés après la fin.",
    );
    let action = format!("/sorties/{}/revisions", sheet.outing.id);
    let reason = Field {
        name: "reason",
        label: "Pourquoi si tard\u{a0}?",
        kind: "text",
        value: "Téléphone éteint ou sans réseau".into(),
        ..Field::default()
    };
    Some(
        view! {
            <section class="card" id="retard">
                {note(Tone::Wait, view! { <b>{title}</b>" Les ramassages sont déjà comptés. Une présence attend votre accord." })}
                <ul class="plain-list">{rows}</ul>
                <form class="form" method="post" action=action>
                    <input type="hidden" name="id" value=Uuid::now_v7().to_string()/>
                    <input type="hidden" name="corrects" value="late_facts"/>
                    {reason.view()}
                    <p class="actions"><button class="primary">"Accepter ces relevés"</button></p>
                </form>
            </section>
        }
        .into_any(),
    )
}

fn words(sheet: &Sheet, late: &Late) -> String {
    let item = late.item.as_deref().and_then(Item::from_code);
    match (late.kind.as_str(), item, late.count, late.marks) {
        ("pickup", Some(item), Some(count), _) => item_words(item, count),
        ("presence", _, _, Some(peer)) => {
            let found = sheet.people.iter().find(|it| it.peer.id == peer);
            let name = found.map_or("quelqu’un", |it| it.peer.pseudonym.as_str());
            format!("présence\u{a0}: {name}")
        }
        ("presence", ..) => "une personne vue par l’équipe".into(),
        ("void", ..) => "un relevé repris".into(),
        ("tally", ..) => "des rencontres".into(),
        ("box", ..) => "un collecteur".into(),
        ("newcomer", ..) => "une personne nouvelle".into(),
        _ => "un autre relevé".into(),
    }
}

/// What was revised, and the form that corrects a presence; both once the outing is closed.
pub fn card(sheet: &Sheet) -> Option<AnyView> {
    if sheet.outing.state != OutingState::Closed {
        return None;
    }
    let rows: Vec<_> = sheet.revisions.iter().map(|it| row(sheet, it)).collect();
    let none = rows
        .is_empty()
        .then(|| view! { <p class="soft">"Rien n’a été corrigé."</p> });
    Some(
        view! {
            <section class="card" id="revisions">
                <h2>"Révisions"</h2>
                {none}
                <ul class="plain-list">{rows}</ul>
                {presence_form(sheet)}
            </section>
        }
        .into_any(),
    )
}

fn row(sheet: &Sheet, shown: &ShownRevision) -> AnyView {
    let it = &shown.revision;
    let day = domain::french::date(crate::app::local_day(&sheet.settings, it.made_at));
    let mut what: Vec<String> = it.peers.iter().map(|peer| of_peer(sheet, peer)).collect();
    if it.facts > 0 {
        what.insert(
            0,
            counted(
                it.facts,
                "relevé en retard accepté",
                "relevés en retard acceptés",
            ),
        );
    }
    let (what, by) = (what.join(" · "), shown.by.clone());
    let reason = match &shown.reason {
        Some(words) => format!("«\u{a0}{words}\u{a0}»"),
        None => "La raison n’est plus gardée.".into(),
    };
    view! {
        <li>
            <b>{what}</b>
            <span class="line">{reason}</span>
            <small class="soft line">{day}", "{by}</small>
        </li>
    }
    .into_any()
}

fn of_peer(sheet: &Sheet, revised: &RevisedPeer) -> String {
    let found = sheet.people.iter().find(|it| it.peer.id == revised.peer);
    let name = found.map_or("quelqu’un", |it| it.peer.pseudonym.as_str());
    let was = if revised.present {
        "était là"
    } else {
        "n’était pas là"
    };
    let line = match revised.line.as_str() {
        "added" => ", aide ajoutée",
        "countered" => ", aide reprise par une ligne inverse",
        _ => "",
    };
    format!("{name} {was}{line}")
}

/// Correcting one presence: who, and why.
fn presence_form(sheet: &Sheet) -> AnyView {
    let action = format!("/sorties/{}/revisions", sheet.outing.id);
    let options: Vec<_> = sheet
        .people
        .iter()
        .map(|it| {
            let now = if it.present {
                "était là"
            } else {
                "pas noté·e"
            };
            let name = format!("{} ({now})", it.peer.pseudonym);
            view! { <option value=it.peer.id.to_string()>{name}</option> }
        })
        .collect();
    let reason = Field {
        name: "reason",
        label: "Pourquoi\u{a0}?",
        kind: "text",
        help: Some("C’est gardé, chiffré. N’écrivez pas de nom.".into()),
        ..Field::default()
    };
    view! {
        <details>
            <summary>"Corriger une présence"</summary>
            <form class="form" method="post" action=action>
                <input type="hidden" name="id" value=Uuid::now_v7().to_string()/>
                <input type="hidden" name="corrects" value="presence"/>
                <div class="field">
                    <label for="peer">"Qui\u{a0}?"</label>
                    <select id="peer" name="peer">{options}</select>
                </div>
                {reason.view()}
                <p class="actions">
                    <button name="present" value="true">"Était là"</button>
                    <button name="present" value="false">"N’était pas là"</button>
                </p>
            </form>
        </details>
    }
    .into_any()
}
