//! Writing: new posts and replies, deletion, hiding, likes, with the rules of the plan.

use super::gate::Caller;
use super::parameters::{body, parse_id};
use super::posting::Draft;
use super::problem::{Answer, Problem, answer, ok};
use super::{events, text};
use crate::World;
use crate::world::{Happening, State as Everything};
use crate::x::model::AccessLevel;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

const KEYS: &[&str] = &[
    "card_uri",
    "community_id",
    "direct_message_deep_link",
    "edit_options",
    "for_super_followers_only",
    "geo",
    "media",
    "nullcast",
    "poll",
    "quote_tweet_id",
    "quote_post_id",
    "reply",
    "reply_settings",
    "share_with_followers",
    "text",
    "made_with_ai",
    "paid_partnership",
];
/// The same words are refused for this long.
const DUPLICATE_MS: i64 = 24 * 60 * 60 * 1000;
const EDIT_MS: i64 = 60 * 60 * 1000;

fn id_in(fields: &Map<String, Value>, name: &str) -> Result<Option<u64>, Problem> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => parse_id(name, text).map(Some),
        Some(other) => Err(Problem::invalid(name, &other.to_string(), &format!("$.{name}: a string is expected"))),
    }
}

fn section<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
    keys: &[&str],
) -> Result<Option<&'a Map<String, Value>>, Problem> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(inner)) => match inner.keys().find(|key| !keys.contains(&key.as_str())) {
            Some(unknown) => Err(Problem::invalid(
                &format!("{name}.{unknown}"),
                "",
                &format!("$.{name}.{unknown}: is not defined in the schema"),
            )),
            None => Ok(Some(inner)),
        },
        Some(other) => Err(Problem::invalid(name, &other.to_string(), &format!("$.{name}: an object is expected"))),
    }
}

fn id_list(fields: &Map<String, Value>, name: &str) -> Result<Vec<u64>, Problem> {
    let Some(Value::Array(items)) = fields.get(name) else { return Ok(Vec::new()) };
    items.iter().map(|item| parse_id(name, item.as_str().unwrap_or_default())).collect()
}

fn read_draft(state: &Everything, fields: &Map<String, Value>, user: u64, now: i64) -> Result<Draft, Problem> {
    let mut draft = Draft { author: user, at: now, ..Draft::default() };
    if let Some(value) = fields.get("text") {
        draft.text = value
            .as_str()
            .ok_or_else(|| Problem::invalid("text", &value.to_string(), "$.text: a string is expected"))?
            .to_owned();
    }
    if let Some(reply) = section(
        fields,
        "reply",
        &["in_reply_to_tweet_id", "in_reply_to_post_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"],
    )? {
        draft.in_reply_to = id_in(reply, "in_reply_to_tweet_id")?.or(id_in(reply, "in_reply_to_post_id")?);
        draft.exclude = id_list(reply, "exclude_reply_user_ids")?;
        if draft.in_reply_to.is_none() {
            return Err(Problem::invalid(
                "reply.in_reply_to_tweet_id",
                "",
                "$.reply.in_reply_to_tweet_id: is missing but it is required",
            ));
        }
    }
    if let Some(media) = section(fields, "media", &["media_ids", "tagged_user_ids"])? {
        draft.media = id_list(media, "media_ids")?;
        for id in &draft.media {
            let ready = state.media.get(id).is_some_and(|media| media.owner == user && media.content.is_some());
            if !ready {
                return Err(Problem::invalid("media.media_ids", &id.to_string(), "Your media IDs are invalid."));
            }
        }
        if draft.media.len() > 4 {
            return Err(Problem::invalid("media.media_ids", "", "A post has at most 4 media."));
        }
    }
    draft.quote = id_in(fields, "quote_tweet_id")?.or(id_in(fields, "quote_post_id")?);
    if draft.quote.is_some_and(|id| state.post(id).is_none()) {
        return Err(Problem::invalid("quote_tweet_id", "", "The post you are trying to quote does not exist."));
    }
    if let Some(edit) = section(fields, "edit_options", &["previous_post_id"])? {
        draft.replaces = id_in(edit, "previous_post_id")?;
    }
    if let Some(setting) = fields.get("reply_settings").and_then(Value::as_str) {
        if !["following", "mentionedUsers", "subscribers", "verified"].contains(&setting) {
            return Err(Problem::invalid(
                "reply_settings",
                setting,
                "$.reply_settings: does not have a value in the enumeration",
            ));
        }
        draft.reply_settings = Some(setting.to_owned());
    }
    Ok(draft)
}

/// The self-serve rule: answer only whom mentions or quotes you (2026-02-23).
fn may_reply(state: &Everything, app: u64, user: u64, parent: u64) -> Result<(), Problem> {
    let Some(parent) = state.post(parent) else {
        return Err(Problem::forbidden("You attempted to reply to a Tweet that is deleted or not visible to you."));
    };
    if state.access_level(app, user) == AccessLevel::Enterprise || parent.author == user {
        return Ok(());
    }
    let mentioned = parent.entities.mentions.iter().any(|mention| mention.user == user);
    let quoted = parent.quotes.and_then(|id| state.post(id)).is_some_and(|quoted| quoted.author == user);
    if mentioned || quoted {
        return Ok(());
    }
    Err(Problem::forbidden(
        "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.",
    ))
}

