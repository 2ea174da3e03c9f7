//! `madoguchi token`: keys of the API.

use super::{now, open, say, scope};
use crate::settings::Base;
use anyhow::{Result, bail};

/// What `token` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// Make a token; it is printed once.
    Create {
        /// Name or id of the workspace.
        #[arg(long)]
        workspace: Option<String>,
        /// read, or read,write.
        #[arg(long, default_value = "read")]
        scope: String,
        /// What it is for.
        #[arg(long, default_value = "command line")]
        name: String,
    },
}

/// Runs the command.
pub async fn run(base: &Base, arguments: Arguments) -> Result<()> {
    let Act::Create { workspace, scope: rights, name } = arguments.act;
    let can_write = match rights.as_str() {
        "read" => false,
        "read,write" | "write" => true,
        other => bail!("--scope {other:?} is not usable; allowed is read or read,write"),
    };
    let store = open(base).await?;
    let scope = scope(&store, workspace.as_deref()).await?;
    let (_, secret) = store.create_token(&scope, &name, can_write, now()).await?;
    say(&secret)?;
    store.close().await;
    Ok(())
}
