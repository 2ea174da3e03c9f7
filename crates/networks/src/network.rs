//! The one trait that a network's folder implements: pure readings of data, and acts over HTTP.

use crate::access::{AppAccess, ChannelAccess, Tokens};
use async_trait::async_trait;
use bytes::Bytes;
use domain::ability::{Abilities, ChannelFacts, MessageFacts};
use domain::capability::Capabilities;
use domain::item::Normalised;
use domain::outgoing::{Outcome, Outgoing, Reconciled};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A field of an app's settings form, as data: screens and command line build their forms from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppField {
    /// Stable name; translation key below the network's locale file.
    pub name: &'static str,
    /// Stored encrypted and never shown again.
    pub secret: bool,
    /// Must be present before the app may be enabled (a missing webhook secret fails closed).
    pub required: bool,
    /// Used when nothing is entered.
    pub default: Option<&'static str>,
}

/// The answer to a network's question whether the address is ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// Body.
    pub body: String,
    /// Media type of the body.
    pub content_type: &'static str,
}

/// A delivery whose signature holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// Whether the envelope alone says that it is private; such deliveries are filed first.
    pub private: bool,
}

/// Why a delivery or handshake was turned away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// No signature, or a wrong one. HTTP 401.
    #[error("the signature is missing or wrong")]
    Signature,
    /// The body is not what the network sends. HTTP 400.
    #[error("the body cannot be read: {0}")]
    Malformed(&'static str),
    /// The app lacks the secret; it is closed. HTTP 403.
    #[error("the app has no secret")]
    NotConfigured,
    /// This network has no such way in. HTTP 404.
    #[error("there is no such way in")]
    Absent,
}

/// A text measured against a limit, in the network's own unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// Used.
    pub used: usize,
    /// Allowed.
    pub limit: usize,
}

/// Something the network charges for, counted for the cost meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Key in the network's price list, e.g. `post_create`.
    pub what: String,
    /// How many.
    pub count: i64,
}

/// One page of a poll or stream.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Raw deliveries for the journal, in a form that `normalise` reads, with whether each is private.
    pub deliveries: Vec<(Bytes, bool)>,
    /// Where to go on; stored with the deliveries.
    pub cursor: Option<String>,
    /// Whether there is more right now.
    pub more: bool,
    /// Time of the oldest item seen, to know whether a gap is closed.
    pub oldest: Option<Timestamp>,
    /// Whether the network's history ends before the gap does: the rest cannot be had any more.
    pub truncated: bool,
    /// What it cost.
    pub charges: Vec<Charge>,
}

/// A thread in which we take part, to be completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenThread {
    /// External id of the message that opened it.
    pub root: String,
    /// When we first heard of it. What is older was not addressed to us.
    pub since: Timestamp,
}

/// Why a call failed; the network's own words are kept for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Ask again later.
    #[error("not now: {message}")]
    Later {
        /// Earliest next try, when the network says it.
        at: Option<Timestamp>,
        /// The network's words.
        message: String,
    },
    /// The token is dead: refresh once, then a person must connect again.
    #[error("unauthorised: {message}")]
    Unauthorised {
        /// The network's words.
        message: String,
    },
    /// No, for good.
    #[error("refused ({code}): {message}")]
    Refused {
        /// The network's code.
        code: String,
        /// The network's words.
        message: String,
    },
    /// This network has no such act.
    #[error("this network cannot do that")]
    Absent,
}

/// An account that its owner just connected.
#[derive(Clone, Debug)]
pub struct Connected {
    /// The network's id of the account.
    pub external_id: String,
    /// Handle without `@`.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// Picture.
    pub avatar_url: Option<String>,
    /// Keys.
    pub tokens: Tokens,
}

/// What a network said to the wish to hear of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Subscribed {
    /// Kinds of event, in the network's words, that it does not tell us; the inbox works without them.
    pub refused: Vec<String>,
}

/// What an act came to, and what it cost.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What the network said.
    pub outcome: Outcome,
    /// What it cost.
    pub charges: Vec<Charge>,
}

/// Files of ours, read by a folder when it sends them.
#[async_trait]
pub trait Files: Send + Sync {
    /// The bytes of an attachment.
    async fn read(&self, attachment: domain::id::AttachmentId) -> std::io::Result<Bytes>;
}

/// Where a stream's deliveries go.
#[async_trait]
pub trait Deliveries: Send + Sync {
    /// Keeps them, each with whether it is private; `false` when they could not be kept: then the stream is given up, so
    /// that the network still has them. Nothing to keep is a sign of life.
    async fn take(&self, deliveries: Vec<(Bytes, bool)>) -> bool;
}

