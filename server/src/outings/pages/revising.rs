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
use words::desk::outings::revising as say;

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
            view! { <li>{words(sheet, it)}" "{say::LATE_NOTED_AT}" "{hour}</li> }
        })
        .collect();
    let title = counted(rows.len() as i64, say::LATE_ONE, say::LATE_MANY);
    let action = format!("/sorties/{}/revisions", sheet.outing.id);
    let reason = Field {
        name: "reason",
        label: say::LABEL_LATE_REASON,
        kind: "text",
        value: say::LATE_REASON_USUAL.into(),
        ..Field::default()
    };
    Some(
        view! {
            <section class="card" id="retard">
                {note(Tone::Wait, view! { <b>{title}</b>" "{say::LATE_ABOUT} })}
                <ul class="plain-list">{rows}</ul>
                <form class="form" method="post" action=action>
                    <input type="hidden" name="id" value=Uuid::now_v7().to_string()/>
                    <input type="hidden" name="corrects" value="late_facts"/>
                    {reason.view()}
                    <p class="actions"><button class="primary">{say::LATE_ACCEPT}</button></p>
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
            let name = found.map_or(say::SOMEBODY, |it| it.peer.pseudonym.as_str());
            say::fact_presence(&name)
        }
        ("presence", ..) => say::FACT_PERSON_SEEN.into(),
        ("void", ..) => say::FACT_VOID.into(),
        ("tally", ..) => say::FACT_TALLY.into(),
        ("box", ..) => say::FACT_BOX.into(),
        ("newcomer", ..) => say::FACT_NEWCOMER.into(),
        _ => say::FACT_OTHER.into(),
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
        .then(|| view! { <p class="soft">{say::EMPTY}</p> });
    Some(
        view! {
            <section class="card" id="revisions">
                <h2>{say::TITLE}</h2>
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
        what.insert(0, counted(it.facts, say::ACCEPTED_ONE, say::ACCEPTED_MANY));
    }
    let (what, by) = (what.join(" · "), shown.by.clone());
    let reason = match &shown.reason {
        Some(words) => format!("«\u{a0}{words}\u{a0}»"),
        None => say::REASON_ENDED.into(),
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
    let name = found.map_or(say::SOMEBODY, |it| it.peer.pseudonym.as_str());
    let was = if revised.present {
        say::WAS_THERE
    } else {
        say::WAS_NOT_THERE
    };
    let line = match revised.line.as_str() {
        "added" => say::AID_ADDED,
        "countered" => say::AID_COUNTERED,
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
                say::WAS_THERE
            } else {
                say::NOT_NOTED
            };
            let name = format!("{} ({now})", it.peer.pseudonym);
            view! { <option value=it.peer.id.to_string()>{name}</option> }
        })
        .collect();
    let reason = Field {
        name: "reason",
        label: say::LABEL_REASON,
        kind: "text",
        help: Some(say::REASON_HELP.into()),
        ..Field::default()
    };
    view! {
        <details>
            <summary>{say::CORRECT_PRESENCE}</summary>
            <form class="form" method="post" action=action>
                <input type="hidden" name="id" value=Uuid::now_v7().to_string()/>
                <input type="hidden" name="corrects" value="presence"/>
                <div class="field">
                    <label for="peer">{say::LABEL_WHO}</label>
                    <select id="peer" name="peer">{options}</select>
                </div>
                {reason.view()}
                <p class="actions">
                    <button name="present" value="true">{say::BUTTON_WAS_THERE}</button>
                    <button name="present" value="false">{say::BUTTON_WAS_NOT_THERE}</button>
                </p>
            </form>
        </details>
    }
    .into_any()
}
