//! Drafts with files: what is typed and attached is still there after a reload, an undo, a note, a refusal.

use crate::world::{Answer, Browser, World, on_every_engine};
use axum::http::StatusCode;
use domain::people::Scope;
use jiff::SignedDuration;
use serde_json::json;
use store::outbox::{Recorded, SendError};

struct Desk<'a> {
    world: &'a World,
    agent: Browser,
    case: String,
    asked: String,
}

impl<'a> Desk<'a> {
    async fn at(world: &'a World) -> Self {
        let case = world.case_of(&world.ours, "@Care my card is broken").await["id"].as_str().unwrap().to_owned();
        let agent = world.browser(&world.ours.agent).await;
        let messages = world.get(&format!("/api/v1/cases/{case}/messages")).by(&agent).send().await.json();
        let asked = messages["items"][0]["id"].as_str().unwrap().to_owned();
        Self { world, agent, case, asked }
    }
    async fn pane(&self) -> String {
        let ask = self.world.get(&format!("/app/cases/{}", self.case)).by(&self.agent);
        ask.header("hx-request", "true").send().await.text
    }
    /// Uploads as the composer does; the file's id.
    async fn attach(&self, name: &str, bytes: &[u8], voice: &str) -> String {
        let mut body = format!("--line\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n")
            .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--line--\r\n");
        let address = format!("/app/attachments?case={}&voice={voice}", self.case);
        let ask = self.world.post(&address).by(&self.agent).bytes(body);
        let answer = ask.header("content-type", "multipart/form-data; boundary=line").send().await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let start = answer.text.split("data-attachment=\"").nth(1).unwrap();
        start.split('"').next().unwrap().to_owned()
    }
    async fn act(&self, act: &str, fields: &[(&str, &str)]) -> Answer {
        let ask = self.world.post(&format!("/app/cases/{}/{act}", self.case)).by(&self.agent);
        ask.header("hx-request", "true").form(fields).send().await
    }
    async fn on_message(&self, message: &str, act: &str) -> Answer {
        let ask = self.world.post(&format!("/app/messages/{message}/{act}")).by(&self.agent);
        ask.header("hx-request", "true").send().await
    }
    /// The message of ours that is about to leave.
    async fn ours(&self) -> String {
        let address = format!("/api/v1/cases/{}/messages", self.case);
        let messages = self.world.get(&address).by(&self.agent).send().await.json();
        let last = messages["items"].as_array().unwrap().iter().find(|message| message["send_state"] == "queued");
        last.unwrap()["id"].as_str().unwrap().to_owned()
    }
    async fn drafts(&self) -> serde_json::Value {
        let address = format!("/api/v1/cases/{}/drafts", self.case);
        self.world.get(&address).by(&self.agent).send().await.json()["items"].clone()
    }
}

const GIF: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

