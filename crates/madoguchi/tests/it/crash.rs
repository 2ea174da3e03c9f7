//! SIGKILL at every named crash point and at random moments: what was acknowledged is there once, what was sent stands once.

mod traffic;

use crate::scene::Scene;
use crate::scene::database::Database;
use std::time::Duration;
use traffic::Traffic;

/// Kills at random moments, per engine; the long version asks for more.
fn rounds() -> u32 {
    std::env::var("MADOGUCHI_CHAOS_ROUNDS").map_or(5, |text| text.parse().unwrap())
}

/// Seed of every random choice; printed, so that a failure can be played again.
fn seed() -> u64 {
    std::env::var("MADOGUCHI_CHAOS_SEED").map_or(7, |text| text.parse().unwrap())
}

/// Recovery has its own clocks: a lease must expire, a network's lists must settle before an absence is believed.
const RECOVERY: Duration = Duration::from_secs(240);

async fn scene(database: Database) -> Scene {
    let config = simulator::Config {
        // The network comes again until it is heard: a product that is down loses nothing by that.
        retry_delays: vec![Duration::from_millis(150); 400],
        delivery_concurrency: 16,
        ..simulator::Config::default()
    };
    let scene = Scene::with(database, config).await;
    // Nothing but the acknowledged webhooks may bring a message.
    scene.network.without_polling().await;
    scene
}

/// One kill at a named point, in the midst of traffic.
async fn at_point(database: Database, point: &str, count: u32) {
    let name = format!("{} at {point}:{count}", database.name);
    let mut scene = scene(database).await;
    scene.stop().await;
    let deadly = scene.command().with("MADOGUCHI_CRASH_AT", &format!("{point}:{count}"));
    scene.start_as(&deadly).await;
    let traffic = Traffic::start(&scene, seed(), 60);
    let status = scene.ended().await;
    assert!(!status.success(), "{name}: the crash point was not reached: {status}");
    scene.start().await;
    traffic.finish().await.compare(&scene, &name, RECOVERY).await;
    scene.stop().await;
}

/// Many kills at random moments, in the midst of traffic.
async fn at_random(database: Database) {
    let name = format!("{}, {} kills at random, seed {}", database.name, rounds(), seed());
    let mut scene = scene(database).await;
    let traffic = Traffic::start(&scene, seed(), u32::MAX);
    let mut random = simulator::Random::new(seed());
    for round in 1..=rounds() {
        // The moment itself is what is drawn: from during the start to well into the work.
        tokio::time::sleep(Duration::from_millis(200 + random.bits() % 2_500)).await;
        println!("{name}: kill {round}");
        scene.kill().await;
        scene.start().await;
    }
    traffic.finish().await.compare(&scene, &name, RECOVERY).await;
    scene.stop().await;
}

macro_rules! points {
    ($($test:ident: $point:literal, $count:literal;)*) => {$(
        mod $test {
            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                super::at_point(super::Database::sqlite(), $point, $count).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                let Some(database) = super::Database::postgres().await else { return };
                super::at_point(database, $point, $count).await;
            }
        }
    )*};
}
points! {
    after_journal: "after_journal", 5;
    after_file: "after_file", 5;
    after_claim: "after_claim", 2;
    after_network_accepted: "after_network_accepted", 3;
    after_recorded: "after_recorded", 3;
}

mod random_moments {
    #[tokio::test(flavor = "multi_thread")]
    async fn on_sqlite() {
        super::at_random(super::Database::sqlite()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn on_postgres() {
        let Some(database) = super::Database::postgres().await else { return };
        super::at_random(database).await;
    }
}
