//! Two nodes share PostgreSQL, and the network is slow: what one of them is about to send, the other leaves alone.

use crate::scene::database::Database;
use crate::scene::network::fault;
use crate::scene::patience::{SOON, eventually};
use crate::scene::product::{Port, Product};
use crate::scene::{HELP, Scene};
use serde_json::json;
use simulator::{Fault, FaultKind};
use std::time::Duration;

/// Together they take longer than a lease lasts, one after the other on one account.
const REPLIES: usize = 12;
const EACH: Duration = Duration::from_millis(2_500);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_by_both() {
    let Some(database) = Database::postgres().await else { return };
    let mut scene = Scene::new(database).await;
    scene.network.without_polling().await;
    let mut messages = Vec::new();
    for number in 0..REPLIES {
        let post = scene.network.post(&format!("person_{number}"), "@aoba_help is it open?");
        messages.push(scene.arrived(&post).await["id"].as_str().unwrap().to_owned());
    }
    // All are queued while nobody sends, so that one node leases them all.
    scene.stop().await;
    let quiet = scene.command().with("MADOGUCHI_ROLE", "web,intake,worker");
    scene.start_as(&quiet).await;
    for (number, message) in messages.iter().enumerate() {
        let body = json!({ "text": format!("It is, answer {number}."), "channel": scene.help });
        scene.api().post(&format!("/messages/{message}/reply"), &body).await;
    }
    let slow = fault(FaultKind::Slow, "POST /2/tweets");
    let delay_ms = u64::try_from(EACH.as_millis()).unwrap();
    scene.network.break_down(Fault { delay_ms: Some(delay_ms), ..slow }).await;
    // Echoes would tell the second node that a message stands: it must not need them.
    scene.network.break_down(fault(FaultKind::Lose, "post.create")).await;
    let node = || {
        let port = Port::free();
        let listen = port.address().trim_start_matches("http://").to_owned();
        scene.command().with("MADOGUCHI_ROLE", "dispatch").with("MADOGUCHI_LISTEN", &listen)
    };
    let (first, second) = (Product::start(&node()).await, Product::start(&node()).await);
    scene.settled(EACH * 20 + SOON).await;
    for number in 0..REPLIES {
        let words = format!("It is, answer {number}.");
        eventually("it stands", SOON, || async {
            (!scene.standing_posts(HELP, &words).await.is_empty()).then_some(())
        })
        .await;
        assert_eq!(scene.standing_posts(HELP, &words).await.len(), 1, "{words}");
    }
    // X itself would refuse a second one with the same words: that nobody even asked is what counts.
    let attempts = "SELECT CAST(sum(attempts) AS bigint) AS count FROM outbox";
    let attempts = scene.store.main.fetch_one(attempts, &[]).await.unwrap().int("count").unwrap();
    assert_eq!(attempts, i64::try_from(REPLIES).unwrap(), "a message was tried more than once");
    first.stop().await;
    second.stop().await;
    scene.stop().await;
}
