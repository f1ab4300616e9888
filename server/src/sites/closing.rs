//! A discreet site that is over: nobody lives there any more, it was emptied, walled up. It is
//! planned no more at once; what is sealed of it is destroyed some days later, unless somebody
//! says before that it is not over after all.

use super::store;
use crate::access::{Action, Caller, Scope, journal};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::reading::{Path, ReadForm};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{Nature, SiteId};
use serde::Deserialize;
use words::desk::sites::closing as say;

/// Closes a discreet site, or opens it again. Asked twice, it is done once.
pub async fn close(app: &App, caller: &Caller, id: SiteId, is_over: bool) -> Result<(), Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let held = store::hold(&mut tx, programme, id).await?;
    let held = held.ok_or_else(Problem::not_found)?;
    if held.nature == Nature::Public || held.merged_into.is_some() || held.sealed.is_none() {
        let words = say::REFUSED_NOT_CLOSABLE;
        return Err(Problem::state("not_closable", words));
    }
    if store::set_closed(&mut tx, programme, id, is_over.then_some(now)).await? {
        if is_over {
            store::take_off_plans(&mut tx, programme, id).await?;
        }
        let action = match is_over {
            true => Action::SiteClosed,
            false => Action::SiteReopened,
        };
        let subjects = [Scope::Site(id).journal_name()];
        journal::write(&mut tx, programme, caller.actor(), action, &subjects, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What is done with the site.
#[derive(Default, Deserialize)]
pub struct Form {
    #[serde(default)]
    geste: String,
}

/// `POST /lieux/{id}/fermer`
pub async fn post(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SiteId>,
    ReadForm(form): ReadForm<Form>,
) -> Result<Response, Problem> {
    let is_over = match form.geste.as_str() {
        "fermer" => true,
        "rouvrir" => false,
        _ => return Ok(Redirect::to(&format!("/lieux/{id}")).into_response()),
    };
    close(&app, &caller, id, is_over).await?;
    let done = if is_over { "ferme" } else { "rouvert" };
    Ok(Redirect::to(&format!("/lieux/{id}?fait={done}")).into_response())
}
