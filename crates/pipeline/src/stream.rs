//! The way in over a connection that we hold, for those whom a network cannot reach: one connection an app, on one node.
//!
//! What the connection brings goes into the journal like a webhook's deliveries. A broken connection is made again, each
//! time a little later; what was missed meanwhile is a gap, which polling closes.

use crate::access::app_access;
use crate::environment::Environment;
use bus::Work;
use bytes::Bytes;
use domain::Timestamp;
use domain::id::{AppId, WorkspaceId};
use domain::people::Scope;
use jiff::SignedDuration;
use networks::Network;
use networks::network::{CallError, Deliveries};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::channel::{App, Channel};
use store::journal::{self, NewDelivery};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Name of the ledger's line.
const STREAM: &str = "stream";
/// How often is looked for apps that want a connection.
const TICK: Duration = Duration::from_secs(1);
/// How long a node may be silent before another one holds the connection.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// How often a living node says that it holds it.
const HOLD: Duration = Duration::from_secs(10);
/// A connection that was away longer may have missed something.
const MISSED: SignedDuration = SignedDuration::from_secs(5);
/// Longest pause between two tries.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(5);
/// The ledger is told of a living connection so often.
const TELL_EVERY: SignedDuration = SignedDuration::from_secs(15);

/// Works until it is told to stop.
pub async fn run(environment: Environment, stop: CancellationToken) {
    let mut held: HashMap<AppId, JoinHandle<()>> = HashMap::new();
    let mut channels_changed = environment.bus.waiter(Work::Channels);
    while !stop.is_cancelled() {
        match wanted(&environment).await {
            Ok(wanted) => {
                held.retain(|app, task| {
                    let stays = wanted.iter().any(|(_, wanted)| wanted.id == *app) && !task.is_finished();
                    if !stays {
                        task.abort();
                    }
                    stays
                });
                for (network, app) in wanted {
                    let (environment, stop) = (environment.clone(), stop.clone());
                    held.entry(app.id).or_insert_with(|| tokio::spawn(hold(environment, network, app, stop)));
                }
            }
            Err(error) => tracing::error!(%error, "streams are not looked after"),
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            () = channels_changed.wait() => {}
            () = stop.cancelled() => {}
        }
    }
    for task in held.into_values() {
        // It ends by itself, after what is being written is written.
        let _ = task.await;
    }
}

/// Enabled apps with a connected channel that are heard this way.
async fn wanted(environment: &Environment) -> store::Result<Vec<(Arc<dyn Network>, App)>> {
    let mut wanted: Vec<(Arc<dyn Network>, App)> = Vec::new();
    for channel in environment.store.connected_channels().await? {
        let Some(network) = environment.networks.get(&channel.network) else { continue };
        if wanted.iter().any(|(_, app)| app.id == channel.app) {
            continue;
        }
        let app = environment.store.app(&Scope::system(channel.workspace), channel.app).await?;
        if app.enabled && network.streams(&app_access(&app)) {
            wanted.push((network.clone(), app));
        }
    }
    Ok(wanted)
}

/// Holds the connection of one app as long as it is wanted.
async fn hold(environment: Environment, network: Arc<dyn Network>, app: App, stop: CancellationToken) {
    let lease = format!("stream:{}", app.id);
    let line = Line {
        environment: environment.clone(),
        workspace: app.workspace,
        app: app.id,
        network: app.network.clone(),
        heard: Mutex::default(),
    };
    let scope = Scope::system(app.workspace);
    let mut failures = 0_u32;
    while !stop.is_cancelled() {
        // Keys may have been changed since the last try, and that may be what it takes.
        let access = match environment.store.app(&scope, app.id).await {
            Ok(app) => app_access(&app),
            Err(_) => app_access(&app),
        };
        let now = environment.clock.now();
        let is_ours = environment.store.take_lease(&lease, &environment.node, now, now + LEASE).await.unwrap_or(false);
        let mut pause = SignedDuration::from_secs(1);
        if is_ours {
            let begun = line.last_heard();
            let broken = tokio::select! {
                error = network.stream(&access, &line) => Some(error),
                () = keep_lease(&environment, &lease) => None,
                () = stop.cancelled() => break,
            };
            if line.last_heard() > begun {
                failures = 0;
            }
            if let Some(error) = broken {
                failures = failures.saturating_add(1);
                pause = pause_after(&error, failures, environment.clock.now());
                line.failed(&error, pause).await;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::try_from(pause).unwrap_or(TICK)) => {}
            () = stop.cancelled() => {}
        }
    }
    let _ = environment.store.give_lease(&lease, &environment.node).await;
}

