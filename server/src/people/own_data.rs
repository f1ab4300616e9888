//! « Mes données »: everything that is kept about one peer, for that peer: a page to read, a file
//! for programs, and the way to have it forgotten.

use super::pages::{Aid, aids_of};
use super::store::{self, Peer};
use super::{erase, pages};
use crate::access::cards::store as cards;
use crate::access::journal::book;
use crate::access::{Action, Caller, Opening, Scope};
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::http::page::page;
use crate::http::pieces::{Tone, ago, capital, crumbs, note};
use crate::http::reading::{Path, Query, ReadForm};
use crate::programmes;
use crate::sites::proposals;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::french::{amount, counted, date};
use domain::{CivilIdentity, Day, Instant, Nature, PeerId, Settings};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Everything that is kept about one peer.
#[derive(Serialize)]
pub struct OwnData {
    id: PeerId,
    pseudonym: String,
    sign: String,
    identity: Option<OwnIdentity>,
    card: Option<OwnCard>,
    outings: Vec<OwnOuting>,
    proposals: Vec<OwnProposal>,
    openings: Vec<OwnOpening>,
}

#[derive(Serialize)]
struct OwnIdentity {
    surname: String,
    first_name: String,
    born: Option<Day>,
    reference: Option<String>,
}

#[derive(Serialize)]
struct OwnCard {
    issued_at: Instant,
    bound_at: Option<Instant>,
    last_used_at: Option<Instant>,
}

/// An outing that was taken part in, and what became of the money for it.
#[derive(Serialize)]
struct OwnOuting {
    day: Day,
    amount_cents: i64,
    state: String,
}

#[derive(Serialize)]
struct OwnProposal {
    received_at: Instant,
    nature: Nature,
    lat: Option<f64>,
    lon: Option<f64>,
    words: Option<String>,
    decided_at: Option<Instant>,
    answer: Option<String>,
}

/// Somebody opened the civil name.
#[derive(Serialize)]
struct OwnOpening {
    at: Instant,
    who: String,
    what: &'static str,
}

/// Reads all of it; what is sealed is opened for its owner, which the journal keeps.
async fn read(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    settings: &Settings,
) -> Result<OwnData, Problem> {
    let peer = pages::myself(tx, caller).await?;
    let openings = openings(tx, caller, &peer).await?;
    let identity = identity(tx, app, caller, peer.id).await?;
    let card = cards::alive_of(tx, caller.programme, peer.id).await?;
    let aids = aids_of(tx, caller, &peer).await?;
    let own = proposals::own(tx, app, caller).await?;
    Ok(OwnData {
        id: peer.id,
        pseudonym: peer.pseudonym.clone(),
        sign: peer.sign.to_string(),
        identity: identity.map(|it| OwnIdentity {
            surname: it.surname,
            first_name: it.first_name,
            born: it.born,
            reference: it.reference,
        }),
        card: card.map(|it| OwnCard {
            issued_at: Instant::from_ms(it.issued_at),
            bound_at: it.bound_at.map(Instant::from_ms),
            last_used_at: it.last_used_at.map(Instant::from_ms),
        }),
        outings: aids.iter().map(|it| outing(it, settings, &peer)).collect(),
        proposals: own.into_iter().map(proposal).collect(),
        openings,
    })
}

fn outing(it: &Aid, settings: &Settings, peer: &Peer) -> OwnOuting {
    OwnOuting {
        day: it.day,
        amount_cents: it.worth().0,
        state: it.standing(settings, peer.has_identity).1,
    }
}

fn proposal(it: proposals::Proposal) -> OwnProposal {
    OwnProposal {
        received_at: it.received_at,
        nature: it.nature,
        lat: it.at.map(|at| at.lat()),
        lon: it.at.map(|at| at.lon()),
        words: it.note,
        decided_at: it.decision.map(|(_, at)| at),
        answer: it.words,
    }
}

