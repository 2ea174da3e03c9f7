//! What `/readyz` looks at, each by its name: database, data folder, intake, taking in, search.

use crate::state::Edge;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::io::ErrorKind;
use std::time::{Duration, Instant};
use store::journal::{PRIVATE_LANE, PUBLIC_LANE};
use tokio::sync::Mutex;

/// A check that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(2);
/// An answer is given again for so long: the probe may face the internet, and one of its checks writes to the disk.
const KEPT: Duration = Duration::from_millis(500);
/// A delivery that waits longer to be filed is late; when none was filed for as long besides, taking in stands still.
const LATE: SignedDuration = SignedDuration::from_mins(1);

/// How one thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Ok,
    /// The work goes on, worse.
    Degraded,
    /// The work cannot be done.
    Failed,
}

/// One check. Strangers may read it: it says nothing of the inside.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    state: State,
    /// What is wrong, in words for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// The checks by name.
#[derive(Clone, Debug, Serialize)]
pub struct Checks {
    database: Check,
    data_folder: Check,
    intake: Check,
    taking_in: Check,
    search: Check,
}

/// What the probe is told.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Whether the product can do its work.
    pub ready: bool,
    stopping: bool,
    checks: Checks,
}

/// What was seen last.
#[derive(Default)]
struct Seen {
    answer: Option<(Instant, Answer)>,
    /// How far both lanes were filed, and since when they stand there.
    filed: Option<(i64, Timestamp)>,
}

/// Looks at everything, at most twice a second.
#[derive(Default)]
pub struct Readiness(Mutex<Seen>);

impl Readiness {
    /// The answer of now, or of a moment ago.
    pub async fn ask(&self, edge: &Edge) -> Answer {
        let mut seen = self.0.lock().await;
        if let Some((at, answer)) = &seen.answer
            && at.elapsed() < KEPT
            && answer.stopping == edge.stopping.is_cancelled()
        {
            return answer.clone();
        }
        let checks = Checks {
            database: database(edge).await,
            data_folder: data_folder(edge).await,
            intake: intake(edge),
            taking_in: taking_in(edge, &mut seen.filed).await,
            search: search(edge).await,
        };
        let all = [&checks.database, &checks.data_folder, &checks.intake, &checks.taking_in, &checks.search];
        let stopping = edge.stopping.is_cancelled();
        let ready = !stopping && all.iter().all(|check| check.state != State::Failed);
        let answer = Answer { ready, stopping, checks };
        seen.answer = Some((Instant::now(), answer.clone()));
        answer
    }
}

fn ok() -> Check {
    Check { state: State::Ok, detail: None }
}

fn not(state: State, detail: impl Into<String>) -> Check {
    Check { state, detail: Some(detail.into()) }
}

async fn database(edge: &Edge) -> Check {
    match tokio::time::timeout(PATIENCE, edge.store.ping()).await {
        Ok(Ok(())) => ok(),
        _ => not(State::Failed, "the database does not answer"),
    }
}

/// Attachments and the local journal are kept there: a full disk or a folder that went away shows here first.
async fn data_folder(edge: &Edge) -> Check {
    let path = edge.store.data.join(".readiness");
    let probe = async {
        tokio::fs::write(&path, b"written and removed by /readyz\n").await?;
        match tokio::fs::remove_file(&path).await {
            // Another node with the same folder was faster.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            other => other,
        }
    };
    match tokio::time::timeout(PATIENCE, probe).await {
        Ok(Ok(())) => ok(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the data folder cannot be written");
            not(State::Failed, "the data folder cannot be written")
        }
        Err(_) => not(State::Failed, "the data folder does not answer"),
    }
}

fn intake(edge: &Edge) -> Check {
    if !edge.intake.is_alive() {
        not(State::Failed, "nobody writes deliveries down")
    } else if edge.intake.is_degraded() {
        not(State::Degraded, "deliveries go to the local journal until the database has them")
    } else {
        ok()
    }
}

/// Whether what was acknowledged becomes messages. Another node may do it: its deeds are looked at, not its pulse.
async fn taking_in(edge: &Edge, seen: &mut Option<(i64, Timestamp)>) -> Check {
    let look = async {
        let (mut waiting, mut filed, mut oldest) = (0, 0, None::<Timestamp>);
        for lane in [PRIVATE_LANE, PUBLIC_LANE] {
            let (count, since) = edge.store.backlog(lane).await?;
            waiting += count;
            filed += edge.store.journal_filed(lane).await?;
            oldest = [oldest, since].into_iter().flatten().min();
        }
        Ok::<_, store::Error>((waiting, filed, oldest))
    };
    let Ok(Ok((waiting, filed, oldest))) = tokio::time::timeout(PATIENCE, look).await else {
        return not(State::Failed, "the journal cannot be read");
    };
    let now = edge.now();
    let stands_since = match *seen {
        Some((before, since)) if before == filed => since,
        _ => now,
    };
    *seen = Some((filed, stands_since));
    let age = oldest.map(|oldest| now.duration_since(oldest)).unwrap_or_default();
    if age <= LATE {
        return ok();
    }
    let detail = format!("{waiting} deliveries wait to be filed, the oldest for {} s", age.as_secs());
    if now.duration_since(stands_since) > LATE { not(State::Failed, detail) } else { not(State::Degraded, detail) }
}

/// The inbox works without it, so it never fails the whole.
async fn search(edge: &Edge) -> Check {
    match tokio::time::timeout(PATIENCE, edge.store.search_is_writable()).await {
        Ok(Ok(())) => ok(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the search index cannot be written");
            not(State::Degraded, "the search index cannot be written: what is new is not found")
        }
        Err(_) => not(State::Degraded, "the search index is busy"),
    }
}
