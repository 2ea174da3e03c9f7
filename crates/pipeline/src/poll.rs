//! Polling: mentions, private messages and our own posts are read as a second way in, and gaps are closed by it; threads
//! in which we take part are completed.
//!
//! What a poll brings goes into the journal together with the cursor that leads on from it, in one transaction: a crash
//! repeats a page, never skips one.

use crate::access::{AccessError, channel_access, revive};
use crate::environment::Environment;
use crate::send_out::charge;
use crate::watch::Watch;
use bus::Work;
use domain::Timestamp;
use domain::id::ChannelId;
use domain::people::Scope;
use jiff::SignedDuration;
use networks::network::{CallError, OpenThread, Page};
use networks::{ChannelAccess, Network};
use std::collections::HashMap;
use std::sync::Arc;
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
/// Time between two rounds through the threads in which we take part.
const THREADS_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// Pages of one round: a thread in which the whole world talks must not cost a fortune. What is left waits its turn.
const THREAD_PAGES: usize = 10;
/// Threads that are completed, the newest first; the others have become quiet.
const THREADS: usize = 100;
/// A thread without a word for so long is at its end.
const THREADS_ACTIVE: SignedDuration = SignedDuration::from_hours(7 * 24);

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
    /// Up to when each source was read to its newest item.
    complete: HashMap<(ChannelId, String), Timestamp>,
    noted_downtime: bool,
    watch: Watch,
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
        self.watch.look(environment, channel, now).await?;
        let gaps = environment.store.open_gaps(channel.workspace, channel.id).await?;
        for gap in gaps.iter().filter(|gap| gap.source == "deliveries" && gap.closed_by.is_none()) {
            self.watch.ask_for_replay(environment, channel, gap, now).await;
        }
        let mut lost = false;
        for source in &sources {
            let read = self.read(environment, channel, &Asked::Source(source), EVERY, now).await?;
            if read.is_some_and(|read| read.truncated) {
                lost = true;
                for gap in &gaps {
                    let at = environment.clock.now();
                    environment.store.close_gap(channel.workspace, gap.id, "poll", true, at).await?;
                }
            }
        }
        // Every source was read to its newest item after the gap ended, each in its own time: what the network still has
        // is here.
        let complete =
            sources.iter().map(|source| self.complete.get(&(channel.id, source.clone())).copied()).min().flatten();
        for gap in gaps.iter().filter(|gap| !lost && complete.is_some_and(|complete| gap.to_at <= complete)) {
            environment.store.close_gap(channel.workspace, gap.id, "poll", false, environment.clock.now()).await?;
        }
        if let Some(source) = network.thread_source() {
            // No delivery tells of these, so no gap of the deliveries waits for them.
            self.read(environment, channel, &Asked::Threads(source), THREADS_EVERY, now).await?;
        }
        Ok(())
    }

    /// Reads a source if its time has come, and writes the ledger; `None` when it was not its time or the read failed.
    async fn read(
        &mut self,
        environment: &Environment,
        channel: &Channel,
        asked: &Asked<'_>,
        every: SignedDuration,
        now: Timestamp,
    ) -> store::Result<Option<ReadSource>> {
        let source = asked.name();
        let key = (channel.id, source.to_owned());
        if self.next.get(&key).is_some_and(|next| *next > now) {
            return Ok(None);
        }
        match read_source(environment, channel, asked).await {
            Ok(read) => {
                let items = read.items > 0;
                let at = environment.clock.now();
                environment.store.source_succeeded(channel.workspace, channel.id, source, items, at).await?;
                self.next.insert(key.clone(), now + every);
                if read.complete {
                    self.complete.insert(key, now);
                }
                Ok(Some(read))
            }
            Err(AccessError::Store(error)) => Err(error),
            Err(error) => {
                let retry = match &error {
                    AccessError::Call(CallError::Later { at: Some(at), .. }) => *at,
                    // A no for good: what the plan lacks, it may have one day.
                    AccessError::Call(CallError::Refused { .. }) => now + every,
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
                Ok(None)
            }
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

/// What is read.
enum Asked<'a> {
    /// A list that the network keeps for the account.
    Source(&'a str),
    /// The threads in which the account takes part, under the name of this source.
    Threads(&'a str),
}

impl Asked<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Source(name) | Self::Threads(name) => name,
        }
    }

    fn pages(&self) -> usize {
        match self {
            Self::Source(_) => PAGES,
            Self::Threads(_) => THREAD_PAGES,
        }
    }
}

struct ReadSource {
    items: usize,
    complete: bool,
    truncated: bool,
}

/// One read of a source, with what all its pages need.
struct Reading<'a> {
    network: Arc<dyn Network>,
    asked: &'a Asked<'a>,
    since: Timestamp,
    threads: Vec<OpenThread>,
    ours: Vec<String>,
}

impl<'a> Reading<'a> {
    async fn begin(
        environment: &Environment,
        channel: &Channel,
        network: Arc<dyn Network>,
        asked: &'a Asked<'a>,
    ) -> store::Result<Self> {
        let since = channel.created_at.saturating_sub(FIRST_READ).unwrap_or(channel.created_at);
        let mut reading = Self { network, asked, since, threads: Vec::new(), ours: Vec::new() };
        if let Asked::Threads(_) = asked {
            let now = environment.clock.now();
            let active = now.saturating_sub(THREADS_ACTIVE).unwrap_or(now);
            let (workspace, network) = (channel.workspace, &channel.network);
            let live = environment.store.live_threads(workspace, network, channel.id, active, THREADS).await?;
            reading.threads =
                live.into_iter().map(|thread| OpenThread { root: thread.root, since: thread.since }).collect();
            let channels = environment.store.channels(&Scope::system(workspace)).await?;
            let ours = channels.into_iter().filter(|other| other.network == *network && other.facts().connected);
            reading.ours = ours.map(|other| other.handle).collect();
        }
        Ok(reading)
    }

    async fn page(&self, access: &ChannelAccess, cursor: Option<&str>) -> Result<Page, CallError> {
        match self.asked {
            Asked::Source(source) => self.network.poll(access, source, cursor, self.since).await,
            Asked::Threads(_) => self.network.poll_threads(access, &self.threads, &self.ours, cursor).await,
        }
    }
}

/// Reads one source to its newest item, page by page.
async fn read_source(
    environment: &Environment,
    channel: &Channel,
    asked: &Asked<'_>,
) -> Result<ReadSource, AccessError> {
    let source = asked.name();
    let (network, mut access) = channel_access(environment, channel.workspace, channel.id).await?;
    let mut read = ReadSource { items: 0, complete: false, truncated: false };
    let reading = Reading::begin(environment, channel, network, asked).await?;
    let network = &reading.network;
    for _ in 0..asked.pages() {
        let cursor = environment.store.poll_cursor(channel.workspace, channel.id, source).await?;
        let mut answer = reading.page(&access, cursor.as_deref()).await;
        if let Err(CallError::Unauthorised { message }) = answer {
            revive(environment, channel.workspace, network.as_ref(), &mut access, message).await?;
            answer = reading.page(&access, cursor.as_deref()).await;
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
