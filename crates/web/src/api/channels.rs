//! Channels: the accounts of ours. Their keys are written and never read.

use super::read::{PageQuery, word};
use super::{Id, Json, List, Query, ReadFailures, WriteFailures, words};
use crate::apps::{self, ChannelChange, ChannelChoice};
use crate::error::{Error, Result};
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use domain::id::{AppId, ChannelId};
use domain::vocabulary::{AccessLevel, ChannelRole};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::channel::{Channel, SignOff};
use utoipa::ToSchema;
use uuid::Uuid;

const SIGN_OFFS: &[SignOff] = &[SignOff::None, SignOff::Initials, SignOff::Name];

/// A channel without its keys.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelBody {
    /// Which.
    pub id: Uuid,
    /// The app that carries it.
    pub app: Uuid,
    /// At which network.
    pub network: String,
    /// The network's id of the account.
    pub external_id: String,
    /// Handle without `@`.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// What it is for.
    #[schema(schema_with = words::channel_role)]
    pub role: &'static str,
    /// How far the network lets it go.
    #[schema(schema_with = words::optional_access_level)]
    pub access_level: Option<&'static str>,
    /// How people sign.
    #[schema(schema_with = words::sign_off)]
    pub sign_off: &'static str,
    /// Where it stands.
    #[schema(schema_with = words::channel_state)]
    pub state: &'static str,
    /// Why, as a code or in the network's words.
    pub state_reason: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
}

impl From<Channel> for ChannelBody {
    fn from(channel: Channel) -> Self {
        Self {
            id: channel.id.0,
            app: channel.app.0,
            network: channel.network,
            external_id: channel.external_id,
            handle: channel.handle,
            name: channel.name,
            role: channel.role.word(),
            access_level: channel.access_level.map(AccessLevel::word),
            sign_off: channel.sign_off.word(),
            state: channel.state.word(),
            state_reason: channel.state_reason,
            created_at: channel.created_at,
        }
    }
}

/// An account with tokens that the operator brings.
#[derive(Deserialize, ToSchema)]
pub struct NewChannelBody {
    /// The app that carries it.
    pub app: Uuid,
    /// Its access token.
    #[schema(min_length = 1, max_length = 4096)]
    pub access_token: String,
    /// Buys the next pair.
    #[schema(max_length = 4096)]
    pub refresh_token: Option<String>,
    /// What it is for.
    #[schema(schema_with = words::channel_role)]
    pub role: String,
    /// How far the network lets it go; for networks with several levels.
    #[schema(schema_with = words::optional_access_level)]
    pub access_level: Option<String>,
    /// How people sign; `none` unless told.
    #[schema(schema_with = words::optional_sign_off)]
    pub sign_off: Option<String>,
}

/// A change of a channel; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChannelChangeBody {
    /// What it is for.
    #[schema(schema_with = words::optional_channel_role)]
    pub role: Option<String>,
    /// How far the network lets it go.
    #[schema(schema_with = words::optional_access_level)]
    pub access_level: Option<String>,
    /// How people sign.
    #[schema(schema_with = words::optional_sign_off)]
    pub sign_off: Option<String>,
    /// Whether it receives and sends.
    pub enabled: Option<bool>,
}

fn level(text: Option<&str>) -> Result<Option<AccessLevel>> {
    text.map(|text| word("access_level", text, AccessLevel::ALL, AccessLevel::word)).transpose()
}

fn sign_off(text: Option<&str>) -> Result<Option<SignOff>> {
    text.map(|text| word("sign_off", text, SIGN_OFFS, SignOff::word)).transpose()
}

/// Reads what an account is to be.
pub(super) fn choice(role: &str, access_level: Option<&str>, signing: Option<&str>) -> Result<ChannelChoice> {
    Ok(ChannelChoice {
        role: word("role", role, ChannelRole::ALL, ChannelRole::word)?,
        access_level: level(access_level)?,
        sign_off: sign_off(signing)?.unwrap_or(SignOff::None),
    })
}

/// The channels of the workspace.
#[utoipa::path(get, path = "/channels", tag = "channels", operation_id = "list_channels", params(PageQuery),
    responses((status = 200, description = "The channels.", body = List<ChannelBody>), ReadFailures))]
