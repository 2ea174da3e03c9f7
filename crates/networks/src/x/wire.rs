//! The shapes that X sends, as far as we read them; both vocabularies (tweet, post) and both ages (X Activity,
//! Account Activity) are accepted. Whatever is not named here is skipped. Names that two vocabularies have for one
//! thing are fields of their own, not aliases: a body may hold both.

pub(super) mod direct;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// An id: a string, or a number from older shapes; always carried as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(pub(super) String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;
        impl Visitor<'_> for IdVisitor {
            type Value = Id;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an id")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Id, E> {
                // Longer than any id of X: not an id, and it would break indexes.
                if text.is_empty() || text.len() > 128 {
                    return Err(E::custom("an id of 1 to 128 bytes is wanted"));
                }
                Ok(Id(text.to_owned()))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Id, E> {
                Ok(Id(number.to_string()))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Id, E> {
                Ok(Id(number.to_string()))
            }
        }
        deserializer.deserialize_any(IdVisitor)
    }
}

/// One delivery in any of its shapes.
#[derive(Deserialize)]
pub(super) struct Delivery<'a> {
    #[serde(borrow)]
    pub(super) data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) includes: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) replay_job_status: Option<&'a RawValue>,
    // What our own polling files.
    #[serde(borrow)]
    pub(super) poll: Option<Cow<'a, str>>,
    pub(super) account: Option<Id>,
    #[serde(borrow)]
    pub(super) post: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) event: Option<&'a RawValue>,
    // Account Activity.
    pub(super) for_user_id: Option<Id>,
    #[serde(borrow)]
    pub(super) user_event: Option<UserEvent<'a>>,
    #[serde(borrow)]
    pub(super) tweet_delete_events: Option<&'a RawValue>,
}

/// One X Activity event.
#[derive(Deserialize)]
pub(super) struct Event<'a> {
    #[serde(borrow)]
    pub(super) event_type: Cow<'a, str>,
    #[serde(default)]
    pub(super) filter: Filter,
    #[serde(borrow)]
    pub(super) payload: &'a RawValue,
    #[serde(borrow)]
    pub(super) includes: Option<&'a RawValue>,
}

/// What the subscription asked for.
#[derive(Default, Deserialize)]
pub(super) struct Filter {
    pub(super) user_id: Option<Id>,
}

/// A post.
#[derive(Deserialize)]
pub(super) struct Post {
    pub(super) id: Id,
    pub(super) author_id: Id,
    #[serde(default)]
    pub(super) text: String,
    pub(super) created_at: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) conversation_id: Option<Id>,
    pub(super) in_reply_to_tweet_id: Option<Id>,
    pub(super) in_reply_to_post_id: Option<Id>,
    pub(super) in_reply_to_user_id: Option<Id>,
    #[serde(default)]
    pub(super) referenced_tweets: Vec<Reference>,
    #[serde(default)]
    pub(super) referenced_posts: Vec<Reference>,
    #[serde(default)]
    pub(super) edit_history_tweet_ids: Vec<Id>,
    #[serde(default)]
    pub(super) edit_history_post_ids: Vec<Id>,
    #[serde(default)]
    pub(super) entities: Entities,
    pub(super) note_tweet: Option<Note>,
    pub(super) note_post: Option<Note>,
    #[serde(default)]
    pub(super) attachments: Attachments,
}

impl Post {
    /// The posts that it refers to, of one of these kinds.
    pub(super) fn referenced(&self, kinds: [&str; 2]) -> Option<&Id> {
        let mut all = self.referenced_tweets.iter().chain(&self.referenced_posts);
        all.find(|reference| kinds.contains(&&*reference.kind)).map(|reference| &reference.id)
    }
    /// The post that it answers.
    pub(super) fn answers(&self) -> Option<&Id> {
        let stated = self.in_reply_to_tweet_id.as_ref().or(self.in_reply_to_post_id.as_ref());
        stated.or_else(|| self.referenced(["replied_to", "reply_to"]))
    }
    /// Its whole text and what was recognised in it.
    pub(super) fn take_text(&mut self) -> (String, Entities) {
        match self.note_tweet.take().or(self.note_post.take()) {
            Some(note) => (note.text, note.entities),
            None => (std::mem::take(&mut self.text), std::mem::take(&mut self.entities)),
        }
    }
}

/// The whole text of a long post.
#[derive(Deserialize)]
pub(super) struct Note {
    pub(super) text: String,
    #[serde(default)]
    pub(super) entities: Entities,
}

/// Another post that a post refers to.
#[derive(Deserialize)]
pub(super) struct Reference {
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    pub(super) id: Id,
}

/// What X recognised in a text.
#[derive(Default, Deserialize)]
pub(super) struct Entities {
    #[serde(default)]
    pub(super) mentions: Vec<Mention>,
    #[serde(default)]
    pub(super) user_mentions: Vec<Mention>,
    #[serde(default)]
    pub(super) urls: Vec<UrlEntity>,
}

/// An account named in a text.
#[derive(Deserialize)]
pub(super) struct Mention {
    pub(super) username: Option<String>,
    pub(super) screen_name: Option<String>,
    pub(super) id: Option<Id>,
}

