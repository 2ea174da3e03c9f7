//! Acts, permission and subscriptions against a small server that answers as told.

use crate::access::{AppAccess, ChannelAccess, Secret, Tokens};
use crate::client::{Client, ClientOptions};
use crate::network::{CallError, Files, Network, Sent};
use crate::x::X;
use bytes::Bytes;
use domain::ability::ChannelFacts;
use domain::id::AttachmentId;
use domain::outgoing::{Outcome, Outgoing, OutgoingMedia};
use domain::vocabulary::ChannelRole;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;
use wiremock::matchers::{body_json, body_string_contains, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

struct Attached(Vec<u8>);

#[async_trait::async_trait]
impl Files for Attached {
    async fn read(&self, _attachment: AttachmentId) -> std::io::Result<Bytes> {
        Ok(Bytes::from(self.0.clone()))
    }
}

pub(super) fn client(server: &MockServer, total_time: Duration) -> Client {
    let allowed = [server.address().to_string().parse().unwrap()].into();
    Client::new(ClientOptions { allowed, total_time, ..ClientOptions::default() }).unwrap()
}

pub(super) fn x(server: &MockServer) -> X {
    X::new(client(server, Duration::from_secs(5)))
}

fn app(server: &MockServer) -> AppAccess {
    let settings = [("api_base", server.uri()), ("client_id", "our-app".to_owned())];
    let secrets = [("client_secret", "app-secret"), ("consumer_secret", "key"), ("bearer_token", "app-token")];
    AppAccess {
        app: uuid::Uuid::from_u128(1).into(),
        settings: settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        secrets: secrets.into_iter().map(|(name, value)| (name.to_owned(), Secret::new(value))).collect(),
    }
}

pub(super) fn channel(server: &MockServer) -> ChannelAccess {
    let channel = uuid::Uuid::from_u128(2).into();
    ChannelAccess {
        channel,
        app: app(server),
        facts: ChannelFacts {
            channel,
            account: "44".to_owned(),
            handle: "NordhafenBank".to_owned(),
            role: ChannelRole::Support,
            access_level: None,
            connected: true,
        },
        tokens: Tokens {
            access_token: Secret::new("user-token"),
            refresh_token: Some(Secret::new("refresh-1")),
            expires_at: None,
            permissions: vec!["tweet.write".to_owned()],
        },
    }
}

pub(super) fn reply(text: &str) -> Outgoing {
    Outgoing::Reply { in_reply_to: "900".to_owned(), text: text.to_owned(), media: Vec::new() }
}

async fn sent(x: &X, server: &MockServer, outgoing: &Outgoing) -> Sent {
    x.send(&channel(server), outgoing, &Attached(Vec::new()), Timestamp::now()).await
}

#[tokio::test]
async fn a_reply_leaves_as_the_contract_says() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/2/tweets"))
        .and(header("authorization", "Bearer user-token"))
        .and(body_json(json!({ "text": "Gern. example.com", "reply": { "in_reply_to_tweet_id": "900" } })))
        .respond_with(ResponseTemplate::new(201).set_body_json(json!({ "data": { "id": "901", "text": "Gern." } })))
        .expect(1)
        .mount(&server)
        .await;
    let sent = sent(&x(&server), &server, &reply("Gern. example.com")).await;
    let url = Some("https://x.com/NordhafenBank/status/901".to_owned());
    assert_eq!(sent.outcome, Outcome::Sent { external_id: Some("901".into()), url });
    assert_eq!((sent.charges[0].what.as_str(), sent.charges[0].count), ("post_create_with_url", 1));
}

fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Sent { .. } => "sent",
        Outcome::RetryAt { .. } => "retry",
        Outcome::Refused { .. } => "refused",
        Outcome::Unauthorised { .. } => "unauthorised",
        Outcome::Unknown { .. } => "unknown",
    }
}

