//! The stream as the way in: what X cannot deliver to us comes over a connection that we hold.

use crate::scene::{Scene, order};
use bytes::Bytes;
use domain::item::{Change, Item};
use domain::vocabulary::AccessLevel;
use jiff::Timestamp;
use networks::network::{CallError, Deliveries};
use serde_json::json;
use std::time::Duration;
use tokio::sync::mpsc;

/// Takes what comes; a sign of life is an empty list.
struct Taken(mpsc::UnboundedSender<Vec<(Bytes, bool)>>);

#[async_trait::async_trait]
impl Deliveries for Taken {
    async fn take(&self, deliveries: Vec<(Bytes, bool)>) -> bool {
        self.0.send(deliveries).is_ok()
    }
}

async fn next(taken: &mut mpsc::UnboundedReceiver<Vec<(Bytes, bool)>>) -> Vec<(Bytes, bool)> {
    tokio::time::timeout(Duration::from_secs(10), taken.recv()).await.unwrap().unwrap()
}

#[tokio::test]
async fn events_come_over_the_connection_and_its_end_is_told() {
    let mut scene = Scene::start().await;
    scene.app.settings.insert("inbound".to_owned(), "stream".to_owned());
    assert!(scene.network.streams(&scene.app));
    let support = scene.channel("nordhafen_hilfe", AccessLevel::SelfServe).await;
    let (sender, mut taken) = mpsc::unbounded_channel();
    let (network, app) = (scene.network.clone(), scene.app.clone());
    let held = tokio::spawn(async move { network.stream(&app, &Taken(sender)).await });
    assert!(next(&mut taken).await.is_empty(), "the connection stands");

    let id = scene.posted(json!({ "author": "mika", "text": "@nordhafen_hilfe Karte weg" })).await;
    scene.control("/dm", json!({ "from": "mika", "to": "nordhafen_hilfe", "text": "privat" })).await;
    let mut found = Vec::new();
    while found.len() < 2 {
        found.extend(next(&mut taken).await);
    }
    let read: Vec<(Item, bool)> = found
        .iter()
        .map(|(body, private)| (scene.network.normalise(body, Timestamp::now()).items.remove(0), *private))
        .collect();
    let [
        (Item { change: Change::Message(post), account, .. }, false),
        (Item { change: Change::Message(direct), .. }, true),
    ] = read.as_slice()
    else {
        panic!("{read:?}")
    };
    assert_eq!((&post.external_id, account), (&id, &support.facts.account));
    assert_eq!(direct.text, "privat");
    assert_eq!(scene.simulator.world().delivery_counts().due, 0, "no webhook was registered");

    scene.simulator.world().cut_streams();
    let end = held.await.unwrap();
    assert!(matches!(end, CallError::Later { .. }), "{end:?}");
    scene.fault(order("rate_limit", "GET /2/activity/stream")).await;
    let (sender, _taken) = mpsc::unbounded_channel();
    let crowded = scene.network.stream(&scene.app, &Taken(sender)).await;
    assert!(matches!(crowded, CallError::Later { at: Some(_), .. }), "{crowded:?}");
}
