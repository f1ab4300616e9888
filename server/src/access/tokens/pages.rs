//! `/comptes/cles`: the keys by which programs come in, for those who manage the people of a body.

use super::store::{self, Line};
use super::{make, take_back};
use crate::access::Caller;
use crate::access::role::Administrator;
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::origin::Origin;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Faults, Field, Tone, crumbs, note};
use crate::http::reading::{Path, Query, ReadForm};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::KEY;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{FieldError, Instant, Settings, french};
use leptos::prelude::*;
use serde::Deserialize;
use uuid::Uuid;

/// What the form before this page did.
#[derive(Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    fait: String,
}

/// What a new key is for.
#[derive(Default, Deserialize)]
pub struct Typed {
    /// Made with the form: sent twice, one key.
    id: Option<Uuid>,
    #[serde(default)]
    name: String,
}

/// `GET /comptes/cles`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    by: Administrator,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let none = Faults::default();
    shown(
        &app,
        &caller,
        &by,
        done.fait == "retiree",
        Typed::default(),
        &none,
    )
    .await
}

async fn shown(
    app: &App,
    caller: &Caller,
    Administrator(by): &Administrator,
    is_done: bool,
    typed: Typed,
    faults: &Faults,
) -> Result<Response, Problem> {
    let now = app.now();
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, by.programme).await?;
    let lines = store::of_body(&mut tx, by.programme, by.role).await?;
    drop(tx);
    let title = "Clés d’accès";
    let mut frame = Frame::of(&app.assets, caller, &settings, title, "/comptes");
    frame.narrow = true;
    let html = page(&frame, || {
        let done = is_done.then(|| note(Tone::Ok, "La clé est retirée. Le logiciel n’entre plus."));
        view! {
            {crumbs("/comptes".into(), "Comptes")}
            <div class="head">
                <div>
                    <h1>"Clés d’accès pour un logiciel"</h1>
                    <p class="soft">"Un tableur, un autre service\u{a0}: avec une clé, il lit et il écrit ici à la place d’une personne."</p>
                </div>
            </div>
            {done}
            {lines_view(&lines, &settings, now)}
            {form(typed, faults)}
            {what_it_does()}
        }
        .into_any()
    });
    Ok(html.into_response())
}

fn lines_view(lines: &[Line], settings: &Settings, now: Instant) -> AnyView {
    let content = match lines {
        [] => view! { <p class="soft">"Aucune clé en service."</p> }.into_any(),
        _ => {
            let rows: Vec<_> = lines.iter().map(|it| row(it, settings, now)).collect();
            view! { <ul class="rows">{rows}</ul> }.into_any()
        }
    };
    view! {
        <section class="card accounts">
            <h2>"En service"</h2>
            {content}
        </section>
    }
    .into_any()
}

fn row(it: &Line, settings: &Settings, now: Instant) -> AnyView {
    let day = |at: i64| local_day(settings, Instant::from_ms(at));
    let used = match it.last_used_at.map(day) {
        None => "Jamais utilisée".to_owned(),
        Some(used) if used == local_day(settings, now) => "Utilisée aujourd’hui".into(),
        Some(used) => format!("Utilisée le {}", french::date(used)),
    };
    let made = french::date(day(it.created_at));
    let whose = it.whose.clone();
    let whose = whose.map(|it| view! { <small>"Au nom de "{it}"."</small> });
    let action = format!("/comptes/cles/{}", it.id());
    let (name, again) = (it.name.clone(), it.name.clone());
    view! {
        <li>
            <form class="row" method="post" action=action>
                <Icon path=KEY/>
                <span class="row-text">
                    <b>{name}</b>
                    {whose}
                    <small>"Faite le "{made}"."</small>
                    <small>{used}"."</small>
                </span>
                <button class="quiet">"Retirer"<span class="sr">" la clé de "{again}</span></button>
            </form>
        </li>
    }
    .into_any()
}

