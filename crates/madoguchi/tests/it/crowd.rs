//! Attack 70 on the real binary: readers that take nothing, and thousands of streams on one process.

use crate::scene::Scene;
use crate::scene::database::Database;
use crate::scene::patience::{SOON, eventually};
use domain::people::Scope;
use futures::StreamExt;
use reqwest::StatusCode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use std::time::{Duration, Instant};
use store::event::{NewEvent, append};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Streams that one token may hold.
const EACH: usize = 12;
const FIRST_ID: u64 = 1_900_000_000_000_600_000;

async fn tokens(scene: &Scene, count: usize) -> Vec<String> {
    let (scope, now) = (Scope::system(scene.workspace), jiff::Timestamp::now());
    let mut secrets = Vec::new();
    for number in 0..count {
        secrets.push(scene.store.create_token(&scope, &format!("reader {number}"), false, now).await.unwrap().1);
    }
    secrets
}

/// Asks for the stream and reads nothing yet. `window`: bytes that the peer may send ahead, for one who will not read; with so
/// few a reader would crawl.
async fn ask(scene: &Scene, token: &str, from: &str, window: Option<u32>) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    if let Some(window) = window {
        socket.set_recv_buffer_size(window).unwrap();
    }
    let address = scene.address().strip_prefix("http://").unwrap().parse().unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let head = format!("GET /api/v1/events{from} HTTP/1.1\r\nhost: desk\r\nauthorization: Bearer {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Reads until the words came; how many bytes that were.
async fn read_until(stream: &mut TcpStream, words: &str) -> usize {
    let (mut end, mut total) = (Vec::new(), 0);
    let mut piece = vec![0; 64 * 1024];
    // In all, not from one piece to the next: signs of life come for ever.
    let deadline = tokio::time::Instant::now() + SOON * 2;
    loop {
        let read = tokio::time::timeout_at(deadline, stream.read(&mut piece)).await.unwrap().unwrap();
        assert!(read > 0, "ended before {words:?}: {}", String::from_utf8_lossy(&end));
        total += read;
        end.extend_from_slice(&piece[..read]);
        if String::from_utf8_lossy(&end).contains(words) {
            return total;
        }
        // The words may lie across two pieces.
        end.drain(..end.len().saturating_sub(words.len()));
    }
}

/// Memory that the product holds, in MiB.
fn memory(scene: &Scene) -> u64 {
    let path = format!("/proc/{}/status", scene.product.as_ref().unwrap().id());
    let status = std::fs::read_to_string(path).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() / 1024
}

/// Events of a kilobyte each.
async fn many_events(scene: &Scene, count: usize) {
    let now = jiff::Timestamp::now();
    let event = NewEvent::of("case.changed", now).data(json!({ "padding": "x".repeat(1000) }));
    for _ in 0..count / 1000 {
        let mut tx = scene.store.main.begin().await.unwrap();
        append(&mut tx, scene.workspace, &vec![event.clone(); 1000]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_70_readers_that_take_nothing_on_sqlite() {
    readers_that_take_nothing(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_70_readers_that_take_nothing_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    readers_that_take_nothing(database).await;
}

async fn readers_that_take_nothing(database: Database) {
    let scene = Scene::new(database).await;
    many_events(&scene, 20_000).await;
    // The last that everybody may see: what happens to tokens is told to owners alone.
    let last = scene.store.last_event(&Scope::system(scene.workspace)).await.unwrap();
    let tokens = tokens(&scene, 5).await;
    let before = memory(&scene);
    // Sixty of them, each with twenty megabytes to come: what is kept for them would be more than a gigabyte.
    let client = reqwest::Client::new();
    let events = format!("{}/api/v1/events", scene.address());
    let status = async |token: &str| client.get(&events).bearer_auth(token).send().await.unwrap().status();
    let mut idle = Vec::new();
    for token in &tokens {
        for _ in 0..EACH {
            let mut stream = ask(&scene, token, "?after=0", Some(4096)).await;
            let mut begun = [0; 15];
            stream.read_exact(&mut begun).await.unwrap();
            assert_eq!(&begun, b"HTTP/1.1 200 OK");
            idle.push(stream);
        }
        assert_eq!(status(token).await, StatusCode::TOO_MANY_REQUESTS, "every place is taken");
    }

    // Somebody who reads is served meanwhile, from the beginning to what happens now.
    let mut reader = ask(&scene, &scene.token, "?after=0", None).await;
    let begun = Instant::now();
    let bytes = read_until(&mut reader, &format!("id: {last}\n")).await;
    let caught_up = begun.elapsed();
    assert!(bytes > 20_000_000);
    assert_eq!(scene.deliver_signed(&scene.mention(FIRST_ID, "is anybody there?")).await, Some(StatusCode::OK));
    read_until(&mut reader, "event: message.arrived").await;
    scene.api().get("/cases?limit=10").await;
    let held = memory(&scene).saturating_sub(before);
    println!("{}: sixty idle readers cost {held} MiB; another caught up in {caught_up:?}", scene.database.name);
    assert!(held < 250, "sixty readers that take nothing cost {held} MiB");

    // They are given up, and their places are free again, although none of them hung up.
    for token in &tokens {
        eventually("there is a place again", SOON * 2, || async {
            (status(token).await == StatusCode::OK).then_some(())
        })
        .await;
    }
    drop(idle);
    let mut scene = scene;
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_70_thousands_of_streams_on_sqlite() {
    thousands_of_streams(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_70_thousands_of_streams_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    thousands_of_streams(database).await;
}

async fn thousands_of_streams(database: Database) {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).unwrap();
    // As many as the system lets this process hold; three thousand where it can.
    let files = usize::try_from(limit.maximum.unwrap_or(1 << 20)).unwrap_or(usize::MAX);
    let wanted = 3_000.min(files / 2) / EACH * EACH;
    let mut scene = Scene::new(database).await;
    let tokens = tokens(&scene, wanted / EACH).await;
    let before = memory(&scene);
    let begun = Instant::now();
    let shared = &scene;
    let mut streams: Vec<TcpStream> = futures::stream::iter(tokens.iter().flat_map(|token| [token; EACH]))
        .map(|token| async move {
            let mut stream = ask(shared, token, "", None).await;
            read_until(&mut stream, "retry: 1000").await;
            stream
        })
        .buffer_unordered(64)
        .collect()
        .await;
    let opened = begun.elapsed();
    assert_eq!(streams.len(), wanted);
    let held = memory(&scene).saturating_sub(before);

    // One message reaches them all, and who works at the inbox is served meanwhile.
    let begun = Instant::now();
    assert_eq!(scene.deliver_signed(&scene.mention(FIRST_ID, "good morning, all of you")).await, Some(StatusCode::OK));
    let everybody = futures::future::join_all(
        streams.iter_mut().map(|stream| async move { read_until(stream, "event: message.arrived").await }),
    );
    let inbox = async {
        let begun = Instant::now();
        scene.api().get("/cases?limit=10").await;
        begun.elapsed()
    };
    let (_, inbox) = tokio::join!(everybody, inbox);
    println!(
        "{}: {wanted} streams opened in {opened:?} for {held} MiB; one message reached all in {:?}; the inbox took {inbox:?}",
        scene.database.name,
        begun.elapsed()
    );
    assert!(held < 400, "{wanted} streams cost {held} MiB");
    assert!(inbox < Duration::from_secs(20), "{inbox:?}");
    drop(streams);
    scene.stop().await;
}
