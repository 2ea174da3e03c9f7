//! Attack 11 through the real port on both engines: what is signed and means harm is refused or kept, and the work goes on.

use crate::scene::database::Database;
use crate::scene::patience::SOON;
use crate::scene::webhook::{SIGNATURE, signature};
use crate::scene::{HELP, Scene};
use reqwest::StatusCode;
use serde_json::{Value, json};

const FIRST_ID: u64 = 1_900_000_000_000_900_000;
/// Most that a body may weigh.
const BODY_LIMIT: usize = 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn attack_11_on_sqlite() {
    tell(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_11_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    tell(database).await;
}

async fn tell(database: Database) {
    let mut scene = Scene::new(database).await;
    bodies_without_end_or_depth(&scene).await;
    bombs(&scene).await;
    names_and_texts(&scene).await;
    crowded_bodies(&scene).await;
    // Whatever came before: a customer's question arrives, is listed and is found.
    scene.deliver_signed(&scene.mention(FIRST_ID + 1, "where is my statement, please?")).await.unwrap();
    scene.arrived(&(FIRST_ID + 1).to_string()).await;
    scene.filed(SOON).await;
    scene.api().get("/cases?limit=100").await;
    let found = async || scene.api().get("/search?q=statement").await["items"].as_array().unwrap().len();
    crate::scene::patience::eventually("it is found", SOON, || async { (found().await == 1).then_some(()) }).await;
    let log = scene.product.as_ref().unwrap().log();
    assert!(!log.contains("panicked"), "{log}");
    scene.stop().await;
}

async fn bodies_without_end_or_depth(scene: &Scene) {
    let nested =
        |depth: usize| format!(r#"{{"data":{}{}}}"#, r#"{"a":"#.repeat(depth), "1".to_owned() + &"}".repeat(depth));
    for (what, body, wanted) in [
        ("a hundred thousand brackets", "[".repeat(100_000), 400),
        ("deep and well formed", nested(10_000), 400),
        ("a number without end", format!(r#"{{"data":{}}}"#, "9".repeat(500_000)), 0),
        ("the same key again and again", format!("{{{}\"data\":1}}", "\"data\":1,".repeat(50_000)), 0),
    ] {
        let status = scene.deliver_signed(body.as_bytes()).await.unwrap().as_u16();
        assert!(status < 500 && (wanted == 0 || status == wanted), "{what}: {status}");
    }
}

/// What unfolds is not unfolded: the bytes that were signed are the body.
async fn bombs(scene: &Scene) {
    let made = std::process::Command::new("sh").args(["-c", "head -c 209715200 /dev/zero | gzip -1"]).output().unwrap();
    let bomb = made.stdout;
    assert!((100_000..BODY_LIMIT).contains(&bomb.len()), "{} bytes", bomb.len());
    let secret = &scene.network.made().app.consumer_secret;
    for encoding in ["gzip", "deflate", "br", "gzip, gzip"] {
        let request = reqwest::Client::new()
            .post(scene.webhook())
            .header("content-encoding", encoding)
            .header(SIGNATURE, signature(secret, &bomb))
            .body(bomb.clone());
        assert_eq!(request.send().await.unwrap().status(), StatusCode::BAD_REQUEST, "{encoding}");
    }
}

async fn names_and_texts(scene: &Scene) {
    let author = |body: &mut Value, name: &str, value: &str| body["data"]["includes"]["users"][0][name] = json!(value);
    let novel = "n".repeat(900_000);
    let odd = "\u{202e}evil\u{0}\u{feff}\u{301}\u{301}";
    for (number, (name, handle, text)) in [
        (novel.as_str(), "person", "a name without end"),
        ("Person", novel.as_str(), "a handle without end"),
        ("Person", "person", novel.as_str()),
        (odd, odd, odd),
        ("'; DROP TABLE message; --", "%_\\", "{{7*7}} ${7*7} <script>alert(1)</script>"),
        ("", "", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let id = FIRST_ID + 100 + number as u64;
        let mut body: Value = serde_json::from_slice(&scene.mention(id, text)).unwrap();
        author(&mut body, "name", name);
        author(&mut body, "username", handle);
        let status = scene.deliver_signed(body.to_string().as_bytes()).await;
        assert_eq!(status, Some(StatusCode::OK), "number {number}");
        scene.arrived(&id.to_string()).await;
    }
    // Half a character, as JSON can say it and UTF-8 cannot: in the text, in the name, in a key.
    for (number, half) in [r"\ud800", r"\udfff\ud800", r"\u0000\ud83d"].into_iter().enumerate() {
        let id = FIRST_ID + 200 + number as u64;
        let mut body: Value = serde_json::from_slice(&scene.mention(id, "HALF")).unwrap();
        author(&mut body, "name", "HALF");
        body["data"]["HALF"] = json!("HALF");
        let body = body.to_string().replace("HALF", half);
        assert_eq!(scene.deliver_signed(body.as_bytes()).await, Some(StatusCode::OK), "{half}");
        scene.arrived(&id.to_string()).await;
    }
    let longest = "SELECT CAST(max(length(name)) AS BIGINT) AS count FROM identity";
    assert!(scene.count(longest).await <= 200);
}

async fn crowded_bodies(scene: &Scene) {
    // Ten thousand events of a kind that nobody knows: each is kept for review.
    let account = scene.network.account_id(HELP);
    let one = format!(r#"{{"data":{{"event_type":"x.y","filter":{{"user_id":"{account}"}}}}}}"#);
    let many = format!("[{}]", vec![one.as_str(); 10_000].join(","));
    assert!(many.len() < BODY_LIMIT);
    // What was well formed and no delivery of theirs is kept for review already.
    let parked_before = scene.count("SELECT count(*) AS count FROM parked").await;
    assert_eq!(scene.deliver_signed(many.as_bytes()).await, Some(StatusCode::OK));
    scene.filed(SOON * 2).await;
    assert_eq!(scene.count("SELECT count(*) AS count FROM parked").await, parked_before + 10_000);
    // As many good ones as a body holds, a broken one among them.
    let mentions: Vec<String> = (0..1_000)
        .map(|number| String::from_utf8(scene.mention(FIRST_ID + 10_000 + number, "hello")).unwrap())
        .chain(["{\"data\":7}".to_owned()])
        .collect();
    let body = format!("[{}]", mentions.join(","));
    assert!(body.len() < BODY_LIMIT, "{}", body.len());
    let before = scene.count("SELECT count(*) AS count FROM message").await;
    assert_eq!(scene.deliver_signed(body.as_bytes()).await, Some(StatusCode::OK));
    scene.filed(SOON * 2).await;
    assert_eq!(scene.count("SELECT count(*) AS count FROM message").await, before + 1_000);
    assert_eq!(scene.count("SELECT count(*) AS count FROM parked").await, parked_before + 10_001);
}
