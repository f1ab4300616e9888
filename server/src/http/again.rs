//! A request that the database undid is done again here, so that nobody hears of a deadlock, of a
//! connection that broke or of a primary that moved: they only wait.
//!
//! Only requests that mean the same when they are done twice: those that HTTP calls safe, and facts,
//! which have ids of their own. Whoever sent another one decides: its form, its program or its phone
//! is told 503 and `Retry-After`. A handler may have committed one transaction before the next was
//! undone, and from here nobody can tell.

use super::error::Problem;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::limits::BODY_BYTES_MAX;
use rand::Rng;
use std::time::Duration;

/// How often a request is done at most.
const TRIES_MAX: u32 = 3;
/// The pause before it is done again: two that undid each other do not meet once more.
const PAUSE_MS: std::ops::Range<u64> = 20..150;
/// What phones send.
const FACTS: &str = "/api/v1/facts";

/// Layer: does a request again that was undone.
pub async fn again(request: Request, next: Next) -> Response {
    if !may_be_done_twice(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        return Problem::too_large("body", "over_the_limit").into_response();
    };
    let mut tries_left = TRIES_MAX;
    loop {
        let request = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
        let response = next.clone().run(request).await;
        tries_left -= 1;
        let problem = response.extensions().get::<Problem>();
        if tries_left == 0 || !problem.is_some_and(|it| it.was_undone) {
            return response;
        }
        let pause_ms = rand::rng().random_range(PAUSE_MS);
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
    }
}

fn may_be_done_twice(request: &Request) -> bool {
    let is_facts = request.method() == Method::POST && request.uri().path() == FACTS;
    // What says that it is too long is refused before it is read.
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
    (is_facts || request.method().is_safe()) && announced.is_none_or(|it| it <= BODY_BYTES_MAX)
}
