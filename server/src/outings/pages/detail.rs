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

/// The page.
pub fn view(sheet: &Sheet, done: &str, origin: &Origin) -> AnyView {
    view! {
        {crumbs("/sorties".into(), "Sorties")}
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
    let words = format!(
        "Les mots et les points «\u{a0}ici\u{a0}» de cette sortie ont été effacés le {day}. \
         Les nombres restent."
    );
    Some(note(Tone::Info, words))
}

fn head(sheet: &Sheet) -> AnyView {
    let outing = &sheet.outing;
    let hour = |at: Option<domain::Instant>| at.map(|it| local_hour(&sheet.settings, it));
    let since = match outing.state {
        OutingState::Open => hour(outing.opened_at).map(|it| format!("depuis {it}")),
        OutingState::Closed => hour(outing.closed_at).map(|it| format!("à {it}")),
        _ => None,
    };
    let (_, places) = sheet.done();
    let walk = match places {
        0 => None,
        1 => Some("1\u{a0}lieu".to_owned()),
        n => Some(format!(
            "{n}\u{a0}lieux, environ {}",
            distance(sheet.walk_m())
        )),
    };
    let where_and_when = meeting(outing).map(|it| format!("Rendez-vous {it}"));
    let line: Vec<String> = [where_and_when, walk].into_iter().flatten().collect();
    let end = sheet.is_open().then(|| {
        let href = format!("/sorties/{}/fin", outing.id);
        view! {
            <a class="button primary" href=href>
                <Icon path=CHECK/>
                "Terminer la sortie"
            </a>
        }
    });
    let start = (outing.state == OutingState::Planned).then(|| {
        view! {
            <a class="button to-departure" href="#depart">
                "Préparer le départ"
                <Icon path=NEXT/>
            </a>
        }
    });
    let edit = outing.state.plan_may_change().then(|| {
        let href = format!("/sorties/{}/modifier", outing.id);
        view! {
            <a class="button quiet" href=href>
                <Icon path=EDIT/>
                "Modifier"
            </a>
        }
    });
    let handed_over = sheet.hands_over && outing.state == OutingState::Closed;
    let hands = handed_over.then(|| {
        let href = format!("/sorties/{}/aides", outing.id);
        view! {
            <a class="button" href=href>
                <Icon path=EURO/>
                "Remettre les aides"
            </a>
        }
    });
    let to_presences = sheet.is_open().then(|| {
        view! { <a class="button to-presences" href="#equipe">"Noter les présences"</a> }
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
        "prevue" => "La sortie est prévue.".to_owned(),
        "copiee" => {
            "C’est copié\u{a0}: même heure, même rendez-vous, mêmes lieux, même équipe.".into()
        }
        "deja" => "Cette semaine-là a déjà sa sortie, avec ses lieux. Rien n’a été changé.".into(),
        "modifiee" => "La sortie est modifiée.".into(),
        "revisee" => "C’est corrigé. La révision dit quoi et pourquoi.".into(),
        "arretee" => "La répétition s’arrête après cette sortie.".into(),
        "ouverte" => "La sortie est ouverte. Bonne cueillette.".into(),
        "gardee" => "C’est gardé. La sortie n’est pas encore ouverte.".into(),
        "code" => "Le nouveau code est prêt. L’ancien ne marche plus.".into(),
        "terminee" if sheet.outing.state == OutingState::Closed => format!(
            "La sortie est terminée. Merci à toute l’équipe\u{a0}: {}, {} à venir.",
            counted(
                sheet.summary.presences.len() as i64,
                "présence",
                "présences"
            ),
            amount(sheet.amount()),
        ),
        _ => return None,
    };
    Some(note(Tone::Ok, sentence))
}

/// An outing that is over says so.
fn still(sheet: &Sheet) -> Option<AnyView> {
    let sentence = match sheet.outing.state {
        OutingState::Closed => "Cette sortie est terminée. Elle se lit, elle ne change plus.",
        OutingState::Cancelled => "Cette sortie est annulée. Elle se lit, elle ne change plus.",
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
        (
            it.early,
            "relevé a été fait avant l’ouverture. Il est compté.",
            "relevés ont été faits avant l’ouverture. Ils sont comptés.",
        ),
        (
            it.to_check,
            "relevé porte une heure impossible. Un téléphone déchargé fait cela. Il est compté.",
            "relevés portent une heure impossible. Un téléphone déchargé fait cela. Ils sont comptés.",
        ),
        (
            it.set_aside,
            "relevé est mis de côté\u{a0}: il n’a pas pu être lu comme il faut. Il n’est pas compté.",
            "relevés sont mis de côté\u{a0}: ils n’ont pas pu être lus comme il faut. Ils ne sont pas comptés.",
        ),
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
        (0..2, 0) => "seringue ramassée".to_owned(),
        (_, 0) => "seringues ramassées".into(),
        (0..2, n) => format!("seringue ramassée, dont {} estimée", number(n)),
        (_, n) => format!(
            "seringues ramassées, dont {}",
            counted(n, "estimée", "estimées")
        ),
    };
    let (done, places) = sheet.done();
    let (met, encounters) = encounters(sheet);
    Some(
        view! {
            <ul class="tiles" aria-label="En chiffres">
                <li class="card"><strong>{number(syringes)}</strong>{picked}</li>
                <li class="card">
                    <strong>{done}" "<small>"sur "{places}</small></strong>
                    "lieux faits"
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
            "participant·e"
        } else {
            "participant·es"
        };
        return view! { <strong>{number(n)}</strong>{noun}", d’après le fichier importé" }
            .into_any();
    }
    let present = sheet.summary.presences.len();
    let noun = if present < 2 {
        "présence"
    } else {
        "présences"
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
    let noun = if all < 2 { "rencontre" } else { "rencontres" };
    if words.is_empty() {
        (all, noun.into())
    } else {
        (all, format!("{noun}\u{a0}: {}", listed(&words)))
    }
}

fn encounter_words(who: Encounter, n: i64) -> String {
    match who {
        Encounter::Resident => counted(n, "riverain·e", "riverain·es"),
        Encounter::Shopkeeper => counted(n, "commerçant·e", "commerçant·es"),
        Encounter::User => counted(n, "usager·e", "usager·es"),
        Encounter::Agent => counted(n, "agent·e", "agent·es"),
        Encounter::Police => counted(n, "de la police", "de la police"),
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
                <h2>"À imprimer"</h2>
                <p class="actions">
                    <a class="button" href=crew><Icon path=SHEET/>"Feuille de l’équipe"</a>
                    <a class="button" href=card><Icon path=SHIELD/>"Carte de mission"</a>
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
                <summary>"Chaque semaine jusqu’au "{last}</summary>
                <p>"Pour sauter cette semaine, annulez cette sortie. Pour la changer seule, modifiez-la."</p>
                {goes_on.then(|| view! {
                    <form class="form" method="post" action=action>
                        <p class="actions"><button class="danger">"Arrêter après cette sortie"</button></p>
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
                <summary>"Annuler cette sortie"</summary>
                <form class="form" method="post" action=action>
                    <p>"La sortie restera dans la liste, marquée «\u{a0}annulée\u{a0}». Elle ne pourra plus ouvrir."</p>
                    <p class="actions"><button class="danger">"Annuler la sortie"</button></p>
                </form>
            </details>
        }
        .into_any(),
    )
}
