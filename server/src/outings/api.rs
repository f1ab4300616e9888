//! Outings and crew phones as JSON.

use super::revisions::{self, Corrects, Revision};
use super::summary::{self, Summary};
use super::{ShownCode, TypedPlan, crew, missing_now, shown_code, store};
use crate::access::{Caller, Role};
use crate::app::App;
use crate::db::Tx;
use crate::facts::hand_in;
use crate::http::client::ClientAddress;
use crate::http::error::Problem;
use crate::http::paging::{Page, Paging};
use crate::http::reading::Path;
use crate::http::reading::{MaybeJson, ReadJson};
use crate::{programmes, sites};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use domain::crew::{FactsAnswer, HandIn, JoinAnswer, JoinRequest, Pack};
use domain::fact::Whose;
use domain::limits::HAND_IN_BYTES_MAX;
use domain::{
    AccountId, Day, DeviceId, Instant, Invalid, OutingId, PeerId, ProgrammeId, Settings, SiteId,
};
use serde::{Deserialize, Serialize};
use store::{Crew, Outing};
use uuid::Uuid;

/// `POST /api/v1/crew/join`
pub async fn join(
    State(app): State<App>,
    ClientAddress(from): ClientAddress,
    ReadJson(asked): ReadJson<JoinRequest>,
) -> Result<Json<JoinAnswer>, Problem> {
    crew::join(&app, from, &asked).await.map(Json)
}

/// `GET /api/v1/crew/pack`
pub async fn pack(State(app): State<App>, caller: Caller) -> Result<Json<Pack>, Problem> {
    crew::pack(&app, &caller).await.map(Json)
}

/// An outing, as far as the reader's wall lets through.
#[derive(Serialize)]
pub struct OutingJson {
    id: OutingId,
    day: Day,
    starts_at: Option<String>,
    meeting_point: Option<String>,
    state: &'static str,
    /// In the order of the walk; an agent is told the public ones only, by id, a peer none.
    sites: Vec<SiteId>,
    opened_at: Option<Instant>,
    closed_at: Option<Instant>,
    version: i64,
    #[serde(flatten)]
    readiness: Option<ReadinessJson>,
}

/// The green light and who is expected, for coordinators.
#[derive(Serialize)]
struct ReadinessJson {
    expected_peers: Vec<PeerId>,
    expected_staff: Vec<AccountId>,
    series: Option<Uuid>,
    agent_told: bool,
    coordinators: u32,
    agents: u32,
    equipment: Vec<String>,
    missing: Vec<String>,
    overridden: bool,
}

async fn json_of(
    tx: &mut Tx,
    caller: &Caller,
    settings: &Settings,
    outing: Outing,
) -> Result<OutingJson, Problem> {
    let programme = caller.programme;
    let sites = match caller.role() {
        Role::Coordinator => store::site_ids(tx, programme, outing.id).await?,
        Role::Agent => {
            let public = sites::store::public_sites_of(tx, programme, outing.id).await?;
            // By id: the order of a walk would tell where its discreet places are.
            let mut ids: Vec<SiteId> = public.into_iter().map(|site| site.id).collect();
            ids.sort();
            ids
        }
        _ => Vec::new(),
    };
    let readiness = match caller.role() {
        Role::Coordinator => Some(readiness_of(tx, programme, settings, &outing).await?),
        _ => None,
    };
    Ok(OutingJson {
        id: outing.id,
        day: outing.day,
        starts_at: outing.starts_at,
        meeting_point: outing.meeting_point,
        state: outing.state.as_str(),
        sites,
        opened_at: outing.opened_at,
        closed_at: outing.closed_at,
        version: outing.version,
        readiness,
    })
}

async fn readiness_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    settings: &Settings,
    outing: &Outing,
) -> Result<ReadinessJson, Problem> {
    let missing = missing_now(tx, programme, settings, outing).await?;
    let crew = store::crew(tx, programme, outing.id).await?;
    Ok(ReadinessJson {
        expected_peers: crew.peers,
        expected_staff: crew.staff,
        series: outing.series,
        agent_told: outing.agent_told,
        missing: missing.iter().map(|it| it.code()).collect(),
        coordinators: outing.ready.coordinators,
        agents: outing.ready.agents,
        equipment: outing.ready.equipment.clone(),
        overridden: outing.overridden,
    })
}

