//! What we owe a network, and what came of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A file to send along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingMedia {
    /// Our attachment.
    pub attachment: crate::id::AttachmentId,
    /// Media type, e.g. `image/png`.
    pub content_type: String,
    /// Description for those who cannot see it.
    pub alt_text: Option<String>,
}

/// One act towards a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Outgoing {
    /// A public reply under a message.
    Reply {
        /// External id of the message answered.
        in_reply_to: String,
        /// Text, sign-off included.
        text: String,
        /// Media.
        #[serde(default)]
        media: Vec<OutgoingMedia>,
    },
    /// A public post of its own.
    Post {
        /// Text, sign-off included.
        text: String,
        /// Media.
        #[serde(default)]
        media: Vec<OutgoingMedia>,
    },
    /// A private message.
    DirectMessage {
        /// Account id of the recipient.
        recipient: String,
        /// Text, sign-off included.
        text: String,
        /// Media.
        #[serde(default)]
        media: Vec<OutgoingMedia>,
    },
    /// Take back a message of ours.
    Delete {
        /// The message.
        external_id: String,
        /// Whether it is a private one.
        private: bool,
    },
    /// Hide or show somebody's reply under our post.
    Hide {
        /// The message.
        external_id: String,
        /// Hide, or show again.
        hidden: bool,
    },
}

impl Outgoing {
    /// The stable name of the act, for rate budgets, metrics and the database.
    pub fn act(&self) -> &'static str {
        match self {
            Self::Reply { .. } => "reply",
            Self::Post { .. } => "post",
            Self::DirectMessage { .. } => "direct_message",
            Self::Delete { .. } => "delete",
            Self::Hide { .. } => "hide",
        }
    }
    /// Whether doing it twice would be seen by people; such acts are reconciled before any retry.
    pub fn appears(&self) -> bool {
        matches!(self, Self::Reply { .. } | Self::Post { .. } | Self::DirectMessage { .. })
    }
    /// The files that go along.
    pub fn media(&self) -> &[OutgoingMedia] {
        match self {
            Self::Reply { media, .. } | Self::Post { media, .. } | Self::DirectMessage { media, .. } => media,
            Self::Delete { .. } | Self::Hide { .. } => &[],
        }
    }
    /// The text that leaves, if any.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Reply { text, .. } | Self::Post { text, .. } | Self::DirectMessage { text, .. } => Some(text),
            Self::Delete { .. } | Self::Hide { .. } => None,
        }
    }
}

/// What the network said to one act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Done; the id the network gave, where it gives one.
    Sent {
        /// External id of the new message.
        external_id: Option<String>,
        /// Address at which people can see it.
        url: Option<String>,
    },
    /// Not now; surely not done. Try again at the time, or by the retry policy when `None`.
    RetryAt {
        /// Earliest next try.
        at: Option<Timestamp>,
        /// The network's code.
        code: String,
        /// The network's words.
        message: String,
    },
    /// No, and trying again will not help.
    Refused {
        /// The network's code.
        code: String,
        /// The network's words.
        message: String,
    },
    /// The permission is gone; a person must connect the account again.
    Unauthorised {
        /// The network's words.
        message: String,
    },
    /// It may have been done: reconcile before any retry.
    Unknown {
        /// What was seen.
        message: String,
    },
}

/// A message at the network that may be the one of unknown outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// External id.
    pub external_id: String,
    /// The network's time, when it says it: equal texts differ by nothing else.
    pub sent_at: Option<Timestamp>,
}

/// What a look at the network said about an act of unknown outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reconciled", rename_all = "snake_case")]
pub enum Reconciled {
    /// It is there, once.
    Found {
        /// External id.
        external_id: String,
    },
    /// It is surely not there.
    Absent,
    /// Several candidates: a person decides.
    Ambiguous {
        /// The candidates, oldest first.
        candidates: Vec<Candidate>,
    },
    /// The network could not be asked; ask again later.
    NotNow {
        /// Earliest next look.
        at: Option<Timestamp>,
        /// Why.
        message: String,
    },
}
