//! « Ici » pickups as JSON: those that wait for a coordinator; to the city, declared ones only.

use super::{Here, Reach, Said, decide, store, waiting};
use crate::access::{Caller, Role};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::reading::{Path, ReadJson};
use axum::Json;
use axum::extract::State;
use domain::{FactId, Instant, Invalid, Position, SiteId};
use serde::Deserialize;
use serde_json::{Value, json};

/// `GET /api/v1/here-pickups`
pub async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Problem> {
    let items: Vec<Value> = if caller.role() == Role::Coordinator {
        let mut tx = app.db.write().await?;
        let found = waiting(&mut tx, &app, &caller).await?;
        tx.commit().await?;
        found.iter().map(for_coordinator).collect()
    } else {
        let mut tx = app.db.read().await?;
        let found = store::public(&mut tx, caller.programme).await?;
        found.iter().map(for_city).collect()
    };
    Ok(Json(json!({"items": items})))
}

fn for_coordinator(it: &Here) -> Value {
    json!({
        "id": it.id, "outing": it.outing, "recorded_at": it.recorded_at, "item": it.item,
        "method": it.method, "count": it.count, "lat": it.at.map(Position::lat),
        "lon": it.at.map(Position::lon),
    })
}

fn for_city(it: &store::CityHere) -> Value {
    json!({
        "id": it.id, "outing": null, "recorded_at": Instant::from_ms(it.recorded_at),
        "item": it.item, "method": it.method, "count": it.count, "lat": it.lat, "lon": it.lon,
    })
}

/// It was at a site, or its point is a public place.
#[derive(Deserialize)]
pub struct DecideBody {
    site: Option<SiteId>,
    #[serde(default)]
    public: bool,
    around_m: Option<u32>,
}

/// `POST /api/v1/here-pickups/{id}`
pub async fn decide_one(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FactId>,
    ReadJson(body): ReadJson<DecideBody>,
) -> Result<Json<Value>, Problem> {
    let said = match (body.site, body.public) {
        (Some(site), false) => Said::At(site),
        (None, true) => Said::Public,
        (None, false) => return Err(Invalid::new("site", "missing").into()),
        (Some(_), true) => return Err(Invalid::new("public", "site_and_public").into()),
    };
    let reach = body.around_m.map_or(Reach::Alone, Reach::Around);
    let decided = decide(&app, &caller, id, said, reach).await?;
    Ok(Json(json!({"decided": decided})))
}
