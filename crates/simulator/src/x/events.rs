//! X Activity envelopes: who is told what about a post, a message, a like, a follow, a revocation.

use super::model::{DirectMessage, Post, Subscription, User};
use super::render;
use crate::clock::timestamp;
use crate::delivery::Outgoing;
use crate::world::State;
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// Fields of a post in an activity payload (samples in the contract).
const POST_FIELDS: &[&str] = &[
    "id",
    "text",
    "edit_history_tweet_ids",
    "author_id",
    "conversation_id",
    "created_at",
    "display_text_range",
    "lang",
    "possibly_sensitive",
    "reply_settings",
    "public_metrics",
    "edit_controls",
    "in_reply_to_user_id",
    "referenced_tweets",
    "entities",
    "attachments",
];

/// One in so many event ids is negative, as X's are.
const NEGATIVE_ONE_IN: u64 = 3;

fn post_payload(state: &State, post: &Post, now: i64) -> Value {
    let mut fields = render::post(state, post, now);
    fields.retain(|name, _| POST_FIELDS.contains(&name.as_str()));
    fields.insert("paid_partnership".to_owned(), json!(false));
    if let Some(parent) = post.in_reply_to {
        fields.insert("in_reply_to_tweet_id".to_owned(), json!(parent.to_string()));
    }
    let mut payload = Value::Object(fields);
    render::with_strings(&mut payload);
    payload
}

fn user_payload(user: &User, origin: &str, with_latest: bool) -> Value {
    let mut fields = render::user(user, origin);
    fields.remove("receives_your_dm");
    if !with_latest {
        fields.remove("most_recent_tweet_id");
    }
    fields.insert("profile_banner_url".to_owned(), json!(""));
    if user.verified {
        fields.insert(
            "affiliation".to_owned(),
            json!({"badge_url": format!("{origin}/x/media/avatar/{}_normal.svg", user.username), "description": user.name, "url": format!("{origin}/x/{}", user.username)}),
        );
    }
    let mut payload = Value::Object(fields);
    render::with_strings(&mut payload);
    payload
}

fn media_includes(state: &State, media: &[u64], origin: &str) -> Option<Value> {
    let items: Vec<Value> = media
        .iter()
        .filter_map(|id| state.media.get(id))
        .map(|media| Value::Object(render::media(media, origin)))
        .collect();
    if items.is_empty() { None } else { Some(Value::Array(items)) }
}

/// Makes the envelope; each subscription gets an event id of its own.
fn envelope(state: &mut State, subscription: &Subscription, payload: &Value, includes: Option<Value>) -> Outgoing {
    let bits = state.random.bits();
    let magnitude = 1_000_000_000_000_000_000 + bits % 8_000_000_000_000_000_000;
    let sign = if bits.is_multiple_of(NEGATIVE_ONE_IN) { "-" } else { "" };
    let event_uuid = format!("{sign}{magnitude}");
    let mut filter = Map::new();
    if let Some(user) = subscription.user {
        filter.insert("user_id".to_owned(), json!(user.to_string()));
    }
    if let Some(direction) = &subscription.direction {
        filter.insert("direction".to_owned(), json!(direction));
    }
    if let Some(keyword) = &subscription.keyword {
        filter.insert("keyword".to_owned(), json!(keyword));
    }
    let mut data =
        json!({"event_uuid": event_uuid, "filter": filter, "event_type": subscription.event_type, "payload": payload});
    if let Some(data) = data.as_object_mut() {
        if let Some(tag) = &subscription.tag {
            data.insert("tag".to_owned(), json!(tag));
        }
        if let Some(includes) = includes {
            data.insert("includes".to_owned(), includes);
        }
    }
    let body = serde_json::to_vec(&json!({"data": data})).unwrap_or_default();
    Outgoing {
        app: subscription.app,
        webhook: subscription.webhook,
        event_type: subscription.event_type.clone(),
        event_uuid,
        body: Bytes::from(body),
    }
}

