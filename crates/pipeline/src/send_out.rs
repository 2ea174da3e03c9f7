//! Sending out: what is owed is leased, the network is asked once, its answer is written down.
//!
//! A try whose outcome nobody saw (time-out, a crash between asking and writing down) is never repeated before a look at
//! the network said that it is not there.

use crate::access::{AccessError, channel_access};
use crate::environment::Environment;
use crate::{crash, media};
use bus::Work;
use domain::Timestamp;
use domain::id::{ChannelId, WorkspaceId};
use domain::outgoing::{Outcome, Reconciled};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use networks::network::{CallError, Charge};
use std::collections::BTreeMap;
use std::time::Duration;
use store::outbox::{Owed, Recorded, SendError};
use tokio_util::sync::CancellationToken;

/// Rows leased at once.
const LEASED: i64 = 64;
/// How long a node may be silent before the others hold it for dead: what it had under way is then looked up.
const LEASE: jiff::SignedDuration = jiff::SignedDuration::from_secs(15);
/// How often a living node says that it is still at it. A slow network must not look like a dead node.
const HOLD: Duration = Duration::from_secs(4);
/// How often the outbox is looked at without a wake-up.
const LOOK: Duration = Duration::from_secs(1);
/// Tries of one act before a person is asked.
const TRIES: i64 = 10;
/// Tries of one act whose outcome was never seen, before a person is asked.
const UNSEEN_TRIES: i64 = 4;
/// A look that finds nothing is believed only so long after the try: a network's own lists may lag.
const SETTLE: jiff::SignedDuration = jiff::SignedDuration::from_secs(8);
/// Time between two looks.
const LOOK_AGAIN: jiff::SignedDuration = jiff::SignedDuration::from_secs(4);
/// Clocks differ: a post may carry a time a little before our try.
const SKEW: jiff::SignedDuration = jiff::SignedDuration::from_mins(2);

