//! Outings at a desk: list, detail, closing.

use crate::http::error::Problem;

/// Soon.
pub async fn list() -> Problem {
    Problem::not_found()
}

/// Soon.
pub async fn detail() -> Problem {
    Problem::not_found()
}

/// Soon.
pub async fn closing() -> Problem {
    Problem::not_found()
}
