//! Completing threads: of replies to replies X tells nobody, so they are searched by the ids of their conversations.
//! Each post read costs money: our own posts and mentions, which come another way, are left out, and what is known is
//! not asked for again.

use super::{
    Listed, MEDIA_FIELDS, POST_EXPANSIONS, POST_FIELDS, USER_FIELDS, delivery, is_newer, time, whole_seconds, words,
};
use crate::access::ChannelAccess;
use crate::client::Client;
use crate::network::{CallError, Charge, OpenThread, Page};
use crate::x::api::Api;
use crate::x::capabilities::prices;
use crate::x::errors::Trouble;
use crate::x::text::{snowflake_at, snowflake_time};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};

/// Replies in threads in which we take part.
pub(in crate::x) const SOURCE: &str = "threads";

/// Longest query in characters.
const QUERY_LIMIT: usize = 512;
/// How much of it may be spent on leaving out our own accounts.
const LEFT_OUT_LIMIT: usize = 200;
/// How far back X searches: seven days, less what a call takes.
const REACH: SignedDuration = SignedDuration::from_mins(7 * 24 * 60 - 1);
/// A post may take so long until it can be searched; what is older and was not found is not there.
const SETTLING: SignedDuration = SignedDuration::from_mins(10);

/// Up to which id each thread is known, and the round under way.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Cursor {
    #[serde(default)]
    known: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    round: Option<Round>,
}

/// A round asks for every thread once, several in one query.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Round {
    /// What is being asked now.
    group: Vec<Asked>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<String>,
    /// What is asked after that.
    waiting: VecDeque<Asked>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Asked {
    root: String,
    known: String,
}

/// Reads the next page of the round under way, or of a new one.
pub(in crate::x) async fn poll(
    client: &Client,
    channel: &ChannelAccess,
    threads: &[OpenThread],
    ours: &[String],
    cursor: Option<&str>,
) -> Result<Page, CallError> {
    // A cursor that cannot be read begins anew: repeats are harmless, gaps are not.
    let mut cursor: Cursor = cursor.and_then(|cursor| serde_json::from_str(cursor).ok()).unwrap_or_default();
    let left_out = left_out(ours);
    let mut round = cursor.round.take().unwrap_or_else(|| Round::begin(&mut cursor.known, threads));
    round.next_group(&left_out);
    let mut page = Page::default();
    if !round.group.is_empty() {
        let now = Timestamp::now();
        let api = Api::of_channel(client, channel);
        let listed = match ask(api, &round, &left_out, now).await {
            // A page token that X does not know any more: the group is asked anew.
            Err(Trouble::Said(no)) if no.status == StatusCode::BAD_REQUEST && round.token.is_some() => {
                round.token = None;
                ask(api, &round, &left_out, now).await?
            }
            listed => listed?,
        };
        take(channel, &mut round, listed, &mut page);
        if round.token.is_none() {
            round.group_is_known(&mut cursor.known, now);
        }
    }
    page.more = !(round.group.is_empty() && round.waiting.is_empty());
    cursor.round = page.more.then_some(round);
    page.cursor = serde_json::to_string(&cursor).ok();
    Ok(page)
}

impl Round {
    /// Threads in the order in which they were last known, so that those asked together begin at about the same place.
    /// What is no longer open is forgotten.
    fn begin(known: &mut BTreeMap<String, String>, threads: &[OpenThread]) -> Self {
        known.retain(|root, _| threads.iter().any(|thread| thread.root == *root));
        let mut waiting: Vec<Asked> = threads
            .iter()
            .filter(|thread| thread.root.parse::<u64>().is_ok())
            .map(|thread| Asked {
                root: thread.root.clone(),
                known: known.get(&thread.root).cloned().unwrap_or_else(|| snowflake_at(thread.since)),
            })
            .collect();
        waiting.sort_by_key(|asked| (asked.known.parse::<u64>().unwrap_or_default(), asked.root.clone()));
        waiting.dedup_by(|one, other| one.root == other.root);
        Self { waiting: waiting.into(), ..Self::default() }
    }

    /// As many threads as one query holds.
    fn next_group(&mut self, left_out: &str) {
        if !self.group.is_empty() {
            return;
        }
        (self.token, self.newest) = (None, None);
        while let Some(next) = self.waiting.pop_front() {
            self.group.push(next);
            if self.group.len() > 1 && query(&self.group, left_out).len() > QUERY_LIMIT {
                if let Some(last) = self.group.pop() {
                    self.waiting.push_front(last);
                }
                break;
            }
        }
    }

    /// Everything in these threads up to the newest post found, or until a moment ago, has been delivered.
    fn group_is_known(&mut self, known: &mut BTreeMap<String, String>, now: Timestamp) {
        let settled = snowflake_at(now.saturating_sub(SETTLING).unwrap_or(now));
        let reached = match self.newest.take() {
            Some(newest) if is_newer(&newest, &settled) => newest,
            _ => settled,
        };
        for asked in self.group.drain(..) {
            let to = if is_newer(&reached, &asked.known) { reached.clone() } else { asked.known };
            known.insert(asked.root, to);
        }
    }
}