/// Returns when the lease is lost: then another node holds the connection.
async fn keep_lease(environment: &Environment, lease: &str) {
    loop {
        tokio::time::sleep(HOLD).await;
        let now = environment.clock.now();
        if !environment.store.take_lease(lease, &environment.node, now, now + LEASE).await.unwrap_or(false) {
            return;
        }
    }
}

/// Twice as long after each failure in a row; as long as the network says, when it says so.
fn pause_after(error: &CallError, failures: u32, now: Timestamp) -> SignedDuration {
    let told = match error {
        CallError::Later { at: Some(at), .. } => at.duration_since(now),
        CallError::Later { at: None, .. } => SignedDuration::ZERO,
        // A no or a dead token does not pass by itself; the settings may.
        _ => LONGEST_PAUSE,
    };
    let growing = SignedDuration::from_secs(1_i64 << failures.saturating_sub(1).min(9)).min(LONGEST_PAUSE);
    told.max(growing)
}

#[derive(Clone, Copy, Default)]
struct Heard {
    /// When anything came, a sign of life too.
    last: Option<Timestamp>,
    /// When the ledger was told.
    told: Option<Timestamp>,
}

/// Where the deliveries of one app's connection go: the journal, and the ledger's line of each of its channels.
struct Line {
    environment: Environment,
    workspace: WorkspaceId,
    app: AppId,
    network: String,
    heard: Mutex<Heard>,
}

impl Line {
    fn heard(&self) -> Heard {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn last_heard(&self) -> Option<Timestamp> {
        self.heard().last
    }

    async fn channels(&self) -> store::Result<Vec<Channel>> {
        let channels = self.environment.store.connected_channels().await?;
        Ok(channels
            .into_iter()
            .filter(|channel| (channel.workspace, channel.app) == (self.workspace, self.app))
            .collect())
    }

    async fn keep(&self, deliveries: Vec<(Bytes, bool)>) -> store::Result<()> {
        let now = self.environment.clock.now();
        let count = deliveries.len();
        if count > 0 {
            let deliveries: Vec<NewDelivery> = deliveries
                .into_iter()
                .map(|(body, private)| NewDelivery {
                    workspace: self.workspace,
                    app: self.app,
                    network: self.network.clone(),
                    received_at: now,
                    private,
                    body: body.to_vec().into(),
                })
                .collect();
            journal::append(&self.environment.store.journal, &deliveries, &[], now).await?;
            self.environment.bus.work(Work::Journal);
        }
        let before = self.heard();
        let missed = before.last.filter(|last| before.told.is_none() && now.duration_since(*last) > MISSED);
        let tell = before.told.is_none_or(|told| now.duration_since(told) >= TELL_EVERY);
        if tell || count > 0 {
            for channel in self.channels().await? {
                let (workspace, id) = (channel.workspace, channel.id);
                self.environment.store.source_succeeded(workspace, id, STREAM, count > 0, now).await?;
                if let Some(from) = missed {
                    self.environment.store.open_gap(workspace, id, "deliveries", from, now, "silence").await?;
                }
            }
        }
        let told = if tell || count > 0 { Some(now) } else { before.told };
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Heard { last: Some(now), told };
        Ok(())
    }

    /// Writes the reason into the ledger; the next sign of life is told at once.
    async fn failed(&self, error: &CallError, pause: SignedDuration) {
        let now = self.environment.clock.now();
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).told = None;
        tracing::warn!(app = %self.app, %error, "the stream broke");
        let noted = async {
            for channel in self.channels().await? {
                let (words, retry) = (error.to_string(), now.saturating_add(pause).ok());
                let store = &self.environment.store;
                store.source_failed(channel.workspace, channel.id, STREAM, &words, retry, now).await?;
            }
            store::Result::Ok(())
        };
        if let Err(error) = noted.await {
            tracing::error!(%error, "the ledger could not be written");
        }
    }
}

#[async_trait::async_trait]
impl Deliveries for Line {
    async fn take(&self, deliveries: Vec<(Bytes, bool)>) -> bool {
        match self.keep(deliveries).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "what a stream brought could not be kept");
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_and_obeys_the_network() {
        let now = Timestamp::UNIX_EPOCH;
        let later = |at: Option<i64>| CallError::Later {
            at: at.map(|second| Timestamp::from_second(second).unwrap()),
            message: String::new(),
        };
        let seconds = |error: &CallError, failures: u32| pause_after(error, failures, now).as_secs();
        let growing: Vec<i64> = [1, 2, 3, 9, 10, 99].iter().map(|failures| seconds(&later(None), *failures)).collect();
        assert_eq!(growing, [1, 2, 4, 256, 300, 300]);
        assert_eq!(seconds(&later(Some(900)), 1), 900);
        assert_eq!(seconds(&CallError::Absent, 1), 300);
    }
}
