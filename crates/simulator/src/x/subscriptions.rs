//! X Activity subscriptions: what is told about whom, to which webhook.

use super::gate::Caller;
use super::model::Subscription;
use super::parameters::{Parameters, body, page_token, parse_id};
use super::problem::{Answer, Problem, ok};
use super::webhooks::referenced;
use crate::world::State as Everything;
use crate::{World, timestamp};
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Map, Value, json};

/// A self-serve app may have this many.
const MOST: usize = 1500;
const TYPES: &[&str] = &[
    "post.create",
    "post.delete",
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "post.repost.create",
    "like.create",
    "follow.follow",
    "follow.unfollow",
    "dm.received",
    "dm.sent",
    "dm.read",
    "dm.indicate_typing",
    "chat.received",
    "chat.sent",
    "oauth.revoke",
    "profile.update.bio",
    "profile.update.profile_picture",
    "profile.update.banner_picture",
    "profile.update.screenname",
    "profile.update.geo",
    "profile.update.url",
    "profile.update.verified_badge",
    "profile.update.affiliate_badge",
    "profile.update.handle",
    "news.new",
    "spaces.start",
    "spaces.end",
];

/// The scope a private event type needs; `None` for public ones.
fn scope(event_type: &str) -> Option<&'static str> {
    match event_type {
        "post.mention.create" | "post.reply.create" | "post.quote.create" | "post.repost.create" => Some("tweet.read"),
        "like.create" => Some("like.read"),
        _ if event_type.starts_with("dm.") || event_type.starts_with("chat.") => Some("dm.read"),
        _ => None,
    }
}

fn described(subscription: &Subscription) -> Value {
    let mut filter = Map::new();
    if let Some(user) = subscription.user {
        filter.insert("user_id".to_owned(), json!(user.to_string()));
    }
    for (name, value) in [("direction", &subscription.direction), ("keyword", &subscription.keyword)] {
        if let Some(value) = value {
            filter.insert(name.to_owned(), json!(value));
        }
    }
    let mut fields = json!({
        "subscription_id": subscription.id.to_string(), "event_type": subscription.event_type, "filter": filter,
        "created_at": timestamp(subscription.created_ms), "updated_at": timestamp(subscription.updated_ms),
    });
    if let Some(fields) = fields.as_object_mut() {
        if let Some(tag) = &subscription.tag {
            fields.insert("tag".to_owned(), json!(tag));
        }
        if let Some(webhook) = subscription.webhook {
            fields.insert("webhook_id".to_owned(), json!(webhook.to_string()));
        }
    }
    fields
}

fn tag(fields: &Map<String, Value>) -> Result<Option<String>, Problem> {
    let tag = fields.get("tag").and_then(Value::as_str).map(str::to_owned);
    match tag {
        Some(long) if long.chars().count() > 200 => {
            Err(Problem::invalid("tag", &long, "$.tag: must be at most 200 characters long"))
        }
        tag => Ok(tag),
    }
}

fn permitted(state: &Everything, app: u64, user: u64, scope: &str) -> bool {
    let fits = |token: &super::model::Token| {
        token.app == app && token.user == user && token.scopes.iter().any(|own| own == scope)
    };
    state.refresh_tokens.values().any(fits) || state.tokens.values().any(fits)
}

fn count(state: &Everything, app: u64) -> usize {
    state.subscriptions.values().filter(|subscription| subscription.app == app).count()
}

