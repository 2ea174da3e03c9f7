//! Polling: mentions, private messages and our own posts are read as a second way in, and gaps are closed by it.
//!
//! What a poll brings goes into the journal together with the cursor that leads on from it, in one transaction: a crash
//! repeats a page, never skips one.

use crate::access::{AccessError, channel_access, revive};
use crate::environment::Environment;
use crate::send_out::charge;
use bus::Work;
use domain::Timestamp;
use domain::id::ChannelId;
use jiff::SignedDuration;
use networks::network::{CallError, Page};
use std::collections::HashMap;
use std::time::Duration;
use store::channel::Channel;
use store::journal::{self, CursorMove, NewDelivery};
use tokio_util::sync::CancellationToken;

/// How often the schedule is looked at.
const TICK: Duration = Duration::from_secs(1);
/// Pages of one source in one go, so that one account with a long history does not hold up the others.
const PAGES: usize = 50;
/// How long a node may be silent before another one polls.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// A process that was away longer than this may have missed deliveries.
const DOWNTIME: SignedDuration = SignedDuration::from_secs(30);
/// How far back the first read of a source goes.
const FIRST_READ: SignedDuration = SignedDuration::from_hours(24);
/// Pause after a failure that names no time.
const AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(30);
/// Time between two reads of one source. Private messages on X allow 15 reads in 15 minutes.
const EVERY: SignedDuration = SignedDuration::from_secs(65);

/// Works until it is told to stop.
pub async fn run(environment: Environment, stop: CancellationToken) {
    let mut schedule = Schedule::default();
    let mut channels_changed = environment.bus.waiter(Work::Channels);
    while !stop.is_cancelled() {
        if let Err(error) = schedule.step(&environment, &stop).await {
            tracing::error!(%error, "polling stands still");
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            () = channels_changed.wait() => {}
            () = stop.cancelled() => {}
        }
    }
    let _ = environment.store.give_lease("poll", &environment.node).await;
}

/// When each source is read next.
#[derive(Default)]
pub struct Schedule {
    next: HashMap<(ChannelId, String), Timestamp>,
    noted_downtime: bool,
}

impl Schedule {
    /// Reads every source whose time has come.
    pub async fn step(&mut self, environment: &Environment, stop: &CancellationToken) -> store::Result<()> {
        let now = environment.clock.now();
        if !environment.store.take_lease("poll", &environment.node, now, now + LEASE).await? {
            return Ok(());
        }
        if !self.noted_downtime {
            note_downtime(environment, now).await?;
            self.noted_downtime = true;
        }
        environment.store.note_alive(now).await?;
        for channel in environment.store.connected_channels().await? {
            if stop.is_cancelled() {
                break;
            }
            self.read_channel(environment, &channel, now).await?;
        }
        Ok(())
    }

    async fn read_channel(
        &mut self,
        environment: &Environment,
        channel: &Channel,
        now: Timestamp,
    ) -> store::Result<()> {
        let Some(network) = environment.networks.get(&channel.network) else { return Ok(()) };
        let sources = network.capabilities().polled_sources.clone();
        let gaps = environment.store.open_gaps(channel.workspace, channel.id).await?;
        for gap in gaps.iter().filter(|gap| gap.source == "deliveries" && gap.closed_by.is_none()) {
            self.ask_for_replay(environment, channel, gap).await;
        }
        let mut all_read = true;
        for source in &sources {
            let key = (channel.id, source.clone());
            if self.next.get(&key).is_some_and(|next| *next > now) {
                all_read = false;
                continue;
            }
            match read_source(environment, channel, source).await {
                Ok(read) => {
                    environment
                        .store
                        .source_succeeded(
                            channel.workspace,
                            channel.id,
                            source,
                            read.items > 0,
                            environment.clock.now(),
                        )
                        .await?;
                    self.next.insert(key, now + EVERY);
                    all_read &= read.complete;
                    if read.truncated {
                        for gap in &gaps {
                            environment
                                .store
                                .close_gap(channel.workspace, gap.id, "poll", true, environment.clock.now())
                                .await?;
                        }
                    }
                }
                Err(AccessError::Store(error)) => return Err(error),
                Err(error) => {
                    all_read = false;
                    let retry = match &error {
                        AccessError::Call(CallError::Later { at: Some(at), .. }) => *at,
                        _ => now + AFTER_FAILURE,
                    };
                    self.next.insert(key, retry);
                    let dead = matches!(&error, AccessError::Call(CallError::Unauthorised { .. }));
                    if dead {
                        environment.store.revoke_channel(channel.workspace, channel.id, "unauthorised", now).await?;
                    }
                    environment
                        .store
                        .source_failed(channel.workspace, channel.id, source, &error.to_string(), Some(retry), now)
                        .await?;
                }
            }
        }
        if all_read {
            // Every source was read to its newest item after the gap ended: what the network still has is here.
            for gap in gaps.iter().filter(|gap| gap.to_at <= now) {
                environment.store.close_gap(channel.workspace, gap.id, "poll", false, environment.clock.now()).await?;
            }
        }
        Ok(())
    }

