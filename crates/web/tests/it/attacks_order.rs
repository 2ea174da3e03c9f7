//! Attacks on order: clocks that run ahead, and floods in front of those who matter more.

use crate::world::{Making, World, mention, mention_with, on_every_engine};
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::journal::{PRIVATE_LANE, PUBLIC_LANE};
use store::testing::every_engine;

/// A private message to us, as X delivers it.
fn private_message(world: &World, text: &str) -> Vec<u8> {
    let (ours, theirs) = (&world.ours.account, "2222222222222222222");
    json!({ "data": {
        "event_uuid": "1", "filter": { "user_id": ours }, "event_type": "dm.received", "tag": "t",
        "payload": {
            "direct_message_events": [{
                "type": "message_create", "id": "2110000000000000020",
                "created_timestamp": world.edge.now().as_millisecond().to_string(),
                "message_create": { "target": { "recipient_id": ours }, "sender_id": theirs,
                    "message_data": { "text": text, "entities": { "hashtags": [], "symbols": [], "user_mentions": [], "urls": [] } } },
            }],
            "users": { theirs: { "data": { "id": theirs, "username": "customer", "name": "A Customer" } } },
        },
    }})
    .to_string()
    .into_bytes()
}

#[tokio::test]
async fn attack_14_a_message_from_2099_does_not_stand_above_the_others_for_ever() {
    on_every_engine(async |world| {
        let mut ahead: Value = serde_json::from_slice(&mention_with(
            &world.ours,
            "@AsterCare my card does not work",
            "2080765813591000001",
            "31",
        ))
        .unwrap();
        ahead["data"]["payload"]["created_at"] = json!("2099-01-01T00:00:00.000Z");
        assert_eq!(world.deliver(&world.ours, ahead.to_string().as_bytes()).await.status, StatusCode::OK);
        world.filed().await;
        let came = world.edge.now();
        world.clock.forward(SignedDuration::from_mins(6));
        let mut usual: Value = serde_json::from_slice(&mention_with(
            &world.ours,
            "@AsterCare why was I charged twice?",
            "2080765813591000002",
            "32",
        ))
        .unwrap();
        usual["data"]["payload"]["created_at"] = json!(world.edge.now().to_string());
        assert_eq!(world.deliver(&world.ours, usual.to_string().as_bytes()).await.status, StatusCode::OK);
        world.filed().await;
        let owner = world.browser(&world.ours.owner).await;
        let list = world.get("/api/v1/cases?order=recent").by(&owner).send().await.json();
        let excerpts: Vec<&str> =
            list["items"].as_array().unwrap().iter().map(|case| case["excerpt"].as_str().unwrap()).collect();
        assert_eq!(
            excerpts,
            ["@AsterCare why was I charged twice?", "@AsterCare my card does not work"],
            "{}",
            world.engine
        );
        for case in list["items"].as_array().unwrap() {
            let waits: Timestamp = case["waiting_since"].as_str().unwrap().parse().unwrap();
            assert!(waits <= came + SignedDuration::from_mins(6), "waiting since {waits}");
        }
        let waiting = world.get("/api/v1/cases?order=waiting").by(&owner).send().await;
        assert_eq!(waiting.status, StatusCode::OK, "{}", waiting.text);
    })
    .await;
}

#[tokio::test]
async fn attack_81_a_flood_of_mentions_does_not_keep_a_private_message_waiting() {
    for fresh in every_engine().await {
        let world = World::made(fresh, Making { worker: false, ..Making::default() }, |_| {}).await;
        for part in 0..3 {
            let bodies: Vec<String> = (0..500)
                .map(|number| String::from_utf8(mention(&world.ours, &format!("@AsterCare {part} {number}"))).unwrap())
                .collect();
            for body in bodies {
                assert_eq!(world.deliver(&world.ours, body.as_bytes()).await.status, StatusCode::OK);
            }
        }
        let text = "My card was stolen";
        assert_eq!(world.deliver(&world.ours, &private_message(&world, text)).await.status, StatusCode::OK);
        let store = &world.edge.store;
        assert_eq!(store.backlog(PUBLIC_LANE).await.unwrap().0, 1500);
        // The very next batch is the private one, however many came before it.
        let mut accounts = pipeline::take_in::Accounts::new(&world.edge.bus);
        let filed = pipeline::take_in::step(&world.edge.environment, &mut accounts).await.unwrap();
        assert_eq!(filed, 1, "{}", world.engine);
        assert_eq!(store.backlog(PRIVATE_LANE).await.unwrap().0, 0);
        assert_eq!(store.backlog(PUBLIC_LANE).await.unwrap().0, 1500);
        // And one that comes between two batches of the flood waits for one of them at most.
        pipeline::take_in::step(&world.edge.environment, &mut accounts).await.unwrap();
        let owner = world.browser(&world.ours.owner).await;
        let cases = world.get("/api/v1/cases?private=true").by(&owner).send().await.json();
        assert_eq!(cases["items"].as_array().unwrap().len(), 1);
        assert_eq!(cases["items"][0]["excerpt"], text);
        world.stop.cancel();
    }
}
