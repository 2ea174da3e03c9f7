//! The scene of these tests: one company with a brand and a support account on a simulated X, and the product that serves it.

pub mod api;
pub mod cluster;
pub mod database;
pub mod network;
pub mod patience;
pub mod product;
mod shelf;
pub mod webhook;

use api::Api;
use database::Database;
use domain::id::{AppId, ChannelId, WorkspaceId};
use network::Network;
use patience::eventually;
use product::{Command, Port, Product};
use std::time::Duration;
use store::Store;

/// Handle of the brand's account.
pub const BRAND: &str = "aobabank";
/// Handle of the account that answers.
pub const HELP: &str = "aoba_help";

/// Everything that a test drives and looks at.
pub struct Scene {
    /// The simulated X.
    pub network: Network,
    /// Where the product's data is.
    pub database: Database,
    /// The same database, opened by the test.
    pub store: Store,
    /// Where the product listens, also after it was started again.
    pub port: Port,
    /// The company.
    pub workspace: WorkspaceId,
    /// Its app.
    pub app: AppId,
    /// @aobabank.
    pub brand: ChannelId,
    /// @aoba_help.
    pub help: ChannelId,
    /// A key of the API with every right.
    pub token: String,
    /// The product, while it runs.
    pub product: Option<Product>,
}

impl Scene {
    /// A company whose product runs and whose accounts are connected and subscribed.
    pub async fn new(database: Database) -> Self {
        Self::with(database, simulator::Config::default()).await
    }

    /// The same, with a simulated X of its own making.
    pub async fn with(database: Database, config: simulator::Config) -> Self {
        Self::with_app(database, config, &[]).await
    }

    /// The same, with an app that has more settings, each as `name=value`.
    pub async fn with_app(database: Database, config: simulator::Config, settings: &[&str]) -> Self {
        let network = Network::start(config).await;
        let port = Port::free();
        let store = database.open().await;
        let command = Command::new(&database, port, network.address());
        let workspace = command.run(&["workspace", "create", "Aoba Bank", "--zone", "Asia/Tokyo"], "").await;
        let mut arguments = network.app_arguments();
        arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
        let app = command.run(&arguments, &network.app_secrets()).await;
        let token = command.run(&["token", "create", "--scope", "read,write", "--name", "tests"], "").await;
        let product = Product::start(&command).await;
        let mut channels = Vec::new();
        for (handle, role, level) in [(BRAND, "brand", "self_serve"), (HELP, "support", "enterprise")] {
            let arguments = ["channel", "add", "--app", &app, "--role", role, "--access-level", level, "--subscribe"];
            channels.push(command.run(&arguments, &network.tokens(handle)).await);
        }
        let id = |text: &String| text.parse().unwrap();
        Self {
            workspace: workspace.parse().unwrap(),
            app: app.parse().unwrap(),
            brand: id(&channels[0]),
            help: id(&channels[1]),
            network,
            database,
            store,
            port,
            token,
            product: Some(product),
        }
    }

    /// How the product and its commands are called here.
    pub fn command(&self) -> Command {
        Command::new(&self.database, self.port, self.network.address())
    }

    /// The product's address.
    pub fn address(&self) -> String {
        self.port.address()
    }

    /// The API as its users see it.
    pub fn api(&self) -> Api {
        Api::new(&self.address(), &self.token)
    }

    /// Starts the product (again).
    pub async fn start(&mut self) {
        let command = self.command();
        self.start_as(&command).await;
    }

    /// Starts the product with other settings.
    pub async fn start_as(&mut self, command: &Command) {
        assert!(self.product.is_none(), "it runs already");
        self.product = Some(Product::start(command).await);
    }

    /// Ends it as a power cut would.
    pub async fn kill(&mut self) {
        self.product.take().unwrap().kill().await;
    }

    /// Asks it to stop and waits until it has.
    pub async fn stop(&mut self) {
        self.product.take().unwrap().stop().await;
    }

    /// Waits until it has ended by itself.
    pub async fn ended(&mut self) -> std::process::ExitStatus {
        self.product.take().unwrap().ended().await
    }

    /// Waits until everything that was journalled is filed.
    pub async fn filed(&self, patience: Duration) {
        let store = &self.store;
        eventually("the journal is filed", patience, || async move {
            for lane in [store::journal::PRIVATE_LANE, store::journal::PUBLIC_LANE] {
                let (head, filed) = (store.journal_head(lane).await.ok()?, store.journal_filed(lane).await.ok()?);
                if filed < head {
                    return None;
                }
            }
            Some(())
        })
        .await;
    }

    /// Waits until nothing is owed to the network any more: neither queued, nor under way, nor of unknown outcome.
    pub async fn settled(&self, patience: Duration) {
        let store = &self.store;
        eventually("the outbox is settled", patience, || async move {
            let rows = store
                .main
                .fetch_all("SELECT id FROM outbox WHERE state IN ('queued', 'sending', 'unknown')", &[])
                .await
                .ok()?;
            rows.is_empty().then_some(())
        })
        .await;
    }
}