#[tokio::test]
async fn what_was_attached_is_there_after_a_reload() {
    on_every_engine(async |world| {
        let desk = Desk::at(&world).await;
        let file = desk.attach("card.gif", GIF, "public").await;
        assert!(desk.pane().await.contains(&file), "{}: in the draft the moment it is here", world.engine);

        let described = format!("alt-{file}");
        let fields = [("voice", "public"), ("text", "Here"), ("attachment", &file), (&described, "The new card")];
        assert_eq!(desk.act("draft", &fields).await.status, StatusCode::OK);
        let pane = desk.pane().await;
        assert!(pane.contains(">Here</textarea>") && pane.contains("value=\"The new card\""), "{pane}");

        // A window that was opened before the upload saves its words: the file stays.
        desk.act("draft", &[("voice", "public"), ("text", "Here it")]).await;
        assert!(desk.pane().await.contains(&file));
        // Taken off, with no words left: nothing remains.
        desk.act("draft", &[("voice", "public"), ("text", ""), ("detached", &file)]).await;
        assert!(!desk.pane().await.contains(&file));
        assert_eq!(desk.drafts().await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_file_without_words_is_a_draft_and_nobody_elses() {
    on_every_engine(async |world| {
        let desk = Desk::at(&world).await;
        let file = desk.attach("card.gif", GIF, "private").await;
        let drafts = desk.drafts().await;
        assert_eq!((drafts[0]["voice"].as_str(), drafts[0]["text"].as_str()), (Some("private"), Some("")), "{drafts}");
        assert_eq!(drafts[0]["attachments"][0]["attachment"], file.as_str());
        let colleague = world.browser(&world.ours.owner).await;
        let address = format!("/api/v1/cases/{}/drafts/public", desk.case);
        let theirs = json!({ "text": "x", "attachments": [{ "attachment": file }] });
        let kept = world.ask(axum::http::Method::PUT, &address).by(&colleague).json(&theirs).send().await;
        assert_eq!(kept.status, StatusCode::NO_CONTENT, "the words are kept: {}", kept.text);
        let drafts = world.get(&format!("/api/v1/cases/{}/drafts", desk.case)).by(&colleague).send().await.json();
        assert_eq!(drafts["items"][0]["attachments"], json!([]), "a colleague's file is not theirs to send");
    })
    .await;
}

#[tokio::test]
async fn only_what_no_draft_holds_is_an_orphan() {
    on_every_engine(async |world| {
        let desk = Desk::at(&world).await;
        let kept = desk.attach("kept.gif", GIF, "public").await;
        let dropped = desk.attach("dropped.gif", GIF, "public").await;
        desk.act("draft", &[("voice", "public"), ("text", "Look"), ("attachment", &kept), ("detached", &dropped)])
            .await;
        world.clock.forward(SignedDuration::from_hours(30));
        pipeline::upkeep::prune(&world.edge.environment).await.unwrap();
        let folder = world.edge.store.data.join("attachments").join(world.ours.workspace.to_string());
        assert!(folder.join(&kept).exists() && !folder.join(&dropped).exists(), "{}", world.engine);
        let scope = Scope::system(world.ours.workspace);
        assert!(world.edge.store.upload(&scope, kept.parse().unwrap()).await.is_ok());
        assert!(world.edge.store.upload(&scope, dropped.parse().unwrap()).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn undo_and_write_again_bring_the_files_back() {
    on_every_engine(async |world| {
        let desk = Desk::at(&world).await;
        let file = desk.attach("card.gif", GIF, "public").await;
        let described = format!("alt-{file}");
        let typed = [
            ("voice", "public"),
            ("text", "Here it is"),
            ("in_reply_to", desk.asked.as_str()),
            ("attachment", &file),
            (&described, "The card"),
        ];
        let sent = desk.act("send", &typed).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
        assert_eq!(desk.drafts().await, json!([]), "{}: what was sent is no draft", world.engine);
        desk.on_message(&desk.ours().await, "undo").await;
        let drafts = desk.drafts().await;
        assert_eq!(drafts[0]["attachments"][0], json!({ "attachment": file, "alt_text": "The card" }), "{drafts}");

        desk.act("send", &typed).await;
        let refused = desk.ours().await;
        world.clock.forward(SignedDuration::from_mins(1));
        let (store, now) = (&world.edge.store, world.edge.now());
        let owed = store.lease_owed("node", now, now + SignedDuration::from_secs(15), 10).await.unwrap();
        let error = SendError { code: "no".into(), message: "No.".into(), candidates: Vec::new() };
        store.record(&owed[0], &Recorded::Failed { error }, now).await.unwrap();
        desk.act("draft", &[("voice", "public"), ("text", "Typed since")]).await;
        desk.on_message(&refused, "edit").await;
        let drafts = desk.drafts().await;
        assert_eq!(drafts[0]["text"], "Here it is\n\nTyped since", "nothing typed is lost");
        assert_eq!(drafts[0]["attachments"][0]["attachment"], file.as_str());
        desk.on_message(&refused, "resend").await;
        assert_eq!(desk.drafts().await[0]["attachments"], json!([]), "it goes out with its message");
    })
    .await;
}

#[tokio::test]
async fn a_note_leaves_files_with_the_reply_and_sent_words_stand_in_no_other_voice() {
    on_every_engine(async |world| {
        let desk = Desk::at(&world).await;
        let file = desk.attach("card.gif", GIF, "public").await;
        desk.act("draft", &[("voice", "public"), ("text", "Looks fake"), ("attachment", &file)]).await;
        // The same words, now as a note.
        let answer = desk.act("send", &[("voice", "note"), ("text", "Looks fake"), ("attachment", &file)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let drafts = desk.drafts().await;
        assert_eq!(drafts.as_array().unwrap().len(), 1, "{}: {drafts}", world.engine);
        assert_eq!((drafts[0]["voice"].as_str(), drafts[0]["text"].as_str()), (Some("public"), Some("")));
        assert_eq!(drafts[0]["attachments"][0]["attachment"], file.as_str());
        assert!(answer.text.contains(&file), "the composer shows it");
    })
    .await;
}

#[tokio::test]
async fn a_photo_larger_than_a_form_can_be_attached() {
    on_every_engine(async |world| {
        let desk = Desk::at(&world).await;
        let mut film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec();
        film.resize(2 * 1024 * 1024, 0);
        desk.attach("film.mp4", &film, "public").await;
    })
    .await;
}
