//! Real texts, whole: what customers of airlines wrote arrives by signed webhooks at full speed, doubled and out of order.

mod script;

use crate::scene::database::Database;
use crate::scene::{BRAND, HELP, Scene};
use script::{Script, Wanted};
use simulator::BulkOptions;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Seed of the script and of the order of delivery.
const SEED: u64 = 20_260_301;
/// The whole on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    let Some(script) = Script::read(SEED, usize::MAX) else { return };
    assert_eq!((script.texts, script.people), (42_580, 8_000));
    play(Database::sqlite(), &script).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    let Some(script) = Script::read(SEED, 4_000) else { return };
    play(database, &script).await;
}

async fn play(database: Database, script: &Script) {
    let name = database.name;
    let mut scene = Scene::new(database).await;
    // Only what was delivered counts.
    scene.network.without_polling().await;
    let options = BulkOptions {
        duplicates_percent: 5.0,
        shuffle_seed: Some(SEED),
        concurrency: 64,
        attempts: 20,
        ..BulkOptions::default()
    };
    let started = Instant::now();
    let counts = scene.network.world().bulk(&script.posts, &options).await.unwrap();
    let acknowledged = started.elapsed();
    assert_eq!((counts.posts, counts.failed), (script.posts.len(), 0), "{counts:?}");
    assert_eq!(counts.delivered, counts.deliveries as u64);
    assert!(counts.duplicates > counts.events / 30, "{counts:?}");
    scene.filed(PATIENCE).await;
    println!(
        "{name}: {} posts of {} people as {} deliveries ({} doubled): made and acknowledged in {:.1} s ({:.0} deliveries/s), filed after {:.1} s",
        counts.posts,
        script.people,
        counts.deliveries,
        counts.duplicates,
        acknowledged.as_secs_f64(),
        counts.deliveries as f64 * 1_000.0 / counts.milliseconds as f64,
        started.elapsed().as_secs_f64(),
    );
    compare(&scene, script).await;
    scene.stop().await;
}

/// A message as it was stored.
struct Stored {
    external_id: String,
    outbound: bool,
    person: String,
    root: String,
    conversation: String,
    position: i64,
    text: String,
}

async fn stored(scene: &Scene) -> Vec<Stored> {
    let rows = scene
        .store
        .main
        .fetch_all(
            "SELECT m.external_id, m.direction, i.external_id AS person, t.root_external_id AS root, m.conversation_id, m.position, m.text
             FROM message m
             JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id
             JOIN thread t ON t.workspace_id = m.workspace_id AND t.id = m.thread_id
             ORDER BY m.position, m.id",
            &[],
        )
        .await
        .unwrap();
    rows.iter()
        .map(|row| Stored {
            external_id: row.text("external_id").unwrap(),
            outbound: row.text("direction").unwrap() == "outbound",
            person: row.text("person").unwrap(),
            root: row.text("root").unwrap(),
            conversation: row.id::<domain::id::ConversationId>("conversation_id").unwrap().to_string(),
            position: row.int("position").unwrap(),
            text: row.text("text").unwrap(),
        })
        .collect()
}

async fn sightings(scene: &Scene) -> BTreeMap<String, BTreeSet<String>> {
    let rows = scene
        .store
        .main
        .fetch_all(
            "SELECT m.external_id, c.handle FROM sighting s
             JOIN message m ON m.workspace_id = s.workspace_id AND m.id = s.message_id
             JOIN channel c ON c.workspace_id = s.workspace_id AND c.id = s.channel_id WHERE m.direction = 'inbound'",
            &[],
        )
        .await
        .unwrap();
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        seen.entry(row.text("external_id").unwrap()).or_default().insert(row.text("handle").unwrap());
    }
    seen
}

async fn compare(scene: &Scene, script: &Script) {
    let stored = stored(scene).await;
    assert_eq!(scene.count("SELECT count(*) AS count FROM message").await, i64::try_from(stored.len()).unwrap());
    assert_eq!(scene.count("SELECT count(*) AS count FROM parked").await, 0);
    let by_id: BTreeMap<&str, &Stored> = stored.iter().map(|it| (it.external_id.as_str(), it)).collect();
    assert_eq!(by_id.len(), stored.len(), "a message is there twice");
    let person_of = |handle: &str| scene.network.world().account(handle).unwrap().0.to_string();
    let mut people: BTreeMap<&str, String> = BTreeMap::new();
    let mut conversations: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut order: BTreeMap<&str, Vec<(i64, i64)>> = BTreeMap::new();
    let mut differing = 0;
    for wanted in &script.wanted {
        let Wanted { id, with, root, ours, at_ms, text, .. } = wanted;
        let found = by_id.get(id.as_str()).unwrap_or_else(|| panic!("{id} was acknowledged and is not stored"));
        let person = people.entry(with).or_insert_with(|| person_of(with));
        assert_eq!(found.outbound, *ours, "{id}: direction");
        assert_eq!((&found.root, &found.person), (root, &*person), "{id}: thread and person");
        let key = (root.clone(), person.clone());
        let conversation = conversations.entry(key).or_insert_with(|| found.conversation.clone());
        assert_eq!(*conversation, found.conversation, "{id}: conversation");
        order.entry(root).or_default().push((*at_ms, found.position));
        differing += usize::from(found.text != *text);
    }
    assert_eq!(stored.len(), script.wanted.len(), "something is stored that nobody wrote");
    let distinct: BTreeSet<&String> = conversations.values().collect();
    assert_eq!(distinct.len(), conversations.len(), "two conversations were taken for one");
    for (root, mut places) in order {
        places.sort_unstable();
        assert!(places.windows(2).all(|pair| pair[0].1 < pair[1].1), "thread {root} is out of order");
    }
    // Redacted at rest: numbers of cards and the like, in few of them.
    assert!(differing * 200 < script.wanted.len(), "{differing} texts differ from what was written");
    let seen = sightings(scene).await;
    let mut by_both = 0;
    for wanted in script.wanted.iter().filter(|wanted| !wanted.ours) {
        assert_eq!(seen.get(&wanted.id), Some(&wanted.seen_by), "{}: sightings", wanted.id);
        by_both += usize::from(wanted.seen_by.len() == 2);
    }
    assert!(by_both * 10 > script.texts, "only {by_both} name both accounts");
    assert_eq!(seen.len(), script.texts);
    println!(
        "{}: {} messages in {} threads and {} conversations; {by_both} seen by @{BRAND} and @{HELP}; {differing} texts changed",
        scene.database.name,
        stored.len(),
        script.threads,
        conversations.len()
    );
}
