//! `cueillette routes`: the table of routes as JSON. What walks every page reads it here, so that
//! no page can be forgotten.

use super::{Failure, say};
use crate::access::Role;
use crate::http::table::{Kind, Route, table};
use serde::Serialize;

/// One line of the table.
#[derive(Serialize)]
struct Line {
    method: String,
    path: &'static str,
    kind: &'static str,
    roles: Vec<&'static str>,
    administrators: bool,
}

impl From<Route> for Line {
    fn from(route: Route) -> Self {
        Self {
            method: route.method.to_string(),
            path: route.path,
            kind: match route.kind {
                Kind::Page => "page",
                Kind::Api => "api",
                Kind::File => "file",
            },
            roles: route.roles.iter().copied().map(Role::as_str).collect(),
            administrators: route.administrators,
        }
    }
}

/// Prints it.
pub fn print() -> Result<(), Failure> {
    let lines: Vec<Line> = table().into_iter().map(Line::from).collect();
    say!("{}", serde_json::to_string(&lines)?)?;
    Ok(())
}
