//! Is the process up, and can it serve?

use crate::app::App;
use axum::extract::State;
use axum::http::StatusCode;

/// `GET /healthz`: the process is up.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database is reachable and migrated, and the key file is there; otherwise 503,
/// and why.
pub async fn readyz(State(app): State<App>) -> (StatusCode, String) {
    match app.db.ready().await {
        // Without it new months have no key, and nothing new can be sealed.
        Ok(()) if !app.keys.is_there() => {
            let reason = "the key file cannot be read\n";
            (StatusCode::SERVICE_UNAVAILABLE, reason.into())
        }
        Ok(()) => (StatusCode::OK, "ready\n".into()),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
    }
}