pub(super) async fn list(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<ChannelBody>>> {
    let (limit, after) = (page.limit()?, page.after::<ChannelId>()?);
    let channels = edge.store.channels(&visitor.scope).await?;
    let rest = channels.into_iter().skip_while(|channel| after.is_some_and(|after| channel.id <= after));
    Ok(Json(List::cut(rest.map(ChannelBody::from).collect(), limit, |body| body.id.to_string())))
}

/// Adds an account with tokens that the operator brings; the network is asked whose they are.
#[utoipa::path(post, path = "/channels", tag = "channels", operation_id = "create_channel", request_body = NewChannelBody,
    responses(
        (status = 201, description = "The channel.", body = ChannelBody),
        (status = 502, description = "The network said no; its words are in the message.", body = crate::error::ErrorBody),
        WriteFailures,
    ))]
pub(super) async fn create(
    State(edge): State<Edge>,
    visitor: Visitor,
    Json(new): Json<NewChannelBody>,
) -> Result<(StatusCode, Json<ChannelBody>)> {
    visitor.must_manage()?;
    let choice = choice(&new.role, new.access_level.as_deref(), new.sign_off.as_deref())?;
    let fits = |text: &str| !text.is_empty() && text.len() <= 4096 && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits(&new.access_token) || new.refresh_token.as_deref().is_some_and(|text| !fits(text)) {
        return Err(Error::field("access_token", "1 to 4096 visible ASCII characters"));
    }
    let channel =
        apps::add_channel(&edge, &visitor, AppId(new.app), new.access_token, new.refresh_token, choice).await?;
    Ok((StatusCode::CREATED, Json(channel.into())))
}

/// One channel.
#[utoipa::path(get, path = "/channels/{id}", tag = "channels", operation_id = "get_channel",
    params(("id" = Uuid, Path, description = "The channel.")),
    responses((status = 200, description = "The channel.", body = ChannelBody), ReadFailures))]
pub(super) async fn one(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<ChannelId>,
) -> Result<Json<ChannelBody>> {
    Ok(Json(edge.store.channel(&visitor.scope, id).await?.into()))
}

/// Changes a channel.
#[utoipa::path(patch, path = "/channels/{id}", tag = "channels", operation_id = "change_channel",
    params(("id" = Uuid, Path, description = "The channel.")), request_body = ChannelChangeBody,
    responses((status = 200, description = "The channel as it is now.", body = ChannelBody), WriteFailures))]
pub(super) async fn change(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<ChannelId>,
    Json(change): Json<ChannelChangeBody>,
) -> Result<Json<ChannelBody>> {
    visitor.must_manage()?;
    let role =
        change.role.as_deref().map(|role| word("role", role, ChannelRole::ALL, ChannelRole::word)).transpose()?;
    let change = ChannelChange {
        role,
        access_level: level(change.access_level.as_deref())?,
        sign_off: sign_off(change.sign_off.as_deref())?,
        enabled: change.enabled,
    };
    Ok(Json(apps::change_channel(&edge, &visitor, id, change).await?.into()))
}

/// What the network said to the wish to hear of a channel.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscribedBody {
    /// Kinds of event, in the network's words, that it does not tell us; the inbox works without them.
    pub refused: Vec<String>,
}

/// Registers webhook and subscriptions of a channel anew at its network; what is there already stays.
#[utoipa::path(post, path = "/channels/{id}/subscribe", tag = "channels", operation_id = "subscribe_channel",
    params(("id" = Uuid, Path, description = "The channel.")),
    responses(
        (status = 200, description = "The network delivers.", body = SubscribedBody),
        (status = 502, description = "The network said no; its words are in the message.", body = crate::error::ErrorBody),
        WriteFailures,
    ))]
pub(super) async fn subscribe(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<ChannelId>,
) -> Result<Json<SubscribedBody>> {
    let subscribed = apps::subscribe_again(&edge, &visitor, id).await?.map_err(apps::said)?;
    Ok(Json(SubscribedBody { refused: subscribed.refused }))
}
