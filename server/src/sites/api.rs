//! Sites as GeoJSON, by wall.

use super::atlas::{self, Atlas, Cluster, Filter, SINGLE_ZOOM, ZOOM_MAX};
use super::change::{self, Change};
use super::create::{self, NewPlace};
use super::history::{self, History};
use super::near::{self, Nearby};
use super::proposals::{self, Proposal};
use super::store::{self, About, Bounds, CitySite, Mark};
use super::{CoordinatorSite, city, one_for_coordinator, quarters};
use crate::access::{Action, Caller, Role, Who};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::http::reading::{Path, Query, ReadJson};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use domain::city::CityQuarter;
use domain::fact::AgentAccess;
use domain::outing::Reason;
use domain::people::Title;
use domain::place::{Pictogram, SiteState};
use domain::time::DAY_MS;
use domain::{Invalid, Nature, Position, SiteId};
use geo::Centroid;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// `?bbox=west,south,east,north&zoom=14&state=seen&quarter=…&nature=…&days=30`
#[derive(Default, Deserialize)]
pub struct ListQuery {
    bbox: Option<String>,
    zoom: Option<String>,
    state: Option<String>,
    quarter: Option<String>,
    nature: Option<String>,
    days: Option<String>,
}

/// What was asked, checked.
struct Asked {
    within: Bounds,
    zoom: Option<u32>,
    nature: Option<Nature>,
    filter: Filter,
}

impl ListQuery {
    fn check(self, app: &App) -> Result<Asked, Invalid> {
        const DAYS_MAX: i64 = 36_500;
        let whole = |field, text: Option<String>, max: i64| {
            let n = text.map(|it| it.parse().ok().filter(|n| (0..=max).contains(n)));
            n.map(|it| it.ok_or_else(|| Invalid::new(field, "out_of_range")))
                .transpose()
        };
        let days: Option<i64> = whole("days", self.days, DAYS_MAX)?;
        let zoom: Option<i64> = whole("zoom", self.zoom, i64::from(ZOOM_MAX))?;
        Ok(Asked {
            within: self.bbox.as_deref().map_or(Ok(Bounds::ALL), bounds)?,
            zoom: zoom.and_then(|it| u32::try_from(it).ok()),
            nature: self.nature.as_deref().map(Nature::parse).transpose()?,
            filter: Filter {
                state: self.state.as_deref().map(SiteState::parse).transpose()?,
                quarter: self.quarter,
                since: days.map(|it| app.now().plus_ms(-it * DAY_MS)),
            },
        })
    }
}

/// `GET /api/v1/sites`: every site for a coordinator, public ones for everybody else. With a zoom,
/// as a map shows them: what is close together is one mark.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Value>, Problem> {
    let asked = query.check(&app)?;
    let is_coordinator = caller.role() == Role::Coordinator;
    let mut tx = app.db.read().await?;
    let mut features = Vec::new();
    if asked.nature != Some(Nature::Discreet) {
        let atlas = app.atlases.of(&mut tx, caller.programme).await?;
        let inside = |it: &&CitySite| asked.within.contains(it.at) && asked.filter.lets_site(it);
        let sites = atlas.sites.iter().map(Arc::as_ref).filter(inside);
        match asked.zoom {
            Some(zoom) => {
                features.extend(
                    atlas::clusters(sites, zoom)
                        .into_iter()
                        .map(cluster_feature),
                );
            }
            None => features.extend(sites.map(city_feature)),
        }
    }
    drop(tx);
    if is_coordinator && asked.nature != Some(Nature::Public) {
        features.append(&mut discreet_features(&app, &caller, &asked).await?);
    }
    Ok(Json(
        json!({"type": "FeatureCollection", "features": features}),
    ))
}

/// Discreet sites for a coordinator. From far they are numbers by quarter, which opens nothing;
/// from near, or without a zoom, those that may be in sight are opened.
async fn discreet_features(
    app: &App,
    caller: &Caller,
    asked: &Asked,
) -> Result<Vec<Value>, Problem> {
    /// From this zoom on a quarter fills the screen.
    const OPEN_ZOOM: u32 = SINGLE_ZOOM - 3;
    if asked.zoom.is_none_or(|it| it >= OPEN_ZOOM) {
        return opened_features(app, caller, asked, |_| true).await;
    }
    let mut tx = app.db.read().await?;
    let quarters = quarters::store::all(&mut tx, caller.programme).await?;
    let atlas = app.atlases.of(&mut tx, caller.programme).await?;
    drop(tx);
    let has_quarter = |mark: &Mark| {
        let mut all = quarters.all().iter();
        all.any(|it| mark.quarter.as_ref() == Some(&it.id))
    };
    let passing = atlas.discreet.iter();
    let passing = passing.filter(|it| asked.filter.lets_mark(it));
    let (known, outside): (Vec<&Mark>, Vec<&Mark>) = passing.partition(|it| has_quarter(it));
    let mut features = quarter_marks(&quarters, &known, asked.within);
    match crowd(&atlas, &outside, asked.within) {
        Some(crowd) => features.extend(crowd),
        None => {
            let few = opened_features(app, caller, asked, |it| !has_quarter(it)).await?;
            features.extend(few);
        }
    }
    Ok(features)
}

