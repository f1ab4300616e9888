//! The address a request comes from. Proxies are configured, never guessed: a header that anyone
//! can write is read only when the connection comes from a proxy the operator named.

use crate::app::App;
use crate::http::error::Problem;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

/// The header by which proxies say whom they speak for, each adding to the right.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Addresses that begin alike: `10.0.0.0/8`, `2001:db8::/32`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    bits: u32,
}

impl Network {
    /// Is this address one of them?
    pub fn holds(&self, address: IpAddr) -> bool {
        let alike = |a: u128, b: u128, width: u32| {
            self.bits == 0 || (a ^ b) >> (width - self.bits.min(width)) == 0
        };
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                alike(u128::from(a.to_bits()), u128::from(b.to_bits()), 32)
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => alike(a.to_bits(), b.to_bits(), 128),
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is neither an address nor a network like 10.0.0.0/8");
        let (first, bits) = text.trim().split_once('/').unzip();
        let first: IpAddr = first.unwrap_or(text.trim()).parse().map_err(|_| wrong())?;
        let width = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(width), |it| it.parse().map_err(|_| wrong()))?;
        if bits > width {
            return Err(wrong());
        }
        Ok(Self { first, bits })
    }
}

/// The address of whoever asks, as far as it can be trusted.
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<App> for ClientAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // Without a connection (a test that calls the router), everybody is one address.
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |it| it.0.ip());
        Ok(Self(client(&app.trusted_proxies, peer, &parts.headers)))
    }
}

/// From the nearest proxy outwards: the first address that is not a trusted proxy's own.
fn client(trusted: &[Network], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let is_proxy = |it: IpAddr| trusted.iter().any(|network| network.holds(it));
    let lines = headers.get_all(FORWARDED_FOR).iter();
    let said: Vec<&str> = lines
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .collect();
    let mut known = peer;
    for said in said.into_iter().rev() {
        if !is_proxy(known) {
            break;
        }
        // What is no address says nothing, nor does anything to its left.
        let Some(next) = address_of(said.trim()) else {
            break;
        };
        known = next;
    }
    known
}

/// Some proxies write the port, too.
fn address_of(said: &str) -> Option<IpAddr> {
    let with_port = || said.parse::<SocketAddr>().ok().map(|it| it.ip());
    said.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn seen(trusted: &[&str], peer: &str, said: &[&'static str]) -> String {
        let trusted: Vec<Network> = trusted.iter().map(|it| it.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for line in said {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
        }
        client(&trusted, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_forged_header_is_nothing_without_a_proxy_the_operator_named() {
        assert_eq!(seen(&[], "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        let proxy = ["10.0.0.0/8"];
        assert_eq!(
            seen(&proxy, "203.0.113.9", &["198.51.100.1"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn a_trusted_proxy_says_who_asks_and_what_came_before_it_is_not_believed() {
        let proxy = ["10.0.0.0/8", "2001:db8::/32"];
        assert_eq!(seen(&proxy, "10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        // The client wrote the first one itself.
        assert_eq!(
            seen(&proxy, "10.1.2.3", &["127.0.0.1, 198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(
            seen(&proxy, "10.1.2.3", &["127.0.0.1", "198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(
            seen(&proxy, "2001:db8::1", &["198.51.100.1:4711, 10.9.9.9"]),
            "198.51.100.1"
        );
        assert_eq!(
            seen(&proxy, "::ffff:10.1.2.3", &["198.51.100.1"]),
            "198.51.100.1"
        );
        for nonsense in ["", "unknown", "198.51.100.1, moi"] {
            assert_eq!(
                seen(&proxy, "10.1.2.3", &[Box::leak(nonsense.into())]),
                "10.1.2.3"
            );
        }
    }

    #[test]
    fn a_network_is_read_whole() {
        for wrong in ["", "10.0.0.0/33", "a/8", "10.0.0/8", "10.0.0.0/-1"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.holds("203.0.113.9".parse().unwrap()));
    }
}
