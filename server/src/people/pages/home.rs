//! `GET /moi`: my outings, my aids and where each one is.

use super::aids::{self, Aid};
use super::{Peer, frame, myself, read_aloud};
use crate::access::Caller;
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::http::page::page;
use crate::http::pieces::{Tone, day_leaf, day_title, note};
use crate::http::reading::{Path, Query, ReadForm};
use crate::outings::store as outings;
use crate::{allowances, facts, programmes};
use app::ui::pictograms::{INFO, PIN, SHEET};
use app::ui::{Icon, SignPicture};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::french::{amount, counted};
use domain::outing::Reason;
use domain::presence::confirmed;
use domain::{AllowanceId, Cents, Day, OutingState, Settings};
use leptos::prelude::*;
use serde::Deserialize;

/// Outings under way at once.
const OPEN_OUTINGS_MAX: u32 = 20;

/// Which year, and what the form before this page did.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    pub(super) annee: String,
    #[serde(default)]
    fait: String,
}

struct Mine {
    peer: Peer,
    settings: Settings,
    today: Day,
    year: i16,
    years: Vec<i16>,
    aids: Vec<Aid>,
    /// Outings that are not over, where they are noted present.
    under_way: Vec<Day>,
    contested: bool,
}

/// `GET /moi`
pub async fn home(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let peer = myself(&mut tx, &caller).await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let today = local_day(&settings, app.now());
    let mut aids = aids::of(&mut tx, &caller, &peer).await?;
    let under_way = under_way(&mut tx, &caller, &peer, today).await?;
    drop(tx);
    let (year, years) = (
        aids::year_of(&asked.annee, today),
        aids::years(&aids, today),
    );
    aids.retain(|it| it.day.0.year() == year);
    let mine = Mine {
        contested: asked.fait == "dit",
        peer,
        settings: settings.clone(),
        today,
        year,
        years,
        aids,
        under_way,
    };
    let frame = frame(&app, &caller, &settings, "Mes aides", "/moi");
    Ok(page(&frame, || view_of(&mine)).into_response())
}

/// What a coordinator noted of an outing that is open: the money comes when it is closed.
async fn under_way(
    tx: &mut Tx,
    caller: &Caller,
    peer: &Peer,
    today: Day,
) -> Result<Vec<Day>, Problem> {
    let coming = outings::coming(tx, caller.programme, today, OPEN_OUTINGS_MAX).await?;
    let mut days = Vec::new();
    for outing in coming.iter().filter(|it| it.state == OutingState::Open) {
        let marks = facts::store::marks(tx, caller.programme, outing.id).await?;
        if confirmed(marks).contains(&peer.id) {
            days.push(outing.day);
        }
    }
    Ok(days)
}

fn view_of(mine: &Mine) -> AnyView {
    let rows: Vec<_> = mine.aids.iter().map(|it| row(mine, it)).collect();
    let under_way: Vec<_> = mine.under_way.iter().map(|day| open(*day, mine)).collect();
    let nothing = (rows.is_empty() && under_way.is_empty()).then(|| nothing(mine.year));
    let name = mine.peer.pseudonym.clone();
    view! {
        <div class="hello">
            <SignPicture sign=mine.peer.sign/>
            <div>
                <h1>"Bonjour "{name}</h1>
                <p class="soft">"Cette page est pour vous. Personne d’autre ne la voit ici."</p>
            </div>
        </div>
        {read_aloud()}
        {mine.contested.then(|| note(Tone::Ok, "C’est noté. L’équipe va regarder et vous répondre."))}
        {sum(mine)}
        {without_name(mine)}
        <h2>"Mes sorties et mes aides"</h2>
        {nothing}
        <ul class="rows aids">{under_way}{rows}</ul>
        {other_years(mine)}
        <p class="ways-on">
            <a class="button" href=format!("/moi/releve?annee={}", mine.year)>
                <Icon path=SHEET/>
                "Relevé à imprimer"
            </a>
            <a class="button" href="/moi/lieux"><Icon path=PIN/>"Proposer un lieu"</a>
        </p>
    }
    .into_any()
}

/// The total of the year, and how much of it is in the hand.
fn sum(mine: &Mine) -> AnyView {
    let total: Cents = mine.aids.iter().map(Aid::worth).sum();
    let received = mine.aids.iter().filter(|it| it.is_received());
    let received: Cents = received.map(Aid::worth).sum();
    let coming = Cents(total.0 - received.0);
    let outings = mine.aids.iter().filter(|it| it.counter.is_none()).count();
    let outings = counted(outings as i64, "sortie", "sorties");
    view! {
        <section class="card year-sum" aria-label=format!("Année {}", mine.year)>
            <p>"En "{mine.year}</p>
            <p class="big-sum num">{amount(total)}</p>
            <p class="soft">"pour "{outings}</p>
            <dl class="pairs">
                <div><dt>"Reçu"</dt><dd class="num">{amount(received)}</dd></div>
                <div><dt>"À venir"</dt><dd class="num">{amount(coming)}</dd></div>
            </dl>
        </section>
    }
    .into_any()
}

