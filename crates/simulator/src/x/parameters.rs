//! Query parameters as X checks them: known names, known fields, numbers in range.

use super::problem::Problem;
use serde_json::{Map, Value};

pub(crate) const TWEET_FIELDS: &[&str] = &[
    "article",
    "attachments",
    "author_id",
    "card_uri",
    "community_id",
    "context_annotations",
    "conversation_id",
    "created_at",
    "display_text_range",
    "edit_controls",
    "edit_history_tweet_ids",
    "entities",
    "geo",
    "id",
    "in_reply_to_user_id",
    "lang",
    "media_metadata",
    "non_public_metrics",
    "note_tweet",
    "organic_metrics",
    "possibly_sensitive",
    "promoted_metrics",
    "public_metrics",
    "referenced_tweets",
    "reply_settings",
    "scopes",
    "source",
    "suggested_source_links",
    "suggested_source_links_with_counts",
    "text",
    "withheld",
    "edit_history_post_ids",
    "referenced_posts",
];
pub(crate) const USER_FIELDS: &[&str] = &[
    "affiliation",
    "confirmed_email",
    "connection_status",
    "created_at",
    "description",
    "entities",
    "id",
    "is_identity_verified",
    "location",
    "most_recent_tweet_id",
    "name",
    "parody",
    "pinned_tweet_id",
    "profile_banner_url",
    "profile_image_url",
    "protected",
    "public_metrics",
    "receives_your_dm",
    "subscription",
    "subscription_type",
    "url",
    "username",
    "verified",
    "verified_followers_count",
    "verified_type",
    "withheld",
    "most_recent_post_id",
    "pinned_post_id",
];
pub(crate) const MEDIA_FIELDS: &[&str] = &[
    "alt_text",
    "duration_ms",
    "height",
    "media_key",
    "non_public_metrics",
    "organic_metrics",
    "preview_image_url",
    "promoted_metrics",
    "public_metrics",
    "type",
    "url",
    "variants",
    "width",
];
pub(crate) const MESSAGE_FIELDS: &[&str] = &[
    "attachments",
    "created_at",
    "dm_conversation_id",
    "entities",
    "event_type",
    "id",
    "participant_ids",
    "referenced_tweets",
    "sender_id",
    "text",
    "referenced_posts",
];
pub(crate) const TWEET_EXPANSIONS: &[&str] = &[
    "article.cover_media",
    "article.media_entities",
    "attachments.media_keys",
    "attachments.media_source_tweet",
    "attachments.poll_ids",
    "author_id",
    "edit_history_tweet_ids",
    "entities.mentions.username",
    "geo.place_id",
    "in_reply_to_user_id",
    "entities.note.mentions.username",
    "referenced_tweets.id",
    "referenced_tweets.id.attachments.media_keys",
    "referenced_tweets.id.author_id",
    "referenced_posts.id",
    "referenced_posts.id.author_id",
    "edit_history_post_ids",
];
pub(crate) const MESSAGE_EXPANSIONS: &[&str] =
    &["attachments.media_keys", "participant_ids", "referenced_tweets.id", "sender_id", "referenced_posts.id"];
pub(crate) const USER_EXPANSIONS: &[&str] =
    &["affiliation.user_id", "most_recent_tweet_id", "pinned_tweet_id", "most_recent_post_id", "pinned_post_id"];
/// Field and expansion parameters of every call that answers posts.
pub(crate) const POST_SHAPE: &[&str] =
    &["tweet.fields", "post.fields", "expansions", "media.fields", "poll.fields", "user.fields", "place.fields"];