/// Reads an outing again and answers it.
async fn answer(app: &App, caller: &Caller, outing: Outing) -> Result<Json<OutingJson>, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    json_of(&mut tx, caller, &settings, outing).await.map(Json)
}

/// `GET /api/v1/outings`: newest first; `after` is the id of the last one seen.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<Page<OutingJson>>, Problem> {
    let mut tx = app.db.read().await?;
    let before = match paging.after {
        Some(id) => {
            let last = store::find(&mut tx, caller.programme, OutingId(id)).await?;
            let last = last.ok_or_else(|| Invalid::new("after", "unknown_outing"))?;
            (last.day, last.id)
        }
        None => store::AFTER_THE_LAST,
    };
    let rows = store::page(&mut tx, caller.programme, before, paging.limit + 1).await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let page = paging.page(rows, |outing| outing.id.0);
    let mut items = Vec::with_capacity(page.items.len());
    for outing in page.items {
        items.push(json_of(&mut tx, &caller, &settings, outing).await?);
    }
    Ok(Json(Page {
        items,
        next: page.next,
    }))
}

/// A plan, under an id made by the caller. Flat by hand: a flattened field has no name in errors.
#[derive(Deserialize)]
pub struct CreateBody {
    id: Option<OutingId>,
    day: String,
    starts_at: Option<String>,
    meeting_point: Option<String>,
    #[serde(default)]
    sites: Vec<SiteId>,
    peers: Option<Vec<PeerId>>,
    staff: Option<Vec<AccountId>>,
    repeat_until: Option<String>,
}

/// Who is expected; either half left out is nobody, both left out says nothing.
fn crew_of(peers: Option<Vec<PeerId>>, staff: Option<Vec<AccountId>>) -> Option<Crew> {
    (peers.is_some() || staff.is_some()).then(|| Crew {
        peers: peers.unwrap_or_default(),
        staff: staff.unwrap_or_default(),
    })
}

/// `POST /api/v1/outings`
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    ReadJson(body): ReadJson<CreateBody>,
) -> Result<(StatusCode, Json<OutingJson>), Problem> {
    let id = body.id.unwrap_or_else(|| OutingId(Uuid::now_v7()));
    let plan = TypedPlan {
        day: body.day,
        starts_at: body.starts_at,
        meeting_point: body.meeting_point,
        sites: body.sites,
        crew: crew_of(body.peers, body.staff),
        repeat_until: body.repeat_until,
    };
    let outing = super::plan(&app, &caller, id, &plan).await?;
    let json = answer(&app, &caller, outing).await?;
    Ok((StatusCode::CREATED, json))
}

/// `GET /api/v1/outings/{id}`
pub async fn read(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<(HeaderMap, Json<OutingJson>), Problem> {
    let mut tx = app.db.read().await?;
    let outing = super::get(&mut tx, &caller, id).await?;
    drop(tx);
    let mut headers = HeaderMap::new();
    if let Ok(tag) = format!("\"{}\"", outing.version).parse() {
        headers.insert(header::ETAG, tag);
    }
    Ok((headers, answer(&app, &caller, outing).await?))
}

/// What may change of a plan; what is left out stays.
#[derive(Deserialize)]
pub struct ChangeBody {
    day: Option<String>,
    starts_at: Option<String>,
    meeting_point: Option<String>,
    sites: Option<Vec<SiteId>>,
    peers: Option<Vec<PeerId>>,
    staff: Option<Vec<AccountId>>,
}

/// `PATCH /api/v1/outings/{id}` with `If-Match`
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    headers: HeaderMap,
    ReadJson(body): ReadJson<ChangeBody>,
) -> Result<Json<OutingJson>, Problem> {
    let tag = headers.get(header::IF_MATCH);
    let tag = tag.ok_or_else(|| Problem::malformed("If-Match", "missing"))?;
    let version = tag.to_str().ok();
    let version = version.and_then(|it| it.trim_matches('"').parse().ok());
    let version = version.ok_or_else(|| Problem::malformed("If-Match", "not_a_version"))?;
    let mut tx = app.db.read().await?;
    let now = super::get(&mut tx, &caller, id).await?;
    let sites_now = store::site_ids(&mut tx, caller.programme, id).await?;
    let crew_now = store::crew(&mut tx, caller.programme, id).await?;
    drop(tx);
    let plan = TypedPlan {
        day: body.day.unwrap_or_else(|| now.day.to_string()),
        starts_at: body.starts_at.or(now.starts_at),
        meeting_point: body.meeting_point.or(now.meeting_point),
        sites: body.sites.unwrap_or(sites_now),
        crew: Some(Crew {
            peers: body.peers.unwrap_or(crew_now.peers),
            staff: body.staff.unwrap_or(crew_now.staff),
        }),
        repeat_until: None,
    };
    let outing = super::replan(&app, &caller, id, version, &plan).await?;
    answer(&app, &caller, outing).await
}