#[tokio::test]
async fn every_answer_has_one_meaning() {
    let problem = |detail: &str| json!({ "type": "https://api.x.com/2/problems/client-forbidden", "title": "Forbidden", "detail": detail });
    let duplicate = problem("You are not allowed to create a Tweet with duplicate content.");
    let table: [(u16, Value, &str, &str); 13] = [
        (201, json!({ "data": { "id": "901" } }), "sent", "sent"),
        (201, json!({ "unexpected": true }), "unknown", "sent"),
        (400, problem("bad"), "refused", "refused"),
        (401, json!({ "title": "Unauthorized", "status": 401 }), "unauthorised", "unauthorised"),
        (403, problem("You may not reply"), "refused", "refused"),
        (403, duplicate, "unknown", "refused"),
        (404, problem("gone"), "refused", "sent"),
        (429, json!({ "errors": [{ "code": 88, "message": "Rate limit exceeded" }] }), "retry", "retry"),
        (500, json!({}), "unknown", "retry"),
        (502, json!({}), "unknown", "retry"),
        (503, json!({ "title": "Over capacity" }), "unknown", "retry"),
        (504, json!({}), "unknown", "retry"),
        (302, json!({}), "refused", "refused"),
    ];
    for (status, body, of_reply, of_delete) in table {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(status).set_body_json(&body);
        Mock::given(wiremock::matchers::any()).respond_with(answer).mount(&server).await;
        let x = x(&server);
        assert_eq!(kind(&sent(&x, &server, &reply("a")).await.outcome), of_reply, "{status} {body}");
        let delete = Outgoing::Delete { external_id: "901".into(), private: false };
        assert_eq!(kind(&sent(&x, &server, &delete).await.outcome), of_delete, "{status} {body}");
    }
}

#[tokio::test]
async fn xs_code_and_words_are_kept() {
    for (body, code, words) in [
        (
            json!({ "type": "https://api.x.com/2/problems/not-authorized-for-resource", "detail": "no" }),
            "not-authorized-for-resource",
            "no",
        ),
        (json!({ "errors": [{ "code": 187, "message": "old" }] }), "187", "old"),
        (json!({ "title": "Forbidden", "detail": "why", "type": "about:blank" }), "403", "why"),
        (json!({ "error": "access_denied", "error_description": "oauth" }), "access_denied", "oauth"),
        (json!("plain"), "403", "Forbidden"),
    ] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(403).set_body_json(&body);
        Mock::given(wiremock::matchers::any()).respond_with(answer).mount(&server).await;
        let outcome = sent(&x(&server), &server, &reply("a")).await.outcome;
        assert_eq!(outcome, Outcome::Refused { code: code.into(), message: words.into() });
    }
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_a_refused_connection_is_not() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(201).set_delay(Duration::from_secs(30));
    Mock::given(wiremock::matchers::any()).respond_with(slow).mount(&server).await;
    let x = X::new(client(&server, Duration::from_millis(200)));
    assert_eq!(kind(&sent(&x, &server, &reply("a")).await.outcome), "unknown");
    assert_eq!(
        kind(&sent(&x, &server, &Outgoing::Hide { external_id: "9".into(), hidden: true }).await.outcome),
        "retry"
    );

    // A port that nobody listens on any more: nothing was seen of it.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let allowed = [address.to_string().parse().unwrap()].into();
    let x = X::new(Client::new(ClientOptions { allowed, ..ClientOptions::default() }).unwrap());
    let mut channel = channel(&server);
    channel.app.settings.insert("api_base".into(), format!("http://{address}"));
    let outcome = x.send(&channel, &reply("a"), &Attached(Vec::new()), Timestamp::now()).await.outcome;
    assert!(matches!(&outcome, Outcome::RetryAt { code, .. } if code == "not_sent"), "{outcome:?}");
}

#[tokio::test]
async fn a_connection_that_closes_after_the_request_is_unknown() {
    use tokio::io::AsyncReadExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::spawn(async move {
        let mut connections = 0;
        while let Ok(Ok((mut stream, _))) = tokio::time::timeout(Duration::from_millis(500), listener.accept()).await {
            connections += 1;
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
        }
        connections
    });
    let server = MockServer::start().await;
    let allowed = [address.to_string().parse().unwrap()].into();
    let x = X::new(Client::new(ClientOptions { allowed, ..ClientOptions::default() }).unwrap());
    let mut channel = channel(&server);
    channel.app.settings.insert("api_base".into(), format!("http://{address}"));
    let outcome = x.send(&channel, &reply("a"), &Attached(Vec::new()), Timestamp::now()).await.outcome;
    assert_eq!(kind(&outcome), "unknown", "{outcome:?}");
    assert_eq!(served.await.unwrap(), 1, "the request went out once");
}

