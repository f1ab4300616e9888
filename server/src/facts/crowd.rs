//! Phones that come back at the same second: what they send shares a memory that has an end.
//!
//! A body waits as the bytes it is, and only so many batches are read at a time, since a batch that
//! is read takes several times its bytes. Who finds no room is told when to come again, before any
//! of their body is taken in.

use crate::app::App;
use crate::http::error::Problem;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::limits::{BATCHES_AT_ONCE_MAX, BODIES_WAITING_KIB_MAX, BODY_BYTES_MAX};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What phones send to.
const FACTS: &str = "/api/v1/facts";

/// The room that all senders of facts share.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// For bodies, in KiB.
    room: Arc<Semaphore>,
    /// For batches that are read.
    desks: Arc<Semaphore>,
}

impl Default for Crowd {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(BODIES_WAITING_KIB_MAX)),
            desks: Arc::new(Semaphore::new(BATCHES_AT_ONCE_MAX)),
        }
    }
}

/// Layer: the body of a batch has its room from before it is taken in until it is answered.
pub async fn room(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || request.uri().path() != FACTS {
        return next.run(request).await;
    }
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
    // What is longer is refused by what it says, and what says nothing is cut there.
    let bytes = announced.unwrap_or(BODY_BYTES_MAX).clamp(1, BODY_BYTES_MAX);
    let kib = u32::try_from(bytes.div_ceil(1_024)).unwrap_or(u32::MAX);
    let Ok(_held) = app.crowd.room.try_acquire_many(kib) else {
        return Problem::busy("no room for more facts that wait").into_response();
    };
    next.run(request).await
}

/// A place among the batches that are read at a time. Taken before the body is read as JSON, which
/// by then is here as a whole (`http/again.rs`): who sends slowly keeps no place.
pub struct AtDesk {
    _place: OwnedSemaphorePermit,
}

impl FromRequestParts<App> for AtDesk {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Problem> {
        let place = Arc::clone(&app.crowd.desks).acquire_owned().await;
        let place = place.map_err(Problem::internal)?;
        Ok(Self { _place: place })
    }
}
