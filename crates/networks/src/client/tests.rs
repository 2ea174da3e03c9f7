//! The guard and the bounds at work, over real connections (ATTACKS 23–26).

use super::resolver::{PublicOnly, blocked_in};
use super::{Blocked, Client, ClientOptions, Failure};
use http::{HeaderMap, Method};
use reqwest::dns::Resolve;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn client(allowed: SocketAddr, total_time: Duration) -> Client {
    let allowed = [allowed.to_string().parse().unwrap()].into();
    Client::new(ClientOptions { allowed, total_time, ..ClientOptions::default() }).unwrap()
}

/// A server that answers the head at once and then writes `chunk` for ever, with a pause between.
async fn endless(chunk: &'static [u8], pause: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n").await;
            while stream.write_all(chunk).await.is_ok() {
                tokio::time::sleep(pause).await;
            }
        }
    });
    address
}

#[tokio::test]
async fn the_guard_is_on_by_default() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).expect(0).mount(&server).await;
    let client = Client::new(ClientOptions::default()).unwrap();
    let refused = client.request(Method::GET, &server.uri()).map(|_| ());
    assert_eq!(refused, Err(Failure::Blocked(Blocked::NotPublic)));
}

/// A name that looks harmless is judged by what it resolves to, at the moment of connecting.
#[tokio::test]
async fn a_name_that_leads_inside_is_refused_when_it_is_resolved() {
    let refused = PublicOnly.resolve("localhost".parse().unwrap()).await;
    let error = refused.err().unwrap();
    assert_eq!(error.downcast_ref::<Blocked>(), Some(&Blocked::NotPublic));
    // The same through the client whose connections use that resolver.
    let guarded = reqwest::Client::builder().no_proxy().dns_resolver(PublicOnly).build().unwrap();
    let error = guarded.get("http://localhost:9/").send().await.unwrap_err();
    assert_eq!(blocked_in(&error), Some(Blocked::NotPublic));
}

#[tokio::test]
async fn a_redirect_to_the_inside_is_refused() {
    let (server, inner) = (MockServer::start().await, MockServer::start().await);
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).expect(0).mount(&inner).await;
    for (name, target) in [
        ("/picture", inner.uri()),
        ("/metadata", "http://169.254.169.254/latest/meta-data/".to_owned()),
        ("/file", "file:///etc/passwd".to_owned()),
    ] {
        let away = ResponseTemplate::new(302).insert_header("location", target.as_str());
        Mock::given(path(name)).respond_with(away).mount(&server).await;
    }
    let client = client(*server.address(), Duration::from_secs(5));
    for (name, why) in [("picture", Blocked::NotPublic), ("metadata", Blocked::NotPublic), ("file", Blocked::Scheme)] {
        let answer = client.download(&format!("{}/{name}", server.uri()), HeaderMap::new(), 1024).await;
        assert_eq!(answer.map(|answer| answer.status), Err(Failure::Blocked(why)), "{name}");
    }
    // A call to an API follows nothing: it sees the redirect.
    let request = client.request(Method::GET, &format!("{}/picture", server.uri())).unwrap();
    assert_eq!(client.send(request).await.unwrap().status, 302);
}

#[tokio::test]
async fn redirects_in_a_circle_end() {
    let server = MockServer::start().await;
    let again = ResponseTemplate::new(302).insert_header("location", "/again");
    Mock::given(any()).respond_with(again).expect(4).mount(&server).await;
    let client = client(*server.address(), Duration::from_secs(5));
    let answer = client.download(&server.uri(), HeaderMap::new(), 1024).await;
    assert!(matches!(answer, Err(Failure::Lost(_))));
}

#[tokio::test]
async fn an_endless_body_is_cut_by_size_and_a_slow_one_by_time() {
    let fast = endless(&[0; 1024], Duration::ZERO).await;
    let answer =
        client(fast, Duration::from_secs(20)).download(&format!("http://{fast}/"), HeaderMap::new(), 8192).await;
    assert_eq!(answer.map(|answer| answer.status), Err(Failure::TooLarge(8192)));
    let slow = endless(b"x", Duration::from_millis(50)).await;
    let answer =
        client(slow, Duration::from_millis(400)).download(&format!("http://{slow}/"), HeaderMap::new(), 8192).await;
    assert_eq!(answer.map(|answer| answer.status), Err(Failure::Lost("no answer in time".to_owned())));
}

#[tokio::test]
async fn a_length_that_is_stated_is_believed_before_the_body_is_read() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_bytes(vec![0; 2048])).mount(&server).await;
    let client = client(*server.address(), Duration::from_secs(5));
    let answer = client.download(&server.uri(), HeaderMap::new(), 1024).await;
    assert_eq!(answer.map(|answer| answer.status), Err(Failure::TooLarge(1024)));
}
