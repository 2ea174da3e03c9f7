//! The shapes of private messages that X sends: Account Activity's, the API's list, and encrypted ones.

use super::{Attachments, Entities, Id, Mention, UrlEntity};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The payload of `dm.*`: the Account Activity shape, whole or inside an X Activity event.
#[derive(Deserialize)]
pub(in crate::x) struct DirectMessages<'a> {
    #[serde(borrow, default)]
    pub(in crate::x) direct_message_events: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    pub(in crate::x) direct_message_mark_read_events: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    pub(in crate::x) direct_message_indicate_typing_events: Vec<&'a RawValue>,
    #[serde(borrow)]
    pub(in crate::x) users: Option<&'a RawValue>,
}

/// One private message in the Account Activity shape.
#[derive(Deserialize)]
pub(in crate::x) struct MessageCreated {
    #[serde(rename = "type", default)]
    pub(in crate::x) kind: String,
    pub(in crate::x) id: Id,
    pub(in crate::x) created_timestamp: Option<Id>,
    pub(in crate::x) dm_conversation_id: Option<String>,
    pub(in crate::x) message_create: MessageCreate,
}

/// Sides and content of a private message.
#[derive(Deserialize)]
pub(in crate::x) struct MessageCreate {
    pub(in crate::x) target: Target,
    pub(in crate::x) dm_conversation_id: Option<String>,
    pub(in crate::x) sender_id: Id,
    pub(in crate::x) message_data: MessageData,
}

/// Who it is for.
#[derive(Deserialize)]
pub(in crate::x) struct Target {
    pub(in crate::x) recipient_id: Id,
}

/// Content of a private message.
#[derive(Deserialize)]
pub(in crate::x) struct MessageData {
    #[serde(default)]
    pub(in crate::x) text: String,
    #[serde(default)]
    pub(in crate::x) entities: Entities,
    pub(in crate::x) attachment: Option<Attachment>,
}

/// What is attached to a private message in the Account Activity shape.
#[derive(Deserialize)]
pub(in crate::x) struct Attachment {
    pub(in crate::x) media: Option<AttachedMedia>,
}

/// A file attached to a private message in the Account Activity shape.
#[derive(Deserialize)]
pub(in crate::x) struct AttachedMedia {
    pub(in crate::x) id: Id,
    #[serde(rename = "type", default)]
    pub(in crate::x) kind: String,
    pub(in crate::x) media_url_https: Option<String>,
    /// The short link that stands for it in the text.
    pub(in crate::x) url: Option<String>,
    pub(in crate::x) ext_alt_text: Option<String>,
}

/// A sign that somebody read up to a message, or types.
#[derive(Deserialize)]
pub(in crate::x) struct Receipt {
    pub(in crate::x) sender_id: Id,
    pub(in crate::x) created_timestamp: Option<Id>,
    pub(in crate::x) last_read_event_id: Option<Id>,
}

/// One private message as the API lists it.
#[derive(Deserialize)]
pub(in crate::x) struct DmEvent {
    pub(in crate::x) id: Id,
    #[serde(default)]
    pub(in crate::x) event_type: String,
    #[serde(default)]
    pub(in crate::x) text: String,
    pub(in crate::x) sender_id: Option<Id>,
    pub(in crate::x) dm_conversation_id: Option<String>,
    pub(in crate::x) created_at: Option<String>,
    #[serde(default)]
    pub(in crate::x) participant_ids: Vec<Id>,
    #[serde(default)]
    pub(in crate::x) attachments: Attachments,
    #[serde(default)]
    pub(in crate::x) entities: Entities,
    /// The specification puts these beside the text; other answers put them into `entities`.
    #[serde(default)]
    pub(in crate::x) urls: Vec<UrlEntity>,
    #[serde(default)]
    pub(in crate::x) mentions: Vec<Mention>,
}

/// An encrypted message: sides and time are all that can be read.
#[derive(Deserialize)]
pub(in crate::x) struct Encrypted {
    pub(in crate::x) id: Id,
    pub(in crate::x) sender_id: Id,
    pub(in crate::x) created_at_msec: Option<Id>,
    #[serde(default)]
    pub(in crate::x) conversation_id: String,
}
