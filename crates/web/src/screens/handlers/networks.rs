//! Settings about apps and channels: making an app, its keys, connecting accounts, what an account is for.

use super::context::{frame, managing, network, see};
use super::people::{Said, back, base};
use super::receiving::costs;
use crate::apps::{self, ChannelChange, ChannelChoice, FieldChanges};
use crate::client_address::Peer;
use crate::error::{Error, Result};
use crate::screens::settings::apps::{AppView, AppsView, ChannelRow};
use crate::screens::settings::channel::{AbilityRow, ChannelView, ConnectView, ConnectedAccount, KeyField};
use crate::screens::settings::{Notice, apps as page_of_apps, channel as page_of_channel};
use crate::session::Visitor;
use crate::state::Edge;
use axum::Extension;
use axum::extract::{Form, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::id::{AppId, ChannelId};
use domain::vocabulary::{AccessLevel, ChannelRole};
use serde::Deserialize;
use store::channel::{App, Channel, ChannelState, SignOff};

fn channel_row(channel: &Channel) -> ChannelRow {
    ChannelRow {
        channel: channel.id,
        handle: channel.handle.clone(),
        role: channel.role,
        access_level: channel.access_level,
        connected: channel.state == ChannelState::Connected,
        paused: channel.state == ChannelState::Disabled,
    }
}

/// Apps with their channels.
pub(super) async fn list(State(edge): State<Edge>, visitor: Visitor, Query(said): Query<Said>) -> Result<Response> {
    let scope = managing(&visitor)?;
    let (known, channels) = tokio::try_join!(edge.store.apps(scope), edge.store.channels(scope))?;
    let mut costs = costs(&edge, &visitor).await?;
    let apps = known.into_iter().map(|app| AppView {
        app: app.id,
        network: network(&edge, &app.network),
        channels: channels.iter().filter(|channel| channel.app == app.id).map(channel_row).collect(),
        cost: costs.remove(&app.id).map(|(_, cost)| cost),
        name: app.name,
    });
    let view = AppsView {
        apps: apps.collect(),
        networks: edge.networks.all().map(|known| network(&edge, &known.capabilities().network)).collect(),
        notice: said.notice(),
    };
    Ok(page_of_apps::page(&frame(&edge, &visitor).await?, &view).into_response())
}

#[derive(Deserialize)]
pub(super) struct NewApp {
    network: String,
    name: String,
}

/// Makes an app; it stays off until its keys are there.
pub(super) async fn create(State(edge): State<Edge>, visitor: Visitor, Form(form): Form<NewApp>) -> Result<Response> {
    match apps::add_app(&edge, &visitor, &form.network, &form.name, FieldChanges::new(), false).await {
        Ok(app) => Ok(see(&format!("/settings/apps/{}", app.id))),
        failure => back("/settings/apps", failure, "saved"),
    }
}

fn key_fields(edge: &Edge, app: &App) -> Vec<KeyField> {
    let fields = edge.networks.get(&app.network).map(|network| network.app_fields()).unwrap_or_default();
    let field = |field: &networks::network::AppField| KeyField {
        name: field.name.to_owned(),
        kept: app.settings.contains_key(field.name) || app.secrets.contains_key(field.name),
        secret: field.secret,
        required: field.required,
        value: app.settings.get(field.name).cloned().filter(|_| !field.secret),
        default: field.default.map(str::to_owned),
    };
    fields.iter().map(field).collect()
}

/// One app, step by step.
pub(super) async fn one(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(id): Path<AppId>,
    Query(said): Query<Said>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<Response> {
    app_page(&edge, &visitor, id, said.notice(), &base(&edge, peer, &headers)).await
}

/// The page of an app, with what the last act came to.
pub(super) async fn app_page(
    edge: &Edge,
    visitor: &Visitor,
    id: AppId,
    notice: Notice,
    address: &str,
) -> Result<Response> {
    let scope = managing(visitor)?;
    let app = edge.store.app(scope, id).await?;
    let (channels, sources) = tokio::try_join!(edge.store.channels(scope), edge.store.sources(scope))?;
    let ours: Vec<&Channel> = channels.iter().filter(|channel| channel.app == id).collect();
    let of_ours = || sources.iter().filter(|source| ours.iter().any(|channel| channel.id == source.channel));
    let capabilities = edge.networks.get(&app.network).map(|network| network.capabilities());
    let view = ConnectView {
        app: id,
        network: network(edge, &app.network),
        keys: key_fields(edge, &app),
        callback_url: format!("{address}{}", apps::callback_path(&app.network)),
        webhook_url: edge.webhook_url(&app.network, id),
        delivered_at: of_ours()
            .filter(|source| source.source == "deliveries")
            .filter_map(|source| source.last_success_at)
            .max(),
        access_levels: capabilities.map(|capabilities| capabilities.access_levels.clone()).unwrap_or_default(),
        accounts: ours
            .iter()
            .map(|channel| ConnectedAccount {
                channel: channel.id,
                handle: channel.handle.clone(),
                role: channel.role,
                access_level: channel.access_level,
            })
            .collect(),
        first_message_at: of_ours().filter_map(|source| source.last_item_at).min(),
        cost: costs(edge, visitor).await?.remove(&id).map(|(_, cost)| cost),
        enabled: app.enabled,
        name: app.name,
        notice,
    };
    Ok(page_of_channel::connect(&frame(edge, visitor).await?, &view).into_response())
}

/// Keeps the keys of an app, and switches it on when they suffice. An empty secret keeps what is kept.
pub(super) async fn keys(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(id): Path<AppId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let app = edge.store.app(managing(&visitor)?, id).await?;
    let known = key_fields(&edge, &app);
    let changes: FieldChanges = known
        .iter()
        .filter_map(|field| {
            let value =
                fields.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.trim().to_owned())?;
            let untouched = value.is_empty() && field.secret;
            (!untouched).then(|| (field.name.clone(), Some(value).filter(|value| !value.is_empty())))
        })
        .collect();
    let page = format!("/settings/apps/{id}");
    back(&page, apps::change_app(&edge, &visitor, id, None, changes, Some(true)).await, "keys")
}

#[derive(Deserialize)]
pub(super) struct ChannelForm {
    role: String,
    #[serde(default)]
    access_level: Option<String>,
    sign_off: String,
}

impl ChannelForm {
    fn choice(&self) -> Result<ChannelChoice> {
        let level = self.access_level.as_deref().map(|word| {
            AccessLevel::from_word(word).ok_or_else(|| Error::field("access_level", "a level of the network"))
        });
        Ok(ChannelChoice {
            role: ChannelRole::from_word(&self.role)
                .ok_or_else(|| Error::field("role", "brand, support or regional"))?,
            access_level: level.transpose()?,
            sign_off: SignOff::from_word(&self.sign_off)
                .ok_or_else(|| Error::field("sign_off", "none, initials or name"))?,
        })
    }
}

/// Sends the browser to the network's sign-in.
pub(super) async fn connect(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(id): Path<AppId>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(form): Form<ChannelForm>,
) -> Result<Response> {
    match apps::begin_connect(&edge, &visitor, &base(&edge, peer, &headers), id, form.choice()?).await {
        Ok(begun) => Ok(see(&begun.authorize_url)),
        failure => back(&format!("/settings/apps/{id}"), failure, "saved"),
    }
}

/// One channel.
pub(super) async fn channel(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(id): Path<ChannelId>,
    Query(said): Query<Said>,
) -> Result<Response> {
    channel_page(&edge, &visitor, id, said.notice()).await
}

/// The page of a channel, with what the last act came to.
pub(super) async fn channel_page(edge: &Edge, visitor: &Visitor, id: ChannelId, notice: Notice) -> Result<Response> {
    let channel = edge.store.channel(managing(visitor)?, id).await?;
    let folder = edge.networks.get(&channel.network).ok_or(Error::NotFound)?;
    let can = folder.capabilities();
    let abilities = [
        ("reply", can.public_text.is_some()),
        ("post", can.new_post),
        ("direct-message", can.private_text.is_some()),
        ("hide", can.hide_reply),
        ("delete", can.delete_own),
    ];
    let view = ChannelView {
        channel: id,
        app: channel.app,
        handle: channel.handle,
        network: network(edge, &channel.network),
        role: channel.role,
        access_level: channel.access_level,
        access_levels: can.access_levels.clone(),
        sign_off: channel.sign_off.word(),
        paused: channel.state == ChannelState::Disabled,
        connected: channel.state != ChannelState::Revoked,
        abilities: abilities.into_iter().map(|(name, possible)| AbilityRow { name, possible }).collect(),
        notice,
    };
    Ok(page_of_channel::page(&frame(edge, visitor).await?, &view).into_response())
}

/// Changes what an account is for.
pub(super) async fn change_channel(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(id): Path<ChannelId>,
    Form(form): Form<ChannelForm>,
) -> Result<Response> {
    let choice = form.choice()?;
    let change = ChannelChange {
        role: Some(choice.role),
        access_level: choice.access_level,
        sign_off: Some(choice.sign_off),
        enabled: None,
    };
    back(&format!("/settings/channels/{id}"), apps::change_channel(&edge, &visitor, id, change).await, "saved")
}

/// Pauses an account, or lets it go on.
pub(super) async fn switch_channel(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path((id, act)): Path<(ChannelId, String)>,
) -> Result<Response> {
    let enabled = match act.as_str() {
        "pause" => false,
        "resume" => true,
        _ => return Err(Error::NotFound),
    };
    let change = ChannelChange { enabled: Some(enabled), ..ChannelChange::default() };
    back(&format!("/settings/channels/{id}"), apps::change_channel(&edge, &visitor, id, change).await, "saved")
}
