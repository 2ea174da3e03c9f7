//! Attacks on the event streams, and their promise: everything, once, in order, to whoever still may see it.

use crate::world::{Browser, World, mention, on_every_engine, until};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use serde_json::json;
use std::time::Duration;

const DAY: SignedDuration = SignedDuration::from_hours(24);

struct Stream {
    body: Body,
    text: String,
}

impl Stream {
    async fn open(world: &World, at: &str, browser: &Browser) -> Self {
        let response = world.get(at).by(browser).raw().await;
        assert_eq!(response.status(), StatusCode::OK);
        Self { body: response.into_body(), text: String::new() }
    }

    /// Reads until something stands there.
    async fn until(&mut self, what: &str) {
        while !self.text.contains(what) {
            let frame = tokio::time::timeout(Duration::from_secs(20), self.body.frame()).await;
            let frame = frame.unwrap_or_else(|_| panic!("no {what:?} in {}", self.text));
            let frame = frame.unwrap_or_else(|| panic!("ended without {what:?}: {}", self.text)).unwrap();
            self.text.push_str(&String::from_utf8_lossy(frame.data_ref().unwrap()));
        }
    }

    /// Reads until the server ends it.
    async fn end(&mut self) {
        let ended = tokio::time::timeout(Duration::from_secs(20), async {
            while let Some(frame) = self.body.frame().await {
                self.text.push_str(&String::from_utf8_lossy(frame.unwrap().data_ref().unwrap()));
            }
        });
        ended.await.expect("the stream ends");
    }

    /// The numbers of the events inside the notices that screens get.
    fn event_numbers(&self) -> Vec<i64> {
        let notices = self.text.lines().filter_map(|line| line.strip_prefix("data: "));
        let notices = notices.filter_map(|data| serde_json::from_str::<serde_json::Value>(data).ok());
        let events = notices.flat_map(|notice| notice["events"].as_array().cloned().unwrap_or_default());
        events.filter_map(|event| event["number"].as_i64()).collect()
    }

    fn numbers(&self) -> Vec<i64> {
        self.text.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect()
    }
}

#[tokio::test]
async fn attack_69_a_stream_is_one_companys_and_ends_with_its_access() {
    on_every_engine(async |world| {
        let agent = world.browser(&world.ours.agent).await;
        let owner = world.browser(&world.ours.owner).await;
        let mut stream = Stream::open(&world, "/api/v1/events?after=0", &agent).await;
        world.deliver(&world.theirs, &mention(&world.theirs, "@BirchCare hello")).await;
        world.deliver(&world.ours, &mention(&world.ours, "@AsterCare hello")).await;
        stream.until("event: message.arrived").await;
        assert_eq!(stream.text.matches("event: message.arrived").count(), 1, "{}: ours alone", world.engine);
        assert!(
            !stream.text.contains("event: agent.") && !stream.text.contains("event: app."),
            "not for agents: {}",
            stream.text
        );
        let at = format!("/api/v1/agents/{}", world.ours.agent.id);
        world.ask(Method::PATCH, &at).by(&owner).json(&json!({ "enabled": false })).send().await;
        stream.end().await;
        assert_eq!(world.get("/api/v1/events").by(&agent).send().await.status, StatusCode::UNAUTHORIZED);
        // A token's stream ends with the token.
        let made = world.post("/api/v1/tokens").by(&owner).json(&json!({ "name": "t" })).send().await.json();
        let response = world.get("/api/v1/events").bearer(made["secret"].as_str().unwrap()).raw().await;
        let mut stream = Stream { body: response.into_body(), text: String::new() };
        stream.until("retry:").await;
        let at = format!("/api/v1/tokens/{}", made["token"]["id"].as_str().unwrap());
        world.ask(Method::DELETE, &at).by(&owner).send().await;
        stream.end().await;
    })
    .await;
}

