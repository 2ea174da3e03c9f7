//! Webhooks, replay, streams, limits, faults, bulk.

use crate::scene::Scene;
use futures::StreamExt;
use serde_json::{Value, json};
use simulator::Config;

#[tokio::test]
async fn a_webhook_must_know_the_secret() {
    let scene = Scene::start().await;
    let other = scene.control("POST", "/apps", json!({"name": "other"})).await;
    let list = scene.app("GET", "/2/webhooks", None).await;
    let url = list.body["data"][0]["url"].as_str().unwrap().to_owned();
    let wrong =
        scene.call("POST", "/2/webhooks", other["bearer_token"].as_str().unwrap(), Some(json!({"url": url}))).await;
    assert!(wrong.body["detail"].as_str().unwrap().starts_with("CrcValidationFailed"), "{}", wrong.body);
    let twice = scene.app("POST", "/2/webhooks", Some(json!({"url": url}))).await;
    assert!(twice.body["detail"].as_str().unwrap().starts_with("DuplicateUrlFailed"));
    let plain = scene.app("POST", "/2/webhooks", Some(json!({"url": "http://example.com/hooks"}))).await;
    assert!(plain.body["detail"].as_str().unwrap().starts_with("UrlValidationFailed"));
    assert_eq!(scene.app("PUT", &format!("/2/webhooks/{}", scene.webhook_id), None).await.body["data"]["valid"], true);
}

#[tokio::test]
async fn what_was_lost_or_refused_comes_again() {
    let scene = Scene::start().await;
    scene.subscribe().await;
    *scene.inbox.refuse.lock().unwrap() = 2;
    scene.customer("tom", "@aobabank one", None).await;
    assert_eq!(scene.events_of("post.mention.create").await.len(), 1, "delivered at the third attempt");
    scene.control("POST", "/faults", json!({"kind": "lose", "count": 1})).await;
    scene.customer("tom", "@aobabank two", None).await;
    assert_eq!(scene.events_of("post.mention.create").await.len(), 1);
    let minute = |ms: i64| simulator::timestamp(ms)[..16].replace(['-', 'T', ':'], "");
    let now = scene.simulator.world().now();
    let body =
        json!({"webhook_id": scene.webhook_id, "from_date": minute(now - 120_000), "to_date": minute(now + 60_000)});
    let job = scene.app("POST", "/2/webhooks/replay", Some(body)).await;
    assert_eq!(job.status, 200, "{}", job.body);
    let done = |events: &[Value]| events.iter().any(|event| event["replay_job_status"]["job_state"] == "Complete");
    let mut events = scene.events().await;
    while !done(&events) {
        tokio::task::yield_now().await;
        events = scene.events().await;
    }
    let texts: Vec<&str> = events.iter().filter_map(|event| event["data"]["payload"]["text"].as_str()).collect();
    assert!(texts.contains(&"@aobabank two"), "{texts:?}");
    let again = events.iter().filter(|event| event["data"]["payload"]["text"] == "@aobabank one").count();
    assert_eq!(again, 2, "replay repeats what had arrived");
}

#[tokio::test]
async fn duplicates_and_reordering_on_command() {
    let scene = Scene::start().await;
    scene.subscribe().await;
    scene.control("POST", "/faults", json!({"kind": "duplicate", "endpoint": "post.mention.create", "count": 2})).await;
    scene.customer("tom", "@aobabank a", None).await;
    scene.customer("tom", "@aobabank b", None).await;
    scene.customer("tom", "@aobabank c", None).await;
    let events = scene.events_of("post.mention.create").await;
    assert_eq!(events.len(), 5);
    assert_eq!(events[0]["data"]["event_uuid"], events[1]["data"]["event_uuid"], "a repeated delivery keeps its id");
    scene.control("DELETE", "/faults", Value::Null).await;
    assert_eq!(scene.control("GET", "/faults", Value::Null).await["faults"], json!([]));
}

#[tokio::test]
async fn limits_speak_in_headers_and_429() {
    let scene = Scene::with(Config::default()).await;
    let mut last = None;
    for _ in 0..15 {
        last = Some(scene.support("GET", "/2/dm_events", None).await);
    }
    let last = last.unwrap();
    assert_eq!(
        (
            last.status,
            last.headers["x-rate-limit-limit"].to_str().unwrap(),
            last.headers["x-rate-limit-remaining"].to_str().unwrap()
        ),
        (200, "15", "0")
    );
    let refused = scene.support("GET", "/2/dm_events", None).await;
    assert_eq!(
        (refused.status, refused.body),
        (429, json!({"errors": [{"code": 88, "message": "Rate limit exceeded"}]}))
    );
    let reset: i64 = refused.headers["x-rate-limit-reset"].to_str().unwrap().parse().unwrap();
    let now = scene.simulator.world().now() / 1000;
    assert!((now + 800..=now + 901).contains(&reset));
    scene.control("POST", "/clock", json!({"advance_seconds": 901})).await;
    assert_eq!(scene.support("GET", "/2/dm_events", None).await.status, 200);
}

