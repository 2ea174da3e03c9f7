//! The simulated X: the calls of CONTRACTS §1 in the wire format of api.x.com v2.

pub(crate) mod events;
mod gate;
mod intents;
pub(crate) mod limits;
mod listing;
mod media;
mod messages;
pub mod model;
mod oauth;
mod pages;
mod parameters;
mod posting;
mod posts;
mod problem;
mod render;
mod search;
pub(crate) mod stream;
mod subscriptions;
mod talks;
pub mod text;
mod users;
mod webhooks;
mod writing;

use crate::World;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post, put};

/// Largest request body; media segments are the largest.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// Everything under `/x`.
pub(crate) fn router(world: &World) -> Router<World> {
    let calls = Router::new()
        .route("/2/oauth2/token", post(oauth::token))
        .route("/2/oauth2/revoke", post(oauth::revoke))
        .route("/2/users/me", get(users::me))
        .route("/2/users", get(users::by_ids))
        .route("/2/users/by/username/{username}", get(users::by_username))
        .route("/2/users/{id}", get(users::by_id))
        .route("/2/users/{id}/mentions", get(posts::mentions))
        .route("/2/users/{id}/tweets", get(posts::by_author))
        .route("/2/users/{id}/likes", post(writing::like))
        .route("/2/users/{id}/likes/{tweet_id}", delete(writing::unlike))
        .route("/2/users/{id}/following", post(users::follow))
        .route("/2/users/{id}/dm/block", post(users::block_messages))
        .route("/2/users/{id}/dm/unblock", post(users::unblock_messages))
        .route("/2/tweets", get(posts::by_ids).post(writing::create))
        .route("/2/tweets/search/recent", get(posts::search))
        .route("/2/tweets/{id}", get(posts::by_id).delete(writing::delete))
        .route("/2/tweets/{tweet_id}/hidden", put(writing::hide))
        .route("/2/dm_events", get(messages::events_of_all))
        .route("/2/dm_events/{event_id}", get(messages::one).delete(messages::delete))
        .route("/2/dm_conversations", post(messages::new_conversation))
        .route("/2/dm_conversations/with/{participant_id}/messages", post(messages::to_participant))
        .route("/2/dm_conversations/with/{participant_id}/dm_events", get(messages::events_with))
        .route("/2/dm_conversations/{dm_conversation_id}/messages", post(messages::to_conversation))
        .route("/2/dm_conversations/{id}/dm_events", get(messages::events_in))
        .route("/2/media/upload", get(media::status).post(media::upload))
        .route("/2/media/upload/initialize", post(media::initialize))
        .route("/2/media/upload/{id}/append", post(media::append))
        .route("/2/media/upload/{id}/finalize", post(media::finalize))
        .route("/2/media/metadata", post(media::metadata))
        .route("/2/webhooks", get(webhooks::list).post(webhooks::create))
        .route("/2/webhooks/replay", post(webhooks::replay))
        .route("/2/webhooks/{webhook_id}", put(webhooks::validate).delete(webhooks::delete))
        .route("/2/activity/subscriptions", get(subscriptions::list).post(subscriptions::create))
        .route("/2/activity/subscriptions/{subscription_id}", put(subscriptions::update).delete(subscriptions::delete))
        .route("/2/activity/stream", get(stream::activity))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .route_layer(from_fn_with_state(world.clone(), gate::gate));
    Router::new()
        .merge(calls)
        .route("/i/oauth2/authorize", get(oauth::authorize).post(oauth::consent))
        .route("/2/oauth2/authorize", get(oauth::authorize))
        .route("/intent/post", get(intents::post_page).post(intents::post))
        .route("/messages/compose", get(intents::message_page).post(intents::message))
        .route("/media/{name}", get(media::file))
        .route("/media/avatar/{name}", get(media::avatar))
        .route("/{handle}", get(pages::profile))
        .route("/{handle}/status/{id}", get(pages::status))
        .route("/{handle}/status/{id}/photo/{number}", get(pages::status_photo))
}
