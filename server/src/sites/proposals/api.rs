//! Proposals as JSON: a coordinator reads those that wait, a peer their own.

use super::{Acceptance, accept, decline, merge, own, waiting};
use crate::access::{Caller, Role};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::reading::{Path, ReadJson};
use crate::sites::api::proposal_json;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::outing::Reason;
use domain::people::Title;
use domain::place::{DeclineReason, Pictogram};
use domain::{FactId, Invalid, Nature, SiteId};
use serde::Deserialize;
use serde_json::{Value, json};

/// `GET /api/v1/proposals`
pub async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Problem> {
    let mut tx = app.db.write().await?;
    let found = match caller.role() {
        Role::Coordinator => waiting(&mut tx, &app, &caller).await?,
        _ => own(&mut tx, &app, &caller).await?,
    };
    tx.commit().await?;
    let items: Vec<Value> = found.iter().map(proposal_json).collect();
    Ok(Json(json!({"items": items})))
}

/// How a proposal is taken up.
#[derive(Deserialize)]
pub struct AcceptBody {
    title: String,
    nature: Option<String>,
    pictogram: Option<String>,
}

/// `POST /api/v1/proposals/{id}/accept`
pub async fn accept_one(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FactId>,
    ReadJson(body): ReadJson<AcceptBody>,
) -> Result<Json<Value>, Problem> {
    let pictogram = body.pictogram.as_deref().map(Pictogram::from_code);
    let how = Acceptance {
        title: Title::new("title", &body.title)?,
        nature: body.nature.as_deref().map(Nature::parse).transpose()?,
        pictogram: match pictogram {
            Some(None) => return Err(Invalid::new("pictogram", "unknown_value").into()),
            known => known.flatten(),
        },
    };
    let site = accept(&app, &caller, id, how).await?;
    Ok(Json(json!({"site": site})))
}

/// The site it is.
#[derive(Deserialize)]
pub struct MergeBody {
    site: SiteId,
}

/// `POST /api/v1/proposals/{id}/merge`
pub async fn merge_one(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FactId>,
    ReadJson(body): ReadJson<MergeBody>,
) -> Result<StatusCode, Problem> {
    merge(&app, &caller, id, body.site).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why it is not taken.
#[derive(Deserialize)]
pub struct DeclineBody {
    reason: String,
    words: Option<String>,
}

/// `POST /api/v1/proposals/{id}/decline`
pub async fn decline_one(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FactId>,
    ReadJson(body): ReadJson<DeclineBody>,
) -> Result<StatusCode, Problem> {
    let reason = DeclineReason::from_code(&body.reason);
    let reason = reason.ok_or_else(|| Invalid::new("reason", "unknown_value"))?;
    let words = body.words.filter(|it| !it.trim().is_empty());
    let words = words.map(|it| Reason::new("words", &it)).transpose()?;
    decline(&app, &caller, id, reason, words).await?;
    Ok(StatusCode::NO_CONTENT)
}
