//! Which addresses the product may call: public ones, and those that the operator allows by name and port.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use url::{Host, Url};

/// Why an address was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Blocked {
    /// Not an address at all.
    #[error("the address cannot be read")]
    Unreadable,
    /// `file:`, `gopher:` and all others but `http` and `https`.
    #[error("the scheme is not http or https")]
    Scheme,
    /// `user:password@`.
    #[error("the address holds a user name")]
    UserInfo,
    /// A port below 1024 that serves no web.
    #[error("the port serves no web")]
    Port,
    /// An address inside the house: loopback, private, link-local, metadata.
    #[error("the address is not public")]
    NotPublic,
}

/// A host with its port, lower case, as it stands in an allow-list: `simulator:7301`, `127.0.0.1:80`, `[::1]:80`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostPort {
    host: String,
    port: u16,
}

impl HostPort {
    /// Host and port of an address.
    pub fn of(url: &Url) -> Self {
        Self {
            host: url.host_str().unwrap_or_default().to_ascii_lowercase(),
            port: url.port_or_known_default().unwrap_or_default(),
        }
    }
}

impl FromStr for HostPort {
    type Err = Blocked;
    fn from_str(text: &str) -> Result<Self, Blocked> {
        // Without its own port the default of http is meant; the URL parser settles all spellings of a host.
        let url = Url::parse(&format!("http://{text}/")).map_err(|_| Blocked::Unreadable)?;
        if !url.username().is_empty() || url.path() != "/" {
            return Err(Blocked::Unreadable);
        }
        Ok(Self::of(&url))
    }
}

/// Whether the product may call this address, as far as the address itself says; names are checked again when
/// they are resolved. The URL parser has already turned decimal, octal and hexadecimal hosts into numbers.
pub(super) fn check(url: &Url, allowed: &BTreeSet<HostPort>) -> Result<(), Blocked> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Blocked::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Blocked::UserInfo);
    }
    if allowed.contains(&HostPort::of(url)) {
        return Ok(());
    }
    match url.host() {
        Some(Host::Ipv4(ip)) if !is_public(ip.into()) => return Err(Blocked::NotPublic),
        Some(Host::Ipv6(ip)) if !is_public(ip.into()) => return Err(Blocked::NotPublic),
        Some(Host::Domain(name)) if is_inner_name(name) => return Err(Blocked::NotPublic),
        None => return Err(Blocked::Unreadable),
        Some(_) => {}
    }
    match url.port_or_known_default() {
        Some(80 | 443 | 1024..) => Ok(()),
        _ => Err(Blocked::Port),
    }
}

/// Names that mean this machine or its surroundings whatever a resolver says.
fn is_inner_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    !name.contains('.') || matches!(last, "localhost" | "local" | "internal" | "localdomain" | "lan" | "home" | "corp")
}

/// Whether an address is out in the open net (RFC 6890 and the registries of special addresses).
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        // Shared by carriers; some clouds keep their metadata there.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b)))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([p, q], [r, s]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(p, q, r, s))
    };
    match (a, b) {
        // v4-mapped, v4-translated, v4-compatible, unspecified, loopback.
        (0, 0) if c == 0 && d == 0 && ((e == 0 && f == 0xffff) || (e == 0xffff && f == 0)) => embedded(g, h),
        (0, 0) => false,
        // NAT64 and 6to4 carry a v4 address inside.
        (0x64, 0xff9b) if c == 0 && d == 0 && e == 0 && f == 0 => embedded(g, h),
        (0x64, 0xff9b) => false,
        (0x2002, _) => embedded(b, c),
        // Protocol assignments (Teredo among them) and documentation.
        (0x2001, 0..0x200 | 0xdb8) => false,
        (0x3fff, 0..0x1000) => false,
        // Everything global lies in 2000::/3.
        _ => (0x2000..0x4000).contains(&a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(address: &str) -> Result<(), Blocked> {
        let url = Url::parse(address).map_err(|_| Blocked::Unreadable)?;
        check(&url, &BTreeSet::from(["127.0.0.1:7301".parse().unwrap()]))
    }

    #[test]
    fn addresses_inside_the_house_are_refused() {
        for address in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://017700000001/",
            "http://0/",
            "http://localhost/",
            "http://localhost./",
            "http://LOCALHOST:8080/",
            "http://sub.localhost/",
            "http://metadata.google.internal/",
            "http://intranet/",
            "http://10.0.0.1/",
            "http://172.16.3.4/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://100.100.100.200/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[fd00:ec2::254]/",
            "http://[fe80::1]/",
            "http://[ff02::1]/",
            "http://１２７.0.0.1/",
            "http://127.0.0.1:7302/",
            "https://127.0.0.1/",
        ] {
            assert_eq!(verdict(address), Err(Blocked::NotPublic), "{address}");
        }
    }

    #[test]
    fn other_schemes_user_names_and_ports_are_refused() {
        for (address, why) in [
            ("file:///etc/passwd", Blocked::Scheme),
            ("gopher://example.com/", Blocked::Scheme),
            ("ftp://example.com/", Blocked::Scheme),
            ("data:text/plain,x", Blocked::Scheme),
            ("http://api.x.com@127.0.0.1/", Blocked::UserInfo),
            ("https://user:pass@example.com/", Blocked::UserInfo),
            ("http://example.com:22/", Blocked::Port),
            ("http://example.com:25/", Blocked::Port),
            ("http:///", Blocked::Unreadable),
        ] {
            assert_eq!(verdict(address), Err(why), "{address}");
        }
    }

    #[test]
    fn public_addresses_and_the_allow_list_pass() {
        for address in [
            "https://api.x.com/2/users/me",
            "https://93.184.216.34/",
            "https://[2606:4700::1111]/",
            "https://example.com:8443/",
            "http://127.0.0.1:7301/2/tweets",
            "http://2130706433:7301/2/tweets",
        ] {
            assert_eq!(verdict(address), Ok(()), "{address}");
        }
    }

    #[test]
    fn an_allow_list_entry_is_a_host_with_a_port() {
        assert_eq!("Simulator:7301".parse::<HostPort>().unwrap().host, "simulator");
        assert_eq!("example.com".parse::<HostPort>().unwrap().port, 80);
        assert!("a b".parse::<HostPort>().is_err());
        assert!("user@host:1".parse::<HostPort>().is_err());
        assert!("host/path".parse::<HostPort>().is_err());
    }
}
