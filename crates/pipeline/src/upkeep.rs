//! Upkeep: what has to happen by the clock. Snoozed cases wake, search follows the events, old things are pruned.

use crate::environment::Environment;
use crate::media;
use jiff::SignedDuration;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// How often the clock's work is looked at.
const TICK: Duration = Duration::from_secs(1);
/// Many events come at once: they are indexed together.
const GATHER: Duration = Duration::from_millis(200);
/// Snoozed cases woken in one transaction.
const WOKEN: i64 = 200;
/// Events indexed in one transaction.
const INDEXED: i64 = 500;
/// While deliveries wait to be filed, indexing rests so many times as long as it worked.
const FILING_FIRST: u32 = 9;
/// But no longer than this, so that the index goes on however long the backlog is.
const LONGEST_REST: Duration = Duration::from_secs(2);
/// Erased messages seen to in one go.
const ERASED: i64 = 100;
/// Files that nothing holds seen to in one go.
const LOOSE: i64 = 200;
/// How often old things are pruned.
const PRUNE_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// How long events are kept; an older reader reloads.
const EVENTS_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long raw deliveries are kept after they were filed.
const JOURNAL_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long an upload waits for a message that takes it or a draft that holds it.
const UPLOADS_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// How long failed sign-ins are kept.
const ATTEMPTS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Works until it is told to stop.
pub async fn run(environment: Environment, stop: CancellationToken) {
    let mut wakes = environment.bus.subscribe();
    let mut pruned_at = None;
    while !stop.is_cancelled() {
        if let Err(error) = step(&environment).await {
            tracing::error!(%error, "upkeep stands still");
        }
        let now = environment.clock.now();
        if pruned_at.is_none_or(|at| now.duration_since(at) >= PRUNE_EVERY) {
            pruned_at = Some(now);
            if let Err(error) = prune(&environment).await {
                tracing::error!(%error, "old rows could not be pruned");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            received = wakes.recv() => {
                if matches!(received, Err(RecvError::Closed)) { return; }
                // Many events come at once: index them together.
                tokio::time::sleep(GATHER).await;
                while wakes.try_recv().is_ok() {}
            }
            () = stop.cancelled() => {}
        }
    }
}

/// One round: wakes snoozed cases whose time has come, and indexes what is new.
pub async fn step(environment: &Environment) -> store::Result<()> {
    let now = environment.clock.now();
    for (workspace, last) in environment.store.wake_due(now, WOKEN).await? {
        environment.bus.event(workspace, last);
    }
    erase(environment).await?;
    for workspace in environment.store.index_due().await? {
        let mut begun = Instant::now();
        while environment.store.index_pass(workspace, INDEXED).await? {
            // Others want the processor too: most of all those who wait for a 200, then those who wait in the journal. What is
            // not found yet can be seen in the lists; what is not filed yet can be seen nowhere.
            if environment.crowd.is_dense() {
                tokio::time::sleep(GATHER).await;
            } else if environment.crowd.is_behind() {
                tokio::time::sleep((begun.elapsed() * FILING_FIRST).min(LONGEST_REST)).await;
            }
            tokio::task::yield_now().await;
            begun = Instant::now();
        }
    }
    Ok(())
}

/// What was deleted at its network goes from the journal and from the disk too.
async fn erase(environment: &Environment) -> store::Result<()> {
    environment.store.erase_deliveries(ERASED).await?;
    for file in environment.store.erased_files(ERASED).await? {
        match tokio::fs::remove_file(environment.store.data.join(&file.location)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, location = file.location, "a file of an erased message cannot be removed");
            }
            _ => environment.store.file_erased(&file).await?,
        }
    }
    Ok(())
}

/// Removes what has been kept long enough.
///
/// # Errors
/// When the database is away.
pub async fn prune(environment: &Environment) -> store::Result<()> {
    let now = environment.clock.now();
    let before = |kept: SignedDuration| now.saturating_sub(kept).unwrap_or(now);
    environment.store.prune_events(before(EVENTS_KEPT)).await?;
    environment.store.prune_journal(before(JOURNAL_KEPT)).await?;
    environment.store.prune_login_attempts(before(ATTEMPTS_KEPT)).await?;
    while environment.store.mark_loose_uploads(before(UPLOADS_KEPT), LOOSE).await? > 0 {}
    clear(environment).await
}

/// Removes the files that are marked as loose, also those that a crash left half-way.
async fn clear(environment: &Environment) -> store::Result<()> {
    loop {
        let mut removed = 0;
        for file in environment.store.loose_files(LOOSE).await? {
            removed += usize::from(media::remove(&environment.store, &file).await?);
        }
        // What cannot be removed now stands in the log, and is tried again in an hour.
        if removed == 0 {
            return Ok(());
        }
    }
}
