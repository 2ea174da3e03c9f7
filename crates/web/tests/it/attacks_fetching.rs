//! Attacks by what customers' files lead to (attacks 23–26): inside addresses, other schemes, drips, floods, lies about types.

use crate::world::{Making, World, mention_with, until};
use axum::http::StatusCode;
use jiff::SignedDuration;
use networks::ClientOptions;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use store::testing::every_engine;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Patience of the product's client in this test.
const PATIENCE: Duration = Duration::from_secs(1);
const PAGE: &[u8] = b"<!doctype html><script>alert(1)</script>";

/// A server of somebody who means harm: `/drip` never ends and hardly begins, `/flood` never ends, `/huge` says how long it
/// will be, `/page` says that it is a picture, `/inside` leads to `inside`.
async fn hostile_server(inside: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, inside));
        }
    });
    address
}

async fn answer(mut stream: TcpStream, inside: SocketAddr) -> std::io::Result<()> {
    let mut head = [0; 4096];
    let read = stream.read(&mut head).await?;
    let path = String::from_utf8_lossy(&head[..read]).split(' ').nth(1).unwrap_or_default().to_owned();
    let start = |more: &str| format!("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n{more}\r\n");
    if path.starts_with("/drip") {
        stream.write_all(start("content-length: 1000\r\n").as_bytes()).await?;
        loop {
            stream.write_all(b"x").await?;
            tokio::time::sleep(PATIENCE / 5).await;
        }
    } else if path.starts_with("/huge") {
        stream.write_all(start("content-length: 99999999999\r\n").as_bytes()).await
    } else if path.starts_with("/flood") {
        stream.write_all(start("").as_bytes()).await?;
        loop {
            stream.write_all(&[0; 64 * 1024]).await?;
        }
    } else if path.starts_with("/inside") {
        let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://{inside}/secret\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await
    } else {
        stream.write_all(start(&format!("content-length: {}\r\n", PAGE.len())).as_bytes()).await?;
        stream.write_all(PAGE).await
    }
}

/// A mention with a picture at an address.
async fn with_picture(world: &World, id: i64, url: &str) {
    let id = id.to_string();
    let body = mention_with(&world.ours, "@AsterCare see", &id, "2222222222222222222");
    let mut body: Value = serde_json::from_slice(&body).unwrap();
    body["data"]["payload"]["attachments"] = json!({ "media_keys": [format!("3_{id}")] });
    body["data"]["includes"]["media"] = json!([{ "media_key": format!("3_{id}"), "type": "photo", "url": url }]);
    let answer = world.deliver(&world.ours, body.to_string().as_bytes()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    world.filed().await;
}

/// What became of the file: where it lies, and what was wrong with it.
async fn became(world: &World, url: &str) -> (Option<String>, Option<String>, String) {
    let sql = "SELECT id, location, trouble FROM attachment WHERE source_url = $1";
    let row = world.edge.store.main.fetch_one(sql, &[url.into()]).await.unwrap();
    let id = row.id::<domain::id::AttachmentId>("id").unwrap().to_string();
    (row.optional_text("location").unwrap(), row.optional_text("trouble").unwrap(), id)
}

async fn fails(world: &World, url: &str) -> String {
    until(&format!("{url} is given up"), async || became(world, url).await.1.is_some()).await;
    let (location, trouble, _) = became(world, url).await;
    assert_eq!(location, None);
    trouble.unwrap()
}

#[tokio::test]
async fn attacks_23_to_26_a_file_from_outside_is_fetched_within_bounds_or_not_at_all() {
    for fresh in every_engine().await {
        let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = hostile_server(inside.local_addr().unwrap()).await;
        let allowed = [server.to_string().parse().unwrap()].into();
        let client = ClientOptions { allowed, total_time: PATIENCE, ..ClientOptions::default() };
        let world = World::made(fresh, Making { client, ..Making::default() }, |_| {}).await;
        let mut id = 2_080_765_813_590_000_000;
        let mut next = async |url: &str| {
            id += 1;
            with_picture(&world, id, url).await;
        };

        // More drips than are fetched at once, before anything else: what comes behind them is fetched all the same.
        let mut drips: Vec<String> = (0..5).map(|number| format!("http://{server}/drip{number}")).collect();
        drips.push(format!("http://{server}/flood"));
        for drip in &drips {
            next(drip).await;
        }
        let page = format!("http://{server}/page");
        next(&page).await;
        until("the file behind the drips is here", async || {
            // On a busy machine its first try may take too long as well; the next is due soon.
            world.clock.forward(SignedDuration::from_millis(100));
            became(&world, &page).await.0.is_some()
        })
        .await;
        for drip in &drips {
            assert_eq!(became(&world, drip).await.0, None, "a drip is no file");
        }
        // It says that it is a picture; its bytes are a page, and it is given out as something to keep, not to show.
        let owner = world.browser(&world.ours.owner).await;
        let (_, _, file) = became(&world, &page).await;
        let link = world.get(&format!("/attachments/{file}")).by(&owner).send().await;
        let given = world.get(link.header("location")).send().await;
        assert_eq!(given.text.as_bytes(), PAGE);
        assert_eq!(given.header("content-type"), "application/octet-stream");
        assert!(given.header("content-disposition").starts_with("attachment;"));

        // Not to be had, said at once and for good.
        for (path, why) in [
            (format!("http://{server}/huge"), "larger"),
            (format!("http://{server}/inside"), "blocked"),
            (format!("http://{}/secret", inside.local_addr().unwrap()), "blocked"),
            ("http://169.254.169.254/latest/meta-data/".to_owned(), "blocked"),
            ("http://[::ffff:127.0.0.1]/".to_owned(), "blocked"),
            ("http://2130706433/".to_owned(), "blocked"),
            ("file:///etc/passwd".to_owned(), "blocked"),
            ("gopher://127.0.0.1:25/_HELO".to_owned(), "blocked"),
        ] {
            next(&path).await;
            let trouble = fails(&world, &path).await;
            assert!(trouble.contains(why), "{}: {path}: {trouble}", world.engine);
        }
        // Nobody ever knocked at the inside.
        assert!(tokio::time::timeout(Duration::ZERO, inside.accept()).await.is_err());

        // Tried a few times with growing pauses, then given up, with the reason.
        for drip in &drips {
            until(&format!("{drip} is given up"), async || {
                world.clock.forward(SignedDuration::from_mins(5));
                became(&world, drip).await.1.is_some()
            })
            .await;
        }
        assert!(fails(&world, &drips[0]).await.contains("no answer in time"));
        world.stop.cancel();
    }
}
