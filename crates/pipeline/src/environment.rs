//! What every step is given: store, networks, language engine, bus, clock.

use crate::clock::Clock;
use crate::crowd::Crowd;
use crate::refused::Refused;
use bus::Bus;
use domain::priority::Policy;
use language::Reader;
use networks::Registry;
use std::sync::Arc;
use store::Store;

/// The surroundings of the way of a message; cheap to clone.
#[derive(Clone)]
pub struct Environment {
    /// The database.
    pub store: Store,
    /// The networks that this build knows.
    pub networks: Registry,
    /// The language engine.
    pub reader: Arc<dyn Reader>,
    /// The order of work.
    pub policy: Arc<Policy>,
    /// Wake-ups.
    pub bus: Bus,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How crowded the way in is.
    pub crowd: Crowd,
    /// What the way in could not keep.
    pub refused: Refused,
    /// This process, for leases: unique for each start.
    pub node: Arc<str>,
    /// Address under which networks reach the webhooks, e.g. `https://desk.example.com`.
    pub public_url: Arc<str>,
}

impl Environment {
    /// Surroundings with a fresh node name.
    pub fn new(
        store: Store,
        networks: Registry,
        reader: Arc<dyn Reader>,
        bus: Bus,
        clock: Arc<dyn Clock>,
        public_url: &str,
    ) -> Self {
        let node = uuid::Uuid::now_v7().to_string().into();
        let policy = Arc::new(Policy::standard());
        Self {
            store,
            networks,
            reader,
            policy,
            bus,
            clock,
            crowd: Crowd::default(),
            refused: Refused::default(),
            node,
            public_url: public_url.trim_end_matches('/').into(),
        }
    }

    /// The webhook address of an app.
    pub fn webhook_url(&self, network: &str, app: domain::id::AppId) -> String {
        format!("{}/hooks/{network}/{app}", self.public_url)
    }
}