fn subscribed(state: &State, event_type: &str, user: u64) -> Vec<Subscription> {
    let matching = state.subscriptions.values().filter(|it| it.event_type == event_type && it.user == Some(user));
    matching.cloned().collect()
}

/// Events of a new post (or a new version of one).
pub(crate) fn post_created(state: &mut State, id: u64, origin: &str, now: i64) -> Vec<Outgoing> {
    if state.subscriptions.is_empty() {
        return Vec::new();
    }
    let Some(post) = state.posts.get(&id).cloned() else { return Vec::new() };
    if state.users.get(&post.author).is_some_and(|author| author.protected) {
        return Vec::new();
    }
    let mut outgoing = Vec::new();
    let payload = post_payload(state, &post, now);
    let full = |state: &State| {
        let people = std::iter::once(post.author).chain(post.entities.mentions.iter().map(|mention| mention.user));
        let mut seen = Vec::new();
        for person in people {
            if !seen.contains(&person) {
                seen.push(person);
            }
        }
        let users: Vec<Value> =
            seen.iter().filter_map(|id| state.users.get(id)).map(|user| user_payload(user, origin, true)).collect();
        let mut includes = json!({"users": users, "tweets": [payload]});
        if let (Some(media), Some(includes)) = (media_includes(state, &post.media, origin), includes.as_object_mut()) {
            includes.insert("media".to_owned(), media);
        }
        includes
    };
    for subscription in subscribed(state, "post.create", post.author) {
        let includes = full(state);
        outgoing.push(envelope(state, &subscription, &payload, Some(includes)));
    }
    let mut told = Vec::new();
    // Explicit means typed; who only leads a direct reply to us hears `post.reply.create` instead.
    let leads = |mention: &super::model::Mention| {
        mention.start < post.display_start && post.in_reply_to_user == Some(mention.user)
    };
    let named: Vec<u64> = post
        .entities
        .mentions
        .iter()
        .filter(|mention| !post.implicit.contains(&mention.user) && !leads(mention))
        .map(|mention| mention.user)
        .collect();
    for user in named {
        if user == post.author || told.contains(&user) {
            continue;
        }
        told.push(user);
        for subscription in subscribed(state, "post.mention.create", user) {
            let includes = full(state);
            outgoing.push(envelope(state, &subscription, &payload, Some(includes)));
        }
    }
    // Samples of replies and quotes carry an empty `includes` and no edit controls.
    let mut bare = payload.clone();
    if let Some(bare) = bare.as_object_mut() {
        bare.remove("edit_controls");
    }
    let bare_includes =
        media_includes(state, &post.media, origin).map_or_else(|| json!({}), |media| json!({"media": media}));
    if let Some(user) = post.in_reply_to_user.filter(|user| *user != post.author) {
        for subscription in subscribed(state, "post.reply.create", user) {
            outgoing.push(envelope(state, &subscription, &bare, Some(bare_includes.clone())));
        }
    }
    let quoted_author = post.quotes.and_then(|id| state.posts.get(&id)).map(|quoted| quoted.author);
    if let Some(user) = quoted_author.filter(|user| *user != post.author) {
        for subscription in subscribed(state, "post.quote.create", user) {
            outgoing.push(envelope(state, &subscription, &bare, Some(bare_includes.clone())));
        }
    }
    outgoing
}

/// Only the author's own subscriptions hear of a deletion.
pub(crate) fn post_deleted(state: &mut State, id: u64, author: u64, origin: &str) -> Vec<Outgoing> {
    let payload = json!({"id": id.to_string(), "author_id": author.to_string()});
    let subscriptions = subscribed(state, "post.delete", author);
    let users: Vec<Value> =
        state.users.get(&author).map(|user| json!({"data": user_payload(user, origin, false)})).into_iter().collect();
    subscriptions.iter().map(|it| envelope(state, it, &payload, Some(json!({"users": users})))).collect()
}

