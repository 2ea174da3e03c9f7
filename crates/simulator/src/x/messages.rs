//! Private messages: sending, listing, deleting; the legacy kind that can be read.

use super::gate::Caller;
use super::parameters::{Parameters, body, page_token, parse_id, select};
use super::problem::{Answer, Problem, answer, missing, ok};
use super::{events, listing, render};
use crate::World;
use crate::world::{Happening, State as Everything};
use crate::x::model::DirectMessage;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Longest private message.
const MAX_LENGTH: usize = 10_000;
/// The list reaches back this far.
const LISTED_MS: i64 = 30 * 24 * 60 * 60 * 1000;
const SHAPE: &[&str] = &["dm_event.fields", "expansions", "media.fields", "user.fields", "tweet.fields", "post.fields"];
const LIST: &[&str] = &["max_results", "pagination_token", "event_types"];
const ALWAYS: &[&str] = &["id", "event_type", "text"];

/// `smaller-larger`, the id of a conversation of two.
pub(crate) fn pair(one: u64, other: u64) -> String {
    format!("{}-{}", one.min(other), one.max(other))
}

impl Everything {
    /// Files a message and returns its id.
    pub(crate) fn create_message(
        &mut self,
        sender: u64,
        participants: &[u64],
        conversation: String,
        text: &str,
        media: Vec<u64>,
        at: i64,
    ) -> u64 {
        let (mut shown, mut entities) = self.read_text(text);
        if let Some(key) = media.first().and_then(|id| self.media.get(id)).map(|media| (media.id, media.key.clone())) {
            let url = self.short_link(&format!("https://x.com/messages/media/{}", key.0));
            if !shown.is_empty() {
                shown.push(' ');
            }
            let start = shown.chars().count();
            shown.push_str(&url);
            let end = shown.chars().count();
            let expanded = format!("https://x.com/messages/media/{}", key.0);
            entities.links.push(super::model::Link {
                start,
                end,
                url,
                display: super::text::display_form(&expanded),
                expanded,
                media_key: Some(key.1),
            });
        }
        let id = self.snowflake(at);
        let mut people: Vec<u64> = participants.to_vec();
        if !people.contains(&sender) {
            people.push(sender);
        }
        for person in &people {
            self.messages_of.entry(*person).or_default().insert(id);
        }
        let message = DirectMessage {
            id,
            conversation,
            sender,
            participants: people,
            text: shown,
            entities,
            media,
            created_ms: at,
            deleted_for: BTreeSet::new(),
        };
        self.messages.insert(id, message);
        id
    }

    /// Why `sender` may not write to `recipient`, if so.
    fn refuses(&self, sender: u64, recipient: u64) -> bool {
        let Some(user) = self.users.get(&recipient) else { return true };
        let wrote_first = self.messages_of.get(&sender).is_some_and(|ids| {
            ids.iter().filter_map(|id| self.messages.get(id)).any(|message| message.sender == recipient)
        });
        self.blocked_messages.contains(&(recipient, sender)) || (!user.receives_dm && !wrote_first)
    }
}

struct Written {
    text: String,
    media: Vec<u64>,
}

fn read_message(state: &Everything, fields: &Map<String, Value>, user: u64) -> Result<Written, Problem> {
    let text = fields.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut media = Vec::new();
    if let Some(Value::Array(attachments)) = fields.get("attachments") {
        for attachment in attachments {
            let id = parse_id(
                "attachments.media_id",
                attachment.get("media_id").and_then(Value::as_str).unwrap_or_default(),
            )?;
            if !state.media.get(&id).is_some_and(|media| media.owner == user && media.content.is_some()) {
                return Err(Problem::invalid("attachments", &id.to_string(), "Your media IDs are invalid."));
            }
            media.push(id);
        }
    }
    if text.is_empty() && media.is_empty() {
        return Err(Problem::invalid("text", "", "$.text: is missing but it is required"));
    }
    if text.chars().count() > MAX_LENGTH {
        return Err(Problem::invalid("text", "", "The message is longer than 10000 characters."));
    }
    Ok(Written { text, media })
}