/// POST /2/tweets
pub(crate) async fn create(State(world): State<World>, caller: Caller, bytes: Bytes) -> Answer {
    let user = caller.user_with(&["tweet.read", "tweet.write", "users.read"])?;
    let fields = body(&bytes, KEYS)?;
    let now = world.now();
    let mut state = world.lock();
    let draft = read_draft(&state, &fields, user, now)?;
    if draft.text.trim().is_empty() && draft.media.is_empty() {
        return Err(Problem::invalid("text", "", "Tweet text or media is required."));
    }
    let length = text::weighted_length(&draft.text);
    if length > text::MAX_WEIGHTED_LENGTH {
        return Err(Problem::invalid(
            "text",
            &length.to_string(),
            "Your Tweet text is too long. For more information on how Twitter determines text length see https://github.com/twitter/twitter-text.",
        ));
    }
    if let Some(parent) = draft.in_reply_to {
        may_reply(&state, caller.app, user, parent)?;
    }
    if let Some(previous) = draft.replaces {
        let editable = state
            .post(previous)
            .is_some_and(|old| old.author == user && old.superseded_by.is_none() && now < old.created_ms + EDIT_MS);
        if !editable {
            return Err(Problem::forbidden("You are not permitted to edit this Tweet."));
        }
    }
    let full = state.full_text(&draft);
    let twin = state.recent_texts.get(&(user, full)).copied();
    if draft.media.is_empty() && twin.is_some_and(|(id, at)| now - at < DUPLICATE_MS && state.post(id).is_some()) {
        return Err(Problem::forbidden("You are not allowed to create a Tweet with duplicate content."));
    }
    let id = state.create_post(&draft, world.origin());
    let outgoing = events::post_created(&mut state, id, world.origin(), now);
    let (shown, history) =
        state.post(id).map(|post| (post.text.clone(), post.edit_history.clone())).unwrap_or_default();
    drop(state);
    world.deliver(outgoing);
    world.tell(Happening::Posted(id));
    let history: Vec<String> = history.iter().map(u64::to_string).collect();
    Ok(answer(
        StatusCode::CREATED,
        &json!({"data": {"id": id.to_string(), "text": shown, "edit_history_tweet_ids": history}}),
    ))
}

/// DELETE /2/tweets/{id}
pub(crate) async fn delete(State(world): State<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let user = caller.user_with(&["tweet.read", "tweet.write", "users.read"])?;
    let number = parse_id("id", &id)?;
    let mut state = world.lock();
    let Some(author) = state.post(number).map(|post| post.author) else { return Err(Problem::not_found("tweet", &id)) };
    if author != user {
        return Err(Problem::forbidden("You are not authorized to delete this Tweet."));
    }
    state.remove_post(number);
    let outgoing = events::post_deleted(&mut state, number, author, world.origin());
    drop(state);
    world.deliver(outgoing);
    Ok(ok(&json!({"data": {"deleted": true}})))
}

/// PUT /2/tweets/{tweet_id}/hidden
pub(crate) async fn hide(State(world): State<World>, caller: Caller, Path(id): Path<String>, bytes: Bytes) -> Answer {
    let user = caller.user_with(&["tweet.moderate.write", "tweet.read", "users.read"])?;
    let fields = body(&bytes, &["hidden"])?;
    let Some(hidden) = fields.get("hidden").and_then(Value::as_bool) else {
        return Err(Problem::invalid("hidden", "", "$.hidden: is missing but it is required"));
    };
    let number = parse_id("tweet_id", &id)?;
    let mut state = world.lock();
    let Some((conversation, is_reply)) = state.post(number).map(|post| (post.conversation, post.in_reply_to.is_some()))
    else {
        return Err(Problem::not_found("tweet", &id));
    };
    let ours = is_reply && state.post(conversation).is_some_and(|root| root.author == user);
    if !ours {
        return Err(Problem::forbidden(
            "You are not permitted to hide this Tweet: it is not a reply in a conversation you started.",
        ));
    }
    if let Some(post) = state.posts.get_mut(&number) {
        post.hidden = hidden;
    }
    Ok(ok(&json!({"data": {"hidden": hidden}})))
}

/// POST /2/users/{id}/likes
pub(crate) async fn like(State(world): State<World>, caller: Caller, Path(id): Path<String>, bytes: Bytes) -> Answer {
    let user = caller.user_with(&["like.write", "tweet.read", "users.read"])?;
    let post = liked_post(&world, &caller, user, &id, &bytes)?;
    let account = user.to_string();
    world.like(&account, post).map_err(|_| Problem::not_found("tweet", &post.to_string()))?;
    Ok(ok(&json!({"data": {"liked": true}})))
}

fn liked_post(world: &World, caller: &Caller, user: u64, id: &str, bytes: &[u8]) -> Result<u64, Problem> {
    if id != user.to_string() {
        return Err(Problem::forbidden("You may only like as yourself."));
    }
    if world.lock().access_level(caller.app, user) == AccessLevel::SelfServe {
        return Err(Problem::client_forbidden(
            "This endpoint is not available in your product packaging (removed from self-serve on 2026-04-20).",
        ));
    }
    let fields = body(bytes, &["tweet_id", "post_id"])?;
    id_in(&fields, "tweet_id")?
        .or(id_in(&fields, "post_id")?)
        .ok_or_else(|| Problem::invalid("tweet_id", "", "$.tweet_id: is missing but it is required"))
}

/// DELETE /2/users/{id}/likes/{tweet_id}
pub(crate) async fn unlike(
    State(world): State<World>,
    caller: Caller,
    Path((id, post)): Path<(String, String)>,
) -> Answer {
    let user = caller.user_with(&["like.write", "tweet.read", "users.read"])?;
    if id != user.to_string() || world.lock().access_level(caller.app, user) == AccessLevel::SelfServe {
        return Err(Problem::client_forbidden("This endpoint is not available in your product packaging."));
    }
    let number = parse_id("tweet_id", &post)?;
    let mut state = world.lock();
    if let Some(found) = state.posts.get_mut(&number) {
        found.likes.remove(&user);
    }
    Ok(ok(&json!({"data": {"liked": false}})))
}
