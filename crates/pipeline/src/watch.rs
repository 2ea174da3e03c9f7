//! Watching the way in: whether the network still delivers to our address, and asking for what it could not deliver.

use crate::access::{AccessError, channel_access, revive};
use crate::environment::Environment;
use domain::Timestamp;
use domain::id::{AppId, ChannelId};
use jiff::SignedDuration;
use networks::network::{CallError, Subscribed};
use std::collections::HashMap;
use store::channel::Channel;
use store::ledger::Gap;

/// Name of the ledger's line for what the network was asked to deliver, and where.
const REGISTRATION: &str = "registration";
/// How often the network is asked whether it still delivers. X gives an address up after a day of trouble.
const LOOK_EVERY: SignedDuration = SignedDuration::from_mins(30);
/// Pause after a failure that may pass.
const AFTER_FAILURE: SignedDuration = SignedDuration::from_mins(1);
/// Pause after a no: the address may become reachable.
const AFTER_REFUSAL: SignedDuration = SignedDuration::from_mins(5);

/// When each channel's way in is looked at next, and which gaps the network was asked to deliver again.
#[derive(Default)]
pub(crate) struct Watch {
    looks: HashMap<ChannelId, Timestamp>,
    replays: HashMap<(AppId, Timestamp, Timestamp), Option<Timestamp>>,
}

impl Watch {
    /// Has the network confirm the webhook and what it delivers there, and mends what is missing. At every start too:
    /// after a long absence the network may have given the address up.
    pub(crate) async fn look(
        &mut self,
        environment: &Environment,
        channel: &Channel,
        now: Timestamp,
    ) -> store::Result<()> {
        if self.looks.get(&channel.id).is_some_and(|next| *next > now) {
            return Ok(());
        }
        let (workspace, id) = (channel.workspace, channel.id);
        let next = match subscribe(environment, channel).await {
            Ok(_) => {
                environment.store.source_succeeded(workspace, id, REGISTRATION, false, environment.clock.now()).await?;
                now + LOOK_EVERY
            }
            Err(AccessError::Store(error)) => return Err(error),
            // The channel lives on polling: that is a choice, not a failure.
            Err(error) if is_a_choice(&error) => now + LOOK_EVERY,
            Err(error) => {
                let next = match &error {
                    AccessError::Call(CallError::Later { at, .. }) => at.unwrap_or(now + AFTER_FAILURE),
                    AccessError::Call(CallError::Refused { .. }) => now + AFTER_REFUSAL,
                    _ => now + LOOK_EVERY,
                };
                tracing::warn!(channel = %id, %error, "the network does not deliver to our address");
                environment
                    .store
                    .source_failed(workspace, id, REGISTRATION, &error.to_string(), Some(next), environment.clock.now())
                    .await?;
                next
            }
        };
        self.looks.insert(id, next);
        Ok(())
    }

    /// Asks the network to deliver a gap again, once for all channels of an app; again when it could not now.
    pub(crate) async fn ask_for_replay(
        &mut self,
        environment: &Environment,
        channel: &Channel,
        gap: &Gap,
        now: Timestamp,
    ) {
        let key = (channel.app, gap.from_at, gap.to_at);
        match self.replays.get(&key) {
            Some(None) => return,
            Some(Some(next)) if *next > now => return,
            _ => {}
        }
        let outcome = async {
            let (network, access) = channel_access(environment, channel.workspace, channel.id).await?;
            let url = environment.webhook_url(&channel.network, channel.app);
            network.replay(&access.app, &url, gap.from_at, gap.to_at).await?;
            Ok::<(), AccessError>(())
        };
        let next = match outcome.await {
            Ok(()) => {
                tracing::info!(channel = %channel.id, "asked the network to deliver the gap again");
                None
            }
            // Polling reads what it can; replay is the first of two ways.
            Err(error) => {
                tracing::info!(channel = %channel.id, %error, "no replay of the gap");
                match error {
                    AccessError::Call(CallError::Later { at, .. }) => Some(at.unwrap_or(now + AFTER_FAILURE)),
                    _ => None,
                }
            }
        };
        self.replays.insert(key, next);
    }
}

fn is_a_choice(error: &AccessError) -> bool {
    match error {
        AccessError::Call(CallError::Refused { code, .. }) => code == "not_configured",
        AccessError::Call(CallError::Absent) => true,
        _ => false,
    }
}

/// Registers the webhook and the subscriptions of a channel at its network; idempotent.
pub async fn subscribe(environment: &Environment, channel: &Channel) -> Result<Subscribed, AccessError> {
    let (network, mut access) = channel_access(environment, channel.workspace, channel.id).await?;
    let url = environment.webhook_url(&channel.network, channel.app);
    let mut done = network.subscribe(&access, &url).await;
    if let Err(CallError::Unauthorised { message }) = done {
        revive(environment, channel.workspace, network.as_ref(), &mut access, message).await?;
        done = network.subscribe(&access, &url).await;
    }
    Ok(done?)
}
