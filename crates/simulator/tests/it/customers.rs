//! The customers: their texts, the stream, reactions, the past.

use crate::scene::Scene;
use serde_json::{Value, json};
use simulator::customers::{Kind, history, languages};
use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, Instant};

#[test]
fn there_are_enough_people_and_texts() {
    let all = languages().unwrap();
    assert_eq!(all.iter().map(|language| language.code.as_str()).collect::<Vec<_>>(), ["ja", "en", "de", "es", "fr"]);
    let people: HashSet<&str> =
        all.iter().flat_map(|language| language.personas.iter().map(|persona| persona.username.as_str())).collect();
    assert!(people.len() >= 40, "{} people", people.len());
    assert!(
        people
            .iter()
            .all(|name| name.len() <= 15 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
    );
    let mut texts: BTreeSet<&str> = BTreeSet::new();
    for language in all {
        let reactions = &language.reactions;
        let kinds: HashSet<Kind> = language.topics.iter().map(|topic| topic.kind).collect();
        assert_eq!(kinds.len(), 8, "{} lacks a kind", language.code);
        let topics = language.topics.iter().flat_map(|topic| topic.texts.iter().chain(&topic.answers));
        for text in topics
            .chain(&language.outage)
            .chain(&reactions.thanks)
            .chain(&reactions.complain)
            .chain(&reactions.private)
            .chain(&reactions.pile_on)
        {
            for slot in text.split('{').skip(1) {
                let slot = slot.split('}').next().unwrap();
                assert!(
                    ["brand", "help", "bank"].contains(&slot) || language.slots.contains_key(slot),
                    "{}: unknown slot {slot} in {text}",
                    language.code
                );
            }
        }
        texts.extend(language.topics.iter().flat_map(|topic| topic.texts.iter().map(String::as_str)));
        texts.extend(
            language
                .outage
                .iter()
                .chain(&reactions.thanks)
                .chain(&reactions.complain)
                .chain(&reactions.private)
                .chain(&reactions.pile_on)
                .map(String::as_str),
        );
    }
    assert!(texts.len() >= 300, "{} texts", texts.len());
}

#[test]
fn the_past_is_the_same_for_the_same_seed() {
    let past = history(7, 2000).unwrap();
    assert_eq!(past.len(), 2000);
    assert_eq!(past, history(7, 2000).unwrap());
    assert_ne!(past, history(8, 2000).unwrap());
    let answered = past.iter().filter(|case| case.messages.iter().any(|message| message.ours)).count();
    assert!((1200..1900).contains(&answered), "{answered} answered");
    for case in &past {
        assert!(case.messages.windows(2).all(|pair| pair[0].at_ms <= pair[1].at_ms), "{case:?}");
        assert!(
            case.messages
                .iter()
                .all(|message| message.at_ms < 0 && !message.text.contains('{') && message.author.len() <= 15)
        );
        assert!(
            case.messages
                .iter()
                .filter(|message| message.ours)
                .all(|message| simulator::x::text::weighted_length(&message.text) <= 280),
            "{case:?}"
        );
    }
    let writers: HashSet<&str> = past.iter().map(|case| case.customer.as_str()).collect();
    assert!(writers.len() > 500, "{} writers", writers.len());
}

#[tokio::test]
async fn the_past_can_stand_on_the_network() {
    let scene = Scene::start().await;
    scene.subscribe().await;
    let mut past = history(3, 200).unwrap();
    scene.simulator.world().load_history(&mut past).unwrap();
    assert!(scene.events().await.is_empty(), "in silence");
    let case = past.iter().find(|case| !case.private && case.messages.len() >= 3 && case.messages[1].ours).unwrap();
    let ids: Vec<u64> = case.messages.iter().map(|message| message.id.unwrap()).collect();
    let answer = scene.control("GET", &format!("/post/{}", ids[1]), Value::Null).await;
    assert_eq!(
        (answer["post"]["in_reply_to"].as_str().unwrap(), answer["post"]["author"].as_str().unwrap()),
        (ids[0].to_string().as_str(), case.account.as_str())
    );
}

#[tokio::test]
async fn people_react_to_an_answer_and_accept_an_invitation() {
    let scene = Scene::start().await;
    scene.subscribe().await;
    scene
        .control("POST", "/customers/start", json!({"per_minute": 0, "reaction_ms": [1, 5], "reaction_chance": 1.0}))
        .await;
    let id = scene
        .customer(
            "svenja_k",
            "@aoba_help wie lange dauert eine Überweisung? Ich warte seit Freitag und habe noch nichts",
            None,
        )
        .await;
    let mut happenings = scene.simulator.world().happenings();
    let answer = |text: &str, id: &str| json!({"text": text, "reply": {"in_reply_to_tweet_id": id}});
    let ours = scene.support("POST", "/2/tweets", Some(answer("Das klären wir sofort", &id))).await.body["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    happenings.recv().await.unwrap();
    happenings.recv().await.unwrap();
    let seen = scene.control("GET", &format!("/post/{ours}"), Value::Null).await;
    assert_eq!(seen["replies"][0]["author"], "svenja_k");
    assert_eq!(seen["replies"][0]["lang"], "de");
    let next = seen["replies"][0]["id"].as_str().unwrap();
    scene.support("POST", "/2/tweets", Some(answer("Schreiben Sie uns bitte eine DM", next))).await;
    happenings.recv().await.unwrap();
    happenings.recv().await.unwrap();
    let messages = scene.control("GET", "/messages?account=aoba_help", Value::Null).await;
    assert_eq!(messages["messages"][0]["from"], "svenja_k");
    scene.control("POST", "/customers/stop", json!({})).await;
}

#[tokio::test]
async fn the_stream_writes_in_five_languages_and_an_outage_is_loud() {
    let scene = Scene::start().await;
    scene.subscribe().await;
    let mut happenings = scene.simulator.world().happenings();
    scene.control("POST", "/customers/start", json!({"per_minute": 60000, "seed": 5})).await;
    for _ in 0..300 {
        happenings.recv().await.unwrap();
    }
    scene.control("POST", "/customers/stop", json!({})).await;
    let events = scene.events().await;
    let languages: HashSet<&str> =
        events.iter().filter_map(|event| event["data"]["payload"]["lang"].as_str()).collect();
    assert!(["ja", "en", "de", "es", "fr"].iter().all(|code| languages.contains(code)), "{languages:?}");
    assert!(events.iter().any(|event| event["data"]["event_type"] == "dm.received"));
    let before = scene.events_of("post.mention.create").await.len();
    assert_eq!(scene.control("POST", "/customers/outage", json!({"count": 25})).await["posts"], 25);
    assert!(scene.events_of("post.mention.create").await.len() >= before + 25);
}

#[tokio::test]
async fn a_burst_is_a_hundred_times_as_many_for_a_while() {
    let scene = Scene::start().await;
    let world = scene.simulator.world();
    let mut happenings = world.happenings();
    let begun = Instant::now();
    scene.control("POST", "/customers/burst", json!({"factor": 100, "seconds": 2})).await;
    // One a second is the least; a hundred of them would take a hundred seconds.
    for _ in 0..100 {
        tokio::time::timeout(Duration::from_secs(30), happenings.recv()).await.unwrap().unwrap();
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert_eq!(world.customers_running(), None, "the usual stream is as before");
}

#[tokio::test]
async fn the_page_offers_people_stream_faults_and_plans() {
    let scene = Scene::start().await;
    let page = reqwest::get(scene.simulator.world().origin()).await.unwrap().text().await.unwrap();
    for path in ["post", "dm", "customers/start", "customers/burst", "faults", "webhooks", "tokens/expire"] {
        assert!(page.contains(&format!("data-path=\"{path}\"")), "{path}");
    }
    assert!(page.contains("accounts/aobabank/access_level") && page.contains("reorder") && page.contains("lose"));
}
