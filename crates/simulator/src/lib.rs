//! Simulated networks with simulated customers, for demos and tests.
//!
//! Today: X (api.x.com v2) under `/x`, so `base_url()` + `/2/tweets` is what a client takes for
//! `https://api.x.com/2/tweets`. Control is JSON under `/control` (see [`control`]) and a page for people at `/`.
//! Written from the published contracts alone; nothing of the product is used here.

#![warn(missing_docs)]

mod clock;
pub mod control;
pub mod customers;
pub mod default_world;
mod delivery;
mod faults;
mod random;
mod server;
mod world;
pub mod x;

pub use clock::{Clock, parse_timestamp, timestamp};
pub use default_world::{DefaultWorld, default_world};
pub use delivery::{BulkCounts, BulkOptions, DeliveryCounts};
pub use faults::{Fault, FaultKind};
pub use random::Random;
pub use world::{NewAccount, NewApp, NewPost, World};
pub use x::model::AccessLevel;

use std::net::SocketAddr;
use std::time::Duration;

/// Networks that can be simulated, by their ids.
pub const NETWORKS: &[&str] = &["x"];

/// How a simulator runs.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Seed of every random choice: keys, event ids, customers, faults.
    pub seed: u64,
    /// Multiplies every rate limit; 1.0 is X's table, 1000.0 is good for load tests.
    pub rate_multiplier: f64,
    /// Webhook deliveries on their way at once.
    pub delivery_concurrency: usize,
    /// Pauses before each new attempt at a delivery that was not answered 200.
    pub retry_delays: Vec<Duration>,
    /// How long a webhook may take to answer (X allows 10 s).
    pub delivery_timeout: Duration,
    /// Delivered bodies are kept this long for replay.
    pub keep_deliveries: Duration,
    /// Pause between blank lines on an open stream.
    pub keep_alive: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 1,
            rate_multiplier: 1.0,
            delivery_concurrency: 8,
            retry_delays: vec![Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(5)],
            delivery_timeout: Duration::from_secs(10),
            keep_deliveries: Duration::from_secs(24 * 60 * 60),
            keep_alive: Duration::from_secs(20),
        }
    }
}

/// What can go wrong while starting or driving the simulator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The HTTP client for webhooks cannot be made.
    #[error("cannot prepare the webhook client: {0}")]
    Client(#[from] reqwest::Error),
    /// A name or id that does not exist.
    #[error("there is no {kind} {name}")]
    Missing {
        /// `app`, `account`, `post`, …
        kind: &'static str,
        /// What was asked for.
        name: String,
    },
    /// A value that cannot be.
    #[error("{0}")]
    Invalid(String),
    /// A text file of the customers cannot be read.
    #[error("customer texts {file}: {source}")]
    Texts {
        /// File in `src/customers/texts`.
        file: &'static str,
        /// The parser's reason.
        source: serde_json::Error,
    },
}

/// A running simulator; stops when dropped or by [`Simulator::stop`].
#[derive(Debug)]
pub struct Simulator {
    world: World,
    server: server::Server,
}

impl Simulator {
    /// Listens and serves until stopped.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn start(config: Config) -> Result<Self, Error> {
        let world = World::new(&config)?;
        let server = server::Server::start(config.listen, world.clone()).await?;
        world.set_origin(&format!("http://{}", server.address()));
        Ok(Self { world, server })
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Base address for X clients: `http://127.0.0.1:PORT/x`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/x", self.address())
    }

    /// The simulated world, to be driven from Rust.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Ends deliveries, streams, customers and connections.
    pub async fn stop(self) {
        self.world.shut_down();
        self.server.stop().await;
    }
}
