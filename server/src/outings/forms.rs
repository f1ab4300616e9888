//! Forms of outings.

use crate::http::error::Problem;

/// Soon.
pub async fn create() -> Problem {
    Problem::not_found()
}

/// Soon.
pub async fn code() -> Problem {
    Problem::not_found()
}

/// Soon.
pub async fn departure() -> Problem {
    Problem::not_found()
}

/// Soon.
pub async fn presence() -> Problem {
    Problem::not_found()
}

/// Soon.
pub async fn phone() -> Problem {
    Problem::not_found()
}

/// Soon.
pub async fn close() -> Problem {
    Problem::not_found()
}

/// Soon.
pub async fn cancel() -> Problem {
    Problem::not_found()
}
