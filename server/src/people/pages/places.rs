//! `GET /moi/lieux`: my proposals and what became of each. One that waits may be changed or taken
//! back.

use super::{frame, myself, read_aloud};
use crate::access::Caller;
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::page;
use crate::http::pieces::{Tone, capital, note};
use crate::http::reading::{Path, Query};
use crate::programmes;
use crate::sites::proposals::store::Decision;
use crate::sites::proposals::{self, Proposal};
use app::ui::Icon;
use app::ui::pictograms::{EDIT, PIN, PIN_DISCREET, PLUS, TRASH};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::french::date;
use domain::place::DeclineReason;
use domain::{FactId, Nature, Settings};
use leptos::prelude::*;
use serde::Deserialize;

/// What the form before this page did.
#[derive(Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    fait: String,
}

/// `GET /moi/lieux`
pub async fn places(
    State(app): State<App>,
    caller: Caller,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let mut tx = app.db.write().await?;
    myself(&mut tx, &caller).await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let own = proposals::own(&mut tx, &app, &caller).await?;
    tx.commit().await?;
    let frame = frame(&app, &caller, &settings, "Mes lieux", "/moi/lieux");
    Ok(page(&frame, || view_of(&own, &settings, &done.fait)).into_response())
}

fn view_of(own: &[Proposal], settings: &Settings, done: &str) -> AnyView {
    let rows: Vec<_> = own.iter().map(|it| row(it, settings)).collect();
    let told = match done {
        "propose" => Some("Merci. L’équipe va regarder et vous répondre ici."),
        "retire" => Some("Le lieu est retiré. Personne ne le verra plus."),
        _ => None,
    };
    let nothing = rows.is_empty().then(|| {
        view! {
            <div class="empty">
                <Icon path=PIN/>
                <p>"Vous connaissez un endroit où il y a du matériel\u{a0}? Vous pouvez le dire ici."</p>
            </div>
        }
    });
    view! {
        <h1>"Mes lieux"</h1>
        {read_aloud()}
        {told.map(|words| note(Tone::Ok, words))}
        <p class="ways-on">
            <a class="button primary" href="/moi/lieux/proposer"><Icon path=PLUS/>"Proposer un lieu"</a>
        </p>
        {nothing}
        <ul class="rows">{rows}</ul>
    }
    .into_any()
}

/// A place in words: public or discreet, with its picture.
pub(super) fn nature_words(nature: Nature) -> (&'static str, &'static str) {
    match nature {
        Nature::Public => (PIN, "Lieu public"),
        Nature::Discreet => (PIN_DISCREET, "Lieu discret"),
    }
}

fn row(it: &Proposal, settings: &Settings) -> AnyView {
    let (path, what) = nature_words(it.nature);
    let day = date(local_day(settings, it.received_at));
    let said = it.note.clone();
    let said = said.map(|text| view! { <p class="said">"« "{text}" »"</p> });
    view! {
        <li class="card own-place">
            <p class="own-place-what">
                <Icon path=path/>
                <span><b>{what}</b><small class="soft line">"proposé le "{day}</small></span>
            </p>
            {said}
            {answer(it)}
        </li>
    }
    .into_any()
}

fn answer(it: &Proposal) -> AnyView {
    let Some((decision, _)) = it.decision else {
        return waiting(it.id);
    };
    let (class, word, words) = match decision {
        Decision::Accepted(_) => (
            "tag ok",
            "accepté",
            "Merci\u{a0}! Le lieu est dans la liste de l’équipe.".to_owned(),
        ),
        Decision::Merged(_) => (
            "tag ok",
            "déjà connu",
            "Merci\u{a0}! L’équipe connaissait ce lieu. Vous aviez vu juste.".to_owned(),
        ),
        Decision::Declined(DeclineReason::Other) => ("tag", "pas retenu", String::new()),
        Decision::Declined(reason) => {
            ("tag", "pas retenu", format!("{}.", capital(reason.label())))
        }
    };
    let from_team = it.words.clone();
    let from_team =
        from_team.map(|text| view! { <p class="said">"L’équipe\u{a0}: « "{text}" »"</p> });
    view! {
        <p><span class=class>{word}</span></p>
        <p>{words}</p>
        {from_team}
    }
    .into_any()
}

fn waiting(id: FactId) -> AnyView {
    view! {
        <p><span class="tag wait">"en attente"</span>" L’équipe n’a pas encore répondu."</p>
        <form class="ways-on" method="post" action=format!("/moi/lieux/{id}/retirer")>
            <a class="button" href=format!("/moi/lieux/proposer?de={id}")>
                <Icon path=EDIT/>
                "Changer"
            </a>
            <button class="quiet"><Icon path=TRASH/>"Retirer"</button>
        </form>
    }
    .into_any()
}

/// `POST /moi/lieux/{id}/retirer`
pub async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FactId>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let peer = myself(&mut tx, &caller).await?;
    drop(tx);
    proposals::withdraw(&app, &caller, peer.id, id).await?;
    Ok(Redirect::to("/moi/lieux?fait=retire").into_response())
}