/// Why it is opened without a green light.
#[derive(Default, Deserialize)]
pub struct OpenBody {
    #[serde(rename = "override")]
    override_reason: Option<String>,
}

/// `POST /api/v1/outings/{id}/open`
pub async fn open(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    MaybeJson(body): MaybeJson<OpenBody>,
) -> Result<Json<OutingJson>, Problem> {
    let reason = body.override_reason.as_deref();
    let outing = super::open(&app, &caller, id, reason).await?;
    answer(&app, &caller, outing).await
}

/// Said a second time: phones may still hold facts.
#[derive(Default, Deserialize)]
pub struct CloseBody {
    #[serde(default)]
    anyway: bool,
}

/// `POST /api/v1/outings/{id}/close`
pub async fn close(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    MaybeJson(body): MaybeJson<CloseBody>,
) -> Result<Json<OutingJson>, Problem> {
    let outing = super::close(&app, &caller, id, body.anyway).await?;
    answer(&app, &caller, outing).await
}

/// `POST /api/v1/outings/{id}/cancel`
pub async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<Json<OutingJson>, Problem> {
    let outing = super::cancel(&app, &caller, id).await?;
    answer(&app, &caller, outing).await
}

/// A joining code.
#[derive(Serialize)]
pub struct CodeJson {
    code: String,
    expires_at: Instant,
}

/// `{"renew": true}` makes a new code even when one opens.
#[derive(Default, Deserialize)]
pub struct CodeBody {
    #[serde(default)]
    renew: bool,
}

/// `POST /api/v1/outings/{id}/code`: the code that opens now, or a new one.
pub async fn code(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    MaybeJson(body): MaybeJson<CodeBody>,
) -> Result<Json<CodeJson>, Problem> {
    let mut tx = app.db.read().await?;
    let outing = super::get(&mut tx, &caller, id).await?;
    drop(tx);
    let shown = shown_code(&app, caller.programme, &outing).filter(|_| !body.renew);
    let ShownCode { code, expires_at } = match shown {
        Some(shown) => shown,
        None => super::renew_code(&app, &caller, id).await?,
    };
    Ok(Json(CodeJson {
        code: code.to_string(),
        expires_at,
    }))
}

