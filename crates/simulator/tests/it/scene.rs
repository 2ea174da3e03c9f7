//! A running simulator with the default world, a client, and a webhook receiver that checks signatures.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use simulator::{Config, DefaultWorld, Simulator, default_world};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const EVENTS: &[&str] = &[
    "post.create",
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "post.delete",
    "dm.received",
    "dm.sent",
    "dm.read",
    "like.create",
    "follow.follow",
    "chat.received",
];

#[derive(Clone)]
pub struct Inbox {
    secret: String,
    pub received: Arc<Mutex<Vec<Value>>>,
    pub refuse: Arc<Mutex<u32>>,
}

fn sign(secret: &str, message: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(message);
    format!("sha256={}", base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes()))
}

async fn challenge(State(inbox): State<Inbox>, Query(query): Query<HashMap<String, String>>) -> impl IntoResponse {
    axum::Json(json!({"response_token": sign(&inbox.secret, query["crc_token"].as_bytes())}))
}

async fn take(State(inbox): State<Inbox>, headers: HeaderMap, body: Bytes) -> StatusCode {
    {
        let mut refuse = inbox.refuse.lock().unwrap();
        if *refuse > 0 {
            *refuse -= 1;
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    let signed = headers.get("x-twitter-webhooks-signature").and_then(|value| value.to_str().ok())
        == Some(sign(&inbox.secret, &body).as_str());
    if !signed {
        return StatusCode::UNAUTHORIZED;
    }
    inbox.received.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    StatusCode::OK
}

pub struct Scene {
    pub simulator: Simulator,
    pub world: DefaultWorld,
    pub client: reqwest::Client,
    pub inbox: Inbox,
    pub webhook_id: String,
}

/// A status, the headers and the JSON body.
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Scene {
    pub async fn start() -> Self {
        Self::with(Config {
            rate_multiplier: 100.0,
            retry_delays: vec![Duration::from_millis(5); 3],
            ..Config::default()
        })
        .await
    }

    pub async fn with(config: Config) -> Self {
        let simulator = Simulator::start(config).await.unwrap();
        let world = default_world(simulator.world()).unwrap();
        let inbox =
            Inbox { secret: world.app.consumer_secret.clone(), received: Arc::default(), refuse: Arc::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/hooks/x", get(challenge).post(take)).with_state(inbox.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        let mut scene = Self { simulator, world, client, inbox, webhook_id: String::new() };
        let created = scene.app("POST", "/2/webhooks", Some(json!({"url": format!("http://{address}/hooks/x")}))).await;
        assert_eq!(created.status, 200, "{}", created.body);
        scene.webhook_id = created.body["data"]["id"].as_str().unwrap().to_owned();
        scene
    }

    /// Subscribes brand and support to everything.
    pub async fn subscribe(&self) {
        for user in [&self.world.brand.user, &self.world.support.user] {
            for event_type in EVENTS {
                let body = json!({"event_type": event_type, "filter": {"user_id": user.id.to_string()}, "tag": user.username, "webhook_id": self.webhook_id});
                let answer = self.app("POST", "/2/activity/subscriptions", Some(body)).await;
                assert_eq!(answer.status, 200, "{event_type}: {}", answer.body);
            }
        }
        let body = json!({"event_type": "oauth.revoke", "filter": {}, "webhook_id": self.webhook_id});
        assert_eq!(self.app("POST", "/2/activity/subscriptions", Some(body)).await.status, 200);
    }

    pub async fn call(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Reply {
        let mut request = self
            .client
            .request(method.parse().unwrap(), format!("{}{path}", self.simulator.base_url()))
            .bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        Reply { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    pub async fn app(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.call(method, path, &self.world.app.bearer_token, body).await
    }

    pub async fn brand(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.call(method, path, &self.world.brand.access_token, body).await
    }

    pub async fn support(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.call(method, path, &self.world.support.access_token, body).await
    }

    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("http://{}/control{path}", self.simulator.address());
        let mut request = self.client.request(method.parse().unwrap(), url);
        if method == "POST" {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let body: Value = response.json().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {body}");
        body
    }

    /// Posts as a customer, waits for the deliveries, returns the id.
    pub async fn customer(&self, author: &str, text: &str, in_reply_to: Option<&str>) -> String {
        let id = self
            .control("POST", "/post", json!({"author": author, "text": text, "in_reply_to": in_reply_to}))
            .await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        self.simulator.world().deliveries_done().await;
        id
    }

    /// Everything received so far, after all deliveries.
    pub async fn events(&self) -> Vec<Value> {
        self.simulator.world().deliveries_done().await;
        self.inbox.received.lock().unwrap().clone()
    }

    pub async fn events_of(&self, event_type: &str) -> Vec<Value> {
        self.events().await.into_iter().filter(|event| event["data"]["event_type"] == event_type).collect()
    }
}
