//! Traffic while the product is killed: customers post and write privately, agents answer; and the ledger of it.

use crate::scene::api::Api;
use crate::scene::patience::eventually;
use crate::scene::{HELP, Scene};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use simulator::{NewPost, Random, World};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::Store;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What went in and what was promised.
#[derive(Default)]
pub struct Ledger {
    /// Posts and private messages of customers, by the network's id.
    inbound: BTreeSet<String>,
    /// Replies that the product acknowledged, by text: what they answer, and whether privately.
    promised: BTreeMap<String, (String, bool)>,
    /// Replies whose acknowledgement got lost: they may stand, once.
    open: BTreeSet<String>,
}

/// Traffic that runs until it is told to end.
pub struct Traffic {
    stop: CancellationToken,
    customers: JoinHandle<BTreeSet<String>>,
    agents: JoinHandle<Ledger>,
}

impl Traffic {
    /// Starts customers and agents. At most `replies` answers are given.
    pub fn start(scene: &Scene, seed: u64, replies: u32) -> Self {
        let stop = CancellationToken::new();
        let customers = tokio::spawn(customers(scene.network.world().clone(), seed, stop.clone()));
        let (api, help) = (scene.api(), scene.help.to_string());
        let agents = tokio::spawn(agents(scene.store.clone(), api, help, replies, stop.clone()));
        Self { stop, customers, agents }
    }

    /// Ends it; what there is to compare.
    pub async fn finish(self) -> Ledger {
        self.stop.cancel();
        let mut ledger = self.agents.await.unwrap();
        ledger.inbound = self.customers.await.unwrap();
        ledger
    }
}

async fn customers(world: World, seed: u64, stop: CancellationToken) -> BTreeSet<String> {
    let mut random = Random::new(seed);
    let mut ids = BTreeSet::new();
    let mut number = 0;
    while !stop.is_cancelled() || number < 40 {
        number += 1;
        let author = format!("customer_{}", random.bits() % 50);
        let id = if number % 4 == 0 {
            world.message(&author, HELP, &format!("A private question, number {number}?"), &[], None).unwrap()
        } else {
            let text = format!("@{HELP} what about my card, number {number}?");
            world.post(&NewPost { author, text, ..NewPost::default() }).unwrap()
        };
        ids.insert(id.to_string());
        // The pace of the crowd, not a wait for anything.
        tokio::time::sleep(Duration::from_millis(15 + random.bits() % 30)).await;
    }
    ids
}

/// The next inbound message that has no answer from us yet: (product's id, network's id, whether private).
async fn next_to_answer(store: &Store, answered: &BTreeSet<String>) -> Option<(String, String, bool)> {
    let rows = store
        .main
        .fetch_all(
            "SELECT id, external_id, private FROM message WHERE direction = 'inbound' ORDER BY position DESC LIMIT 100",
            &[],
        )
        .await
        .ok()?;
    rows.iter().find_map(|row| {
        let id = row.id::<domain::id::MessageId>("id").ok()?.to_string();
        let external_id = row.text("external_id").ok()?;
        (!answered.contains(&id)).then(|| (id, external_id, row.bool("private").unwrap_or_default()))
    })
}

