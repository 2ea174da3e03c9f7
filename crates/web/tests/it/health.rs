//! `/readyz`: each check by its name, 503 when the product cannot do its work.

use crate::world::{Answer, Making, World, mention, until};
use axum::http::StatusCode;
use jiff::SignedDuration;
use store::testing::every_engine;

async fn state(world: &World, check: &str) -> (StatusCode, String, Answer) {
    let answer = world.get("/readyz").send().await;
    let state = answer.json()["checks"][check]["state"].as_str().unwrap_or_default().to_owned();
    (answer.status, state, answer)
}

async fn becomes(world: &World, check: &str, status: StatusCode, wanted: &str) {
    until(&format!("{check} is {wanted} with {status}"), async || {
        let (now, state, _) = state(world, check).await;
        (now, state.as_str()) == (status, wanted)
    })
    .await;
}

#[tokio::test]
async fn everything_that_the_work_needs_is_looked_at_by_name() {
    for fresh in every_engine().await {
        let world = World::over(fresh, |_| {}).await;
        let answer = world.get("/readyz").send().await;
        assert_eq!(answer.status, StatusCode::OK, "{}: {}", world.engine, answer.text);
        assert_eq!((answer.json()["ready"].as_bool(), answer.json()["stopping"].as_bool()), (Some(true), Some(false)));
        for check in ["database", "data_folder", "intake", "taking_in", "search"] {
            assert_eq!(answer.json()["checks"][check], serde_json::json!({ "state": "ok" }), "{check}");
        }
        assert!(!world.edge.store.data.join(".readiness").exists(), "nothing is left behind");
        world.stop.cancel();
        let stopping = world.get("/readyz").send().await;
        assert_eq!(
            (stopping.status, stopping.json()["stopping"].as_bool()),
            (StatusCode::SERVICE_UNAVAILABLE, Some(true))
        );
    }
}

#[tokio::test]
async fn a_data_folder_that_went_away_is_noticed_and_so_is_its_return() {
    for fresh in every_engine().await {
        let world = World::over(fresh, |_| {}).await;
        let (here, away) = (world.edge.store.data.clone(), world.edge.store.data.with_extension("away"));
        std::fs::rename(&here, &away).unwrap();
        becomes(&world, "data_folder", StatusCode::SERVICE_UNAVAILABLE, "failed").await;
        let (_, _, answer) = state(&world, "data_folder").await;
        assert!(!answer.text.contains(here.to_str().unwrap()), "strangers are not told where it is");
        std::fs::rename(&away, &here).unwrap();
        becomes(&world, "data_folder", StatusCode::OK, "ok").await;
        world.stop.cancel();
    }
}

#[tokio::test]
async fn a_backlog_that_nobody_files_turns_red() {
    for fresh in every_engine().await {
        let world = World::made(fresh, Making { worker: false, ..Making::default() }, |_| {}).await;
        for _ in 0..3 {
            world.deliver(&world.ours, &mention(&world.ours, "@AsterCare hello")).await;
        }
        becomes(&world, "taking_in", StatusCode::OK, "ok").await;
        world.clock.forward(SignedDuration::from_secs(61));
        becomes(&world, "taking_in", StatusCode::SERVICE_UNAVAILABLE, "failed").await;
        let (_, _, answer) = state(&world, "taking_in").await;
        let detail = &answer.json()["checks"]["taking_in"]["detail"];
        assert_eq!(detail, "3 deliveries wait to be filed, the oldest for 61 s", "{}", world.engine);
        // Somebody files again: late, but alive.
        let store = &world.edge.store;
        let first = store.deliveries(1, 0, 1).await.unwrap().remove(0);
        let one = store::filing::Batch { progress: Some((1, first.number)), ..Default::default() };
        store.file(&one, world.edge.now()).await.unwrap();
        becomes(&world, "taking_in", StatusCode::OK, "degraded").await;
        let rest = store::filing::Batch { progress: Some((1, 3)), ..Default::default() };
        store.file(&rest, world.edge.now()).await.unwrap();
        becomes(&world, "taking_in", StatusCode::OK, "ok").await;
        world.stop.cancel();
    }
}

#[tokio::test]
async fn a_search_index_that_cannot_be_written_is_said_and_the_inbox_goes_on() {
    for fresh in every_engine().await {
        let world = World::over(fresh, |_| {}).await;
        world.edge.store.search.close().await;
        becomes(&world, "search", StatusCode::OK, "degraded").await;
        world.stop.cancel();
    }
}
