//! `/equipe/{id}/attestation`: a paper that says somebody took part, in words they choose. It says
//! nothing of health or of what was picked up, and the name is a line to fill in by hand, so that
//! nothing is opened and nothing is kept.

use super::store;
use crate::access::Caller;
use crate::allowances::store::lines_of_peer;
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::http::page::{Frame, Html, page};
use crate::http::pieces::{Field, capital, crumbs, in_text_area};
use crate::http::reading::{Path, Query};
use crate::programmes;
use axum::extract::State;
use domain::french::{counted, date};
use domain::limits::NOTE_CHARS_MAX;
use domain::{AllowanceId, Day, PeerId, ProgrammeId, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use std::collections::HashSet;
use uuid::Uuid;
use words::desk::common::count;
use words::desk::people::attestation as say;

/// Lines of one person: two a week for twenty years.
const LINES_MAX: u32 = 2_000;

/// From when to when, and in which words.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    du: String,
    #[serde(default)]
    au: String,
    #[serde(default)]
    mots: String,
}

struct Attestation {
    settings: Settings,
    peer: PeerId,
    from: Day,
    to: Day,
    today: Day,
    words: String,
    outings: usize,
}

/// `GET /equipe/{id}/attestation?du=2026-01-01&au=2026-11-24&mots=…`
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PeerId>,
    Query(asked): Query<Asked>,
) -> Result<Html, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    if !store::exists(&mut tx, caller.programme, id).await? {
        return Err(Problem::not_found());
    }
    let days = days_of(&mut tx, caller.programme, id).await?;
    drop(tx);
    let today = local_day(&settings, app.now());
    let from = asked.du.parse().unwrap_or_else(|_| first_of_year(today));
    let to = asked.au.parse().unwrap_or(today);
    let sheet = Attestation {
        words: words_of(&asked.mots, &settings),
        outings: days.iter().filter(|it| (from..=to).contains(it)).count(),
        peer: id,
        from,
        to,
        today,
        settings: settings.clone(),
    };
    let frame = Frame::of(&app.assets, &caller, &settings, say::TITLE, "/equipe");
    Ok(page(&frame, || view(&sheet)))
}

/// The days somebody took part, as closed outings and their revisions have it: each made a line,
/// and a presence that was a mistake has its counter-line.
async fn days_of(tx: &mut Tx, programme: ProgrammeId, peer: PeerId) -> Result<Vec<Day>, Problem> {
    let first = AllowanceId(Uuid::nil());
    let lines = lines_of_peer(tx, programme, peer, "", first, LINES_MAX).await?;
    let countered = lines.iter().filter(|it| it.entry == "counter");
    let countered: HashSet<Uuid> = countered.map(|it| it.outing_id).collect();
    let stands = lines.iter().filter(|it| !countered.contains(&it.outing_id));
    let day = stands.map(|it| it.outing_day.parse());
    day.collect::<Result<_, _>>().map_err(Problem::internal)
}

fn first_of_year(day: Day) -> Day {
    Day::new(day.0.year(), 1, 1).unwrap_or(day)
}

/// What was typed, or words that say nothing but that somebody took part.
fn words_of(typed: &str, settings: &Settings) -> String {
    let typed: String = typed.trim().chars().take(NOTE_CHARS_MAX).collect();
    match typed.is_empty() {
        true => say::words_default(&settings.association.the()),
        false => typed,
    }
}

fn view(it: &Attestation) -> AnyView {
    let back = format!("/equipe/{}", it.peer);
    let times = i64::try_from(it.outings).unwrap_or(i64::MAX);
    let often = say::how_often(
        &date(it.from),
        &date(it.to),
        &counted(times, count::OUTING, count::OUTINGS),
    );
    view! {
        <div class="on-screen">{crumbs(back, say::BACK)}</div>
        <div class="on-screen">{form(it)}</div>
        <article class="card attestation">
            <p>{capital(&it.settings.association.name)}" · "{it.settings.town.clone()}</p>
            <h1>{say::TITLE}</h1>
            <p>{capital(&it.settings.association.the())}" "{say::ATTESTS}</p>
            <p class="to-fill">{say::NAME_TO_FILL}" "<span></span></p>
            <p>{it.words.clone()}</p>
            <p>{often}</p>
            <p>{say::MADE_AT}" "{it.settings.town.clone()}{say::MADE_ON}" "{date(it.today)}"."</p>
            <p class="to-fill">{say::SIGNATURE_TO_FILL}" "<span></span></p>
        </article>
    }
    .into_any()
}

fn form(it: &Attestation) -> AnyView {
    let field = |name, label, day: Day| {
        Field {
            name,
            label,
            kind: "date",
            value: day.to_string(),
            ..Field::default()
        }
        .view()
    };
    view! {
        <form class="card form" method="get">
            <h2>{say::FORM_TITLE}</h2>
            <p class="soft">{say::FORM_INTRO}</p>
            <div class="side">
                {field("du", say::LABEL_FROM, it.from)}
                {field("au", say::LABEL_TO, it.to)}
            </div>
            <div class="field">
                <label for="mots">{say::LABEL_WORDS}</label>
                <textarea id="mots" name="mots" rows="3" inner_html=in_text_area(&it.words)></textarea>
            </div>
            <p class="actions"><button>{say::SHOW}</button></p>
            <p class="soft">{say::PRINT_HELP}</p>
        </form>
    }
    .into_any()
}
