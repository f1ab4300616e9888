//! Cards for the phone: a challenge, the first use, and every other one.

use super::{Entered, ProofBody, challenge, is_guessing};
use crate::access::credentials;
use crate::app::App;
use crate::http::client::ClientAddress;
use crate::http::error::Problem;
use crate::http::reading::ReadJson;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use domain::CardId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::IpAddr;

/// `POST /api/v1/cards/challenge`: to be answered once, soon. Asking writes nothing.
pub async fn new_challenge(State(app): State<App>) -> Json<Value> {
    Json(json!({"challenge": challenge(&app.keys, app.now())}))
}

/// First use of a card.
#[derive(Deserialize)]
pub struct BindBody {
    code: String,
    key: String,
    #[serde(flatten)]
    proof: ProofBody,
}

/// `POST /api/v1/cards/bind`
pub async fn bind(
    State(app): State<App>,
    ClientAddress(from): ClientAddress,
    headers: HeaderMap,
    ReadJson(body): ReadJson<BindBody>,
) -> Result<Response, Problem> {
    may_try(&app, from)?;
    let entered = super::bind(&app, &body.code, &body.key, &body.proof).await;
    answer(&app, from, &headers, entered).await
}

/// Every other use.
#[derive(Deserialize)]
pub struct EnterBody {
    card: CardId,
    #[serde(flatten)]
    proof: ProofBody,
}

/// `POST /api/v1/cards/enter`
pub async fn enter(
    State(app): State<App>,
    ClientAddress(from): ClientAddress,
    headers: HeaderMap,
    ReadJson(body): ReadJson<EnterBody>,
) -> Result<Response, Problem> {
    may_try(&app, from)?;
    let entered = super::enter(&app, body.card, &body.proof).await;
    answer(&app, from, &headers, entered).await
}

fn may_try(app: &App, from: IpAddr) -> Result<(), Problem> {
    let tried = app.card_tries.may_try(from, app.now());
    tried.map_err(Problem::too_many)
}

/// The sign for the phone, and the cookie of the session. Whoever was here before has left.
async fn answer(
    app: &App,
    from: IpAddr,
    headers: &HeaderMap,
    entered: Result<Entered, Problem>,
) -> Result<Response, Problem> {
    let entered = entered.inspect_err(|problem| {
        if is_guessing(problem) {
            app.card_tries.wrong(from, app.now());
        }
    })?;
    credentials::end_session(app, headers).await?;
    let body = json!({
        "card": entered.card,
        "sign": entered.sign,
        "sign_label": entered.sign.label(),
    });
    let mut response = Json(body).into_response();
    if let Some(cookie) = credentials::peer_cookie(&entered.token) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
