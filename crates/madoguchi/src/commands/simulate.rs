//! `madoguchi simulate`: the simulated networks alone.

use super::say;
use crate::running::start_logging;
use anyhow::{Result, bail};
use simulator::{Config, Simulator, default_world};
use std::net::SocketAddr;

/// What `simulate` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    /// Networks to simulate, comma-separated.
    #[arg(long, default_value = "x", value_delimiter = ',')]
    networks: Vec<String>,
    /// Address; only this machine may reach it.
    #[arg(long, default_value = "127.0.0.1:7301")]
    listen: SocketAddr,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Multiplies every rate limit.
    #[arg(long, default_value_t = 1.0)]
    rate_multiplier: f64,
}

/// Starts the simulated networks and waits for Ctrl-C.
pub async fn run(arguments: Arguments) -> Result<()> {
    start_logging();
    if !arguments.listen.ip().is_loopback() {
        bail!(
            "--listen {}: simulated networks answer on this machine only; allowed is e.g. 127.0.0.1:7301",
            arguments.listen
        );
    }
    if let Some(unknown) = arguments.networks.iter().find(|network| !simulator::NETWORKS.contains(&network.as_str())) {
        bail!("--networks: {unknown:?} cannot be simulated; allowed is {}", simulator::NETWORKS.join(", "));
    }
    let config = Config {
        listen: arguments.listen,
        seed: arguments.seed,
        rate_multiplier: arguments.rate_multiplier,
        ..Config::default()
    };
    let simulator = Simulator::start(config).await?;
    let world = default_world(simulator.world())?;
    say(&world.to_string())?;
    say(&format!("control page     http://{}/", simulator.address()))?;
    tokio::signal::ctrl_c().await?;
    simulator.stop().await;
    Ok(())
}
