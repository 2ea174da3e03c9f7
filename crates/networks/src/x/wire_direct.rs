//! The shapes of private messages that X sends: Account Activity's, the API's list, and encrypted ones.

use super::wire::{Attachments, Entities, Id, Mention, UrlEntity};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The payload of `dm.*`: the Account Activity shape, whole or inside an X Activity event.
#[derive(Deserialize)]
pub(super) struct DirectMessages<'a> {
    #[serde(borrow, default)]
    pub(super) direct_message_events: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) direct_message_mark_read_events: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) direct_message_indicate_typing_events: Vec<&'a RawValue>,
    #[serde(borrow)]
    pub(super) users: Option<&'a RawValue>,
}

/// One private message in the Account Activity shape.
#[derive(Deserialize)]
pub(super) struct MessageCreated {
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    pub(super) id: Id,
    pub(super) created_timestamp: Option<Id>,
    pub(super) message_create: MessageCreate,
}

/// Sides and content of a private message.
#[derive(Deserialize)]
pub(super) struct MessageCreate {
    pub(super) target: Target,
    pub(super) sender_id: Id,
    pub(super) message_data: MessageData,
}

/// Who it is for.
#[derive(Deserialize)]
pub(super) struct Target {
    pub(super) recipient_id: Id,
}

/// Content of a private message.
#[derive(Deserialize)]
pub(super) struct MessageData {
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    pub(super) entities: Entities,
    pub(super) attachment: Option<Attachment>,
}

/// What is attached to a private message in the Account Activity shape.
#[derive(Deserialize)]
pub(super) struct Attachment {
    pub(super) media: Option<AttachedMedia>,
}

/// A file attached to a private message in the Account Activity shape.
#[derive(Deserialize)]
pub(super) struct AttachedMedia {
    pub(super) id: Id,
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    pub(super) media_url_https: Option<String>,
    /// The short link that stands for it in the text.
    pub(super) url: Option<String>,
    pub(super) ext_alt_text: Option<String>,
}

/// A sign that somebody read up to a message, or types.
#[derive(Deserialize)]
pub(super) struct Receipt {
    pub(super) sender_id: Id,
    pub(super) created_timestamp: Option<Id>,
    pub(super) last_read_event_id: Option<Id>,
}

/// One private message as the API lists it.
#[derive(Deserialize)]
pub(super) struct DmEvent {
    pub(super) id: Id,
    #[serde(default)]
    pub(super) event_type: String,
    #[serde(default)]
    pub(super) text: String,
    pub(super) sender_id: Option<Id>,
    pub(super) dm_conversation_id: Option<String>,
    pub(super) created_at: Option<String>,
    #[serde(default)]
    pub(super) participant_ids: Vec<Id>,
    #[serde(default)]
    pub(super) attachments: Attachments,
    #[serde(default)]
    pub(super) entities: Entities,
    /// The specification puts these beside the text; other answers put them into `entities`.
    #[serde(default)]
    pub(super) urls: Vec<UrlEntity>,
    #[serde(default)]
    pub(super) mentions: Vec<Mention>,
}

/// An encrypted message: sides and time are all that can be read.
#[derive(Deserialize)]
pub(super) struct Encrypted {
    pub(super) id: Id,
    pub(super) sender_id: Id,
    pub(super) created_at_msec: Option<Id>,
    #[serde(default)]
    pub(super) conversation_id: String,
}
