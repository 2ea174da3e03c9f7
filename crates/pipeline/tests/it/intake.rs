//! What the way in cannot keep: refused, so that the network tries again, and shown as a gap.

use crate::scene::Scene;
use domain::Timestamp;
use domain::people::Scope;
use jiff::SignedDuration;
use pipeline::{AcceptError, Intake};
use std::time::Duration;
use store::journal::NewDelivery;
use store::testing::sqlite;
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_that_cannot_be_kept_are_a_gap_of_their_channel() {
    let fresh = sqlite().await;
    let scene = Scene::over(&fresh, None).await;
    let (intake, _writer) = Intake::start(&scene.environment);
    // The journal's disk is gone, the rest of the house stands.
    fresh.store.journal.close().await;
    let received_at = Timestamp::now() - SignedDuration::from_secs(10);
    let delivery = NewDelivery {
        workspace: scene.workspace,
        app: scene.app,
        network: "x".into(),
        received_at,
        private: false,
        body: b"{}".to_vec().into(),
    };
    assert_eq!(intake.accept(delivery).await, Err(AcceptError::Storage));

    let stop = CancellationToken::new();
    let telling = tokio::spawn(pipeline::refused::run(scene.environment.clone(), stop.clone()));
    let scope = Scope::system(scene.workspace);
    let gap = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            if let Some(gap) = fresh.store.gaps(&scope).await.unwrap().into_iter().next() {
                return gap;
            }
            tokio::task::yield_now().await;
        }
    });
    let gap = gap.await.unwrap();
    assert_eq!((gap.channel, gap.source.as_str(), gap.reason.as_str()), (scene.channel, "deliveries", "journal_full"));
    assert!(gap.closed_at.is_none() && !gap.lost && gap.from_at <= gap.to_at);
    stop.cancel();
    telling.await.unwrap();
    scene.simulator.stop().await;
}
