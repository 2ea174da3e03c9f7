//! The real router over a fresh real database, with two companies, their people, an app and an account each.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use base64::Engine;
use domain::id::{AppId, WorkspaceId};
use domain::people::Scope;
use domain::vocabulary::{AccessLevel, ChannelRole, Role};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use networks::{Client, ClientOptions, Registry};
use pipeline::{Environment, Intake, Roles};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use store::account::{Agent, NewAgent, Profile};
use store::channel::{NewChannel, SignOff};
use store::testing::{Fresh, every_engine};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use web::client_address::Peer;
use web::password::Passwords;
use web::{Edge, Settings};

pub const PASSWORD: &str = "correct horse battery";
pub const SECRET: &str = "consumer-secret-of-";

/// A clock that tests move forward.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn forward(&self, by: SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl pipeline::Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// One company.
pub struct Company {
    pub workspace: WorkspaceId,
    pub owner: Agent,
    pub agent: Agent,
    pub app: AppId,
    pub secret: String,
    /// The network's id of its account.
    pub account: String,
}

impl Company {
    pub fn owner_scope(&self) -> Scope {
        Scope {
            workspace: self.workspace,
            actor: domain::people::Actor::Agent { agent: self.owner.id, role: Role::Owner },
        }
    }
    pub fn hook(&self) -> String {
        format!("/hooks/x/{}", self.app)
    }
}

/// Everything that a test needs.
pub struct World {
    pub engine: &'static str,
    pub edge: Edge,
    pub router: Router,
    pub clock: Arc<TestClock>,
    pub ours: Company,
    pub theirs: Company,
    pub stop: CancellationToken,
    _fresh: Fresh,
}

/// What a world is made of, where a test wants it otherwise.
pub struct Making {
    /// How dear a password is.
    pub hashing: argon2::Params,
    /// Whom the product may call.
    pub client: ClientOptions,
    /// Whether anybody files, polls, fetches and cleans up.
    pub worker: bool,
}

impl Default for Making {
    fn default() -> Self {
        Self { hashing: cheap(), client: ClientOptions::default(), worker: true }
    }
}

fn cheap() -> argon2::Params {
    argon2::Params::new(8, 1, 1, None).unwrap()
}

/// An answer, read.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
    pub fn cookie(&self, name: &str) -> Option<String> {
        let start = format!("{name}=");
        self.headers.get_all(header::SET_COOKIE).iter().find_map(|value| {
            let value = value.to_str().unwrap().strip_prefix(&start)?;
            Some(value.split(';').next().unwrap().to_owned())
        })
    }
}

/// A request under way.
pub struct Ask<'a> {
    world: &'a World,
    request: axum::http::request::Builder,
    body: Vec<u8>,
}

impl Ask<'_> {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }
    pub fn json(self, value: &Value) -> Self {
        let body = value.to_string().into_bytes();
        Self { body, ..self }.header("content-type", "application/json")
    }
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes();
        Self { body, ..self }.header("content-type", "application/x-www-form-urlencoded")
    }
    pub fn bytes(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }
    pub fn by(self, client: &Browser) -> Self {
        client.dress(self)
    }
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }
    pub fn at_address(mut self, address: &str) -> Self {
        self.request = self.request.extension(Peer(SocketAddr::new(address.parse().unwrap(), 40_000)));
        self
    }
    pub async fn raw(self) -> Response<Body> {
        let request: Request<Body> = self.request.body(Body::from(self.body)).unwrap();
        self.world.router.clone().oneshot(request).await.unwrap()
    }
    pub async fn send(self) -> Answer {
        let (parts, body) = self.raw().await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }
}

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct Browser {
    pub secret: String,
    pub csrf: String,
}

impl Browser {
    pub fn dress<'a>(&self, ask: Ask<'a>) -> Ask<'a> {
        ask.header("cookie", &format!("madoguchi={}", self.secret))
            .header("x-csrf-token", &self.csrf)
            .header("origin", "http://desk.test")
    }
}

