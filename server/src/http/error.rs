//! What went wrong, as RFC 9457 problem details (or a page that says what to do next).
//!
//! Which one to use: [`Problem::malformed`] for what cannot be read at all; [`Problem::invalid`]
//! for a field with a wrong value; [`Problem::not_found`] for an unknown id or one of another
//! programme; [`Problem::state`] when the thing is not in a state that allows it;
//! [`Problem::internal`] for our own failures: logged once, at the edge, and told without detail.

use crate::access::keys::KeyError;
use crate::access::seal::SealError;
use crate::db::{DbError, Fault};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{FieldError, Invalid};
use serde_json::json;
use std::sync::Arc;
use words::desk::http::error as say;
use words::{Lang, Text, problem};

/// A request that could not be served.
#[derive(Clone, Debug)]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable, for programs; listed in the OpenAPI document.
    pub code: &'static str,
    /// For a person, in French: what happened and what to do.
    pub detail: String,
    /// Which fields, for 422 and its kin.
    pub errors: Vec<FieldError>,
    /// Seconds to wait, for 429, 503 and 507.
    pub retry_after_s: Option<u32>,
    /// The database undid it, or lost the link: the same may pass at once (see [`super::again`]).
    pub was_undone: bool,
    /// What failed of ours: for the log, and for nobody who asked.
    cause: Option<Arc<str>>,
}

/// What peers are told too, in French.
fn everyone(text: Text) -> &'static str {
    Lang::FRENCH.say(text)
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_s: None,
            was_undone: false,
            cause: None,
        }
    }

    /// 400: cannot be read at all. `field` is `body` or the name of the part.
    pub fn malformed(field: &str, code: &'static str) -> Self {
        let mut it = Self::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            everyone(problem::MALFORMED),
        );
        it.errors = vec![Invalid::new(field, code).0];
        it
    }

    /// 401: nobody we know, or no longer.
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            say::UNAUTHENTICATED,
        )
    }

    /// 403: somebody else's room.
    pub fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            everyone(problem::FORBIDDEN),
        )
    }

    /// 403: a browser sent it from another site.
    pub fn cross_site() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            everyone(problem::CROSS_SITE),
        )
    }

    /// 403: what was recorded for one account is not sent under another.
    pub fn other_account() -> Self {
        Self::new(StatusCode::FORBIDDEN, "other_account", say::OTHER_ACCOUNT)
    }

    /// 404: unknown, or of another programme, which is the same.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            everyone(problem::NOT_FOUND),
        )
    }

    /// 404 that names the field which led nowhere.
    pub fn unknown(field: &str, code: &'static str, detail: &str) -> Self {
        let mut it = Self::new(StatusCode::NOT_FOUND, code, detail);
        it.errors = vec![Invalid::new(field, code).0];
        it
    }

    /// 405: the path is there, the method is not.
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            say::METHOD_NOT_ALLOWED,
        )
    }

    /// 409: not in a state that allows this.
    pub fn state(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 410: it was there, or never was: it will not come back.
    pub fn gone(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, code, detail)
    }

    /// 412: somebody changed it meanwhile.
    pub fn changed_meanwhile() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "changed_meanwhile",
            say::CHANGED_MEANWHILE,
        )
    }

    /// 413: over a named limit.
    pub fn too_large(field: &str, code: &'static str) -> Self {
        let mut it = Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            everyone(problem::TOO_LARGE),
        );
        it.errors = vec![Invalid::new(field, code).0];
        it
    }

    /// 415: not the content type asked for.
    pub fn unsupported_media_type() -> Self {
        let mut it = Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            say::UNSUPPORTED_MEDIA_TYPE,
        );
        it.errors = vec![Invalid::new("Content-Type", "unsupported").0];
        it
    }

    /// 431: more headers than a browser sends.
    pub fn headers_too_large() -> Self {
        Self::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "headers_too_large",
            say::HEADERS_TOO_LARGE,
        )
    }

    /// 422: read, but a field is wrong.
    pub fn invalid(wrong: Invalid) -> Self {
        let mut it = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            everyone(problem::INVALID),
        );
        it.errors = vec![wrong.0];
        it
    }

    /// 429: wait.
    pub fn too_many(retry_after_s: u32) -> Self {
        let mut it = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_tries",
            everyone(problem::TOO_MANY_TRIES),
        );
        it.retry_after_s = Some(retry_after_s);
        it
    }

    /// Something the person can mend on the page they sent it from: what they asked of is there.
    pub fn is_for_the_form(&self) -> bool {
        let is_gone = self.status == StatusCode::NOT_FOUND && self.errors.is_empty();
        self.status.is_client_error() && !is_gone
    }

    /// 500: our fault. `cause` goes to the log, once, and nowhere else.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let mut it = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            everyone(problem::INTERNAL),
        );
        it.cause = Some(cause.to_string().into());
        it
    }

    /// What failed of ours, for the log.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// 503: no time or no database for it now; nothing was done.
    pub fn busy(cause: impl std::fmt::Display) -> Self {
        const RETRY_AFTER_S: u32 = 5;
        let mut it = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            everyone(problem::UNAVAILABLE),
        );
        it.retry_after_s = Some(RETRY_AFTER_S);
        it.cause = Some(cause.to_string().into());
        it
    }

    /// 507: the disk takes no more; nothing was done. It passes once somebody made room.
    pub fn disk_full(cause: impl std::fmt::Display) -> Self {
        const RETRY_AFTER_S: u32 = 30;
        let mut it = Self::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "disk_full",
            everyone(problem::DISK_FULL),
        );
        it.retry_after_s = Some(RETRY_AFTER_S);
        it.cause = Some(cause.to_string().into());
        it
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": format!("urn:cueillette:problem:{}", self.code),
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        if !self.errors.is_empty() {
            body["errors"] = json!(self.errors);
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // Pages are told in words: their layer finds the problem here.
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Invalid> for Problem {
    fn from(wrong: Invalid) -> Self {
        Self::invalid(wrong)
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error.fault() {
            it @ (Fault::Again | Fault::Lost | Fault::Away) => {
                let mut busy = Self::busy(&error);
                busy.was_undone = it != Fault::Away;
                busy
            }
            Fault::Full => Self::disk_full(&error),
            Fault::Ours => Self::internal(&error),
        }
    }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        Self::internal(&error)
    }
}

impl From<SealError> for Problem {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Db(error) => error.into(),
            SealError::Key(error) => error.into(),
        }
    }
}
