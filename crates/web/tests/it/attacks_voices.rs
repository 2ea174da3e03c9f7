//! Attacks on who says what to whom: notes and drafts stay inside, and nothing is published twice or by the wrong account.

use crate::world::{Browser, World, mention, on_every_engine};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::time::Duration;

const NOTE: &str = "between ourselves: he is a nuisance";
const DRAFT: &str = "half a thought that is not to be read";

async fn outbox(world: &World) -> Vec<String> {
    let rows = world.edge.store.main.fetch_all("SELECT outgoing FROM outbox", &[]).await.unwrap();
    rows.iter().map(|row| row.json::<Value>("outgoing").unwrap().to_string()).collect()
}

async fn first_message(world: &World, browser: &Browser, case: &str) -> Value {
    let at = format!("/api/v1/cases/{case}/messages");
    world.get(&at).by(browser).send().await.json()["items"][0].clone()
}

#[tokio::test]
async fn attack_31_a_note_is_not_rewritten_and_a_draft_is_its_writers_own() {
    on_every_engine(async |world| {
        let case = world.case_of(&world.ours, "@AsterCare hello").await;
        let at = format!("/api/v1/cases/{}", case["id"].as_str().unwrap());
        let owner = world.browser(&world.ours.owner).await;
        let agent = world.browser(&world.ours.agent).await;
        let notes = format!("{at}/notes");
        let made = world.post(&notes).by(&owner).json(&json!({ "text": NOTE })).send().await.json();
        let one = format!("{notes}/{}", made["id"].as_str().unwrap());
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            for at in [&notes, &one] {
                let answer = world.ask(method.clone(), at).by(&agent).json(&json!({ "text": "forged" })).send().await;
                let closed = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
                assert!(closed.contains(&answer.status), "{method} {at}: {}", answer.status);
            }
        }
        let listed = world.get(&notes).by(&agent).send().await.json();
        assert_eq!((&listed["items"][0]["text"], listed["items"].as_array().unwrap().len()), (&json!(NOTE), 1));
        let drafts = format!("{at}/drafts");
        let save = |who: &Browser, text: &str| {
            world.ask(Method::PUT, &format!("{drafts}/public")).by(who).json(&json!({ "text": text })).send()
        };
        assert!(save(&owner, DRAFT).await.status.is_success());
        assert!(!world.get(&drafts).by(&agent).send().await.text.contains(DRAFT), "a colleague does not read it");
        assert!(save(&agent, "mine").await.status.is_success());
        let gone = world.ask(Method::DELETE, &format!("{drafts}/public")).by(&agent).send().await;
        assert!(gone.status.is_success());
        assert!(world.get(&drafts).by(&owner).send().await.text.contains(DRAFT), "nor throws it away");
        // What a customer wrote is not ours to change or to delete.
        let message = first_message(&world, &owner, case["id"].as_str().unwrap()).await;
        let at = format!("/api/v1/messages/{}", message["id"].as_str().unwrap());
        for method in [Method::PATCH, Method::PUT, Method::DELETE] {
            let answer = world.ask(method.clone(), &at).by(&owner).json(&json!({ "text": "forged" })).send().await;
            assert!(answer.status.is_client_error(), "{method}: {}", answer.status);
        }
        assert_eq!(first_message(&world, &owner, case["id"].as_str().unwrap()).await["text"], "@AsterCare hello");
    })
    .await;
}

