//! `cargo xtask chaos`: kills the product at every named point and many times at random, on both engines, and compares the ledgers.

use crate::postgres::{URL_VARIABLE, cluster::Cluster};
use crate::workspace;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// How long and from which seed.
#[derive(Args)]
pub struct ChaosArguments {
    /// Kills at random moments, per engine.
    #[arg(long, default_value_t = 30)]
    rounds: u32,
    /// Seed of every random choice; a new one each time unless told.
    #[arg(long)]
    seed: Option<u64>,
    /// Only tests whose name holds this, e.g. `random_moments` or `on_sqlite`.
    #[arg(long, default_value = "crash::")]
    only: String,
}

/// Runs the crash tests of the `madoguchi` crate with more rounds than `make test` has time for. They are built with all
/// other tests, so that what `make test` has compiled is not compiled again.
pub fn run(arguments: &ChaosArguments) -> Result<()> {
    let seed = arguments
        .seed
        .unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs()));
    println!("chaos: {} kills at random per engine, seed {seed} (--seed {seed} plays it again)", arguments.rounds);
    let cluster = Cluster::start()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["test", "--locked", "--workspace", "--test", "it"])
        .arg(&arguments.only)
        .args(["--", "--nocapture", "--test-threads=4"])
        .current_dir(workspace::root())
        .env(URL_VARIABLE, cluster.url())
        .env("MADOGUCHI_CHAOS_ROUNDS", arguments.rounds.to_string())
        .env("MADOGUCHI_CHAOS_SEED", seed.to_string())
        .status()
        .context("running cargo")?;
    if !status.success() {
        bail!("chaos found something; play it again with --rounds {} --seed {seed}", arguments.rounds);
    }
    Ok(())
}
