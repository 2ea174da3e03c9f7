//! Webhooks of an app: registration with CRC, list, validation, removal, replay.

use super::gate::Caller;
use super::model::Webhook;
use super::parameters::{Parameters, body, parse_id};
use super::problem::{Answer, Problem, ok};
use crate::World;
use crate::delivery::{Outgoing, signature};
use crate::timestamp;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

/// An app may have this many webhooks.
const MOST: usize = 5;
const REPLAY_WAIT: std::time::Duration = std::time::Duration::from_secs(10);
const REPLAY_MS: i64 = 24 * 60 * 60 * 1000;

fn described(webhook: &Webhook) -> Value {
    json!({"id": webhook.id.to_string(), "url": webhook.url, "valid": webhook.valid, "created_at": timestamp(webhook.created_ms)})
}

fn acceptable(url: &str) -> bool {
    let Ok(parsed) = url::Url::parse(url) else { return false };
    let loopback = matches!(parsed.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    // X wants HTTPS without a port; the simulator also serves tests on the loopback interface.
    loopback || (parsed.scheme() == "https" && parsed.port().is_none() && parsed.host_str().is_some())
}

impl World {
    /// Holds every webhook for invalid, as X does after a day of trouble, or for valid again without looking.
    pub fn set_webhooks_valid(&self, valid: bool) {
        for webhook in self.lock().webhooks.values_mut() {
            webhook.valid = valid;
        }
    }

    /// Whether every webhook is held for valid.
    #[must_use]
    pub fn webhooks_valid(&self) -> bool {
        self.lock().webhooks.values().all(|webhook| webhook.valid)
    }

    /// Asks the webhook to prove that it knows the consumer secret.
    async fn challenge(&self, url: &str, secret: &str) -> Result<(), String> {
        let token = self.lock().random.token(48);
        let separator = if url.contains('?') { '&' } else { '?' };
        let request = self.shared().postman.client().get(format!("{url}{separator}crc_token={token}"));
        let response = request.send().await.map_err(|error| format!("no answer: {}", error.without_url()))?;
        if response.status().as_u16() != 200 {
            return Err(format!("answered {}", response.status()));
        }
        let answer: Value = response.json().await.map_err(|_| "the answer is not JSON".to_owned())?;
        let expected = signature(secret, token.as_bytes());
        if answer.get("response_token").and_then(Value::as_str) == Some(expected.as_str()) {
            Ok(())
        } else {
            Err("wrong response_token".to_owned())
        }
    }
}

/// POST /2/webhooks. The two versions of X's description disagree about `data`, so the answer has both forms.
pub(crate) async fn create(State(world): State<World>, caller: Caller, bytes: Bytes) -> Answer {
    let app = caller.app;
    let fields = body(&bytes, &["url"])?;
    let url = fields.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
    if !acceptable(&url) {
        return Err(Problem::webhook("UrlValidationFailed", "the URL must be public HTTPS without a port"));
    }
    let taken = |state: &crate::world::State| {
        let taken = state.webhooks.values().any(|webhook| webhook.app == app && webhook.url == url);
        let problem = || Problem::webhook("DuplicateUrlFailed", "this URL is registered already");
        if taken { Err(problem()) } else { Ok(()) }
    };
    let secret = {
        let state = world.lock();
        taken(&state)?;
        if state.webhooks.values().filter(|webhook| webhook.app == app).count() >= MOST {
            return Err(Problem::webhook("WebhookLimitExceeded", "too many webhooks for this app"));
        }
        state.apps.get(&app).map(|app| app.consumer_secret.clone()).unwrap_or_default()
    };
    world.challenge(&url, &secret).await.map_err(|reason| Problem::webhook("CrcValidationFailed", &reason))?;
    let now = world.now();
    let mut state = world.lock();
    // Somebody else may have registered it during the challenge.
    taken(&state)?;
    let id = state.snowflake(now);
    let webhook = Webhook { id, app, url, valid: true, created_ms: now, replaying: false };
    let mut answer = described(&webhook);
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("data".to_owned(), described(&webhook));
    }
    state.webhooks.insert(id, webhook);
    Ok(ok(&answer))
}

/// GET /2/webhooks
pub(crate) async fn list(State(world): State<World>, caller: Caller, RawQuery(query): RawQuery) -> Answer {
    let app = caller.app_only()?;
    Parameters::read(query.as_deref(), &["webhook_config.fields"], &[])?;
    let state = world.lock();
    let data: Vec<Value> = state.webhooks.values().filter(|webhook| webhook.app == app).map(described).collect();
    let count = data.len();
    let mut answer = json!({"meta": {"result_count": count}});
    if let (true, Some(fields)) = (count > 0, answer.as_object_mut()) {
        fields.insert("data".to_owned(), Value::Array(data));
    }
    Ok(ok(&answer))
}

