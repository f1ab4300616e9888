//! « À regarder »: proposals and « ici » that wait for a coordinator, each with its answer beside.

use super::choice;
use crate::http::pieces::ago;
use crate::outings::simple::item_words;
use crate::sites::here::Here;
use crate::sites::proposals::Proposal;
use domain::fact::{AgentAccess, Item};
use domain::place::DeclineReason;
use domain::{FactId, Instant, Nature, Position, Settings, SiteId};
use leptos::prelude::*;

/// Sites that may be chosen, by title.
type Known = [(SiteId, String)];

/// Everything that waits.
pub fn section(
    proposals: &[Proposal],
    heres: &[Here],
    known: &Known,
    settings: &Settings,
    now: Instant,
) -> AnyView {
    let proposals: Vec<_> = proposals
        .iter()
        .map(|it| proposal(it, known, settings, now))
        .collect();
    let heres: Vec<_> = heres
        .iter()
        .map(|it| here(it, known, settings, now))
        .collect();
    view! {
        <section aria-labelledby="a-regarder">
            <h2 id="a-regarder">"À regarder"</h2>
            <div class="col">{proposals}{heres}</div>
        </section>
    }
    .into_any()
}

fn proposal(it: &Proposal, known: &Known, settings: &Settings, now: Instant) -> AnyView {
    let action = format!("/lieux/propositions/{}", it.id);
    let who = match it.from.as_str() {
        "peer" => "Proposé par un pair",
        _ => "Proposé pendant une sortie",
    };
    let (nature, agreed) = match (it.nature, it.residents_agree) {
        (Nature::Public, _) => ("espace public", None),
        (Nature::Discreet, None) => ("lieu discret", None),
        (Nature::Discreet, Some(true)) => ("lieu discret", Some("les habitants sont d’accord")),
        (Nature::Discreet, Some(false)) => ("lieu discret", Some("les habitants ont dit non")),
    };
    let words = [Some(nature), agreed, it.agent.map(AgentAccess::label)];
    let words = words.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let when = ago(settings, it.received_at, now);
    let said = it.note.clone();
    let proposed_title = said
        .as_deref()
        .and_then(|it| it.lines().next())
        .unwrap_or_default();
    let title: String = proposed_title
        .chars()
        .take(domain::limits::TITLE_CHARS_MAX)
        .collect();
    let place = it.at.map(place);
    let (title_id, words_id) = (format!("titre-{}", it.id), format!("mots-{}", it.id));
    let (title_for, words_for) = (title_id.clone(), words_id.clone());
    view! {
        <article class="card">
            <h3>{who}</h3>
            <p class="soft">{words}" · "{when}</p>
            {said.map(|text| view! { <p class="said">{text}</p> })}
            {place}
            <form class="form" method="post" action=action.clone()>
                <input type="hidden" name="geste" value="accepter"/>
                <div class="field">
                    <label for=title_for>"Nom du lieu"</label>
                    <input id=title_id name="title" value=title autocomplete="off" maxlength="120"/>
                </div>
                <button class="primary">"Ajouter ce lieu"</button>
            </form>
            <details>
                <summary>"C’est un lieu déjà connu"</summary>
                <form class="form" method="post" action=action.clone()>
                    <input type="hidden" name="geste" value="reunir"/>
                    {sites(&it.id, known)}
                    <button>"C’est le même lieu"</button>
                </form>
            </details>
            <details>
                <summary>"Ne pas prendre ce lieu"</summary>
                <form class="form" method="post" action=action>
                    <input type="hidden" name="geste" value="refuser"/>
                    {reasons(&it.id)}
                    <div class="field">
                        <label for=words_for>"Un mot pour la personne (si vous voulez)"</label>
                        <textarea id=words_id name="words" rows="2" maxlength="2000"></textarea>
                    </div>
                    <button>"Répondre"</button>
                </form>
            </details>
        </article>
    }
    .into_any()
}

fn here(it: &Here, known: &Known, settings: &Settings, now: Instant) -> AnyView {
    let action = format!("/lieux/ici/{}", it.id);
    let item = Item::from_code(&it.item).unwrap_or(Item::Other);
    let what = item_words(item, it.count);
    let when = ago(settings, it.recorded_at, now);
    let declare = it.at.map(|_| {
        view! {
            <details>
                <summary>"C’est un espace public"</summary>
                <form class="form" method="post" action=action.clone()>
                    <input type="hidden" name="geste" value="public"/>
                    <p>"La mairie verra ce point et ce nombre. On ne revient pas en arrière pour ce qu’elle a lu."</p>
                    <button>"Rendre ce point public"</button>
                </form>
            </details>
        }
    });
    let place = match it.at {
        Some(at) => place(at),
        None => view! { <p class="soft">"Le téléphone n’avait pas de position."</p> }.into_any(),
    };
    let around = vec![
        (String::new(), "Ce ramassage seulement".to_owned()),
        ("30".into(), "Et ceux à 30 m autour".into()),
        ("100".into(), "Et ceux à 100 m autour".into()),
    ];
    view! {
        <article class="card">
            <h3>"Ramassé «\u{a0}ici\u{a0}»\u{a0}: "{what}</h3>
            <p class="soft">{when}" · pas encore rattaché à un lieu"</p>
            {place}
            <form class="form" method="post" action=action.clone()>
                <input type="hidden" name="geste" value="rattacher"/>
                {sites(&it.id, known)}
                {choice(format!("autour-{}", it.id), "around", "Combien", around, "")}
                <button class="primary">"Rattacher à ce lieu"</button>
            </form>
            {declare}
        </article>
    }
    .into_any()
}

/// A point as figures: who has a map beside can find it there.
fn place(at: Position) -> AnyView {
    let figures = format!("{:.5}, {:.5}", at.lat(), at.lon());
    view! { <p class="soft">"Position\u{a0}: "{figures}</p> }.into_any()
}

fn sites(id: &FactId, known: &Known) -> AnyView {
    let options = known
        .iter()
        .map(|(id, title)| (id.to_string(), title.clone()))
        .collect();
    choice(format!("lieu-{id}"), "site", "Lieu", options, "")
}

fn reasons(id: &FactId) -> AnyView {
    let options = DeclineReason::ALL.iter();
    let options = options
        .map(|it| (it.code().to_owned(), it.label().to_owned()))
        .collect();
    choice(
        format!("pourquoi-{id}"),
        "reason",
        "Pourquoi",
        options,
        DeclineReason::TooFar.code(),
    )
}
