//! What every handler is given: the surroundings of the product, the way in, and what the edge keeps for itself.

use crate::error::Result;
use crate::events::Hub;
use crate::health::Readiness;
use crate::hooks::AppCache;
use crate::password::Passwords;
use crate::settings::Settings;
use desk::Desk;
use domain::id::WorkspaceId;
use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusHandle;
use pipeline::{Environment, Intake};
use std::ops::Deref;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The HTTP edge's state; cheap to clone.
#[derive(Clone)]
pub struct Edge(Arc<Parts>);

/// What the state consists of. The parts of [`Environment`] (store, networks, bus, clock) are reached directly.
pub struct Parts {
    /// Store, networks, bus, clock.
    pub environment: Environment,
    /// What people do.
    pub desk: Desk,
    /// Where deliveries are kept before they are acknowledged.
    pub intake: Intake,
    /// What the operator set.
    pub settings: Settings,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Fans events out to streams.
    pub hub: Hub,
    /// Apps as the webhooks need them.
    pub apps: AppCache,
    /// Set when the process is about to stop: streams end, readiness goes red.
    pub stopping: CancellationToken,
    /// Whether the product can do its work.
    pub readiness: Readiness,
    /// Renders `/metrics`, when a recorder is installed ([`crate::health::recorder`]).
    pub metrics: Option<PrometheusHandle>,
}

impl Edge {
    /// The edge with passwords hashed as they should be.
    ///
    /// # Errors
    /// [`crate::Error::Inner`] when the random generator fails.
    pub fn new(
        environment: Environment,
        intake: Intake,
        settings: Settings,
        stopping: CancellationToken,
    ) -> Result<Self> {
        Ok(Self::with_passwords(environment, intake, settings, stopping, Passwords::new()?))
    }

    /// The edge with a hasher of one's own: tests take a cheap one.
    pub fn with_passwords(
        environment: Environment,
        intake: Intake,
        settings: Settings,
        stopping: CancellationToken,
        passwords: Passwords,
    ) -> Self {
        Self(Arc::new(Parts {
            hub: Hub::new(environment.store.clone(), environment.bus.clone()),
            apps: AppCache::new(&environment.bus),
            readiness: Readiness::default(),
            metrics: crate::health::recorder(),
            desk: desk_of(&environment),
            environment,
            intake,
            settings,
            passwords,
            stopping,
        }))
    }
}

/// The desk tells the time by the same clock.
struct DeskClock(Arc<dyn pipeline::Clock>);

impl desk::Clock for DeskClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

fn desk_of(environment: &Environment) -> Desk {
    Desk::new(
        environment.store.clone(),
        environment.networks.clone(),
        Arc::clone(&environment.reader),
        environment.bus.clone(),
        Arc::new(DeskClock(Arc::clone(&environment.clock))),
    )
}

impl Parts {
    /// The time.
    pub fn now(&self) -> Timestamp {
        self.environment.clock.now()
    }

    /// Tells every stream that the workspace's events went on. Call it after each write that the store numbers.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn wake(&self, workspace: WorkspaceId) -> Result<()> {
        let last = self.environment.store.last_event(&domain::people::Scope::system(workspace)).await?;
        self.environment.bus.event(workspace, last);
        Ok(())
    }
}

impl Deref for Edge {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Deref for Parts {
    type Target = Environment;
    fn deref(&self) -> &Environment {
        &self.environment
    }
}
