//! Where this server is reached from outside, to be written into a code that phones scan.

use super::error::Problem;
use crate::app::App;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

/// `https://cueillette.example`, without a slash at the end.
pub struct Origin(pub String);

impl FromRequestParts<App> for Origin {
    type Rejection = Problem;

    /// As the operator set it; otherwise as the browser that asks reaches it.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(set) = &app.public_url {
            return Ok(Self(set.to_string()));
        }
        let host = parts.headers.get(header::HOST);
        let host = host.and_then(|it| it.to_str().ok());
        let host = host.or_else(|| parts.uri.authority().map(|it| it.as_str()));
        Ok(Self(from_host(host.unwrap_or("localhost"))))
    }
}

/// HTTPS, but for this machine: nothing else works offline or keeps a session.
fn from_host(host: &str) -> String {
    let known = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    let host = if host.chars().all(known) {
        host
    } else {
        "localhost"
    };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.split(':').next().unwrap_or(host),
    };
    let address = name.parse::<std::net::IpAddr>();
    let loopback = name == "localhost"
        || name.ends_with(".localhost")
        || address.is_ok_and(|it| it.is_loopback());
    let scheme = if loopback { "http" } else { "https" };
    format!("{scheme}://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_reached_over_https_but_on_this_machine() {
        for (host, origin) in [
            ("cueillette.example", "https://cueillette.example"),
            ("cueillette.example:8443", "https://cueillette.example:8443"),
            ("192.0.2.7", "https://192.0.2.7"),
            ("localhost:3000", "http://localhost:3000"),
            ("127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("[::1]:3000", "http://[::1]:3000"),
            ("un\"autre", "http://localhost"),
        ] {
            assert_eq!(from_host(host), origin);
        }
    }
}
