//! Apps as webhooks need them, in memory: one look-up in the database for thousands of deliveries.

use bus::{Bus, Waiter, Work};
use domain::id::{AppId, WorkspaceId};
use futures::FutureExt;
use networks::AppAccess;
use pipeline::access::app_access;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::Store;

/// Another node may have changed an app: its wake-up can be lost, so nothing is believed for longer.
const BELIEVED: Duration = Duration::from_secs(5);

/// An app with its keys.
pub struct CachedApp {
    /// Whose.
    pub workspace: WorkspaceId,
    /// At which network.
    pub network: String,
    /// Its keys.
    pub access: AppAccess,
}

struct Inner {
    apps: HashMap<AppId, (Instant, Arc<CachedApp>)>,
    changes: Waiter,
}

/// The apps that deliveries came for lately. Absent ones are not kept: strangers could fill the memory with them.
pub struct AppCache(Mutex<Inner>);

impl AppCache {
    /// An empty cache that empties itself when the bus says that apps changed.
    pub fn new(bus: &Bus) -> Self {
        Self(Mutex::new(Inner { apps: HashMap::new(), changes: bus.waiter(Work::Channels) }))
    }

    fn known(&self, network: &str, id: AppId) -> Option<Arc<CachedApp>> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.changes.wait().now_or_never().is_some() {
            inner.apps.clear();
        }
        let (at, app) = inner.apps.get(&id)?;
        (at.elapsed() < BELIEVED && app.network == network).then(|| Arc::clone(app))
    }

    /// The enabled app behind an address.
    ///
    /// # Errors
    /// When the database is needed and away.
    pub async fn find(&self, store: &Store, network: &str, id: AppId) -> store::Result<Option<Arc<CachedApp>>> {
        if let Some(app) = self.known(network, id) {
            return Ok(Some(app));
        }
        let app = match store.app_of_address(network, id).await {
            Ok(app) => app.filter(|app| app.enabled),
            // The database is away, intake goes on: what was believed a moment ago still is.
            Err(error) if error.is_outage() => return self.stale(network, id).map_or(Err(error), |app| Ok(Some(app))),
            Err(error) => return Err(error),
        };
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(app) = app else {
            inner.apps.remove(&id);
            return Ok(None);
        };
        let cached = CachedApp { workspace: app.workspace, network: app.network.clone(), access: app_access(&app) };
        let cached = Arc::new(cached);
        inner.apps.insert(id, (Instant::now(), Arc::clone(&cached)));
        Ok(Some(cached))
    }

    /// What was known of an app when it was last looked up, however long ago.
    pub fn stale(&self, network: &str, id: AppId) -> Option<Arc<CachedApp>> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.apps.get(&id).filter(|(_, app)| app.network == network).map(|(_, app)| Arc::clone(app))
    }
}
