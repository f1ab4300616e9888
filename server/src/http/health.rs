//! Is the process up, and can it serve?

use crate::app::App;
use axum::extract::State;
use axum::http::StatusCode;

/// `GET /healthz`: the process is up.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database is reachable and migrated; 503 otherwise.
pub async fn readyz(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.db.is_ready().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "database not ready\n")
    }
}