async fn identity(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    peer: PeerId,
) -> Result<Option<CivilIdentity>, Problem> {
    let (programme, actor, now) = (caller.programme, caller.actor(), app.now());
    let sealed = store::identity(tx, programme, peer).await?;
    let named = vec![Scope::Identity(peer)];
    let action = Action::OwnDataShown;
    let mut opening = Opening::begin(tx, &app.keys, programme, actor, action, named, now).await?;
    match sealed {
        Some(sealed) => Ok(Some(opening.open(tx, &sealed).await?)),
        None => Ok(None),
    }
}

/// Who opened the civil name, as the journal tells it. One row may name many people: what it was
/// about for others is not told.
async fn openings(tx: &mut Tx, caller: &Caller, peer: &Peer) -> Result<Vec<OwnOpening>, Problem> {
    let subject = Scope::Identity(peer.id).journal_name();
    let rows = book::store::about(tx, caller.programme, &subject).await?;
    let told = rows.into_iter().map(|row| OwnOpening {
        at: Instant::from_ms(row.at),
        what: Action::parse(&row.action).map_or("a ouvert ce nom", Action::words),
        who: match row.actor_id == Some(peer.id.0) {
            true => "Vous".into(),
            false => row.name.unwrap_or_else(|| "Le serveur".into()),
        },
    });
    Ok(told.collect())
}

/// `GET /api/v1/me`: all of it, for programs.
pub async fn json(State(app): State<App>, caller: Caller) -> Result<Json<OwnData>, Problem> {
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let data = read(&mut tx, &app, &caller, &settings).await?;
    tx.commit().await?;
    Ok(Json(data))
}

/// `GET /moi/mes-donnees`
pub async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let data = read(&mut tx, &app, &caller, &settings).await?;
    tx.commit().await?;
    let now = app.now();
    let frame = pages::frame(&app, &caller, &settings, "Mes données", "/moi/mes-donnees");
    Ok(page(&frame, || view(&data, &settings, now)).into_response())
}

fn view(data: &OwnData, settings: &Settings, now: Instant) -> AnyView {
    view! {
        {crumbs("/moi".into(), "Ma page")}
        <h1>"Mes données"</h1>
        <p>"Voici tout ce qui est gardé sur vous. Personne d’autre ne voit cette page."</p>
        {who(data, settings, now)}
        {outings(data)}
        {proposals_card(data, settings)}
        {openings_card(data, settings)}
        <section class="card own-data">
            <h2>"Emporter"</h2>
            <p>"Les mêmes choses, dans un fichier."</p>
            <p class="ways-on"><a class="button" href="/api/v1/me" download="mes-donnees.json">"Prendre le fichier"</a></p>
        </section>
        {forget(data)}
    }
    .into_any()
}

fn who(data: &OwnData, settings: &Settings, now: Instant) -> AnyView {
    let line =
        |what: &'static str, said: String| view! { <div><dt>{what}</dt><dd>{said}</dd></div> };
    let identity = data.identity.as_ref();
    let name = identity.map_or("pas donné".into(), |it| {
        format!("{} {}", it.first_name, it.surname)
    });
    let born = identity
        .and_then(|it| it.born)
        .map(|it| line("Date de naissance", date(it)));
    let reference = identity.and_then(|it| it.reference.clone());
    let reference = reference.map(|it| line("Votre numéro", it));
    let card = match &data.card {
        None => "pas de carte".into(),
        Some(it) => match it.last_used_at {
            Some(at) => format!("utilisée {}", ago(settings, at, now)),
            None => "pas encore utilisée".into(),
        },
    };
    view! {
        <section class="card own-data">
            <h2>"Qui je suis ici"</h2>
            <dl class="pairs known">
                {line("Comment on m’appelle", data.pseudonym.clone())}
                {line("Mon nom", name)}
                {born}
                {reference}
                {line("Ma carte", card)}
            </dl>
        </section>
    }
    .into_any()
}

fn outings(data: &OwnData) -> AnyView {
    let rows: Vec<_> = data
        .outings
        .iter()
        .map(|it| {
            let said = format!(
                "{}\u{a0}: {}, {}",
                date(it.day),
                amount(domain::Cents(it.amount_cents)),
                it.state
            );
            view! { <li>{said}</li> }
        })
        .collect();
    let n = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let all = match rows.is_empty() {
        true => view! { <p>"Aucune sortie."</p> }.into_any(),
        false => view! {
            <details>
                <summary>{counted(n, "sortie", "sorties")}</summary>
                <ul>{rows}</ul>
            </details>
        }
        .into_any(),
    };
    view! {
        <section class="card own-data">
            <h2>"Mes sorties, mes aides"</h2>
            {all}
        </section>
    }
    .into_any()
}

