//! A running product: store, networks, language engine, the way of a message, and the HTTP edge, started and stopped in order.

use crate::file_handles;
use crate::settings::Settings;
use anyhow::{Context, Result};
use bus::Bus;
use networks::Registry;
use networks::client::{Client, ClientOptions};
use pipeline::{Environment, Intake, SystemClock};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use web::Edge;

/// How long everything may take to come to a safe place.
const LEAVE: Duration = Duration::from_secs(5);

/// Writes logs to standard error; `MADOGUCHI_LOG` sets the filter, `MADOGUCHI_LOG_FORMAT=json` the form.
pub fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("MADOGUCHI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,sqlx=warn,hyper=warn,reqwest=warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call (tests) keeps the first subscriber.
    let _ = if std::env::var("MADOGUCHI_LOG_FORMAT").is_ok_and(|form| form == "json") {
        builder.json().try_init()
    } else {
        builder.try_init()
    };
}

/// Opens the store and what stands around it.
///
/// # Errors
/// When the database, the lexicons or the HTTP client cannot be set up.
pub async fn environment(settings: &Settings, public_url: &str) -> Result<Environment> {
    let store = Store::open(&settings.store).await.context("the database cannot be opened")?;
    let client =
        Client::new(ClientOptions { allowed: settings.allowed_addresses.clone(), ..ClientOptions::default() })?;
    let reader = language::RuleReader::new().context("the language engine cannot be set up")?;
    Ok(Environment::new(
        store,
        Registry::standard(client),
        Arc::new(reader),
        Bus::new(),
        Arc::new(SystemClock),
        public_url,
    ))
}

/// A product that runs.
pub struct Product {
    /// What the steps share.
    pub environment: Environment,
    /// Where screens and API listen.
    pub address: SocketAddr,
    /// Where webhooks listen, when apart.
    pub hooks_address: Option<SocketAddr>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
    writer: tokio::task::JoinHandle<()>,
    terminate: Signal,
}

/// Binds the addresses first, so that the address is known before anything else starts.
pub struct Bound {
    listener: TcpListener,
    hooks_listener: Option<TcpListener>,
    /// Where screens and API will be.
    pub address: SocketAddr,
}

impl Bound {
    /// Takes the addresses of the settings.
    ///
    /// # Errors
    /// Names the setting whose address is taken or not ours.
    pub async fn bind(settings: &Settings) -> Result<Self> {
        let listener = TcpListener::bind(settings.listen)
            .await
            .with_context(|| format!("listen: {} cannot be used; choose another address or port", settings.listen))?;
        let hooks_listener =
            match settings.hooks_listen {
                Some(address) => Some(TcpListener::bind(address).await.with_context(|| {
                    format!("hooks_listen: {address} cannot be used; choose another address or port")
                })?),
                None => None,
            };
        let address = listener.local_addr()?;
        Ok(Self { listener, hooks_listener, address })
    }

    /// Starts the product on these addresses.
    ///
    /// # Errors
    /// When the edge cannot be set up.
    pub fn start(self, settings: &Settings, environment: Environment, edge_settings: web::Settings) -> Result<Product> {
        let stop = CancellationToken::new();
        // Listened to before anybody can know that we run: a stop that comes early must be an orderly one too.
        let terminate = signal(SignalKind::terminate())?;
        let (intake, writer) = Intake::start(&environment);
        let roles = pipeline::Roles { worker: settings.roles.worker, dispatch: settings.roles.dispatch };
        let mut tasks = pipeline::run(&environment, roles, &stop);
        let edge = Edge::new(environment.clone(), intake, edge_settings, stop.clone())?;
        let hooks_address = self.hooks_listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let apart = self.hooks_listener.is_some();
        let first = match (settings.roles.web, settings.roles.intake && !apart) {
            (true, true) => web::router::everything(&edge),
            (true, false) => web::router::inside(&edge),
            // Also a node that only works says whether it lives.
            (false, intake) => {
                let probes = web::router::outside_alone(&edge);
                if intake { probes } else { web::router::probes(&edge) }
            }
        };
        let connections = file_handles::connections() / if apart { 2 } else { 1 };
        serve(&mut tasks, self.listener, first, connections, stop.clone());
        if let Some(listener) = self.hooks_listener {
            let second =
                if settings.roles.intake { web::router::outside_alone(&edge) } else { web::router::probes(&edge) };
            serve(&mut tasks, listener, second, connections, stop.clone());
        }
        Ok(Product { environment, address: self.address, hooks_address, stop, tasks, writer, terminate })
    }
}

fn serve(
    tasks: &mut JoinSet<()>,
    listener: TcpListener,
    router: axum::Router,
    connections: usize,
    stop: CancellationToken,
) {
    tasks.spawn(async move {
        if let Err(error) = web::serve(listener, router, connections, stop.clone()).await {
            tracing::error!(%error, "the listener broke: the product stops");
            stop.cancel();
        }
    });
}

impl Product {
    /// Waits for Ctrl-C or SIGTERM, then stops.
    pub async fn until_told(mut self) -> Result<()> {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = self.terminate.recv() => {}
            () = self.stop.cancelled() => {}
        }
        self.stop().await;
        Ok(())
    }

    /// Stops: no new work, what is under way ends, everything that was accepted is written.
    pub async fn stop(mut self) {
        tracing::info!("stopping");
        self.stop.cancel();
        let environment = self.environment.clone();
        let ended = tokio::time::timeout(LEAVE, async {
            while self.tasks.join_next().await.is_some() {}
            // The edge held the last way in; with it gone the writer ends by itself.
            let _ = self.writer.await;
        });
        if ended.await.is_err() {
            tracing::warn!("not everything came to an end in time; the journal and the outbox go on at the next start");
        }
        environment.store.close().await;
    }
}
