//! `POST /api/v1/facts`.

use super::crowd::AtDesk;
use super::{Delivery, receive};
use crate::access::{Caller, Who};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::reading::ReadValue;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::crew::{ACCOUNT_HEADER, FactsAnswer};
use domain::limits::FACTS_PER_BATCH_MAX;
use serde_json::Value;

/// Receives a batch of facts and answers per fact.
pub async fn post(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    _place: AtDesk,
    ReadValue(body): ReadValue,
) -> Result<Json<FactsAnswer>, Problem> {
    of_this_account(&caller, &headers)?;
    let facts = body.get("facts").and_then(Value::as_array);
    let facts =
        facts.ok_or_else(|| Problem::invalid(domain::Invalid::new("facts", "not_a_list")))?;
    if facts.len() > FACTS_PER_BATCH_MAX {
        return Err(Problem::too_large("facts", "too_many"));
    }
    // From an old or a broken phone: a time that cannot be read is a time that was not told.
    let sent_at = body.get("sent_at").and_then(Value::as_str);
    let delivery = Delivery {
        sent_at: sent_at.and_then(|text| text.parse().ok()),
        handed_in_by: None,
    };
    let answer = receive(&app, &caller, delivery, facts).await?;
    app.metrics.facts(&answer.results);
    Ok(Json(answer))
}

/// A phone that names the account it recorded for sends nothing under another.
fn of_this_account(caller: &Caller, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(named) = headers.get(ACCOUNT_HEADER) else {
        return Ok(());
    };
    let named = named.to_str().ok().and_then(|it| it.parse().ok());
    match caller.who {
        Who::Staff { account, .. } if named == Some(account) => Ok(()),
        _ => Err(Problem::other_account()),
    }
}
