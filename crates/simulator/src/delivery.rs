//! Webhook deliveries: signing, sending, trying again, the log that replay reads.

use crate::faults::FaultKind;
use crate::random::Random;
use crate::{Config, Error, World};
use base64::Engine;
use bytes::Bytes;
use futures::StreamExt;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, broadcast, mpsc};

/// One event on its way to one app.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) app: u64,
    pub(crate) webhook: Option<u64>,
    pub(crate) event_type: String,
    pub(crate) event_uuid: String,
    pub(crate) body: Bytes,
}

/// An event that was due for a webhook, kept for replay.
#[derive(Debug, Clone)]
pub(crate) struct Logged {
    pub(crate) at_ms: i64,
    pub(crate) outgoing: Outgoing,
}

/// What became of the deliveries so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryCounts {
    /// Events that were due for a webhook.
    pub due: u64,
    /// Answered 200 (each attempt that was).
    pub delivered: u64,
    /// Given up after the last attempt.
    pub failed: u64,
    /// Attempts that were not answered 200.
    pub failed_attempts: u64,
    /// Lost on command.
    pub lost: u64,
    /// Sent twice on command.
    pub duplicated: u64,
    /// Not sent because the webhook is not valid.
    pub skipped: u64,
    /// Waiting or on their way.
    pub pending: u64,
    /// Events due, by type.
    pub by_type: BTreeMap<String, u64>,
    /// Last reason of a failed attempt.
    pub last_failure: Option<String>,
}

/// How a bulk of posts is delivered.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BulkOptions {
    /// Share of events sent twice, in percent.
    pub duplicates_percent: f64,
    /// Seed of the order; absent keeps the order of the posts.
    pub shuffle_seed: Option<u64>,
    /// Deliveries on their way at once.
    pub concurrency: usize,
    /// False creates the posts in silence (history).
    pub deliver: bool,
    /// Stop trying after so many attempts per event.
    pub attempts: u32,
}

impl Default for BulkOptions {
    fn default() -> Self {
        Self { duplicates_percent: 0.0, shuffle_seed: None, concurrency: 32, deliver: true, attempts: 4 }
    }
}

#[derive(Debug)]
pub(crate) struct Postman {
    queue: mpsc::UnboundedSender<Outgoing>,
    waiting: Mutex<Option<mpsc::UnboundedReceiver<Outgoing>>>,
    client: reqwest::Client,
    log: Mutex<VecDeque<Logged>>,
    counts: Mutex<DeliveryCounts>,
    streams: broadcast::Sender<(u64, Bytes)>,
    changed: tokio::sync::Notify,
    concurrency: usize,
    retry_delays: Vec<Duration>,
    keep_ms: i64,
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `sha256=` + base64(HMAC-SHA256(key, message)), as X signs bodies and CRC tokens.
#[must_use]
pub(crate) fn signature(key: &str, message: &[u8]) -> String {
    match Hmac::<Sha256>::new_from_slice(key.as_bytes()) {
        Ok(mut mac) => {
            mac.update(message);
            format!("sha256={}", base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes()))
        }
        Err(_) => String::new(),
    }
}

