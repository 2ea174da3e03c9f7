//! Resolves names for the guarded client and refuses what is not public, so that a name that changes its mind
//! between check and connection (DNS rebinding) gains nothing.

use super::guard::{Blocked, is_public};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;

/// A resolver that fails when a name has any address inside the house.
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One inner address among public ones is an attempt; there is no honest use for it.
            if found.iter().any(|address| !is_public(address.ip())) {
                return Err(Blocked::NotPublic.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The guard's refusal inside a client error, if that is what it is.
pub(super) fn blocked_in(error: &reqwest::Error) -> Option<Blocked> {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(blocked) = inner.downcast_ref::<Blocked>() {
            return Some(*blocked);
        }
        cause = inner.source();
    }
    None
}