fn form(typed: Typed, faults: &Faults) -> AnyView {
    let name = Field {
        name: "name",
        label: "Pour quel logiciel",
        kind: "text",
        value: typed.name,
        help: Some("Un nom pour la reconnaître. Par exemple\u{a0}: tableur des sorties.".into()),
        error: faults.at("name"),
        ..Field::default()
    };
    view! {
        <form class="form card account" method="post" action="/comptes/cles" novalidate>
            <h2>"Faire une clé"</h2>
            <input type="hidden" name="id" value=Uuid::new_v4().to_string()/>
            {name.view()}
            <p class="actions"><button class="primary">"Faire la clé"</button></p>
        </form>
    }
    .into_any()
}

fn what_it_does() -> AnyView {
    view! {
        <section class="card">
            <h2>"Ce que fait une clé"</h2>
            <ul>
                <li>"Elle ouvre ce que vous voyez, et rien de plus."</li>
                <li>"Elle ne change ni les comptes, ni les réglages. Elle ne fait pas d’autre clé."</li>
                <li>"Ce que fait le logiciel est écrit dans le journal, à votre nom."</li>
                <li>"Si votre compte est fermé, la clé s’arrête."</li>
            </ul>
        </section>
    }
    .into_any()
}

fn words(error: &FieldError) -> Option<&'static str> {
    Some(match (error.field.as_str(), error.code) {
        ("name", "missing") => "Il manque le nom du logiciel. Écrivez-le.",
        ("name", "too_long") => "Ce nom est trop long. Écrivez-le plus court.",
        ("name", _) => "Écrivez le nom sur une seule ligne.",
        _ => return None,
    })
}

/// `POST /comptes/cles`: a key, shown this once.
pub async fn make_one(
    State(app): State<App>,
    caller: Caller,
    by: Administrator,
    origin: Origin,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    let form = typed.id.unwrap_or_else(Uuid::new_v4);
    match make(&app, &by.0, form, &typed.name).await {
        Ok(token) => key_page(&app, &caller, &origin, typed.name.trim().into(), token).await,
        Err(problem) => {
            let faults = Faults::of(&problem, words).ok_or(problem)?;
            let again = shown(&app, &caller, &by, false, typed, &faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}

async fn key_page(
    app: &App,
    caller: &Caller,
    Origin(origin): &Origin,
    name: String,
    token: String,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let title = "Une clé d’accès";
    let mut frame = Frame::of(&app.assets, caller, &settings, title, "/comptes");
    frame.narrow = true;
    let (root, described) = (
        format!("{origin}/api/v1/"),
        format!("{origin}/api/v1/openapi.json"),
    );
    let header = "Authorization: Bearer …";
    Ok(page(&frame, || {
        view! {
            {crumbs("/comptes/cles".into(), "Clés d’accès")}
            <div class="head"><h1>"La clé pour\u{a0}: "{name}</h1></div>
            <section class="card">
                {note(Tone::Wait, "Cette page ne revient pas. Copiez la clé maintenant.")}
                <p class="secret" data-key>{token}</p>
                <h2>"Quoi en faire"</h2>
                <ul>
                    <li>"Collez-la dans le logiciel, là où il demande une clé ou un jeton («\u{a0}token\u{a0}»). Il l’envoie ainsi\u{a0}: "<code>{header}</code></li>
                    <li>"L’adresse de départ\u{a0}: "<code class="address">{root}</code>" Ce qu’on peut y demander\u{a0}: "<a class="address" href="/api/v1/openapi.json">{described}</a></li>
                    <li>"Qui a la clé peut l’utiliser. Ne l’écrivez ni dans un message, ni sur un papier."</li>
                    <li>"Perdue, ou vue par quelqu’un\u{a0}: retirez-la, faites-en une autre."</li>
                </ul>
                <p class="actions"><a class="button primary" href="/comptes/cles">"C’est copié"</a></p>
            </section>
        }
        .into_any()
    })
    .into_response())
}

/// `POST /comptes/cles/{id}`: takes a key back.
pub async fn take_back_one(
    State(app): State<App>,
    Administrator(by): Administrator,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    take_back(&app, &by, id).await?;
    Ok(Redirect::to("/comptes/cles?fait=retiree").into_response())
}
