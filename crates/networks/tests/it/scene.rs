//! A simulated X with an app, a brand, a support account; our client; and a way in for webhooks.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use domain::ability::ChannelFacts;
use domain::id::AttachmentId;
use domain::item::Item;
use domain::outgoing::{Outcome, Outgoing};
use domain::vocabulary::{AccessLevel, ChannelRole};
use jiff::Timestamp;
use networks::network::{Connected, Files, Sent};
use networks::{AppAccess, ChannelAccess, Client, ClientOptions, Network, Registry, Secret, Tokens};
use serde_json::{Value, json};
use simulator::{Config, NewAccount, NewApp, Simulator};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};

/// Longest wait for something that must come.
const PATIENCE: Duration = Duration::from_secs(10);

struct WayIn {
    network: Arc<dyn Network>,
    app: AppAccess,
    taken: mpsc::UnboundedSender<(Bytes, bool)>,
}

async fn challenge(State(way): State<Arc<WayIn>>, RawQuery(query): RawQuery) -> impl IntoResponse {
    match way.network.handshake(&way.app, &query.unwrap_or_default()) {
        Ok(answer) => (StatusCode::OK, [("content-type", answer.content_type)], answer.body),
        Err(rejected) => (StatusCode::FORBIDDEN, [("content-type", "text/plain")], rejected.to_string()),
    }
}

async fn take(State(way): State<Arc<WayIn>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match way.network.receive(&way.app, &headers, &body) {
        Ok(received) => {
            let _ = way.taken.send((body, received.private));
            StatusCode::OK
        }
        Err(_) => StatusCode::UNAUTHORIZED,
    }
}

/// An attachment of ours.
pub struct Picture(pub Vec<u8>);

#[async_trait::async_trait]
impl Files for Picture {
    async fn read(&self, _attachment: AttachmentId) -> std::io::Result<Bytes> {
        Ok(Bytes::from(self.0.clone()))
    }
}

pub struct Scene {
    pub simulator: Simulator,
    pub network: Arc<dyn Network>,
    pub app: AppAccess,
    pub webhook_url: String,
    control: reqwest::Client,
    deliveries: Mutex<mpsc::UnboundedReceiver<(Bytes, bool)>>,
}

impl Scene {
    /// A simulated X on which nothing has happened yet.
    pub async fn start() -> Self {
        Self::with_time(Duration::from_secs(20)).await
    }

    /// The same, with a client of less patience.
    pub async fn with_time(total_time: Duration) -> Self {
        let config = Config { retry_delays: vec![Duration::from_millis(5); 3], ..Config::default() };
        let simulator = Simulator::start(config).await.unwrap();
        let made = simulator.world().create_app(NewApp { name: "Madoguchi".into(), ..NewApp::default() });
        for username in ["nordhafen", "nordhafen_hilfe", "mika"] {
            let account = NewAccount { username: username.into(), ..NewAccount::default() };
            simulator.world().create_account(account).unwrap();
        }
        let base = simulator.base_url();
        let settings =
            [("api_base", &base), ("authorize_base", &base), ("web_base", &base), ("client_id", &made.client_id)];
        let secrets = [
            ("client_secret", &made.client_secret),
            ("consumer_secret", &made.consumer_secret),
            ("bearer_token", &made.bearer_token),
        ];
        let app = AppAccess {
            app: uuid::Uuid::now_v7().into(),
            settings: settings.map(|(name, value)| (name.to_owned(), value.clone())).into(),
            secrets: secrets.map(|(name, value)| (name.to_owned(), Secret::new(value))).into(),
        };
        let allowed = [simulator.address().to_string().parse().unwrap()].into();
        let client = Client::new(ClientOptions { allowed, total_time, ..ClientOptions::default() }).unwrap();
        let network = Arc::clone(Registry::standard(client).get("x").unwrap());

        let (taken, deliveries) = mpsc::unbounded_channel();
        let way = Arc::new(WayIn { network: Arc::clone(&network), app: app.clone(), taken });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let webhook_url = format!("http://{}/hooks/x/app", listener.local_addr().unwrap());
        let router = Router::new().route("/hooks/x/app", get(challenge).post(take)).with_state(way);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let control = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { simulator, network, app, webhook_url, control, deliveries: Mutex::new(deliveries) }
    }