/// `POST /api/v1/outings/{id}/my-phone`: a code that makes one phone the caller's own.
pub async fn my_phone(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<(StatusCode, Json<CodeJson>), Problem> {
    let ShownCode { code, expires_at } = super::personal_code(&app, &caller, id).await?;
    let json = CodeJson {
        code: code.to_string(),
        expires_at,
    };
    Ok((StatusCode::CREATED, Json(json)))
}

/// `POST /api/v1/outings/{id}/hand-in`: facts that a phone could not send.
pub async fn hand_in(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    ReadJson(file): ReadJson<HandIn, HAND_IN_BYTES_MAX>,
) -> Result<Json<FactsAnswer>, Problem> {
    hand_in::hand_in(&app, &caller, id, &file).await.map(Json)
}

/// A peer took part, or not after all.
#[derive(Deserialize)]
pub struct PresenceBody {
    peer: PeerId,
    present: bool,
}

/// `POST /api/v1/outings/{id}/presences`
pub async fn presence(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    ReadJson(body): ReadJson<PresenceBody>,
) -> Result<Json<Summary>, Problem> {
    super::mark_presence(&app, &caller, id, body.peer, body.present).await?;
    summary_of(&app, &caller, id).await
}

/// Codes of the equipment that was checked.
#[derive(Deserialize)]
pub struct EquipmentBody {
    checked: Vec<String>,
}

/// `POST /api/v1/outings/{id}/equipment`
pub async fn equipment(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    ReadJson(body): ReadJson<EquipmentBody>,
) -> Result<Json<OutingJson>, Problem> {
    let outing = super::set_equipment(&app, &caller, id, &body.checked).await?;
    answer(&app, &caller, outing).await
}

/// How many of the staff are there.
#[derive(Deserialize)]
pub struct StaffBody {
    coordinators: u32,
    #[serde(default)]
    agents: u32,
}

/// `POST /api/v1/outings/{id}/staff`
pub async fn staff(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    ReadJson(body): ReadJson<StaffBody>,
) -> Result<Json<OutingJson>, Problem> {
    let outing = super::set_staff(&app, &caller, id, body.coordinators, body.agents).await?;
    answer(&app, &caller, outing).await
}

/// `GET /api/v1/outings/{id}/summary`
pub async fn summary(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<Json<Summary>, Problem> {
    summary_of(&app, &caller, id).await
}

async fn summary_of(app: &App, caller: &Caller, id: OutingId) -> Result<Json<Summary>, Problem> {
    let mut tx = app.db.read().await?;
    super::get(&mut tx, caller, id).await?;
    summary::of(&mut tx, caller.programme, id).await.map(Json)
}

/// What a revision corrects, and why.
#[derive(Deserialize)]
pub struct RevisionBody {
    id: Option<Uuid>,
    corrects: String,
    peer: Option<PeerId>,
    present: Option<bool>,
    reason: String,
}

/// `POST /api/v1/outings/{id}/revisions`: corrects a closed outing, which itself never changes.
pub async fn revise(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    ReadJson(body): ReadJson<RevisionBody>,
) -> Result<(StatusCode, Json<Revision>), Problem> {
    let corrects = match body.corrects.as_str() {
        "late_facts" => Corrects::LateFacts,
        "presence" => Corrects::Presence {
            peer: body.peer.ok_or_else(|| Invalid::new("peer", "missing"))?,
            present: body
                .present
                .ok_or_else(|| Invalid::new("present", "missing"))?,
        },
        _ => return Err(Invalid::new("corrects", "unknown_value").into()),
    };
    let made = body.id.unwrap_or_else(Uuid::now_v7);
    let revision = revisions::make(&app, &caller, id, made, corrects, &body.reason).await?;
    Ok((StatusCode::CREATED, Json(revision)))
}

/// Whose a phone is.
#[derive(Deserialize)]
pub struct ConfirmBody {
    whose: String,
}

/// `POST /api/v1/outings/{id}/phones/{device}/confirm`
pub async fn confirm_phone(
    State(app): State<App>,
    caller: Caller,
    Path((id, device)): Path<(OutingId, DeviceId)>,
    ReadJson(body): ReadJson<ConfirmBody>,
) -> Result<StatusCode, Problem> {
    let whose = Whose::from_code(&body.whose);
    let whose = whose.ok_or_else(|| Invalid::new("whose", "unknown_value"))?;
    super::confirm_phone(&app, &caller, id, device, whose).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/outings/{id}/phones/{device}/revoke`
pub async fn revoke_phone(
    State(app): State<App>,
    caller: Caller,
    Path((id, device)): Path<(OutingId, DeviceId)>,
) -> Result<StatusCode, Problem> {
    super::revoke_phone(&app, &caller, id, device).await?;
    Ok(StatusCode::NO_CONTENT)
}
