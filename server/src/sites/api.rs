//! Sites as GeoJSON, by wall.

use super::store::{self, Bounds, NewSite, SiteSecret};
use super::{CoordinatorSite, for_coordinator};
use crate::access::{Caller, Role, Scope, Sealer};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::http::reading::Query;
use crate::http::reading::ReadJson;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::outing::Reason;
use domain::people::Title;
use domain::place::SiteState;
use domain::{Invalid, Nature, Position, SiteId};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// `?bbox=west,south,east,north`
#[derive(Deserialize)]
pub struct ListQuery {
    bbox: Option<String>,
}

/// `GET /api/v1/sites`: every site for a coordinator, public ones for everybody else.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Value>, Problem> {
    let within = query.bbox.as_deref().map_or(Ok(Bounds::ALL), bounds)?;
    let features: Vec<Value> = if caller.role() == Role::Coordinator {
        let mut tx = app.db.write().await?;
        let sites = for_coordinator(&mut tx, &app, &caller).await?;
        tx.commit().await?;
        let inside = sites.into_iter().filter(|site| within.contains(site.at));
        inside.map(coordinator_feature).collect()
    } else {
        let mut tx = app.db.read().await?;
        let sites = store::public_sites(&mut tx, caller.programme, within).await?;
        let public =
            |it: store::CitySite| feature(it.id, Nature::Public, &it.title, it.at, it.state);
        sites.into_iter().map(public).collect()
    };
    Ok(Json(
        json!({"type": "FeatureCollection", "features": features}),
    ))
}

fn city_feature(site: store::CitySite) -> Value {
    feature(site.id, Nature::Public, &site.title, site.at, site.state)
}

fn coordinator_feature(site: CoordinatorSite) -> Value {
    let mut it = feature(site.id, site.nature, &site.title, site.at, site.state);
    it["properties"]["residents_agree"] = json!(site.residents_agree);
    it
}

fn feature(id: SiteId, nature: Nature, title: &str, at: Position, state: SiteState) -> Value {
    json!({
        "type": "Feature",
        "id": id,
        "geometry": {"type": "Point", "coordinates": [at.lon(), at.lat()]},
        "properties": {"title": title, "nature": nature, "state": state},
    })
}

fn bounds(text: &str) -> Result<Bounds, Invalid> {
    let wrong = || Invalid::new("bbox", "not_a_bbox");
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|it| it.trim().parse()).collect();
    let numbers = numbers.map_err(|_| wrong())?;
    let [west, south, east, north] = numbers[..] else {
        return Err(wrong());
    };
    let on_earth = (-180.0..=180.0).contains(&west)
        && (-180.0..=180.0).contains(&east)
        && (-90.0..=90.0).contains(&south)
        && (-90.0..=90.0).contains(&north);
    if !on_earth || south > north || west > east {
        return Err(Invalid::new("bbox", "out_of_range"));
    }
    Ok(Bounds {
        west,
        south,
        east,
        north,
    })
}

/// A site to be made.
#[derive(Deserialize)]
pub struct CreateBody {
    id: Option<SiteId>,
    nature: String,
    title: String,
    lat: f64,
    lon: f64,
    note: Option<String>,
    residents_agree: Option<bool>,
}

/// `POST /api/v1/sites`: coordinators any site, agents public ones.
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    ReadJson(body): ReadJson<CreateBody>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let nature = Nature::parse(&body.nature)?;
    let title = Title::new("title", &body.title)?;
    let at = Position::new(body.lat, body.lon)?;
    let note = body
        .note
        .filter(|text| !text.trim().is_empty())
        .map(|text| Reason::new("note", &text))
        .transpose()?;
    if caller.role() == Role::Agent && nature == Nature::Discreet {
        return Err(Invalid::new("nature", "not_for_this_sender").into());
    }
    let id = body.id.unwrap_or_else(|| SiteId(Uuid::now_v7()));
    let note = note.map(|it| it.as_str().to_owned());
    let secret = match nature {
        Nature::Public => SiteSecret {
            title: None,
            at: None,
            note,
        },
        Nature::Discreet => SiteSecret {
            title: Some(title.as_str().to_owned()),
            at: Some(at),
            note,
        },
    };
    let mut tx = app.db.write().await?;
    let mut sealer = Sealer::new(&app.keys, caller.programme, app.now());
    let sealed = match &secret {
        SiteSecret {
            title: None,
            at: None,
            note: None,
        } => None,
        secret => Some(sealer.seal(&mut tx, Scope::Site(id), secret).await?),
    };
    let new = NewSite {
        id,
        nature,
        origin: if caller.role() == Role::Agent {
            "city"
        } else {
            "association"
        },
        open: (nature == Nature::Public).then(|| (title.as_str().to_owned(), at)),
        sealed,
        residents_agree: body.residents_agree.filter(|_| nature == Nature::Discreet),
    };
    let made = store::insert(&mut tx, caller.programme, new, app.now()).await?;
    // Sent twice: the answer is what is there, as far as this caller may know it.
    let there = if made {
        None
    } else {
        stored(&mut tx, &app, &caller, id).await?
    };
    tx.commit().await?;
    let it = there.unwrap_or_else(|| feature(id, nature, title.as_str(), at, SiteState::Seen));
    Ok((StatusCode::CREATED, Json(it)))
}

/// A site that is there already, by the caller's wall.
async fn stored(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: SiteId,
) -> Result<Option<Value>, Problem> {
    if caller.role() == Role::Coordinator {
        let sites = for_coordinator(tx, app, caller).await?;
        let found = sites.into_iter().find(|site| site.id == id);
        return Ok(found.map(coordinator_feature));
    }
    let sites = store::public_sites(tx, caller.programme, Bounds::ALL).await?;
    let found = sites.into_iter().find(|site| site.id == id);
    Ok(found.map(city_feature))
}
