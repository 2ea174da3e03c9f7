//! The product with an intake that acknowledges and keeps nothing, filing what the journal holds from before: what the
//! journal costs is the difference.

use anyhow::{Context, Result};
use bus::Bus;
use networks::Registry;
use networks::client::{Client, ClientOptions};
use pipeline::{Environment, Intake, SystemClock};
use std::path::Path;
use std::sync::Arc;
use store::Store;
use tokio_util::sync::CancellationToken;

/// Serves on the address that `Product::start` chose, until the process is killed.
pub async fn run(data: &Path) -> Result<()> {
    let address = std::env::var("MADOGUCHI_BENCH_ADDRESS").context("started by `bench intake` alone")?;
    let settings = super::place::settings(data, std::env::var("DATABASE_URL").ok().as_deref());
    // The measuring half runs on one thread; a server gets what the product would get.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let server = runtime.spawn(async move {
        let store = Store::open(&settings).await?;
        let environment = Environment::new(
            store,
            Registry::standard(Client::new(ClientOptions::default())?),
            Arc::new(language::RuleReader::new().context("the language engine")?),
            Bus::new(),
            Arc::new(SystemClock),
            "http://127.0.0.1",
        );
        let stop = CancellationToken::new();
        let roles = pipeline::Roles { worker: true, dispatch: true };
        let _tasks = pipeline::run(&environment, roles, &stop);
        let intake = Intake::keeping_nothing(&environment);
        let edge = web::Edge::new(environment, intake, web::Settings::default(), stop.clone())?;
        let listener = tokio::net::TcpListener::bind(address).await?;
        web::serve(listener, web::router::everything(&edge), web::CONNECTIONS, stop).await?;
        Ok::<(), anyhow::Error>(())
    });
    let outcome = server.await?;
    // Dropping a runtime inside another one is not allowed.
    runtime.shutdown_background();
    outcome
}
