//! `GET /moi/ce-qu-on-sait`: what the payer knows of me, and what that may suggest, said plainly.
//! The civil identity is opened for its own owner; that too is in the journal.

use super::{frame, myself, read_aloud};
use crate::access::{Action, Caller, Opening};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::language::Reader;
use crate::http::page::page;
use crate::http::pieces::capital;
use crate::http::speech;
use crate::people::store;
use crate::programmes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{CivilIdentity, Settings};
use leptos::prelude::*;
use words::{Lang, Text, me::known as say};

/// `GET /moi/ce-qu-on-sait`
pub async fn known(
    State(app): State<App>,
    caller: Caller,
    reader: Reader,
) -> Result<Response, Problem> {
    let lang = reader.lang;
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
    let frame = frame(
        &app,
        &caller,
        &settings,
        &reader,
        lang.say(say::TITLE),
        here,
    );
    Ok(page(&frame, || view_of(&settings, identity.as_ref(), lang)).into_response())
}

fn view_of(settings: &Settings, identity: Option<&CivilIdentity>, lang: Lang) -> AnyView {
    let payer = speech::the(lang, &settings.payer);
    view! {
        <h1>{lang.fill(say::HEADING, [&payer])}</h1>
        {read_aloud(lang)}
        {match identity {
            Some(identity) => on_the_list(settings, identity, lang),
            None => nothing(settings, lang),
        }}
        {suggests(settings, identity.is_some(), lang)}
        {not_known(settings, lang)}
        {city(settings, lang)}
        <section class="card">
            <h2>{lang.say(say::ON_PHONE)}</h2>
            <p>{lang.say(say::PHONE_KEEPS)}</p>
            <p>{lang.say(say::PHONE_FORGETS)}</p>
        </section>
    }
    .into_any()
}

fn on_the_list(settings: &Settings, identity: &CivilIdentity, lang: Lang) -> AnyView {
    let line = |what: Text, said: String| {
        view! { <div><dt>{lang.say(what)}</dt><dd>{said}</dd></div> }
    };
    let born = identity.born;
    let born = born.map(|day| line(say::BORN, speech::full(lang, day)));
    let reference = identity.reference.clone();
    let reference = reference.map(|it| line(say::NUMBER, it));
    let each = lang.say(say::DAY_AND_AMOUNT).to_owned();
    let payer = speech::the(lang, &settings.payer);
    let gets = capital(&lang.fill(say::GETS_LIST, [&payer]));
    view! {
        <section class="card">
            <h2>{lang.say(say::ON_LIST)}</h2>
            <dl class="pairs known">
                {line(say::SURNAME, identity.surname.clone())}
                {line(say::FIRST_NAME, identity.first_name.clone())}
                {born}
                {reference}
                {line(say::EACH_OUTING, each)}
            </dl>
            <p>{lang.say(say::MISTAKE)}</p>
            <p class="soft">{lang.say(say::LOCKED)}" "{gets}</p>
        </section>
    }
    .into_any()
}

fn nothing(settings: &Settings, lang: Lang) -> AnyView {
    let payer = speech::the(lang, &settings.payer);
    view! {
        <section class="card">
            <h2>{lang.say(say::NOTHING)}</h2>
            <p>{capital(&lang.fill(say::KNOWS_NOTHING, [&payer]))}</p>
            <p>{lang.say(say::NEEDS_NAME)}</p>
        </section>
    }
    .into_any()
}

/// Being on a list says something, whatever the list says: nobody should find that out later.
fn suggests(settings: &Settings, on_lists: bool, lang: Lang) -> AnyView {
    let association = speech::the(lang, &settings.association);
    let title = match on_lists {
        true => say::SUGGESTS,
        false => say::SUGGESTS_IF,
    };
    let certifies = capital(&lang.fill(say::CERTIFIES, [&association]));
    let to_payer = speech::to_the(lang, &settings.payer);
    view! {
        <section class="card">
            <h2>{lang.say(title)}</h2>
            <p><b>{certifies}</b>" "{lang.say(say::NAME_ON_IT)}</p>
            <p>{lang.fill(say::PEOPLE_KNOW, [&association])}</p>
            <p>{lang.say(say::MAY_THINK)}</p>
            <p>{lang.fill(say::SECRET, [&to_payer])}</p>
        </section>
    }
    .into_any()
}

fn not_known(settings: &Settings, lang: Lang) -> AnyView {
    let payer = speech::the(lang, &settings.payer);
    view! {
        <section class="card">
            <h2>{lang.fill(say::NOT_KNOWN, [&payer])}</h2>
            <ul>
                <li>{lang.say(say::WHERE_WE_WENT)}</li>
                <li>{lang.say(say::WHAT_WE_FOUND)}</li>
                <li>{lang.say(say::WHAT_YOU_ARE_CALLED)}</li>
            </ul>
        </section>
    }
    .into_any()
}

fn city(settings: &Settings, lang: Lang) -> Option<AnyView> {
    let city = speech::the(lang, settings.city.as_ref()?);
    Some(
        view! {
            <section class="card">
                <h2>{lang.fill(say::AND_CITY, [&city])}</h2>
                <p>{capital(&lang.fill(say::CITY_KNOWS, [&city]))}</p>
            </section>
        }
        .into_any(),
    )
}
