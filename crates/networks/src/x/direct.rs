//! Private messages in our words: the Account Activity shape inside `dm.*`, the API's list, and encrypted ones.

use super::api::segment;
use super::errors::Trouble;
use super::normalise::{Broken, Reader, parsed};
use super::posts::{self, author as author_of};
use super::text::{self, Readable};
use super::wire::direct::{DirectMessages, DmEvent, Encrypted, MessageCreated, Receipt};
use super::wire::{Id, Includes, User, unwrapped};
use domain::item::{Author, Change, IncomingMessage, Media};
use domain::vocabulary::Form;
use jiff::Timestamp;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Stands before the id of a group's conversation, so that nobody takes it for an account.
const GROUP: &str = "group-";
/// Code of our own words for a message that only X's apps can open.
const ENCRYPTED: &str = "x.encrypted_message";

/// Reads the Account Activity lists of `dm.received`, `dm.sent`, `dm.read` and `dm.indicate_typing`.
pub(super) fn read_activity(
    reader: &mut Reader,
    account: &Id,
    raw: &str,
    payload: DirectMessages<'_>,
) -> Result<(), Broken> {
    let shown = payload.users.map_or("{}", RawValue::get);
    // People are shown beside the messages; without them a message is still a message.
    let raw_users: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(shown).unwrap_or_default();
    let users: BTreeMap<String, User> =
        raw_users.into_iter().filter_map(|(id, raw)| Some((id.into_owned(), unwrapped::<User>(raw)?))).collect();
    let whole = |list: &str, element: &RawValue| {
        format!(r#"{{"for_user_id":"{}","{list}":[{element}],"users":{shown}}}"#, account.0)
    };
    let lists = [
        payload.direct_message_events.len(),
        payload.direct_message_mark_read_events.len(),
        payload.direct_message_indicate_typing_events.len(),
    ];
    if lists == [0, 0, 0] {
        return Err(Broken::new("unknown_event", format!("no list of private messages in {} bytes", raw.len())));
    }
    for event in payload.direct_message_events {
        reader.attempt(|| whole("direct_message_events", event), |reader| message_read(reader, account, event, &users));
    }
    for event in payload.direct_message_mark_read_events {
        reader
            .attempt(|| whole("direct_message_mark_read_events", event), |reader| receipt_read(reader, account, event));
    }
    for _ in payload.direct_message_indicate_typing_events {
        reader.push(account, Change::Ignored { kind: "dm.indicate_typing".to_owned() });
    }
    Ok(())
}

fn message_read(
    reader: &mut Reader,
    account: &Id,
    raw: &RawValue,
    users: &BTreeMap<String, User>,
) -> Result<(), Broken> {
    let event: MessageCreated = parsed(raw.get())?;
    if !matches!(&*event.kind, "message_create" | "") {
        return Err(Broken::new("unknown_event", text::name(&event.kind)));
    }
    let create = event.message_create;
    let group = group_of(event.dm_conversation_id.as_deref().or(create.dm_conversation_id.as_deref()), account);
    if group.is_none() && create.sender_id != *account && create.target.recipient_id != *account {
        // A group's message in a shape that names one recipient alone does not say of which group. The list of messages,
        // which is polled, does.
        reader.push(account, Change::Ignored { kind: "dm.group".to_owned() });
        return Ok(());
    }
    let attached = create.message_data.attachment.and_then(|attachment| attachment.media);
    let hidden: Vec<&str> = attached.iter().filter_map(|media| media.url.as_deref()).collect();
    let Readable { text, links } =
        text::readable(&create.message_data.text, &create.message_data.entities.urls, &hidden);
    let media = attached.as_ref().map(|media| Media {
        external_id: media.id.0.clone(),
        kind: posts::kind_of(&media.kind),
        url: media.media_url_https.clone(),
        alt_text: media.ext_alt_text.clone(),
        size: None,
    });
    let stated = event.created_timestamp.map(|time| time.0);
    let message = Private {
        sent_at: text::time(stated.as_deref(), &event.id.0, reader.received_at),
        author: author_of(&create.sender_id, users.get(&create.sender_id.0)),
        counterpart: group.unwrap_or_else(|| {
            let other = if create.sender_id == *account { &create.target.recipient_id } else { &create.sender_id };
            author_of(other, users.get(&other.0))
        }),
        id: event.id.0,
        text,
        links,
        mentions: posts::mentions(create.message_data.entities),
        media: media.into_iter().collect(),
        placeholder: None,
    };
    reader.push(account, message.into());
    Ok(())
}

/// Somebody read up to a message. Our own reading, in X's app, is no sign from the customer.
fn receipt_read(reader: &mut Reader, account: &Id, raw: &RawValue) -> Result<(), Broken> {
    let receipt: Receipt = parsed(raw.get())?;
    let change = if receipt.sender_id == *account {
        Change::Ignored { kind: "dm.read".to_owned() }
    } else {
        let stated = receipt.created_timestamp.map(|time| time.0);
        Change::Read {
            reader: receipt.sender_id.0,
            external_id: receipt.last_read_event_id.map(|id| id.0),
            at: text::time(stated.as_deref(), "", reader.received_at),
        }
    };
    reader.push(account, change);
    Ok(())
}

/// Reads one event of `GET /2/dm_events`.
pub(super) fn read_listed(reader: &mut Reader, account: &Id, raw: &str, includes: &Includes) -> Result<(), Broken> {
    let mut event: DmEvent = parsed(raw)?;
    if !matches!(&*event.event_type, "MessageCreate" | "") {
        reader.push(account, Change::Ignored { kind: format!("dm.{}", text::name(&event.event_type)) });
        return Ok(());
    }
    let sender = event.sender_id.ok_or_else(|| Broken::new("missing_field", "sender_id"))?;
    let counterpart = if let Some(group) = group_of(event.dm_conversation_id.as_deref(), account) {
        group
    } else if sender == *account {
        let sides = event.dm_conversation_id.as_deref().unwrap_or_default();
        let other = sides
            .split('-')
            .map(|side| Id(side.to_owned()))
            .chain(event.participant_ids)
            .find(|side| side != account && !side.0.is_empty())
            .ok_or_else(|| Broken::new("missing_field", "dm_conversation_id"))?;
        author_of(&other, includes.users.get(&other.0))
    } else {
        author_of(&sender, includes.users.get(&sender.0))
    };
    event.urls.append(&mut event.entities.urls);
    event.entities.mentions.append(&mut event.mentions);
    let Readable { text, links } = text::readable(&event.text, &event.urls, &[]);
    let message = Private {
        sent_at: text::time(event.created_at.as_deref(), &event.id.0, reader.received_at),
        author: author_of(&sender, includes.users.get(&sender.0)),
        counterpart,
        id: event.id.0,
        text,
        links,
        mentions: posts::mentions(event.entities),
        media: posts::media(&event.attachments, includes),
        placeholder: None,
    };
    reader.push(account, message.into());
    Ok(())
}

/// The group behind a conversation id. A talk of two is named after its two sides, anything else is a group, to which one
/// writes as to one person. X tells neither its name nor its members with a message: its last digits stand for it.
fn group_of(conversation: Option<&str>, account: &Id) -> Option<Author> {
    let id = conversation.filter(|id| !id.is_empty() && !id.split(['-', ':']).any(|side| side == account.0))?;
    let digits: Vec<char> = id.chars().rev().take(4).collect();
    Some(Author {
        external_id: format!("{GROUP}{}", id.chars().take(64).collect::<String>()),
        name: Some(format!("👥 …{}", text::name(&digits.into_iter().rev().collect::<String>()))),
        ..Author::default()
    })
}

/// Where the messages of a recipient lie: of a group in its conversation, of a person in the one with them.
pub(super) fn conversation_path(recipient: &str) -> Result<String, Trouble> {
    Ok(match recipient.strip_prefix(GROUP) {
        Some(conversation) => format!("/2/dm_conversations/{}", segment(conversation)?),
        None => format!("/2/dm_conversations/with/{}", segment(recipient)?),
    })
}

/// A message that this product cannot open: it says so, and that it came.
pub(super) fn read_encrypted(reader: &mut Reader, account: &Id, message: Encrypted, includes: &Includes) {
    let group = group_of(Some(&message.conversation_id), account);
    let sides = message.conversation_id.split([':', '-']);
    let other = if message.sender_id == *account {
        sides.map(|side| Id(side.to_owned())).find(|side| side != account).unwrap_or_default()
    } else {
        message.sender_id.clone()
    };
    let stated = message.created_at_msec.map(|time| time.0);
    let private = Private {
        sent_at: text::time(stated.as_deref(), "", reader.received_at),
        author: author_of(&message.sender_id, includes.users.get(&message.sender_id.0)),
        counterpart: group.unwrap_or_else(|| author_of(&other, includes.users.get(&other.0))),
        id: message.id.0,
        text: String::new(),
        links: Vec::new(),
        mentions: Vec::new(),
        media: Vec::new(),
        placeholder: Some(ENCRYPTED.to_owned()),
    };
    reader.push(account, private.into());
}

/// What all private messages have.
struct Private {
    id: String,
    author: Author,
    counterpart: Author,
    text: String,
    sent_at: Timestamp,
    links: Vec<domain::item::Link>,
    mentions: Vec<domain::item::Mentioned>,
    media: Vec<Media>,
    placeholder: Option<String>,
}

impl From<Private> for Change {
    fn from(private: Private) -> Self {
        Self::Message(Box::new(IncomingMessage {
            external_id: private.id,
            form: Form::DirectMessage,
            private: true,
            author: private.author,
            counterpart: Some(private.counterpart),
            text: private.text,
            // X states no language for private messages.
            language: None,
            sent_at: private.sent_at,
            thread_root: None,
            in_reply_to: None,
            in_reply_to_author: None,
            quotes: None,
            quotes_author: None,
            mentions: private.mentions,
            links: private.links,
            media: private.media,
            placeholder: private.placeholder,
            earlier_versions: Vec::new(),
        }))
    }
}
