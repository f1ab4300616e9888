//! What is wrong with a value that came from outside: which field, and why, as a stable code.

use serde::Serialize;
use std::fmt;

/// One thing wrong with one field. The code is part of the public contract (OpenAPI document).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Where: `data.count`, `recorded_at`…
    pub field: String,
    /// Why: `missing`, `out_of_range`, `null_island`…
    pub code: &'static str,
}

/// A value was refused: one field error, the first that was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid(pub FieldError);

impl Invalid {
    /// Names the field and the code.
    pub fn new(field: impl Into<String>, code: &'static str) -> Self {
        Self(FieldError {
            field: field.into(),
            code,
        })
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.field, self.0.code)
    }
}

impl std::error::Error for Invalid {}
