//! A reply whose outcome the network never told: a person says what became of it, on the screen and by the API.

use crate::world::{Answer, Browser, World, on_every_engine};
use axum::http::StatusCode;
use domain::outgoing::Candidate;
use jiff::SignedDuration;
use serde_json::json;
use store::outbox::{Recorded, SendError};

/// A reply that left and came to nothing known, with what a look at the network found.
struct Open {
    case: String,
    message: String,
    agent: Browser,
}

async fn open(world: &World, found: &[&str]) -> Open {
    let case = world.case_of(&world.ours, "@Care where is my card?").await["id"].as_str().unwrap().to_owned();
    let agent = world.browser(&world.ours.agent).await;
    let messages = world.get(&format!("/api/v1/cases/{case}/messages")).by(&agent).send().await.json();
    let asked = messages["items"][0]["id"].as_str().unwrap().to_owned();
    let reply = json!({ "text": "On its way." });
    let sent = world.post(&format!("/api/v1/messages/{asked}/reply")).by(&agent).json(&reply).send().await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text);
    world.clock.forward(SignedDuration::from_mins(1));
    let (store, now) = (&world.edge.store, world.edge.now());
    let owed = store.lease_owed("node", now, now + SignedDuration::from_secs(15), 10).await.unwrap();
    let candidate = |id: &&str| Candidate { external_id: (*id).to_owned(), sent_at: Some(now) };
    let code = if found.is_empty() { SendError::UNSEEN } else { SendError::AMBIGUOUS };
    let error = SendError {
        code: code.to_owned(),
        message: "said nothing".to_owned(),
        candidates: found.iter().map(candidate).collect(),
    };
    let message = sent.json()["message"].as_str().unwrap().to_owned();
    let row = owed.iter().find(|owed| owed.message.is_some_and(|owed| owed.to_string() == message)).unwrap();
    store.record(row, &Recorded::Unknown { look_at: None, error }, now).await.unwrap();
    Open { case, message, agent }
}

impl Open {
    async fn pane(&self, world: &World, who: &Browser) -> String {
        world.get(&format!("/app/cases/{}", self.case)).by(who).header("hx-request", "true").send().await.text
    }
    async fn act(&self, world: &World, act: &str, fields: &[(&str, &str)]) -> Answer {
        let address = format!("/app/messages/{}/{act}", self.message);
        world.post(&address).by(&self.agent).header("hx-request", "true").form(fields).send().await
    }
    async fn state(&self, world: &World) -> (String, String, String) {
        let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let message = world.get(&format!("/api/v1/messages/{}", self.message)).by(&self.agent).send().await.json();
        let case = world.get(&format!("/api/v1/cases/{}", self.case)).by(&self.agent).send().await.json();
        (word(&message["send_state"]), word(&message["external_id"]), word(&case["state"]))
    }
}

fn states(send: &str, external_id: &str, case: &str) -> (String, String, String) {
    (send.to_owned(), external_id.to_owned(), case.to_owned())
}

#[tokio::test]
async fn one_of_two_equal_posts_is_chosen_and_no_second_message_may_take_it() {
    on_every_engine(async |world| {
        let open_one = open(&world, &["7001", "7002"]).await;
        let pane = open_one.pane(&world, &open_one.agent).await;
        assert!(pane.contains("Which one is yours?"), "{}: {pane}", world.engine);
        assert_eq!(pane.matches("It is this one").count(), 2);
        assert_eq!(open_one.state(&world).await, states("unknown", "", "open"), "it comes before somebody");
        assert!(pane.contains("/status/7001\"") && pane.contains("/status/7002\""), "each has its address");

        let chosen = open_one.act(&world, "found", &[("external_id", "7002")]).await;
        assert_eq!(chosen.status, StatusCode::OK, "{}", chosen.text);
        assert!(chosen.text.contains("data-send=\"sent\"") && !chosen.text.contains("Which one is yours?"));
        assert_eq!(open_one.state(&world).await, states("sent", "7002", "waiting"));
        let late = open_one.act(&world, "found", &[("external_id", "7001")]).await;
        assert_eq!((late.status, late.code().as_str()), (StatusCode::CONFLICT, "not_waiting_for_a_decision"));

        let open_two = open(&world, &["7001", "7002"]).await;
        let taken = open_two.act(&world, "found", &[("external_id", "7002")]).await;
        assert_eq!(taken.code(), "another_message");
        assert_eq!(open_two.state(&world).await.0, "unknown");
        assert_eq!(open_one.state(&world).await, states("sent", "7002", "waiting"), "nothing was swallowed");
    })
    .await;
}

#[tokio::test]
async fn what_was_not_sent_is_sent_again() {
    on_every_engine(async |world| {
        let again = open(&world, &["7001", "7002"]).await;
        let answer = again.act(&world, "send-again", &[]).await;
        assert!(answer.text.contains("data-send=\"queued\""), "{}: {}", world.engine, answer.text);
        assert_eq!(again.state(&world).await, states("queued", "", "waiting"));
    })
    .await;
}

#[tokio::test]
async fn what_was_not_sent_is_given_up() {
    on_every_engine(async |world| {
        let given_up = open(&world, &["7001", "7002"]).await;
        let answer = given_up.act(&world, "give-up", &[]).await;
        assert!(answer.text.contains("data-send=\"cancelled\""), "{}", answer.text);
        assert_eq!(given_up.state(&world).await, states("cancelled", "", "open"), "the customer waits again");
    })
    .await;
}

#[tokio::test]
async fn what_the_network_never_shows_is_named_by_its_address() {
    on_every_engine(async |world| {
        let open = open(&world, &[]).await;
        let pane = open.pane(&world, &open.agent).await;
        assert!(pane.contains("name=\"address\"") && !pane.contains("It is this one"), "{}", world.engine);
        let wrong = open.act(&world, "found", &[("address", "https://x.com/AsterCare")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let named = open.act(&world, "found", &[("address", "https://x.com/AsterCare/status/7009?s=20")]).await;
        assert_eq!(named.status, StatusCode::OK, "{}", named.text);
        assert_eq!(open.state(&world).await, states("sent", "7009", "waiting"));
    })
    .await;
}

#[tokio::test]
async fn programs_decide_too_and_strangers_do_not() {
    on_every_engine(async |world| {
        let open = open(&world, &["7001", "7002"]).await;
        let address = format!("/api/v1/messages/{}/resolve", open.message);
        let stranger = world.browser(&world.theirs.owner).await;
        let refused = world.post(&address).by(&stranger).json(&json!({ "give_up": true })).send().await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", world.engine);
        let both = json!({ "give_up": true, "external_id": "7001" });
        let both = world.post(&address).by(&open.agent).json(&both).send().await;
        assert_eq!(both.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = world.post(&address).by(&open.agent).json(&json!({ "give_up": true })).send().await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text);
        assert_eq!(open.state(&world).await, states("cancelled", "", "open"));
    })
    .await;
}
