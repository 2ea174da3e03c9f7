//! What an operator sets about the HTTP edge.

use domain::id::AgentId;
use domain::vocabulary::Role;
use ipnet::IpNet;
use std::time::Duration;
use url::Url;

/// Settings of the HTTP edge.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How people and networks reach us, e.g. `https://care.example.com`; `None`: as the request says.
    pub public_url: Option<Url>,
    /// Addresses whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// One-click sign-in; `None` outside the demo.
    pub demo: Option<Vec<DemoDoor>>,
    /// How long a request may take, streams aside.
    pub request_timeout: Duration,
    /// Event streams that one person or token may hold.
    pub streams_per_person: usize,
    /// Bytes of one uploaded file.
    pub upload_bytes: usize,
    /// Bytes of uploaded files that no message has taken, per workspace.
    pub upload_quota: i64,
}

/// A person whom the demo lets in with one click.
#[derive(Clone, Debug)]
pub struct DemoDoor {
    /// The unguessable part of the address.
    pub token: String,
    /// Who.
    pub agent: AgentId,
    /// Address of that agent.
    pub email: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            trusted_proxies: Vec::new(),
            demo: None,
            request_timeout: Duration::from_secs(30),
            streams_per_person: 12,
            upload_bytes: 16 * 1024 * 1024,
            upload_quota: 1024 * 1024 * 1024,
        }
    }
}

impl Settings {
    /// Whether browsers reach us through TLS: cookies are then bound to it.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Largest request that brings a file: the file and the form around it.
    pub fn upload_limit(&self) -> usize {
        self.upload_bytes + 64 * 1024
    }

    /// The public address without a slash at its end, as far as it is set.
    pub fn public_base(&self) -> Option<String> {
        self.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned())
    }
}