    /// Drives the simulated world.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let url = format!("http://{}/control{path}", self.simulator.address());
        let answer = self.control.post(url).header("content-type", "application/json").body(body.to_string());
        let answer = answer.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {:?}", answer.text().await);
        answer.json().await.unwrap()
    }

    /// A post by anyone; gives its id.
    pub async fn posted(&self, post: Value) -> String {
        self.control("/post", post).await["id"].as_str().unwrap().to_owned()
    }

    /// What stands on the timeline of an account.
    pub async fn timeline(&self, account: &str) -> Vec<Value> {
        let url = format!("http://{}/control/timeline?account={account}&limit=100", self.simulator.address());
        let answer: Value = self.control.get(url).send().await.unwrap().json().await.unwrap();
        answer["posts"].as_array().unwrap().clone()
    }

    /// What stands in the private messages of an account.
    pub async fn messages(&self, account: &str) -> Vec<Value> {
        let url = format!("http://{}/control/messages?account={account}", self.simulator.address());
        let answer: Value = self.control.get(url).send().await.unwrap().json().await.unwrap();
        answer["messages"].as_array().unwrap().clone()
    }

    /// The whole way of permission: consent page, code, tokens, whose account it is.
    pub async fn connect(&self, username: &str) -> Connected {
        let (verifier, redirect) = ("v".repeat(64), "https://desk.example/callback");
        let challenge = {
            use base64::Engine;
            use sha2::Digest;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier.as_bytes()))
        };
        let consent = self.network.authorize_url(&self.app, redirect, "state-1", &challenge).unwrap();
        let answer = self.control.get(format!("{consent}&auto_approve={username}")).send().await.unwrap();
        let back = url::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        let query: std::collections::HashMap<_, _> = back.query_pairs().into_owned().collect();
        assert_eq!(query["state"], "state-1");
        self.network.connect(&self.app, &query["code"], &verifier, redirect).await.unwrap()
    }

    /// A connected channel with its subscriptions.
    pub async fn channel(&self, username: &str, access_level: AccessLevel) -> ChannelAccess {
        let connected = self.connect(username).await;
        let channel = self.unsubscribed(connected, access_level);
        self.network.subscribe(&channel, &self.webhook_url).await.unwrap();
        channel
    }

    /// A connected channel that lives on polling alone.
    pub fn unsubscribed(&self, connected: Connected, access_level: AccessLevel) -> ChannelAccess {
        let channel = uuid::Uuid::now_v7().into();
        ChannelAccess {
            channel,
            app: self.app.clone(),
            facts: ChannelFacts {
                channel,
                account: connected.external_id,
                handle: connected.handle,
                role: ChannelRole::Support,
                access_level: Some(access_level),
                connected: true,
            },
            tokens: connected.tokens,
        }
    }

    /// The next delivery that was taken in, read.
    pub async fn delivered(&self) -> (Item, bool) {
        let mut deliveries = self.deliveries.lock().await;
        let (body, private) = tokio::time::timeout(PATIENCE, deliveries.recv()).await.unwrap().unwrap();
        let mut read = self.network.normalise(&body, Timestamp::now());
        assert_eq!((read.items.len(), &read.unreadable), (1, &Vec::new()), "{}", String::from_utf8_lossy(&body));
        (read.items.remove(0), private)
    }

    pub async fn send(&self, channel: &ChannelAccess, outgoing: &Outgoing) -> Sent {
        self.network.send(channel, outgoing, &Picture(PNG.to_vec()), Timestamp::now()).await
    }

    /// Sends, and gives the id under which it stands.
    pub async fn sent(&self, channel: &ChannelAccess, outgoing: &Outgoing) -> String {
        match self.send(channel, outgoing).await.outcome {
            Outcome::Sent { external_id: Some(id), .. } => id,
            other => panic!("{other:?}"),
        }
    }

    pub async fn fault(&self, fault: Value) {
        self.control("/faults", fault).await;
    }
}

pub fn tokens_of(channel: &ChannelAccess) -> Tokens {
    channel.tokens.clone()
}

pub fn reply(to: &str, text: &str) -> Outgoing {
    Outgoing::Reply { in_reply_to: to.to_owned(), text: text.to_owned(), media: Vec::new() }
}

pub fn message(to: &str, text: &str) -> Outgoing {
    Outgoing::DirectMessage { recipient: to.to_owned(), text: text.to_owned(), media: Vec::new() }
}

pub fn order(kind: &str, endpoint: &str) -> Value {
    json!({ "kind": kind, "endpoint": endpoint, "count": 1 })
}

/// The smallest picture: one transparent pixel.
pub const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0, 1, 0, 0, 5, 0, 1,
    0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];
