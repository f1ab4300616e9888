//! Lists: what the association issues and the payer downloads.

use crate::http::error::Problem;

/// Soon.
pub async fn coordinator_page() -> Problem {
    Problem::not_found()
}

/// Soon.
pub async fn issue_form() -> Problem {
    Problem::not_found()
}

/// Soon.
pub async fn clerk_page() -> Problem {
    Problem::not_found()
}
