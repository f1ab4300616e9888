//! `/sorties/{id}`: what and when, what waits, four figures, then places and people.

use super::sheet::Sheet;
use super::{
    closing, departure, kit, meeting, people, phones, places, revising, state_tag, title_of,
};
use crate::app::{local_day, local_hour};
use crate::http::origin::Origin;
use crate::http::pieces::{Tone, crumbs, listed, note};
use app::ui::Icon;
use app::ui::pictograms::{CHECK, EDIT, EURO, LOCK, NEXT, SHEET, SHIELD};
use domain::OutingState;
use domain::fact::Encounter;
use domain::french::{amount, counted, distance, number};
use leptos::prelude::*;
use words::desk::common;
use words::desk::outings::detail as say;

/// The page.
pub fn view(sheet: &Sheet, done: &str, origin: &Origin) -> AnyView {
    view! {
        {crumbs("/sorties".into(), common::OUTINGS)}
        {head(sheet)}
        {done_note(sheet, done)}
        {still(sheet)}
        {words_ended(sheet)}
        {sheet.is_open().then(|| closing::quiet_phones(sheet))}
        {to_look_at(sheet)}
        {revising::late(sheet)}
        {figures(sheet)}
        <div class="two">
            <div class="col">
                {places::table_card(sheet)}
                {places::map_card(sheet)}
            </div>
            <div class="col">
                {departure::card(sheet)}
                {kit::equipment(sheet)}
                {kit::boxes(sheet)}
                {people::card(sheet)}
                {phones::code_card(sheet, origin)}
                {phones::own_card(sheet, origin)}
                {phones::card(sheet)}
                {revising::card(sheet)}
                {papers(sheet)}
                {repetition(sheet)}
                {cancelling(sheet)}
            </div>
        </div>
    }
    .into_any()
}

/// What is no longer kept of it, and since when.
fn words_ended(sheet: &Sheet) -> Option<AnyView> {
    let at = sheet.words_ended?;
    let day = domain::french::date(local_day(&sheet.settings, at));
    let words = say::words_ended(&day);
    Some(note(Tone::Info, words))
}

fn head(sheet: &Sheet) -> AnyView {
    let outing = &sheet.outing;
    let hour = |at: Option<domain::Instant>| at.map(|it| local_hour(&sheet.settings, it));
    let since = match outing.state {
        OutingState::Open => hour(outing.opened_at).map(|it| say::since_hour(&it)),
        OutingState::Closed => hour(outing.closed_at).map(|it| say::at_hour(&it)),
        _ => None,
    };
    let (_, places) = sheet.done();
    let walk = match places {
        0 => None,
        1 => Some(say::WALK_ONE_PLACE.to_owned()),
        n => Some(say::walk_places(&n, &distance(sheet.walk_m()))),
    };
    let where_and_when = meeting(outing).map(|it| say::meeting(&it));
    let line: Vec<String> = [where_and_when, walk].into_iter().flatten().collect();
    let end = sheet.is_open().then(|| {
        let href = format!("/sorties/{}/fin", outing.id);
        view! {
            <a class="button primary" href=href>
                <Icon path=CHECK/>
                {common::END_THE_OUTING}
            </a>
        }
    });
    let start = (outing.state == OutingState::Planned).then(|| {
        view! {
            <a class="button to-departure" href="#depart">
                {say::PREPARE_DEPARTURE}
                <Icon path=NEXT/>
            </a>
        }
    });
    let edit = outing.state.plan_may_change().then(|| {
        let href = format!("/sorties/{}/modifier", outing.id);
        view! {
            <a class="button quiet" href=href>
                <Icon path=EDIT/>
                {say::EDIT}
            </a>
        }
    });
    let handed_over = sheet.hands_over && outing.state == OutingState::Closed;
    let hands = handed_over.then(|| {
        let href = format!("/sorties/{}/aides", outing.id);
        view! {
            <a class="button" href=href>
                <Icon path=EURO/>
                {say::HAND_OVER_AIDS}
            </a>
        }
    });
    let to_presences = sheet.is_open().then(|| {
        view! { <a class="button to-presences" href="#equipe">{say::NOTE_PRESENCES}</a> }
    });
    view! {
        <div class="head">
            <div>
                <p class="tags">
                    {state_tag(outing.state)}
                    {since.map(|text| view! { <span class="soft">{text}</span> })}
                </p>
                <h1>{title_of(outing, sheet.today())}</h1>
                <p class="soft">{line.join(" · ")}</p>
            </div>
            {end}
            {start}
            {to_presences}
            {hands}
            {edit}
        </div>
    }
    .into_any()
}

