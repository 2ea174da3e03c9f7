//! Wake-ups and fan-out inside one process. Nothing that must not be lost travels here: a missed wake-up makes the
//! product slower (everybody also looks by themselves every second), never wrong.

use domain::id::WorkspaceId;
use std::sync::Arc;
use tokio::sync::{broadcast, watch};

/// Events of a workspace reached a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wake {
    /// Whose events.
    pub workspace: WorkspaceId,
    /// The last number; an older number than seen before is to be ignored.
    pub last_event: i64,
}

/// Work that somebody should look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The journal has new deliveries.
    Journal,
    /// The outbox has something to send.
    Outbox,
    /// Apps or channels changed: caches of them are stale.
    Channels,
}

#[derive(Debug)]
struct Inner {
    wakes: broadcast::Sender<Wake>,
    journal: watch::Sender<u64>,
    outbox: watch::Sender<u64>,
    channels: watch::Sender<u64>,
}

/// The bus: cheap to clone.
#[derive(Clone, Debug)]
pub struct Bus {
    inner: Arc<Inner>,
}

/// Waits for work of one kind; remembers what it has seen, so that no wake-up between two waits is lost.
#[derive(Debug)]
pub struct Waiter {
    receiver: watch::Receiver<u64>,
}

impl Waiter {
    /// Returns at the next wake-up, or at once when there was one since the last wait.
    pub async fn wait(&mut self) {
        if self.receiver.changed().await.is_err() {
            // The bus is gone, and with it the process's work: there is nothing to wake up for.
            std::future::pending::<()>().await;
        }
    }

    /// Whether there was a wake-up since the last wait; does not use it up.
    pub fn is_due(&self) -> bool {
        self.receiver.has_changed().unwrap_or(false)
    }
}

impl Default for Bus {
    fn default() -> Self {
        Self::new()
    }
}

impl Bus {
    /// A bus inside this process.
    pub fn new() -> Self {
        let inner = Inner {
            // A reader that falls further behind than this reads the events table anyway.
            wakes: broadcast::channel(1024).0,
            journal: watch::channel(0).0,
            outbox: watch::channel(0).0,
            channels: watch::channel(0).0,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Tells everybody that the workspace's events reached a number.
    pub fn event(&self, workspace: WorkspaceId, last_event: i64) {
        // An error only means that nobody listens.
        let _ = self.inner.wakes.send(Wake { workspace, last_event });
    }

    /// Wake-ups of all workspaces. A `Lagged` error means: look at the events table.
    pub fn subscribe(&self) -> broadcast::Receiver<Wake> {
        self.inner.wakes.subscribe()
    }

    /// Tells that there is work.
    pub fn work(&self, work: Work) {
        self.sender(work).send_modify(|count| *count += 1);
    }

    /// Waits for work of one kind; what happened before this call does not count.
    pub fn waiter(&self, work: Work) -> Waiter {
        Waiter { receiver: self.sender(work).subscribe() }
    }

    fn sender(&self, work: Work) -> &watch::Sender<u64> {
        match work {
            Work::Journal => &self.inner.journal,
            Work::Outbox => &self.inner.outbox,
            Work::Channels => &self.inner.channels,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wake_up_between_two_waits_is_not_lost() {
        let bus = Bus::new();
        let mut waiter = bus.waiter(Work::Outbox);
        bus.work(Work::Outbox);
        bus.work(Work::Outbox);
        waiter.wait().await;
        assert!(!waiter.is_due());
        bus.work(Work::Journal);
        assert!(!waiter.is_due());
    }
}
