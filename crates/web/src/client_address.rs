//! Who is at the other end: the peer, or what a trusted proxy says of it. Anybody else's word is ignored.

use crate::settings::Settings;
use axum::http::HeaderMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address of the connection, put into each request by [`crate::serve()`].
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The client's address: the peer's own, or, from a trusted proxy, the last forwarded address that is no trusted proxy.
pub fn client_address(settings: &Settings, peer: Option<Peer>, headers: &HeaderMap) -> IpAddr {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip().to_canonical());
    if !is_trusted(settings, peer) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let chain: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    // From the right: each trusted hop vouches for the one before it; what stands further left is a stranger's word.
    for text in chain.iter().rev() {
        let Ok(address) = text.parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
        if !is_trusted(settings, nearest) {
            break;
        }
    }
    nearest
}

/// Whether the forwarding headers of this peer are believed.
pub fn is_trusted(settings: &Settings, address: IpAddr) -> bool {
    settings.trusted_proxies.iter().any(|net| net.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn seen(peer: &str, forwarded: Option<&'static str>) -> String {
        let settings = Settings {
            trusted_proxies: vec!["127.0.0.1/32".parse().unwrap(), "10.0.0.0/8".parse().unwrap()],
            ..Settings::default()
        };
        let mut headers = HeaderMap::new();
        if let Some(forwarded) = forwarded {
            headers.insert("x-forwarded-for", HeaderValue::from_static(forwarded));
        }
        client_address(&settings, Some(Peer(SocketAddr::new(peer.parse().unwrap(), 1))), &headers).to_string()
    }

    #[test]
    fn attack_41_a_forged_forwarding_header_is_ignored() {
        assert_eq!(seen("203.0.113.9", Some("198.51.100.1")), "203.0.113.9", "a stranger's word");
        assert_eq!(seen("127.0.0.1", Some("198.51.100.1")), "198.51.100.1", "our proxy's word");
        assert_eq!(seen("127.0.0.1", Some("6.6.6.6, 198.51.100.1")), "198.51.100.1", "what a client prepended");
        assert_eq!(seen("127.0.0.1", Some("6.6.6.6, 198.51.100.1, 10.1.1.1")), "198.51.100.1", "two proxies");
        assert_eq!(seen("127.0.0.1", Some("nonsense")), "127.0.0.1");
        assert_eq!(seen("::ffff:127.0.0.1", Some("2001:db8::1")), "2001:db8::1");
    }
}
