//! Answers that carry posts: fields, expansions, pages.

use super::parameters::{Parameters, page_token, select};
use super::problem::missing;
use super::render;
use crate::world::State;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const ALWAYS: &[&str] = &["id", "text", "edit_history_tweet_ids"];
const USER_ALWAYS: &[&str] = &["id", "name", "username"];
const MEDIA_ALWAYS: &[&str] = &["media_key", "type"];

fn post_fields(parameters: &Parameters) -> Vec<String> {
    let mut fields = parameters.post_fields();
    // An expansion brings the field that holds the reference.
    for (expansion, field) in [
        ("author_id", "author_id"),
        ("in_reply_to_user_id", "in_reply_to_user_id"),
        ("attachments.media_keys", "attachments"),
        ("entities.mentions.username", "entities"),
        ("referenced_tweets.id", "referenced_tweets"),
        ("referenced_tweets.id.author_id", "referenced_tweets"),
        ("referenced_tweets.id.attachments.media_keys", "referenced_tweets"),
    ] {
        if parameters.expands(expansion) {
            fields.push(field.to_owned());
        }
    }
    fields
}

/// One account with the fields asked for.
pub(crate) fn user(state: &State, id: u64, parameters: &Parameters, origin: &str) -> Option<Value> {
    let found = state.users.get(&id)?;
    let asked = parameters.list("user.fields");
    let mut fields = select(render::user(found, origin), USER_ALWAYS, &asked);
    if fields.get("url").is_some_and(|url| url == "") {
        fields.remove("url");
    }
    twin(&mut fields, "tweet_count", "post_count");
    Some(Value::Object(fields))
}

/// Counts under both names: clients of the newer description require the second.
fn twin(fields: &mut Map<String, Value>, old: &str, new: &str) {
    let metrics = fields.get_mut("public_metrics").and_then(Value::as_object_mut);
    if let Some((metrics, count)) = metrics.and_then(|metrics| metrics.get(old).cloned().map(|count| (metrics, count)))
    {
        metrics.insert(new.to_owned(), count);
    }
}

/// One medium with the fields asked for.
pub(crate) fn media(state: &State, id: u64, parameters: &Parameters, origin: &str) -> Option<Value> {
    let found = state.media.get(&id)?;
    Some(Value::Object(select(render::media(found, origin), MEDIA_ALWAYS, &parameters.list("media.fields"))))
}

fn post(state: &State, id: u64, fields: &[String], newer: bool, now: i64) -> Option<Value> {
    let found = state.post(id)?;
    let mut chosen = select(render::post(state, found, now), ALWAYS, fields);
    twin(&mut chosen, "retweet_count", "repost_count");
    if newer {
        for (old, new) in
            [("edit_history_tweet_ids", "edit_history_post_ids"), ("referenced_tweets", "referenced_posts")]
        {
            if let Some(value) = chosen.remove(old) {
                chosen.insert(new.to_owned(), value);
            }
        }
    }
    Some(Value::Object(chosen))
}

/// `data` for the posts, `includes` for what they refer to, `errors` for what is gone.
pub(crate) fn posts(
    state: &State,
    ids: &[u64],
    parameters: &Parameters,
    origin: &str,
    now: i64,
) -> (Vec<Value>, Map<String, Value>, Vec<Value>) {
    let fields = post_fields(parameters);
    let newer = parameters.newer_names();
    let mut errors = Vec::new();
    let (mut people, mut media_ids, mut referenced) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut data = Vec::new();
    for id in ids {
        let (Some(found), Some(value)) = (state.post(*id), post(state, *id, &fields, newer, now)) else { continue };
        data.push(value);
        if parameters.expands("author_id") {
            people.insert(found.author);
        }
        if parameters.expands("in_reply_to_user_id") {
            people.extend(found.in_reply_to_user);
        }
        if parameters.expands("entities.mentions.username") {
            people.extend(found.entities.mentions.iter().map(|mention| mention.user));
        }
        if parameters.expands("attachments.media_keys") {
            media_ids.extend(found.media.iter().copied());
        }
        let wide =
            ["referenced_tweets.id", "referenced_tweets.id.author_id", "referenced_tweets.id.attachments.media_keys"];
        if wide.iter().any(|name| parameters.expands(name)) {
            for target in found.in_reply_to.iter().chain(found.quotes.iter()) {
                match state.post(*target) {
                    Some(other) => {
                        referenced.insert(*target);
                        if parameters.expands("referenced_tweets.id.author_id") {
                            people.insert(other.author);
                        }
                        if parameters.expands("referenced_tweets.id.attachments.media_keys") {
                            media_ids.extend(other.media.iter().copied());
                        }
                    }
                    None => errors.push(missing("tweet", "referenced_tweets.id", &target.to_string())),
                }
            }
        }
    }
    let mut includes = Map::new();
    let mut put = |name: &str, values: Vec<Value>| {
        if !values.is_empty() {
            includes.insert(name.to_owned(), Value::Array(values));
        }
    };
    put("users", people.iter().filter_map(|id| user(state, *id, parameters, origin)).collect());
    put(
        if newer { "posts" } else { "tweets" },
        referenced.iter().filter_map(|id| post(state, *id, &fields, newer, now)).collect(),
    );
    put("media", media_ids.iter().filter_map(|id| media(state, *id, parameters, origin)).collect());
    (data, includes, errors)
}

/// A page of posts, newest first, with `meta`. `ids` are all that match, newest first, cut to one more than the page.
pub(crate) fn page(state: &State, ids: &[u64], size: usize, parameters: &Parameters, origin: &str, now: i64) -> Value {
    let shown = ids.get(..size.min(ids.len())).unwrap_or_default();
    let (data, includes, errors) = posts(state, shown, parameters, origin, now);
    let mut meta = Map::new();
    meta.insert("result_count".to_owned(), json!(data.len()));
    if let (Some(newest), Some(oldest)) = (shown.iter().max(), shown.iter().min()) {
        meta.insert("newest_id".to_owned(), json!(newest.to_string()));
        meta.insert("oldest_id".to_owned(), json!(oldest.to_string()));
    }
    if let (true, Some(last)) = (ids.len() > size, shown.last()) {
        meta.insert("next_token".to_owned(), json!(page_token(*last)));
    }
    assemble(data, includes, errors, Some(meta))
}

/// Puts an answer together; empty parts are left out, as X does.
pub(crate) fn assemble(
    data: Vec<Value>,
    includes: Map<String, Value>,
    errors: Vec<Value>,
    meta: Option<Map<String, Value>>,
) -> Value {
    let mut body = Map::new();
    if !data.is_empty() {
        body.insert("data".to_owned(), Value::Array(data));
    }
    if !includes.is_empty() {
        body.insert("includes".to_owned(), Value::Object(includes));
    }
    if !errors.is_empty() {
        body.insert("errors".to_owned(), Value::Array(errors));
    }
    if let Some(meta) = meta {
        body.insert("meta".to_owned(), Value::Object(meta));
    }
    Value::Object(body)
}
