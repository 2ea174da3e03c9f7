//! Looks whether an act of unknown outcome happened: our timeline, or the conversation, compared by author, replied-to
//! id, time and text. X has no idempotency key, so this stands between a lost answer and a second post.

use super::api::{Api, segment};
use super::direct::conversation_path;
use super::errors::Trouble;
use super::poll::{DM_FIELDS, POST_FIELDS, whole_seconds};
use super::text::{readable, snowflake_time};
use super::wire::direct::DmEvent;
use super::wire::{Id, Post};
use crate::access::ChannelAccess;
use crate::client::Client;
use crate::network::CallError;
use domain::outgoing::{Candidate, Outgoing, Reconciled};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use unicode_normalization::UnicodeNormalization;

/// How far X's clock may run behind ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(2);
/// How long an accepted post may take to show on a timeline; before that its absence says nothing.
const SETTLING: SignedDuration = SignedDuration::from_secs(5);
/// Pages that are read before the look is put off.
const PAGES: usize = 10;

#[derive(Deserialize)]
struct Listed<T> {
    #[serde(default = "Vec::new")]
    data: Vec<T>,
    #[serde(default)]
    meta: Meta,
}

#[derive(Default, Deserialize)]
struct Meta {
    next_token: Option<String>,
}

/// A message of ours as it stands at X.
struct Standing {
    id: String,
    in_reply_to: Option<String>,
    sent_at: Option<Timestamp>,
    text: String,
}

/// Says whether the act stands at X.
pub(super) async fn reconcile(
    client: &Client,
    channel: &ChannelAccess,
    outgoing: &Outgoing,
    from: Timestamp,
    taken: &[String],
) -> Reconciled {
    let api = Api::of_channel(client, channel);
    let earliest = from.checked_sub(CLOCK_SKEW).unwrap_or(from);
    let (standing, in_reply_to, text) = match outgoing {
        Outgoing::Reply { in_reply_to, text, .. } => (posts(api, channel, earliest).await, Some(in_reply_to), text),
        Outgoing::Post { text, .. } => (posts(api, channel, earliest).await, None, text),
        Outgoing::DirectMessage { recipient, text, .. } => {
            (direct_messages(api, channel, recipient, earliest).await, None, text)
        }
        // Deleting or hiding twice does no harm: there is nothing to look for.
        Outgoing::Delete { .. } | Outgoing::Hide { .. } => return Reconciled::Absent,
    };
    let standing = match standing {
        Ok(standing) => standing,
        Err(trouble) => return not_now(trouble),
    };
    let wanted = comparable(text);
    let mut candidates: Vec<Candidate> = standing
        .into_iter()
        .filter(|one| one.in_reply_to.as_ref() == in_reply_to)
        .filter(|one| one.sent_at.is_none_or(|at| at >= earliest))
        .filter(|one| comparable(&one.text) == wanted && !taken.contains(&one.id))
        .map(|one| Candidate { external_id: one.id, sent_at: one.sent_at })
        .collect();
    match (candidates.pop(), candidates.is_empty()) {
        (Some(only), true) => Reconciled::Found { external_id: only.external_id },
        (Some(last), false) => {
            candidates.push(last);
            candidates.sort_by_key(|candidate| candidate.sent_at);
            Reconciled::Ambiguous { candidates }
        }
        (None, _) => match from.checked_add(SETTLING) {
            Ok(settled) if Timestamp::now() < settled => {
                Reconciled::NotNow { at: Some(settled), message: "a post may need a moment to show".to_owned() }
            }
            _ => Reconciled::Absent,
        },
    }
}

/// Our posts since `earliest`, all of them or an error.
async fn posts(api: Api<'_>, channel: &ChannelAccess, earliest: Timestamp) -> Result<Vec<Standing>, Trouble> {
    let path = format!("/2/users/{}/tweets", segment(&channel.facts.account)?);
    let start = whole_seconds(earliest);
    let query = [("max_results", "100"), ("start_time", &*start), ("tweet.fields", POST_FIELDS)];
    let all: Vec<Post> = pages(api, "own_posts", &path, &query, |_| false).await?;
    let of_ours = all.into_iter().filter(|post| post.author_id.0 == channel.facts.account);
    Ok(of_ours.map(standing_post).collect())
}

