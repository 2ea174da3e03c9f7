//! `cargo xtask postgres -- COMMAND…`, and `start` / `stop` for a cluster that stays.

use super::URL_VARIABLE;
use super::cluster::{Address, Cluster, stop};
use crate::workspace;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// What to do with the cluster.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct PostgresArguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// Runs this command with MADOGUCHI_TEST_POSTGRES set to a fresh cluster, then stops the cluster.
    #[arg(last = true)]
    command: Vec<String>,
}

#[derive(Subcommand)]
enum Action {
    /// Start a cluster in the background and print the line that sets MADOGUCHI_TEST_POSTGRES.
    Start,
    /// Stop the cluster that `start` has started, and remove its data.
    Stop,
}

/// Carries out the arguments; the exit code of a wrapped command is passed on.
pub fn run(arguments: PostgresArguments) -> Result<ExitCode> {
    match arguments.action {
        Some(Action::Start) => start(),
        Some(Action::Stop) => stop_started(),
        None => wrap(&arguments.command),
    }
}

fn start() -> Result<ExitCode> {
    let state = state_file();
    if state.exists() {
        bail!("a cluster is running already; end it with `cargo xtask postgres stop` ({})", state.display());
    }
    let address = Cluster::start_detached()?;
    if let Some(folder) = state.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&state, serde_json::to_string(&address)?)?;
    println!("export {URL_VARIABLE}={}", address.url);
    Ok(ExitCode::SUCCESS)
}

fn stop_started() -> Result<ExitCode> {
    let state = state_file();
    let text = std::fs::read_to_string(&state)
        .with_context(|| format!("no cluster was started here ({})", state.display()))?;
    let address: Address = serde_json::from_str(&text)?;
    if address.folder.exists() {
        stop(&address)?;
    }
    std::fs::remove_file(&state)?;
    Ok(ExitCode::SUCCESS)
}

fn wrap(command: &[String]) -> Result<ExitCode> {
    let Some((program, rest)) = command.split_first() else {
        bail!("give a command after `--`, or one of `start`, `stop`");
    };
    let cluster = Cluster::start()?;
    // Ctrl-C is for the command; we stay to stop the cluster after it.
    ctrlc::set_handler(|| {}).context("installing the Ctrl-C handler")?;
    let status = Command::new(program)
        .args(rest)
        .env(URL_VARIABLE, cluster.url())
        .status()
        .with_context(|| format!("running {program}"))?;
    drop(cluster);
    Ok(exit_code(status))
}

/// A signal counts as failure with the shell's usual number.
fn exit_code(status: std::process::ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

fn state_file() -> PathBuf {
    workspace::root().join("target/postgres.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_of_the_command_is_passed_on() {
        let ended = Command::new("sh").args(["-c", "exit 3"]).status().unwrap();
        assert_eq!(exit_code(ended), ExitCode::from(3));
        let killed = Command::new("sh").args(["-c", "kill -TERM $$"]).status().unwrap();
        assert_eq!(exit_code(killed), ExitCode::from(143));
    }
}
