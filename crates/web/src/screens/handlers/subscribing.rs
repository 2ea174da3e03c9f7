//! "Subscribe again": webhook and subscriptions are registered anew, and what the network said is told in words.

use super::context::{managing, network, words};
use super::networks::{app_page, channel_page};
use super::people::base;
use crate::apps;
use crate::client_address::Peer;
use crate::error::Result;
use crate::screens::settings::{Notice, Told};
use crate::session::Visitor;
use crate::state::Edge;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::id::{AppId, ChannelId};
use networks::network::CallError;
use store::channel::{Channel, ChannelState};

/// One account.
pub(super) async fn of_channel(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(id): Path<ChannelId>,
) -> Result<Response> {
    let channel = edge.store.channel(managing(&visitor)?, id).await?;
    let told = told(&edge, &visitor, &channel).await?;
    channel_page(&edge, &visitor, id, Notice::Told(vec![told])).await
}

/// Every account of an app that is not cut off from it.
pub(super) async fn of_app(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(id): Path<AppId>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<Response> {
    let channels = edge.store.channels(managing(&visitor)?).await?;
    let mut outcomes = Vec::new();
    for channel in channels.iter().filter(|channel| channel.app == id && channel.state != ChannelState::Revoked) {
        outcomes.push(told(&edge, &visitor, channel).await?);
    }
    app_page(&edge, &visitor, id, Notice::Told(outcomes), &base(&edge, peer, &headers)).await
}

async fn told(edge: &Edge, visitor: &Visitor, channel: &Channel) -> Result<Told> {
    let outcome = apps::subscribe_again(edge, visitor, channel.id).await?;
    let (key, said) = match &outcome {
        Ok(subscribed) if subscribed.refused.is_empty() => ("subscribed-all", String::new()),
        Ok(subscribed) => ("subscribed-some", subscribed.refused.join(", ")),
        Err(CallError::Later { message, .. }) => ("subscribe-later", message.clone()),
        Err(CallError::Unauthorised { message }) => ("subscribe-unauthorised", message.clone()),
        Err(CallError::Refused { message, .. }) => ("subscribe-refused", message.clone()),
        Err(CallError::Absent) => ("subscribe-absent", String::new()),
    };
    let parts = [
        ("network", network(edge, &channel.network).name.into()),
        ("account", format!("@{}", channel.handle).into()),
        ("said", said.into()),
    ];
    Ok(Told { well: outcome.is_ok(), text: words(visitor).say_with(key, &parts) })
}
