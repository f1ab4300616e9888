//! Lists take `?limit&after` and answer `{items, next}`.

use super::error::Problem;
use super::reading::Query;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::Invalid;
use domain::limits::{PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What was asked.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    /// At most so many items.
    pub limit: u32,
    /// After this one.
    pub after: Option<Uuid>,
}

/// One page of a list.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// What to give as `after` for the next page; null at the end.
    pub next: Option<Uuid>,
}

impl Paging {
    /// Cuts a page out of rows read with one more than the limit.
    pub fn page<T>(&self, mut rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(id);
        Page { items: rows, next }
    }
}

#[derive(Deserialize)]
struct Raw {
    limit: Option<String>,
    after: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(raw) = Query::<Raw>::from_request_parts(parts, state).await?;
        let limit = match raw.limit {
            None => PAGE_ITEMS_DEFAULT,
            Some(text) => text
                .parse()
                .ok()
                .filter(|n| (1..=PAGE_ITEMS_MAX).contains(n))
                .ok_or_else(|| Invalid::new("limit", "out_of_range"))?,
        };
        let after = raw
            .after
            .map(|text| text.parse().map_err(|_| Invalid::new("after", "not_an_id")))
            .transpose()?;
        Ok(Self { limit, after })
    }
}
