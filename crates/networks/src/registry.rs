//! The networks that this build knows: one line each.

use crate::{Client, Network};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All networks by their id.
#[derive(Clone, Default)]
pub struct Registry {
    networks: BTreeMap<String, Arc<dyn Network>>,
}

impl Registry {
    /// The networks of this build. One line each; nothing else names them.
    pub fn standard(client: Client) -> Self {
        Self::of([Arc::new(crate::x::X::new(client)) as Arc<dyn Network>])
    }
    /// A registry of the given networks.
    pub fn of(networks: impl IntoIterator<Item = Arc<dyn Network>>) -> Self {
        let networks = networks.into_iter().map(|network| (network.capabilities().network.clone(), network)).collect();
        Self { networks }
    }
    /// The network with this id.
    pub fn get(&self, id: &str) -> Option<&Arc<dyn Network>> {
        self.networks.get(id)
    }
    /// All of them, by id.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn Network>> {
        self.networks.values()
    }
}
