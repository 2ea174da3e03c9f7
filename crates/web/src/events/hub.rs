//! Reads each workspace's new events once, however many streams follow it.

use bus::Bus;
use domain::id::WorkspaceId;
use domain::people::Scope;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Store;
use store::event::{Event, Read};
use tokio::sync::broadcast::{self, error::RecvError};

/// Batches that a slow stream may fall behind before it has to read the table itself.
const BEHIND: usize = 64;
/// Events in one batch.
const BATCH: i64 = 500;
/// A lost wake-up costs at most this.
const LOOK: Duration = Duration::from_secs(1);
/// Wake-ups closer together than this become one read.
const GATHER: Duration = Duration::from_millis(20);

/// Events in order; an empty batch says that numbers were skipped and the table must be asked.
pub type Batch = Arc<[Event]>;

struct Inner {
    store: Store,
    bus: Bus,
    rooms: Mutex<HashMap<WorkspaceId, broadcast::Sender<Batch>>>,
    places: Mutex<HashMap<String, usize>>,
}

/// The hub: cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

/// One of the streams that somebody may hold; given back when dropped.
pub struct StreamPlace {
    hub: Hub,
    who: String,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut places = self.hub.0.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut held) = places.entry(std::mem::take(&mut self.who)) {
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
        }
    }
}

impl Hub {
    /// A hub over the events table.
    pub fn new(store: Store, bus: Bus) -> Self {
        Self(Arc::new(Inner { store, bus, rooms: Mutex::default(), places: Mutex::default() }))
    }

    /// Takes one of `most` places of somebody; `None` when all are taken.
    pub fn take_place(&self, who: String, most: usize) -> Option<StreamPlace> {
        let mut places = self.0.places.lock().unwrap_or_else(PoisonError::into_inner);
        let held = places.entry(who.clone()).or_default();
        if *held >= most {
            return None;
        }
        *held += 1;
        Some(StreamPlace { hub: self.clone(), who })
    }

    /// Follows a workspace from now on; what is older is in the table.
    pub fn follow(&self, workspace: WorkspaceId) -> broadcast::Receiver<Batch> {
        let mut rooms = self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        match rooms.entry(workspace) {
            Entry::Occupied(room) => room.get().subscribe(),
            Entry::Vacant(room) => {
                let (sender, receiver) = broadcast::channel(BEHIND);
                room.insert(sender.clone());
                tokio::spawn(self.clone().read_on(workspace, sender));
                receiver
            }
        }
    }

    /// Whether nobody follows any more; the room is then closed under the same lock that opens rooms.
    fn close_if_empty(&self, workspace: WorkspaceId, sender: &broadcast::Sender<Batch>) -> bool {
        let mut rooms = self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let empty = sender.receiver_count() == 0;
        if empty {
            rooms.remove(&workspace);
        }
        empty
    }

    async fn read_on(self, workspace: WorkspaceId, sender: broadcast::Sender<Batch>) {
        let scope = Scope::system(workspace);
        let mut wakes = self.0.bus.subscribe();
        let mut last = None;
        while !self.close_if_empty(workspace, &sender) {
            match self.read(&scope, &mut last).await {
                Ok(Some(batch)) => {
                    let full = i64::try_from(batch.len()).unwrap_or(BATCH) >= BATCH;
                    // Nobody listening is found out at the top.
                    let _ = sender.send(batch);
                    if full {
                        continue;
                    }
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "events cannot be read; the streams wait"),
            }
            tokio::time::sleep(GATHER).await;
            let woken = async {
                loop {
                    match wakes.recv().await {
                        Ok(wake) if wake.workspace == workspace && Some(wake.last_event) > last => return,
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) => return,
                        Err(RecvError::Closed) => std::future::pending().await,
                    }
                }
            };
            let _ = tokio::time::timeout(LOOK, woken).await;
        }
    }

    async fn read(&self, scope: &Scope, last: &mut Option<i64>) -> store::Result<Option<Batch>> {
        let Some(after) = *last else {
            *last = Some(self.0.store.last_event(scope).await?);
            // Whoever subscribed before this read may have missed what lies before it: an empty batch sends them to the table.
            return Ok(Some(Arc::from([])));
        };
        match self.0.store.events_after(scope, after, BATCH).await? {
            Read::Events(events) => {
                if let Some(newest) = events.last() {
                    *last = Some(newest.number);
                    return Ok(Some(events.into()));
                }
                Ok(None)
            }
            Read::Reset { last: now } => {
                *last = Some(now);
                Ok(Some(Arc::from([])))
            }
        }
    }
}
