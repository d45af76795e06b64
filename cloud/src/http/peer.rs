//! Whose attempt a call is: the address failures are charged to.
//! `X-Forwarded-For` counts only as far as our own proxies have written it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};

use super::App;
use crate::rules::Refusal;

pub(super) struct Peer(pub(super) String);

impl FromRequestParts<App> for Peer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let peer = peer.ok_or_else(|| Refusal::malformed("the connection has no address"))?;
        Ok(Self(bucket(address(peer, &parts.headers, app.rules.settings.trusted_proxies))))
    }
}

/// The address the outermost of our proxies saw; each appended the one it saw, the innermost last.
fn address(peer: IpAddr, headers: &HeaderMap, trusted_proxies: usize) -> IpAddr {
    let Some(back) = trusted_proxies.checked_sub(1) else { return peer };
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    forwarded.iter().rev().nth(back).and_then(|address| address.parse().ok()).unwrap_or(peer)
}

/// One line of IPv6 is a /64: its addresses are its owner's to choose from.
fn bucket(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let mut segments = address.segments();
            segments[4..].fill(0);
            Ipv6Addr::from(segments).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn believes_only_what_our_proxies_wrote() {
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "6.6.6.6, 203.0.113.7".parse().unwrap());
        headers.append("x-forwarded-for", "10.0.0.2".parse().unwrap());
        for (proxies, seen) in [(0, "10.0.0.1"), (1, "10.0.0.2"), (2, "203.0.113.7"), (9, "10.0.0.1")] {
            assert_eq!(address(peer, &headers, proxies).to_string(), seen, "{proxies}");
        }
    }

    #[test]
    fn takes_a_line_of_ipv6_for_one_address() {
        assert_eq!(bucket("2001:db8:1:2:3:4:5:6".parse().unwrap()), "2001:db8:1:2::");
        assert_eq!(bucket("::ffff:203.0.113.7".parse().unwrap()), "203.0.113.7");
    }
}