impl Postman {
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        let (queue, waiting) = mpsc::unbounded_channel();
        let (streams, _) = broadcast::channel(65_536);
        let client = reqwest::Client::builder()
            .timeout(config.delivery_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(256)
            .no_proxy()
            .build()?;
        Ok(Self {
            queue,
            waiting: Mutex::new(Some(waiting)),
            client,
            log: Mutex::default(),
            counts: Mutex::default(),
            streams,
            changed: tokio::sync::Notify::new(),
            concurrency: config.delivery_concurrency.max(1),
            retry_delays: config.retry_delays.clone(),
            keep_ms: i64::try_from(config.keep_deliveries.as_millis()).unwrap_or(i64::MAX),
        })
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Starts the loop that works off the queue.
    pub(crate) fn start(&self, world: &World) {
        let Some(mut waiting) = guard(&self.waiting).take() else { return };
        let world = world.clone();
        let permits = Arc::new(Semaphore::new(self.concurrency));
        tokio::spawn(async move {
            let stopping = world.stopping().clone();
            loop {
                let outgoing = tokio::select! {
                    () = stopping.cancelled() => return,
                    outgoing = waiting.recv() => outgoing,
                };
                let (Some(outgoing), Ok(permit)) = (outgoing, Arc::clone(&permits).acquire_owned().await) else {
                    return;
                };
                let world = world.clone();
                tokio::spawn(async move {
                    let postman = &world.shared().postman;
                    postman.carry(&world, &outgoing, postman.retry_delays.len(), Some(permit)).await;
                });
            }
        });
    }

    /// Notes the event for stream, log and counts. False when no webhook is due.
    fn note(&self, outgoing: &Outgoing, now: i64) -> bool {
        // No stream open is fine.
        let _ = self.streams.send((outgoing.app, outgoing.body.clone()));
        if outgoing.webhook.is_none() {
            return false;
        }
        let mut log = guard(&self.log);
        log.push_back(Logged { at_ms: now, outgoing: outgoing.clone() });
        while log.front().is_some_and(|first| first.at_ms < now - self.keep_ms) {
            log.pop_front();
        }
        drop(log);
        let mut counts = guard(&self.counts);
        counts.due += 1;
        *counts.by_type.entry(outgoing.event_type.clone()).or_default() += 1;
        true
    }

    fn count(&self, change: impl FnOnce(&mut DeliveryCounts)) {
        change(&mut guard(&self.counts));
        self.changed.notify_waiters();
    }

    /// Puts an event on its way.
    pub(crate) fn send(&self, world: &World, outgoing: Outgoing) {
        if !self.note(&outgoing, world.now()) {
            return;
        }
        self.enqueue(outgoing);
    }

    /// Sends again what was noted before (replay).
    pub(crate) fn enqueue(&self, outgoing: Outgoing) {
        self.count(|counts| counts.pending += 1);
        if self.queue.send(outgoing).is_err() {
            self.count(|counts| counts.pending -= 1);
        }
    }

    /// Carries one event to its webhook, with faults and new attempts. The permit is given back while it waits.
    async fn carry(
        &self,
        world: &World,
        outgoing: &Outgoing,
        retries: usize,
        permit: Option<tokio::sync::OwnedSemaphorePermit>,
    ) {
        let fault = world.shared().faults.on_delivery(outgoing.app, &outgoing.event_type);
        let mut permit = permit;
        let mut copies = 1;
        match fault.as_ref().map(|fault| fault.kind) {
            Some(FaultKind::Lose) => {
                self.count(|counts| {
                    counts.lost += 1;
                    counts.pending -= 1;
                });
                return;
            }
            Some(FaultKind::Duplicate) => {
                copies = 2;
                self.count(|counts| counts.duplicated += 1);
            }
            Some(FaultKind::Reorder) => {
                permit = None;
                let most = fault.as_ref().and_then(|fault| fault.delay_ms).unwrap_or(500);
                let wait = world.lock().random.bits() % most.max(1);
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            Some(FaultKind::Slow) => {
                permit = None;
                tokio::time::sleep(Duration::from_millis(
                    fault.as_ref().and_then(|fault| fault.delay_ms).unwrap_or(1000),
                ))
                .await;
            }
            _ => {}
        }
        for _ in 0..copies {
            let mut attempt = 0;
            loop {
                match self.attempt(world, outgoing).await {
                    Outcome::Delivered => {
                        self.count(|counts| counts.delivered += 1);
                        break;
                    }
                    Outcome::Skipped => {
                        self.count(|counts| counts.skipped += 1);
                        break;
                    }
                    Outcome::Failed(reason) => {
                        self.count(|counts| {
                            counts.failed_attempts += 1;
                            counts.last_failure = Some(reason);
                        });
                    }
                }
                if attempt >= retries {
                    tracing::debug!(event = outgoing.event_uuid, app = outgoing.app, "a delivery was given up");
                    self.count(|counts| counts.failed += 1);
                    break;
                }
                permit = None;
                let pause = self
                    .retry_delays
                    .get(attempt.min(self.retry_delays.len().saturating_sub(1)))
                    .copied()
                    .unwrap_or_default();
                tokio::time::sleep(pause).await;
                attempt += 1;
            }
        }
        drop(permit);
        self.count(|counts| counts.pending -= 1);
    }

    async fn attempt(&self, world: &World, outgoing: &Outgoing) -> Outcome {
        let target = {
            let state = world.lock();
            let webhook = outgoing.webhook.and_then(|id| state.webhooks.get(&id)).filter(|webhook| webhook.valid);
            let secret = state.apps.get(&outgoing.app).map(|app| app.consumer_secret.clone());
            webhook.map(|webhook| webhook.url.clone()).zip(secret)
        };
        let Some((url, secret)) = target else { return Outcome::Skipped };
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("x-twitter-webhooks-signature", signature(&secret, &outgoing.body))
            .body(outgoing.body.clone());
        match request.send().await {
            Ok(response) if response.status().as_u16() == 200 => {
                // The connection can be used again only after the body was read.
                let _ = response.bytes().await;
                Outcome::Delivered
            }
            Ok(response) => Outcome::Failed(format!("answered {}", response.status())),
            Err(error) => Outcome::Failed(error.without_url().to_string()),
        }
    }

    /// Counts so far.
    pub(crate) fn counts(&self) -> DeliveryCounts {
        guard(&self.counts).clone()
    }

    /// Events noted for a webhook between two times.
    pub(crate) fn logged(&self, webhook: u64, from_ms: i64, to_ms: i64) -> Vec<Outgoing> {
        let log = guard(&self.log);
        let matching =
            log.iter().filter(|it| it.outgoing.webhook == Some(webhook) && it.at_ms >= from_ms && it.at_ms < to_ms);
        matching.map(|it| it.outgoing.clone()).collect()
    }

    /// Bodies of everything that was due, oldest first (tests look here).
    pub(crate) fn bodies(&self) -> Vec<Bytes> {
        guard(&self.log).iter().map(|it| it.outgoing.body.clone()).collect()
    }

    /// Live events for streams: (app, body).
    pub(crate) fn listen(&self) -> broadcast::Receiver<(u64, Bytes)> {
        self.streams.subscribe()
    }

    /// Resolves when nothing is waiting or on its way.
    pub(crate) async fn idle(&self) {
        loop {
            let changed = self.changed.notified();
            if guard(&self.counts).pending == 0 {
                return;
            }
            changed.await;
        }
    }
}

enum Outcome {
    Delivered,
    Skipped,
    Failed(String),
}

/// What a bulk delivery did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BulkCounts {
    /// Posts made.
    pub posts: usize,
    /// Events made from them.
    pub events: usize,
    /// Events sent twice.
    pub duplicates: usize,
    /// Deliveries sent, duplicates included.
    pub deliveries: usize,
    /// Answered 200.
    pub delivered: u64,
    /// Given up.
    pub failed: u64,
    /// Wall clock of the delivery, in milliseconds.
    pub milliseconds: u128,
}

impl World {
    /// Delivers events at full speed, duplicated and shuffled as asked; returns when all are done.
    pub(crate) async fn deliver_bulk(&self, events: Vec<Outgoing>, options: &BulkOptions) -> BulkCounts {
        let postman = &self.shared().postman;
        let now = self.now();
        let mut due: Vec<Outgoing> = events.into_iter().filter(|event| postman.note(event, now)).collect();
        let mut counts = BulkCounts { events: due.len(), ..BulkCounts::default() };
        let mut random = Random::new(options.shuffle_seed.unwrap_or(0) ^ 0xb01c);
        let doubled: Vec<Outgoing> =
            due.iter().filter(|_| random.chance(options.duplicates_percent / 100.0)).cloned().collect();
        counts.duplicates = doubled.len();
        due.extend(doubled);
        if options.shuffle_seed.is_some() {
            random.shuffle(&mut due);
        }
        counts.deliveries = due.len();
        let started = std::time::Instant::now();
        let before = postman.counts();
        let retries = usize::try_from(options.attempts.saturating_sub(1)).unwrap_or(0);
        postman.count(|counts| counts.pending += due.len() as u64);
        futures::stream::iter(due)
            .for_each_concurrent(options.concurrency.max(1), |event| async move {
                postman.carry(self, &event, retries, None).await
            })
            .await;
        let after = postman.counts();
        counts.delivered = after.delivered - before.delivered;
        counts.failed = after.failed - before.failed;
        counts.milliseconds = started.elapsed().as_millis();
        counts
    }

    /// Waits until every webhook delivery is done or given up.
    pub async fn deliveries_done(&self) {
        self.shared().postman.idle().await;
    }

    /// What became of the deliveries so far.
    #[must_use]
    pub fn delivery_counts(&self) -> DeliveryCounts {
        self.shared().postman.counts()
    }

    /// JSON bodies of every event that was due for a webhook, oldest first.
    #[must_use]
    pub fn delivered_bodies(&self) -> Vec<Bytes> {
        self.shared().postman.bodies()
    }
}