fn own(world: &World, app: u64, id: &str) -> Result<Webhook, Problem> {
    let invalid = || Problem::webhook("WebhookIdInvalid", "there is no such webhook");
    let number = id.parse::<u64>().map_err(|_| invalid())?;
    world.lock().webhooks.get(&number).filter(|webhook| webhook.app == app).cloned().ok_or_else(invalid)
}

/// PUT /2/webhooks/{webhook_id}: a CRC now.
pub(crate) async fn validate(State(world): State<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let webhook = own(&world, caller.app, &id)?;
    let secret = world.lock().apps.get(&webhook.app).map(|app| app.consumer_secret.clone()).unwrap_or_default();
    let outcome = world.challenge(&webhook.url, &secret).await;
    if let Some(webhook) = world.lock().webhooks.get_mut(&webhook.id) {
        webhook.valid = outcome.is_ok();
    }
    Ok(ok(&json!({"data": {"attempted": true, "valid": outcome.is_ok()}})))
}

/// DELETE /2/webhooks/{webhook_id}
pub(crate) async fn delete(State(world): State<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let webhook = own(&world, caller.app, &id)?;
    let mut state = world.lock();
    state.webhooks.remove(&webhook.id);
    state.subscriptions.retain(|_, subscription| subscription.webhook != Some(webhook.id));
    Ok(ok(&json!({"data": {"deleted": true}})))
}

fn minute(name: &str, text: &str) -> Result<i64, Problem> {
    let refused = || Problem::invalid(name, text, &format!("$.{name}: does not match the pattern yyyymmddhhmm"));
    let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    let written = format!("{}-{}-{}T{}:{}:00Z", part(0..4), part(4..6), part(6..8), part(8..10), part(10..12));
    if digits { crate::parse_timestamp(&written).ok_or_else(refused) } else { Err(refused()) }
}

/// POST /2/webhooks/replay
pub(crate) async fn replay(State(world): State<World>, caller: Caller, bytes: Bytes) -> Answer {
    let app = caller.app_only()?;
    let fields = body(&bytes, &["webhook_id", "from_date", "to_date"])?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let webhook = own(&world, app, text("webhook_id"))?;
    let (from, to) = (minute("from_date", text("from_date"))?, minute("to_date", text("to_date"))?);
    let now = world.now();
    if from >= to || from < now - REPLAY_MS - 60_000 {
        return Err(Problem::invalid(
            "from_date",
            text("from_date"),
            "The period must lie within the last 24 hours and end after it begins.",
        ));
    }
    let job = {
        let mut state = world.lock();
        let job = state.snowflake(now);
        match state.webhooks.get_mut(&webhook.id) {
            Some(webhook) if webhook.replaying => {
                return Err(Problem::conflict("A replay job is already in progress for this webhook."));
            }
            Some(webhook) => webhook.replaying = true,
            None => return Err(Problem::webhook("WebhookIdInvalid", "there is no such webhook")),
        }
        job.to_string()
    };
    tokio::spawn(run_replay(world.clone(), webhook, job.clone(), from, to));
    let answer = json!({"job_id": job, "created_at": timestamp(now)});
    let mut both = answer.clone();
    if let Some(fields) = both.as_object_mut() {
        fields.insert("data".to_owned(), answer);
    }
    Ok(ok(&both))
}

async fn run_replay(world: World, webhook: Webhook, job: String, from: i64, to: i64) {
    let postman = &world.shared().postman;
    for outgoing in postman.logged(webhook.id, from, to) {
        postman.enqueue(outgoing);
    }
    // Under a steady stream the queue is never empty; the job ends all the same.
    if tokio::time::timeout(REPLAY_WAIT, postman.idle()).await.is_err() {
        tracing::debug!(job, "the replay ended while other events were on their way");
    }
    let status = json!({"replay_job_status": {"webhook_id": webhook.id.to_string(), "job_state": "Complete", "job_state_description": "Job completed successfully", "job_id": job}});
    let body = bytes::Bytes::from(status.to_string());
    postman.enqueue(Outgoing {
        app: webhook.app,
        webhook: Some(webhook.id),
        event_type: "replay_job_status".to_owned(),
        event_uuid: job,
        body,
    });
    if let Some(webhook) = world.lock().webhooks.get_mut(&webhook.id) {
        webhook.replaying = false;
    }
}

/// Parses the path id of a webhook mentioned in a subscription.
pub(crate) fn referenced(world: &World, app: u64, id: Option<&Value>) -> Result<Option<u64>, Problem> {
    let Some(text) = id.and_then(Value::as_str) else { return Ok(None) };
    own(world, app, text)?;
    parse_id("webhook_id", text).map(Some)
}