    async fn ask_for_replay(&mut self, environment: &Environment, channel: &Channel, gap: &store::ledger::Gap) {
        let key = (channel.id, format!("replay:{}", gap.id));
        if self.next.contains_key(&key) {
            return;
        }
        self.next.insert(key, environment.clock.now());
        let outcome = async {
            let (network, access) = channel_access(environment, channel.workspace, channel.id).await?;
            let url = environment.webhook_url(&channel.network, channel.app);
            network.replay(&access.app, &url, gap.from_at, gap.to_at).await?;
            Ok::<(), AccessError>(())
        };
        match outcome.await {
            Ok(()) => tracing::info!(channel = %channel.id, "asked the network to deliver the gap again"),
            // Polling reads what it can; replay is the first of two ways.
            Err(error) => tracing::info!(channel = %channel.id, %error, "no replay of the gap"),
        }
    }
}

/// A process that starts after a while of silence opens a gap on every channel: webhooks may have been missed.
async fn note_downtime(environment: &Environment, now: Timestamp) -> store::Result<()> {
    let Some(alive) = environment.store.last_alive().await? else { return Ok(()) };
    if now.duration_since(alive) < DOWNTIME {
        return Ok(());
    }
    for channel in environment.store.connected_channels().await? {
        if channel.created_at < alive {
            environment.store.open_gap(channel.workspace, channel.id, "deliveries", alive, now, "downtime").await?;
        }
    }
    Ok(())
}

struct ReadSource {
    items: usize,
    complete: bool,
    truncated: bool,
}

/// Reads one source to its newest item, page by page.
async fn read_source(environment: &Environment, channel: &Channel, source: &str) -> Result<ReadSource, AccessError> {
    let (network, mut access) = channel_access(environment, channel.workspace, channel.id).await?;
    let mut read = ReadSource { items: 0, complete: false, truncated: false };
    let since = channel.created_at.saturating_sub(FIRST_READ).unwrap_or(channel.created_at);
    for _ in 0..PAGES {
        let cursor = environment.store.poll_cursor(channel.workspace, channel.id, source).await?;
        let mut answer = network.poll(&access, source, cursor.as_deref(), since).await;
        if let Err(CallError::Unauthorised { message }) = answer {
            revive(environment, channel.workspace, network.as_ref(), &mut access, message).await?;
            answer = network.poll(&access, source, cursor.as_deref(), since).await;
        }
        let page = answer?;
        charge(environment, channel.workspace, &access, network.prices(), &page.charges).await?;
        read.items += page.deliveries.len();
        read.truncated |= page.truncated;
        let more = page.more;
        keep(environment, channel, source, page).await?;
        if !more {
            read.complete = true;
            break;
        }
    }
    Ok(read)
}

async fn keep(environment: &Environment, channel: &Channel, source: &str, page: Page) -> store::Result<()> {
    let now = environment.clock.now();
    let count = page.deliveries.len();
    let deliveries: Vec<NewDelivery> = page
        .deliveries
        .into_iter()
        .map(|(body, private)| NewDelivery {
            workspace: channel.workspace,
            app: channel.app,
            network: channel.network.clone(),
            received_at: now,
            private,
            body: body.to_vec().into(),
        })
        .collect();
    let cursor = CursorMove {
        workspace: channel.workspace,
        channel: channel.id,
        source: source.to_owned(),
        cursor: page.cursor,
    };
    journal::append(&environment.store.journal, &deliveries, &[cursor], now).await?;
    if count > 0 {
        environment.bus.work(Work::Journal);
    }
    Ok(())
}

/// Registers the webhook and the subscriptions of a channel at its network; idempotent.
pub async fn subscribe(environment: &Environment, channel: &Channel) -> Result<(), AccessError> {
    let (network, access) = channel_access(environment, channel.workspace, channel.id).await?;
    network.subscribe(&access, &environment.webhook_url(&channel.network, channel.app)).await?;
    Ok(())
}
