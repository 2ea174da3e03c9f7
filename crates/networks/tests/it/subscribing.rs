//! The way in at X: one webhook and one set of subscriptions, whoever asks and however often.

use crate::scene::Scene;
use domain::vocabulary::AccessLevel;
use serde_json::Value;

/// What X has registered: webhooks by address, and the webhook of each subscription.
async fn registered(scene: &Scene) -> (Vec<String>, Vec<String>) {
    let bearer = scene.app.secret("bearer_token").unwrap().reveal().to_owned();
    let list = async |path: &str| -> Vec<Value> {
        let url = format!("{}{path}", scene.simulator.base_url());
        let answer = reqwest::Client::new().get(url).bearer_auth(&bearer).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        answer["data"].as_array().cloned().unwrap_or_default()
    };
    let webhooks = list("/2/webhooks").await;
    let address_of = |id: &Value| {
        let webhook = webhooks.iter().find(|webhook| webhook["id"] == *id).unwrap();
        webhook["url"].as_str().unwrap().to_owned()
    };
    let subscriptions = list("/2/activity/subscriptions?max_results=100").await;
    (
        webhooks.iter().map(|webhook| webhook["url"].as_str().unwrap().to_owned()).collect(),
        subscriptions.iter().map(|subscription| address_of(&subscription["webhook_id"])).collect(),
    )
}

#[tokio::test]
async fn subscriptions_move_to_the_address_that_we_have_now() {
    let scene = Scene::start().await;
    let support = scene.channel("nordhafen_hilfe", AccessLevel::SelfServe).await;
    let (_, before) = registered(&scene).await;
    assert!(!before.is_empty() && before.iter().all(|url| *url == scene.webhook_url), "{before:?}");
    let moved = scene.webhook_url.replace("127.0.0.1", "localhost");
    scene.network.subscribe(&support, &moved).await.unwrap();
    let (_, after) = registered(&scene).await;
    assert_eq!(after.len(), before.len());
    assert!(after.iter().all(|url| *url == moved), "{after:?}");
}

#[tokio::test]
async fn two_nodes_that_subscribe_at_once_make_one_webhook() {
    for _ in 0..5 {
        let scene = Scene::start().await;
        let brand = scene.unsubscribed(scene.connect("nordhafen").await, AccessLevel::SelfServe);
        let support = scene.unsubscribed(scene.connect("nordhafen_hilfe").await, AccessLevel::SelfServe);
        let subscribe = |channel| scene.network.subscribe(channel, &scene.webhook_url);
        let (one, two, three) = tokio::join!(subscribe(&brand), subscribe(&support), subscribe(&support));
        for done in [one, two, three] {
            done.unwrap();
        }
        let (webhooks, _) = registered(&scene).await;
        assert_eq!(webhooks, std::slice::from_ref(&scene.webhook_url));
    }
}
