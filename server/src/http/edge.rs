//! The edge: every request passes here first and its answer last. It is counted, and what could not
//! be served is told in the log, once, in one line: which route, what answer, how long, why. Never
//! the path with its ids, the query, or anything that was sent.

use super::error::Problem;
use crate::app::App;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;

/// What no line of the table answers.
const NO_ROUTE: &str = "none";

/// Layer: counts and tells.
pub async fn edge(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let method = named(request.method());
    let response = next.run(request).await;
    let route = matched.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let (status, took) = (response.status(), begun.elapsed());
    app.metrics.answered((route, method), status, took);
    let (status, ms) = (status.as_u16(), took.as_millis());
    if !response.status().is_server_error() {
        tracing::debug!(route, method, status, ms, "request answered");
        return response;
    }
    let problem = response.extensions().get::<Problem>();
    let code = problem.map_or("internal", |it| it.code);
    let cause = problem.and_then(Problem::cause).unwrap_or("not told");
    app.metrics.failed(code);
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        tracing::warn!(route, method, status, ms, code, cause, "request not served");
    } else {
        tracing::error!(route, method, status, ms, code, cause, "request failed");
    }
    response
}

/// Anybody may send any word as a method: those that are none of ours are one.
fn named(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}
