//! Attack 44 by the clock: whoever is named at the door, the same work is done before they are refused.

use crate::world::{Browser, Making, World};
use axum::http::{Method, StatusCode};
use serde_json::json;
use std::time::{Duration, Instant};
use store::testing::every_engine;

/// Tries of each; medians of so many do not mind a machine that is busy now and then.
const ROUNDS: usize = 15;

/// Somebody who is invited; who took the invitation up has a password that is hashed as this world hashes.
async fn invited(world: &World, owner: &Browser, email: &str, takes_up: bool) -> String {
    let made = world.post("/api/v1/agents").by(owner).json(&json!({ "email": email })).send().await.json();
    if takes_up {
        let (cookie, csrf) = world.door().await;
        let token = made["link"]["url"].as_str().unwrap().rsplit('/').next().unwrap();
        let password = "a password of my own";
        let fields =
            [("csrf", csrf.as_str()), ("token", token), ("name", "N"), ("password", password), ("again", password)];
        let taken = world.post("/invitation").header("cookie", &cookie).form(&fields).send().await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    }
    made["agent"]["id"].as_str().unwrap().to_owned()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::test]
async fn attack_44_the_same_work_is_done_for_everybody() {
    for fresh in every_engine().await {
        // Dear enough to stand out from everything else that a sign-in does.
        let hashing = argon2::Params::new(16 * 1024, 1, 1, None).unwrap();
        let world = World::made(fresh, Making { hashing, worker: false, ..Making::default() }, |_| {}).await;
        let owner = world.browser(&world.ours.owner).await;
        invited(&world, &owner, "known@aster.test", true).await;
        invited(&world, &owner, "open@aster.test", false).await;
        let out = invited(&world, &owner, "out@aster.test", true).await;
        let at = format!("/api/v1/agents/{out}");
        let gone = world.ask(Method::PATCH, &at).by(&owner).json(&json!({ "enabled": false })).send().await;
        assert_eq!(gone.status, StatusCode::OK, "{}", gone.text);

        let novel = "x".repeat(4096);
        let tries = [
            ("unknown", "nobody@aster.test", "a wrong password"),
            ("known", "known@aster.test", "a wrong password"),
            ("not yet in", "open@aster.test", "a wrong password"),
            ("kept out", "out@aster.test", "a password of my own"),
            ("known, with a novel", "known@aster.test", &novel),
            ("unknown, with a novel", "nobody@aster.test", &novel),
        ];
        let mut times = vec![Vec::new(); tries.len()];
        let mut without_hashing = Vec::new();
        for round in 0..ROUNDS {
            for (index, (who, email, password)) in tries.iter().enumerate() {
                let begun = Instant::now();
                let answer = world.sign_in(email, password, &format!("203.0.113.{round}")).await;
                times[index].push(begun.elapsed());
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{who}");
            }
            let begun = Instant::now();
            world.door().await;
            without_hashing.push(begun.elapsed());
            // The next round is counted anew.
            world.clock.forward(jiff::SignedDuration::from_mins(16));
        }
        let medians: Vec<Duration> = times.into_iter().map(median).collect();
        let door = median(without_hashing);
        println!("{}: {medians:?}, without a password {door:?}", world.engine);
        for ((who, ..), time) in tries.iter().zip(&medians) {
            let ratio = time.as_secs_f64() / medians[0].as_secs_f64();
            assert!((0.6..1.7).contains(&ratio), "{}: {who} took {ratio:.2} times as long as unknown", world.engine);
        }
        assert!(door < medians[0] / 2, "the measure sees the hashing: {door:?} against {:?}", medians[0]);
        world.stop.cancel();
    }
}