async fn ask(api: Api<'_>, round: &Round, left_out: &str, now: Timestamp) -> Result<Listed, Trouble> {
    let text = query(&round.group, left_out);
    let earliest = now.saturating_sub(REACH).unwrap_or(now);
    let start = whole_seconds(earliest);
    let mut query = vec![
        ("query", &*text),
        ("max_results", "100"),
        ("sort_order", "recency"),
        ("tweet.fields", POST_FIELDS),
        ("expansions", POST_EXPANSIONS),
        ("user.fields", USER_FIELDS),
        ("media.fields", MEDIA_FIELDS),
    ];
    // The group is in order: its first thread is the one that was known least far. X refuses ids beyond its reach.
    match round.group.first().map(|first| &first.known) {
        Some(known) if snowflake_time(known).is_some_and(|at| at >= earliest) => query.push(("since_id", known)),
        _ => query.push(("start_time", &start)),
    }
    query.extend(round.token.as_deref().map(|token| ("next_token", token)));
    let listed: Listed = api.get("search", "/2/tweets/search/recent", &query).await?;
    if listed.data.is_empty() && listed.meta.result_count.is_none() && !listed.errors.is_empty() {
        return Err(Trouble::Lost(format!("X listed errors only: {}", words(&listed.errors))));
    }
    Ok(listed)
}

fn take(channel: &ChannelAccess, round: &mut Round, listed: Listed, page: &mut Page) {
    for item in &listed.data {
        let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
        if round.newest.as_deref().is_none_or(|newest| is_newer(id, newest)) {
            round.newest = Some(id.to_owned());
        }
        page.oldest = match (page.oldest, time(item, id)) {
            (Some(oldest), Some(at)) => Some(oldest.min(at)),
            (oldest, at) => oldest.or(at),
        };
        page.deliveries.push((delivery(channel, SOURCE, item, &listed.includes), false));
    }
    let count = i64::try_from(listed.data.len()).unwrap_or(i64::MAX);
    page.charges = vec![Charge { what: prices::POST_READ.to_owned(), count }];
    round.token = listed.meta.next_token;
}

fn query(group: &[Asked], left_out: &str) -> String {
    let threads: Vec<String> = group.iter().map(|asked| format!("conversation_id:{}", asked.root)).collect();
    match threads.as_slice() {
        [one] => format!("{one}{left_out}"),
        several => format!("({}){left_out}", several.join(" OR ")),
    }
}

/// The part of a query that leaves out what our accounts wrote and what names them.
fn left_out(ours: &[String]) -> String {
    let mut text = String::new();
    for handle in ours {
        let is_handle = !handle.is_empty() && handle.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let part = format!(" -from:{handle} -@{handle}");
        if is_handle && text.len() + part.len() <= LEFT_OUT_LIMIT {
            text.push_str(&part);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(root: u64, since: &str) -> OpenThread {
        OpenThread { root: root.to_string(), since: since.parse().unwrap() }
    }

    #[test]
    fn a_round_asks_for_every_thread_once_within_the_longest_query() {
        let threads: Vec<OpenThread> =
            (0..100).map(|number| open(2_080_765_813_578_191_303 + number, "2026-11-25T10:00:00Z")).collect();
        let left_out = left_out(&["nordhafen".into(), "nordhafen_hilfe".into()]);
        let (mut known, mut asked, mut queries) = (BTreeMap::new(), Vec::new(), 0);
        let mut round = Round::begin(&mut known, &threads);
        loop {
            round.next_group(&left_out);
            if round.group.is_empty() {
                break;
            }
            let text = query(&round.group, &left_out);
            assert!(text.len() <= QUERY_LIMIT, "{text}");
            assert!(text.ends_with(" -from:nordhafen -@nordhafen -from:nordhafen_hilfe -@nordhafen_hilfe"), "{text}");
            // Leaving out binds closer than "or": several alternatives stand in brackets.
            assert_eq!(text.starts_with('(') && text.contains(") -from:"), round.group.len() > 1, "{text}");
            asked.extend(round.group.iter().map(|asked| asked.root.clone()));
            queries += 1;
            round.group_is_known(&mut known, Timestamp::now());
        }
        assert_eq!((asked.len(), known.len(), queries), (100, 100, 10));
    }

    #[test]
    fn what_is_known_is_not_asked_again_and_closed_threads_are_forgotten() {
        let mut known = BTreeMap::from([("1".to_owned(), "900".to_owned()), ("2".to_owned(), "5".to_owned())]);
        let round = Round::begin(&mut known, &[open(1, "2026-11-25T10:00:00Z"), open(3, "2010-11-04T01:42:55Z")]);
        let asked: Vec<(&str, &str)> =
            round.waiting.iter().map(|asked| (asked.root.as_str(), asked.known.as_str())).collect();
        assert_eq!(asked, [("1", "900"), ("3", "1438646272")]);
        assert_eq!(known.keys().collect::<Vec<_>>(), ["1"]);
    }

    #[test]
    fn many_accounts_leave_room_for_threads() {
        let many: Vec<String> = (0..50).map(|number| format!("account_number_{number}")).collect();
        assert!(left_out(&many).len() <= LEFT_OUT_LIMIT);
        assert_eq!(left_out(&["no handle".into(), String::new()]), "");
    }
}