/// A private message: `dm.received` for the others, `dm.sent` for the sender. The payload has room for one recipient, so
/// a group's messages are listed, but no event tells of them.
pub(crate) fn message_created(state: &mut State, id: u64, origin: &str) -> Vec<Outgoing> {
    let Some(message) = state.messages.get(&id).filter(|it| it.participants.len() == 2).cloned() else {
        return Vec::new();
    };
    let mut outgoing = Vec::new();
    for person in message.participants.clone() {
        let event_type = if person == message.sender { "dm.sent" } else { "dm.received" };
        for subscription in subscribed(state, event_type, person) {
            let payload = message_payload(state, &message, person, origin);
            outgoing.push(envelope(state, &subscription, &payload, None));
        }
    }
    outgoing
}

/// The Account Activity body inside `dm.*` events.
fn message_payload(state: &State, message: &DirectMessage, person: u64, origin: &str) -> Value {
    let recipient = message.participants.iter().find(|other| **other != message.sender).copied().unwrap_or(person);
    let indices = |start: usize, end: usize| json!([start, end]);
    let links: Vec<Value> = message
        .entities
        .links
        .iter()
        .map(|it| json!({"url": it.url, "expanded_url": it.expanded, "display_url": it.display, "indices": indices(it.start, it.end)}))
        .collect();
    let tags: Vec<Value> = message
        .entities
        .hashtags
        .iter()
        .map(|it| json!({"text": it.tag, "indices": indices(it.start, it.end)}))
        .collect();
    let mentions: Vec<Value> = message
        .entities
        .mentions
        .iter()
        .map(|it| json!({"screen_name": it.username, "id": it.user, "id_str": it.user.to_string(), "indices": indices(it.start, it.end)}))
        .collect();
    let mut data = json!({"text": message.text, "entities": {"hashtags": tags, "symbols": [], "user_mentions": mentions, "urls": links}});
    if let (Some(media), Some(data)) = (message.media.first().and_then(|id| state.media.get(id)), data.as_object_mut())
    {
        let address = format!("{origin}/x/media/{}.{}", media.id, media.extension());
        data.insert(
            "attachment".to_owned(),
            json!({"type": "media", "media": {"id": media.id, "id_str": media.id.to_string(), "type": media.kind(), "media_url": address, "media_url_https": address,
                    "ext_alt_text": media.alt_text}}),
        );
    }
    let users: Map<String, Value> = [message.sender, recipient]
        .iter()
        .filter_map(|id| state.users.get(id))
        .map(|user| (user.id.to_string(), json!({"data": user_payload(user, origin, false)})))
        .collect();
    json!({
        "direct_message_events": [{
            "type": "message_create", "id": message.id.to_string(), "created_timestamp": message.created_ms.to_string(),
            "message_create": {"target": {"recipient_id": recipient.to_string()}, "sender_id": message.sender.to_string(), "message_data": data}
        }],
        "users": users,
    })
}

/// `reader` has read the conversation up to `last`: told to the other side.
pub(crate) fn message_read(
    state: &mut State,
    reader: u64,
    other: u64,
    last: u64,
    origin: &str,
    now: i64,
) -> Vec<Outgoing> {
    let users: Map<String, Value> = [reader, other]
        .iter()
        .filter_map(|id| state.users.get(id))
        .map(|user| (user.id.to_string(), json!({"data": user_payload(user, origin, false)})))
        .collect();
    let payload = json!({
        "direct_message_mark_read_events": [{"created_timestamp": now.to_string(), "sender_id": reader.to_string(),
            "target": {"recipient_id": other.to_string()}, "last_read_event_id": last.to_string()}],
        "users": users,
    });
    subscribed(state, "dm.read", other).iter().map(|it| envelope(state, it, &payload, None)).collect()
}

