//! What every answer goes through: safety headers, problems told as pages, compression, limits.

use super::error::Problem;
use super::language::Reader;
use super::page;
use crate::app::App;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::limits::HEADERS_BYTES_MAX;

/// Scripts are files of this server only; WASM may be compiled. Nothing inline, nobody else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// Once reached over HTTPS, never again without, for two years.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Layer: safety headers on every answer; what is not said to be kept is not kept.
pub async fn safety_headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if app.is_behind_tls() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Layer: no browser sends headers as long as that.
pub async fn header_room(request: Request, next: Next) -> Response {
    let headers = request.headers().iter();
    let bytes: usize = headers
        .map(|(name, it)| name.as_str().len() + it.len())
        .sum();
    if bytes > HEADERS_BYTES_MAX {
        return Problem::headers_too_large().into_response();
    }
    next.run(request).await
}

/// Layer of pages: a problem is told in words, and who is not signed in is asked to.
pub async fn problems_as_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let wanted = request.uri().path_and_query().map(ToString::to_string);
    let reader = Reader::of(&request);
    let is_get = request.method() == axum::http::Method::GET;
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else {
        return response;
    };
    if problem.status == StatusCode::UNAUTHORIZED {
        let is_peers = wanted.as_deref().is_some_and(wanted_by_peers);
        let back = wanted.filter(|_| is_get).unwrap_or_else(|| "/".into());
        let door = if is_peers { "/entrer" } else { "/connexion" };
        let to = format!("{door}?vers={}", percent_encode(&back));
        return Redirect::to(&to).into_response();
    }
    let mut told = (problem.status, page::problem(&app.assets, reader, &problem)).into_response();
    if let Some(seconds) = problem.retry_after_s {
        let headers = told.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    // The edge tells why.
    told.extensions_mut().insert(problem);
    told
}

/// A page that only a peer's card opens.
fn wanted_by_peers(path: &str) -> bool {
    path == "/moi" || path.starts_with("/moi/") || path.starts_with("/moi?")
}

/// Encodes a value of a query: everything but unreserved characters (RFC 3986).
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
