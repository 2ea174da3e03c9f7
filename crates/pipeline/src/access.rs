//! Keys to act with: an app's secrets and a channel's tokens, refreshed in time and stored before their first use.

use crate::environment::Environment;
use domain::id::{ChannelId, WorkspaceId};
use domain::people::Scope;
use networks::network::CallError;
use networks::{AppAccess, ChannelAccess, Network, Secret, Tokens};
use std::sync::Arc;
use store::channel::App;

/// Tokens that die sooner than this are renewed first.
const RENEW_BEFORE: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);
/// How long one node may take for a renewal.
const LEASE: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);

/// Why a channel cannot act.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The network said no, or not now.
    #[error(transparent)]
    Call(#[from] CallError),
    /// This build does not know the network.
    #[error("unknown network")]
    UnknownNetwork,
    /// The stored keys are of a form that this version does not read.
    #[error("stored tokens cannot be read")]
    Unreadable,
}

/// An app as the networks crate wants it.
pub fn app_access(app: &App) -> AppAccess {
    AppAccess {
        app: app.id,
        settings: app.settings.clone(),
        secrets: app.secrets.iter().map(|(name, secret)| (name.clone(), Secret::new(secret.clone()))).collect(),
    }
}

/// A channel ready to act, with keys that live long enough.
pub async fn channel_access(
    environment: &Environment,
    workspace: WorkspaceId,
    id: ChannelId,
) -> Result<(Arc<dyn Network>, ChannelAccess), AccessError> {
    let scope = Scope::system(workspace);
    let channel = environment.store.channel(&scope, id).await?;
    let network = environment.networks.get(&channel.network).cloned().ok_or(AccessError::UnknownNetwork)?;
    let app = app_access(&environment.store.app(&scope, channel.app).await?);
    let tokens = read_tokens(environment, workspace, id).await?;
    let mut access = ChannelAccess { channel: id, app, facts: channel.facts(), tokens };
    let now = environment.clock.now();
    if access.tokens.expires_at.is_some_and(|at| at < now + RENEW_BEFORE) {
        access.tokens = renew(environment, network.as_ref(), workspace, &access).await?;
    }
    Ok((network, access))
}

async fn read_tokens(environment: &Environment, workspace: WorkspaceId, id: ChannelId) -> Result<Tokens, AccessError> {
    let text = environment.store.channel_tokens(workspace, id).await?;
    serde_json::from_str(&text).map_err(|_| AccessError::Unreadable)
}

/// Buys the next pair under a lease: refresh tokens rotate, and two nodes that refresh at once would kill each other's.
pub async fn renew(
    environment: &Environment,
    network: &dyn Network,
    workspace: WorkspaceId,
    access: &ChannelAccess,
) -> Result<Tokens, AccessError> {
    let name = format!("refresh:{}", access.channel);
    // The holder is this very renewal, not the node: two tasks of one node must not refresh at once either.
    let holder = format!("{}:{}", environment.node, uuid::Uuid::now_v7());
    let now = environment.clock.now();
    if !environment.store.take_lease(&name, &holder, now, now + LEASE).await? {
        let at = Some(now + jiff::SignedDuration::from_secs(1));
        return Err(CallError::Later { at, message: "the tokens are being renewed".to_owned() }.into());
    }
    let renewed = renew_under_lease(environment, network, workspace, access).await;
    environment.store.give_lease(&name, &holder).await?;
    renewed
}

async fn renew_under_lease(
    environment: &Environment,
    network: &dyn Network,
    workspace: WorkspaceId,
    access: &ChannelAccess,
) -> Result<Tokens, AccessError> {
    let stored = read_tokens(environment, workspace, access.channel).await?;
    if stored.access_token != access.tokens.access_token {
        // Somebody renewed them between our read and our lease.
        return Ok(stored);
    }
    let tokens = network.refresh(&access.app, &stored).await?;
    let text = serde_json::to_string(&tokens).map_err(|_| AccessError::Unreadable)?;
    environment.store.store_tokens(workspace, access.channel, &text, tokens.expires_at).await?;
    Ok(tokens)
}

/// After a call found the token dead: gives the channel new keys, so that the call can be done once more.
///
/// # Errors
/// [`CallError::Unauthorised`] when there is nothing to renew them with.
pub async fn revive(
    environment: &Environment,
    workspace: WorkspaceId,
    network: &dyn Network,
    access: &mut ChannelAccess,
    message: String,
) -> Result<(), AccessError> {
    if access.tokens.refresh_token.is_none() {
        return Err(CallError::Unauthorised { message }.into());
    }
    access.tokens = renew(environment, network, workspace, access).await?;
    Ok(())
}