#[tokio::test]
async fn a_used_up_limit_is_obeyed_without_asking() {
    let server = MockServer::start().await;
    let reset = Timestamp::now().as_second() + 900;
    let answer = ResponseTemplate::new(429)
        .insert_header("x-rate-limit-remaining", "0")
        .insert_header("x-rate-limit-reset", reset.to_string().as_str())
        .set_body_json(json!({ "errors": [{ "code": 88, "message": "Rate limit exceeded" }] }));
    Mock::given(method("POST")).respond_with(answer).expect(1).mount(&server).await;
    let x = x(&server);
    for _ in 0..3 {
        let outcome = sent(&x, &server, &reply("a")).await.outcome;
        let Outcome::RetryAt { at, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(at.map(Timestamp::as_second), Some(reset));
    }
}

#[tokio::test]
async fn files_go_up_in_parts_with_their_description() {
    let server = MockServer::start().await;
    let uploaded = |state: &str| json!({ "data": { "id": "555", "processing_info": { "state": state, "check_after_secs": 0 } }, "meta": {} });
    let ok = |body: Value| ResponseTemplate::new(200).set_body_json(body);
    let start = json!({ "media_type": "video/mp4", "total_bytes": 5 * 1024 * 1024, "media_category": "dm_video" });
    Mock::given(path("/2/media/upload/initialize"))
        .and(body_json(start))
        .respond_with(ok(uploaded("pending")))
        .expect(1)
        .mount(&server)
        .await;
    for part in ["0", "1"] {
        let index = format!("name=\"segment_index\"\r\n\r\n{part}\r\n");
        Mock::given(path("/2/media/upload/555/append"))
            .and(body_string_contains(index))
            .respond_with(ok(json!({})))
            .expect(1)
            .mount(&server)
            .await;
    }
    Mock::given(path("/2/media/upload/555/finalize"))
        .respond_with(ok(uploaded("pending")))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(path("/2/media/upload"))
        .and(query_param("media_id", "555"))
        .respond_with(ok(uploaded("succeeded")))
        .expect(1)
        .mount(&server)
        .await;
    let described = json!({ "id": "555", "metadata": { "alt_text": { "text": "Ein Film" } } });
    Mock::given(path("/2/media/metadata"))
        .and(body_json(described))
        .respond_with(ok(json!({})))
        .expect(1)
        .mount(&server)
        .await;
    let message = json!({ "text": "hier", "attachments": [{ "media_id": "555" }] });
    Mock::given(path("/2/dm_conversations/with/77/messages"))
        .and(body_json(message))
        .respond_with(
            ResponseTemplate::new(201)
                .set_body_json(json!({ "data": { "dm_conversation_id": "44-77", "dm_event_id": "556" } })),
        )
        .expect(1)
        .mount(&server)
        .await;
    let media = OutgoingMedia {
        attachment: uuid::Uuid::from_u128(3).into(),
        content_type: "video/mp4".into(),
        alt_text: Some("Ein Film".into()),
    };
    let outgoing = Outgoing::DirectMessage { recipient: "77".into(), text: "hier".into(), media: vec![media] };
    let files = Attached(vec![7; 5 * 1024 * 1024]);
    let sent = x(&server).send(&channel(&server), &outgoing, &files, Timestamp::now()).await;
    assert_eq!(sent.outcome, Outcome::Sent { external_id: Some("556".into()), url: None });
}

#[tokio::test]
async fn the_flow_of_permission() {
    let server = MockServer::start().await;
    let (x, app) = (x(&server), app(&server));
    let url = x.authorize_url(&app, "https://desk.example/callback", "s", "c").unwrap();
    assert!(url.starts_with("https://x.com/i/oauth2/authorize?response_type=code&client_id=our-app&"), "{url}");
    assert!(url.contains("code_challenge=c&code_challenge_method=S256") && url.contains("offline.access"));
    let basic = "Basic b3VyLWFwcDphcHAtc2VjcmV0";
    let tokens = |number: u8| json!({ "access_token": format!("access-{number}"), "refresh_token": format!("refresh-{number}"), "expires_in": 7200, "scope": "tweet.read dm.read", "token_type": "bearer" });
    let route = || Mock::given(path("/2/oauth2/token")).and(header("authorization", basic));
    route()
        .and(body_string_contains("code_verifier=v"))
        .respond_with(ResponseTemplate::new(200).set_body_json(tokens(1)))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(path("/2/users/me"))
        .and(header("authorization", "Bearer access-1"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({ "data": { "id": "44", "username": "NordhafenBank", "name": "Nordhafen" } })),
        )
        .mount(&server)
        .await;
    let connected = x.connect(&app, "code", "v", "https://desk.example/callback").await.unwrap();
    assert_eq!((connected.external_id.as_str(), connected.handle.as_str()), ("44", "NordhafenBank"));
    assert_eq!(connected.tokens.permissions, ["tweet.read", "dm.read"]);
    route()
        .and(body_string_contains("refresh_token=refresh-1"))
        .respond_with(ResponseTemplate::new(200).set_body_json(tokens(2)))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let next = x.refresh(&app, &connected.tokens).await.unwrap();
    assert_eq!(next.refresh_token, Some(Secret::new("refresh-2")));
    // The old one is used up: X says so, and a person must connect again.
    route()
        .and(body_string_contains("refresh_token=refresh-1"))
        .respond_with(ResponseTemplate::new(400).set_body_json(
            json!({ "error": "invalid_request", "error_description": "Value passed for the token was invalid." }),
        ))
        .mount(&server)
        .await;
    assert!(matches!(x.refresh(&app, &connected.tokens).await, Err(CallError::Unauthorised { .. })));
}

#[tokio::test]
async fn subscribing_twice_makes_nothing_twice() {
    let server = MockServer::start().await;
    let hook = json!({ "id": "1", "url": "https://desk.example/hooks/x/a", "valid": true, "created_at": "2026-11-03T00:00:00Z" });
    Mock::given(method("GET"))
        .and(path("/2/webhooks"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "data": [hook] })))
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path("/2/webhooks"))
        .respond_with(ResponseTemplate::new(500))
        .expect(0)
        .mount(&server)
        .await;
    let known = |number: u8, event: &str, hook: &str| json!({ "subscription_id": number.to_string(), "event_type": event, "filter": { "user_id": "44" }, "webhook_id": hook });
    let listed = json!({ "data": [known(1, "post.mention.create", "1"), known(2, "dm.received", "9")], "meta": {} });
    Mock::given(method("GET"))
        .and(path("/2/activity/subscriptions"))
        .respond_with(ResponseTemplate::new(200).set_body_json(listed))
        .mount(&server)
        .await;
    Mock::given(method("PUT"))
        .and(path("/2/activity/subscriptions/2"))
        .and(body_json(json!({ "webhook_id": "1" })))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
        .expect(1)
        .mount(&server)
        .await;
    let refused = ResponseTemplate::new(403).set_body_json(json!({ "title": "Forbidden" }));
    Mock::given(method("POST"))
        .and(body_string_contains("chat.received"))
        .respond_with(refused)
        .expect(1)
        .mount(&server)
        .await;
    // Thirteen in all: one stands, one is moved, one is refused and only useful.
    Mock::given(method("POST"))
        .and(path("/2/activity/subscriptions"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
        .expect(10)
        .mount(&server)
        .await;
    let subscribed = x(&server).subscribe(&channel(&server), "https://desk.example/hooks/x/a").await.unwrap();
    assert_eq!(subscribed.refused, ["chat.received"]);
}

#[test]
fn an_id_never_reaches_another_endpoint() {
    for id in ["", "../2/users", "1/2", "1?x", "%2e", "é"] {
        assert!(crate::x::api::segment(id).is_err(), "{id}");
    }
    assert_eq!(crate::x::api::segment("2110000000000000001"), Ok("2110000000000000001"));
}
