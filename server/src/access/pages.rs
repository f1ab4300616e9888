//! The door: home by role, signing in and out.

use crate::http::error::Problem;

/// Soon.
pub async fn home() -> Problem {
    Problem::not_found()
}

/// Soon.
pub async fn sign_in_page() -> Problem {
    Problem::not_found()
}

/// Soon.
pub async fn sign_in() -> Problem {
    Problem::not_found()
}

/// Soon.
pub async fn sign_out() -> Problem {
    Problem::not_found()
}
