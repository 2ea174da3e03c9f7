//! The webhook and its subscriptions at X: found or made, never doubled; and the replay of what was missed.

use super::api::{Api, Body, segment};
use super::errors::{No, Trouble};
use super::stream::is_wanted;
use crate::access::{AppAccess, ChannelAccess};
use crate::client::Client;
use crate::network::{CallError, Subscribed};
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What every channel wants to hear of (contracts §1.4), with the direction where X asks for one. Without those
/// marked essential the inbox would be blind.
const EVENTS: &[(&str, Option<&str>, Need)] = &[
    ("post.mention.create", None, Need::Essential),
    ("post.reply.create", None, Need::Essential),
    ("post.quote.create", None, Need::Useful),
    ("post.repost.create", None, Need::Useful),
    ("post.create", None, Need::Useful),
    ("post.delete", None, Need::Useful),
    ("dm.received", None, Need::Essential),
    ("dm.sent", None, Need::Useful),
    ("dm.read", None, Need::Useful),
    ("like.create", Some("inbound"), Need::Useful),
    ("chat.received", None, Need::Useful),
    ("chat.sent", None, Need::Useful),
];
/// Asked once for the app: X tells it without a filter.
const REVOCATION: &str = "oauth.revoke";
/// Pages of subscriptions that are read: X allows 1,500 on self-serve access.
const PAGES: usize = 50;
/// How far back X delivers again.
const REPLAY_REACH: SignedDuration = SignedDuration::from_hours(24);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Essential,
    Useful,
}

#[derive(Deserialize)]
struct Webhooks {
    #[serde(default)]
    data: Vec<Webhook>,
}

#[derive(Clone, Deserialize)]
struct Webhook {
    id: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    valid: bool,
}

/// The specification answers with the webhook itself, other answers wrap it.
#[derive(Deserialize)]
#[serde(untagged)]
enum MadeWebhook {
    Wrapped { data: Webhook },
    Bare(Webhook),
}

#[derive(Deserialize)]
struct Subscriptions {
    #[serde(default)]
    data: Vec<Subscription>,
    #[serde(default)]
    meta: Meta,
}

#[derive(Default, Deserialize)]
struct Meta {
    next_token: Option<String>,
}

#[derive(Deserialize)]
struct Subscription {
    subscription_id: String,
    event_type: String,
    #[serde(default)]
    filter: Filter,
    webhook_id: Option<String>,
}

#[derive(Default, Deserialize)]
struct Filter {
    user_id: Option<String>,
    direction: Option<String>,
}

/// Registers the address and everything that the channel wants to hear of.
pub(super) async fn subscribe(
    client: &Client,
    channel: &ChannelAccess,
    webhook_url: &str,
) -> Result<Subscribed, CallError> {
    let webhook = match is_wanted(&channel.app) {
        // Events go to the stream by themselves.
        true => None,
        false => Some(ready_webhook(Api::of_app(client, &channel.app), webhook_url).await?),
    };
    let webhook_id = webhook.as_ref().map(|webhook| webhook.id.as_str());
    let existing = subscriptions(Api::of_app(client, &channel.app)).await?;
    let account = Some(channel.facts.account.as_str());
    let (app, own) = (Api::of_app(client, &channel.app), Api::of_channel(client, channel));
    let mut subscribed = Subscribed::default();
    for (event_type, direction, need) in EVENTS {
        let done = ensure(app, own, &existing, webhook_id, event_type, account, *direction).await;
        tolerate(done, event_type, *need, &mut subscribed)?;
    }
    let done = ensure(app, app, &existing, webhook_id, REVOCATION, None, None).await;
    tolerate(done, REVOCATION, Need::Useful, &mut subscribed)?;
    if webhook.is_none_or(|webhook| webhook.valid) {
        return Ok(subscribed);
    }
    let message =
        "X holds the webhook's address for invalid: it asked there and did not get the right answer".to_owned();
    Err(CallError::Later { at: None, message })
}

/// A plan may lack some events; the inbox works without the merely useful ones.
fn tolerate(
    done: Result<(), Trouble>,
    event_type: &str,
    need: Need,
    subscribed: &mut Subscribed,
) -> Result<(), CallError> {
    match done {
        Err(Trouble::Said(no)) if need == Need::Useful && no.status.is_client_error() && is_final(&no) => {
            tracing::warn!(event_type, code = no.code, message = no.message, "X refuses a subscription");
            subscribed.refused.push(event_type.to_owned());
            Ok(())
        }
        other => Ok(other?),
    }
}

fn is_final(no: &No) -> bool {
    !matches!(no.status, StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS)
}

/// The webhook at this address, made or validated again when needed.
async fn ready_webhook(api: Api<'_>, url: &str) -> Result<Webhook, Trouble> {
    let webhook = match webhook_at(api, url).await? {
        Some(webhook) => webhook,
        None => match make_webhook(api, url).await {
            // Another node was faster.
            Err(Trouble::Said(no)) if is_double(&no) => match webhook_at(api, url).await? {
                Some(webhook) => webhook,
                None => return Err(Trouble::Said(no)),
            },
            made => return made,
        },
    };
    if webhook.valid {
        return Ok(webhook);
    }
    // X gave the address up and delivers nothing there: it is to ask for its challenge now instead of at its own hour.
    tracing::warn!(url, "X holds the webhook for invalid: asking it to look again");
    let path = format!("/2/webhooks/{}", segment(&webhook.id)?);
    api.call::<Value>("webhooks", Method::PUT, &path, &[], Body::Nothing).await?;
    // The answer says only that X will look.
    Ok(webhook_at(api, url).await?.unwrap_or(webhook))
}

