//! Madoguchi (窓口): one binary for the product, its demo, its simulated networks and its operator.

mod commands;
mod file_handles;
mod running;
mod settings;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Self-hosted customer care for social media.
#[derive(Parser)]
#[command(name = "madoguchi", version, about, max_term_width = 100)]
struct Arguments {
    /// Settings file (TOML). Settings come from the file, then MADOGUCHI_* variables, then flags.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of databases, files and the key [default: ./data].
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the product with simulated networks and customers who keep writing (loopback only).
    Demo(commands::demo::Arguments),
    /// Start the product.
    Serve(commands::serve::Arguments),
    /// Start the simulated networks alone; official clients can talk to them.
    Simulate(commands::simulate::Arguments),
    /// Make a workspace.
    Workspace(commands::workspace::Arguments),
    /// Add people; prints a one-time link.
    User(commands::user::Arguments),
    /// Make API tokens; each is printed once.
    Token(commands::token::Arguments),
    /// Register an app at a network, with its keys.
    App(commands::app::Arguments),
    /// Connect an account with tokens of your own.
    Channel(commands::channel::Arguments),
    /// Bring the database's schema up to date.
    Migrate,
    /// Check settings, database, key and networks, and say what is wrong.
    Doctor,
    /// Copy databases, files and key into a folder, while the product runs.
    Backup(commands::backup::BackupArguments),
    /// Bring a backup into an empty data folder or database.
    Restore(commands::backup::RestoreArguments),
    /// Read messages as JSON lines and say what they are.
    Classify(commands::classify::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let base = settings::Base { config: arguments.config, data: arguments.data };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    let outcome = match arguments.command {
        // Logs of the long-running commands go to standard error; what a person asked for goes to standard output.
        Command::Demo(arguments) => runtime.block_on(commands::demo::run(base, arguments)),
        Command::Serve(arguments) => runtime.block_on(commands::serve::run(base, arguments)),
        Command::Simulate(arguments) => runtime.block_on(commands::simulate::run(arguments)),
        Command::Workspace(arguments) => runtime.block_on(commands::workspace::run(&base, arguments)),
        Command::User(arguments) => runtime.block_on(commands::user::run(&base, arguments)),
        Command::Token(arguments) => runtime.block_on(commands::token::run(&base, arguments)),
        Command::App(arguments) => runtime.block_on(commands::app::run(&base, arguments)),
        Command::Channel(arguments) => runtime.block_on(commands::channel::run(&base, arguments)),
        Command::Migrate => runtime.block_on(commands::migrate::run(&base)),
        Command::Doctor => runtime.block_on(commands::doctor::run(&base)),
        Command::Backup(arguments) => runtime.block_on(commands::backup::backup(&base, &arguments)),
        Command::Restore(arguments) => runtime.block_on(commands::backup::restore(&base, &arguments)),
        Command::Classify(arguments) => commands::classify::run(&arguments),
    };
    // Connections that are being closed must not hold up the end for ever.
    runtime.shutdown_timeout(std::time::Duration::from_secs(3));
    outcome.map_or_else(|error| fail(&error), |()| ExitCode::SUCCESS)
}

fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("madoguchi: {error:#}");
    ExitCode::FAILURE
}
