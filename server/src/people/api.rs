//! Peers as JSON, for coordinators.

use super::store;
use crate::access::Caller;
use crate::app::App;
use crate::http::error::Problem;
use crate::http::paging::Page;
use crate::http::reading::ReadJson;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{PeerId, Pseudonym, Sign};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A peer, as a coordinator knows them.
#[derive(Serialize)]
pub struct PeerJson {
    id: PeerId,
    pseudonym: String,
    sign: Sign,
    has_identity: bool,
}

/// `GET /api/v1/peers`: a programme has tens of peers, so they come on one page.
pub async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Page<PeerJson>>, Problem> {
    let mut tx = app.db.read().await?;
    let peers = store::all(&mut tx, caller.programme).await?;
    let items = peers.into_iter().map(peer_json).collect();
    Ok(Json(Page { items, next: None }))
}

fn peer_json(peer: store::Peer) -> PeerJson {
    PeerJson {
        id: peer.id,
        pseudonym: peer.pseudonym,
        sign: peer.sign,
        has_identity: peer.has_identity,
    }
}

/// Somebody new.
#[derive(Deserialize)]
pub struct CreateBody {
    id: Option<PeerId>,
    pseudonym: String,
    sign: String,
}

/// `POST /api/v1/peers`: the same id again answers the peer who is there.
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    ReadJson(body): ReadJson<CreateBody>,
) -> Result<(StatusCode, Json<PeerJson>), Problem> {
    let pseudonym = Pseudonym::new(&body.pseudonym)?;
    let sign: Sign = body.sign.parse()?;
    let id = body.id.unwrap_or_else(|| PeerId(Uuid::now_v7()));
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    store::insert_if_absent(&mut tx, programme, id, &pseudonym, sign, now).await?;
    let peers = store::all(&mut tx, programme).await?;
    let peer = peers.into_iter().find(|it| it.id == id);
    let peer = peer.ok_or_else(|| Problem::internal("a peer who was made is not there"))?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(peer_json(peer))))
}