fn standing_post(mut post: Post) -> Standing {
    let (raw, entities) = post.take_text();
    Standing {
        in_reply_to: post.answers().map(|id| id.0.clone()),
        sent_at: time(post.created_at.as_deref(), &post.id),
        text: readable(&raw, &entities.urls, &[]).text,
        id: post.id.0,
    }
}

/// Our messages to `recipient` since `earliest`. The list has no start time: it is read until it is older.
async fn direct_messages(
    api: Api<'_>,
    channel: &ChannelAccess,
    recipient: &str,
    earliest: Timestamp,
) -> Result<Vec<Standing>, Trouble> {
    let path = format!("{}/dm_events", conversation_path(recipient)?);
    let query = [("max_results", "100"), ("event_types", "MessageCreate"), ("dm_event.fields", DM_FIELDS)];
    let is_older = |event: &DmEvent| time(event.created_at.as_deref(), &event.id).is_some_and(|at| at < earliest);
    let all: Vec<DmEvent> = pages(api, "dm_with", &path, &query, is_older).await?;
    let of_ours =
        all.into_iter().filter(|event| event.sender_id.as_ref().is_some_and(|id| id.0 == channel.facts.account));
    let standing = of_ours.map(|mut event| {
        event.urls.append(&mut event.entities.urls);
        Standing {
            in_reply_to: None,
            sent_at: time(event.created_at.as_deref(), &event.id),
            text: readable(&event.text, &event.urls, &[]).text,
            id: event.id.0,
        }
    });
    Ok(standing.collect())
}

/// Reads pages until there are no more, or `enough` says that an item lies before what is looked for.
async fn pages<T: DeserializeOwned>(
    api: Api<'_>,
    endpoint: &'static str,
    path: &str,
    query: &[(&str, &str)],
    enough: impl Fn(&T) -> bool,
) -> Result<Vec<T>, Trouble> {
    let mut all = Vec::new();
    let mut token: Option<String> = None;
    for _ in 0..PAGES {
        let mut query = query.to_vec();
        query.extend(token.as_deref().map(|token| ("pagination_token", token)));
        let listed: Listed<T> = api.get(endpoint, path, &query).await?;
        let done = listed.data.iter().any(&enough);
        all.extend(listed.data);
        token = listed.meta.next_token;
        if done || token.is_none() {
            return Ok(all);
        }
    }
    // What was not read may hold it: absence cannot be claimed.
    Err(Trouble::Lost("the timeline is longer than was read".to_owned()))
}

fn time(stated: Option<&str>, id: &Id) -> Option<Timestamp> {
    stated.and_then(|stated| stated.parse().ok()).or_else(|| snowflake_time(&id.0))
}

/// A text without what X changes: leading @names (X adds the people replied to), spaces, the protocol and last slash of links, and the
/// Unicode form.
fn comparable(text: &str) -> String {
    let words = text.split_whitespace().skip_while(|word| word.starts_with('@')).map(|word| {
        let bare = word.strip_prefix("https://").or_else(|| word.strip_prefix("http://"));
        bare.map_or(word, |bare| bare.trim_end_matches('/'))
    });
    words.collect::<Vec<_>>().join(" ").nfc().collect()
}

fn not_now(trouble: Trouble) -> Reconciled {
    match CallError::from(trouble) {
        CallError::Later { at, message } => Reconciled::NotNow { at, message },
        other => Reconciled::NotNow { at: None, message: other.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::comparable;

    #[test]
    fn what_x_changes_does_not_count() {
        for (sent, standing) in [
            ("Danke, erledigt.", "@mika @NordhafenBank  Danke, erledigt. "),
            ("Siehe example.com/hilfe", "@mika Siehe http://example.com/hilfe"),
            ("Siehe https://example.com/", "Siehe https://example.com"),
            ("Cafe\u{301}", "Café"),
            ("a\n\nb", "a b"),
            ("", "@mika"),
        ] {
            assert_eq!(comparable(sent), comparable(standing), "{sent}");
        }
        assert_ne!(comparable("Danke @mika"), comparable("Danke"));
        assert_ne!(comparable("Ja"), comparable("Nein"));
    }
}
