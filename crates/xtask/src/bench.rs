//! `cargo xtask bench`: the bars of docs/BENCHMARKS.md, measured on the release binary.
//!
//! The measuring needs crates of the product (to seed a database, to build the router without its journal), which
//! `cargo xtask tidy` must not wait for: they come with the feature `bench`, and this command builds itself anew with it,
//! in release, so that the load generator takes as little of the machine as it can.

#[cfg(feature = "bench")]
mod delivery;
#[cfg(feature = "bench")]
mod end_to_end;
#[cfg(feature = "bench")]
mod event_reader;
#[cfg(feature = "bench")]
mod filled;
#[cfg(feature = "bench")]
mod http_client;
#[cfg(feature = "bench")]
mod inbox;
#[cfg(feature = "bench")]
mod intake;
#[cfg(feature = "bench")]
mod load;
#[cfg(feature = "bench")]
mod memory;
#[cfg(feature = "bench")]
mod percentile;
#[cfg(feature = "bench")]
mod place;
#[cfg(feature = "bench")]
mod product;
#[cfg(feature = "bench")]
mod seed;
#[cfg(feature = "bench")]
mod size;
#[cfg(feature = "bench")]
mod start;
#[cfg(feature = "bench")]
mod without_journal;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

/// What to measure.
#[derive(Args)]
pub struct BenchArguments {
    #[command(subcommand)]
    subject: Option<Subject>,
}

/// The subjects; without one everything is measured, which takes about half an hour an engine.
#[derive(Subcommand)]
enum Subject {
    /// Durable deliveries a second at 64 connections, beside the same router without the journal.
    Intake {
        /// Which database.
        #[arg(long, default_value = "sqlite")]
        engine: Engine,
        /// Seconds of load.
        #[arg(long, default_value_t = 20)]
        seconds: u64,
        /// Keep-alive connections.
        #[arg(long, default_value_t = 64)]
        connections: usize,
        /// Turns of (product, router without the journal), so that a noisy moment shows.
        #[arg(long, default_value_t = 1)]
        turns: u32,
    },
    /// Webhook to event stream at a steady rate, then a flood and how it is worked off.
    EndToEnd {
        /// Which database.
        #[arg(long, default_value = "sqlite")]
        engine: Engine,
        /// Seconds of the steady rate.
        #[arg(long, default_value_t = 300)]
        seconds: u64,
        /// Messages a second of the steady rate.
        #[arg(long, default_value_t = 1000)]
        rate: u64,
        /// Seconds of the flood.
        #[arg(long, default_value_t = 60)]
        flood: u64,
    },
    /// Fill a database with a million cases and five million messages.
    Fill {
        /// Which database.
        #[arg(long, default_value = "sqlite")]
        engine: Engine,
        /// Where it is kept [default: a folder beside the build].
        #[arg(long)]
        data: Option<PathBuf>,
        /// How many cases, five messages each.
        #[arg(long, default_value_t = 1_000_000)]
        cases: u64,
    },
    /// Lists, cases and pages of a filled database.
    Inbox {
        /// Which database.
        #[arg(long, default_value = "sqlite")]
        engine: Engine,
        /// What `fill` filled.
        #[arg(long)]
        data: Option<PathBuf>,
        /// How many cases, when it is filled first.
        #[arg(long, default_value_t = 1_000_000)]
        cases: u64,
    },
    /// Start to first answer, and memory a minute later, on a filled database.
    Start {
        /// Which database.
        #[arg(long, default_value = "sqlite")]
        engine: Engine,
        /// What `fill` filled.
        #[arg(long)]
        data: Option<PathBuf>,
        /// How many cases, when it is filled first.
        #[arg(long, default_value_t = 1_000_000)]
        cases: u64,
    },
    /// Size of the release binary.
    Size,
    /// Remove what `fill` filled.
    Clear,
    /// The router with an intake that keeps nothing: the other half of `intake`, in a process of its own.
    #[command(hide = true)]
    WithoutJournal {
        /// The data folder.
        data: PathBuf,
    },
}

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// A cluster of our own.
    Postgres,
}

/// Builds this tool with its feature, in release, and hands the arguments on.
#[cfg(not(feature = "bench"))]
pub fn run(_: &BenchArguments) -> Result<ExitCode> {
    use anyhow::Context;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = std::process::Command::new(cargo)
        .args(["run", "--quiet", "--locked", "--release", "--package", "xtask", "--features", "bench", "--"])
        .args(std::env::args_os().skip(1))
        .current_dir(crate::workspace::root())
        .status()
        .context("building the measuring tool")?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}

/// Measures.
#[cfg(feature = "bench")]
pub fn run(arguments: &BenchArguments) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        match &arguments.subject {
            None => everything().await,
            Some(subject) => measure(subject).await,
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "bench")]
async fn everything() -> Result<()> {
    size::run()?;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        intake::run(engine, 20, 64, 3).await?;
        end_to_end::run(engine, 300, 1000, 60).await?;
        start::run(engine, None, 1_000_000).await?;
        inbox::run(engine, None, 1_000_000).await?;
    }
    filled::clear()
}

#[cfg(feature = "bench")]
async fn measure(subject: &Subject) -> Result<()> {
    match subject {
        Subject::Intake { engine, seconds, connections, turns } => {
            intake::run(*engine, *seconds, *connections, *turns).await
        }
        Subject::EndToEnd { engine, seconds, rate, flood } => end_to_end::run(*engine, *seconds, *rate, *flood).await,
        Subject::Fill { engine, data, cases } => filled::Filled::open(*engine, data.as_deref(), *cases).await.map(drop),
        Subject::Inbox { engine, data, cases } => inbox::run(*engine, data.as_deref(), *cases).await,
        Subject::Start { engine, data, cases } => start::run(*engine, data.as_deref(), *cases).await,
        Subject::Size => size::run(),
        Subject::Clear => filled::clear(),
        Subject::WithoutJournal { data } => without_journal::run(data).await,
    }
}
