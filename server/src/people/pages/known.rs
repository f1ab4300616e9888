//! `GET /moi/ce-qu-on-sait`: what the payer knows of me, and what that may suggest, said plainly.
//! The civil identity is opened for its own owner; that too is in the journal.

use super::{frame, myself, read_aloud};
use crate::access::{Action, Caller, Opening};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::page::page;
use crate::http::pieces::capital;
use crate::people::store;
use crate::programmes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::french::date;
use domain::{CivilIdentity, Settings};
use leptos::prelude::*;

/// `GET /moi/ce-qu-on-sait`
pub async fn known(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let mut tx = app.db.write().await?;
    let peer = myself(&mut tx, &caller).await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let identity = match store::identity(&mut tx, caller.programme, peer.id).await? {
        None => None,
        Some(sealed) => {
            let (actor, named) = (caller.actor(), vec![sealed.scope()]);
            let action = Action::IdentityShown;
            let (programme, now) = (caller.programme, app.now());
            let mut opening =
                Opening::begin(&mut tx, &app.keys, programme, actor, action, named, now).await?;
            Some(opening.open(&mut tx, &sealed).await?)
        }
    };
    tx.commit().await?;
    let here = "/moi/ce-qu-on-sait";
    let frame = frame(&app, &caller, &settings, "Ce qu’on sait de moi", here);
    Ok(page(&frame, || view_of(&settings, identity.as_ref())).into_response())
}

fn view_of(settings: &Settings, identity: Option<&CivilIdentity>) -> AnyView {
    let payer = settings.payer.the();
    view! {
        <h1>"Ce que "{payer}" sait de moi"</h1>
        {read_aloud()}
        {match identity {
            Some(identity) => on_the_list(settings, identity),
            None => nothing(settings),
        }}
        {suggests(settings, identity.is_some())}
        {not_known(settings)}
        {city(settings)}
        <section class="card">
            <h2>"Sur ce téléphone"</h2>
            <p>"Le téléphone garde une clé et votre signe. Rien d’autre."</p>
            <p>"Pour les enlever\u{a0}: touchez «\u{a0}Quitter\u{a0}», puis «\u{a0}Oublier\u{a0}»."</p>
        </section>
    }
    .into_any()
}

fn on_the_list(settings: &Settings, identity: &CivilIdentity) -> AnyView {
    let line = |what: &'static str, said: String| {
        view! { <div><dt>{what}</dt><dd>{said}</dd></div> }
    };
    let born = identity
        .born
        .map(|day| line("Date de naissance", date(day)));
    let reference = identity.reference.clone();
    let reference = reference.map(|it| line("Votre numéro", it));
    view! {
        <section class="card">
            <h2>"Ce qui est écrit sur la liste"</h2>
            <dl class="pairs known">
                {line("Nom", identity.surname.clone())}
                {line("Prénom", identity.first_name.clone())}
                {born}
                {reference}
                {line("Et pour chaque sortie", "la date et le montant".into())}
            </dl>
            <p>"Une erreur\u{a0}? Dites-le à l’équipe."</p>
            <p class="soft">"Votre nom est gardé sous clé. À chaque ouverture, on note qui l’a ouvert. Là, c’est pour vous\u{a0}: c’est noté aussi. "{capital(&settings.payer.the())}" reçoit la liste, et rien d’autre."</p>
        </section>
    }
    .into_any()
}

fn nothing(settings: &Settings) -> AnyView {
    let payer = capital(&settings.payer.the());
    view! {
        <section class="card">
            <h2>"Rien"</h2>
            <p>{payer}" ne sait rien de vous. Vous n’avez pas donné de nom."</p>
            <p>"Pour recevoir l’aide, il faut un nom. C’est vous qui choisissez. Parlez-en à l’équipe."</p>
        </section>
    }
    .into_any()
}

/// Being on a list says something, whatever the list says: nobody should find that out later.
fn suggests(settings: &Settings, on_lists: bool) -> AnyView {
    let association = settings.association.the();
    let title = match on_lists {
        true => "Ce que la liste peut faire penser",
        false => "Si un jour vous donnez votre nom",
    };
    let certifies = capital(&association);
    view! {
        <section class="card">
            <h2>{title}</h2>
            <p><b>{certifies}" certifie la liste."</b>" Son nom est écrit dessus."</p>
            <p>"Des gens savent que "{association.clone()}" aide des personnes qui consomment des drogues."</p>
            <p>"Alors, quelqu’un qui lit la liste peut penser que vous en consommez. La liste ne le dit pas. Mais on peut le penser."</p>
            <p>"Les personnes qui lisent la liste "{settings.payer.to_the()}" doivent garder le secret. C’est la loi."</p>
        </section>
    }
    .into_any()
}

fn not_known(settings: &Settings) -> AnyView {
    let payer = settings.payer.the();
    view! {
        <section class="card">
            <h2>"Ce que "{payer}" ne sait pas"</h2>
            <ul>
                <li>"où l’équipe est allée"</li>
                <li>"ce que l’équipe a ramassé"</li>
                <li>"comment on vous appelle ici, et votre signe"</li>
            </ul>
        </section>
    }
    .into_any()
}

fn city(settings: &Settings) -> Option<AnyView> {
    let city = settings.city.as_ref()?;
    let (of_the, the) = (city.the(), capital(&city.the()));
    Some(
        view! {
            <section class="card">
                <h2>"Et "{of_the}"\u{a0}?"</h2>
                <p>{the}" ne connaît ni votre nom, ni vos aides."</p>
            </section>
        }
        .into_any(),
    )
}