/// A link in a text. Its indices are not read: the samples' own do not fit their texts.
#[derive(Deserialize)]
pub(super) struct UrlEntity {
    #[serde(default)]
    pub(super) url: String,
    pub(super) expanded_url: Option<String>,
    pub(super) unwound_url: Option<String>,
    pub(super) media_key: Option<String>,
}

/// Keys of what is attached.
#[derive(Default, Deserialize)]
pub(super) struct Attachments {
    #[serde(default)]
    pub(super) media_keys: Vec<String>,
}

/// An account; `screen_name` and `profile_image_url_https` are the Account Activity names.
#[derive(Clone, Deserialize)]
pub(super) struct User {
    pub(super) id: Id,
    pub(super) username: Option<String>,
    pub(super) screen_name: Option<String>,
    pub(super) name: Option<String>,
    pub(super) profile_image_url: Option<String>,
    pub(super) profile_image_url_https: Option<String>,
    pub(super) verified: Option<bool>,
    pub(super) public_metrics: Option<UserMetrics>,
    pub(super) followers_count: Option<i64>,
}

/// Numbers of an account.
#[derive(Clone, Deserialize)]
pub(super) struct UserMetrics {
    pub(super) followers_count: Option<i64>,
}

/// A file that came with a post.
#[derive(Clone, Deserialize)]
pub(super) struct MediaObject {
    pub(super) media_key: String,
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    pub(super) url: Option<String>,
    pub(super) preview_image_url: Option<String>,
    pub(super) alt_text: Option<String>,
    pub(super) width: Option<i64>,
    pub(super) height: Option<i64>,
    #[serde(default)]
    pub(super) variants: Vec<Variant>,
}

/// One encoding of a film.
#[derive(Clone, Deserialize)]
pub(super) struct Variant {
    pub(super) bit_rate: Option<i64>,
    pub(super) content_type: Option<String>,
    pub(super) url: Option<String>,
}

/// A post that another one refers to, as far as we ask: whose it is.
#[derive(Clone, Deserialize)]
pub(super) struct IncludedPost {
    pub(super) id: Id,
    pub(super) author_id: Option<Id>,
}

/// The objects that go with a payload, by id; a broken one is left out, it is not the message.
#[derive(Default)]
pub(super) struct Includes {
    pub(super) users: BTreeMap<String, User>,
    pub(super) posts: BTreeMap<String, IncludedPost>,
    pub(super) media: BTreeMap<String, MediaObject>,
}

#[derive(Default, Deserialize)]
struct RawIncludes<'a> {
    #[serde(borrow, default)]
    users: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    tweets: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    posts: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    media: Vec<&'a RawValue>,
}

/// An object as it is, or wrapped in `data`.
#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
}

/// Reads an object that some payloads wrap in `data` and others do not.
pub(super) fn unwrapped<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    let inner = serde_json::from_str::<Wrapped<'a>>(raw.get()).map_or(raw.get(), |wrapped| wrapped.data.get());
    serde_json::from_str(inner).ok()
}

impl Includes {
    /// Reads the `includes` of an event or a page.
    pub(super) fn read(raw: Option<&RawValue>) -> Self {
        let raw: RawIncludes<'_> = raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        let users = raw.users.iter().filter_map(|raw| unwrapped::<User>(raw));
        let posts = raw.tweets.iter().chain(&raw.posts).filter_map(|raw| unwrapped::<IncludedPost>(raw));
        let media = raw.media.iter().filter_map(|raw| unwrapped::<MediaObject>(raw));
        Self {
            users: users.map(|user| (user.id.0.clone(), user)).collect(),
            posts: posts.map(|post| (post.id.0.clone(), post)).collect(),
            media: media.map(|media| (media.media_key.clone(), media)).collect(),
        }
    }
}

/// A post or message that was deleted.
#[derive(Deserialize)]
pub(super) struct DeletedPost {
    pub(super) id: Id,
    pub(super) author_id: Option<Id>,
    pub(super) user_id: Option<Id>,
}

/// A deletion in the Account Activity shape.
#[derive(Deserialize)]
pub(super) struct DeletedStatus {
    pub(super) status: DeletedPost,
}

/// A like; only the liker's own subscription names the liker in `filter`.
#[derive(Deserialize)]
pub(super) struct Like {
    pub(super) liked_tweet_id: Option<Id>,
    pub(super) liked_post_id: Option<Id>,
    pub(super) liked_tweet_author_id: Option<Id>,
    pub(super) liked_post_author_id: Option<Id>,
    pub(super) user_id: Option<Id>,
}

/// A permission taken away.
#[derive(Deserialize)]
pub(super) struct Revocation {
    pub(super) user_id: Id,
    /// RFC 3339, whole seconds.
    pub(super) date_time: Option<String>,
}

/// Account Activity's `user_event`.
#[derive(Deserialize)]
pub(super) struct UserEvent<'a> {
    #[serde(borrow)]
    pub(super) revoke: Option<&'a RawValue>,
}

/// Account Activity's permission taken away.
#[derive(Deserialize)]
pub(super) struct OldRevocation {
    pub(super) source: Revocation,
    /// RFC 3339, whole seconds.
    pub(super) date_time: Option<String>,
}
