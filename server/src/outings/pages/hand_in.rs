//! `/sorties/{id}/remettre`: facts that a phone could not send, as the file it wrote.

use super::title_of;
use crate::http::pieces::{Tone, crumbs, error_line, note};
use crate::outings::store::Outing;
use app::ui::Icon;
use app::ui::pictograms::SEND;
use domain::crew::{FactResult, FactStatus, FactsAnswer};
use domain::french::counted;
use domain::{Day, FieldError};
use leptos::prelude::*;
use std::collections::BTreeMap;
use words::desk::common;
use words::desk::outings::hand_in as say;

/// What the page tells besides the form.
pub enum Told {
    /// Nothing was handed in yet.
    Nothing,
    /// The file is not one that can be handed in here.
    Fault(&'static str),
    /// What became of each fact.
    Received(FactsAnswer),
}

/// The page.
pub fn view(outing: &Outing, today: Day, told: &Told) -> AnyView {
    let here = format!("/sorties/{}", outing.id);
    let action = format!("{here}/remettre");
    let fault = match told {
        Told::Fault(sentence) => Some(error_line("fichier-erreur".into(), (*sentence).into())),
        _ => None,
    };
    let (invalid, about) = match told {
        Told::Fault(_) => (Some("true"), "fichier-erreur fichier-aide"),
        _ => (None, "fichier-aide"),
    };
    view! {
        {crumbs(here, common::THE_OUTING)}
        <div class="head">
            <div>
                <h1>{say::TITLE}</h1>
                <p class="soft">{title_of(outing, today)}</p>
            </div>
        </div>
        {received(told)}
        <section class="card">
            <p>{say::INTRO}</p>
            <p>{say::INTRO_HOW}</p>
            <form class="form" method="post" action=action enctype="multipart/form-data">
                <div class="field">
                    <label for="fichier">{say::LABEL_FILE}</label>
                    <p class="help" id="fichier-aide">{say::FILE_HELP}</p>
                    {fault}
                    <input
                        id="fichier"
                        name="fichier"
                        type="file"
                        accept=".json,application/json"
                        aria-describedby=about
                        aria-invalid=invalid
                    />
                </div>
                <button class="primary"><Icon path=SEND/>{say::HAND_IN}</button>
            </form>
        </section>
    }
    .into_any()
}

/// « 12 relevés reçus, 3 déjà là, 1 refusé », and why.
fn received(told: &Told) -> Option<AnyView> {
    let Told::Received(answer) = told else {
        return None;
    };
    let wrong = wrong_ones(&answer.results);
    let tone = if wrong.is_empty() {
        Tone::Ok
    } else {
        Tone::Wait
    };
    let sentence = summed_up(&answer.results);
    let lines: Vec<_> = wrong
        .into_iter()
        .map(|(why, n)| {
            let facts = counted(n, say::FACT_ONE, say::FACT_MANY);
            view! { <p>{facts}"\u{a0}: "{why}</p> }
        })
        .collect();
    Some(note(tone, view! { <b>{sentence}</b>{lines} }))
}

fn summed_up(results: &[FactResult]) -> String {
    let number = |wanted: &[FactStatus]| {
        let n = results
            .iter()
            .filter(|it| wanted.contains(&it.status))
            .count();
        i64::try_from(n).unwrap_or(i64::MAX)
    };
    let kept = number(&[FactStatus::Accepted]);
    let there = number(&[FactStatus::Duplicate]);
    let wrong = number(&[FactStatus::Refused, FactStatus::Conflict]);
    if results.is_empty() {
        return say::SUMMARY_EMPTY.into();
    }
    let mut parts = vec![counted(kept, say::RECEIVED_ONE, say::RECEIVED_MANY)];
    if there > 0 {
        parts.push(counted(there, say::ALREADY_THERE, say::ALREADY_THERE));
    }
    if wrong > 0 {
        parts.push(counted(wrong, say::REFUSED_ONE, say::REFUSED_MANY));
    }
    format!("{}.", parts.join(", "))
}

/// Reasons, and how many facts each.
fn wrong_ones(results: &[FactResult]) -> BTreeMap<&'static str, i64> {
    let mut reasons = BTreeMap::new();
    let wrong = results
        .iter()
        .filter(|it| matches!(it.status, FactStatus::Refused | FactStatus::Conflict));
    for it in wrong {
        *reasons
            .entry(reason_words(it.reason.as_deref().unwrap_or_default()))
            .or_insert(0) += 1;
    }
    reasons
}

fn reason_words(code: &str) -> &'static str {
    match code {
        "not_for_this_sender" => say::REASON_NOT_FROM_PHONE,
        "not_of_this_phone" | "unknown_outing" => say::REASON_OTHER_OUTING,
        "not_this_phone" => say::REASON_OTHER_PHONE,
        "unknown_site" => say::REASON_SITE_NOT_ON_OUTING,
        "other_content" => say::REASON_NUMBER_TAKEN,
        _ => say::REASON_INCOMPLETE,
    }
}

/// What is wrong with the file, and what to do.
pub fn fault_words(wrong: &FieldError) -> Option<&'static str> {
    Some(match (wrong.field.as_str(), wrong.code) {
        ("file", "missing") => say::FAULT_NO_FILE,
        ("file", "not_json") => say::FAULT_NOT_FACTS,
        ("cueillette", "missing") => say::FAULT_NOT_OURS,
        ("cueillette", _) => say::FAULT_OTHER_VERSION,
        ("file", _) => say::FAULT_DAMAGED,
        ("outing", _) => say::FAULT_OTHER_OUTING,
        ("device", _) => say::FAULT_PHONE_NEVER_JOINED,
        ("facts", _) => say::FAULT_TOO_MANY_FACTS,
        ("body", "over_the_limit") => say::FAULT_TOO_BIG,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(of: &[(FactStatus, usize)]) -> Vec<FactResult> {
        let all = of.iter().flat_map(|(status, n)| (0..*n).map(|_| *status));
        all.enumerate()
            .map(|(index, status)| FactResult {
                index,
                id: None,
                status,
                reason: None,
                field: None,
            })
            .collect()
    }

    #[test]
    fn what_became_of_a_file_is_one_sentence() {
        use FactStatus::{Accepted, Conflict, Duplicate, Refused};
        let all = results(&[(Accepted, 12), (Duplicate, 3), (Refused, 1)]);
        let plain = |text: String| text.replace('\u{a0}', " ");
        assert_eq!(
            plain(summed_up(&all)),
            "12 relevés reçus, 3 déjà là, 1 refusé."
        );
        let all = results(&[(Refused, 1), (Conflict, 1)]);
        assert_eq!(plain(summed_up(&all)), "0 relevé reçu, 2 refusés.");
        assert_eq!(summed_up(&[]), "Ce fichier ne contient aucun relevé.");
    }
}