/// Those of the discreet sites that are asked for and within the box, opened.
async fn opened_features(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    wanted: impl Fn(&Mark) -> bool,
) -> Result<Vec<Value>, Problem> {
    let wanted = |it: &Mark| asked.filter.lets_mark(it) && wanted(it);
    let mut tx = app.db.write().await?;
    let inside = super::open_within(&mut tx, app, caller, asked.within, wanted).await?;
    tx.commit().await?;
    Ok(inside.into_iter().map(coordinator_feature).collect())
}

/// Discreet sites of no quarter that are too many to be opened for a map from far: one mark in the
/// middle of the town. It may lie outside the box: then nothing is shown of them.
fn crowd(atlas: &Atlas, outside: &[&Mark], within: Bounds) -> Option<Option<Value>> {
    /// More than these are one mark.
    const OPENED_FROM_FAR_MAX: usize = 50;
    let points = || atlas.sites.iter().map(|it| it.at);
    let n = atlas.sites.len() as f64;
    if outside.len() <= OPENED_FROM_FAR_MAX || atlas.sites.is_empty() {
        return None;
    }
    let lat = points().map(Position::lat).sum::<f64>() / n;
    let lon = points().map(Position::lon).sum::<f64>() / n;
    let at = Position::new(lat, lon).ok()?;
    let mark = || {
        cluster_json(
            (lat, lon),
            &by_state(outside.iter().copied()),
            Nature::Discreet,
        )
    };
    Some(within.contains(at).then(mark))
}

fn by_state<'a>(marks: impl Iterator<Item = &'a Mark>) -> BTreeMap<&'static str, u32> {
    let mut states = BTreeMap::new();
    for mark in marks {
        *states.entry(mark.visits.state().as_str()).or_insert(0) += 1;
    }
    states
}

/// One mark a quarter, in its middle: how many discreet sites it has, none of them opened.
fn quarter_marks(quarters: &quarters::Quarters, known: &[&Mark], within: Bounds) -> Vec<Value> {
    let marks = quarters.all().iter().filter_map(|quarter| {
        let here = |it: &&Mark| it.quarter.as_ref() == Some(&quarter.id);
        let states = by_state(known.iter().copied().filter(here));
        let middle = quarter.area.centroid()?;
        let at = Position::new(middle.y(), middle.x()).ok()?;
        let shown = !states.is_empty() && within.contains(at);
        shown.then(|| cluster_json((at.lat(), at.lon()), &states, Nature::Discreet))
    });
    marks.collect()
}

fn cluster_feature(cluster: Cluster<'_>) -> Value {
    match cluster.alone {
        Some(site) => city_feature(site),
        None => cluster_json(cluster.middle, &cluster.states, Nature::Public),
    }
}

fn cluster_json(
    (lat, lon): (f64, f64),
    states: &BTreeMap<&'static str, u32>,
    nature: Nature,
) -> Value {
    let count: u32 = states.values().sum();
    json!({
        "type": "Feature",
        "id": null,
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"cluster": true, "count": count, "states": states, "nature": nature},
    })
}

fn city_feature(site: &CitySite) -> Value {
    feature(
        site.id,
        Nature::Public,
        &site.title,
        site.at,
        site.state,
        &site.about,
    )
}

fn coordinator_feature(site: CoordinatorSite) -> Value {
    let mut it = feature(
        site.id,
        site.nature,
        &site.title,
        site.at,
        site.state,
        &site.about,
    );
    if site.nature == Nature::Discreet {
        it["properties"]["agent"] = json!(site.about.agent.map(AgentAccess::code));
    }
    it["properties"]["residents_agree"] = json!(site.residents_agree);
    it
}

