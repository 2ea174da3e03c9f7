//! The project's own tooling: `cargo xtask test | tidy | postgres | chaos | bench`.

#![expect(clippy::print_stdout, reason = "a command line tool speaks on standard output")]

mod bench;
mod chaos;
mod postgres;
mod test;
mod tidy;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Tooling of the Madoguchi workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run every check: format, lints, tidy, tests on both engines, browser stories.
    Test(test::TestArguments),
    /// Check what the architecture promises and no compiler checks.
    Tidy,
    /// Give a command its own PostgreSQL cluster, or keep one running for a while.
    Postgres(postgres::command::PostgresArguments),
    /// Kill the product at every named point and at random, and count the messages.
    Chaos(chaos::ChaosArguments),
    /// Measure the release binary against the bars of docs/BENCHMARKS.md.
    Bench(bench::BenchArguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Test(arguments) => test::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Tidy => tidy::run().map(|()| ExitCode::SUCCESS),
        Task::Postgres(arguments) => postgres::command::run(arguments),
        Task::Chaos(arguments) => chaos::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Bench(arguments) => bench::run(&arguments),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::FAILURE
    })
}
