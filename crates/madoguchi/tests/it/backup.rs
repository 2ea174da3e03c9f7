//! A backup taken under load and brought into another house: what was acknowledged before it is there, nothing is sent twice.

use crate::scene::database::Database;
use crate::scene::network::fault;
use crate::scene::patience::{SOON, eventually};
use crate::scene::{HELP, Scene};
use serde_json::json;
use simulator::{Fault, FaultKind};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const FIRST_ID: u64 = 1_900_000_000_000_500_000;

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    restore_elsewhere(Database::sqlite(), Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    let (Some(first), Some(second)) = (Database::postgres().await, Database::bare_postgres().await) else { return };
    restore_elsewhere(first, second).await;
}

async fn restore_elsewhere(first: Database, second: Database) {
    let scene = Scene::new(first).await;
    scene.network.without_polling().await;
    let post = scene.network.post("mika_s", "@aoba_help is my money safe?");
    let message = scene.arrived(&post).await;
    // A reply that the network accepts without an answer: at the time of the backup its outcome is unknown.
    let silent = fault(FaultKind::TimeoutAfter, "POST /2/tweets");
    scene.network.break_down(Fault { count: Some(1), delay_ms: Some(600_000), ..silent }).await;
    scene.network.break_down(fault(FaultKind::Lose, "post.create")).await;
    let words = "Every yen of it.";
    let body = json!({ "text": words, "channel": scene.help });
    let path = format!("/messages/{}/reply", message["id"].as_str().unwrap());
    scene.api().post(&path, &body).await;
    eventually("the reply stands at the network", SOON, || async {
        (scene.standing_posts(HELP, words).await.len() == 1).then_some(())
    })
    .await;

    // Webhooks go on coming while the backup is taken.
    let stop = Arc::new(AtomicBool::new(false));
    let scene = Arc::new(tokio::sync::RwLock::new(scene));
    let load = tokio::spawn({
        let (stop, scene) = (stop.clone(), scene.clone());
        async move {
            let scene = scene.read().await;
            let mut acknowledged = Vec::new();
            let mut id = FIRST_ID;
            while !stop.load(Ordering::Relaxed) {
                id += 1;
                if scene.deliver_signed(&scene.mention(id, "under load")).await.is_some_and(|status| status == 200) {
                    acknowledged.push((std::time::Instant::now(), id.to_string()));
                }
            }
            acknowledged
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("backup");
    let begun = {
        let scene = scene.read().await;
        eventually("a hundred are stored", SOON, || async {
            (scene.count("SELECT count(*) AS count FROM message").await > 100).then_some(())
        })
        .await;
        let begun = std::time::Instant::now();
        scene.command().run(&["backup", target.to_str().unwrap()], "").await;
        begun
    };
    stop.store(true, Ordering::Relaxed);
    let acknowledged = load.await.unwrap();
    let mut scene = Arc::into_inner(scene).unwrap().into_inner();
    // The first house burns down; only the backup is left.
    scene.kill().await;
    scene.store.close().await;
    scene.database = second;
    scene.command().run(&["restore", target.to_str().unwrap()], "").await;
    scene.store = scene.database.open().await;
    scene.start().await;
    scene.filed(SOON).await;

    let before: BTreeSet<&String> = acknowledged.iter().filter(|(at, _)| *at < begun).map(|(_, id)| id).collect();
    assert!(before.len() > 50, "only {} deliveries before the backup", before.len());
    let rows =
        scene.store.main.fetch_all("SELECT external_id FROM message WHERE direction = 'inbound'", &[]).await.unwrap();
    let restored: Vec<String> = rows.iter().map(|row| row.text("external_id").unwrap()).collect();
    let once: BTreeSet<&String> = restored.iter().collect();
    assert_eq!(restored.len(), once.len(), "{}: a message is there twice", scene.database.name);
    let lost: Vec<_> = before.difference(&once).collect();
    assert!(lost.is_empty(), "{}: acknowledged before the backup and lost: {lost:?}", scene.database.name);

    // The reply was under way when the backup was taken: it is looked for, and not sent again.
    scene.settled(Duration::from_secs(240)).await;
    assert_eq!(scene.standing_posts(HELP, words).await.len(), 1);
    let stored = scene.with_text(words).await;
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].send_state.as_deref(), Some("sent"));
    println!(
        "{}: {} deliveries before the backup, {} in all, {} restored",
        scene.database.name,
        before.len(),
        acknowledged.len(),
        restored.len()
    );
    scene.stop().await;
}