async fn make_webhook(api: Api<'_>, url: &str) -> Result<Webhook, Trouble> {
    let body = Body::Json(json!({ "url": url }));
    let made: MadeWebhook = api.call("webhooks", Method::POST, "/2/webhooks", &[], body).await?;
    let (MadeWebhook::Wrapped { data: webhook } | MadeWebhook::Bare(webhook)) = made;
    Ok(Webhook { valid: true, ..webhook })
}

async fn webhook_at(api: Api<'_>, url: &str) -> Result<Option<Webhook>, Trouble> {
    let webhooks: Webhooks = api.get("webhooks", "/2/webhooks", &[]).await?;
    Ok(webhooks.data.into_iter().find(|webhook| webhook.url == url))
}

async fn subscriptions(api: Api<'_>) -> Result<Vec<Subscription>, Trouble> {
    let mut all = Vec::new();
    let mut token: Option<String> = None;
    for _ in 0..PAGES {
        let mut query = vec![("max_results", "100")];
        query.extend(token.as_deref().map(|token| ("pagination_token", token)));
        let listed: Subscriptions = api.get("subscriptions", "/2/activity/subscriptions", &query).await?;
        all.extend(listed.data);
        token = listed.meta.next_token;
        if token.is_none() {
            break;
        }
    }
    Ok(all)
}

/// One subscription: left alone, moved to our webhook, or made with the permission of `own`. X lets only the app itself
/// move one.
async fn ensure(
    app: Api<'_>,
    own: Api<'_>,
    existing: &[Subscription],
    webhook: Option<&str>,
    event_type: &str,
    account: Option<&str>,
    direction: Option<&str>,
) -> Result<(), Trouble> {
    let same = existing.iter().find(|one| {
        one.event_type == event_type
            && one.filter.user_id.as_deref() == account
            && (direction.is_none() || one.filter.direction.as_deref().is_none_or(|known| Some(known) == direction))
    });
    let endpoint = "subscriptions";
    if let Some(same) = same {
        if webhook.is_none() || same.webhook_id.as_deref() == webhook {
            return Ok(());
        }
        let path = format!("/2/activity/subscriptions/{}", segment(&same.subscription_id)?);
        let body = Body::Json(json!({ "webhook_id": webhook }));
        return app.call::<Value>(endpoint, Method::PUT, &path, &[], body).await.map(|_| ());
    }
    let mut filter = Map::new();
    if let Some(account) = account {
        filter.insert("user_id".to_owned(), account.into());
    }
    if let Some(direction) = direction {
        filter.insert("direction".to_owned(), direction.into());
    }
    let mut body = json!({ "event_type": event_type, "filter": filter, "tag": "madoguchi" });
    if let (Some(webhook), Some(fields)) = (webhook, body.as_object_mut()) {
        fields.insert("webhook_id".to_owned(), webhook.into());
    }
    match own.call::<Value>(endpoint, Method::POST, "/2/activity/subscriptions", &[], Body::Json(body)).await {
        // Another node was faster.
        Err(Trouble::Said(no)) if is_double(&no) => Ok(()),
        done => done.map(|_| ()),
    }
}

fn is_double(no: &No) -> bool {
    let words = format!("{} {}", no.code, no.message).to_ascii_lowercase();
    no.status == StatusCode::CONFLICT || words.contains("duplicate") || words.contains("already exists")
}

fn is_running(no: &No) -> bool {
    no.status == StatusCode::CONFLICT || no.code.contains("ReplayConflict") || no.message.contains("ReplayConflict")
}

/// Asks X to deliver again what it delivered between two times, at most its 24 hours.
pub(super) async fn replay(
    client: &Client,
    app: &AppAccess,
    webhook_url: &str,
    from: Timestamp,
    to: Timestamp,
) -> Result<(), CallError> {
    let api = Api::of_app(client, app);
    let Some(webhook) = webhook_at(api, webhook_url).await? else {
        return Err(CallError::Refused {
            code: "no_webhook".to_owned(),
            message: "X knows no such webhook".to_owned(),
        });
    };
    let now = Timestamp::now();
    let earliest = now.checked_sub(REPLAY_REACH).unwrap_or(now);
    // X counts in whole minutes: the end is rounded up, so that the last seconds are not lost.
    let end = to.min(now).checked_add(SignedDuration::from_secs(59)).unwrap_or(to);
    let body = json!({
        "webhook_id": webhook.id,
        "from_date": minute(from.max(earliest)),
        "to_date": minute(end),
    });
    let path = "/2/webhooks/replay";
    match api.call::<Value>("webhook_replay", Method::POST, path, &[], Body::Json(body)).await {
        // One job at a time: this one can be asked for when the other has ended.
        Err(Trouble::Said(no)) if is_running(&no) => Err(CallError::Later { at: None, message: no.message }),
        done => done.map(|_| ()).map_err(CallError::from),
    }
}

fn minute(time: Timestamp) -> String {
    time.strftime("%Y%m%d%H%M").to_string()
}