/// What the form before this page did.
fn done_note(sheet: &Sheet, done: &str) -> Option<AnyView> {
    let sentence = match done {
        "prevue" => say::DONE_PLANNED.to_owned(),
        "copiee" => say::DONE_COPIED.into(),
        "deja" => say::DONE_ALREADY_THERE.into(),
        "modifiee" => say::DONE_EDITED.into(),
        "revisee" => say::DONE_REVISED.into(),
        "arretee" => say::DONE_REPETITION_ENDED.into(),
        "ouverte" => say::DONE_OPENED.into(),
        "gardee" => say::DONE_KEPT.into(),
        "code" => say::DONE_CODE.into(),
        "terminee" if sheet.outing.state == OutingState::Closed => {
            let people = sheet.summary.presences.len() as i64;
            let presences = counted(people, say::PRESENCE_ONE, say::PRESENCE_MANY);
            say::done_closed(&presences, &amount(sheet.amount()))
        }
        _ => return None,
    };
    Some(note(Tone::Ok, sentence))
}

/// An outing that is over says so.
fn still(sheet: &Sheet) -> Option<AnyView> {
    let sentence = match sheet.outing.state {
        OutingState::Closed => say::STILL_CLOSED,
        OutingState::Cancelled => say::STILL_CANCELLED,
        _ => return None,
    };
    Some(
        view! {
            <p class="still soft">
                <Icon path=LOCK/>
                <span>{sentence}</span>
            </p>
        }
        .into_any(),
    )
}

/// Facts that a person should look at, in words.
fn to_look_at(sheet: &Sheet) -> Option<AnyView> {
    let it = &sheet.summary;
    let sentences = [
        (it.early, say::EARLY_ONE, say::EARLY_MANY),
        (it.to_check, say::ODD_HOUR_ONE, say::ODD_HOUR_MANY),
        (it.set_aside, say::SET_ASIDE_ONE, say::SET_ASIDE_MANY),
    ];
    let lines: Vec<_> = sentences
        .into_iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| view! { <p>{counted(n, one, many)}</p> })
        .collect();
    (!lines.is_empty()).then(|| note(Tone::Wait, lines))
}

fn figures(sheet: &Sheet) -> Option<AnyView> {
    if !matches!(sheet.outing.state, OutingState::Open | OutingState::Closed) {
        return None;
    }
    let syringes = sheet.syringes();
    let picked = match (syringes, sheet.estimated()) {
        (0..2, 0) => say::PICKED_ONE.to_owned(),
        (_, 0) => say::PICKED_MANY.into(),
        (0..2, n) => say::picked_one_estimated(&number(n)),
        (_, n) => say::picked_many_estimated(&counted(n, say::ESTIMATED_ONE, say::ESTIMATED_MANY)),
    };
    let (done, places) = sheet.done();
    let (met, encounters) = encounters(sheet);
    Some(
        view! {
            <ul class="tiles" aria-label=say::FIGURES_LABEL>
                <li class="card"><strong>{number(syringes)}</strong>{picked}</li>
                <li class="card">
                    <strong>{done}" "<small>{say::DONE_OUT_OF}" "{places}</small></strong>
                    {if places < 2 { say::PLACES_DONE_ONE } else { say::PLACES_DONE_MANY }}
                </li>
                <li class="card">{took_part(sheet)}</li>
                <li class="card"><strong>{number(met)}</strong>{encounters}</li>
            </ul>
        }
        .into_any(),
    )
}

