//! The story of the spine, told on both engines: everything that travels between X and an agent, and everything that goes wrong on the way.

use crate::scene::database::Database;
use crate::scene::network::fault;
use crate::scene::patience::{SOON, eventually};
use crate::scene::{BRAND, HELP, Scene};
use serde_json::{Value, json};
use simulator::{Config, Fault, FaultKind};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    tell(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    tell(database).await;
}

async fn tell(database: Database) {
    let config = Config { retry_delays: vec![Duration::from_millis(100)], ..Config::default() };
    let mut scene = Scene::with(database, config).await;
    a_mention_is_answered(&scene).await;
    a_private_talk(&scene).await;
    our_own_posts(&scene).await;
    what_others_change(&scene).await;
    a_token_expires(&scene).await;
    the_network_is_busy(&scene).await;
    an_answer_is_lost(&scene).await;
    lost_webhooks_are_polled(&mut scene).await;
    a_webhook_that_x_gave_up_is_taken_up_again(&mut scene).await;
    a_downtime_is_closed(&mut scene).await;
    a_permission_is_taken_back(&scene).await;
    nothing_is_left(&scene).await;
    scene.stop().await;
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

/// Replies as the support account; the id of our message.
async fn reply(scene: &Scene, to: &Value, words: &str) -> String {
    let body = json!({ "text": words, "channel": scene.help });
    text(&scene.api().post(&format!("/messages/{}/reply", text(to, "id")), &body).await, "message")
}

/// The reply stands once, under the post it answers, from the account that answers.
async fn stands_once(scene: &Scene, words: &str, under: &str) -> Value {
    let standing = scene.standing_posts(HELP, words).await;
    assert_eq!(standing.len(), 1, "{words}: {standing:?}");
    assert_eq!(standing[0]["in_reply_to"], under);
    assert!(scene.standing_posts(BRAND, words).await.is_empty());
    let stored = scene.with_external_id(&text(&standing[0], "id")).await;
    assert_eq!(stored.len(), 1, "{words}: {stored:?}");
    assert_eq!((stored[0].direction.as_str(), stored[0].send_state.as_deref()), ("outbound", Some("sent")));
    standing[0].clone()
}

async fn a_mention_is_answered(scene: &Scene) {
    let post = scene.network.post("mika_s", "@aobabank @aoba_help my card was declined twice today, what is wrong?");
    let message = scene.arrived(&post).await;
    assert_eq!((&message["direction"], &message["form"]), (&json!("inbound"), &json!("mention")));
    assert_eq!(message["handle"], "mika_s");
    let case = scene.api().get(&format!("/cases/{}", text(&message, "case"))).await;
    assert_eq!((&case["state"], &case["message_count"]), (&json!("open"), &json!(1)));
    assert!(case["waiting_since"].is_string());
    let sightings = "SELECT count(*) AS count FROM sighting";
    eventually("both accounts have seen it", SOON, || async { (scene.count(sightings).await == 2).then_some(()) })
        .await;

    let words = "Thank you for telling us. We have unblocked your card, please try again.";
    let ours = reply(scene, &message, words).await;
    scene.leaves(&ours, SOON).await;
    stands_once(scene, words, &post).await;
    let case = scene.api().get(&format!("/cases/{}", text(&message, "case"))).await;
    assert!(case["waiting_since"].is_null(), "{case}");
    assert_eq!(case["message_count"], 2);
}

async fn a_private_talk(scene: &Scene) {
    let id = scene.network.message("kenji_w", HELP, "Could you look at my transfer of this morning?");
    let message = scene.arrived(&id).await;
    assert_eq!((&message["private"], &message["form"]), (&json!(true), &json!("direct_message")));
    let words = "It has left our house at nine; your bank should show it by noon.";
    let ours = reply(scene, &message, words).await;
    scene.leaves(&ours, SOON).await;
    assert_eq!(scene.sent_messages(HELP, words).await.len(), 1);
    assert_eq!(scene.sent_messages(HELP, words).await[0]["to"], json!(["kenji_w"]));
    assert_eq!(scene.with_text(words).await.len(), 1);

    // Nobody wrote first: we do.
    let words = "Your new card has arrived at the branch.";
    let new = json!({ "channel": scene.help, "handle": "mika_s", "text": words });
    let made = scene.api().post("/direct-messages", &new).await;
    let sent = scene.leaves(&text(&made, "message"), SOON).await;
    assert_eq!((&sent["private"], &sent["direction"]), (&json!(true), &json!("outbound")));
    let standing = scene.sent_messages(HELP, words).await;
    assert_eq!((standing.len(), &standing[0]["to"]), (1, &json!(["mika_s"])));
}

async fn our_own_posts(scene: &Scene) {
    let words = "Our branches in Sendai open at ten tomorrow.";
    let made = scene.api().post("/posts", &json!({ "channel": scene.brand, "text": words })).await;
    let posted = scene.leaves(&text(&made, "message"), SOON).await;
    let id = text(&posted, "external_id");
    assert_eq!(scene.standing_posts(BRAND, words).await.len(), 1);

    // Somebody is rude under it: hidden.
    let rude = scene.network.answer("loud_one", &id, "nobody cares about your branches");
    let message = scene.arrived(&rude).await;
    let path = format!("/messages/{}/hide", text(&message, "id"));
    scene.api().post(&path, &json!({ "hidden": true })).await;
    scene.becomes(&text(&message, "id"), "hidden", |it| it["hidden_at"].is_string(), SOON).await;
    assert_eq!(scene.network.standing(&rude).await["hidden"], true);

    // The post was a mistake: deleted.
    scene.api().delete(&format!("/messages/{}", text(&posted, "id"))).await;
    scene.becomes(&text(&posted, "id"), "deleted", |it| it["deleted_at"].is_string(), SOON).await;
    assert!(scene.network.standing(&id).await.is_null());

    // Posted on the phone: ours, made elsewhere.
    let elsewhere = scene.network.post(HELP, "We answer from eight to ten today.");
    let message = scene.arrived(&elsewhere).await;
    assert_eq!((&message["direction"], &message["agent"]), (&json!("outbound"), &Value::Null));
}

async fn what_others_change(scene: &Scene) {
    let post = scene.network.post("typo_t", "@aoba_help the ap crashes at the login");
    let message = scene.arrived(&post).await;
    let edited = scene.network.world().edit(post.parse().unwrap(), "@aoba_help the app crashes at the login").unwrap();
    let id = text(&message, "id");
    let now = scene.becomes(&id, "edited", |it| it["edited_at"].is_string(), SOON).await;
    assert!(text(&now, "text").contains("the app crashes"));
    assert_eq!(now["external_id"], edited.to_string());
    assert_eq!(scene.count("SELECT count(*) AS count FROM message_version").await, 1);
}

async fn a_token_expires(scene: &Scene) {
    let post = scene.network.post("early_b", "@aoba_help is the app down?");
    let message = scene.arrived(&post).await;
    let before = scene.store.channel_tokens(scene.workspace, scene.help).await.unwrap();
    scene.network.world().expire_tokens(HELP).unwrap();
    let ours = reply(scene, &message, "It is up again, sorry for the wait.").await;
    scene.leaves(&ours, SOON).await;
    stands_once(scene, "It is up again, sorry for the wait.", &post).await;
    let after = scene.store.channel_tokens(scene.workspace, scene.help).await.unwrap();
    let pair = |tokens: &str| -> (String, String) {
        let tokens: Value = serde_json::from_str(tokens).unwrap();
        (text(&tokens, "access_token"), text(&tokens, "refresh_token"))
    };
    let (before, after) = (pair(&before), pair(&after));
    assert!(before.0 != after.0 && before.1 != after.1, "both tokens rotate");
}

async fn the_network_is_busy(scene: &Scene) {
    let post = scene.network.post("busy_b", "@aoba_help do you open on Sunday?");
    let message = scene.arrived(&post).await;
    let busy = fault(FaultKind::RateLimit, "POST /2/tweets");
    scene.network.break_down(Fault { count: Some(1), reset_seconds: Some(4), ..busy }).await;
    let asked = Instant::now();
    let ours = reply(scene, &message, "Not on Sunday, but on Saturday until noon.").await;
    scene
        .becomes(
            &ours,
            "put off with the network's words",
            |it| it["send_state"] == "queued" && it["send_error"].is_object(),
            SOON,
        )
        .await;
    scene.leaves(&ours, SOON).await;
    // The reset was four whole seconds ahead on X's clock, which has no fractions.
    assert!(asked.elapsed() >= Duration::from_secs(3), "the reset was not obeyed: {:?}", asked.elapsed());
    stands_once(scene, "Not on Sunday, but on Saturday until noon.", &post).await;

    // 500: X may have done it. It had not.
    scene.network.mend().await;
    let broken = fault(FaultKind::ServerError, "POST /2/tweets");
    scene.network.break_down(Fault { count: Some(1), status: Some(500), ..broken }).await;
    let ours = reply(scene, &message, "The branch at the station is open on Sunday too.").await;
    scene.leaves(&ours, SOON).await;
    stands_once(scene, "The branch at the station is open on Sunday too.", &post).await;
    scene.network.mend().await;
}

async fn an_answer_is_lost(scene: &Scene) {
    let post = scene.network.post("lost_l", "@aoba_help where is https://example.com/help gone?");
    let message = scene.arrived(&post).await;
    let silent = fault(FaultKind::TimeoutAfter, "POST /2/tweets");
    scene.network.break_down(Fault { count: Some(1), delay_ms: Some(500), ..silent }).await;
    // The echo of the post would settle it at once: it is lost too.
    scene.network.break_down(fault(FaultKind::Lose, "post.create")).await;
    let words = "It moved to our new pages, sorry.";
    let ours = reply(scene, &message, words).await;
    scene.becomes(&ours, "unknown", |it| it["send_state"] == "unknown", SOON).await;
    scene.leaves(&ours, SOON).await;
    stands_once(scene, words, &post).await;
    scene.network.mend().await;

    // The same for a private message.
    let id = scene.network.message("kenji_w", HELP, "And the second transfer?");
    let message = scene.arrived(&id).await;
    let silent = fault(FaultKind::TimeoutAfter, "POST /2/dm_conversations/with/{participant_id}/messages");
    scene.network.break_down(Fault { count: Some(1), delay_ms: Some(500), ..silent }).await;
    scene.network.break_down(fault(FaultKind::Lose, "dm.sent")).await;
    let ours = reply(scene, &message, "It follows at noon.").await;
    scene.becomes(&ours, "unknown", |it| it["send_state"] == "unknown", SOON).await;
    scene.leaves(&ours, SOON).await;
    assert_eq!(scene.sent_messages(HELP, "It follows at noon.").await.len(), 1);
    assert_eq!(scene.with_text("It follows at noon.").await.len(), 1);
    scene.network.mend().await;
}

async fn lost_webhooks_are_polled(scene: &mut Scene) {
    let known = scene.network.post("talked_of", "@aobabank my transfer is missing since Monday");
    scene.arrived(&known).await;
    for kind in ["post.mention.create", "dm.received"] {
        scene.network.break_down(fault(FaultKind::Lose, kind)).await;
    }
    let post = scene.network.post("unheard_u", "@aobabank nobody answers me");
    let message = scene.network.message("unheard_u", HELP, "Still nobody answers me");
    // A reply between customers fires no event at all: only the thread itself shows it.
    let deep = scene.network.aside("same_here", &known, "Mine too, three days now");
    // Nor does a group's message: its payload has room for one recipient.
    let (group, joint) = scene.network.group_message("unheard_u", &[HELP, "kenji_w"], "We both wait for an answer");
    scene.network.world().deliveries_done().await;
    for silent in [&post, &deep, &joint] {
        assert!(scene.with_external_id(silent).await.is_empty());
    }
    // A start polls at once; otherwise it would be found within the minute.
    scene.stop().await;
    scene.start().await;
    assert_eq!(scene.arrived(&post).await["handle"], "unheard_u");
    assert_eq!(scene.arrived(&message).await["private"], true);
    let aside = scene.arrived(&deep).await;
    assert_eq!((&aside["handle"], &aside["form"]), (&json!("same_here"), &json!("reply")));
    assert_eq!(aside["thread"], scene.arrived(&known).await["thread"]);
    assert_eq!(scene.with_external_id(&deep).await.len(), 1);
    let line = source_line(scene, "threads").await;
    assert!(line["healthy"] == true && line["last_item_at"].is_string(), "{line}");
    // The group is a conversation of its own, beside the one with the person, and is answered as a whole.
    let (alone, joint) = (scene.arrived(&message).await, scene.arrived(&joint).await);
    assert_eq!((&joint["handle"], &joint["private"]), (&json!("unheard_u"), &json!(true)));
    assert!(joint["conversation"] != alone["conversation"] && joint["identity"] != alone["identity"]);
    let words = "We look into it for both of you.";
    let ours = reply(scene, &joint, words).await;
    scene.leaves(&ours, SOON).await;
    let sent = scene.sent_messages(HELP, words).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0]["conversation_id"], group);
    scene.network.mend().await;
}

