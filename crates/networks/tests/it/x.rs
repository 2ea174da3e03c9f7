//! Talks with the simulated X: every capability once, and every fault that must not double a reply.

use crate::scene::{PNG, Scene, message, order, reply, tokens_of};
use domain::item::{Change, Item};
use domain::outgoing::{Outcome, Outgoing, OutgoingMedia, Reconciled};
use domain::vocabulary::{AccessLevel, Form};
use jiff::{SignedDuration, Timestamp};
use networks::network::{CallError, OpenThread};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

#[tokio::test]
async fn a_mention_comes_in_and_an_answer_stands_under_it() {
    let scene = Scene::start().await;
    let support = scene.channel("nordhafen_hilfe", AccessLevel::SelfServe).await;
    assert_eq!(support.facts.handle, "nordhafen_hilfe");
    let id = scene
        .posted(json!({ "author": "mika", "text": "@nordhafen_hilfe Karte weg & App zu: https://example.com/a" }))
        .await;
    let (item, private) = scene.delivered().await;
    let Change::Message(mention) = item.change else { panic!("{item:?}") };
    assert_eq!((item.account, private), (support.facts.account.clone(), false));
    assert_eq!((mention.external_id.as_str(), mention.form), (id.as_str(), Form::Mention));
    assert_eq!(mention.text, "@nordhafen_hilfe Karte weg & App zu: https://example.com/a");
    assert_eq!(mention.author.handle.as_deref(), Some("mika"));

    let sent = scene.send(&support, &reply(&id, "Wir sehen nach. ^TM")).await;
    let Outcome::Sent { external_id: Some(answer), url: Some(url) } = sent.outcome else { panic!("{sent:?}") };
    assert_eq!(url, format!("{}/nordhafen_hilfe/status/{answer}", scene.simulator.base_url()));
    let timeline = scene.timeline("nordhafen_hilfe").await;
    assert_eq!(timeline.len(), 1);
    assert_eq!(timeline[0]["id"], json!(answer));
    // Our own post comes back as one of ours.
    let (item, _) = scene.delivered().await;
    let Change::Message(own) = item.change else { panic!("{item:?}") };
    assert_eq!((own.external_id, own.form), (answer.clone(), Form::Reply));
    assert_eq!((own.author.external_id, own.in_reply_to), (support.facts.account.clone(), Some(id)));

    // The customer goes on under our answer: a reply, told by one or two events.
    let follow_up = scene.posted(json!({ "author": "mika", "text": "danke", "in_reply_to": answer })).await;
    let (item, _) = scene.delivered().await;
    let Change::Message(thanks) = item.change else { panic!("{item:?}") };
    assert_eq!((thanks.external_id, thanks.form), (follow_up, Form::Reply));
}

#[tokio::test]
async fn self_serve_refuses_what_the_abilities_refuse() {
    let scene = Scene::start().await;
    let support = scene.channel("nordhafen_hilfe", AccessLevel::SelfServe).await;
    let other = scene.posted(json!({ "author": "mika", "text": "die Nordhafen ist heute langsam" })).await;
    let outcome = scene.send(&support, &reply(&other, "Guten Tag")).await.outcome;
    assert!(matches!(&outcome, Outcome::Refused { message, .. } if !message.is_empty()), "{outcome:?}");
}

