//! A workspace with one app and one account at a simulated network, and the surroundings of the way of a message.

use domain::Timestamp;
use domain::id::{AppId, ChannelId, WorkspaceId};
use domain::people::Scope;
use domain::vocabulary::ChannelRole;
use networks::{Client, ClientOptions, Registry, Secret, Tokens};
use pipeline::{Environment, SystemClock};
use simulator::{Config, DefaultWorld, Simulator, default_world};
use std::sync::Arc;
use store::channel::{Fields, NewChannel, SignOff};
use store::testing::{Fresh, workspace};

pub struct Scene {
    pub environment: Environment,
    pub simulator: Simulator,
    pub made: DefaultWorld,
    pub workspace: WorkspaceId,
    pub app: AppId,
    pub channel: ChannelId,
}

impl Scene {
    /// `tokens_expire` says when the account's access token dies.
    pub async fn over(fresh: &Fresh, tokens_expire: Option<Timestamp>) -> Self {
        let simulator = Simulator::start(Config::default()).await.unwrap();
        let made = default_world(simulator.world()).unwrap();
        let allowed = [simulator.address().to_string().parse().unwrap()].into();
        let client = Client::new(ClientOptions { allowed, ..ClientOptions::default() }).unwrap();
        let environment = Environment::new(
            fresh.store.clone(),
            Registry::standard(client),
            Arc::new(language::RuleReader::new().unwrap()),
            bus::Bus::new(),
            Arc::new(SystemClock),
            "http://desk.test",
        );
        let now = Timestamp::now();
        let workspace = workspace(&fresh.store, "Aoba", now).await;
        let scope = Scope::system(workspace);
        let app = AppId(uuid::Uuid::now_v7());
        let fields = |pairs: &[(&str, &str)]| -> Fields {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let settings = fields(&[("api_base", &made.base_url), ("client_id", &made.app.client_id)]);
        let secrets = fields(&[
            ("client_secret", &made.app.client_secret),
            ("consumer_secret", &made.app.consumer_secret),
            ("bearer_token", &made.app.bearer_token),
        ]);
        fresh.store.add_app(&scope, app, "x", "X", &settings, &secrets, true, now).await.unwrap();
        let tokens = Tokens {
            access_token: Secret::new(&*made.support.access_token),
            refresh_token: Some(Secret::new(&*made.support.refresh_token)),
            expires_at: tokens_expire,
            permissions: Vec::new(),
        };
        let channel = NewChannel {
            app,
            network: "x".into(),
            external_id: made.support.user.id.to_string(),
            handle: made.support.user.username.clone(),
            name: made.support.user.name.clone(),
            avatar_url: None,
            role: ChannelRole::Support,
            access_level: None,
            sign_off: SignOff::None,
            tokens: serde_json::to_string(&tokens).unwrap(),
            tokens_expire_at: tokens_expire,
        };
        let channel = fresh.store.add_channel(&scope, &channel, now).await.unwrap();
        Self { environment, simulator, made, workspace, app, channel }
    }
}