async fn a_webhook_that_x_gave_up_is_taken_up_again(scene: &mut Scene) {
    scene.network.world().set_webhooks_valid(false);
    // A start looks at once; otherwise it would be noticed within half an hour.
    scene.stop().await;
    scene.start().await;
    let world = scene.network.world().clone();
    eventually("X delivers again", SOON, || async { world.webhooks_valid().then_some(()) }).await;
    scene.network.without_polling().await;
    let post = scene.network.post("patient_p", "@aobabank are you there again?");
    scene.arrived(&post).await;
    scene.network.mend().await;
    let line = source_line(scene, "registration").await;
    assert!(line["healthy"] == true && line["last_success_at"].is_string(), "{line}");
}

/// The ledger's line of the brand for a source.
async fn source_line(scene: &Scene, source: &str) -> Value {
    let sources = scene.api().get("/sources").await;
    let of_brand = sources["items"].as_array().unwrap().iter().find(|it| it["channel"] == scene.brand.to_string());
    let lines = of_brand.unwrap()["sources"].as_array().unwrap();
    lines.iter().find(|line| line["source"] == source).unwrap().clone()
}

async fn a_downtime_is_closed(scene: &mut Scene) {
    scene.stop().await;
    // The product believes that it was last up ten minutes ago, and that the channels are older.
    let now = jiff::Timestamp::now();
    scene.store.note_alive(now - jiff::SignedDuration::from_mins(10)).await.unwrap();
    let long_ago = now - jiff::SignedDuration::from_hours(1);
    scene.store.main.execute("UPDATE channel SET created_at = $1", &[long_ago.into()]).await.unwrap();
    let posts: Vec<String> =
        (0..5).map(|index| scene.network.post(&format!("waiting_{index}"), "@aobabank is anybody there?")).collect();
    let message = scene.network.message("waiting_0", BRAND, "Hello?");
    scene.network.world().deliveries_done().await;
    assert!(scene.network.world().delivery_counts().failed >= 6, "the webhook was down");
    // The private messages of both accounts cannot be listed at first: each source comes back in its own time.
    let busy = fault(FaultKind::RateLimit, "GET /2/dm_events");
    scene.network.break_down(Fault { count: Some(2), reset_seconds: Some(3), ..busy }).await;
    scene.start().await;
    for id in posts.iter().chain([&message]) {
        scene.arrived(id).await;
    }
    let (api, brand) = (scene.api(), scene.brand.to_string());
    let gap = eventually("the gap is closed", SOON, || {
        let (api, brand) = (api.clone(), brand.clone());
        async move {
            let sources = api.get("/sources").await;
            let of_brand = sources["items"].as_array()?.iter().find(|it| it["channel"] == *brand)?.clone();
            of_brand["gaps"].as_array()?.iter().find(|gap| gap["closed_at"].is_string()).cloned()
        }
    })
    .await;
    assert_eq!((&gap["reason"], &gap["lost"]), (&json!("downtime"), &json!(false)));
    for id in &posts {
        assert_eq!(scene.with_external_id(id).await.len(), 1);
    }
}

