//! The simulated X of a scene: what is set up for the product, what people do on it, and what stands there.

use super::{BRAND, HELP};
use serde_json::{Value, json};
use simulator::{Config, DefaultWorld, Fault, FaultKind, NewPost, Simulator, World, default_world};

/// A simulated X with the company's two accounts.
pub struct Network {
    simulator: Simulator,
    world: DefaultWorld,
    client: reqwest::Client,
}

/// A fault without particulars.
pub fn fault(kind: FaultKind, endpoint: &str) -> Fault {
    Fault {
        kind,
        app: None,
        endpoint: Some(endpoint.to_owned()),
        count: None,
        probability: 1.0,
        status: None,
        reset_seconds: None,
        delay_ms: None,
        struck: 0,
    }
}

impl Network {
    /// Starts it; limits are far away unless the configuration says otherwise.
    pub async fn start(config: Config) -> Self {
        let simulator = Simulator::start(Config { rate_multiplier: 10_000.0, ..config }).await.unwrap();
        let world = default_world(simulator.world()).unwrap();
        Self { simulator, world, client: reqwest::Client::new() }
    }

    /// `127.0.0.1:PORT`, for the exception of the product's guard.
    pub fn address(&self) -> &str {
        self.world.base_url.trim_start_matches("http://").trim_end_matches("/x")
    }

    /// The world, to be driven.
    pub fn world(&self) -> &World {
        self.simulator.world()
    }

    /// What was made at the start.
    pub fn made(&self) -> &DefaultWorld {
        &self.world
    }

    /// `app create` for the simulated app.
    pub fn app_arguments(&self) -> Vec<&'static str> {
        let base = &self.world.base_url;
        let mut arguments = vec!["app", "create", "x", "--name", "Aoba Bank customer care"];
        for setting in [
            format!("client_id={}", self.world.app.client_id),
            format!("api_base={base}"),
            format!("authorize_base={base}"),
            format!("web_base={base}"),
        ] {
            // Arguments of one short test process.
            arguments.extend(["--set", &*setting.leak()]);
        }
        arguments
    }

    /// Its secrets, line by line.
    pub fn app_secrets(&self) -> String {
        let app = &self.world.app;
        format!(
            "client_secret={}\nconsumer_secret={}\nbearer_token={}\n",
            app.client_secret, app.consumer_secret, app.bearer_token
        )
    }

    /// Access and refresh token of an account of ours, line by line.
    pub fn tokens(&self, handle: &str) -> String {
        let account = if handle == BRAND { &self.world.brand } else { &self.world.support };
        format!("{}\n{}\n", account.access_token, account.refresh_token)
    }

    /// The network's id of an account of ours.
    pub fn account_id(&self, handle: &str) -> String {
        let account = if handle == HELP { &self.world.support } else { &self.world.brand };
        account.user.id.to_string()
    }

    /// Somebody posts; the post's id.
    pub fn post(&self, author: &str, text: &str) -> String {
        let new = NewPost { author: author.to_owned(), text: text.to_owned(), ..NewPost::default() };
        self.world().post(&new).unwrap().to_string()
    }

    /// Somebody answers a post; the answer's id.
    pub fn answer(&self, author: &str, to: &str, text: &str) -> String {
        let new = NewPost {
            author: author.to_owned(),
            text: text.to_owned(),
            in_reply_to: Some(to.parse().unwrap()),
            ..NewPost::default()
        };
        self.world().post(&new).unwrap().to_string()
    }

    /// Somebody answers a post and names nobody, not even those whom X would name by itself; the post's id.
    pub fn aside(&self, author: &str, to: &str, text: &str) -> String {
        let new = NewPost {
            author: author.to_owned(),
            text: text.to_owned(),
            in_reply_to: Some(to.parse().unwrap()),
            exact: true,
            ..NewPost::default()
        };
        self.world().post(&new).unwrap().to_string()
    }

    /// Somebody writes privately; the message's id.
    pub fn message(&self, from: &str, to: &str, text: &str) -> String {
        self.world().message(from, to, text, &[], None).unwrap().to_string()
    }

    /// Somebody writes to several; the ids of conversation and message.
    pub fn group_message(&self, from: &str, others: &[&str], text: &str) -> (String, String) {
        let others: Vec<String> = others.iter().map(|name| (*name).to_owned()).collect();
        let (conversation, id) = self.world().group_message(from, &others, None, text).unwrap();
        (conversation, id.to_string())
    }

    async fn ask(&self, path: &str) -> Value {
        let address = format!("{}/control/{path}", self.world().origin());
        let response = self.client.get(address).send().await.unwrap();
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    async fn tell(&self, path: &str, body: &Value) {
        let address = format!("{}/control/{path}", self.world().origin());
        let response = self.client.post(address).json(body).send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.text().await.unwrap());
    }

    /// Everything that an account has posted and not deleted, newest first.
    pub async fn timeline(&self, handle: &str) -> Vec<Value> {
        let answer = self.ask(&format!("timeline?account={handle}&limit=1000000")).await;
        answer["posts"].as_array().unwrap().clone()
    }

    /// A post as it stands, or null when it does not.
    pub async fn standing(&self, id: &str) -> Value {
        self.ask(&format!("post/{id}")).await["post"].clone()
    }

    /// Private messages of an account, newest first.
    pub async fn messages(&self, handle: &str) -> Vec<Value> {
        let answer = self.ask(&format!("messages?account={handle}&limit=1000000")).await;
        answer["messages"].as_array().unwrap().clone()
    }

    /// Something goes wrong from now on.
    pub async fn break_down(&self, fault: Fault) {
        self.tell("faults", &json!(fault)).await;
    }

    /// Nothing goes wrong any more.
    pub async fn mend(&self) {
        let address = format!("{}/control/faults", self.world().origin());
        assert!(self.client.delete(address).send().await.unwrap().status().is_success());
    }

    /// The lists that a poll reads cannot be read: what a webhook lost is not healed behind the test's back.
    pub async fn without_polling(&self) {
        for endpoint in ["GET /2/users/{id}/mentions", "GET /2/dm_events"] {
            self.break_down(fault(FaultKind::ServerError, endpoint)).await;
        }
    }
}