/// The query of one call.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Parameters {
    /// Reads the query; refuses names the call does not know and field names that do not exist.
    pub(crate) fn read(query: Option<&str>, names: &[&str], shape: &[&str]) -> Result<Self, Problem> {
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
        for (name, value) in &pairs {
            if !names.contains(&name.as_str()) && !shape.contains(&name.as_str()) {
                let known = names.iter().chain(shape).copied().collect::<Vec<_>>().join(",");
                return Err(Problem::invalid(
                    name,
                    value,
                    &format!("The query parameter [{name}] is not one of [{known}]"),
                ));
            }
        }
        let parameters = Self { pairs };
        let messages = shape.contains(&"dm_event.fields");
        let posts = shape.contains(&"media.fields");
        let expansions = if messages {
            MESSAGE_EXPANSIONS
        } else if posts {
            TWEET_EXPANSIONS
        } else {
            USER_EXPANSIONS
        };
        for (name, known) in [
            ("tweet.fields", TWEET_FIELDS),
            ("post.fields", TWEET_FIELDS),
            ("user.fields", USER_FIELDS),
            ("media.fields", MEDIA_FIELDS),
            ("dm_event.fields", MESSAGE_FIELDS),
            ("expansions", expansions),
        ] {
            if let Some(unknown) = parameters.list(name).into_iter().find(|value| !known.contains(&value.as_str())) {
                return Err(Problem::invalid(
                    name,
                    &unknown,
                    &format!("The `{name}` query parameter value [{unknown}] is not one of [{}]", known.join(",")),
                ));
            }
        }
        Ok(parameters)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Comma-separated values.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        self.get(name)
            .map(|value| value.split(',').filter(|part| !part.is_empty()).map(|part| part.trim().to_owned()).collect())
            .unwrap_or_default()
    }

    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.list(name).iter().any(|own| own == value)
    }

    /// A whole number within bounds.
    pub(crate) fn number(&self, name: &str, least: usize, most: usize, usual: usize) -> Result<usize, Problem> {
        let Some(text) = self.get(name) else { return Ok(usual) };
        let refused = || {
            Problem::invalid(
                name,
                text,
                &format!("The `{name}` query parameter value [{text}] is not between {least} and {most}"),
            )
        };
        text.parse().ok().filter(|number| (least..=most).contains(number)).ok_or_else(refused)
    }

    /// An id.
    pub(crate) fn id(&self, name: &str) -> Result<Option<u64>, Problem> {
        self.get(name).map(|text| parse_id(name, text)).transpose()
    }

    /// An RFC 3339 time, as ms.
    pub(crate) fn time(&self, name: &str) -> Result<Option<i64>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let refused = || {
            Problem::invalid(
                name,
                text,
                &format!("The `{name}` query parameter value [{text}] is not a valid RFC3339 date-time"),
            )
        };
        crate::parse_timestamp(text).map(Some).ok_or_else(refused)
    }

    /// Where the last page ended.
    pub(crate) fn page(&self) -> Result<Option<u64>, Problem> {
        let Some(name) = ["pagination_token", "next_token"].into_iter().find(|name| self.get(name).is_some()) else {
            return Ok(None);
        };
        let text = self.get(name).unwrap_or_default();
        let refused = || {
            Problem::invalid(name, text, &format!("The `{name}` query parameter value [{text}] is not a valid token"))
        };
        text.strip_prefix("7140dibdnow9c7b")
            .and_then(|rest| u64::from_str_radix(rest, 16).ok())
            .map(Some)
            .ok_or_else(refused)
    }

    /// Whether the call speaks the newer vocabulary (`post.fields`).
    pub(crate) fn newer_names(&self) -> bool {
        self.get("post.fields").is_some()
    }

    /// Fields of posts asked for, in the older vocabulary.
    pub(crate) fn post_fields(&self) -> Vec<String> {
        let mut fields = self.list("tweet.fields");
        fields.extend(self.list("post.fields").into_iter().map(|name| match name.as_str() {
            "edit_history_post_ids" => "edit_history_tweet_ids".to_owned(),
            "referenced_posts" => "referenced_tweets".to_owned(),
            _ => name,
        }));
        fields
    }

    /// Whether an expansion was asked for, under either name.
    pub(crate) fn expands(&self, name: &str) -> bool {
        self.has("expansions", name) || self.has("expansions", &name.replace("_tweets", "_posts"))
    }
}

/// The token that continues after `id`.
pub(crate) fn page_token(id: u64) -> String {
    format!("7140dibdnow9c7b{id:x}")
}

/// A decimal id from path or body.
pub(crate) fn parse_id(name: &str, text: &str) -> Result<u64, Problem> {
    text.parse()
        .map_err(|_| Problem::invalid(name, text, &format!("The `{name}` query parameter value [{text}] is not valid")))
}

/// Keeps what is always there and what was asked for.
pub(crate) fn select(mut fields: Map<String, Value>, always: &[&str], asked: &[String]) -> Map<String, Value> {
    fields.retain(|name, _| always.contains(&name.as_str()) || asked.iter().any(|own| own == name));
    fields
}

/// Reads a JSON object body; refuses what is not one and keys that do not exist.
pub(crate) fn body(bytes: &[u8], keys: &[&str]) -> Result<Map<String, Value>, Problem> {
    let value: Value = if bytes.is_empty() {
        Value::Object(Map::new())
    } else {
        serde_json::from_slice(bytes)
            .map_err(|error| Problem::invalid("body", "", &format!("Requests with bodies must be JSON: {error}")))?
    };
    let Value::Object(fields) = value else { return Err(Problem::invalid("body", "", "$: an object is expected")) };
    if let Some(unknown) = fields.keys().find(|key| !keys.contains(&key.as_str())) {
        return Err(Problem::invalid(
            unknown,
            "",
            &format!("$.{unknown}: is not defined in the schema and the schema does not allow additional properties"),
        ));
    }
    Ok(fields)
}
