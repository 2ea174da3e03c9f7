//! Deliveries that could not be kept: between which moments, of which app. The ledger shows them as a gap until it is closed.

use crate::environment::Environment;
use domain::Timestamp;
use domain::id::{AppId, WorkspaceId};
use jiff::SignedDuration;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often is looked whether there is something to tell.
const TICK: Duration = Duration::from_secs(1);
/// Quiet for so long: the trouble is over.
const OVER: SignedDuration = SignedDuration::from_secs(5);
/// A trouble that lasts longer is shown while it lasts.
const LONG: SignedDuration = SignedDuration::from_mins(1);

/// Works until it is told to stop: what was refused becomes a gap on every channel of its app, because the network gives up
/// after a while.
pub async fn run(environment: Environment, stop: CancellationToken) {
    while !stop.is_cancelled() {
        for stretch in environment.refused.take(environment.clock.now()) {
            if let Err(error) = tell(&environment, &stretch).await {
                tracing::warn!(%error, "a gap could not be noted yet");
                environment.refused.put_back(stretch);
            }
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            () = stop.cancelled() => {}
        }
    }
}

async fn tell(environment: &Environment, stretch: &Stretch) -> store::Result<()> {
    for channel in environment.store.connected_channels().await? {
        if (channel.workspace, channel.app) == (stretch.workspace, stretch.app) {
            let store = &environment.store;
            let (from, to) = (stretch.from, stretch.to);
            store.open_gap(channel.workspace, channel.id, "deliveries", from, to, "journal_full").await?;
        }
    }
    Ok(())
}

/// A stretch of time in which deliveries of one app were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Of which app.
    pub app: AppId,
    /// The first.
    pub from: Timestamp,
    /// The last.
    pub to: Timestamp,
}

/// What the way in had to refuse; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Refused {
    stretches: Arc<Mutex<HashMap<AppId, Stretch>>>,
}

impl Refused {
    /// Notes a delivery that could not be kept.
    pub fn note(&self, workspace: WorkspaceId, app: AppId, at: Timestamp) {
        let mut stretches = self.stretches.lock().unwrap_or_else(PoisonError::into_inner);
        let stretch = stretches.entry(app).or_insert(Stretch { workspace, app, from: at, to: at });
        (stretch.from, stretch.to) = (stretch.from.min(at), stretch.to.max(at));
    }

    fn put_back(&self, stretch: Stretch) {
        self.note(stretch.workspace, stretch.app, stretch.from);
        self.note(stretch.workspace, stretch.app, stretch.to);
    }

    /// Takes out the stretches that are over, or have lasted long enough to be told of.
    pub fn take(&self, now: Timestamp) -> Vec<Stretch> {
        let mut stretches = self.stretches.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due =
            |stretch: &Stretch| now.duration_since(stretch.to) >= OVER || now.duration_since(stretch.from) >= LONG;
        let due: Vec<Stretch> = stretches.values().copied().filter(is_due).collect();
        stretches.retain(|_, stretch| !is_due(stretch));
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_ends_with_quiet_and_a_long_one_is_told_of_meanwhile() {
        let (workspace, app) = (WorkspaceId(uuid::Uuid::from_u128(1)), AppId(uuid::Uuid::from_u128(2)));
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let refused = Refused::default();
        refused.note(workspace, app, at(100));
        refused.note(workspace, app, at(103));
        assert_eq!(refused.take(at(105)), []);
        assert_eq!(refused.take(at(108)), [Stretch { workspace, app, from: at(100), to: at(103) }]);
        assert_eq!(refused.take(at(200)), []);
        for second in 200..=260 {
            refused.note(workspace, app, at(second));
        }
        assert_eq!(refused.take(at(260)), [Stretch { workspace, app, from: at(200), to: at(260) }]);
    }
}