fn feature(
    id: SiteId,
    nature: Nature,
    title: &str,
    at: Position,
    state: SiteState,
    about: &About,
) -> Value {
    json!({
        "type": "Feature",
        "id": id,
        "geometry": {"type": "Point", "coordinates": [at.lon(), at.lat()]},
        "properties": {
            "title": title, "nature": nature, "state": state, "origin": about.origin,
            "pictogram": about.pictogram.map(Pictogram::code), "quarter": about.quarter,
        },
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
    pictogram: Option<String>,
    agent: Option<String>,
}

impl CreateBody {
    fn check(self) -> Result<NewPlace, Invalid> {
        Ok(NewPlace {
            id: self.id.unwrap_or_else(|| SiteId(Uuid::now_v7())),
            nature: Nature::parse(&self.nature)?,
            title: Title::new("title", &self.title)?,
            at: Position::new(self.lat, self.lon)?,
            note: self.note.as_deref().map_or(Ok(None), words)?,
            residents_agree: self.residents_agree,
            pictogram: coded("pictogram", self.pictogram, Pictogram::from_code)?,
            agent: coded("agent", self.agent, AgentAccess::from_code)?,
        })
    }
}

fn words(text: &str) -> Result<Option<Reason>, Invalid> {
    let typed = Some(text).filter(|it| !it.trim().is_empty());
    typed.map(|it| Reason::new("note", it)).transpose()
}

fn coded<T>(
    field: &'static str,
    code: Option<String>,
    from: fn(&str) -> Option<T>,
) -> Result<Option<T>, Invalid> {
    let read = |it: String| from(&it).ok_or_else(|| Invalid::new(field, "unknown_value"));
    code.filter(|it| !it.is_empty()).map(read).transpose()
}

/// `POST /api/v1/sites`: coordinators any site, agents public ones, peers a proposal. The answer
/// tells what is known nearby, as far as the caller may know it.
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    ReadJson(body): ReadJson<CreateBody>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let new = body.check()?;
    let (id, at) = (new.id, new.at);
    let mut answer = match caller.who {
        Who::Peer(peer) => {
            let kept = proposals::propose(&app, &caller, peer, &(&new).into()).await?;
            proposal_json(&kept)
        }
        _ => make(&app, &caller, new).await?,
    };
    let mut tx = app.db.write().await?;
    let nearby: Vec<Nearby> = near::nearby(&mut tx, &app, &caller, at, id.0).await?;
    tx.commit().await?;
    answer["nearby"] = json!(nearby);
    Ok((StatusCode::CREATED, Json(answer)))
}

async fn make(app: &App, caller: &Caller, new: NewPlace) -> Result<Value, Problem> {
    let sent = new.clone();
    let mut tx = app.db.write().await?;
    let made = create::create(&mut tx, app, caller, new).await?;
    let stays = caller.role() == Role::Coordinator || sent.nature == Nature::Public;
    // Sent twice: the answer is what is there, as far as this caller may know it.
    let there = match stays {
        true => stored(&mut tx, app, caller, sent.id).await?,
        false => None,
    };
    let quarter = quarters::of_point(&mut tx, caller.programme, sent.at).await?;
    tx.commit().await?;
    match there {
        Some(there) => Ok(there),
        None if made => Err(Problem::internal("a site that was made is not there")),
        // An id of something this caller may not know: as if it were new, to the last word.
        None => {
            let about = About {
                origin: "city".into(),
                pictogram: sent.pictogram,
                quarter,
                ..About::default()
            };
            let title = sent.title.as_str();
            let state = SiteState::Seen;
            Ok(feature(sent.id, sent.nature, title, sent.at, state, &about))
        }
    }
}

/// A site that is there already, by the caller's wall.
async fn stored(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: SiteId,
) -> Result<Option<Value>, Problem> {
    let public = store::public_site(tx, caller.programme, id).await?;
    if caller.role() != Role::Coordinator {
        return Ok(public.as_ref().map(city_feature));
    }
    if let Some(site) = public {
        return Ok(Some(coordinator_feature(super::from_public(site))));
    }
    let sealed = store::discreet_site(tx, caller.programme, id).await?;
    let sealed = Vec::from_iter(sealed);
    let mut opened = super::open(tx, app, caller, Action::SitesShown, sealed).await?;
    Ok(opened.pop().map(coordinator_feature))
}

/// `GET /api/v1/sites/{id}`: one site, with its version as `ETag`.
pub async fn read(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SiteId>,
) -> Result<(HeaderMap, Json<Value>), Problem> {
    let mut tx = app.db.write().await?;
    let (version, json) = if caller.role() == Role::Coordinator {
        let site = one_for_coordinator(&mut tx, &app, &caller, id).await?;
        let (version, note) = (site.about.version, site.note.clone());
        let mut json = coordinator_feature(site);
        json["properties"]["note"] = json!(note);
        (version, json)
    } else {
        let site = store::public_site(&mut tx, caller.programme, id).await?;
        let site = site.ok_or_else(Problem::not_found)?;
        (site.about.version, city_feature(&site))
    };
    tx.commit().await?;
    let mut headers = HeaderMap::new();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        headers.insert(header::ETAG, tag);
    }
    Ok((headers, Json(json)))
}

