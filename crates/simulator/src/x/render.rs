//! Posts, accounts, media and private messages as X writes them in JSON.

use super::model::{DirectMessage, Entities, Media, Post, User};
use crate::clock::timestamp;
use crate::world::State;
use serde_json::{Map, Value, json};

/// Posts can be edited for an hour.
const EDITABLE_MS: i64 = 60 * 60 * 1000;

/// Every field of a post that the simulator knows, REST flavour.
pub(crate) fn post(state: &State, post: &Post, now: i64) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("id", json!(post.id.to_string()));
    put("text", json!(post.text));
    put("edit_history_tweet_ids", ids(&post.edit_history));
    put("author_id", json!(post.author.to_string()));
    put("conversation_id", json!(post.conversation.to_string()));
    put("created_at", json!(timestamp(post.created_ms)));
    put("display_text_range", json!([post.display_start, post.display_end]));
    put("lang", json!(post.language));
    put("possibly_sensitive", json!(false));
    put("reply_settings", json!(post.reply_settings));
    put("source", json!("X Web App"));
    put(
        "public_metrics",
        json!({"retweet_count": 0, "reply_count": post.replies, "like_count": post.likes.len(), "quote_count": post.quoted,
               "bookmark_count": 0, "impression_count": 0}),
    );
    let remaining = 5_usize.saturating_sub(post.edit_history.len().saturating_sub(1));
    let editable_until = post.created_ms + EDITABLE_MS;
    put(
        "edit_controls",
        json!({"edits_remaining": remaining, "is_edit_eligible": remaining > 0 && post.in_reply_to.is_none() && now < editable_until,
               "editable_until": timestamp(editable_until)}),
    );
    if let Some(user) = post.in_reply_to_user {
        put("in_reply_to_user_id", json!(user.to_string()));
    }
    let mut referenced = Vec::new();
    if let Some(id) = post.in_reply_to {
        referenced.push(json!({"type": "replied_to", "id": id.to_string()}));
    }
    if let Some(id) = post.quotes {
        referenced.push(json!({"type": "quoted", "id": id.to_string()}));
    }
    if !referenced.is_empty() {
        put("referenced_tweets", Value::Array(referenced));
    }
    if let Some(entities) = entities(&post.entities) {
        put("entities", entities);
    }
    let keys: Vec<&str> =
        post.media.iter().filter_map(|id| state.media.get(id)).map(|media| media.key.as_str()).collect();
    if !keys.is_empty() {
        put("attachments", json!({"media_keys": keys}));
    }
    fields
}

fn ids(numbers: &[u64]) -> Value {
    numbers.iter().map(u64::to_string).collect()
}

/// Mentions, links and hashtags; `None` when there are none.
pub(crate) fn entities(entities: &Entities) -> Option<Value> {
    let mut fields = Map::new();
    if !entities.mentions.is_empty() {
        let mentions = entities.mentions.iter();
        fields.insert(
            "mentions".to_owned(),
            mentions
                .map(|it| json!({"start": it.start, "end": it.end, "username": it.username, "id": it.user.to_string()}))
                .collect(),
        );
    }
    if !entities.links.is_empty() {
        let link = |it: &super::model::Link| {
            let mut link = json!({"start": it.start, "end": it.end, "url": it.url, "expanded_url": it.expanded, "display_url": it.display});
            if let (Some(key), Some(link)) = (&it.media_key, link.as_object_mut()) {
                link.insert("media_key".to_owned(), json!(key));
            }
            link
        };
        fields.insert("urls".to_owned(), entities.links.iter().map(link).collect());
    }
    if !entities.hashtags.is_empty() {
        fields.insert(
            "hashtags".to_owned(),
            entities.hashtags.iter().map(|it| json!({"start": it.start, "end": it.end, "tag": it.tag})).collect(),
        );
    }
    if fields.is_empty() { None } else { Some(Value::Object(fields)) }
}

/// Every field of an account that the simulator knows, REST flavour.
pub(crate) fn user(user: &User, origin: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("id", json!(user.id.to_string()));
    put("name", json!(user.name));
    put("username", json!(user.username));
    put("created_at", json!(timestamp(user.created_ms)));
    put("description", json!(user.description));
    put("protected", json!(user.protected));
    put("verified", json!(user.verified));
    put("verified_type", json!(if user.verified { "business" } else { "none" }));
    put("is_identity_verified", json!(false));
    put("profile_image_url", json!(format!("{origin}/x/media/avatar/{}_normal.svg", user.username)));
    put("url", json!(""));
    put(
        "public_metrics",
        json!({"followers_count": user.followers, "following_count": user.followers / 3, "tweet_count": user.posts, "listed_count": 0,
               "like_count": 0, "media_count": 0}),
    );
    if let Some(location) = &user.location {
        put("location", json!(location));
    }
    if let Some(post) = user.most_recent_post {
        put("most_recent_tweet_id", json!(post.to_string()));
    }
    put("receives_your_dm", json!(user.receives_dm));
    fields
}

/// An attached medium with all fields.
pub(crate) fn media(media: &Media, origin: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    let address = format!("{origin}/x/media/{}.{}", media.id, media.extension());
    put("media_key", json!(media.key));
    put("type", json!(media.kind()));
    put("width", json!(640));
    put("height", json!(480));
    if let Some(alt_text) = &media.alt_text {
        put("alt_text", json!(alt_text));
    }
    if media.kind() == "photo" {
        put("url", json!(address));
    } else {
        put("preview_image_url", json!(format!("{address}?preview=1")));
        put("variants", json!([{"content_type": media.media_type, "url": address, "bit_rate": 256_000}]));
        put("duration_ms", json!(1000));
    }
    fields
}

/// A private message as `GET /2/dm_events` lists it.
pub(crate) fn message(state: &State, message: &DirectMessage) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("id", json!(message.id.to_string()));
    put("event_type", json!("MessageCreate"));
    put("text", json!(message.text));
    put("created_at", json!(timestamp(message.created_ms)));
    put("sender_id", json!(message.sender.to_string()));
    put("dm_conversation_id", json!(message.conversation));
    let keys: Vec<&str> =
        message.media.iter().filter_map(|id| state.media.get(id)).map(|media| media.key.as_str()).collect();
    if !keys.is_empty() {
        put("attachments", json!({"media_keys": keys}));
    }
    if let Some(Value::Object(found)) = entities(&message.entities) {
        put("entities", Value::Object(found));
    }
    fields
}

/// Adds the `…_str` twin beside each count and position, as activity payloads have them.
pub(crate) fn with_strings(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let twins: Vec<(String, Value)> = fields
                .iter()
                .filter(|(name, value)| {
                    value.is_u64()
                        && (name.ends_with("_count") || ["start", "end", "edits_remaining"].contains(&name.as_str()))
                })
                .map(|(name, value)| (format!("{name}_str"), json!(value.to_string())))
                .collect();
            fields.extend(twins);
            fields.values_mut().for_each(with_strings);
        }
        Value::Array(items) => items.iter_mut().for_each(with_strings),
        _ => {}
    }
}
