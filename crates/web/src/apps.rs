//! What people do with apps and channels; REST and screens call the same functions, each act leaves an audit entry.

mod connect;

pub use connect::{Begun, begin_connect, callback_path, end_connect, routes};

use crate::door::acceptable_name;
use crate::error::{Error, Field, Result};
use crate::session::Visitor;
use crate::state::Edge;
use bus::Work;
use domain::id::{AppId, ChannelId};
use domain::vocabulary::{AccessLevel, ChannelRole};
use networks::network::{AppField, CallError, Subscribed};
use networks::{Secret, Tokens};
use pipeline::access::{AccessError, app_access};
use std::collections::BTreeMap;
use store::account::NewAudit;
use store::channel::{App, Channel, ChannelState, NewChannel, SignOff};
use uuid::Uuid;

/// Longest value of an app's field.
const LONGEST_VALUE: usize = 4096;

/// Fields by name; `None` takes a field away.
pub type FieldChanges = BTreeMap<String, Option<String>>;

/// What a channel is for and how it signs.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub struct ChannelChoice {
    /// What it is for.
    pub role: ChannelRole,
    /// How far the network lets it go, where it has levels.
    pub access_level: Option<AccessLevel>,
    /// How people sign.
    pub sign_off: SignOff,
}

/// A change of a channel; `None` leaves it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChannelChange {
    /// What it is for.
    pub role: Option<ChannelRole>,
    /// How far the network lets it go.
    pub access_level: Option<AccessLevel>,
    /// How people sign.
    pub sign_off: Option<SignOff>,
    /// Whether it is switched on.
    pub enabled: Option<bool>,
}

pub(crate) async fn written(
    edge: &Edge,
    visitor: &Visitor,
    act: &str,
    subject: Uuid,
    detail: serde_json::Value,
) -> Result<()> {
    let entry = NewAudit { act, subject: &subject.to_string(), detail };
    edge.store.write_audit(&visitor.scope, entry, edge.now()).await?;
    edge.bus.work(Work::Channels);
    edge.wake(visitor.scope.workspace).await
}

/// Adds an app, switched off until its required fields are there.
///
/// # Errors
/// 403 unless the visitor manages, 422 for an unknown network or a name or field that is not allowed.
pub async fn add_app(
    edge: &Edge,
    visitor: &Visitor,
    network: &str,
    name: &str,
    fields: FieldChanges,
    enabled: bool,
) -> Result<App> {
    visitor.must_manage()?;
    let folder = edge.networks.get(network).ok_or_else(|| Error::field("network", "one of GET /networks"))?;
    let name = acceptable_name(name).ok_or_else(|| Error::field("name", "1 to 80 characters"))?;
    let mut app = App {
        workspace: visitor.scope.workspace,
        id: AppId(Uuid::now_v7()),
        network: network.to_owned(),
        name,
        settings: BTreeMap::new(),
        secrets: BTreeMap::new(),
        enabled,
        created_at: edge.now(),
    };
    put_fields(&mut app, folder.app_fields(), fields)?;
    check_enabled(&app, folder.app_fields())?;
    let (settings, secrets) = (&app.settings, &app.secrets);
    edge.store.add_app(&visitor.scope, app.id, network, &app.name, settings, secrets, enabled, edge.now()).await?;
    written(edge, visitor, "app.created", app.id.0, serde_json::json!({ "network": network, "name": app.name }))
        .await?;
    Ok(app)
}