fn send(world: &World, user: u64, others: &[u64], conversation: String, fields: &Map<String, Value>) -> Answer {
    let now = world.now();
    let mut state = world.lock();
    let written = read_message(&state, fields, user)?;
    for other in others {
        if !state.users.contains_key(other) {
            return Err(Problem::not_found("user", &other.to_string()));
        }
        if state.refuses(user, *other) {
            return Err(Problem::forbidden("You do not have permission to DM one or more participants."));
        }
    }
    let id = state.create_message(user, others, conversation.clone(), &written.text, written.media, now);
    let outgoing = events::message_created(&mut state, id, world.origin());
    drop(state);
    world.deliver(outgoing);
    world.tell(Happening::Messaged(id));
    Ok(answer(
        StatusCode::CREATED,
        &json!({"data": {"dm_conversation_id": conversation, "dm_event_id": id.to_string()}}),
    ))
}

/// POST /2/dm_conversations/with/{participant_id}/messages
pub(crate) async fn to_participant(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Answer {
    let user = caller.user_with(&["dm.write", "tweet.read", "users.read"])?;
    let fields = body(&bytes, &["text", "attachments"])?;
    let other = parse_id("participant_id", &id)?;
    send(&world, user, &[other], pair(user, other), &fields)
}

/// POST /2/dm_conversations
pub(crate) async fn new_conversation(State(world): State<World>, caller: Caller, bytes: Bytes) -> Answer {
    let user = caller.user_with(&["dm.write", "tweet.read", "users.read"])?;
    let fields = body(&bytes, &["conversation_type", "message", "participant_ids"])?;
    if fields.get("conversation_type").and_then(Value::as_str) != Some("Group") {
        return Err(Problem::invalid(
            "conversation_type",
            "",
            "$.conversation_type: does not have a value in the enumeration [Group]",
        ));
    }
    let ids = fields.get("participant_ids").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let others = ids
        .iter()
        .map(|id| parse_id("participant_ids", id.as_str().unwrap_or_default()))
        .collect::<Result<Vec<_>, _>>()?;
    if others.len() < 2 {
        return Err(Problem::invalid("participant_ids", "", "$.participant_ids: there must be a minimum of 2 items"));
    }
    let Some(Value::Object(message)) = fields.get("message") else {
        return Err(Problem::invalid("message", "", "$.message: is missing but it is required"));
    };
    let conversation = world.lock().snowflake(world.now()).to_string();
    send(&world, user, &others, conversation, message)
}

/// POST /2/dm_conversations/{dm_conversation_id}/messages
pub(crate) async fn to_conversation(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Answer {
    let user = caller.user_with(&["dm.write", "tweet.read", "users.read"])?;
    let fields = body(&bytes, &["text", "attachments"])?;
    let others = {
        let state = world.lock();
        let known = state
            .messages
            .values()
            .rev()
            .find(|message| message.conversation == id)
            .map(|message| message.participants.clone());
        let parts: Option<Vec<u64>> = id.split('-').map(|part| part.parse().ok()).collect();
        known.or(parts.filter(|people| people.len() == 2)).unwrap_or_default()
    };
    if !others.contains(&user) {
        return Err(Problem::forbidden("You are not a participant in this conversation."));
    }
    let others: Vec<u64> = others.into_iter().filter(|person| *person != user).collect();
    send(&world, user, &others, id, &fields)
}

fn list(world: &World, user: u64, parameters: &Parameters, fits: impl Fn(&DirectMessage) -> bool) -> Answer {
    let size = parameters.number("max_results", 1, 100, 100)?;
    let below = parameters.page()?.unwrap_or(u64::MAX);
    let types = parameters.list("event_types");
    if let Some(unknown) =
        types.iter().find(|name| !["MessageCreate", "ParticipantsJoin", "ParticipantsLeave"].contains(&name.as_str()))
    {
        return Err(Problem::invalid(
            "event_types",
            unknown,
            &format!(
                "The `event_types` query parameter value [{unknown}] is not one of [MessageCreate,ParticipantsJoin,ParticipantsLeave]"
            ),
        ));
    }
    let wanted = types.is_empty() || types.iter().any(|name| name == "MessageCreate");
    let since = world.now() - LISTED_MS;
    let state = world.lock();
    let own = state.messages_of.get(&user);
    let found: Vec<&DirectMessage> = own
        .into_iter()
        .flat_map(|ids| ids.iter().rev())
        .filter(|id| wanted && **id < below)
        .filter_map(|id| state.messages.get(id))
        .filter(|message| message.created_ms >= since && !message.deleted_for.contains(&user) && fits(message))
        .take(size + 1)
        .collect();
    let shown = found.get(..size.min(found.len())).unwrap_or_default();
    let mut asked = parameters.list("dm_event.fields");
    for (expansion, field) in [("sender_id", "sender_id"), ("attachments.media_keys", "attachments")] {
        if parameters.has("expansions", expansion) {
            asked.push(field.to_owned());
        }
    }
    let data: Vec<Value> = shown
        .iter()
        .map(|message| Value::Object(flat(select(render::message(&state, message), ALWAYS, &asked))))
        .collect();
    let mut people = BTreeSet::new();
    let mut media = BTreeSet::new();
    for message in shown {
        if parameters.has("expansions", "sender_id") {
            people.insert(message.sender);
        }
        if parameters.has("expansions", "participant_ids") {
            people.extend(message.participants.iter().copied());
        }
        if parameters.has("expansions", "attachments.media_keys") {
            media.extend(message.media.iter().copied());
        }
    }
    let mut includes = Map::new();
    let users: Vec<Value> =
        people.iter().filter_map(|id| listing::user(&state, *id, parameters, world.origin())).collect();
    if !users.is_empty() {
        includes.insert("users".to_owned(), Value::Array(users));
    }
    let media: Vec<Value> =
        media.iter().filter_map(|id| listing::media(&state, *id, parameters, world.origin())).collect();
    if !media.is_empty() {
        includes.insert("media".to_owned(), Value::Array(media));
    }
    let mut meta = Map::new();
    meta.insert("result_count".to_owned(), json!(data.len()));
    if let (true, Some(last)) = (found.len() > size, shown.last()) {
        meta.insert("next_token".to_owned(), json!(page_token(last.id)));
    }
    Ok(ok(&listing::assemble(data, includes, Vec::new(), Some(meta))))
}

/// The REST form has urls, mentions and hashtags beside the text, not inside `entities`.
fn flat(mut fields: Map<String, Value>) -> Map<String, Value> {
    if let Some(Value::Object(entities)) = fields.remove("entities") {
        fields.extend(entities);
    }
    fields
}

/// GET /2/dm_events
pub(crate) async fn events_of_all(State(world): State<World>, caller: Caller, RawQuery(query): RawQuery) -> Answer {
    let user = caller.user_with(&["dm.read", "tweet.read", "users.read"])?;
    let parameters = Parameters::read(query.as_deref(), LIST, SHAPE)?;
    list(&world, user, &parameters, |_| true)
}

/// GET /2/dm_conversations/with/{participant_id}/dm_events
pub(crate) async fn events_with(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let user = caller.user_with(&["dm.read", "tweet.read", "users.read"])?;
    let parameters = Parameters::read(query.as_deref(), LIST, SHAPE)?;
    let conversation = pair(user, parse_id("participant_id", &id)?);
    list(&world, user, &parameters, |message| message.conversation == conversation)
}

/// GET /2/dm_conversations/{id}/dm_events
pub(crate) async fn events_in(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let user = caller.user_with(&["dm.read", "tweet.read", "users.read"])?;
    let parameters = Parameters::read(query.as_deref(), LIST, SHAPE)?;
    list(&world, user, &parameters, |message| message.conversation == id)
}

/// GET /2/dm_events/{event_id}
pub(crate) async fn one(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let user = caller.user_with(&["dm.read", "tweet.read", "users.read"])?;
    let parameters = Parameters::read(query.as_deref(), &[], SHAPE)?;
    let number = parse_id("event_id", &id)?;
    let state = world.lock();
    let visible = state
        .messages
        .get(&number)
        .filter(|message| message.participants.contains(&user) && !message.deleted_for.contains(&user));
    Ok(ok(&match visible {
        Some(message) => {
            json!({"data": flat(select(render::message(&state, message), ALWAYS, &parameters.list("dm_event.fields")))})
        }
        None => json!({"errors": [missing("tweet", "event_id", &id)]}),
    }))
}

/// DELETE /2/dm_events/{event_id}
pub(crate) async fn delete(State(world): State<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let user = caller.user_with(&["dm.read", "dm.write"])?;
    let number = parse_id("event_id", &id)?;
    let mut state = world.lock();
    let Some(message) = state.messages.get_mut(&number).filter(|message| message.participants.contains(&user)) else {
        return Err(Problem::not_found("tweet", &id));
    };
    if message.sender != user {
        return Err(Problem::forbidden("You may only delete messages that you sent."));
    }
    message.deleted_for.insert(user);
    Ok(ok(&json!({"data": {"deleted": true}})))
}
