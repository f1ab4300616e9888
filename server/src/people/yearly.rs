//! « Relevé annuel » of one person as PDF: from the association, certified and with the name, or
//! from `/moi`, where the person chooses whether the name stands on it. A name is opened only then,
//! and that is in the journal.

use super::pages::aids::{self, Aid};
use super::store::{self, Peer};
use crate::access::{Action, Caller, Opening, Who};
use crate::allowances;
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::export::pdf::{YearlyHead, YearlyLine, yearly_pdf};
use crate::http::error::Problem;
use crate::http::reading::{Path, Query};
use crate::programmes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::allowance::AllowanceState;
use domain::{AllowanceId, CivilIdentity, Day, PeerId, Settings};
use serde::Deserialize;
use std::collections::HashMap;
use words::Lang;
use words::desk::people::yearly as say;

/// Which year, and with the name or without.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    annee: String,
    #[serde(default)]
    nom: String,
}

/// `GET /equipe/{id}/releve.pdf?annee=2026`
pub async fn of_peer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PeerId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let opening = Some(Action::YearlyMade);
    made(&app, &caller, id, &asked.annee, (opening, true)).await
}

/// `GET /moi/releve.pdf?annee=2026&nom=oui`
pub async fn own(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let Who::Peer(peer) = caller.who else {
        return Err(Problem::forbidden());
    };
    let opening = (asked.nom == "oui").then_some(Action::IdentityShown);
    made(&app, &caller, peer, &asked.annee, (opening, false)).await
}

async fn made(
    app: &App,
    caller: &Caller,
    id: PeerId,
    year: &str,
    (opening, is_certified): (Option<Action>, bool),
) -> Result<Response, Problem> {
    let programme = caller.programme;
    let mut tx = app.db.write().await?;
    let peer = store::find(&mut tx, programme, id).await?;
    let peer = peer.ok_or_else(Problem::not_found)?;
    let settings = programmes::settings(&mut tx, programme).await?;
    let made_on = local_day(&settings, app.now());
    let year = aids::year_of(year, made_on);
    let lines = lines(&mut tx, caller, &settings, &peer, year).await?;
    let identity = match opening {
        Some(action) => opened(&mut tx, app, caller, id, action).await?,
        None => None,
    };
    tx.commit().await?;
    let head = YearlyHead {
        settings: &settings,
        year,
        made_on,
        identity: identity.as_ref(),
        is_certified,
    };
    let bytes = yearly_pdf(head, &lines).map_err(|e| Problem::internal(format!("yearly: {e}")))?;
    let head = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"releve-{year}.pdf\""),
        ),
    ];
    Ok((head, bytes).into_response())
}

async fn opened(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: PeerId,
    action: Action,
) -> Result<Option<CivilIdentity>, Problem> {
    let Some(sealed) = store::identity(tx, caller.programme, id).await? else {
        return Ok(None);
    };
    let (programme, now) = (caller.programme, app.now());
    let named = vec![sealed.scope()];
    let mut opening =
        Opening::begin(tx, &app.keys, programme, caller.actor(), action, named, now).await?;
    Ok(Some(opening.open(tx, &sealed).await?))
}

/// The year's outings, the first one first.
async fn lines(
    tx: &mut Tx,
    caller: &Caller,
    settings: &Settings,
    peer: &Peer,
    year: i16,
) -> Result<Vec<YearlyLine>, Problem> {
    let mut aids = aids::of(tx, caller, peer).await?;
    aids.retain(|it| it.day.0.year() == year);
    aids.reverse();
    let paid = allowances::life::store::paid_days_of(tx, caller.programme, peer.id).await?;
    let paid: HashMap<AllowanceId, Day> = paid.into_iter().collect();
    let line = |it: Aid| YearlyLine {
        outing_day: it.day,
        standing: standing(&it, settings, peer.has_identity),
        paid_on: paid.get(&it.id).copied().filter(|_| is_paid(it.state)),
        is_paid: is_paid(it.state),
        amount: it.worth(),
    };
    Ok(aids.into_iter().map(line).collect())
}

fn is_paid(state: AllowanceState) -> bool {
    matches!(state, AllowanceState::Paid | AllowanceState::Received)
}

/// For whoever reads the paper: what the person reads on the screen speaks of « mon nom ».
fn standing(aid: &Aid, settings: &Settings, has_identity: bool) -> String {
    let waits_for_name = aid.state == AllowanceState::Due && !has_identity;
    if waits_for_name && aid.counter.is_none() {
        return say::WAITS_FOR_NAME.into();
    }
    aid.standing(settings, has_identity, Lang::FRENCH).1
}
