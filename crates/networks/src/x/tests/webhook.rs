//! The webhook at X: given up and taken up again, and the replay that must wait for another one.

use super::calls::{channel, x};
use crate::network::{CallError, Network};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const URL: &str = "https://desk.example/hooks/x/a";

fn listed(valid: bool) -> ResponseTemplate {
    let webhook = json!({ "id": "1", "url": URL, "valid": valid, "created_at": "2026-11-03T00:00:00Z" });
    ResponseTemplate::new(200).set_body_json(json!({ "data": [webhook], "meta": { "result_count": 1 } }))
}

fn yes(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

async fn subscriptions(server: &MockServer) {
    let route = || Mock::given(path("/2/activity/subscriptions"));
    route().and(method("GET")).respond_with(yes(&json!({ "data": [], "meta": {} }))).mount(server).await;
    route().and(method("POST")).respond_with(yes(&json!({ "data": {} }))).expect(13..).mount(server).await;
}

/// X's answer to "look again" says only that it will.
async fn asked_to_look(server: &MockServer, times: u64) {
    let route = Mock::given(method("PUT")).and(path("/2/webhooks/1"));
    route.respond_with(yes(&json!({ "data": { "attempted": true } }))).expect(times).mount(server).await;
}

#[tokio::test]
async fn a_webhook_that_x_gave_up_is_looked_at_again() {
    let server = MockServer::start().await;
    subscriptions(&server).await;
    asked_to_look(&server, 1).await;
    let list = || Mock::given(method("GET")).and(path("/2/webhooks"));
    list().respond_with(listed(false)).up_to_n_times(1).mount(&server).await;
    list().respond_with(listed(true)).mount(&server).await;
    x(&server).subscribe(&channel(&server), URL).await.unwrap();
}

#[tokio::test]
async fn a_webhook_that_stays_invalid_is_said_so_and_tried_again() {
    let server = MockServer::start().await;
    subscriptions(&server).await;
    asked_to_look(&server, 2).await;
    Mock::given(method("GET")).and(path("/2/webhooks")).respond_with(listed(false)).mount(&server).await;
    for _ in 0..2 {
        let done = x(&server).subscribe(&channel(&server), URL).await;
        assert!(matches!(&done, Err(CallError::Later { message, .. }) if message.contains("invalid")), "{done:?}");
    }
}

#[tokio::test]
async fn one_replay_waits_for_another() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).and(path("/2/webhooks")).respond_with(listed(true)).mount(&server).await;
    let running = json!({ "title": "ReplayConflictError", "detail": "A replay job is already in progress." });
    let replay = || Mock::given(method("POST")).and(path("/2/webhooks/replay"));
    replay().respond_with(ResponseTemplate::new(409).set_body_json(running)).up_to_n_times(1).mount(&server).await;
    replay().respond_with(yes(&json!({ "job_id": "7" }))).expect(1).mount(&server).await;
    let (x, app, now) = (x(&server), channel(&server).app, Timestamp::now());
    let from = now - SignedDuration::from_mins(10);
    let first = x.replay(&app, URL, from, now).await;
    assert!(matches!(first, Err(CallError::Later { .. })), "{first:?}");
    x.replay(&app, URL, from, now).await.unwrap();
}