/// Somebody liked a post: outbound for the liker, inbound for the author.
pub(crate) fn liked(state: &mut State, liker: u64, id: u64, origin: &str, now: i64) -> Vec<Outgoing> {
    let Some(post) = state.posts.get(&id).cloned() else { return Vec::new() };
    let payload_id = format!("{:016x}{:016x}", state.random.bits(), state.random.bits());
    let payload = json!({"id": payload_id, "created_at": timestamp(now), "timestamp_ms": now.to_string(),
        "liked_tweet_author_id": post.author.to_string(), "liked_tweet_id": id.to_string()});
    let users: Vec<Value> = state.users.get(&liker).map(|user| user_payload(user, origin, false)).into_iter().collect();
    let mut liked_post = post_payload(state, &post, now);
    if let Some(fields) = liked_post.as_object_mut() {
        fields.remove("in_reply_to_tweet_id");
    }
    let includes = json!({"users": users, "tweets": [liked_post]});
    let mut subscriptions = subscribed(state, "like.create", liker);
    subscriptions.retain(|it| it.direction.as_deref() != Some("inbound"));
    let mut inbound = subscribed(state, "like.create", post.author);
    inbound.retain(|it| it.direction.as_deref() == Some("inbound"));
    subscriptions.extend(inbound);
    subscriptions.iter().map(|it| envelope(state, it, &payload, Some(includes.clone()))).collect()
}

/// Somebody followed somebody; both sides may be subscribed.
pub(crate) fn followed(state: &mut State, source: u64, target: u64, origin: &str) -> Vec<Outgoing> {
    let person =
        |state: &State, id: u64| state.users.get(&id).map(|user| json!({"data": user_payload(user, origin, false)}));
    let payload = json!({"source": person(state, source), "target": person(state, target)});
    let mut subscriptions = subscribed(state, "follow.follow", source);
    subscriptions.extend(subscribed(state, "follow.follow", target));
    subscriptions.iter().map(|it| envelope(state, it, &payload, None)).collect()
}

/// An XChat message: nobody without the key stack can read it.
pub(crate) fn encrypted(state: &mut State, sender: u64, recipient: u64, now: i64) -> Vec<Outgoing> {
    let random = &mut state.random;
    let uuid = format!(
        "{:08x}-{:04x}-4{:03x}-9{:03x}-{:012x}",
        random.bits() >> 32,
        random.bits() >> 48,
        random.bits() >> 52,
        random.bits() >> 52,
        random.bits() >> 16
    );
    let payload = json!({
        "conversation_token": format!("eyJhbGciOiJIUzI1NiJ9.{}", random.token(120)),
        "id": uuid,
        "created_at_msec": now.to_string(),
        "sender_id": sender.to_string(),
        "conversation_id": format!("{sender}:{recipient}"),
        "conversation_key_version": (now - 86_400_000).to_string(),
        "encoded_event": random.token(220),
        "conversation_key_change_event": random.token(180),
        "message_event_signature": {"public_key_version": (now - 172_800_000).to_string(), "signature": random.token(86),
            "signature_version": "7", "signing_public_key": random.token(120)},
    });
    let mut outgoing: Vec<Outgoing> =
        subscribed(state, "chat.received", recipient).iter().map(|it| envelope(state, it, &payload, None)).collect();
    outgoing.extend(subscribed(state, "chat.sent", sender).iter().map(|it| envelope(state, it, &payload, None)));
    outgoing
}

/// The person took the permission back. These subscriptions have no filter.
pub(crate) fn revoked(state: &mut State, app: u64, user: u64, now: i64) -> Vec<Outgoing> {
    let date_time = jiff::Timestamp::from_millisecond(now)
        .map(|moment| moment.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string())
        .unwrap_or_default();
    let payload = json!({"date_time": date_time, "user_id": user.to_string(), "app_id": app.to_string()});
    let subscriptions: Vec<Subscription> =
        state.subscriptions.values().filter(|it| it.event_type == "oauth.revoke" && it.app == app).cloned().collect();
    subscriptions.iter().map(|it| envelope(state, it, &payload, None)).collect()
}
