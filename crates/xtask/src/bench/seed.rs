//! What a run needs in a fresh database: a workspace, an app with its key, a channel, a token.

use super::delivery::{ACCOUNT, CONSUMER_SECRET, HANDLE};
use anyhow::Result;
use domain::id::{AppId, WorkspaceId};
use domain::people::Scope;
use domain::vocabulary::{AccessLevel, ChannelRole};
use store::channel::{Fields, NewChannel, SignOff};
use store::{Settings, Store};

/// What was made.
#[derive(Clone)]
pub struct Seed {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The app that deliveries come to.
    pub app: String,
    /// Reads the API.
    pub token: String,
}

/// Makes it, and closes the store again.
pub async fn plant(settings: &Settings) -> Result<Seed> {
    let store = Store::open(settings).await?;
    let now = jiff::Timestamp::now();
    let workspace = store.create_workspace("Benchmark", "UTC", now).await?;
    let scope = Scope::system(workspace);
    let app = AppId(uuid::Uuid::now_v7());
    let fields = |pairs: &[(&str, &str)]| -> Fields {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    // Nothing listens at this address: polling fails at once and leaves the machine to the deliveries.
    let plain = fields(&[("client_id", "benchmark"), ("api_base", "http://127.0.0.1:9")]);
    let secrets = fields(&[("consumer_secret", CONSUMER_SECRET)]);
    store.add_app(&scope, app, "x", "Benchmark", &plain, &secrets, true, now).await?;
    let tokens = networks::Tokens {
        access_token: networks::Secret::new("benchmark"),
        refresh_token: None,
        expires_at: None,
        permissions: Vec::new(),
    };
    let channel = NewChannel {
        app,
        network: "x".to_owned(),
        external_id: ACCOUNT.to_owned(),
        handle: HANDLE.to_owned(),
        name: "Nordhafen Bank".to_owned(),
        avatar_url: None,
        role: ChannelRole::Brand,
        access_level: Some(AccessLevel::Enterprise),
        sign_off: SignOff::None,
        tokens: serde_json::to_string(&tokens)?,
        tokens_expire_at: None,
    };
    store.add_channel(&scope, &channel, now).await?;
    let (_, token) = store.create_token(&scope, "benchmark", true, now).await?;
    store.close().await;
    Ok(Seed { workspace, app: app.to_string(), token })
}
