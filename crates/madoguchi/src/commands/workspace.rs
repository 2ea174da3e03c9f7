//! `madoguchi workspace`: one company's desk each.

use super::{now, open, say};
use crate::settings::Base;
use anyhow::{Result, bail};

/// What `workspace` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// Make a workspace.
    Create {
        /// Its name.
        name: String,
        /// Its time zone.
        #[arg(long, default_value = "UTC")]
        zone: String,
    },
    /// List the workspaces.
    List,
}

/// Runs the command.
pub async fn run(base: &Base, arguments: Arguments) -> Result<()> {
    let store = open(base).await?;
    match arguments.act {
        Act::Create { name, zone } => {
            if jiff::tz::TimeZone::get(&zone).is_err() {
                bail!("--zone {zone:?} is no time zone; allowed are names such as Asia/Tokyo or Europe/Berlin");
            }
            if name.trim().is_empty() {
                bail!("a workspace needs a name");
            }
            say(&store.create_workspace(name.trim(), &zone, now()).await?.to_string())?;
        }
        Act::List => {
            for workspace in store.workspaces().await? {
                say(&format!("{}\t{}\t{}", workspace.id, workspace.name, workspace.zone))?;
            }
        }
    }
    store.close().await;
    Ok(())
}
