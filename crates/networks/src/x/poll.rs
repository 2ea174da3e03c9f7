//! Back-fill: reads mentions, private messages and our own posts page by page; the cursor carries a run's state,
//! so that a crash between two pages loses nothing.

pub(super) mod threads;

use super::api::{Api, segment};
use super::capabilities::prices;
use super::errors::Trouble;
use crate::access::ChannelAccess;
use crate::client::Client;
use crate::network::{CallError, Charge, Page};
use bytes::Bytes;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Posts that name our account.
pub(super) const MENTIONS: &str = "mentions";
/// Private messages, ours and theirs.
pub(super) const DIRECT_MESSAGES: &str = "direct_messages";
/// Posts of our account, so that answers made elsewhere are seen.
pub(super) const OWN_POSTS: &str = "own_posts";

pub(super) const POST_FIELDS: &str = "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,\
                                      in_reply_to_user_id,lang,note_tweet,referenced_tweets,text";
const POST_EXPANSIONS: &str = "author_id,attachments.media_keys,referenced_tweets.id";
pub(super) const DM_FIELDS: &str =
    "attachments,created_at,dm_conversation_id,entities,event_type,id,participant_ids,sender_id,text";
const DM_EXPANSIONS: &str = "sender_id,participant_ids,attachments.media_keys";
const USER_FIELDS: &str = "id,name,profile_image_url,public_metrics,username,verified";
const MEDIA_FIELDS: &str = "alt_text,height,media_key,preview_image_url,type,url,variants,width";

/// How many posts X lists at most, however far one pages.
const MENTIONS_REACH: u32 = 800;
const OWN_POSTS_REACH: u32 = 3200;
/// How far back private messages are listed.
const DIRECT_MESSAGES_REACH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Where polling stands: the newest item of the last complete run, and the run under way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cursor {
    /// Everything up to this id has been delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<Run>,
}

/// A run goes from the newest item back to the known one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Run {
    newest: String,
    token: String,
    seen: u32,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    data: Vec<Value>,
    #[serde(default)]
    includes: Value,
    #[serde(default)]
    meta: Meta,
    #[serde(default)]
    errors: Vec<Value>,
}

#[derive(Default, Deserialize)]
struct Meta {
    next_token: Option<String>,
    result_count: Option<i64>,
}

/// Reads the next page of a source.
pub(super) async fn poll(
    client: &Client,
    channel: &ChannelAccess,
    source: &str,
    cursor: Option<&str>,
    since: Timestamp,
) -> Result<Page, CallError> {
    // A cursor that cannot be read begins anew: repeats are harmless, gaps are not.
    let cursor: Cursor = cursor.and_then(|cursor| serde_json::from_str(cursor).ok()).unwrap_or_default();
    let api = Api::of_channel(client, channel);
    match ask(api, channel, source, &cursor, since).await {
        // A page token that X does not know any more: the run begins again.
        Err(Trouble::Said(no)) if no.status == StatusCode::BAD_REQUEST && cursor.run.is_some() => {
            let cursor = Cursor { run: None, ..cursor };
            let listed = ask(api, channel, source, &cursor, since).await?;
            page(channel, source, cursor, since, listed)
        }
        listed => page(channel, source, cursor, since, listed?),
    }
}

async fn ask(
    api: Api<'_>,
    channel: &ChannelAccess,
    source: &str,
    cursor: &Cursor,
    since: Timestamp,
) -> Result<Listed, Trouble> {
    let account = segment(&channel.facts.account)?;
    let start = whole_seconds(since);
    let mut query = vec![("max_results", "100"), ("user.fields", USER_FIELDS), ("media.fields", MEDIA_FIELDS)];
    if let Some(run) = &cursor.run {
        query.push(("pagination_token", &run.token));
    }
    let (endpoint, path) = match source {
        DIRECT_MESSAGES => {
            query.extend([
                ("dm_event.fields", DM_FIELDS),
                ("expansions", DM_EXPANSIONS),
                ("event_types", "MessageCreate"),
            ]);
            ("dm_list", "/2/dm_events".to_owned())
        }
        MENTIONS | OWN_POSTS => {
            query.extend([("tweet.fields", POST_FIELDS), ("expansions", POST_EXPANSIONS)]);
            match &cursor.known {
                Some(known) => query.push(("since_id", known)),
                None => query.push(("start_time", &start)),
            }
            match source {
                MENTIONS => ("mentions", format!("/2/users/{account}/mentions")),
                _ => ("own_posts", format!("/2/users/{account}/tweets")),
            }
        }
        other => return Err(Trouble::Unfit(format!("there is no source {other}"))),
    };
    let listed: Listed = api.get(endpoint, &path, &query).await?;
    if listed.data.is_empty() && listed.meta.result_count.is_none() && !listed.errors.is_empty() {
        return Err(Trouble::Lost(format!("X listed errors only: {}", words(&listed.errors))));
    }
    Ok(listed)
}

fn words(errors: &[Value]) -> String {
    let detail = errors.iter().find_map(|error| error.get("detail").or_else(|| error.get("message")));
    detail.and_then(Value::as_str).unwrap_or("no words").chars().take(300).collect()
}

