//! The towns' base maps, as phones and desks take them: each file whole.

use super::error::Problem;
use crate::access::Caller;
use crate::app::App;
use crate::programmes;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path as InPath, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ProgrammeId;
use std::path::{Path, PathBuf};

/// `GET /base-map.json`: is there a base map of the caller's town, and which?
pub async fn base_map_info(State(app): State<App>, caller: Option<Extension<Caller>>) -> Response {
    map_info(map_of_caller(&app, caller).await).await
}

/// `GET /base-map.pmtiles`: the file of the caller's town, whole. Kept offline by the map; asked
/// again by ETag.
pub async fn base_map(
    State(app): State<App>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
) -> Response {
    map_file(map_of_caller(&app, caller).await, &headers).await
}

/// `GET /base-map/{file}`: the same of a programme that is named, `ID.json` or `ID.pmtiles`, for a
/// phone that has no cookie. A town's streets are no secret.
pub async fn named_base_map(
    State(app): State<App>,
    InPath(file): InPath<String>,
    headers: HeaderMap,
) -> Response {
    let Some((name, kind)) = file.split_once('.') else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let programme = name.parse::<ProgrammeId>();
    match (kind, programme) {
        ("json", Ok(it)) => map_info(map_of(&app, it).await).await,
        ("pmtiles", Ok(it)) => map_file(map_of(&app, it).await, &headers).await,
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn map_of_caller(app: &App, caller: Option<Extension<Caller>>) -> Option<PathBuf> {
    match caller {
        Some(caller) => map_of(app, caller.programme).await,
        None => app.base_maps.only().map(Into::into),
    }
}

/// A map that cannot be looked up now is none: sites stand on plain paper meanwhile.
async fn map_of(app: &App, programme: ProgrammeId) -> Option<PathBuf> {
    let mut tx = app.db.read().await.ok()?;
    let slug = programmes::slug(&mut tx, programme).await.ok()??;
    app.base_maps.of(&slug)
}

async fn map_info(path: Option<PathBuf>) -> Response {
    let Some((etag, bytes)) = map_state(path.as_deref()).await else {
        return axum::Json(serde_json::json!({"available": false})).into_response();
    };
    axum::Json(serde_json::json!({"available": true, "etag": etag, "bytes": bytes})).into_response()
}

async fn map_file(path: Option<PathBuf>, headers: &HeaderMap) -> Response {
    let (Some((etag, _)), Some(path)) = (map_state(path.as_deref()).await, path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(tag) = HeaderValue::from_str(&etag) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let bytes = match tokio::fs::read(path).await {
        Ok(bytes) => bytes,
        Err(e) => return Problem::internal(e).into_response(),
    };
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    let kind = HeaderValue::from_static("application/vnd.pmtiles");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Size and time of the file: enough to tell one extract from the next.
async fn map_state(path: Option<&Path>) -> Option<(String, u64)> {
    let meta = tokio::fs::metadata(path?).await.ok()?;
    let since = meta.modified().ok()?;
    let age = since.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some((
        format!("\"{:x}-{:x}\"", meta.len(), age.as_millis()),
        meta.len(),
    ))
}
