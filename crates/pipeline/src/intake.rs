//! Intake: a delivery is acknowledged only after it is durable; many deliveries share one fsync.
//!
//! While one group is being written the next one gathers, so that the group grows with the load and nobody waits for a
//! timer. When the gathering place is full the network is told to come again (503): it keeps what it could not deliver.
//! When PostgreSQL is away, groups go to a local file with the same promise, and follow when it is back.

use crate::Environment;
use crate::crash;
use crate::refused::Refused;
use bus::Work;
use domain::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::db::{Db, Engine};
use store::journal::{self, CursorMove, NewDelivery, PRIVATE_LANE, PUBLIC_LANE};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

/// Deliveries that may wait for the next group; more are refused with 503.
const WAITING: usize = 16_384;
/// Deliveries in one group, at most.
const GROUP: usize = 2_048;
/// Bytes of bodies in one group, at most, so that a commit stays short.
const GROUP_BYTES: usize = 8 * 1024 * 1024;
/// Bytes that the local journal may hold while the database is away.
const LOCAL_BYTES: i64 = 1024 * 1024 * 1024;
/// How often the way back to the database is tried.
const RETRY: Duration = Duration::from_millis(500);
/// A database that does not answer is away like one that is gone. What it did all the same is there twice, which is harmless.
const ANSWER: Duration = Duration::from_secs(5);
/// Deliveries brought back in one go; others come in between.
const BROUGHT: i64 = 4_096;

/// Why a delivery was not taken; the network will bring it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AcceptError {
    /// More comes in than the disk takes.
    #[error("too many deliveries wait")]
    Busy,
    /// Neither the database nor the local journal could keep it.
    #[error("the delivery could not be stored")]
    Storage,
}

struct Waiting {
    delivery: NewDelivery,
    cursor: Option<CursorMove>,
    done: oneshot::Sender<Result<(), AcceptError>>,
}

/// The way in; cheap to clone.
#[derive(Clone)]
pub struct Intake {
    sender: mpsc::Sender<Waiting>,
    degraded: Arc<AtomicBool>,
    refused: Refused,
}

impl Intake {
    /// Starts the writer. It ends when the last clone of the intake is dropped and everything is written.
    pub fn start(environment: &Environment) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let degraded = Arc::new(AtomicBool::new(false));
        let back = Arc::new(Notify::new());
        let writer =
            Writer { environment: environment.clone(), degraded: degraded.clone(), back, local: None, local_bytes: 0 };
        (Self { sender, degraded, refused: environment.refused.clone() }, tokio::spawn(writer.run(receiver)))
    }

    /// A way in that acknowledges and keeps nothing: with it the same router shows what the journal costs.
    #[cfg(feature = "testing")]
    pub fn keeping_nothing(environment: &Environment) -> Self {
        let (sender, mut receiver) = mpsc::channel::<Waiting>(WAITING);
        let crowd = environment.crowd.clone();
        tokio::spawn(async move {
            let mut group = Vec::with_capacity(GROUP);
            while receiver.recv_many(&mut group, GROUP).await > 0 {
                // The steps behind must rest as they do behind a journal, else the comparison is none.
                crowd.note(GROUP);
                for waiting in group.drain(..) {
                    let _ = waiting.done.send(Ok(()));
                }
            }
        });
        Self { sender, degraded: Arc::default(), refused: environment.refused.clone() }
    }

    /// Keeps a delivery; when this returns `Ok` it survives a power cut.
    ///
    /// # Errors
    /// [`AcceptError::Busy`] at once when too many wait, so that nobody's network call hangs.
    pub async fn accept(&self, delivery: NewDelivery) -> Result<(), AcceptError> {
        let (workspace, app, at) = (delivery.workspace, delivery.app, delivery.received_at);
        let kept = self.put(delivery, None).await;
        if kept.is_err() {
            self.refused.note(workspace, app, at);
        }
        kept
    }

    async fn put(&self, delivery: NewDelivery, cursor: Option<CursorMove>) -> Result<(), AcceptError> {
        let (done, answer) = oneshot::channel();
        self.sender.try_send(Waiting { delivery, cursor, done }).map_err(|_| AcceptError::Busy)?;
        answer.await.unwrap_or(Err(AcceptError::Storage))
    }

    /// Whether somebody writes down what is accepted.
    pub fn is_alive(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Whether the database is away and deliveries go to the local journal.
    pub fn is_degraded(&self) -> bool {
        self.degraded.load(Ordering::Relaxed)
    }
}

struct Writer {
    environment: Environment,
    degraded: Arc<AtomicBool>,
    /// The database answers again, or has more to take.
    back: Arc<Notify>,
    local: Option<Db>,
    /// Bytes of the bodies in the local journal.
    local_bytes: i64,
}

