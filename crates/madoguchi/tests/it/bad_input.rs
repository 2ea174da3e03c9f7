//! Bad bodies at the webhook: 4xx, nothing stored, nothing of the body in the log.

use crate::scene::Scene;
use crate::scene::database::Database;
use crate::scene::patience::SOON;
use crate::scene::webhook::signature;
use store::journal::{PRIVATE_LANE, PUBLIC_LANE};

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_are_refused_and_leave_nothing() {
    let scene = Scene::new(Database::sqlite()).await;
    let secret = scene.network.made().app.consumer_secret.clone();
    let heads = async || {
        (scene.store.journal_head(PRIVATE_LANE).await.unwrap(), scene.store.journal_head(PUBLIC_LANE).await.unwrap())
    };
    let before = heads().await;
    let mark = "unrepeatable-words-of-a-stranger";
    let good = scene.mention(1_900_000_000_000_000_001, mark);
    let mut changed = good.clone();
    *changed.last_mut().unwrap() = b' ';

    let deep = format!("{}\"{mark}\"{}", "[".repeat(50_000), "]".repeat(50_000)).into_bytes();
    let huge = format!("{{\"data\":\"{mark}{}\"}}", "x".repeat(2 * 1024 * 1024)).into_bytes();
    let broken = format!("{{\"data\": {mark}").into_bytes();
    let wrong = Some(signature("somebody else's secret", &good));
    let of_another_body = Some(signature(&secret, &changed));
    for (what, body, signature) in [
        ("no signature", good.clone(), None),
        ("signed with another key", good.clone(), wrong),
        ("signature of another body", good.clone(), of_another_body),
        ("a signature that is none", good.clone(), Some("sha256=%%%".to_owned())),
        ("an older algorithm", good.clone(), Some("sha1=AAAA".to_owned())),
        ("malformed", broken.clone(), Some(signature(&secret, &broken))),
        ("not UTF-8", vec![0xff, 0xfe, 0x00], Some(signature(&secret, &[0xff, 0xfe, 0x00]))),
        ("empty", Vec::new(), Some(signature(&secret, b""))),
        ("deep", deep.clone(), Some(signature(&secret, &deep))),
        ("deep, unsigned", deep.clone(), None),
        ("huge", huge.clone(), Some(signature(&secret, &huge))),
    ] {
        // A body that is too large may be cut off before it was read: then no answer arrives, which is a refusal too.
        if let Some(status) = scene.deliver(body, signature).await {
            assert!(status.is_client_error(), "{what}: {status}");
        } else {
            assert_eq!(what, "huge");
        }
        assert_eq!(heads().await, before, "{what}: something was stored");
    }
    let unknown_app = format!("{}/hooks/x/{}", scene.address(), scene.workspace);
    let status = reqwest::Client::new().post(unknown_app).body(good.clone()).send().await.unwrap().status();
    assert_eq!(status, 404);
    assert_eq!(heads().await, before);

    assert_eq!(scene.deliver_signed(&good).await.unwrap(), 200, "the same body, signed as it should be");
    scene.filed(SOON).await;
    assert_eq!(scene.with_external_id("1900000000000000001").await.len(), 1);
    let log = scene.product.as_ref().unwrap().log();
    assert!(log.contains("webhook refused"), "refusals are logged:\n{log}");
    assert!(!log.contains(mark), "the log repeats a stranger's body");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_and_not_understood_is_parked() {
    let scene = Scene::new(Database::sqlite()).await;
    let account = scene.network.account_id(crate::scene::HELP);
    let unknown = format!(
        r#"{{"data":{{"event_type":"post.teleport.create","filter":{{"user_id":"{account}"}},"payload":{{}}}}}}"#
    );
    let stranger = String::from_utf8(scene.mention(1_900_000_000_000_000_002, "hello")).unwrap();
    let stranger = stranger.replace(&format!("\"user_id\":\"{account}\""), "\"user_id\":\"12345\"");
    for body in [unknown, stranger] {
        assert_eq!(scene.deliver_signed(body.as_bytes()).await.unwrap(), 200);
    }
    scene.filed(SOON).await;
    let parked = scene.api().get("/parked").await;
    let mut reasons: Vec<&str> =
        parked["items"].as_array().unwrap().iter().map(|item| item["reason"].as_str().unwrap()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["unknown_channel", "unknown_event"]);
    assert_eq!(scene.count("SELECT count(*) AS count FROM message").await, 0);
}