impl World {
    pub async fn over(fresh: Fresh, change: impl FnOnce(&mut Settings)) -> Self {
        Self::made(fresh, Making::default(), change).await
    }

    pub async fn made(fresh: Fresh, making: Making, change: impl FnOnce(&mut Settings)) -> Self {
        // `RUST_LOG=warn` shows what an inner error hides from clients.
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        let _ = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init();
        let clock = Arc::new(TestClock(AtomicI64::new(1_795_000_000_000_000)));
        let networks = Registry::standard(Client::new(making.client).unwrap());
        let environment = Environment::new(
            fresh.store.clone(),
            networks,
            Arc::new(language::RuleReader::new().unwrap()),
            bus::Bus::new(),
            clock.clone(),
            "http://desk.test",
        );
        let ours = company(&environment, "Aster", "1111111111111111111").await;
        let theirs = company(&environment, "Birch", "9999999999999999999").await;
        let stop = CancellationToken::new();
        let (intake, _) = Intake::start(&environment);
        pipeline::run(&environment, Roles { worker: making.worker, dispatch: false }, &stop).detach_all();
        let mut settings = Settings::default();
        change(&mut settings);
        let passwords = Passwords::with(making.hashing).unwrap();
        let edge = Edge::with_passwords(environment, intake, settings, stop.clone(), passwords);
        let router = web::router::everything(&edge);
        Self { engine: fresh.name, edge, router, clock, ours, theirs, stop, _fresh: fresh }
    }

    pub fn ask(&self, method: Method, address: &str) -> Ask<'_> {
        let request = Request::builder().method(method).uri(address).header("host", "desk.test");
        Ask { world: self, request, body: Vec::new() }
    }
    pub fn get(&self, address: &str) -> Ask<'_> {
        self.ask(Method::GET, address)
    }
    pub fn post(&self, address: &str) -> Ask<'_> {
        self.ask(Method::POST, address)
    }

    /// Signs somebody in without the door.
    pub async fn browser(&self, agent: &Agent) -> Browser {
        let session = self.edge.store.begin_session(agent, "test", None, self.edge.now()).await.unwrap();
        let csrf = web::session::csrf_token(&session.secret);
        Browser { secret: session.secret, csrf }
    }

    /// The door's form token with its cookie.
    pub async fn door(&self) -> (String, String) {
        let answer = self.get("/sign-in").send().await;
        let door = answer.cookie("madoguchi_door").unwrap();
        let token = web::session::csrf_token(&door);
        (format!("madoguchi_door={door}"), token)
    }

    /// Signs in through the door.
    pub async fn sign_in(&self, email: &str, password: &str, address: &str) -> Answer {
        let (cookie, token) = self.door().await;
        self.post("/sign-in")
            .header("cookie", &cookie)
            .header("origin", "http://desk.test")
            .at_address(address)
            .form(&[("csrf", &token), ("email", email), ("password", password)])
            .send()
            .await
    }

    /// Delivers a signed body to a company's webhook.
    pub async fn deliver(&self, company: &Company, body: &[u8]) -> Answer {
        let signature = sign(&company.secret, body);
        self.post(&company.hook()).header("x-twitter-webhooks-signature", &signature).bytes(body).send().await
    }

    /// Deliveries in the journal.
    pub async fn journal(&self) -> i64 {
        self.edge.store.journal_head(0).await.unwrap() + self.edge.store.journal_head(1).await.unwrap()
    }

    /// Waits until the journal is filed.
    pub async fn filed(&self) {
        let store = &self.edge.store;
        for lane in [0, 1] {
            let head = store.journal_head(lane).await.unwrap();
            until("the journal is filed", async || store.journal_filed(lane).await.unwrap() >= head).await;
        }
    }

    /// A case of a company, made by a mention.
    pub async fn case_of(&self, company: &Company, text: &str) -> Value {
        let answer = self.deliver(company, &mention(company, text)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        self.filed().await;
        let owner = self.browser(&company.owner).await;
        let list = self.get("/api/v1/cases?limit=1").by(&owner).send().await.json();
        list["items"][0].clone()
    }
}

