//! The outings as a calendar feed, under a secret address that its owner can take back. Whoever
//! reads over a shoulder sees « Sortie », a day and an hour, and nothing else.

pub mod ics;
pub mod store;

use super::store as outings;
use crate::access::credentials::token_hash;
use crate::access::{Caller, Who};
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::http::reading::{Path, ReadForm};
use crate::programmes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{AccountId, Invalid, OutingId, OutingState, ProgrammeId};
use ics::{Event, Start};
use serde::Deserialize;

/// Outings of so many days ago are still in the feed.
const PAST_DAYS: i32 = 90;
/// Outings in one feed.
const EVENTS_MAX: u32 = 500;

/// The account whose feed it is: staff only.
fn account(caller: &Caller) -> Result<AccountId, Problem> {
    match caller.who {
        Who::Staff { account, .. } => Ok(account),
        _ => Err(Problem::forbidden()),
    }
}

/// The secret of a feed: computed from the key file, never kept. The database holds what is needed
/// to recognise it.
fn secret(app: &App, programme: ProgrammeId, account: AccountId, round: i64) -> String {
    let name = format!("{programme}/{account}/{round}");
    URL_SAFE_NO_PAD.encode(app.keys.mac("calendar feed", name.as_bytes()))
}

/// The path of the caller's feed, when they made one.
pub async fn path(app: &App, tx: &mut Tx, caller: &Caller) -> Result<Option<String>, Problem> {
    let Ok(account) = account(caller) else {
        return Ok(None);
    };
    let round = store::live_round(tx, caller.programme, account).await?;
    Ok(round.map(|round| {
        let secret = secret(app, caller.programme, account, round);
        format!("/calendrier/{secret}.ics")
    }))
}

/// What is asked of the feed: « faire », « retirer ».
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    geste: String,
}

/// `POST /calendrier`: makes the caller's address, a new one in place of the one before, or takes
/// it back.
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    ReadForm(asked): ReadForm<Asked>,
) -> Result<Response, Problem> {
    let (account, programme) = (account(&caller)?, caller.programme);
    let mut tx = app.db.write().await?;
    match asked.geste.as_str() {
        "retirer" => store::revoke(&mut tx, programme, account).await?,
        "faire" => {
            let round = store::next_round(&mut tx, programme, account, app.now()).await?;
            let hash = token_hash(&secret(&app, programme, account, round));
            store::set_token(&mut tx, programme, account, hash).await?;
        }
        _ => return Err(Invalid::new("geste", "unknown_value").into()),
    }
    tx.commit().await?;
    let back = match caller.role() {
        crate::access::Role::Coordinator => "/sorties?fait=calendrier#calendrier",
        _ => "/#calendrier",
    };
    Ok(Redirect::to(back).into_response())
}

/// `GET /calendrier/{file}`, for a calendar: no session, the address is the secret.
pub async fn feed(State(app): State<App>, Path(file): Path<String>) -> Result<Response, Problem> {
    let secret = file.strip_suffix(".ics").ok_or_else(Problem::not_found)?;
    let mut tx = app.db.read().await?;
    let programme = store::programme_of(&mut tx, token_hash(secret)).await?;
    let programme = programme.ok_or_else(Problem::not_found)?;
    let text = written(&app, &mut tx, programme).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CACHE_CONTROL, "private, max-age=300"),
        (
            header::CONTENT_DISPOSITION,
            "inline; filename=\"sorties.ics\"",
        ),
    ];
    Ok((headers, text).into_response())
}

async fn written(app: &App, tx: &mut Tx, programme: ProgrammeId) -> Result<String, Problem> {
    let settings = programmes::settings(tx, programme).await?;
    let since = local_day(&settings, app.now()).plus_days(-PAST_DAYS);
    let rows = outings::page(tx, programme, outings::AFTER_THE_LAST, EVENTS_MAX).await?;
    let events: Vec<Event> = rows
        .into_iter()
        .rev()
        .filter(|it| it.day >= since)
        .map(|it| Event {
            uid: uid(it.id),
            start: Start::of(&settings.time_zone, it.day, it.starts_at.as_deref()),
            sequence: it.version,
            cancelled: it.state == OutingState::Cancelled,
        })
        .collect();
    Ok(ics::calendar(&events, app.now()))
}

fn uid(id: OutingId) -> String {
    format!("{id}@cueillette")
}