impl Writer {
    async fn run(mut self, mut receiver: mpsc::Receiver<Waiting>) {
        self.find_leftovers();
        let mut group: Vec<Waiting> = Vec::with_capacity(GROUP);
        loop {
            let received = if self.degraded.load(Ordering::Relaxed) {
                // The way back is looked for beside the way in: neither waits for the other, however much comes.
                tokio::select! {
                    received = receiver.recv() => received,
                    () = self.back.notified() => {
                        self.bring_back().await;
                        continue;
                    }
                }
            } else {
                receiver.recv().await
            };
            let Some(first) = received else { return };
            let mut bytes = first.delivery.body.len();
            group.push(first);
            while group.len() < GROUP && bytes < GROUP_BYTES {
                let Ok(next) = receiver.try_recv() else { break };
                bytes += next.delivery.body.len();
                group.push(next);
            }
            let started = std::time::Instant::now();
            let result = self.write(&group).await;
            metrics::histogram!("intake_commit_seconds").record(started.elapsed().as_secs_f64());
            metrics::histogram!("intake_group_size").record(group.len() as f64);
            self.environment.crowd.note(group.len());
            if result.is_ok() {
                crash::point("after_journal");
            }
            for waiting in group.drain(..) {
                // The network hung up meanwhile: the delivery is kept all the same.
                let _ = waiting.done.send(result);
            }
            self.environment.bus.work(Work::Journal);
        }
    }

    async fn write(&mut self, group: &[Waiting]) -> Result<(), AcceptError> {
        let now = self.environment.clock.now();
        let deliveries: Vec<NewDelivery> = group.iter().map(|waiting| waiting.delivery.clone()).collect();
        let cursors: Vec<CursorMove> = group.iter().filter_map(|waiting| waiting.cursor.clone()).collect();
        if !self.degraded.load(Ordering::Relaxed) {
            let append = journal::append(&self.environment.store.journal, &deliveries, &cursors, now);
            let is_server = self.environment.store.engine() == Engine::Postgres;
            match if is_server { tokio::time::timeout(ANSWER, append).await } else { Ok(append.await) } {
                Ok(Ok(())) => return Ok(()),
                Err(_) => {
                    tracing::error!("the database does not answer: deliveries go to the local journal");
                    self.lose_database();
                }
                Ok(Err(error)) if error.is_outage() && is_server => {
                    tracing::error!(%error, "the database is away: deliveries go to the local journal");
                    self.lose_database();
                }
                Ok(Err(error)) => {
                    tracing::error!(%error, "deliveries could not be stored");
                    return Err(AcceptError::Storage);
                }
            }
        }
        self.write_local(&deliveries, now).await
    }

    async fn write_local(&mut self, deliveries: &[NewDelivery], now: Timestamp) -> Result<(), AcceptError> {
        let outcome = async {
            let local = self.local().await?;
            if self.local_bytes >= LOCAL_BYTES {
                return Err(store::Error::JournalFull);
            }
            journal::append(&local, deliveries, &[], now).await?;
            self.local_bytes += bytes_of(deliveries);
            Ok(())
        };
        outcome.await.map_err(|error| {
            tracing::error!(%error, "the local journal could not keep a delivery");
            if matches!(error, store::Error::JournalFull) { AcceptError::Busy } else { AcceptError::Storage }
        })
    }

    async fn local(&mut self) -> store::Result<Db> {
        if let Some(local) = &self.local {
            return Ok(local.clone());
        }
        let local = journal::open_local(&self.environment.store.data).await?;
        self.local_bytes = journal::local_bytes(&local).await?;
        self.local = Some(local.clone());
        Ok(local)
    }

    /// A process that died while the database was away left deliveries in its local journal.
    fn find_leftovers(&self) {
        if self.environment.store.engine() == Engine::Postgres && self.environment.store.data.join("intake.db").exists()
        {
            self.lose_database();
        }
    }

    /// Turns to the local journal, and has somebody look for the way back.
    fn lose_database(&self) {
        self.degraded.store(true, Ordering::Relaxed);
        let (store, back) = (self.environment.store.clone(), self.back.clone());
        tokio::spawn(async move {
            while store.ping().await.is_err() {
                tokio::time::sleep(RETRY).await;
            }
            back.notify_one();
        });
    }

    /// Moves a part of what the local journal holds to the database, until nothing is left.
    async fn bring_back(&mut self) {
        match self.move_part().await {
            Ok(0) => {
                tracing::info!("the database is back, and has everything that the local journal held");
                self.degraded.store(false, Ordering::Relaxed);
            }
            Ok(count) => {
                tracing::info!(count, "brought over from the local journal");
                self.environment.bus.work(Work::Journal);
                self.back.notify_one();
            }
            Err(error) => {
                tracing::warn!(%error, "the database is not back yet");
                self.lose_database();
            }
        }
    }

    /// A crash in between repeats, and filing makes repeats harmless.
    async fn move_part(&mut self) -> store::Result<usize> {
        let local = self.local().await?;
        for lane in [PRIVATE_LANE, PUBLIC_LANE] {
            let page = journal::read_local(&local, lane, 0, BROUGHT).await?;
            let Some((last, _)) = page.last() else { continue };
            let last = *last;
            let deliveries: Vec<NewDelivery> = page.into_iter().map(|(_, delivery)| delivery).collect();
            let now = self.environment.clock.now();
            journal::append(&self.environment.store.journal, &deliveries, &[], now).await?;
            journal::forget_local(&local, lane, last).await?;
            self.local_bytes -= bytes_of(&deliveries);
            return Ok(deliveries.len());
        }
        Ok(0)
    }
}

fn bytes_of(deliveries: &[NewDelivery]) -> i64 {
    deliveries.iter().map(|delivery| i64::try_from(delivery.body.len()).unwrap_or(i64::MAX)).sum()
}