/// Works until it is told to stop; what is under way is finished first.
pub async fn run(environment: Environment, stop: CancellationToken) {
    let mut waiter = environment.bus.waiter(Work::Outbox);
    while !stop.is_cancelled() {
        match step(&environment).await {
            Ok(0) => {
                let pause = until_next(&environment).await;
                tokio::select! {
                    () = waiter.wait() => {}
                    () = tokio::time::sleep(pause) => {}
                    () = stop.cancelled() => {}
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "sending stands still");
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

async fn until_next(environment: &Environment) -> Duration {
    let due = environment.store.next_owed().await.ok().flatten();
    let wait = due
        .map_or(LOOK, |due| Duration::try_from(due.duration_since(environment.clock.now())).unwrap_or(Duration::ZERO));
    wait.clamp(Duration::from_millis(20), LOOK)
}

/// Does everything that is due once; how many rows were handled. Channels go side by side, each in its own order.
pub async fn step(environment: &Environment) -> store::Result<usize> {
    let now = environment.clock.now();
    // The holder is this very round: what an earlier round had to leave behind must not be held on to.
    let holder = &*format!("{}:{}", environment.node, uuid::Uuid::now_v7());
    let owed = environment.store.lease_owed(holder, now, now + LEASE, LEASED).await?;
    let count = owed.len();
    if count > 0 {
        crash::point("after_claim");
    }
    let mut by_channel: BTreeMap<(WorkspaceId, ChannelId), Vec<Owed>> = BTreeMap::new();
    for row in owed {
        by_channel.entry((row.workspace, row.channel)).or_default().push(row);
    }
    let mut channels: FuturesUnordered<_> = by_channel
        .into_values()
        .map(|rows| async move {
            for row in rows {
                // The rows before it may have taken long, and a node that was frozen meanwhile owns nothing any more.
                if environment.store.is_held(&row, holder, environment.clock.now()).await? {
                    settle(environment, &row).await?;
                }
            }
            Ok::<(), store::Error>(())
        })
        .collect();
    let mut outcome = Ok(count);
    let mut hold = tokio::time::interval_at(tokio::time::Instant::now() + HOLD, HOLD);
    loop {
        tokio::select! {
            done = channels.next() => match done {
                Some(Ok(())) => {}
                Some(Err(error)) => outcome = Err(error),
                None => return outcome,
            },
            _ = hold.tick() => {
                let until = environment.clock.now().saturating_add(LEASE).unwrap_or(now + LEASE);
                if let Err(error) = environment.store.hold_owed(holder, until).await {
                    tracing::warn!(%error, "leases could not be extended");
                }
            }
        }
    }
}

async fn settle(environment: &Environment, owed: &Owed) -> store::Result<()> {
    let recorded = if owed.unknown { look(environment, owed).await } else { attempt(environment, owed).await }?;
    crash::point("after_network_accepted");
    let last = environment.store.record(owed, &recorded, environment.clock.now()).await?;
    crash::point("after_recorded");
    metrics::counter!("sends", "outcome" => outcome_word(&recorded)).increment(1);
    if let Some(last) = last {
        environment.bus.event(owed.workspace, last);
    }
    Ok(())
}

fn outcome_word(recorded: &Recorded) -> &'static str {
    match recorded {
        Recorded::Sent { .. } => "sent",
        Recorded::Later { .. } => "later",
        Recorded::Failed { .. } => "failed",
        Recorded::Unknown { .. } => "unknown",
    }
}

fn error(code: &str, message: impl Into<String>) -> SendError {
    SendError { code: code.to_owned(), message: message.into(), candidates: Vec::new() }
}

/// Twice as long after each try, from two seconds to a quarter of an hour.
fn backoff(now: Timestamp, attempts: i64) -> Timestamp {
    let seconds = 2_i64.saturating_pow(u32::try_from(attempts.clamp(1, 12)).unwrap_or(12)).min(900);
    now.saturating_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(now)
}

async fn attempt(environment: &Environment, owed: &Owed) -> store::Result<Recorded> {
    let (network, mut access) = match channel_access(environment, owed.workspace, owed.channel).await {
        Ok(ready) => ready,
        Err(trouble) => return no_access(environment, owed, trouble).await,
    };
    if !access.facts.connected {
        return Ok(Recorded::Failed { error: error("channel_not_connected", "the account is not connected") });
    }
    let files = media::StoredFiles::new(environment, owed.workspace);
    let mut renewed = false;
    loop {
        let now = environment.clock.now();
        let sent = network.send(&access, &owed.outgoing, &files, now).await;
        charge(environment, owed.workspace, &access, network.prices(), &sent.charges).await?;
        return Ok(match sent.outcome {
            Outcome::Sent { external_id, .. } => Recorded::Sent { external_id },
            Outcome::Refused { code, message } => Recorded::Failed { error: error(&code, message) },
            Outcome::RetryAt { code, message, .. } if owed.attempts >= TRIES => {
                Recorded::Failed { error: error(&code, message) }
            }
            Outcome::RetryAt { at, code, message } => {
                Recorded::Later { at: at.unwrap_or_else(|| backoff(now, owed.attempts)), error: error(&code, message) }
            }
            // Doing it twice changes nothing that people see: simply try again.
            Outcome::Unknown { message } if !owed.outgoing.appears() => {
                Recorded::Later { at: backoff(now, owed.attempts), error: error("timeout", message) }
            }
            // A network that calls it a duplicate, and then does not show it, is asked no further: a person looks.
            Outcome::Unknown { message } if owed.attempts >= UNSEEN_TRIES => {
                Recorded::Unknown { look_at: None, error: error(SendError::UNSEEN, message) }
            }
            Outcome::Unknown { message } => Recorded::Unknown {
                look_at: Some(now.saturating_add(LOOK_AGAIN).unwrap_or(now)),
                error: error("unknown", message),
            },
            Outcome::Unauthorised { message } if renewed || access.tokens.refresh_token.is_none() => {
                environment.store.revoke_channel(owed.workspace, owed.channel, "unauthorised", now).await?;
                Recorded::Failed { error: error("unauthorised", message) }
            }
            Outcome::Unauthorised { .. } => {
                match crate::access::renew(environment, network.as_ref(), owed.workspace, &access).await {
                    Ok(tokens) => {
                        access.tokens = tokens;
                        renewed = true;
                        continue;
                    }
                    Err(trouble) => no_access(environment, owed, trouble).await?,
                }
            }
        });
    }
}

async fn no_access(environment: &Environment, owed: &Owed, trouble: AccessError) -> store::Result<Recorded> {
    let now = environment.clock.now();
    Ok(match trouble {
        AccessError::Store(store::Error::NotFound) => {
            Recorded::Failed { error: error("channel_gone", "the account was removed") }
        }
        AccessError::Store(trouble) => return Err(trouble),
        AccessError::Call(CallError::Later { at, message }) => {
            Recorded::Later { at: at.unwrap_or_else(|| backoff(now, owed.attempts)), error: error("not_now", message) }
        }
        AccessError::Call(CallError::Unauthorised { message } | CallError::Refused { message, .. }) => {
            environment.store.revoke_channel(owed.workspace, owed.channel, "unauthorised", now).await?;
            Recorded::Failed { error: error("unauthorised", message) }
        }
        trouble @ (AccessError::Call(CallError::Absent) | AccessError::UnknownNetwork | AccessError::Unreadable) => {
            Recorded::Failed { error: error("cannot_send", trouble.to_string()) }
        }
    })
}

/// Looks whether an act of unknown outcome stands at the network.
async fn look(environment: &Environment, owed: &Owed) -> store::Result<Recorded> {
    let now = environment.clock.now();
    let tried = owed.attempted_at.unwrap_or(now);
    let from = tried.saturating_sub(SKEW).unwrap_or(tried);
    let again = |message: String, at: Option<Timestamp>| Recorded::Unknown {
        look_at: Some(at.unwrap_or_else(|| now.saturating_add(LOOK_AGAIN).unwrap_or(now))),
        error: error("unknown", message),
    };
    let (network, access) = match channel_access(environment, owed.workspace, owed.channel).await {
        Ok(ready) => ready,
        Err(AccessError::Store(trouble)) => return Err(trouble),
        Err(trouble) => return Ok(again(trouble.to_string(), Some(backoff(now, 5)))),
    };
    let taken = environment.store.known_sent(owed.workspace, owed.channel, from).await?;
    Ok(match network.reconcile(&access, &owed.outgoing, from, &taken).await {
        Reconciled::Found { external_id } => Recorded::Sent { external_id: Some(external_id) },
        Reconciled::Absent if now.duration_since(tried) < SETTLE => again("not seen yet".to_owned(), None),
        // Surely not there: it is owed as on the first day.
        Reconciled::Absent => Recorded::Later { at: now, error: error("not_sent", "the network does not have it") },
        Reconciled::Ambiguous { candidates } => Recorded::Unknown {
            look_at: None,
            error: SendError {
                code: SendError::AMBIGUOUS.to_owned(),
                message: "several equal posts".to_owned(),
                candidates,
            },
        },
        Reconciled::NotNow { at, message } => again(message, at),
    })
}

/// Writes what a call cost into the meter of its app.
pub(crate) async fn charge(
    environment: &Environment,
    workspace: WorkspaceId,
    access: &networks::ChannelAccess,
    prices: &[(&str, i64)],
    charges: &[Charge],
) -> store::Result<()> {
    let day = environment.clock.now().to_string().chars().take(10).collect::<String>();
    for charge in charges {
        let price = prices.iter().find(|(what, _)| *what == charge.what).map_or(0, |(_, price)| *price);
        environment
            .store
            .add_cost(workspace, access.app.app, &day, &charge.what, charge.count, charge.count.saturating_mul(price))
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_and_ends_at_a_quarter_of_an_hour() {
        let now = Timestamp::UNIX_EPOCH;
        let seconds: Vec<i64> = [1, 2, 3, 9, 10, 99].iter().map(|tries| backoff(now, *tries).as_second()).collect();
        assert_eq!(seconds, [2, 4, 8, 512, 900, 900]);
    }
}