fn proposals_card(data: &OwnData, settings: &Settings) -> Option<AnyView> {
    let rows: Vec<_> = data
        .proposals
        .iter()
        .map(|it| {
            let what = match it.nature {
                Nature::Public => "Lieu public",
                Nature::Discreet => "Lieu discret",
            };
            let day = date(local_day(settings, it.received_at));
            let words = it.words.clone().map(|words| format!("\u{a0}: « {words} »"));
            view! { <li>{format!("{what}, le {day}{}", words.unwrap_or_default())}</li> }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card own-data">
                <h2>"Les lieux que j’ai proposés"</h2>
                <ul>{rows}</ul>
            </section>
        }
        .into_any()
    })
}

fn openings_card(data: &OwnData, settings: &Settings) -> AnyView {
    const SHOWN_MAX: usize = 8;
    let rows: Vec<_> = data
        .openings
        .iter()
        .take(SHOWN_MAX)
        .map(|it| {
            let day = date(local_day(settings, it.at));
            let said = match it.who.as_str() {
                "Vous" => format!("{day}\u{a0}: vous l’avez lu."),
                who => format!("{day}\u{a0}: {who} {}.", it.what),
            };
            view! { <li>{said}</li> }
        })
        .collect();
    let none = rows.is_empty().then(|| view! { <p>"Personne."</p> });
    let kept = settings.terms.journal_months;
    let more = data.openings.len().saturating_sub(SHOWN_MAX);
    let more = (more > 0).then(|| {
        let n = i64::try_from(more).unwrap_or(i64::MAX);
        let words = format!(
            "Et {} avant. Le fichier les a toutes.",
            counted(n, "fois", "fois")
        );
        view! { <p class="soft">{words}</p> }
    });
    view! {
        <section class="card own-data">
            <h2>"Qui a ouvert mon nom"</h2>
            {none}
            <ul>{rows}</ul>
            {more}
            <p class="soft">{format!("C’est noté pendant {kept} mois.")}</p>
        </section>
    }
    .into_any()
}

fn forget(data: &OwnData) -> AnyView {
    let waits = data
        .outings
        .iter()
        .any(|it| it.state != "reçue" && it.state != "retirée");
    let money = waits.then(|| {
        note(Tone::Alarm, "Des aides ne sont pas encore dans votre main. Sans votre nom, elles ne pourront plus être payées. Attendez, ou parlez-en à l’équipe.")
    });
    view! {
        <section class="card own-data">
            <h2>"Effacer"</h2>
            <p>"Vous pouvez tout arrêter. C’est vous qui choisissez. L’équipe continue de vous accueillir."</p>
            <p>"On efface\u{a0}: votre nom, votre carte, comment on vous appelle, votre signe."</p>
            <p>"On garde\u{a0}: les aides déjà comptées, sous un numéro. La loi le demande."</p>
            {money}
            <details>
                <summary>"Effacer mes données"</summary>
                <form method="post" action="/moi/effacer">
                    <label class="choice">
                        <input type="checkbox" name="sur" value="oui" required/>
                        <span>"Oui, effacer pour toujours"</span>
                    </label>
                    <p class="ways-on"><button class="danger">"Effacer"</button></p>
                </form>
            </details>
        </section>
    }
    .into_any()
}

/// « Oui ».
#[derive(Default, Deserialize)]
pub struct Sure {
    #[serde(default)]
    sur: String,
}

/// `POST /moi/effacer`
pub async fn forget_me(
    State(app): State<App>,
    caller: Caller,
    ReadForm(form): ReadForm<Sure>,
) -> Result<Response, Problem> {
    if form.sur != "oui" {
        return Ok(Redirect::to("/moi/mes-donnees").into_response());
    }
    let mut tx = app.db.read().await?;
    let peer = pages::myself(&mut tx, &caller).await?;
    drop(tx);
    erase::on_demand(&app, &caller, peer.id).await?;
    Ok(Redirect::to("/moi/efface").into_response())
}

