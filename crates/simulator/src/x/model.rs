//! The things that exist on the simulated X.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What the app's plan allows (CONTRACTS §0, consequence 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum AccessLevel {
    /// Replies only to authors who mention or quote the account; no likes.
    #[default]
    SelfServe,
    /// Everything.
    Enterprise,
}

/// A developer app: its keys and its plan.
#[derive(Debug, Clone)]
pub struct App {
    /// Numeric id.
    pub id: u64,
    /// Name shown on the consent page.
    pub name: String,
    /// OAuth 2.0 client id.
    pub client_id: String,
    /// OAuth 2.0 client secret.
    pub client_secret: String,
    /// Key of webhook signatures and CRC answers.
    pub consumer_secret: String,
    /// App-only bearer token.
    pub bearer_token: String,
    /// Plan of the app.
    pub access_level: AccessLevel,
    /// Exact redirect addresses that authorize accepts. Empty: any address (tests).
    pub redirect_uris: Vec<String>,
}

/// An account on X.
#[derive(Debug, Clone)]
pub struct User {
    /// Numeric id.
    pub id: u64,
    /// Handle without `@`.
    pub username: String,
    /// Display name.
    pub name: String,
    /// Profile text.
    pub description: String,
    /// Free-text place.
    pub location: Option<String>,
    /// When the account was made, ms.
    pub created_ms: i64,
    /// Business accounts carry the mark.
    pub verified: bool,
    /// Protected accounts are never delivered.
    pub protected: bool,
    /// Number of followers shown.
    pub followers: u64,
    /// Number of posts, kept up to date.
    pub posts: u64,
    /// Newest post.
    pub most_recent_post: Option<u64>,
    /// Overrides the app's level for this account.
    pub access_level: Option<AccessLevel>,
    /// Whether strangers may write private messages to it.
    pub receives_dm: bool,
}

/// An `@name` in a text; offsets are Unicode scalar positions, end exclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// First position.
    pub start: usize,
    /// Position after the last.
    pub end: usize,
    /// The account.
    pub user: u64,
    /// Handle at the time.
    pub username: String,
}

/// A link in a text, already rewritten to t.co.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// First position.
    pub start: usize,
    /// Position after the last.
    pub end: usize,
    /// The `https://t.co/…` form.
    pub url: String,
    /// Where it leads.
    pub expanded: String,
    /// Shortened form for display.
    pub display: String,
    /// Set when the link stands for an attached medium.
    pub media_key: Option<String>,
}

/// A `#tag` in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashtag {
    /// First position.
    pub start: usize,
    /// Position after the last.
    pub end: usize,
    /// Without `#`.
    pub tag: String,
}

/// What was found in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entities {
    /// Accounts named.
    pub mentions: Vec<Mention>,
    /// Links.
    pub links: Vec<Link>,
    /// Hashtags.
    pub hashtags: Vec<Hashtag>,
}

/// A public post.
#[derive(Debug, Clone)]
pub struct Post {
    /// Snowflake id.
    pub id: u64,
    /// Author's id.
    pub author: u64,
    /// Text as X shows it: reply prefix added, links as t.co.
    pub text: String,
    /// When, ms.
    pub created_ms: i64,
    /// Root of the conversation.
    pub conversation: u64,
    /// The post it answers.
    pub in_reply_to: Option<u64>,
    /// Author of the post it answers.
    pub in_reply_to_user: Option<u64>,
    /// The post it quotes.
    pub quotes: Option<u64>,
    /// Attached media ids.
    pub media: Vec<u64>,
    /// Mentions, links, hashtags.
    pub entities: Entities,
    /// Accounts that X itself put in front of the text; they are no explicit mentions.
    pub implicit: Vec<u64>,
    /// First visible position: mentions before it are the reply's addressees.
    pub display_start: usize,
    /// Position after the last visible one.
    pub display_end: usize,
    /// BCP 47 code or `und`.
    pub language: &'static str,
    /// Hidden by the conversation's author.
    pub hidden: bool,
    /// Ids of all versions, oldest first, this one last.
    pub edit_history: Vec<u64>,
    /// A newer version exists.
    pub superseded_by: Option<u64>,
    /// Who liked it.
    pub likes: BTreeSet<u64>,
    /// Direct replies.
    pub replies: u64,
    /// Quotes.
    pub quoted: u64,
    /// Who may answer.
    pub reply_settings: String,
}

