//! Attacks 9 and 76: whatever goes right or wrong, no secret and no customer's words reach the log.

use crate::scene::database::Database;
use crate::scene::patience::SOON;
use crate::scene::webhook::signature;
use crate::scene::{HELP, Scene};
use reqwest::Method;
use serde_json::json;

const WORDS: &str = "unrepeatable words of a customer";
const FIRST_ID: u64 = 1_900_000_000_000_950_000;

#[tokio::test(flavor = "multi_thread")]
async fn attacks_9_and_76_secrets_and_customers_words_stay_out_of_the_log() {
    let mut scene = Scene::new(Database::sqlite()).await;
    scene.stop().await;
    // As talkative as anybody would make it who looks for a fault.
    let talkative = scene.command().with("MADOGUCHI_LOG", "debug,hyper=info,h2=info,rustls=info");
    scene.start_as(&talkative).await;
    let made = scene.network.made().app.clone();

    scene.deliver_signed(&scene.mention(FIRST_ID, WORDS)).await.unwrap();
    let arrived = scene.arrived(&FIRST_ID.to_string()).await;
    let at = format!("/messages/{}/reply", arrived["id"].as_str().unwrap());
    scene.api().post(&at, &json!({ "text": "A quiet answer of ours." })).await;
    scene.settled(SOON).await;
    // Wrong in every way that carries a secret: in the address, in the query, in a header, in a body.
    let client = reqwest::Client::new();
    let stolen = "mdg_stolen-and-wrong-token";
    for path in [format!("/invitation/{stolen}"), format!("/api/v1/cases?token={stolen}"), format!("/files/{stolen}")] {
        client.get(format!("{}{path}", scene.address())).bearer_auth(stolen).send().await.unwrap();
    }
    let body = scene.mention(FIRST_ID + 1, WORDS);
    scene.deliver(body.clone(), Some(signature("another key", &body))).await.unwrap();
    scene.deliver_signed(format!("{{\"data\":\"{WORDS}\"}}").as_bytes()).await.unwrap();
    scene.api().call(Method::POST, "/posts", None, Some(&json!({ "text": WORDS, "channel": 7 }))).await.unwrap();
    scene.api().call(Method::GET, &format!("/search?q={}", WORDS.replace(' ', "%20")), None, None).await.unwrap();
    let link = scene.command().run(&["user", "create", "new@aoba.test", "--role", "agent"], "").await;
    let secret_of_link = link.rsplit('/').next().unwrap().trim().to_owned();
    client.get(link.trim()).send().await.unwrap();
    scene.filed(SOON).await;

    let log = scene.product.as_ref().unwrap().log();
    assert!(log.contains("DEBUG"), "the log is as talkative as it was told");
    let tokens = scene.network.tokens(HELP);
    let secrets = [&made.consumer_secret, &made.client_secret, &made.bearer_token, &scene.token, &secret_of_link];
    let words = [stolen, WORDS, "A quiet answer of ours", "another key"];
    for secret in secrets.map(String::as_str).into_iter().chain(words).chain(tokens.split_whitespace()) {
        let line = log.lines().find(|line| secret.len() > 8 && line.contains(secret));
        assert_eq!(line, None, "a secret stands in the log");
    }
    scene.stop().await;
}