async fn agents(store: Store, api: Api, help: String, replies: u32, stop: CancellationToken) -> Ledger {
    let mut ledger = Ledger::default();
    let mut answered = BTreeSet::new();
    let mut number = 0;
    // Also a crash before the first answer is one after which answers must leave.
    while number < replies && (!stop.is_cancelled() || ledger.promised.len() < 5) {
        let Some((message, external_id, private)) = next_to_answer(&store, &answered).await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        answered.insert(message.clone());
        number += 1;
        let words = format!("We are looking into it, answer number {number}.");
        let body = if private { json!({ "text": words }) } else { json!({ "text": words, "channel": help }) };
        if send(&api, &message, &words, &body, &stop).await {
            ledger.promised.insert(words, (external_id, private));
        } else {
            ledger.open.insert(words);
        }
        // An agent's pace.
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    ledger
}

/// Asks until there is an answer, always with the same key; whether the product promised it.
async fn send(api: &Api, message: &str, words: &str, body: &Value, stop: &CancellationToken) -> bool {
    let path = format!("/messages/{message}/reply");
    let key = words.replace(' ', "-");
    for _ in 0..200 {
        match api.call(Method::POST, &path, Some(&key), Some(body)).await {
            Ok((StatusCode::ACCEPTED, _)) => return true,
            // Killed between the claim of the key and its answer: the text may be queued, and the key says so.
            Ok((StatusCode::CONFLICT, answer)) if answer["error"]["code"] == "request_under_way" => return false,
            // The database is not back yet, or nobody listens: the same request again.
            Ok((status, _)) if status.is_server_error() => {}
            Err(_) if stop.is_cancelled() => return false,
            Err(_) => {}
            Ok((status, answer)) => panic!("{path}: {status} {answer}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}

impl Ledger {
    /// Waits until everything has come to its end, and compares the ledger with both sides.
    pub async fn compare(&self, scene: &Scene, name: &str, patience: Duration) {
        let deliveries = tokio::time::timeout(patience, scene.network.world().deliveries_done()).await;
        assert!(deliveries.is_ok(), "{name}: {:?}", scene.network.world().delivery_counts());
        assert_eq!(scene.network.world().delivery_counts().failed, 0, "{name}: a delivery was given up");
        scene.filed(patience).await;
        scene.settled(patience).await;
        self.compare_inbound(scene, name).await;
        self.compare_outbound(scene, name, patience).await;
        println!(
            "{name}: {} messages in, {} answers promised, {} without an answer from us",
            self.inbound.len(),
            self.promised.len(),
            self.open.len()
        );
    }

    async fn compare_inbound(&self, scene: &Scene, name: &str) {
        let rows = scene
            .store
            .main
            .fetch_all("SELECT external_id FROM message WHERE direction = 'inbound'", &[])
            .await
            .unwrap();
        let stored: Vec<String> = rows.iter().map(|row| row.text("external_id").unwrap()).collect();
        let once: BTreeSet<String> = stored.iter().cloned().collect();
        let lost: Vec<_> = self.inbound.difference(&once).collect();
        assert!(lost.is_empty(), "{name}: acknowledged and lost: {lost:?}");
        assert_eq!(stored.len(), once.len(), "{name}: a message is there twice");
        assert_eq!(once, self.inbound, "{name}: something is there that nobody sent");
        assert_eq!(scene.count("SELECT count(*) AS count FROM parked").await, 0, "{name}");
    }

    async fn compare_outbound(&self, scene: &Scene, name: &str, patience: Duration) {
        assert!(!self.promised.is_empty(), "{name}: no answer was promised: the test shows nothing");
        let posts = scene.network.timeline(HELP).await;
        let messages = scene.network.messages(HELP).await;
        let mut standing: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
        for post in &posts {
            let words = post["visible_text"].as_str().unwrap().trim().to_owned();
            standing
                .entry(words)
                .or_default()
                .push((post["id"].as_str().unwrap().to_owned(), post["in_reply_to"].clone()));
        }
        for message in messages.iter().filter(|message| message["from"] == HELP) {
            let words = message["text"].as_str().unwrap().to_owned();
            standing.entry(words).or_default().push((message["id"].as_str().unwrap().to_owned(), Value::Null));
        }
        for (words, (answers, private)) in &self.promised {
            let stands = standing.get(words).map_or(&[][..], Vec::as_slice);
            assert_eq!(stands.len(), 1, "{name}: {words:?} stands {} times", stands.len());
            if !private {
                assert_eq!(stands[0].1, *answers, "{name}: {words:?} stands under another post");
            }
            eventually(&format!("{name}: {words:?} is known as sent"), patience, || async {
                let stored = scene.with_text(words).await;
                assert_eq!(stored.len(), 1, "{name}: {stored:?}");
                let of_it = &stored[0];
                (of_it.send_state.as_deref() == Some("sent") && of_it.external_id.as_ref() == Some(&stands[0].0))
                    .then_some(())
            })
            .await;
        }
        for words in &self.open {
            let stands = standing.get(words).map_or(0, Vec::len);
            let stored = scene.with_text(words).await.len();
            assert!(stands <= 1 && stands == stored, "{name}: {words:?} stands {stands} times, stored {stored} times");
        }
        let known = self.promised.len() + self.open.len();
        assert!(standing.len() <= known, "{name}: something stands there that nobody wrote");
    }
}
