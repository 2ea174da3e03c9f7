//! Control: what stands on the network, and what was delivered.

use super::{Answer, Refused};
use crate::world::State as Everything;
use crate::x::model::Post;
use crate::{DeliveryCounts, Error, World, timestamp};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

fn name(state: &Everything, id: u64) -> String {
    state.users.get(&id).map_or_else(|| id.to_string(), |user| user.username.clone())
}

/// Text with short links written out, as the author typed it.
fn typed(post: &Post) -> String {
    post.entities.links.iter().fold(post.text.clone(), |text, link| text.replace(&link.url, &link.expanded))
}

fn described(state: &Everything, post: &Post) -> Value {
    json!({
        "id": post.id.to_string(), "author": name(state, post.author), "author_id": post.author.to_string(), "text": post.text, "expanded_text": typed(post),
        "visible_text": post.text.chars().take(post.display_end).skip(post.display_start).collect::<String>(),
        "created_at": timestamp(post.created_ms), "conversation_id": post.conversation.to_string(), "in_reply_to": post.in_reply_to.map(|id| id.to_string()),
        "quote": post.quotes.map(|id| id.to_string()), "hidden": post.hidden, "lang": post.language, "likes": post.likes.len(), "replies": post.replies,
        "edit_history": post.edit_history.iter().map(u64::to_string).collect::<Vec<_>>(),
        "media": post.media.iter().filter_map(|id| state.media.get(id)).map(|media| json!({"id": media.id.to_string(), "alt_text": media.alt_text, "type": media.media_type, "bytes": media.content.as_ref().map(bytes::Bytes::len)})).collect::<Vec<_>>(),
        "mentions": post.entities.mentions.iter().map(|mention| mention.username.clone()).collect::<Vec<_>>(),
    })
}

#[derive(Deserialize)]
pub(super) struct Timeline {
    account: String,
    limit: Option<usize>,
}

pub(super) async fn timeline(State(world): State<World>, Query(query): Query<Timeline>) -> Answer {
    let state = world.lock();
    let id = state.find_user(&query.account)?.id;
    let own = state.by_author.get(&id);
    let posts: Vec<Value> = own
        .into_iter()
        .flat_map(|ids| ids.iter().rev())
        .filter_map(|id| state.post(*id))
        .take(query.limit.unwrap_or(100))
        .map(|post| described(&state, post))
        .collect();
    Ok(Json(json!({"account": name(&state, id), "posts": posts})))
}

pub(super) async fn post(State(world): State<World>, Path(id): Path<String>) -> Answer {
    let state = world.lock();
    let number: u64 = id.parse().map_err(|_| Refused(StatusCode::BAD_REQUEST, "the id is a number".to_owned()))?;
    let Some(post) = state.post(number) else { return Err(Error::Missing { kind: "post", name: id }.into()) };
    let conversation = state.by_conversation.get(&post.conversation);
    let replies: Vec<Value> = conversation
        .into_iter()
        .flatten()
        .filter_map(|id| state.post(*id))
        .filter(|reply| reply.in_reply_to == Some(number))
        .map(|reply| described(&state, reply))
        .collect();
    Ok(Json(json!({"post": described(&state, post), "replies": replies})))
}

#[derive(Deserialize)]
pub(super) struct Messages {
    account: String,
    with: Option<String>,
    limit: Option<usize>,
}

pub(super) async fn messages(State(world): State<World>, Query(query): Query<Messages>) -> Answer {
    let state = world.lock();
    let id = state.find_user(&query.account)?.id;
    let with = query.with.as_deref().map(|other| state.find_user(other).map(|user| user.id)).transpose()?;
    let own = state.messages_of.get(&id);
    let messages: Vec<Value> = own
        .into_iter()
        .flat_map(|ids| ids.iter().rev())
        .filter_map(|id| state.messages.get(id))
        .filter(|message| with.is_none_or(|other| message.participants.contains(&other)))
        .take(query.limit.unwrap_or(100))
        .map(|message| {
            json!({"id": message.id.to_string(), "from": name(&state, message.sender), "to": message.participants.iter().filter(|id| **id != message.sender).map(|id| name(&state, *id)).collect::<Vec<_>>(),
                "text": message.text, "created_at": timestamp(message.created_ms), "conversation_id": message.conversation})
        })
        .collect();
    Ok(Json(json!({"messages": messages})))
}

pub(super) async fn deliveries(State(world): State<World>) -> Json<DeliveryCounts> {
    Json(world.delivery_counts())
}

pub(super) async fn wait(State(world): State<World>) -> Json<DeliveryCounts> {
    world.deliveries_done().await;
    Json(world.delivery_counts())
}

pub(super) async fn state(State(world): State<World>) -> Answer {
    let customers = world.customers_running();
    let state = world.lock();
    let apps: Vec<Value> = state.apps.values().map(|app| json!({"id": app.id.to_string(), "name": app.name, "client_id": app.client_id, "access_level": app.access_level})).collect();
    let webhooks: Vec<Value> = state.webhooks.values().map(|webhook| json!({"id": webhook.id.to_string(), "app": webhook.app.to_string(), "url": webhook.url, "valid": webhook.valid})).collect();
    Ok(Json(json!({
        "now": timestamp(world.now()), "frozen": world.clock().is_frozen(), "apps": apps, "accounts": state.users.len(), "posts": state.posts.len(),
        "messages": state.messages.len(), "media": state.media.len(), "webhooks": webhooks, "subscriptions": state.subscriptions.len(),
        "faults": world.shared().faults.list(), "customers": customers, "deliveries": world.delivery_counts(),
    })))
}
