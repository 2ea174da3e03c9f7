//! Attacks on the sockets themselves (attack 70): frames, heads and chunks of absurd sizes, over real connections.

use crate::world::World;
use std::net::SocketAddr;
use std::time::Duration;
use store::testing::sqlite;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Longest wait for what must come.
const PATIENCE: Duration = Duration::from_secs(30);
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

async fn listening(world: &World, connections: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(web::serve(listener, world.router.clone(), connections, world.stop.clone()));
    address
}

/// Sends bytes and reads until the server ends the connection.
async fn said(address: SocketAddr, sent: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may have had enough before everything is sent.
    let _ = stream.write_all(sent).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    // A reset is an end too.
    assert!(read.is_ok(), "the connection stays open");
    answer
}

fn status(answer: &[u8]) -> Option<u16> {
    String::from_utf8_lossy(answer).strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

async fn is_alive(address: SocketAddr) -> bool {
    status(&said(address, b"GET /healthz HTTP/1.1\r\nhost: desk.test\r\nconnection: close\r\n\r\n").await) == Some(200)
}

#[tokio::test]
async fn attack_70_oversized_frames_heads_and_chunks_end_their_own_connection_alone() {
    let world = World::over(sqlite().await, |_| {}).await;
    let address = listening(&world, web::CONNECTIONS).await;

    // An HTTP/2 frame that says it is 16 MB long: GOAWAY with FRAME_SIZE_ERROR (6), or the line is cut.
    let mut frame = PREFACE.to_vec();
    frame.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 0, 0]);
    frame.extend_from_slice(&[0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1]);
    frame.extend_from_slice(&[0; 64 * 1024]);
    let answer = said(address, &frame).await;
    assert!(!String::from_utf8_lossy(&answer).contains("200"), "{answer:?}");
    // A flood of settings and pings that nobody asked for ends, or is answered; it does not hold the process.
    let mut flood = PREFACE.to_vec();
    flood.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 0, 0]);
    for _ in 0..50_000 {
        flood.extend_from_slice(&[0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
    flood.extend_from_slice(&[0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1]);
    said(address, &flood).await;
    assert!(is_alive(address).await);

    let head = |lines: &str| format!("GET /healthz HTTP/1.1\r\nhost: desk.test\r\n{lines}\r\n").into_bytes();
    let long = head(&format!("x-novel: {}\r\n", "x".repeat(1024 * 1024)));
    let many: String = (0..10_000).map(|number| format!("x-{number}: 1\r\n")).collect();
    let path = format!("GET /{} HTTP/1.1\r\nhost: desk.test\r\n\r\n", "x".repeat(1024 * 1024)).into_bytes();
    for (what, sent) in [("a line of a megabyte", long), ("ten thousand lines", head(&many)), ("an endless path", path)]
    {
        let answer = said(address, &sent).await;
        assert!(matches!(status(&answer), None | Some(400 | 414 | 431)), "{what}: {:?}", status(&answer));
    }
    for size in ["FFFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFFF", "-1", "zz"] {
        let sent = format!(
            "POST /sign-in HTTP/1.1\r\nhost: desk.test\r\ntransfer-encoding: chunked\r\n\r\n{size}\r\n{}",
            "x".repeat(600 * 1024)
        );
        let answer = said(address, sent.as_bytes()).await;
        assert!(status(&answer).is_none_or(|status| (400..500).contains(&status)), "{size}: {:?}", status(&answer));
    }
    // Two lengths, or a length beside chunks: a proxy in front might read it otherwise.
    for lines in ["content-length: 5\r\ncontent-length: 6\r\n", "content-length: x\r\n"] {
        let sent = format!("POST /sign-in HTTP/1.1\r\nhost: desk.test\r\n{lines}\r\nhello");
        assert!(matches!(status(&said(address, sent.as_bytes()).await), None | Some(400)), "{lines}");
    }
    assert!(is_alive(address).await);
    world.stop.cancel();
}

#[tokio::test]
async fn attack_70_who_comes_when_all_places_are_taken_is_turned_away_and_let_in_later() {
    let world = World::over(sqlite().await, |_| {}).await;
    let address = listening(&world, 20).await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // One answer proves that the connection has its place, and keeps it.
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: desk.test\r\n\r\n").await.unwrap();
        let mut answer = [0; 15];
        stream.read_exact(&mut answer).await.unwrap();
        idle.push(stream);
    }
    assert!(!is_alive(address).await, "the twenty-first is turned away");
    idle.clear();
    crate::world::until("there is room again", async || is_alive(address).await).await;
    world.stop.cancel();
}