trait DetachAll {
    fn detach_all(self);
}

impl DetachAll for tokio::task::JoinSet<()> {
    fn detach_all(mut self) {
        tokio::spawn(async move { while self.join_next().await.is_some() {} });
    }
}

/// Asks again and again until it is so; fails after ten seconds.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !is_so().await {
        assert!(std::time::Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

async fn company(environment: &Environment, name: &str, account: &str) -> Company {
    static HASH: LazyLock<Mutex<Option<String>>> = LazyLock::new(|| Mutex::new(None));
    let store = &environment.store;
    let now = environment.clock.now();
    let workspace = store.create_workspace(name, "Europe/Berlin", now).await.unwrap();
    let scope = Scope::system(workspace);
    let known = HASH.lock().unwrap().clone();
    let hash = match known {
        Some(hash) => hash,
        None => {
            let passwords = Passwords::with(cheap()).unwrap();
            let hash = passwords.hash(PASSWORD.to_owned()).await.unwrap();
            *HASH.lock().unwrap() = Some(hash.clone());
            hash
        }
    };
    let person = async |role: Role, word: &str| {
        let new = NewAgent {
            email: format!("{word}@{}.test", name.to_lowercase()),
            name: format!("{word} of {name}"),
            role,
            profile: Profile::new("en", "UTC"),
            password_hash: Some(hash.clone()),
        };
        store.create_agent(&scope, &new, now).await.unwrap()
    };
    let (owner, agent) = (person(Role::Owner, "owner").await, person(Role::Agent, "agent").await);
    let app = AppId(uuid::Uuid::now_v7());
    let secret = format!("{SECRET}{name}");
    let secrets = [("consumer_secret".to_owned(), secret.clone())].into();
    let fields = [("client_id".to_owned(), format!("client-{name}"))].into();
    store.add_app(&scope, app, "x", name, &fields, &secrets, true, now).await.unwrap();
    let channel = NewChannel {
        app,
        network: "x".to_owned(),
        external_id: account.to_owned(),
        handle: format!("{name}Care"),
        name: name.to_owned(),
        avatar_url: None,
        role: ChannelRole::Support,
        access_level: Some(AccessLevel::Enterprise),
        sign_off: SignOff::None,
        tokens: json!({ "access_token": "access", "refresh_token": null, "expires_at": null, "permissions": [] })
            .to_string(),
        tokens_expire_at: None,
    };
    store.add_channel(&scope, &channel, now).await.unwrap();
    Company { workspace, owner, agent, app, secret, account: account.to_owned() }
}

/// The signature that X puts onto a body.
pub fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes()))
}

/// A post that names a company's account.
pub fn mention(company: &Company, text: &str) -> Vec<u8> {
    static NEXT: AtomicI64 = AtomicI64::new(2_080_765_813_578_000_000);
    let id = NEXT.fetch_add(1, Ordering::SeqCst).to_string();
    mention_with(company, text, &id, "2222222222222222222")
}

/// A post by somebody, with an id.
pub fn mention_with(company: &Company, text: &str, id: &str, author: &str) -> Vec<u8> {
    json!({ "data": {
        "event_uuid": id, "filter": { "user_id": company.account }, "event_type": "post.mention.create", "tag": "mentions",
        "payload": {
            "created_at": "2026-11-01T21:23:23.000Z", "edit_history_tweet_ids": [id], "conversation_id": id, "text": text,
            "entities": { "mentions": [{ "start": 0, "end": 5, "username": "Care", "id": company.account }] },
            "author_id": author, "id": id, "lang": "en",
        },
        "includes": { "users": [{ "id": author, "username": "customer", "name": "A Customer" }] },
    }})
    .to_string()
    .into_bytes()
}

/// Runs a story on every engine there is.
pub async fn on_every_engine(story: impl AsyncFn(World)) {
    for fresh in every_engine().await {
        let world = World::over(fresh, |_| {}).await;
        let stop = world.stop.clone();
        story(world).await;
        stop.cancel();
    }
}