/// A network: pure readings first, acts after; nobody lists what they cannot do.
#[async_trait]
pub trait Network: Send + Sync {
    /// What it can do, as data.
    fn capabilities(&self) -> &Capabilities;
    /// The fields of an app at this network.
    fn app_fields(&self) -> &'static [AppField];
    /// Prices in millionths of a US dollar by what is charged.
    fn prices(&self) -> &'static [(&'static str, i64)] {
        &[]
    }

    /// Answers the network's question whether the webhook address is ours. `query` is the raw query string.
    fn handshake(&self, _app: &AppAccess, _query: &str) -> Result<Handshake, Rejected> {
        Err(Rejected::Absent)
    }
    /// Verifies a delivery over its raw bytes, in constant time, and reads as little of it as possible.
    fn receive(&self, _app: &AppAccess, _headers: &http::HeaderMap, _body: &[u8]) -> Result<Received, Rejected> {
        Err(Rejected::Absent)
    }
    /// Reads one delivery (webhook body, or one element of a poll page) into items of ours; drops nothing.
    fn normalise(&self, delivery: &[u8], received_at: Timestamp) -> Normalised;

    /// What `channel`, carried by `app`, may do to `message`; `ours` are all connected accounts of the workspace on this network.
    fn abilities(
        &self,
        app: &AppAccess,
        channel: &ChannelFacts,
        message: &MessageFacts,
        ours: &[ChannelFacts],
    ) -> Abilities;
    /// Measures a text as the network does.
    fn measure(&self, text: &str, private: bool) -> Measured;
    /// Address at which people see a message.
    fn message_url(&self, app: &AppAccess, author_handle: Option<&str>, external_id: &str) -> Option<String>;
    /// External id of the message at an address that a person copied, or at an id typed as such; `None` when it is neither.
    fn message_at(&self, _address: &str) -> Option<String> {
        None
    }
    /// Address at which people see an account.
    fn profile_url(&self, app: &AppAccess, handle: &str) -> Option<String>;

    /// Address to send the owner of an account to (OAuth 2.0 with PKCE, RFC 7636; method S256).
    fn authorize_url(&self, _app: &AppAccess, _redirect_uri: &str, _state: &str, _challenge: &str) -> Option<String> {
        None
    }
    /// Buys the first token pair with the code that came back, and asks whose account it is.
    async fn connect(
        &self,
        _app: &AppAccess,
        _code: &str,
        _verifier: &str,
        _redirect_uri: &str,
    ) -> Result<Connected, CallError> {
        Err(CallError::Absent)
    }
    /// Whose account these tokens open (used when an operator brings tokens of their own).
    async fn whoami(&self, _app: &AppAccess, _tokens: &Tokens) -> Result<Connected, CallError> {
        Err(CallError::Absent)
    }
    /// Buys the next token pair.
    async fn refresh(&self, _app: &AppAccess, _tokens: &Tokens) -> Result<Tokens, CallError> {
        Err(CallError::Absent)
    }
    /// Registers the webhook address and the channel's subscriptions; idempotent.
    async fn subscribe(&self, _channel: &ChannelAccess, _webhook_url: &str) -> Result<Subscribed, CallError> {
        Err(CallError::Absent)
    }
    /// Asks the network to deliver again what it delivered between two times (at most its own window).
    async fn replay(
        &self,
        _app: &AppAccess,
        _webhook_url: &str,
        _from: Timestamp,
        _to: Timestamp,
    ) -> Result<(), CallError> {
        Err(CallError::Absent)
    }
    /// Whether this app is heard over a connection that we hold instead of a webhook.
    fn streams(&self, _app: &AppAccess) -> bool {
        false
    }
    /// Holds that connection and hands over what comes; returns when it broke, with the reason.
    async fn stream(&self, _app: &AppAccess, _deliveries: &dyn Deliveries) -> CallError {
        CallError::Absent
    }
    /// Reads one page of a source; `since` bounds the first read when there is no cursor.
    async fn poll(
        &self,
        _channel: &ChannelAccess,
        _source: &str,
        _cursor: Option<&str>,
        _since: Timestamp,
    ) -> Result<Page, CallError> {
        Err(CallError::Absent)
    }
    /// Name of the source that completes threads, where the network does not tell of every reply in them.
    fn thread_source(&self) -> Option<&'static str> {
        None
    }
    /// Reads one page of what others wrote in these threads; `ours` are the handles of our accounts, whose own messages
    /// and mentions come another way.
    async fn poll_threads(
        &self,
        _channel: &ChannelAccess,
        _threads: &[OpenThread],
        _ours: &[String],
        _cursor: Option<&str>,
    ) -> Result<Page, CallError> {
        Err(CallError::Absent)
    }
    /// Does one act. Never retries by itself anything that people would see twice.
    async fn send(&self, channel: &ChannelAccess, outgoing: &Outgoing, files: &dyn Files, now: Timestamp) -> Sent;
    /// Looks whether an act of unknown outcome happened: our timeline or conversation, from `from` on.
    /// `taken` holds external ids that are already known to be other messages of ours.
    async fn reconcile(
        &self,
        channel: &ChannelAccess,
        outgoing: &Outgoing,
        from: Timestamp,
        taken: &[String],
    ) -> Reconciled;
    /// Downloads a medium that came with a message, through the guard; media type and bytes, at most `limit` bytes.
    async fn fetch_media(
        &self,
        _channel: &ChannelAccess,
        _media: &domain::item::Media,
        _limit: u64,
    ) -> Result<(String, Bytes), CallError> {
        Err(CallError::Absent)
    }
}
