//! PostgreSQL dies while webhooks come: they are still acknowledged, readiness goes red, and everything resumes by itself.

use crate::scene::Scene;
use crate::scene::cluster::Cluster;
use crate::scene::database::Database;
use crate::scene::patience::{SOON, eventually};
use reqwest::StatusCode;
use std::time::{Duration, Instant};

const FIRST_ID: u64 = 1_900_000_000_000_100_000;

/// Deliveries from one number to another; all must be acknowledged.
async fn deliver(scene: &Scene, from: u64, to: u64) -> Duration {
    let mut slowest = Duration::ZERO;
    for number in from..to {
        let started = Instant::now();
        let status = scene.deliver_signed(&scene.mention(FIRST_ID + number, &format!("number {number}"))).await;
        slowest = slowest.max(started.elapsed());
        assert_eq!(status, Some(StatusCode::OK), "delivery {number}");
    }
    slowest
}

async fn all_stored(scene: &Scene, count: u64) {
    let wanted = i64::try_from(count).unwrap();
    let sql = "SELECT count(*) AS count FROM message WHERE direction = 'inbound'";
    eventually(&format!("{count} messages are stored"), SOON, || async {
        let row = scene.store.main.fetch_one(sql, &[]).await.ok()?;
        (row.int("count").ok()? >= wanted).then_some(())
    })
    .await;
    assert_eq!(scene.count(sql).await, wanted);
    assert_eq!(scene.count("SELECT count(DISTINCT external_id) AS count FROM message").await, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_kept_while_the_database_is_away() {
    let Some(mut cluster) = Cluster::start(&[]) else { return };
    let mut scene = Scene::new(Database::at(cluster.url())).await;
    deliver(&scene, 0, 50).await;
    assert_eq!(scene.api().probe("/readyz").await, StatusCode::OK);

    cluster.kill();
    let slowest = deliver(&scene, 50, 150).await;
    println!("without the database the slowest delivery took {slowest:?}");
    assert!(slowest < Duration::from_secs(6), "networks give up after ten seconds");
    assert_eq!(scene.api().probe("/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(scene.api().probe("/healthz").await, StatusCode::OK);

    cluster.start_again(&[]);
    all_stored(&scene, 150).await;
    let api = scene.api();
    eventually("readiness is green again", SOON, || async {
        (api.probe("/readyz").await == StatusCode::OK).then_some(())
    })
    .await;
    deliver(&scene, 150, 200).await;
    all_stored(&scene, 200).await;

    // Both die: the local journal is found at the next start.
    cluster.kill();
    deliver(&scene, 200, 230).await;
    scene.kill().await;
    cluster.start_again(&[]);
    scene.start().await;
    all_stored(&scene, 230).await;
    scene.stop().await;
}
