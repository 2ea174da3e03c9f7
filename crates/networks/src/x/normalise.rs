//! One delivery in, items in our words out. Nothing is dropped: what cannot be read is kept with the reason.

mod mend;

use super::wire::direct::{DirectMessages, Encrypted};
use super::wire::{DeletedPost, DeletedStatus, Delivery, Event, Id, Includes, Like, OldRevocation, Revocation};
use super::{direct, posts, text};
use domain::item::{Change, Item, Normalised, Unreadable};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Event types that are known and carry no work.
const IGNORED: &[&str] = &[
    "follow.follow",
    "follow.unfollow",
    "dm.indicate_typing",
    "broadcast.start",
    "broadcast.end",
    "spaces.start",
    "spaces.end",
    "news.new",
];

/// Why one item could not be read.
pub(super) struct Broken {
    reason: &'static str,
    detail: String,
}

impl Broken {
    pub(super) fn new(reason: &'static str, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

/// Reads an object, or says what is wrong with it without quoting it: the parser's words may hold a customer's.
pub(super) fn parsed<'a, T: Deserialize<'a>>(raw: &'a str) -> Result<T, Broken> {
    serde_json::from_str(raw).map_err(|error| {
        if error.classify() != serde_json::error::Category::Data {
            return Broken::new("not_json", format!("line {} column {}", error.line(), error.column()));
        }
        let words = error.to_string();
        let harmless = words.starts_with("missing field") || words.starts_with("duplicate field");
        let wanted = words.rsplit_once(", expected ").map(|(_, wanted)| format!("expected {wanted}"));
        let elsewhere = || format!("line {} column {}", error.line(), error.column());
        Broken::new("unexpected_shape", if harmless { words } else { wanted.unwrap_or_else(elsewhere) })
    })
}

/// Collects what one delivery holds.
pub(super) struct Reader {
    pub(super) received_at: Timestamp,
    found: Normalised,
}

impl Reader {
    /// Adds an item of `account`.
    pub(super) fn push(&mut self, account: &Id, change: Change) {
        // Ids of X are unique everywhere: the scope is empty.
        self.found.items.push(Item { account: account.0.clone(), scope: String::new(), change });
    }
    /// Adds that `account` took its permission away; a moment that cannot be read is as none.
    fn revoked(&mut self, account: &Id, date_time: Option<&str>) {
        let at = date_time.and_then(|text| text.parse().ok());
        self.push(account, Change::Revoked { account: account.0.clone(), at });
    }

    /// Adds what `read` makes of one item, or keeps `whole`: the item as a delivery of its own, so that it can be read
    /// again by itself.
    pub(super) fn attempt(
        &mut self,
        whole: impl FnOnce() -> String,
        read: impl FnOnce(&mut Self) -> Result<(), Broken>,
    ) {
        let before = self.found.items.len();
        if let Err(broken) = read(self) {
            self.found.items.truncate(before);
            self.keep(whole(), broken);
        }
    }
    fn keep(&mut self, raw: String, Broken { reason, detail }: Broken) {
        self.found.unreadable.push(Unreadable { reason: reason.to_owned(), detail, raw });
    }
    fn ignore(&mut self, account: &Id, kind: &str) {
        self.push(account, Change::Ignored { kind: kind.to_owned() });
    }
}

/// Reads a webhook body (one event, a list of events, or the older Account Activity shape) or an element of our
/// own polling.
pub(super) fn normalise(delivery: &[u8], received_at: Timestamp) -> Normalised {
    let mut reader = Reader { received_at, found: Normalised::default() };
    let body = mend::mend(delivery);
    let body = body.trim();
    match body.starts_with('[').then(|| parsed::<Vec<&RawValue>>(body)) {
        None => reader.attempt(|| body.to_owned(), |reader| delivery_read(reader, body)),
        Some(Ok(deliveries)) if !deliveries.is_empty() => {
            for delivery in deliveries {
                reader.attempt(|| delivery.get().to_owned(), |reader| delivery_read(reader, delivery.get()));
            }
        }
        Some(Ok(_)) => reader.keep(body.to_owned(), Broken::new("empty", "a list without elements")),
        Some(Err(broken)) => reader.keep(body.to_owned(), broken),
    }
    reader.found
}

fn delivery_read(reader: &mut Reader, raw: &str) -> Result<(), Broken> {
    let delivery: Delivery<'_> = parsed(raw)?;
    if let Some(source) = &delivery.poll {
        let account = delivery.account.ok_or_else(|| Broken::new("missing_field", "account"))?;
        let includes = Includes::read(delivery.includes);
        return match (delivery.post, delivery.event) {
            (Some(post), _) => posts::read(reader, &account, post.get(), &includes, source),
            (None, Some(event)) => direct::read_listed(reader, &account, event.get(), &includes),
            (None, None) => Err(Broken::new("missing_field", "post or event")),
        };
    }
    if let Some(data) = delivery.data {
        // Older samples put `includes` beside `data`.
        let outer = delivery.includes;
        if data.get().starts_with('[') {
            let events: Vec<&RawValue> = parsed(data.get())?;
            if events.is_empty() {
                return Err(Broken::new("empty", "a list without elements"));
            }
            for event in events {
                let whole = || format!(r#"{{"data":{event},"includes":{}}}"#, outer.map_or("{}", RawValue::get));
                reader.attempt(whole, |reader| event_read(reader, event.get(), outer));
            }
            return Ok(());
        }
        return event_read(reader, data.get(), outer);
    }
    if let Some(account) = &delivery.for_user_id {
        return account_activity(reader, account, raw, &delivery);
    }
    if let Some(revoke) = delivery.user_event.as_ref().and_then(|event| event.revoke) {
        let revocation: OldRevocation = parsed(revoke.get())?;
        reader.revoked(&revocation.source.user_id, revocation.date_time.as_deref());
        return Ok(());
    }
    if delivery.replay_job_status.is_some() {
        // Addressed to the app, not to an account.
        reader.ignore(&Id::default(), "replay_job_status");
        return Ok(());
    }
    Err(Broken::new("unknown_shape", "neither data nor for_user_id"))
}

/// One X Activity event (contracts §1.4).
fn event_read(reader: &mut Reader, raw: &str, outer_includes: Option<&RawValue>) -> Result<(), Broken> {
    let event: Event<'_> = parsed(raw)?;
    let payload = event.payload.get();
    let kind = event.event_type.as_ref();
    if kind == "oauth.revoke" {
        let revocation: Revocation = parsed(payload)?;
        reader.revoked(&revocation.user_id, revocation.date_time.as_deref());
        return Ok(());
    }
    let account = event.filter.user_id.unwrap_or_default();
    if IGNORED.contains(&kind) || kind.starts_with("profile.update.") {
        reader.ignore(&account, kind);
        return Ok(());
    }
    if account.0.is_empty() {
        return Err(Broken::new("missing_field", format!("filter.user_id of {kind}")));
    }
    let includes = || Includes::read(event.includes.or(outer_includes));
    match kind {
        "post.mention.create" | "post.reply.create" | "post.quote.create" | "post.create" => {
            posts::read(reader, &account, payload, &includes(), kind)
        }
        "post.repost.create" => posts::read_repost(reader, &account, payload, &includes()),
        "post.delete" => {
            let deleted: DeletedPost = parsed(payload)?;
            let by = deleted.author_id.or(deleted.user_id).map(|author| author.0);
            reader.push(&account, Change::Deleted { external_id: deleted.id.0, by });
            Ok(())
        }
        "like.create" => like_read(reader, &account, payload, &includes()),
        "dm.received" | "dm.sent" | "dm.read" => direct::read_activity(reader, &account, payload, parsed(payload)?),
        "chat.received" | "chat.sent" => {
            let message: Encrypted = parsed(payload)?;
            direct::read_encrypted(reader, &account, message, &includes());
            Ok(())
        }
        other => Err(Broken::new("unknown_event", text::name(other))),
    }
}

/// The older Account Activity shape: lists by kind beside `for_user_id`.
fn account_activity(reader: &mut Reader, account: &Id, raw: &str, delivery: &Delivery<'_>) -> Result<(), Broken> {
    if let Some(list) = delivery.tweet_delete_events {
        for element in parsed::<Vec<&RawValue>>(list.get())? {
            let whole = || format!(r#"{{"for_user_id":"{}","tweet_delete_events":[{element}]}}"#, account.0);
            reader.attempt(whole, |reader| {
                let DeletedStatus { status } = parsed(element.get())?;
                let by = status.author_id.or(status.user_id).map(|author| author.0);
                reader.push(account, Change::Deleted { external_id: status.id.0, by });
                Ok(())
            });
        }
        return Ok(());
    }
    let messages: DirectMessages<'_> = parsed(raw)?;
    direct::read_activity(reader, account, raw, messages)
}

/// A like: a signal when it is somebody else's on a post of ours.
fn like_read(reader: &mut Reader, account: &Id, payload: &str, includes: &Includes) -> Result<(), Broken> {
    let like: Like = parsed(payload)?;
    let liked = like.liked_tweet_id.or(like.liked_post_id);
    let external_id = liked.ok_or_else(|| Broken::new("missing_field", "liked_tweet_id"))?.0;
    let of_ours = like.liked_tweet_author_id.or(like.liked_post_author_id).as_ref() == Some(account);
    let liker = like.user_id.or_else(|| includes.users.keys().find(|id| **id != account.0).map(|id| Id(id.clone())));
    match liker {
        Some(liker) if of_ours && liker != *account => {
            let author = posts::author(&liker, includes.users.get(&liker.0));
            reader.push(account, Change::Reaction { author, external_id, reaction: "like".to_owned() });
        }
        _ => reader.ignore(account, "like.create"),
    }
    Ok(())
}