#[tokio::test]
async fn faults_strike_where_they_are_told() {
    let scene = Scene::start().await;
    scene
        .control(
            "POST",
            "/faults",
            json!({"kind": "rate_limit", "endpoint": "POST /2/tweets", "count": 1, "reset_seconds": 30}),
        )
        .await;
    let limited = scene.brand("POST", "/2/tweets", Some(json!({"text": "a"}))).await;
    assert_eq!((limited.status, limited.headers["x-rate-limit-remaining"].to_str().unwrap()), (429, "0"));
    scene.control("POST", "/faults", json!({"kind": "server_error", "status": 500, "count": 1})).await;
    assert_eq!(scene.brand("GET", "/2/users/me", None).await.status, 500);
    scene.control("POST", "/faults", json!({"kind": "unauthorized", "count": 1})).await;
    assert_eq!(scene.brand("GET", "/2/users/me", None).await.status, 401);
    let posted = |text: &str| {
        scene
            .client
            .post(format!("{}/2/tweets", scene.simulator.base_url()))
            .bearer_auth(&scene.world.brand.access_token)
            .json(&json!({"text": text}))
            .send()
    };
    scene
        .control(
            "POST",
            "/faults",
            json!({"kind": "timeout_after", "endpoint": "POST /2/tweets", "count": 1, "delay_ms": 20}),
        )
        .await;
    assert!(posted("accepted, unanswered").await.is_err());
    scene
        .control(
            "POST",
            "/faults",
            json!({"kind": "timeout_before", "endpoint": "POST /2/tweets", "count": 1, "delay_ms": 20}),
        )
        .await;
    assert!(posted("never accepted").await.is_err());
    let timeline = scene.control("GET", "/timeline?account=aobabank", Value::Null).await;
    let texts: Vec<&str> =
        timeline["posts"].as_array().unwrap().iter().map(|post| post["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["accepted, unanswered"]);
}

#[tokio::test]
async fn the_stream_carries_events_and_blank_lines() {
    let scene = Scene::with(Config { keep_alive: std::time::Duration::from_millis(30), ..Config::default() }).await;
    scene.subscribe().await;
    let response = scene
        .client
        .get(format!("{}/2/activity/stream", scene.simulator.base_url()))
        .bearer_auth(&scene.world.app.bearer_token)
        .send()
        .await
        .unwrap();
    let mut stream = response.bytes_stream();
    assert_eq!(stream.next().await.unwrap().unwrap(), "\r\n");
    scene.customer("tom", "@aobabank streamed", None).await;
    let line = loop {
        let line = stream.next().await.unwrap().unwrap();
        if line != "\r\n" {
            break line;
        }
    };
    let event: Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(event["data"]["event_uuid"], scene.events_of("post.mention.create").await[0]["data"]["event_uuid"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bulk_delivers_everything_with_duplicates_and_disorder() {
    let scene = Scene::start().await;
    scene.subscribe().await;
    let posts: Vec<Value> = (0..2000_u64)
        .map(|number| {
            let id = (1_900_000_000_000_000_000 + number).to_string();
            let parent = (number % 3 == 2).then(|| (1_900_000_000_000_000_000 + number - 1).to_string());
            json!({"id": id, "author": format!("author{}", number % 300), "text": format!("@aobabank number {number}"), "at": "2026-11-01T10:00:00Z", "in_reply_to": parent})
        })
        .collect();
    let counts = scene
        .control(
            "POST",
            "/bulk",
            json!({"posts": posts, "options": {"duplicates_percent": 5, "shuffle_seed": 7, "concurrency": 64}}),
        )
        .await;
    println!("bulk: {counts}");
    assert_eq!((counts["posts"].as_u64().unwrap(), counts["failed"].as_u64().unwrap()), (2000, 0));
    assert_eq!(counts["delivered"], counts["deliveries"]);
    assert!(counts["duplicates"].as_u64().unwrap() > 50);
    let events = scene.events().await;
    let ids: std::collections::HashSet<&str> =
        events.iter().filter_map(|event| event["data"]["payload"]["id"].as_str()).collect();
    assert_eq!(ids.len(), 2000);
    assert!(
        events
            .windows(2)
            .any(|pair| pair[0]["data"]["payload"]["id"].as_str() > pair[1]["data"]["payload"]["id"].as_str()),
        "the order is shuffled"
    );
    assert!(events.iter().any(|event| event["data"]["event_uuid"].as_str().unwrap().starts_with('-')));
}
