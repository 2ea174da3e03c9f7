//! An act on the screen that is sent twice (a double press, a lost answer) happens once and is answered twice.

use crate::world::{Answer, Browser, World, on_every_engine};
use axum::http::StatusCode;
use jiff::SignedDuration;

struct Desk<'a> {
    world: &'a World,
    agent: Browser,
    case: String,
    asked: String,
}

impl<'a> Desk<'a> {
    async fn at(world: &'a World) -> Self {
        let case = world.case_of(&world.ours, "@Care where is my card?").await["id"].as_str().unwrap().to_owned();
        let agent = world.browser(&world.ours.agent).await;
        let messages = world.get(&format!("/api/v1/cases/{case}/messages")).by(&agent).send().await.json();
        let asked = messages["items"][0]["id"].as_str().unwrap().to_owned();
        Self { world, agent, case, asked }
    }
    async fn act(&self, key: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
        let ask = self.world.post(&format!("/app/cases/{}/{act}", self.case)).by(&self.agent);
        ask.header("hx-request", "true").header("idempotency-key", key).form(fields).send().await
    }
    async fn send(&self, key: &str, text: &str) -> Answer {
        self.act(key, "send", &[("voice", "public"), ("text", text), ("in_reply_to", &self.asked)]).await
    }
    async fn count(&self, what: &str) -> usize {
        let address = format!("/api/v1/cases/{}/{what}", self.case);
        self.world.get(&address).by(&self.agent).send().await.json()["items"].as_array().unwrap().len()
    }
}

#[tokio::test]
async fn a_doubled_send_leaves_once_and_shows_the_same_pane() {
    on_every_engine(async |world| {
        let desk = Desk::at(&world).await;
        // Pressed four times before the first answer came.
        let answers = futures::future::join_all((0..4).map(|_| desk.send("k1", "On its way."))).await;
        for answer in &answers {
            assert_eq!(answer.status, StatusCode::OK, "{}: {}", world.engine, answer.text);
            assert_eq!(answer.text, answers[0].text, "all see what the first did");
            assert!(answer.header("content-type").starts_with("text/html"));
        }
        let replayed = answers.iter().filter(|answer| answer.header("idempotent-replayed") == "true").count();
        assert_eq!((replayed, desk.count("messages").await), (3, 2));
        // Pressed again after the answer got lost.
        assert_eq!(desk.send("k1", "On its way.").await.text, answers[0].text);
        assert_eq!(desk.count("messages").await, 2);
        let other = desk.send("k1", "Other words.").await;
        assert_eq!((other.status, other.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused"));
        assert_eq!(desk.send("k2", "On its way.").await.status, StatusCode::OK, "meant twice, done twice");
        assert_eq!(desk.count("messages").await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_doubled_note_and_a_doubled_close_happen_once() {
    on_every_engine(async |world| {
        let desk = Desk::at(&world).await;
        let note = [("text", "Called the branch.")];
        let (one, two) = tokio::join!(desk.act("n", "notes", &note), desk.act("n", "notes", &note));
        assert_eq!((one.status, &one.text), (StatusCode::OK, &two.text), "{}", world.engine);
        assert_eq!(desk.count("notes").await, 1);

        let why = [("reason", "none_needed")];
        let closed = desk.act("c", "no-reply", &why).await;
        assert_eq!(closed.status, StatusCode::OK, "{}", closed.text);
        let reopened = desk.act("r", "reopen", &[]).await;
        assert_eq!(reopened.status, StatusCode::OK);
        // The repeat of the close is answered from the first one; it does not close what was opened again since.
        let late = desk.act("c", "no-reply", &why).await;
        assert_eq!((late.status, &late.text), (StatusCode::OK, &closed.text));
        let address = format!("/api/v1/cases/{}", desk.case);
        assert_eq!(world.get(&address).by(&desk.agent).send().await.json()["state"], "open");
    })
    .await;
}

#[tokio::test]
async fn a_page_without_a_script_is_led_to_the_same_place_and_a_key_is_ones_own() {
    on_every_engine(async |world| {
        let desk = Desk::at(&world).await;
        let address = format!("/app/cases/{}/notes", desk.case);
        let add = async |who: &Browser| {
            world.post(&address).by(who).header("idempotency-key", "n").form(&[("text", "x")]).send().await
        };
        let (one, two) = (add(&desk.agent).await, add(&desk.agent).await);
        assert_eq!((one.status, one.header("location")), (two.status, two.header("location")), "{}", world.engine);
        assert_eq!((one.status, desk.count("notes").await), (StatusCode::SEE_OTHER, 1));
        add(&world.browser(&world.ours.owner).await).await;
        assert_eq!(desk.count("notes").await, 2);
        world.clock.forward(SignedDuration::from_mins(61));
        add(&world.browser(&world.ours.agent).await).await;
        assert_eq!(desk.count("notes").await, 3, "pages are kept for an hour");
    })
    .await;
}