/// What may change of a site; what is left out stays, null takes away.
#[derive(Default, Deserialize)]
pub struct ChangeBody {
    title: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
    #[serde(default, deserialize_with = "said")]
    note: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    pictogram: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    residents_agree: Option<Option<bool>>,
    #[serde(default, deserialize_with = "said")]
    agent: Option<Option<String>>,
    nature: Option<String>,
}

/// Tells « null » from what was left out.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl ChangeBody {
    fn check(self) -> Result<Change, Invalid> {
        let at = match (self.lat, self.lon) {
            (Some(lat), Some(lon)) => Some(Position::new(lat, lon)?),
            (None, None) => None,
            (None, Some(_)) => return Err(Invalid::new("lat", "missing")),
            (Some(_), None) => return Err(Invalid::new("lon", "missing")),
        };
        let title = self.title.map(|it| Title::new("title", &it)).transpose()?;
        let note = self.note.map(|it| it.as_deref().map_or(Ok(None), words));
        let pictogram = self
            .pictogram
            .map(|it| coded("pictogram", it, Pictogram::from_code));
        let agent = self
            .agent
            .map(|it| coded("agent", it, AgentAccess::from_code));
        Ok(Change {
            title,
            at,
            note: note.transpose()?,
            pictogram: pictogram.transpose()?,
            residents_agree: self.residents_agree,
            agent: agent.transpose()?,
            nature: self.nature.as_deref().map(Nature::parse).transpose()?,
        })
    }
}

/// `PATCH /api/v1/sites/{id}` with `If-Match`
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SiteId>,
    headers: HeaderMap,
    ReadJson(body): ReadJson<ChangeBody>,
) -> Result<(HeaderMap, Json<Value>), Problem> {
    let tag = headers.get(header::IF_MATCH);
    let tag = tag.ok_or_else(|| Problem::malformed("If-Match", "missing"))?;
    let version = tag.to_str().ok();
    let version = version.and_then(|it| it.trim_matches('"').parse().ok());
    let version = version.ok_or_else(|| Problem::malformed("If-Match", "not_a_version"))?;
    change::change(&app, &caller, id, version, body.check()?).await?;
    read(State(app), caller, Path(id)).await
}

/// `GET /api/v1/sites/{id}/history`
pub async fn history(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SiteId>,
) -> Result<Json<History>, Problem> {
    let mut tx = app.db.read().await?;
    history::of(&mut tx, &caller, id).await.map(Json)
}

/// The site that stays.
#[derive(Deserialize)]
pub struct MergeBody {
    into: SiteId,
}

/// `POST /api/v1/sites/{id}/merge`
pub async fn merge(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SiteId>,
    ReadJson(body): ReadJson<MergeBody>,
) -> Result<StatusCode, Problem> {
    change::merge(&app, &caller, id, body.into).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/sites/discreet`: what the city knows of discreet sites.
pub async fn discreet(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Problem> {
    let mut tx = app.db.read().await?;
    let lines: Vec<CityQuarter> = city::lines(&mut tx, caller.programme).await?;
    let lines: Vec<Value> = lines.iter().map(line_json).collect();
    Ok(Json(json!({"items": lines})))
}

fn line_json(line: &CityQuarter) -> Value {
    let mut it = json!(line.area);
    it["sites"] = json!(line.sites);
    it["states"] = json!(line.states);
    it["done_week"] = json!(line.done_week);
    it
}

/// A proposal, for a coordinator or for who made it.
pub fn proposal_json(it: &Proposal) -> Value {
    let (decision, reason, site) = match it.decision {
        None => ("waiting", None, None),
        Some((decision, _)) => {
            let reason = match decision {
                proposals::store::Decision::Declined(reason) => Some(reason),
                _ => None,
            };
            (decision.as_str(), reason, decision.site())
        }
    };
    json!({
        "id": it.id,
        "from": it.from,
        "received_at": it.received_at,
        "nature": it.nature,
        "lat": it.at.map(Position::lat),
        "lon": it.at.map(Position::lon),
        "note": it.note,
        "residents_agree": it.residents_agree,
        "agent": it.agent.map(AgentAccess::code),
        "decision": decision,
        "site": site,
        "reason": reason.map(|it| it.code()),
        "reason_words": reason.map(|it| it.label()),
        "words": it.words,
    })
}
