//! Uploads that nothing holds go after a day, file and row, whatever stops the cleaning half-way (attack 60).

use crate::attacks_files::upload;
use crate::world::{Browser, World, mention, on_every_engine, until};
use axum::http::{Method, StatusCode};
use domain::id::AttachmentId;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::path::PathBuf;

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn uploaded(world: &World, browser: &Browser) -> (String, PathBuf) {
    let made = upload(world, browser, "a.txt", b"hello").await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let path = world.edge.store.data.join("attachments").join(world.ours.workspace.to_string()).join(&id);
    assert!(path.exists());
    (id, path)
}

async fn rows(world: &World) -> Vec<String> {
    let rows = world.edge.store.main.fetch_all("SELECT id FROM attachment ORDER BY created_at", &[]).await.unwrap();
    rows.iter().map(|row| row.id::<AttachmentId>("id").unwrap().to_string()).collect()
}

/// A smallest picture: posts take pictures alone.
fn picture() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89".to_vec();
    png.extend_from_slice(b"\0\0\0\0IEND\xaeB`\x82");
    png
}

#[tokio::test]
async fn attack_60_what_nothing_holds_goes_after_a_day_and_what_a_message_holds_stays() {
    on_every_engine(async |world| {
        let agent = world.browser(&world.ours.agent).await;
        let (loose, loose_path) = uploaded(&world, &agent).await;
        let sent = upload(&world, &agent, "a.png", &picture()).await.json();
        let sent = sent["id"].as_str().unwrap().to_owned();
        world.deliver(&world.ours, &mention(&world.ours, "@AsterCare hello")).await;
        world.filed().await;
        let message = newest_message(&world, &agent).await;
        let reply = json!({ "text": "See here.", "attachments": [{ "attachment": sent }] });
        let at = format!("/api/v1/messages/{message}/reply");
        let answered = world.post(&at).by(&agent).json(&reply).send().await;
        assert!(answered.status.is_success(), "{}", answered.text);
        world.clock.forward(DAY - SignedDuration::from_mins(1));
        let (young, young_path) = uploaded(&world, &agent).await;
        assert_eq!(rows(&world).await, [loose.clone(), sent.clone(), young.clone()], "a day is a day");
        world.clock.forward(SignedDuration::from_hours(1));
        until("the old one is gone", async || rows(&world).await == [sent.clone(), young.clone()]).await;
        assert!(!loose_path.exists() && young_path.exists(), "{}", world.engine);
        let kept = loose_path.with_file_name(&sent);
        assert!(kept.exists(), "the message's own file");
        let late = json!({ "text": "And here.", "attachments": [{ "attachment": loose }] });
        let late = world.post(&at).by(&agent).json(&late).send().await;
        assert!(late.status.is_client_error(), "{}", late.text);
    })
    .await;
}

async fn newest_message(world: &World, browser: &Browser) -> String {
    let cases = world.get("/api/v1/cases?limit=1").by(browser).send().await.json();
    let at = format!("/api/v1/cases/{}/messages", cases["items"][0]["id"].as_str().unwrap());
    let messages: Value = world.get(&at).by(browser).send().await.json();
    messages["items"][0]["id"].as_str().unwrap().to_owned()
}

/// A marked upload, its file there or already gone: what a crash leaves after each of the three steps.
#[tokio::test]
async fn attack_60_cleaning_goes_on_where_a_crash_stopped_it() {
    on_every_engine(async |world| {
        let agent = world.browser(&world.ours.agent).await;
        let (marked, marked_path) = uploaded(&world, &agent).await;
        let (_, removed_path) = uploaded(&world, &agent).await;
        let later = world.edge.now() + SignedDuration::from_secs(1);
        assert_eq!(world.edge.store.mark_loose_uploads(later, 10).await.unwrap(), 2);
        std::fs::remove_file(&removed_path).unwrap();
        // Nobody gets hold of it any more.
        let at = format!("/api/v1/attachments/{marked}");
        assert_eq!(world.get(&at).by(&agent).send().await.status, StatusCode::NOT_FOUND);
        world.clock.forward(SignedDuration::from_hours(2));
        until("both are gone", async || rows(&world).await.is_empty()).await;
        assert!(!marked_path.exists(), "{}", world.engine);
    })
    .await;
}

#[tokio::test]
async fn attack_60_what_is_taken_back_is_gone_at_once() {
    on_every_engine(async |world| {
        let agent = world.browser(&world.ours.agent).await;
        let owner = world.browser(&world.ours.owner).await;
        let (id, path) = uploaded(&world, &agent).await;
        let at = format!("/api/v1/attachments/{id}");
        assert_eq!(world.ask(Method::DELETE, &at).by(&owner).send().await.status, StatusCode::NOT_FOUND, "not theirs");
        assert_eq!(world.ask(Method::DELETE, &at).by(&agent).send().await.status, StatusCode::NO_CONTENT);
        assert!(!path.exists() && rows(&world).await.is_empty());
        assert_eq!(world.ask(Method::DELETE, &at).by(&agent).send().await.status, StatusCode::NOT_FOUND);
    })
    .await;
}