async fn a_permission_is_taken_back(scene: &Scene) {
    let post = scene.network.post("late_l", "@aoba_help one more question");
    let message = scene.arrived(&post).await;
    scene.network.world().revoke(scene.network.made().app.id, HELP).unwrap();
    let (api, help) = (scene.api(), scene.help.to_string());
    eventually("the account is shown as disconnected", SOON, || {
        let (api, help) = (api.clone(), help.clone());
        async move {
            let channels = api.get("/channels").await;
            let channel = channels["items"].as_array()?.iter().find(|it| it["id"] == *help)?.clone();
            (channel["state"] == "revoked").then_some(())
        }
    })
    .await;
    let body = json!({ "text": "This cannot leave.", "channel": scene.help });
    let path = format!("/messages/{}/reply", text(&message, "id"));
    let (status, answer) = scene.api().call(reqwest::Method::POST, &path, None, Some(&body)).await.unwrap();
    assert!(status.is_client_error() && answer.to_string().contains("channel.not_connected"), "{status} {answer}");
}

async fn nothing_is_left(scene: &Scene) {
    scene.filed(SOON).await;
    scene.settled(SOON).await;
    assert_eq!(scene.count("SELECT count(*) AS count FROM parked").await, 0);
    let doubled = "SELECT count(*) AS count FROM (SELECT external_id FROM message GROUP BY external_id HAVING count(*) > 1) AS twice";
    assert_eq!(scene.count(doubled).await, 0);
}
