//! What may be done to one item, from one of our accounts: asked per item, because networks decide per item.

use crate::id::ChannelId;
use crate::understanding::Reason;
use crate::vocabulary::{AccessLevel, ChannelRole, Direction, Form};
use serde::{Deserialize, Serialize};

/// The facts about one of our accounts that an ability depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelFacts {
    /// The channel.
    pub channel: ChannelId,
    /// Its account id at the network.
    pub account: String,
    /// Its handle without `@`.
    pub handle: String,
    /// What it is for.
    pub role: ChannelRole,
    /// How far the network lets it go.
    pub access_level: Option<AccessLevel>,
    /// Whether it can send at the moment (connected, not disabled).
    pub connected: bool,
}

/// The facts about one message that an ability depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageFacts {
    /// The network's id; `None` while ours is still on its way.
    pub external_id: Option<String>,
    /// Shape.
    pub form: Form,
    /// Who wrote it.
    pub direction: Direction,
    /// Whether only the two sides can read it.
    pub private: bool,
    /// Account id of its author.
    pub author: String,
    /// Handle of its author without `@`.
    pub author_handle: Option<String>,
    /// Account ids and handles named in it.
    pub mentions: Vec<crate::item::Mentioned>,
    /// Account id of the author of the post it quotes.
    pub quotes_author: Option<String>,
    /// Account id of the author of the thread's root.
    pub thread_author: Option<String>,
    /// Whether the network sent it in a form we cannot read.
    pub unreadable: bool,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// Yes, or no with the reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "may", rename_all = "snake_case")]
pub enum May {
    /// Allowed.
    Yes,
    /// Refused by the network's rule.
    No {
        /// Which rule.
        reason: Reason,
    },
}

impl May {
    /// Whether it is allowed.
    pub fn is_yes(&self) -> bool {
        matches!(self, Self::Yes)
    }
}

/// A way that remains when the direct one is closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum Way {
    /// Answer from another account of ours, which the author named.
    AnswerAs {
        /// That account.
        channel: ChannelId,
        /// Its handle.
        handle: String,
    },
    /// Open the post at the network with the text copied; the reply is recognised when it appears.
    OpenAtNetwork {
        /// Address of the post.
        url: String,
    },
    /// Invite the author to write privately, by the network's deep link.
    InviteToPrivate {
        /// Address that opens a private message to us.
        url: String,
    },
    /// Write to the author privately.
    WritePrivately,
}

/// What one of our accounts may do to one message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Abilities {
    /// Reply in public.
    pub reply: May,
    /// Write to its author in private.
    pub direct_message: May,
    /// Delete it (ours).
    pub delete: May,
    /// Hide it (somebody's reply under our post).
    pub hide: May,
    /// What remains when `reply` is refused.
    pub ways: Vec<Way>,
}