#[tokio::test]
async fn attack_70_another_site_gets_no_stream_and_nobody_gets_too_many() {
    on_every_engine(async |world| {
        let agent = world.browser(&world.ours.agent).await;
        let cookie = format!("madoguchi={}", agent.secret);
        for (name, value) in [("origin", "https://evil.test"), ("sec-fetch-site", "cross-site")] {
            let answer = world.get("/app/events").header("cookie", &cookie).header(name, value).send().await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
        }
        let mut open = Vec::new();
        for _ in 0..world.edge.settings.streams_per_person {
            open.push(Stream::open(&world, "/app/events", &agent).await);
        }
        let more = world.get("/app/events").by(&agent).send().await;
        assert_eq!(more.status, StatusCode::TOO_MANY_REQUESTS);
        open.clear();
        drop(Stream::open(&world, "/app/events", &agent).await);
        let negative = world.get("/api/v1/events?after=-1").by(&agent).send().await;
        assert_eq!(negative.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn attack_72_what_was_missed_comes_once_in_order() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        for index in 0..30 {
            world.deliver(&world.ours, &mention(&world.ours, &format!("@AsterCare number {index}"))).await;
        }
        world.filed().await;
        let last = world.edge.store.last_event(&world.ours.owner_scope()).await.unwrap();
        let mut stream = Stream::open(&world, "/api/v1/events?after=0", &owner).await;
        stream.until(&format!("id: {last}\n")).await;
        assert_eq!(stream.numbers(), (1..=last).collect::<Vec<_>>(), "{}", world.engine);
        let half = last / 2;
        let response = world.get("/api/v1/events").by(&owner).header("last-event-id", &half.to_string()).raw().await;
        let mut resumed = Stream { body: response.into_body(), text: String::new() };
        world.deliver(&world.ours, &mention(&world.ours, "@AsterCare while listening")).await;
        world.filed().await;
        let last = world.edge.store.last_event(&world.ours.owner_scope()).await.unwrap();
        resumed.until(&format!("id: {last}\n")).await;
        assert_eq!(resumed.numbers(), (half + 1..=last).collect::<Vec<_>>());
        // Screens get the same in notices, and a number that never was begins with a reset.
        let mut screens = Stream::open(&world, "/app/events?after=0", &owner).await;
        screens.until(&format!("\"last\":{last}")).await;
        let mut lost = Stream::open(&world, "/app/events?after=999999", &owner).await;
        lost.until("event: reset").await;
        assert!(lost.text.contains(&format!("{{\"last\":{last}}}")));
    })
    .await;
}

/// Offline for ten seconds, ten minutes, a day: the events of all three times come once, in order, in both manners.
#[tokio::test]
async fn attack_72_however_long_somebody_was_away_nothing_is_missing_and_nothing_comes_twice() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        let last_event = async || world.edge.store.last_event(&world.ours.owner_scope()).await.unwrap();
        let mut seen = Vec::new();
        let mut last = 0;
        for away in [SignedDuration::ZERO, SignedDuration::from_secs(10), SignedDuration::from_mins(10), DAY] {
            // Events before, in the middle of, and after the time away; nobody listens.
            for part in [away / 2, away - away / 2] {
                world.deliver(&world.ours, &mention(&world.ours, "@AsterCare while you were out")).await;
                world.filed().await;
                world.clock.forward(part);
            }
            let newest = last_event().await;
            assert!(newest > last);
            let at = format!("/api/v1/events?after={last}");
            let mut stream = Stream::open(&world, &at, &owner).await;
            stream.until(&format!("id: {newest}\n")).await;
            // One that happens while the stream stands follows on what was caught up.
            world.deliver(&world.ours, &mention(&world.ours, "@AsterCare now")).await;
            world.filed().await;
            let newest = last_event().await;
            stream.until(&format!("id: {newest}\n")).await;
            assert!(!stream.text.contains("event: reset"), "{} after {away}: {}", world.engine, stream.text);
            let screens = format!("/app/events?after={last}");
            let mut screens = Stream::open(&world, &screens, &owner).await;
            screens.until(&format!("\"last\":{newest}")).await;
            assert_eq!(
                screens.event_numbers(),
                (last + 1..=newest).collect::<Vec<_>>(),
                "{} after {away}",
                world.engine
            );
            seen.extend(stream.numbers());
            last = newest;
        }
        assert_eq!(seen, (1..=last).collect::<Vec<_>>(), "{}", world.engine);
    })
    .await;
}

/// Longer than events are kept: the reader is told to reload, and goes on from there without a gap.
#[tokio::test]
async fn attack_72_whoever_was_away_longer_than_events_are_kept_is_told_to_reload() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        let scope = world.ours.owner_scope();
        world.deliver(&world.ours, &mention(&world.ours, "@AsterCare hello")).await;
        world.filed().await;
        world.clock.forward(DAY * 8);
        until("old events are pruned", async || {
            !matches!(world.edge.store.events_after(&scope, 0, 1).await.unwrap(), store::event::Read::Events(events) if events.first().is_some_and(|first| first.number == 1))
        })
        .await;
        let owner = if world.get("/api/v1/me").by(&owner).send().await.status == StatusCode::OK {
            owner
        } else {
            // A week's silence ended the session too.
            world.browser(&world.ours.owner).await
        };
        let last = world.edge.store.last_event(&scope).await.unwrap();
        let mut stream = Stream::open(&world, "/api/v1/events?after=1", &owner).await;
        stream.until("event: reset").await;
        assert!(stream.text.contains(&format!("id: {last}\nevent: reset\n")), "{}", stream.text);
        world.deliver(&world.ours, &mention(&world.ours, "@AsterCare again")).await;
        world.filed().await;
        let newest = world.edge.store.last_event(&scope).await.unwrap();
        stream.until(&format!("id: {newest}\n")).await;
        assert_eq!(stream.numbers(), (last..=newest).collect::<Vec<_>>(), "{}", world.engine);
    })
    .await;
}
