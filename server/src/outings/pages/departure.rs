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
                <h2>"Avant de partir"</h2>
                {light(sheet)}
                <form class="form" method="post" action=action novalidate>
                    {staff(sheet)}
                    {about_the_agent(sheet)}
                    {equipment(sheet)}
                    {all_the_same(refusal)}
                    <p class="actions">
                        <button class="primary" name="geste" value="ouvrir">
                            <Icon path=WALK/>
                            "Ouvrir la sortie"
                        </button>
                        <button name="geste" value="garder">"Garder sans ouvrir"</button>
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
        return note(Tone::Ok, "Feu vert. La sortie peut ouvrir.");
    }
    let words: Vec<String> = missing
        .iter()
        .map(|it| missing_word(&sheet.settings, it))
        .collect();
    let sentence = format!("Il manque encore\u{a0}: {}.", listed(&words));
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
        Missing::Coordinator => format!("un·e professionnel·le {}", settings.association.of_the()),
        Missing::Agent => match &settings.city {
            Some(city) => format!("un·e agent·e {}", city.of_the()),
            None => "un·e agent·e".into(),
        },
        Missing::Equipment(item) => item.label().into(),
        Missing::AgentStaysAway => {
            "à partir sans agent·e, ou à retirer le lieu où l’agent ne vient pas".into()
        }
        Missing::AgentTold => "à dire à l’agent·e où attendre dehors".into(),
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
        format!("Professionnel·les {}", sheet.settings.association.of_the()),
        here,
    );
    let rule = &sheet.settings.green_light;
    let agents = (sheet.settings.city.is_some() || rule.agents_min > 0).then(|| {
        let label = match &sheet.settings.city {
            Some(city) => format!("Agent·es {}", city.of_the()),
            None => "Agent·es".into(),
        };
        how_many("agents", label, with)
    });
    view! {
        <fieldset>
            <legend>"Qui encadre\u{a0}?"</legend>
            {coordinators}
            {agents}
        </fieldset>
    }
    .into_any()
}

/// What was agreed about the agent at the discreet places of this walk: the light obeys it.
fn about_the_agent(sheet: &Sheet) -> Option<AnyView> {
    if sheet.accesses.contains(&AgentAccess::Absent) {
        return Some(note(
            Tone::Wait,
            "Un lieu de cette marche n’accepte pas l’agent·e. Partez sans agent·e, ou retirez ce lieu.",
        ));
    }
    if !sheet.accesses.contains(&AgentAccess::Waits) {
        return None;
    }
    let told = sheet.outing.agent_told;
    Some(
        view! {
            <label class="choice">
                <input type="checkbox" name="agent_told" value="oui" checked=told/>
                <span>"L’agent·e sait où attendre dehors"</span>
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
                <legend>"Qu’est-ce qui est prêt\u{a0}?"</legend>
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
        label: "Raison pour ouvrir quand même",
        kind: "text",
        value: refusal.map(|it| it.reason.clone()).unwrap_or_default(),
        help: Some("Elle est gardée, chiffrée. N’écrivez pas de nom.".into()),
        error: refused.then(|| "Complétez ce qui manque, ou écrivez une raison.".into()),
        ..Field::default()
    };
    view! {
        <details open=refused>
            <summary>"Ouvrir sans feu vert"</summary>
            {reason.view()}
        </details>
    }
    .into_any()
}