#[tokio::test]
async fn attack_71_no_text_travels_on_a_stream() {
    on_every_engine(async |world| {
        let case = world.case_of(&world.ours, "@AsterCare a customers own words").await;
        let at = format!("/api/v1/cases/{}", case["id"].as_str().unwrap());
        let owner = world.browser(&world.ours.owner).await;
        let agent = world.browser(&world.ours.agent).await;
        let secret = world.post("/api/v1/tokens").by(&owner).json(&json!({ "name": "outside" })).send().await.json();
        world.post(&format!("{at}/notes")).by(&owner).json(&json!({ "text": NOTE })).send().await;
        world.ask(Method::PUT, &format!("{at}/drafts/public")).by(&owner).json(&json!({ "text": DRAFT })).send().await;
        let message = first_message(&world, &owner, case["id"].as_str().unwrap()).await;
        let reply = format!("/api/v1/messages/{}/reply", message["id"].as_str().unwrap());
        let sent = world.post(&reply).by(&owner).json(&json!({ "text": "An answer of ours." })).send().await;
        assert!(sent.status.is_success(), "{}", sent.text);
        let last = world.edge.store.last_event(&world.ours.owner_scope()).await.unwrap();
        let token = secret["secret"].as_str().unwrap();
        let streams: [(&str, Body); 4] = [
            ("a program's", world.get("/api/v1/events?after=0").bearer(token).raw().await.into_body()),
            ("an agent's", world.get("/api/v1/events?after=0").by(&agent).raw().await.into_body()),
            ("the owner's", world.get("/api/v1/events?after=0").by(&owner).raw().await.into_body()),
            ("a screen's", world.get("/app/events?after=0").by(&owner).raw().await.into_body()),
        ];
        for (whose, mut body) in streams {
            let mut text = String::new();
            while !text.contains(&format!("id: {last}\n")) {
                let frame =
                    tokio::time::timeout(Duration::from_secs(20), body.frame()).await.unwrap().unwrap().unwrap();
                text.push_str(&String::from_utf8_lossy(frame.data_ref().unwrap()));
            }
            assert!(text.contains("message.arrived") || text.contains("changed"), "{whose}: {text}");
            for words in [NOTE, DRAFT, "a customers own words", "An answer of ours", token] {
                assert!(!text.contains(words), "{}: {whose} stream carries {words:?}", world.engine);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn attack_85_a_note_or_a_draft_is_never_owed_to_a_network() {
    on_every_engine(async |world| {
        let case = world.case_of(&world.ours, "@AsterCare hello").await;
        let id = case["id"].as_str().unwrap();
        let owner = world.browser(&world.ours.owner).await;
        let notes = format!("/api/v1/cases/{id}/notes");
        let drafts = format!("/api/v1/cases/{id}/drafts");
        let message = first_message(&world, &owner, id).await;
        let reply = format!("/api/v1/messages/{}/reply", message["id"].as_str().unwrap());
        // At once and again and again, with a reply in between: only the reply is owed.
        let writes = (0..5).flat_map(|number| {
            let key = format!("same-{}", number % 2);
            let note =
                world.post(&notes).by(&owner).header("idempotency-key", &key).json(&json!({ "text": NOTE })).send();
            let voices = ["public", "private", "note"].map(|voice| {
                world.ask(Method::PUT, &format!("{drafts}/{voice}")).by(&owner).json(&json!({ "text": DRAFT })).send()
            });
            voices.into_iter().map(Box::pin).chain([Box::pin(note)])
        });
        futures::future::join_all(writes).await;
        assert!(outbox(&world).await.is_empty(), "{}: nothing is owed yet", world.engine);
        let body = json!({ "text": "Good day, how can we help?", "seen_position": message["position"] });
        let send = |key: Option<&'static str>| {
            let ask = world.post(&reply).by(&owner).json(&body);
            match key {
                Some(key) => ask.header("idempotency-key", key).send(),
                None => ask.send(),
            }
        };
        // The same click six times, and six colleagues who all saw the same question: one answer leaves.
        let clicks = futures::future::join_all((0..6).map(|_| send(Some("click")))).await;
        assert!(clicks.iter().any(|answer| answer.status.is_success()), "{}", clicks[0].text);
        let others = futures::future::join_all((0..6).map(|_| send(None))).await;
        for answer in &others {
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (StatusCode::CONFLICT, "answered_since"),
                "{}",
                answer.text
            );
        }
        let owed = outbox(&world).await;
        assert_eq!(owed.len(), 1, "{}: {owed:?}", world.engine);
        assert!(!owed[0].contains(NOTE) && !owed[0].contains(DRAFT));
    })
    .await;
}

#[tokio::test]
async fn attack_85_only_an_account_that_is_ours_speaks_and_a_private_answer_stays_private() {
    on_every_engine(async |world| {
        let case = world.case_of(&world.ours, "@AsterCare hello").await;
        world.deliver(&world.theirs, &mention(&world.theirs, "@BirchCare hello")).await;
        let owner = world.browser(&world.ours.owner).await;
        let other = world.browser(&world.theirs.owner).await;
        let theirs = world.get("/api/v1/channels").by(&other).send().await.json()["items"][0]["id"].clone();
        let ours = world.get("/api/v1/channels").by(&owner).send().await.json()["items"][0]["id"].clone();
        let message = first_message(&world, &owner, case["id"].as_str().unwrap()).await;
        let id = message["id"].as_str().unwrap();
        for channel in [&theirs, &json!(uuid::Uuid::nil())] {
            for (at, body) in [
                (format!("/api/v1/messages/{id}/reply"), json!({ "text": "hello", "channel": channel })),
                (format!("/api/v1/messages/{id}/direct-message"), json!({ "text": "hello", "channel": channel })),
                ("/api/v1/posts".to_owned(), json!({ "text": "hello", "channel": channel })),
                (
                    "/api/v1/direct-messages".to_owned(),
                    json!({ "text": "hello", "channel": channel, "handle": "customer" }),
                ),
            ] {
                let answer = world.post(&at).by(&owner).json(&body).send().await;
                assert!(answer.status.is_client_error(), "{at}: {} {}", answer.status, answer.text);
            }
        }
        assert!(outbox(&world).await.is_empty(), "{}", world.engine);
        // What was asked to be said privately is owed privately; a secret in public is held back.
        let private = json!({ "text": "Privately, then.", "channel": ours });
        let sent = world.post(&format!("/api/v1/messages/{id}/direct-message")).by(&owner).json(&private).send().await;
        assert!(sent.status.is_success(), "{}", sent.text);
        let leaky = json!({ "text": "Your card 4111 1111 1111 1111 is blocked." });
        let held = world.post(&format!("/api/v1/messages/{id}/reply")).by(&owner).json(&leaky).send().await;
        assert!(held.status.is_client_error(), "{}", held.text);
        let owed = outbox(&world).await;
        assert!(owed.len() == 1 && owed[0].contains("direct_message"), "{owed:?}");
    })
    .await;
}