/// POST /2/activity/subscriptions
pub(crate) async fn create(State(world): State<World>, caller: Caller, bytes: Bytes) -> Answer {
    let fields = body(&bytes, &["event_type", "filter", "tag", "webhook_id"])?;
    let event_type = fields.get("event_type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if !TYPES.contains(&event_type.as_str()) {
        return Err(Problem::invalid(
            "event_type",
            &event_type,
            "$.event_type: does not have a value in the enumeration",
        ));
    }
    let filter = fields.get("filter").and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(unknown) = filter.keys().find(|key| !["user_id", "direction", "keyword"].contains(&key.as_str())) {
        return Err(Problem::invalid(
            &format!("filter.{unknown}"),
            "",
            "$.filter: the schema does not allow additional properties",
        ));
    }
    let user =
        filter.get("user_id").and_then(Value::as_str).map(|text| parse_id("filter.user_id", text)).transpose()?;
    let webhook = referenced(&world, caller.app, fields.get("webhook_id"))?;
    let now = world.now();
    let mut state = world.lock();
    if event_type != "oauth.revoke" {
        let Some(user) = user.filter(|user| state.users.contains_key(user)) else {
            return Err(Problem::invalid(
                "filter.user_id",
                "",
                "$.filter.user_id: an existing user is required for this event type",
            ));
        };
        let stranger = caller.user.is_some_and(|own| own != user);
        if let Some(scope) = scope(&event_type).filter(|scope| stranger || !permitted(&state, caller.app, user, scope))
        {
            return Err(Problem::forbidden(&format!(
                "This event type is private: the account must authorize the app with {scope}."
            )));
        }
    }
    let total = count(&state, caller.app);
    if total >= MOST {
        return Err(Problem::forbidden("SubscriptionLimitExceeded: too many subscriptions for this app."));
    }
    let text = |name: &str| filter.get(name).and_then(Value::as_str).map(str::to_owned);
    let subscription = Subscription {
        id: state.snowflake(now),
        app: caller.app,
        event_type,
        user,
        direction: text("direction"),
        keyword: text("keyword"),
        tag: tag(&fields)?,
        webhook,
        created_ms: now,
        updated_ms: now,
    };
    let twin = |own: &&Subscription| {
        own.app == subscription.app
            && own.event_type == subscription.event_type
            && own.user == user
            && own.webhook == webhook
            && own.direction == subscription.direction
            && own.keyword == subscription.keyword
    };
    if state.subscriptions.values().any(|own| twin(&own)) {
        return Err(Problem::conflict("DuplicateSubscription: this subscription exists already."));
    }
    let answer = json!({"data": {"subscription": described(&subscription), "total_subscriptions_for_instance_id": total + 1}, "meta": {"total_subscriptions": total + 1}});
    state.subscriptions.insert(subscription.id, subscription);
    Ok(ok(&answer))
}

/// GET /2/activity/subscriptions
pub(crate) async fn list(State(world): State<World>, caller: Caller, RawQuery(query): RawQuery) -> Answer {
    let app = caller.app_only()?;
    let parameters = Parameters::read(query.as_deref(), &["max_results", "pagination_token"], &[])?;
    let size = parameters.number("max_results", 1, 100, 100)?;
    let after = parameters.page()?.unwrap_or(0);
    let state = world.lock();
    let found: Vec<&Subscription> = state
        .subscriptions
        .values()
        .filter(|subscription| subscription.app == app && subscription.id > after)
        .take(size + 1)
        .collect();
    let shown = found.get(..size.min(found.len())).unwrap_or_default();
    let mut meta = json!({"result_count": shown.len()});
    if let (true, Some(last), Some(fields)) = (found.len() > size, shown.last(), meta.as_object_mut()) {
        fields.insert("next_token".to_owned(), json!(page_token(last.id)));
    }
    Ok(ok(&json!({"data": shown.iter().map(|subscription| described(subscription)).collect::<Vec<_>>(), "meta": meta})))
}

/// PUT /2/activity/subscriptions/{subscription_id}
pub(crate) async fn update(State(world): State<World>, caller: Caller, Path(id): Path<String>, bytes: Bytes) -> Answer {
    let app = caller.app_only()?;
    let fields = body(&bytes, &["tag", "webhook_id"])?;
    let webhook = referenced(&world, app, fields.get("webhook_id"))?;
    let tag = tag(&fields)?;
    let number = parse_id("subscription_id", &id)?;
    let now = world.now();
    let mut state = world.lock();
    let total = count(&state, app);
    let Some(subscription) = state.subscriptions.get_mut(&number).filter(|subscription| subscription.app == app) else {
        return Err(Problem::not_found("subscription", &id));
    };
    subscription.webhook = webhook.or(subscription.webhook);
    subscription.tag = tag.or_else(|| subscription.tag.take());
    subscription.updated_ms = now;
    Ok(ok(&json!({"data": {"subscription": described(subscription), "total_subscriptions": total}})))
}

/// DELETE /2/activity/subscriptions/{subscription_id}
pub(crate) async fn delete(State(world): State<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let app = caller.app_only()?;
    let number = parse_id("subscription_id", &id)?;
    let mut state = world.lock();
    if state.subscriptions.get(&number).is_none_or(|subscription| subscription.app != app) {
        return Err(Problem::not_found("subscription", &id));
    }
    state.subscriptions.remove(&number);
    Ok(ok(&json!({"data": {"deleted": true}, "meta": {"total_subscriptions": count(&state, app)}})))
}
