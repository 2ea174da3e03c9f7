//! The project's own tooling: `cargo xtask test | tidy | postgres`.

#![expect(
    clippy::print_stdout,
    reason = "a command line tool speaks on standard output"
)]

mod postgres;
mod workspace;

use clap::{Parser, Subcommand};

/// Tooling of the Madoguchi workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Give a command its own PostgreSQL cluster, or keep one running for a while.
    Postgres(postgres::command::PostgresArguments),
}

fn main() -> anyhow::Result<std::process::ExitCode> {
    match Arguments::parse().task {
        Task::Postgres(arguments) => postgres::command::run(arguments),
    }
}