/// `GET /moi/efface`: whoever is forgotten is nobody here.
pub async fn forgotten(State(app): State<App>) -> Result<Response, Problem> {
    let frame = crate::http::page::Frame::for_anyone(&app.assets, "C’est effacé");
    Ok(page(&frame, || {
        view! {
            <section class="card">
                <h1>"C’est effacé"</h1>
                <p>"Votre nom et votre carte n’existent plus ici."</p>
                <p>"Vous pouvez revenir quand vous voulez. L’équipe vous fera une nouvelle carte."</p>
                <p>"Sur ce téléphone\u{a0}: touchez « Oublier » sur la page d’entrée."</p>
                <p class="actions"><a class="button primary" href="/entrer">"Page d’entrée"</a></p>
            </section>
        }
        .into_any()
    })
    .into_response())
}

/// What the form before this page did.
#[derive(Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    fait: String,
}

/// `GET /equipe/{id}/effacer`: what it does, before it is done.
pub async fn ask(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PeerId>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let peer = store::find(&mut tx, caller.programme, id).await?;
    let peer = peer.ok_or_else(Problem::not_found)?;
    let aids = aids_of(&mut tx, &caller, &peer).await?;
    drop(tx);
    let waiting = aids
        .iter()
        .filter(|it| !it.is_received() && it.counter.is_none())
        .count();
    let unsure = done.fait == "coche";
    let mut frame = crate::http::page::Frame::of(
        &app.assets,
        &caller,
        &settings,
        format!("Effacer {}", peer.pseudonym),
        "/equipe",
    );
    frame.narrow = true;
    Ok(page(&frame, || ask_view(&peer, &settings, waiting, unsure)).into_response())
}

fn ask_view(peer: &Peer, settings: &Settings, waiting: usize, unsure: bool) -> AnyView {
    let (back, action) = (
        format!("/equipe/{}", peer.id),
        format!("/equipe/{}/effacer", peer.id),
    );
    let n = i64::try_from(waiting).unwrap_or(i64::MAX);
    let money = (waiting > 0).then(|| {
        let words = format!(
            "{} {} pas encore dans sa main. Sans nom, {} ne pourra plus payer.",
            counted(n, "aide", "aides"),
            if waiting > 1 { "ne sont" } else { "n’est" },
            settings.payer.the(),
        );
        note(Tone::Alarm, words)
    });
    let asks = unsure.then(|| note(Tone::Wait, "Cochez la case, puis effacez."));
    let title = format!("Effacer {}", peer.pseudonym);
    let association = capital(&settings.association.the());
    view! {
        {crumbs(back, "La fiche")}
        <h1>{title}</h1>
        {asks}
        <section class="card">
            <p>"À faire si la personne le demande. C’est son droit, elle n’a pas à dire pourquoi."</p>
            <ul>
                <li>"Effacés pour toujours\u{a0}: son nom, sa carte, son surnom, son signe, sa place sur les sorties prévues."</li>
                <li>"Gardées sous un numéro\u{a0}: ses aides et ses présences passées. Les comptes doivent rester justes."</li>
                <li>"Les listes déjà faites gardent son nom jusqu’à la fin de leur durée de garde."</li>
            </ul>
            <p class="soft">{association}" note dans le journal que c’est fait, sans le nom."</p>
            {money}
            <form method="post" action=action>
                <label class="choice">
                    <input type="checkbox" name="sur" value="oui"/>
                    <span>"Oui, effacer cette personne pour toujours"</span>
                </label>
                <p class="actions"><button class="danger">"Effacer"</button></p>
            </form>
        </section>
    }
    .into_any()
}

/// `POST /equipe/{id}/effacer`
pub async fn forget_peer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PeerId>,
    ReadForm(form): ReadForm<Sure>,
) -> Result<Response, Problem> {
    if form.sur != "oui" {
        return Ok(Redirect::to(&format!("/equipe/{id}/effacer?fait=coche")).into_response());
    }
    erase::on_demand(&app, &caller, id).await?;
    Ok(Redirect::to("/equipe?fait=effacee").into_response())
}