/// The money waits for a name, and a name is never asked from who does not want the money.
fn without_name(mine: &Mine) -> Option<AnyView> {
    if mine.peer.has_identity || mine.aids.is_empty() {
        return None;
    }
    let payer = mine.settings.payer.the();
    let words = format!(
        "Pour recevoir l’aide, il faut donner un nom\u{a0}: {payer} en a besoin. \
         C’est vous qui choisissez. Parlez-en à l’équipe."
    );
    Some(note(Tone::Wait, words))
}

fn nothing(year: i16) -> AnyView {
    view! {
        <div class="empty">
            <Icon path=INFO/>
            <p>"Rien en "{year}" pour le moment. Après une sortie, l’aide s’affiche ici."</p>
        </div>
    }
    .into_any()
}

fn open(day: Day, mine: &Mine) -> AnyView {
    view! {
        <li class="card aid">
            {day_leaf(day)}
            <div class="aid-text">
                <b>{day_title(day, mine.today)}</b>
                <span class="tag ok">"présence notée"</span>
                <p class="soft">"La sortie n’est pas finie. L’aide viendra après."</p>
            </div>
        </li>
    }
    .into_any()
}

fn row(mine: &Mine, aid: &Aid) -> AnyView {
    let (class, said) = aid.standing(&mine.settings, mine.peer.has_identity);
    let taken_back = aid.counter.map(|back| {
        let words = format!("L’équipe a corrigé une erreur\u{a0}: {}.", amount(back));
        view! { <p class="soft">{words}</p> }
    });
    view! {
        <li class="card aid">
            {day_leaf(aid.day)}
            <div class="aid-text">
                <b>{day_title(aid.day, mine.today)}</b>
                <span class="aid-sum num">{amount(aid.amount)}</span>
                <span class=class>{said}</span>
                {taken_back}
            </div>
            {disagree(aid)}
        </li>
    }
    .into_any()
}

/// « Je ne suis pas d'accord »: folded, so that it is there and never in the way.
fn disagree(aid: &Aid) -> AnyView {
    if aid.contest.as_deref() == Some("contested") {
        return view! {
            <p class="contested">
                <Icon path=INFO/>
                <span>"Vous avez dit\u{a0}: je ne suis pas d’accord. L’équipe va vous répondre."</span>
            </p>
        }
        .into_any();
    }
    let action = format!("/moi/aides/{}/contester", aid.id);
    let field = format!("mots-{}", aid.id);
    let answered = (aid.contest.as_deref() == Some("answered"))
        .then(|| view! { <p class="soft">"L’équipe a répondu à votre message."</p> });
    view! {
        <details class="disagree">
            <summary>"Je ne suis pas d’accord"</summary>
            {answered}
            <form class="form" method="post" action=action>
                <div class="field">
                    <label for=field.clone()>"Un mot pour l’équipe, si vous voulez"</label>
                    <textarea id=field name="mots" maxlength="2000"></textarea>
                </div>
                <button class="primary">"Le dire à l’équipe"</button>
            </form>
        </details>
    }
    .into_any()
}

fn other_years(mine: &Mine) -> Option<AnyView> {
    let others = mine.years.iter().filter(|it| **it != mine.year);
    let links: Vec<_> = others
        .map(|year| view! { <a class="button" href=format!("/moi?annee={year}")>{*year}</a> })
        .collect();
    (!links.is_empty())
        .then(|| view! { <nav class="years" aria-label="Autres années">{links}</nav> }.into_any())
}

/// What somebody says about a line.
#[derive(Default, Deserialize)]
pub struct Disagreeing {
    #[serde(default)]
    mots: String,
}

/// `POST /moi/aides/{id}/contester`
pub async fn contest(
    State(app): State<App>,
    caller: Caller,
    Path(line): Path<AllowanceId>,
    ReadForm(form): ReadForm<Disagreeing>,
) -> Result<Response, Problem> {
    let words = Some(form.mots).filter(|it| !it.trim().is_empty());
    let words = words.map(|it| Reason::new("mots", &it)).transpose()?;
    allowances::contest(&app, &caller, line, words).await?;
    Ok(Redirect::to("/moi?fait=dit").into_response())
}
