//! Attacks on the way in: signatures, handshakes, replays, other people's addresses, bodies that hurt.

use crate::world::{Company, World, mention, mention_with, on_every_engine, sign};
use axum::http::{Method, StatusCode};

const HEADER: &str = "x-twitter-webhooks-signature";

async fn refused(world: &World, company: &Company, body: &[u8], signatures: &[&str], status: StatusCode) {
    let before = world.journal().await;
    let mut ask = world.post(&company.hook()).bytes(body);
    for signature in signatures {
        ask = ask.header(HEADER, signature);
    }
    let answer = ask.send().await;
    assert_eq!(answer.status, status, "{signatures:?}: {}", answer.text);
    assert_eq!(world.journal().await, before, "nothing stored for {signatures:?}");
}

#[tokio::test]
async fn attacks_1_and_2_only_the_right_signature_over_the_raw_bytes_lets_in() {
    on_every_engine(async |world| {
        let body = mention(&world.ours, "@AsterCare hello");
        let right = sign(&world.ours.secret, &body);
        refused(&world, &world.ours, &body, &[], StatusCode::UNAUTHORIZED).await;
        for wrong in ["", "sha256=", "sha1=deadbeef", &right[..right.len() - 2], &right[7..], &sign("other", &body)] {
            refused(&world, &world.ours, &body, &[wrong], StatusCode::UNAUTHORIZED).await;
        }
        refused(&world, &world.ours, &body, &[&right, &right], StatusCode::UNAUTHORIZED).await;
        let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let rewritten = serde_json::to_vec_pretty(&value).unwrap();
        refused(&world, &world.ours, &rewritten, &[&right], StatusCode::UNAUTHORIZED).await;
        let answer = world.deliver(&world.ours, &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert_eq!(world.journal().await, 1);
    })
    .await;
}

#[tokio::test]
async fn attack_3_an_app_without_its_secret_stays_closed() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        let new =
            serde_json::json!({ "network": "x", "name": "Second", "fields": { "client_id": "c" }, "enabled": true });
        let answer = world.post("/api/v1/apps").by(&owner).json(&new).send().await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.json()["error"]["fields"][0]["field"], "fields.consumer_secret");
        let new = serde_json::json!({ "network": "x", "name": "Second", "fields": { "client_id": "c" } });
        let made = world.post("/api/v1/apps").by(&owner).json(&new).send().await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let hook = format!("/hooks/x/{}", made.json()["id"].as_str().unwrap());
        let body = mention(&world.ours, "@x");
        let answer = world.post(&hook).header(HEADER, &sign("", &body)).bytes(body).send().await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "an app that is off has no address");
        assert_eq!(world.journal().await, 0);
    })
    .await;
}

