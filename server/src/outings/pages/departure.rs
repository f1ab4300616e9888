//! The departure: who is there, what was checked, the green light, or why one leaves without it.

use super::sheet::{Refusal, Sheet};
use crate::http::pieces::{Field, Tone, listed, note};
use app::ui::Icon;
use app::ui::pictograms::WALK;
use domain::OutingState;
use domain::Settings;
use domain::fact::AgentAccess;
use domain::outing::{Equipment, Missing};
use leptos::prelude::*;
use words::desk::outings::departure as say;

/// The card of an outing that did not open yet.
pub fn card(sheet: &Sheet) -> Option<AnyView> {
    if sheet.outing.state != OutingState::Planned {
        return None;
    }
    let action = format!("/sorties/{}/depart", sheet.outing.id);
    let refusal = sheet.refusal.as_ref();
    Some(
        view! {
            <section class="card" id="depart">
                <h2>{say::TITLE}</h2>
                {light(sheet)}
                <form class="form" method="post" action=action novalidate>
                    {staff(sheet)}
                    {about_the_agent(sheet)}
                    {equipment(sheet)}
                    {all_the_same(refusal)}
                    <p class="actions">
                        <button class="primary" name="geste" value="ouvrir">
                            <Icon path=WALK/>
                            {say::OPEN_OUTING}
                        </button>
                        <button name="geste" value="garder">{say::KEEP_WITHOUT_OPENING}</button>
                    </p>
                </form>
            </section>
        }
        .into_any(),
    )
}

/// Green, or what is missing.
fn light(sheet: &Sheet) -> AnyView {
    let missing = &sheet.missing;
    if missing.is_empty() {
        return note(Tone::Ok, say::LIGHT_GREEN);
    }
    let words: Vec<String> = missing
        .iter()
        .map(|it| missing_word(&sheet.settings, it))
        .collect();
    let sentence = say::light_missing(&listed(&words));
    match &sheet.refusal {
        Some(refusal) => note(
            Tone::Alarm,
            view! { <b>{refusal.sentence.clone()}</b>" "{sentence} },
        ),
        None => note(Tone::Wait, sentence),
    }
}

fn missing_word(settings: &Settings, missing: &Missing) -> String {
    match missing {
        Missing::Coordinator => say::missing_coordinator(&settings.association.of_the()),
        Missing::Agent => match &settings.city {
            Some(city) => say::missing_agent_of_city(&city.of_the()),
            None => say::MISSING_AGENT.into(),
        },
        Missing::Equipment(item) => item.label().into(),
        Missing::AgentStaysAway => say::MISSING_AGENT_STAYS_AWAY.into(),
        Missing::AgentTold => say::MISSING_AGENT_TOLD.into(),
    }
}

/// Coordinators and agents: as they were noted, or else as they were expected. Who reads this page
/// is there.
fn proposed(sheet: &Sheet) -> (u32, u32) {
    let ready = &sheet.outing.ready;
    if (ready.coordinators, ready.agents) != (0, 0) {
        return (ready.coordinators, ready.agents);
    }
    let expected = |role: &str| {
        let staff = sheet.colleagues.iter().filter(|it| it.role == role);
        let there = staff.filter(|it| sheet.crew.staff.iter().any(|id| id.0 == it.id));
        u32::try_from(there.count()).unwrap_or(0)
    };
    (expected("coordinator").max(1), expected("agent"))
}

fn staff(sheet: &Sheet) -> AnyView {
    let (here, with) = proposed(sheet);
    let how_many = |name, label: String, n: u32| {
        let field = Field {
            name,
            kind: "number",
            value: n.to_string(),
            inputmode: Some("numeric"),
            ..Field::default()
        };
        how_many_there(field, label)
    };
    let coordinators = how_many(
        "coordinators",
        say::label_coordinators(&sheet.settings.association.of_the()),
        here,
    );
    let rule = &sheet.settings.green_light;
    let agents = (sheet.settings.city.is_some() || rule.agents_min > 0).then(|| {
        let label = match &sheet.settings.city {
            Some(city) => say::label_agents_of_city(&city.of_the()),
            None => say::LABEL_AGENTS.into(),
        };
        how_many("agents", label, with)
    });
    view! {
        <fieldset>
            <legend>{say::STAFF_TITLE}</legend>
            {coordinators}
            {agents}
        </fieldset>
    }
    .into_any()
}

/// What was agreed about the agent at the discreet places of this walk: the light obeys it.
fn about_the_agent(sheet: &Sheet) -> Option<AnyView> {
    if sheet.accesses.contains(&AgentAccess::Absent) {
        return Some(note(Tone::Wait, say::AGENT_STAYS_AWAY));
    }
    if !sheet.accesses.contains(&AgentAccess::Waits) {
        return None;
    }
    let told = sheet.outing.agent_told;
    Some(
        view! {
            <label class="choice">
                <input type="checkbox" name="agent_told" value="oui" checked=told/>
                <span>{say::AGENT_TOLD}</span>
            </label>
        }
        .into_any(),
    )
}

/// A label that comes from the settings, beside a small number.
fn how_many_there(field: Field, label: String) -> AnyView {
    let name = field.name;
    view! {
        <div class="how-many-line">
            <label for=name>{label}</label>
            <input id=name name=name type="number" min="0" max="50" value=field.value inputmode="numeric"/>
        </div>
    }
    .into_any()
}

fn equipment(sheet: &Sheet) -> Option<AnyView> {
    let rule = &sheet.settings.green_light;
    let boxes: Vec<_> = Equipment::ALL
        .iter()
        .filter(|it| rule.equipment.iter().any(|code| code == it.code()))
        .map(|it| {
            let checked = sheet
                .outing
                .ready
                .equipment
                .iter()
                .any(|code| code == it.code());
            view! {
                <label class="choice">
                    <input type="checkbox" name="checked" value=it.code() checked=checked/>
                    {crate::http::pieces::capital(it.label())}
                </label>
            }
        })
        .collect();
    if boxes.is_empty() {
        return None;
    }
    Some(
        view! {
            <fieldset>
                <legend>{say::EQUIPMENT_TITLE}</legend>
                <div class="choices">{boxes}</div>
            </fieldset>
        }
        .into_any(),
    )
}

/// Open all the same: folded away until the light was refused.
fn all_the_same(refusal: Option<&Refusal>) -> AnyView {
    let refused = refusal.is_some_and(|it| it.no_green_light);
    let reason = Field {
        name: "reason",
        label: say::LABEL_REASON,
        kind: "text",
        value: refusal.map(|it| it.reason.clone()).unwrap_or_default(),
        help: Some(say::REASON_HELP.into()),
        error: refused.then(|| say::REASON_MISSING.into()),
        ..Field::default()
    };
    view! {
        <details open=refused>
            <summary>{say::OPEN_WITHOUT_GREEN_LIGHT}</summary>
            {reason.view()}
        </details>
    }
    .into_any()
}