/// Turns a page of X into deliveries of ours and the cursor for the next one.
fn page(
    channel: &ChannelAccess,
    source: &str,
    cursor: Cursor,
    since: Timestamp,
    listed: Listed,
) -> Result<Page, CallError> {
    let private = source == DIRECT_MESSAGES;
    let (mut newest, mut seen) = match &cursor.run {
        Some(run) => (Some(run.newest.clone()), run.seen),
        None => (cursor.known.clone(), 0),
    };
    let mut page = Page::default();
    let mut reached_known = false;
    for item in &listed.data {
        seen += 1;
        let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
        let at = time(item, id);
        // Private messages have no `since_id`: the list is read until what is known, or what is too old.
        let is_known = cursor.known.as_deref().is_some_and(|known| !is_newer(id, known));
        let is_too_old = cursor.known.is_none() && at.is_some_and(|at| at < since);
        if private && (is_known || is_too_old) {
            reached_known = true;
            break;
        }
        if newest.as_deref().is_none_or(|newest| is_newer(id, newest)) {
            newest = Some(id.to_owned());
        }
        page.oldest = match (page.oldest, at) {
            (Some(oldest), Some(at)) => Some(oldest.min(at)),
            (oldest, at) => oldest.or(at),
        };
        page.deliveries.push((delivery(channel, source, item, &listed.includes), private));
    }
    page.charges = vec![Charge {
        what: match source {
            DIRECT_MESSAGES => prices::DIRECT_MESSAGE_READ,
            _ => prices::OWNED_READ,
        }
        .to_owned(),
        count: i64::try_from(listed.data.len()).unwrap_or(i64::MAX),
    }];
    let next = match (listed.meta.next_token, newest) {
        (Some(token), Some(newest)) if !reached_known => {
            Cursor { known: cursor.known, run: Some(Run { newest, token, seen }) }
        }
        (_, newest) => {
            page.truncated = !reached_known && is_truncated(source, seen, cursor.known.as_deref(), since);
            Cursor { known: newest, run: None }
        }
    };
    page.more = next.run.is_some();
    page.cursor = serde_json::to_string(&next).ok();
    Ok(page)
}

/// Whether X's own reach ended before ours did.
fn is_truncated(source: &str, seen: u32, known: Option<&str>, since: Timestamp) -> bool {
    match source {
        MENTIONS => seen >= MENTIONS_REACH,
        OWN_POSTS => seen >= OWN_POSTS_REACH,
        _ => {
            let from = known.and_then(super::text::snowflake_time).unwrap_or(since);
            Timestamp::now().duration_since(from) > DIRECT_MESSAGES_REACH
        }
    }
}

/// One item with only those included objects that it refers to.
fn delivery(channel: &ChannelAccess, source: &str, item: &Value, includes: &Value) -> Bytes {
    let wanted = referred_to(item);
    let mut kept = Map::new();
    for kind in ["users", "tweets", "posts", "media"] {
        let Some(objects) = includes.get(kind).and_then(Value::as_array) else { continue };
        let name = if kind == "media" { "media_key" } else { "id" };
        let is_wanted =
            |object: &&Value| object.get(name).and_then(Value::as_str).is_some_and(|id| wanted.contains(&id));
        let objects: Vec<Value> = objects.iter().filter(is_wanted).cloned().collect();
        if !objects.is_empty() {
            kept.insert(kind.to_owned(), objects.into());
        }
    }
    let content = if source == DIRECT_MESSAGES { "event" } else { "post" };
    Bytes::from(
        json!({ "poll": source, "account": channel.facts.account, content: item, "includes": kept }).to_string(),
    )
}

/// Every id that an item names outside its text.
fn referred_to(item: &Value) -> Vec<&str> {
    fn collect<'a>(value: &'a Value, ids: &mut Vec<&'a str>) {
        match value {
            Value::String(text) => ids.push(text),
            Value::Array(values) => values.iter().for_each(|value| collect(value, ids)),
            Value::Object(fields) => fields.values().for_each(|value| collect(value, ids)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut ids = Vec::new();
    let fields = ["author_id", "sender_id", "participant_ids", "in_reply_to_user_id", "conversation_id"];
    for field in fields.into_iter().chain(["referenced_tweets", "referenced_posts", "attachments"]) {
        if let Some(value) = item.get(field) {
            collect(value, &mut ids);
        }
    }
    ids
}

/// Ids are numbers beyond 2^53: compared as numbers, carried as text.
fn is_newer(id: &str, than: &str) -> bool {
    match (id.parse::<u64>(), than.parse::<u64>()) {
        (Ok(id), Ok(than)) => id > than,
        _ => id != than,
    }
}

fn time(item: &Value, id: &str) -> Option<Timestamp> {
    let stated = item.get("created_at").and_then(Value::as_str).and_then(|time| time.parse().ok());
    stated.or_else(|| super::text::snowflake_time(id))
}

/// X takes times to the second.
pub(super) fn whole_seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