#[tokio::test]
async fn attacks_4_and_5_the_same_delivery_a_hundred_times_is_one_message() {
    on_every_engine(async |world| {
        let body = mention(&world.ours, "@AsterCare my card does not work");
        let deliveries = (0..100).map(|_| world.deliver(&world.ours, &body));
        for answer in futures::future::join_all(deliveries).await {
            assert_eq!(answer.status, StatusCode::OK);
        }
        world.filed().await;
        world.clock.forward(jiff::SignedDuration::from_hours(24));
        assert_eq!(world.deliver(&world.ours, &body).await.status, StatusCode::OK, "a replay after a day");
        world.filed().await;
        let owner = world.browser(&world.ours.owner).await;
        let cases = world.get("/api/v1/cases").by(&owner).send().await.json();
        assert_eq!(cases["items"].as_array().unwrap().len(), 1, "{}: one case", world.engine);
        let case = cases["items"][0]["id"].as_str().unwrap();
        let at = format!("/api/v1/cases/{case}/messages");
        assert_eq!(world.get(&at).by(&owner).send().await.json()["items"].as_array().unwrap().len(), 1);
        let at = format!("/api/v1/cases/{case}/conversations");
        assert_eq!(world.get(&at).by(&owner).send().await.json()["items"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn attacks_6_and_7_the_handshake_signs_nothing_but_short_tokens() {
    on_every_engine(async |world| {
        let hook = world.ours.hook();
        let answer = world.get(&format!("{hook}?crc_token=abc-123_X")).send().await;
        assert_eq!(answer.status, StatusCode::OK);
        let expected = sign(&world.ours.secret, b"abc-123_X");
        assert_eq!(answer.json()["response_token"], expected.as_str());
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let body = String::from_utf8(mention(&world.ours, "@x")).unwrap();
        let oracle: String = url::form_urlencoded::byte_serialize(body.as_bytes()).collect();
        let long = "a".repeat(500);
        for token in [oracle.as_str(), "%3Cscript%3E", "", "a%20b", &long, "%00", "a&crc_token=b"] {
            let answer = world.get(&format!("{hook}?crc_token={token}")).send().await;
            assert!(answer.status.is_client_error(), "{token:.40}: {}", answer.status);
            assert!(!answer.text.contains("sha256="), "{token:.40}");
        }
    })
    .await;
}

#[tokio::test]
async fn attack_8_a_signature_counts_at_its_own_address_alone() {
    on_every_engine(async |world| {
        let body = mention(&world.ours, "@AsterCare hello");
        let ours = sign(&world.ours.secret, &body);
        refused(&world, &world.theirs, &body, &[&ours], StatusCode::UNAUTHORIZED).await;
        // Signed by Birch for Birch's address, but about Aster's account: parked, shown to nobody at Aster.
        let answer = world.deliver(&world.theirs, &body).await;
        assert_eq!(answer.status, StatusCode::OK);
        world.filed().await;
        for company in [&world.ours, &world.theirs] {
            let owner = world.browser(&company.owner).await;
            let cases = world.get("/api/v1/cases").by(&owner).send().await.json();
            assert_eq!(cases["items"].as_array().unwrap().len(), 0, "{}", world.engine);
        }
        let owner = world.browser(&world.theirs.owner).await;
        let parked = world.get("/api/v1/parked").by(&owner).send().await.json();
        assert_eq!(parked["items"].as_array().unwrap().len(), 1);
        for wrong in ["/hooks/x/nonsense", "/hooks/y/", &format!("/hooks/y/{}", world.ours.app), "/hooks/x/%00"] {
            let answer = world.post(wrong).header(HEADER, &ours).bytes(body.clone()).send().await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
        }
    })
    .await;
}

#[tokio::test]
async fn attack_11_bodies_that_hurt_are_refused_or_kept_whole() {
    on_every_engine(async |world| {
        let huge = vec![b'x'; 1024 * 1024 + 1];
        refused(&world, &world.ours, &huge, &[&sign(&world.ours.secret, &huge)], StatusCode::PAYLOAD_TOO_LARGE).await;
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000)).into_bytes();
        refused(&world, &world.ours, &deep, &[&sign(&world.ours.secret, &deep)], StatusCode::BAD_REQUEST).await;
        for text in ["", "null", "17", "not json", "{\"data\":"] {
            let status = world.deliver(&world.ours, text.as_bytes()).await.status;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{text:?}");
        }
        assert_eq!(world.journal().await, 0);
        // What hides in texts comes in and does no harm: NUL, lone surrogates, right-to-left marks, a novel.
        let ugly = "@AsterCare \\u0000 \\ud800 \u{202e}z\u{0337}\u{0353}algo";
        for (index, text) in [ugly.to_owned(), "@AsterCare ".repeat(40_000)].iter().enumerate() {
            let id = (2_080_765_813_579_000_000_i64 + i64::try_from(index).unwrap()).to_string();
            let body = mention_with(&world.ours, "TEXT", &id, "2222222222222222222");
            let body = String::from_utf8(body).unwrap().replace("\"TEXT\"", &format!("\"{text}\""));
            let answer = world.deliver(&world.ours, body.as_bytes()).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        }
        world.filed().await;
        let owner = world.browser(&world.ours.owner).await;
        let answer = world.get("/api/v1/cases").by(&owner).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn attack_12_an_app_that_is_switched_off_takes_nothing() {
    on_every_engine(async |world| {
        let owner = world.browser(&world.ours.owner).await;
        let body = mention(&world.ours, "@AsterCare hello");
        assert_eq!(world.deliver(&world.ours, &body).await.status, StatusCode::OK);
        let at = format!("/api/v1/apps/{}", world.ours.app);
        let off = serde_json::json!({ "enabled": false });
        let answer = world.ask(Method::PATCH, &at).by(&owner).json(&off).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let before = world.journal().await;
        assert_eq!(world.deliver(&world.ours, &body).await.status, StatusCode::NOT_FOUND, "at once, not after a while");
        assert_eq!(world.journal().await, before);
    })
    .await;
}

#[tokio::test]
async fn attack_10_of_a_batch_every_good_item_is_kept_and_the_broken_one_too() {
    on_every_engine(async |world| {
        let one = |text: &str, author: &str, id: i64| {
            String::from_utf8(mention_with(&world.ours, text, &id.to_string(), author)).unwrap()
        };
        let broken = one("@AsterCare broken", "44", 2_080_765_813_592_000_003)
            .replace("\"author_id\":\"44\"", "\"author_id\":[]");
        assert!(broken.contains("[]"));
        let batch = [
            one("@AsterCare from the first", "41", 2_080_765_813_592_000_001),
            broken,
            one("@AsterCare from the second", "42", 2_080_765_813_592_000_002),
        ];
        let answer = world.deliver(&world.ours, format!("[{}]", batch.join(",")).as_bytes()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        world.filed().await;
        let owner = world.browser(&world.ours.owner).await;
        let cases = world.get("/api/v1/cases").by(&owner).send().await.json();
        let mut excerpts: Vec<&str> =
            cases["items"].as_array().unwrap().iter().map(|case| case["excerpt"].as_str().unwrap()).collect();
        excerpts.sort_unstable();
        assert_eq!(excerpts, ["@AsterCare from the first", "@AsterCare from the second"], "{}", world.engine);
        let contacts: std::collections::BTreeSet<&str> =
            cases["items"].as_array().unwrap().iter().map(|case| case["contact"].as_str().unwrap()).collect();
        assert_eq!(contacts.len(), 2, "each with their own");
        let parked = world.get("/api/v1/parked").by(&owner).send().await.json();
        assert_eq!(parked["items"].as_array().unwrap().len(), 1, "{parked}");
    })
    .await;
}

#[tokio::test]
async fn attack_13_what_we_said_ourselves_is_no_question_to_us() {
    on_every_engine(async |world| {
        for (id, author) in [("2080765813593000001", world.ours.account.as_str()), ("2080765813593000002", "43")] {
            let body = mention_with(&world.ours, "@AsterCare my card does not work, can you help?", id, author);
            assert_eq!(world.deliver(&world.ours, &body).await.status, StatusCode::OK);
        }
        world.filed().await;
        let owner = world.browser(&world.ours.owner).await;
        let cases = world.get("/api/v1/cases").by(&owner).send().await.json();
        let waiting: Vec<_> =
            cases["items"].as_array().unwrap().iter().filter(|case| !case["waiting_since"].is_null()).collect();
        assert_eq!(waiting.len(), 1, "{}: the customer alone waits: {cases}", world.engine);
        let owed = world.edge.store.main.fetch_all("SELECT id FROM outbox", &[]).await.unwrap();
        assert!(owed.is_empty(), "nothing answers by itself");
    })
    .await;
}
