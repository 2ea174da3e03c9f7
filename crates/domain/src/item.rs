//! What a network's folder makes of a delivery: items in our words, before they are filed.

use crate::vocabulary::Form;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A person as the network shows them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Author {
    /// The network's own id of the account; the key of an identity within its scope.
    pub external_id: String,
    /// Handle without `@`, when the delivery says it.
    pub handle: Option<String>,
    /// Display name, when the delivery says it.
    pub name: Option<String>,
    /// Address of the picture, when the delivery says it.
    pub avatar_url: Option<String>,
    /// Followers, when the delivery says it.
    pub followers: Option<i64>,
    /// Whether the network marks the account as verified.
    pub verified: Option<bool>,
}

/// What kind of file a medium is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A still picture.
    Image,
    /// A moving picture.
    Video,
    /// An animated picture.
    Animation,
    /// A sound.
    Audio,
    /// Anything else.
    File,
}

/// A picture, film or file that came with a message, still at the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Media {
    /// The network's key of the file.
    pub external_id: String,
    /// What it is.
    pub kind: MediaKind,
    /// Where it can be fetched; never fetched but through the SSRF guard.
    pub url: Option<String>,
    /// The author's description of it.
    pub alt_text: Option<String>,
    /// Width and height in pixels.
    pub size: Option<(i64, i64)>,
}

/// An account named in a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mentioned {
    /// The network's id of the account, when the delivery says it.
    pub external_id: Option<String>,
    /// Handle without `@`.
    pub handle: String,
}

/// A link in a text: as the network shortened it, and where it goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// As it stands in the text.
    pub short: String,
    /// Where it goes.
    pub expanded: String,
}

/// A message as delivered; who it is from decides at filing whether it is inbound or an own post made elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncomingMessage {
    /// The network's id of the message, unique within (network, scope).
    pub external_id: String,
    /// Shape.
    pub form: Form,
    /// Whether only the two sides can read it.
    pub private: bool,
    /// Who wrote it.
    pub author: Author,
    /// For private messages: the other side (the recipient when we wrote it, the author otherwise; of a group, the group,
    /// which has no handle and is written to as a whole).
    pub counterpart: Option<Author>,
    /// Text with links expanded, NFC, as the reader sees it. Empty when there is none.
    pub text: String,
    /// Language the network states, BCP 47; `None` when it does not know.
    pub language: Option<String>,
    /// The network's time.
    pub sent_at: Timestamp,
    /// External id of the post that opened the thread; the message's own id when it is the root. `None` for private ones.
    pub thread_root: Option<String>,
    /// External id of the message it answers.
    pub in_reply_to: Option<String>,
    /// Account id of the author of the message it answers.
    pub in_reply_to_author: Option<String>,
    /// External id of the message it quotes.
    pub quotes: Option<String>,
    /// Account id of the author of the message it quotes.
    pub quotes_author: Option<String>,
    /// Accounts named in the text.
    pub mentions: Vec<Mentioned>,
    /// Links in the text.
    pub links: Vec<Link>,
    /// Media.
    pub media: Vec<Media>,
    /// A code for a text of ours when the network sent nothing readable, e.g. `x.encrypted_message`.
    pub placeholder: Option<String>,
    /// Whether this delivery is a later version of a message delivered before, with the ids of the earlier versions, oldest first.
    pub earlier_versions: Vec<String>,
}

/// What happened, in our words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A message appeared, or appeared in a later version.
    Message(Box<IncomingMessage>),
    /// Its author, or the network, deleted a message.
    Deleted {
        /// The message.
        external_id: String,
        /// Who deleted it, when known.
        by: Option<String>,
    },
    /// The customer read our private messages up to a point.
    Read {
        /// The reader's account id.
        reader: String,
        /// The last message read, when known.
        external_id: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// Somebody's sign of approval of a message of ours; a signal, not a message.
    Reaction {
        /// Who.
        author: Author,
        /// The message.
        external_id: String,
        /// The network's word for it, e.g. `like`.
        reaction: String,
    },
    /// The owner of an account took our permission away.
    Revoked {
        /// Account id.
        account: String,
        /// When, if the network says so.
        #[serde(default)]
        at: Option<Timestamp>,
    },
    /// A known kind that carries no work (typing, follow): counted, not filed.
    Ignored {
        /// The network's word for it.
        kind: String,
    },
}

/// One item of a delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Account ids of ours that this delivery was addressed to; the channel is found by it.
    pub account: String,
    /// Where external ids are unique: empty when global, else page, provider or mailbox.
    pub scope: String,
    /// What happened.
    pub change: Change,
}

/// An item that could not be read, kept for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unreadable {
    /// Reason code, e.g. `unknown_event`, `missing_field`, `not_json`.
    pub reason: String,
    /// What exactly, for admins; holds no message text.
    pub detail: String,
    /// The raw item.
    pub raw: String,
}

/// What normalising one delivery gives: nothing is dropped.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Normalised {
    /// Items that were understood, in the delivery's order.
    pub items: Vec<Item>,
    /// Items that were not.
    pub unreadable: Vec<Unreadable>,
}
