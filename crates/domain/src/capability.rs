//! What a network can do at all, as data: screens, composer and dispatcher read it, nobody asks for a network by name.

use serde::{Deserialize, Serialize};

/// How a network counts the length of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LengthUnit {
    /// Unicode scalars.
    Scalars,
    /// Weighted as X's twitter-text does it.
    Weighted,
    /// Grapheme clusters.
    Graphemes,
}

/// The limit of one form of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextLimit {
    /// Greatest length allowed.
    pub limit: usize,
    /// How it is counted.
    pub unit: LengthUnit,
}

/// Limits of media in one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaLimit {
    /// Most files in one message.
    pub files: usize,
    /// Greatest size of one file in bytes.
    pub bytes: u64,
    /// Longest description, in scalars.
    pub alt_text: usize,
}

/// What a network can do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Stable id, e.g. `x`; names its folder, locale file and documents.
    pub network: String,
    /// The network's own name, the same in every language.
    pub name: String,
    /// Access levels the channel may be set to; empty when the network has one only.
    pub access_levels: Vec<crate::vocabulary::AccessLevel>,
    /// Limit of a public text; `None` when there is no public voice.
    pub public_text: Option<TextLimit>,
    /// Limit of a private text; `None` when there is no private voice.
    pub private_text: Option<TextLimit>,
    /// Limits of media in public.
    pub public_media: Option<MediaLimit>,
    /// Limits of media in private.
    pub private_media: Option<MediaLimit>,
    /// Whether a post of one's own can be made.
    pub new_post: bool,
    /// Whether a private message can be opened towards somebody who has not written.
    pub new_direct_message: bool,
    /// Whether own messages can be deleted.
    pub delete_own: bool,
    /// Whether somebody's reply can be hidden.
    pub hide_reply: bool,
    /// Sources to poll, by stable name, e.g. `mentions`, `direct_messages`.
    pub polled_sources: Vec<String>,
}