/// Presences and what they are worth; of an outing of the past, how many its file counted.
fn took_part(sheet: &Sheet) -> AnyView {
    if let Some(n) = sheet.outing.peers_counted {
        let noun = if n < 2 {
            say::PARTICIPANT_ONE
        } else {
            say::PARTICIPANT_MANY
        };
        return view! { <strong>{number(n)}</strong>{noun}{say::FROM_IMPORTED_FILE} }.into_any();
    }
    let present = sheet.summary.presences.len();
    let noun = if present < 2 {
        say::PRESENCE_ONE
    } else {
        say::PRESENCE_MANY
    };
    view! {
        <strong>{present}</strong>
        {noun}" · "<span class="whole">{amount(sheet.amount())}</span>
    }
    .into_any()
}

/// « rencontres : 6 riverains, 3 usagers ».
fn encounters(sheet: &Sheet) -> (i64, String) {
    let mut all = 0;
    let words: Vec<String> = Encounter::ALL
        .iter()
        .filter_map(|who| {
            let n = sheet.summary.tallies.get(who.code()).copied().unwrap_or(0);
            all += n;
            (n > 0).then(|| encounter_words(*who, n))
        })
        .collect();
    let noun = if all < 2 {
        say::ENCOUNTER_ONE
    } else {
        say::ENCOUNTER_MANY
    };
    if words.is_empty() {
        (all, noun.into())
    } else {
        (all, say::encounters(&noun, &listed(&words)))
    }
}

fn encounter_words(who: Encounter, n: i64) -> String {
    match who {
        Encounter::Resident => counted(n, say::RESIDENT_ONE, say::RESIDENT_MANY),
        Encounter::Shopkeeper => counted(n, say::SHOPKEEPER_ONE, say::SHOPKEEPER_MANY),
        Encounter::User => counted(n, say::USER_ONE, say::USER_MANY),
        Encounter::Agent => counted(n, say::AGENT_ONE, say::AGENT_MANY),
        Encounter::Police => counted(n, say::POLICE, say::POLICE),
    }
}

/// What is printed: the sheet of the crew, the mission card.
fn papers(sheet: &Sheet) -> Option<AnyView> {
    if !sheet.outing.state.plan_may_change() {
        return None;
    }
    let here = format!("/sorties/{}", sheet.outing.id);
    let (crew, card) = (format!("{here}/feuille"), format!("{here}/carte-mission"));
    Some(
        view! {
            <section class="card">
                <h2>{say::PAPERS_TITLE}</h2>
                <p class="actions">
                    <a class="button" href=crew><Icon path=SHEET/>{say::CREW_SHEET}</a>
                    <a class="button" href=card><Icon path=SHIELD/>{say::MISSION_CARD}</a>
                </p>
            </section>
        }
        .into_any(),
    )
}

/// One of a weekly repetition: until when, and how to end it.
fn repetition(sheet: &Sheet) -> Option<AnyView> {
    let until = sheet.repeated_until?;
    let action = format!("/sorties/{}/repetition", sheet.outing.id);
    let last = domain::french::date(until);
    let goes_on = until > sheet.outing.day;
    Some(
        view! {
            <details class="cancelling">
                <summary>{say::REPETITION_UNTIL}" "{last}</summary>
                <p>{say::REPETITION_ABOUT}</p>
                {goes_on.then(|| view! {
                    <form class="form" method="post" action=action>
                        <p class="actions"><button class="danger">{say::REPETITION_END}</button></p>
                    </form>
                })}
            </details>
        }
        .into_any(),
    )
}

/// Calling an outing off, folded away.
fn cancelling(sheet: &Sheet) -> Option<AnyView> {
    if sheet.outing.state != OutingState::Planned {
        return None;
    }
    let action = format!("/sorties/{}/annuler", sheet.outing.id);
    Some(
        view! {
            <details class="cancelling">
                <summary>{say::CANCEL_TITLE}</summary>
                <form class="form" method="post" action=action>
                    <p>{say::CANCEL_ABOUT}</p>
                    <p class="actions"><button class="danger">{say::CANCEL}</button></p>
                </form>
            </details>
        }
        .into_any(),
    )
}