/// Changes an app's name, fields and whether it is on. Secrets are written, never read.
///
/// # Errors
/// 403 unless the visitor manages, 422 for what is not allowed: an app without its required fields stays off.
pub async fn change_app(
    edge: &Edge,
    visitor: &Visitor,
    id: AppId,
    name: Option<&str>,
    fields: FieldChanges,
    enabled: Option<bool>,
) -> Result<App> {
    visitor.must_manage()?;
    let mut app = edge.store.app(&visitor.scope, id).await?;
    let folder = edge.networks.get(&app.network).ok_or(Error::NotFound)?;
    if let Some(name) = name {
        app.name = acceptable_name(name).ok_or_else(|| Error::field("name", "1 to 80 characters"))?;
    }
    let changed: Vec<String> = fields.keys().cloned().collect();
    put_fields(&mut app, folder.app_fields(), fields)?;
    app.enabled = enabled.unwrap_or(app.enabled);
    check_enabled(&app, folder.app_fields())?;
    edge.store.change_app(&visitor.scope, &app, edge.now()).await?;
    let detail = serde_json::json!({ "name": app.name, "fields": changed, "enabled": app.enabled });
    written(edge, visitor, "app.changed", id.0, detail).await?;
    Ok(app)
}

fn put_fields(app: &mut App, known: &[AppField], fields: FieldChanges) -> Result<()> {
    let mut wrong = Vec::new();
    for (name, value) in fields {
        let Some(field) = known.iter().find(|field| field.name == name) else {
            wrong.push(Field { field: format!("fields.{name}"), allowed: "a field of this network".to_owned() });
            continue;
        };
        let place = if field.secret { &mut app.secrets } else { &mut app.settings };
        match value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()) {
            None => {
                place.remove(&name);
            }
            Some(value) if value.len() <= LONGEST_VALUE && !value.chars().any(char::is_control) => {
                place.insert(name, value);
            }
            Some(_) => {
                let allowed = "at most 4096 bytes without control characters".to_owned();
                wrong.push(Field { field: format!("fields.{name}"), allowed });
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}

/// An app without its secret would take anybody's word: it cannot be switched on.
fn check_enabled(app: &App, known: &[AppField]) -> Result<()> {
    let has = |name: &str| app.settings.contains_key(name) || app.secrets.contains_key(name);
    let missing = known.iter().filter(|field| field.required && field.default.is_none() && !has(field.name));
    let missing: Vec<Field> = missing
        .map(|field| Field {
            field: format!("fields.{}", field.name),
            allowed: "present before the app is enabled".to_owned(),
        })
        .collect();
    if app.enabled && !missing.is_empty() { Err(Error::Invalid(missing)) } else { Ok(()) }
}

/// Adds an account with tokens that the operator brings; the network is asked whose they are.
///
/// # Errors
/// 403 unless the visitor manages, 502 with the network's words.
pub async fn add_channel(
    edge: &Edge,
    visitor: &Visitor,
    app: AppId,
    access_token: String,
    refresh_token: Option<String>,
    choice: ChannelChoice,
) -> Result<Channel> {
    visitor.must_manage()?;
    let app = edge.store.app(&visitor.scope, app).await?;
    let network = edge.networks.get(&app.network).ok_or(Error::NotFound)?;
    check_level(network.capabilities(), choice.access_level)?;
    let tokens = Tokens {
        access_token: Secret::new(access_token),
        refresh_token: refresh_token.map(Secret::new),
        expires_at: None,
        permissions: Vec::new(),
    };
    let connected = network.whoami(&app_access(&app), &tokens).await.map_err(said)?;
    keep_channel(edge, visitor, &app, connected, choice).await
}

pub(crate) fn said(error: CallError) -> Error {
    Error::Network(error.to_string())
}

fn check_level(capabilities: &domain::capability::Capabilities, level: Option<AccessLevel>) -> Result<()> {
    let levels = &capabilities.access_levels;
    let fits = level.map_or(levels.is_empty(), |level| levels.contains(&level));
    let allowed = if levels.is_empty() {
        "absent".to_owned()
    } else {
        levels.iter().map(|level| level.word()).collect::<Vec<_>>().join(", ")
    };
    if fits { Ok(()) } else { Err(Error::field("access_level", allowed)) }
}

async fn keep_channel(
    edge: &Edge,
    visitor: &Visitor,
    app: &App,
    connected: networks::network::Connected,
    choice: ChannelChoice,
) -> Result<Channel> {
    let tokens = serde_json::to_string(&connected.tokens).map_err(|error| Error::Inner(error.to_string()))?;
    let new = NewChannel {
        app: app.id,
        network: app.network.clone(),
        external_id: connected.external_id,
        handle: connected.handle,
        name: connected.name,
        avatar_url: connected.avatar_url,
        role: choice.role,
        access_level: choice.access_level,
        sign_off: choice.sign_off,
        tokens,
        tokens_expire_at: connected.tokens.expires_at,
    };
    let id = edge.store.add_channel(&visitor.scope, &new, edge.now()).await?;
    let detail = serde_json::json!({ "network": app.network, "handle": new.handle });
    written(edge, visitor, "channel.connected", id.0, detail).await?;
    let channel = edge.store.channel(&visitor.scope, id).await?;
    subscribe(edge, &channel).await;
    Ok(channel)
}

/// Asks the network to deliver; when it does not want to now, polling goes on and the source's health shows it.
async fn subscribe(edge: &Edge, channel: &Channel) {
    if let Err(error) = pipeline::watch::subscribe(&edge.environment, channel).await {
        tracing::warn!(channel = %channel.id, %error, "the network was not asked to deliver");
    }
}

/// Registers the webhook and the subscriptions of a channel anew. The inner result is what the network said.
///
/// # Errors
/// 403 unless the visitor manages, 404 outside the workspace.
pub async fn subscribe_again(
    edge: &Edge,
    visitor: &Visitor,
    id: ChannelId,
) -> Result<std::result::Result<Subscribed, CallError>> {
    visitor.must_manage()?;
    let channel = edge.store.channel(&visitor.scope, id).await?;
    let outcome = match pipeline::watch::subscribe(&edge.environment, &channel).await {
        Ok(subscribed) => Ok(subscribed),
        Err(AccessError::Store(error)) => return Err(error.into()),
        Err(AccessError::Call(said)) => Err(said),
        Err(AccessError::UnknownNetwork) => Err(CallError::Absent),
        // Keys that cannot be read are as good as none.
        Err(trouble @ AccessError::Unreadable) => Err(CallError::Unauthorised { message: trouble.to_string() }),
    };
    let said = outcome.as_ref().map_or_else(ToString::to_string, |subscribed| subscribed.refused.join(", "));
    let detail = serde_json::json!({ "done": outcome.is_ok(), "said": said });
    written(edge, visitor, "channel.subscribed", id.0, detail).await?;
    Ok(outcome)
}

/// Changes what people may change about a channel.
///
/// # Errors
/// 403 unless the visitor manages, 409 `revoked` for switching on what must be connected again.
pub async fn change_channel(edge: &Edge, visitor: &Visitor, id: ChannelId, change: ChannelChange) -> Result<Channel> {
    visitor.must_manage()?;
    let mut channel = edge.store.channel(&visitor.scope, id).await?;
    let network = edge.networks.get(&channel.network).ok_or(Error::NotFound)?;
    channel.role = change.role.unwrap_or(channel.role);
    channel.sign_off = change.sign_off.unwrap_or(channel.sign_off);
    if change.access_level.is_some() {
        check_level(network.capabilities(), change.access_level)?;
        channel.access_level = change.access_level;
    }
    match (change.enabled, channel.state) {
        (Some(true), ChannelState::Revoked) => return Err(Error::Conflict("revoked")),
        (Some(true), _) => channel.state = ChannelState::Connected,
        (Some(false), ChannelState::Connected) => channel.state = ChannelState::Disabled,
        (Some(false) | None, _) => {}
    }
    edge.store.change_channel(&visitor.scope, &channel, edge.now()).await?;
    let detail = serde_json::json!({ "role": channel.role, "state": channel.state.word() });
    written(edge, visitor, "channel.changed", id.0, detail).await?;
    Ok(channel)
}
