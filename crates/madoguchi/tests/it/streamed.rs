//! A company that X cannot reach: no webhook, a connection of ours instead, which breaks and is made again.

use crate::scene::database::Database;
use crate::scene::network::fault;
use crate::scene::patience::{SOON, eventually};
use crate::scene::{HELP, Scene};
use serde_json::{Value, json};
use simulator::{Config, Fault, FaultKind};
use std::time::Duration;

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
    let config = Config { keep_alive: Duration::from_millis(200), ..Config::default() };
    let mut scene = Scene::with_app(database, config, &["inbound=stream"]).await;
    // Whatever arrives from now on came over the connection.
    scene.network.without_polling().await;
    let world = scene.network.world().clone();
    let connected =
        || eventually("one connection is held", SOON, || async { (world.open_streams() == 1).then_some(()) });
    connected().await;
    let post = scene.network.post("mika_s", "@aobabank @aoba_help my card is gone");
    let message = scene.network.message("kenji_w", HELP, "And mine too");
    assert_eq!(scene.arrived(&post).await["form"], "mention");
    assert_eq!(scene.arrived(&message).await["private"], true);
    assert_eq!(world.delivery_counts().due, 0, "there is no webhook");
    let line = line(&scene).await;
    assert!(line["healthy"] == true && line["last_item_at"].is_string(), "{line}");

    // X cuts it, refuses the first try to come back, and takes the second.
    let refused = fault(FaultKind::ServerError, "GET /2/activity/stream");
    scene.network.break_down(Fault { count: Some(1), status: Some(503), ..refused }).await;
    world.cut_streams();
    eventually("the cut is noticed", SOON, || async { (world.open_streams() == 0).then_some(()) }).await;
    connected().await;
    let post = scene.network.post("mika_s", "@aobabank are you still there?");
    assert_eq!(scene.arrived(&post).await["handle"], "mika_s");
    assert_eq!(scene.with_external_id(&post).await.len(), 1);

    // An orderly stop gives the place back; a start takes it again.
    scene.stop().await;
    eventually("the place is given back", SOON, || async { (world.open_streams() == 0).then_some(()) }).await;
    scene.start().await;
    connected().await;
    scene.stop().await;
}

async fn line(scene: &Scene) -> Value {
    let sources = scene.api().get("/sources").await;
    let channels = sources["items"].as_array().unwrap();
    let of_help = channels.iter().find(|it| it["channel"] == json!(scene.help.to_string())).unwrap();
    of_help["sources"].as_array().unwrap().iter().find(|line| line["source"] == "stream").unwrap().clone()
}