#[tokio::test]
async fn a_reply_whose_answer_was_lost_is_found_and_not_sent_twice() {
    let scene = Scene::with_time(Duration::from_secs(2)).await;
    let support = scene.channel("nordhafen_hilfe", AccessLevel::SelfServe).await;
    let id = scene.posted(json!({ "author": "mika", "text": "@nordhafen_hilfe hallo?" })).await;
    let outgoing = reply(&id, "Hier: https://example.com/hilfe & Gruß ^TM");
    let mut lost = order("timeout_after", "POST /2/tweets");
    lost["delay_ms"] = json!(5000);
    scene.fault(lost).await;
    let from = Timestamp::now();
    let outcome = scene.send(&support, &outgoing).await.outcome;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    let standing = scene.timeline("nordhafen_hilfe").await[0]["id"].as_str().unwrap().to_owned();
    let found = scene.network.reconcile(&support, &outgoing, from, &[]).await;
    assert_eq!(found, Reconciled::Found { external_id: standing.clone() });
    // Known already: then it is somebody else's, and ours is not there (or not yet to be seen).
    let taken = scene.network.reconcile(&support, &outgoing, from - SignedDuration::from_mins(1), &[standing]).await;
    assert_eq!(taken, Reconciled::Absent);
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_found() {
    let scene = Scene::with_time(Duration::from_secs(2)).await;
    let support = scene.channel("nordhafen_hilfe", AccessLevel::SelfServe).await;
    let customer = scene.connect("mika").await.external_id;
    scene.control("/dm", json!({ "from": "mika", "to": "nordhafen_hilfe", "text": "meine Nummer ist 4711" })).await;
    let (item, private) = scene.delivered().await;
    let Change::Message(direct) = item.change else { panic!("{item:?}") };
    assert!(private && direct.private && direct.text == "meine Nummer ist 4711");
    let mut lost = order("timeout_after", "POST /2/dm_conversations/with/{participant_id}/messages");
    lost["delay_ms"] = json!(5000);
    scene.fault(lost).await;
    let from = Timestamp::now();
    let outgoing = message(&customer, "Danke, wir rufen an: https://example.com/x");
    let outcome = scene.send(&support, &outgoing).await.outcome;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    let found = scene.network.reconcile(&support, &outgoing, from, &[]).await;
    assert!(matches!(found, Reconciled::Found { .. }), "{found:?}");
}

#[tokio::test]
async fn what_never_arrived_is_absent() {
    let scene = Scene::with_time(Duration::from_secs(2)).await;
    let support = scene.channel("nordhafen_hilfe", AccessLevel::SelfServe).await;
    let id = scene.posted(json!({ "author": "mika", "text": "@nordhafen_hilfe hallo?" })).await;
    let mut lost = order("timeout_before", "POST /2/tweets");
    lost["delay_ms"] = json!(5000);
    scene.fault(lost).await;
    let outgoing = reply(&id, "Hallo!");
    let before = Timestamp::now() - SignedDuration::from_secs(10);
    assert!(matches!(scene.send(&support, &outgoing).await.outcome, Outcome::Unknown { .. }));
    assert_eq!(scene.network.reconcile(&support, &outgoing, before, &[]).await, Reconciled::Absent);
    scene.sent(&support, &outgoing).await;
    assert_eq!(scene.timeline("nordhafen_hilfe").await.len(), 1);
}

#[tokio::test]
async fn too_many_and_broken_servers_are_told_apart() {
    let scene = Scene::start().await;
    let support = scene.channel("nordhafen_hilfe", AccessLevel::SelfServe).await;
    let id = scene.posted(json!({ "author": "mika", "text": "@nordhafen_hilfe hallo?" })).await;
    scene.fault(order("server_error", "POST /2/tweets")).await;
    let outcome = scene.send(&support, &reply(&id, "eins")).await.outcome;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    scene.fault(order("unauthorized", "POST /2/tweets")).await;
    let outcome = scene.send(&support, &reply(&id, "zwei")).await.outcome;
    assert!(matches!(outcome, Outcome::Unauthorised { .. }), "{outcome:?}");
    let mut many = order("rate_limit", "POST /2/tweets");
    many["reset_seconds"] = json!(120);
    scene.fault(many).await;
    let outcome = scene.send(&support, &reply(&id, "drei")).await.outcome;
    let Outcome::RetryAt { at: Some(at), .. } = outcome else { panic!("{outcome:?}") };
    let wait = at.duration_since(Timestamp::now());
    assert!(wait > SignedDuration::from_secs(60) && wait < SignedDuration::from_secs(130), "{wait}");
    // The fault struck once; obeying the header is ours.
    let outcome = scene.send(&support, &reply(&id, "vier")).await.outcome;
    assert!(matches!(outcome, Outcome::RetryAt { at: Some(again), .. } if again == at));
}

#[tokio::test]
async fn polling_finds_what_the_webhook_lost() {
    let scene = Scene::start().await;
    let support = scene.unsubscribed(scene.connect("nordhafen_hilfe").await, AccessLevel::SelfServe);
    let since = Timestamp::now() - SignedDuration::from_mins(5);
    let mut posted = BTreeSet::new();
    for number in 0..120 {
        posted.insert(
            scene.posted(json!({ "author": "mika", "text": format!("@nordhafen_hilfe Frage {number}") })).await,
        );
    }
    scene.control("/dm", json!({ "from": "mika", "to": "nordhafen_hilfe", "text": "privat" })).await;
    let (mut cursor, mut found) = (None, BTreeSet::new());
    loop {
        let page = scene.network.poll(&support, "mentions", cursor.as_deref(), since).await.unwrap();
        for (delivery, private) in &page.deliveries {
            let read = scene.network.normalise(delivery, Timestamp::now());
            let [item] = read.items.as_slice() else { panic!("{read:?}") };
            let Change::Message(message) = &item.change else { panic!("{item:?}") };
            assert!(!private && message.author.handle.as_deref() == Some("mika"));
            found.insert(message.external_id.clone());
        }
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    assert_eq!(found, posted);
    let late = scene.posted(json!({ "author": "mika", "text": "@nordhafen_hilfe noch eine" })).await;
    let page = scene.network.poll(&support, "mentions", cursor.as_deref(), since).await.unwrap();
    assert_eq!(page.deliveries.len(), 1);
    assert!(String::from_utf8_lossy(&page.deliveries[0].0).contains(&late));
    let page = scene.network.poll(&support, "direct_messages", None, since).await.unwrap();
    let read = scene.network.normalise(&page.deliveries[0].0, Timestamp::now());
    let Change::Message(direct) = &read.items[0].change else { panic!("{read:?}") };
    assert_eq!(
        (direct.text.as_str(), direct.counterpart.as_ref().and_then(|side| side.handle.as_deref())),
        ("privat", Some("mika"))
    );
    let page = scene.network.poll(&support, "direct_messages", page.cursor.as_deref(), since).await.unwrap();
    assert_eq!(page.deliveries.len(), 0);
}

#[tokio::test]
async fn replies_to_replies_are_searched_each_once_and_what_names_us_is_left_out() {
    let scene = Scene::start().await;
    let support = scene.unsubscribed(scene.connect("nordhafen_hilfe").await, AccessLevel::SelfServe);
    let mut threads = Vec::new();
    let mut deep = BTreeSet::new();
    for number in 0..25 {
        let since = Timestamp::now();
        let root = scene.posted(json!({ "author": "mika", "text": format!("@nordhafen_hilfe Frage {number}") })).await;
        let answer = json!({ "author": "jonas", "text": "Bei mir auch", "in_reply_to": root, "exact": true });
        deep.insert(scene.posted(answer).await);
        let named = json!({ "author": "jonas", "text": "@nordhafen_hilfe und?", "in_reply_to": root });
        scene.posted(named).await;
        threads.push(OpenThread { root, since });
    }
    let ours = ["nordhafen_hilfe".to_owned()];
    let (mut cursor, mut found, mut pages, mut read) = (None, Vec::new(), 0, 0);
    loop {
        let page = scene.network.poll_threads(&support, &threads, &ours, cursor.as_deref()).await.unwrap();
        for (delivery, private) in &page.deliveries {
            let items = scene.network.normalise(delivery, Timestamp::now()).items;
            let [Item { change: Change::Message(message), .. }] = items.as_slice() else { panic!("{items:?}") };
            assert!(!private && message.form == Form::Reply && message.author.handle.as_deref() == Some("jonas"));
            found.push(message.external_id.clone());
        }
        read += page.charges.iter().map(|charge| charge.count).sum::<i64>();
        (cursor, pages) = (page.cursor, pages + 1);
        if !page.more {
            break;
        }
    }
    found.sort();
    assert_eq!(found, deep.iter().cloned().collect::<Vec<_>>());
    assert_eq!((pages, read), (3, 25), "several threads share a query, and nothing is read twice");

    // The next round finds what is new and pays for nothing else.
    let root = &threads[7].root;
    let late = json!({ "author": "jonas", "text": "Immer noch", "in_reply_to": root, "exact": true });
    let late = scene.posted(late).await;
    let (mut found, mut read) = (Vec::new(), 0);
    loop {
        let page = scene.network.poll_threads(&support, &threads, &ours, cursor.as_deref()).await.unwrap();
        found.extend(page.deliveries.iter().map(|(body, _)| String::from_utf8_lossy(body).into_owned()));
        read += page.charges.iter().map(|charge| charge.count).sum::<i64>();
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    assert!(found.len() == 1 && found[0].contains(&late), "{found:?}");
    assert_eq!(read, 1);
}

#[tokio::test]
async fn a_group_is_read_and_answered_as_a_group() {
    let scene = Scene::with_time(Duration::from_secs(2)).await;
    let support = scene.unsubscribed(scene.connect("nordhafen_hilfe").await, AccessLevel::SelfServe);
    let since = Timestamp::now() - SignedDuration::from_mins(5);
    scene.control("/accounts", json!({ "username": "jonas" })).await;
    let others = json!(["nordhafen_hilfe", "jonas"]);
    let opened = scene.control("/group", json!({ "from": "mika", "others": others, "text": "Wir beide warten" })).await;
    scene.control("/dm", json!({ "from": "mika", "to": "nordhafen_hilfe", "text": "nur ich" })).await;
    let page = scene.network.poll(&support, "direct_messages", None, since).await.unwrap();
    let items: Vec<Item> =
        page.deliveries.iter().flat_map(|(body, _)| scene.network.normalise(body, Timestamp::now()).items).collect();
    let [Item { change: Change::Message(alone), .. }, Item { change: Change::Message(together), .. }] =
        items.as_slice()
    else {
        panic!("{items:?}")
    };
    let (person, group) = (alone.counterpart.clone().unwrap(), together.counterpart.clone().unwrap());
    assert_eq!(person, alone.author);
    assert_eq!(group.external_id, format!("group-{}", opened["conversation"].as_str().unwrap()));
    assert_eq!((together.author.handle.as_deref(), group.handle), (Some("mika"), None));

    let mut lost = order("timeout_after", "POST /2/dm_conversations/{dm_conversation_id}/messages");
    lost["delay_ms"] = json!(5000);
    scene.fault(lost).await;
    let from = Timestamp::now();
    let outgoing = message(&group.external_id, "Wir sehen für Sie beide nach.");
    let outcome = scene.send(&support, &outgoing).await.outcome;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    let found = scene.network.reconcile(&support, &outgoing, from, &[]).await;
    assert!(matches!(found, Reconciled::Found { .. }), "{found:?}");
    let standing = scene.messages("nordhafen_hilfe").await;
    let answers: Vec<_> = standing.iter().filter(|it| it["from"] == "nordhafen_hilfe").collect();
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    let mut to: Vec<&str> = answer["to"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
    to.sort_unstable();
    assert_eq!((&answer["conversation_id"], to), (&opened["conversation"], vec!["jonas", "mika"]));
}

#[tokio::test]
async fn replay_delivers_again_what_was_lost() {
    let scene = Scene::start().await;
    let _support = scene.channel("nordhafen_hilfe", AccessLevel::SelfServe).await;
    scene.fault(order("lose", "post.mention.create")).await;
    let from = Timestamp::now() - SignedDuration::from_mins(1);
    let id = scene.posted(json!({ "author": "mika", "text": "@nordhafen_hilfe verloren?" })).await;
    scene.network.replay(&scene.app, &scene.webhook_url, from, Timestamp::now()).await.unwrap();
    // The event and the word that the replay is complete come in either order.
    let mut arrived = [scene.delivered().await.0.change, scene.delivered().await.0.change];
    arrived.sort_by_key(|change| matches!(change, Change::Ignored { .. }));
    let [Change::Message(found), Change::Ignored { kind }] = arrived else { panic!("{arrived:?}") };
    assert_eq!((found.external_id, kind.as_str()), (id, "replay_job_status"));
}

#[tokio::test]
async fn pictures_travel_both_ways_with_their_description() {
    let scene = Scene::start().await;
    let support = scene.channel("nordhafen_hilfe", AccessLevel::SelfServe).await;
    let id = scene
        .posted(json!({ "author": "mika", "text": "@nordhafen_hilfe sieh", "media": [{ "alt_text": "ein Fehler" }] }))
        .await;
    let (item, _) = scene.delivered().await;
    let Change::Message(mention) = item.change else { panic!("{item:?}") };
    assert_eq!(mention.text, "@nordhafen_hilfe sieh");
    assert_eq!(mention.media[0].alt_text.as_deref(), Some("ein Fehler"));
    let (content_type, bytes) = scene.network.fetch_media(&support, &mention.media[0], 1 << 20).await.unwrap();
    assert!(content_type.starts_with("image/") && !bytes.is_empty());
    let refused = scene.network.fetch_media(&support, &mention.media[0], 4).await;
    assert!(refused.is_err());

    let media = vec![OutgoingMedia {
        attachment: uuid::Uuid::now_v7().into(),
        content_type: "image/png".into(),
        alt_text: Some("So geht es".into()),
    }];
    let outgoing = Outgoing::Reply { in_reply_to: id, text: "So:".into(), media };
    let answer = scene.sent(&support, &outgoing).await;
    let timeline = scene.timeline("nordhafen_hilfe").await;
    assert_eq!(timeline[0]["id"], json!(answer));
    assert!(timeline[0].to_string().contains("So geht es"), "{}", timeline[0]);
    assert!(!PNG.is_empty());
}

#[tokio::test]
async fn hiding_deleting_and_writing_first() {
    let scene = Scene::start().await;
    let brand = scene.unsubscribed(scene.connect("nordhafen").await, AccessLevel::Enterprise);
    let own = scene.sent(&brand, &Outgoing::Post { text: "Wartung heute Nacht".into(), media: Vec::new() }).await;
    let rude = scene.posted(json!({ "author": "mika", "text": "Betrüger", "in_reply_to": own })).await;
    for hidden in [true, false] {
        let done = scene.send(&brand, &Outgoing::Hide { external_id: rude.clone(), hidden }).await.outcome;
        assert!(matches!(done, Outcome::Sent { .. }), "{done:?}");
    }
    let elsewhere = scene.posted(json!({ "author": "mika", "text": "nur so" })).await;
    let done = scene.send(&brand, &Outgoing::Hide { external_id: elsewhere, hidden: true }).await.outcome;
    assert!(matches!(done, Outcome::Refused { .. }), "{done:?}");
    let delete = Outgoing::Delete { external_id: own, private: false };
    for _ in 0..2 {
        let done = scene.send(&brand, &delete).await.outcome;
        assert!(matches!(done, Outcome::Sent { .. }), "{done:?}");
    }
    assert!(scene.timeline("nordhafen").await.is_empty());
    let customer = scene.connect("mika").await.external_id;
    scene.sent(&brand, &message(&customer, "Guten Tag, wir melden uns zuerst.")).await;
}

#[tokio::test]
async fn tokens_rotate_and_die() {
    let scene = Scene::start().await;
    let mut support = scene.channel("nordhafen_hilfe", AccessLevel::SelfServe).await;
    let old = tokens_of(&support);
    support.tokens = scene.network.refresh(&scene.app, &old).await.unwrap();
    assert_ne!(support.tokens.refresh_token, old.refresh_token);
    assert_eq!(scene.network.whoami(&scene.app, &support.tokens).await.unwrap().handle, "nordhafen_hilfe");
    let again = scene.network.refresh(&scene.app, &old).await;
    assert!(matches!(again, Err(CallError::Unauthorised { .. })), "{again:?}");
    scene.control("/tokens/revoke", json!({ "account": "nordhafen_hilfe" })).await;
    let (item, _) = scene.delivered().await;
    let Change::Revoked { account, at: Some(_) } = item.change else { panic!("{:?}", item.change) };
    assert_eq!(account, support.facts.account);
    let gone = scene.network.whoami(&scene.app, &support.tokens).await;
    assert!(matches!(gone, Err(CallError::Unauthorised { .. })), "{gone:?}");
}

#[tokio::test]
async fn edits_deletes_and_encrypted_messages() {
    let scene = Scene::start().await;
    let support = scene.channel("nordhafen_hilfe", AccessLevel::SelfServe).await;
    let first = scene.posted(json!({ "author": "mika", "text": "@nordhafen_hilfe Krate weg" })).await;
    scene.delivered().await;
    let second = scene.control("/edit", json!({ "id": first, "text": "@nordhafen_hilfe Karte weg" })).await;
    let (item, _) = scene.delivered().await;
    let Change::Message(edited) = item.change else { panic!("{item:?}") };
    assert_eq!((json!(edited.external_id), edited.earlier_versions), (second["id"].clone(), vec![first]));

    let own = scene.sent(&support, &Outgoing::Post { text: "Wartung".into(), media: Vec::new() }).await;
    scene.delivered().await;
    scene.control("/delete", json!({ "id": own })).await;
    let (item, _) = scene.delivered().await;
    assert_eq!(item.change, Change::Deleted { external_id: own, by: Some(support.facts.account.clone()) });

    scene.control("/encrypted", json!({ "from": "mika", "to": "nordhafen_hilfe" })).await;
    let (item, private) = scene.delivered().await;
    let Change::Message(message) = item.change else { panic!("{item:?}") };
    assert!(private && message.placeholder.as_deref() == Some("x.encrypted_message"));
    // Twice the same: nothing is made twice.
    scene.network.subscribe(&support, &scene.webhook_url).await.unwrap();
}
