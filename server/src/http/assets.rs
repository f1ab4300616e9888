//! What the build made for the phone: hashed, compressed, and embedded in the release binary.
//! (A debug build reads the folder, so that a new build needs no new compilation.)

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(RustEmbed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Site;

/// Hashed names of what pages refer to.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Assets {
    /// One id for page, glue and WASM: they come from one build or do not start.
    pub build_id: String,
    files: BTreeMap<String, File>,
}

#[derive(Clone, Debug, Deserialize)]
struct File {
    path: String,
}

impl Assets {
    /// From the build's own list. Without a build, pages have no style and the recorder no script:
    /// they say so by standing plain, and work.
    pub fn load() -> Self {
        let list = Site::get("assets.json");
        list.and_then(|file| serde_json::from_slice(&file.data).ok())
            .unwrap_or_default()
    }

    /// Was there a build?
    pub fn is_built(&self) -> bool {
        !self.files.is_empty()
    }

    /// Where a file is, by its logical name.
    pub fn path(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(|file| file.path.as_str())
    }
}

/// `GET /pkg/{file}`: its name changes with its content, so it is kept for a year.
pub async fn pkg(Path(file): Path<String>, headers: HeaderMap) -> Response {
    serve(
        &format!("pkg/{file}"),
        &headers,
        "public, max-age=31536000, immutable",
    )
}

/// The few files whose name does not change: worker, manifest, icons.
pub async fn named(uri: axum::http::Uri, headers: HeaderMap) -> Response {
    serve(uri.path().trim_start_matches('/'), &headers, "no-cache")
}

fn serve(name: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|it| it.to_str().ok())
        .unwrap_or("");
    let accepts = |encoding: &str| {
        let mut offers = accepted.split(',');
        offers.any(|it| it.split(';').next().unwrap_or("").trim() == encoding)
    };
    for (encoding, suffix) in [("br", ".br"), ("gzip", ".gz")] {
        if accepts(encoding)
            && let Some(file) = Site::get(&format!("{name}{suffix}"))
        {
            return answer(name, file.data, Some(encoding), cache);
        }
    }
    match Site::get(name) {
        Some(file) => answer(name, file.data, None, cache),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(
    name: &str,
    data: Cow<'static, [u8]>,
    encoding: Option<&'static str>,
    cache: &'static str,
) -> Response {
    let mut response = Response::new(Body::from(data.into_owned()));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static(content_type(name));
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