/// A private message of the legacy, readable kind.
#[derive(Debug, Clone)]
pub struct DirectMessage {
    /// Snowflake id.
    pub id: u64,
    /// `smaller-larger` user id of two people, or one number for a group.
    pub conversation: String,
    /// Sender's id.
    pub sender: u64,
    /// Everyone in the conversation.
    pub participants: Vec<u64>,
    /// Text, links as t.co.
    pub text: String,
    /// Found in the text.
    pub entities: Entities,
    /// Attached media ids.
    pub media: Vec<u64>,
    /// When, ms.
    pub created_ms: i64,
    /// Who removed it from their view.
    pub deleted_for: BTreeSet<u64>,
}

/// An uploaded file.
#[derive(Debug, Clone)]
pub struct Media {
    /// Numeric id.
    pub id: u64,
    /// `3_<id>` photo, `7_<id>` video, `16_<id>` animated.
    pub key: String,
    /// MIME type.
    pub media_type: String,
    /// `tweet_image`, `dm_image`, …
    pub category: String,
    /// Description for people who do not see the picture.
    pub alt_text: Option<String>,
    /// Announced size in bytes.
    pub total_bytes: usize,
    /// Segments by index until finalised.
    pub segments: std::collections::BTreeMap<u32, Bytes>,
    /// Content after finalising.
    pub content: Option<Bytes>,
    /// Owner.
    pub owner: u64,
    /// When it was begun, ms.
    pub created_ms: i64,
    /// How often its status was asked (videos need processing).
    pub status_calls: u32,
}

impl Media {
    /// `photo`, `video` or `animated_gif`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        if self.media_type.starts_with("video/") {
            "video"
        } else if self.media_type == "image/gif" {
            "animated_gif"
        } else {
            "photo"
        }
    }

    /// File ending of the public address.
    #[must_use]
    pub fn extension(&self) -> &'static str {
        match self.media_type.as_str() {
            "image/png" => "png",
            "image/gif" => "gif",
            "image/webp" => "webp",
            "video/mp4" => "mp4",
            _ => "jpg",
        }
    }
}

/// A user-context token of an app.
#[derive(Debug, Clone)]
pub struct Token {
    /// App it was issued to.
    pub app: u64,
    /// Account it acts for.
    pub user: u64,
    /// Scopes granted.
    pub scopes: Vec<String>,
    /// End of life, ms.
    pub expires_ms: i64,
    /// Grant it came from: revoking one token of a grant ends all.
    pub grant: u64,
}

/// An authorization code waiting to be exchanged; lives 30 s.
#[derive(Debug, Clone)]
pub struct Code {
    /// App it was issued to.
    pub app: u64,
    /// Account that agreed.
    pub user: u64,
    /// Scopes agreed to.
    pub scopes: Vec<String>,
    /// Must be repeated at exchange.
    pub redirect_uri: String,
    /// PKCE challenge.
    pub challenge: String,
    /// `S256` or `plain`.
    pub challenge_method: String,
    /// End of life, ms.
    pub expires_ms: i64,
}

/// A registered webhook.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Numeric id.
    pub id: u64,
    /// App it belongs to.
    pub app: u64,
    /// Where events go.
    pub url: String,
    /// Passed its last CRC.
    pub valid: bool,
    /// When it was registered, ms.
    pub created_ms: i64,
    /// A replay is running.
    pub replaying: bool,
}

/// An X Activity subscription.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Numeric id.
    pub id: u64,
    /// App it belongs to.
    pub app: u64,
    /// `post.mention.create`, `dm.received`, …
    pub event_type: String,
    /// Whose events; `oauth.revoke` has none.
    pub user: Option<u64>,
    /// `inbound` or `outbound` where the type knows both.
    pub direction: Option<String>,
    /// Keyword filter, only stored.
    pub keyword: Option<String>,
    /// Label repeated in each event.
    pub tag: Option<String>,
    /// Webhook that receives them; without one only the stream does.
    pub webhook: Option<u64>,
    /// When it was made, ms.
    pub created_ms: i64,
    /// When it was last changed, ms.
    pub updated_ms: i64,
}
