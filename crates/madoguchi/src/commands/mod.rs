//! The commands, one file each.

pub mod app;
pub mod backup;
pub mod channel;
pub mod classify;
pub mod demo;
mod demo_history;
pub mod doctor;
pub mod migrate;
pub mod serve;
pub mod simulate;
pub mod token;
pub mod user;
pub mod workspace;

use crate::settings::{Base, store_settings};
use anyhow::{Context, Result, bail};
use domain::people::Scope;
use pipeline::{Clock, SystemClock};
use std::io::Write;
use store::Store;

/// Prints what the person asked for.
pub(crate) fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("standard output is closed")
}

/// Now.
pub(crate) fn now() -> domain::Timestamp {
    SystemClock.now()
}

/// Opens the database for a command.
pub(crate) async fn open(base: &Base) -> Result<Store> {
    let settings = store_settings(base)?;
    Store::open(&settings)
        .await
        .with_context(|| format!("the database in {} cannot be opened", settings.data.display()))
}

/// The workspace by name or id; the only one when none is named.
pub(crate) async fn scope(store: &Store, wanted: Option<&str>) -> Result<Scope> {
    let all = store.workspaces().await?;
    let names = || all.iter().map(|workspace| workspace.name.as_str()).collect::<Vec<_>>().join(", ");
    let found: Vec<_> = all
        .iter()
        .filter(|workspace| wanted.is_none_or(|wanted| workspace.name == wanted || workspace.id.to_string() == wanted))
        .collect();
    match found.as_slice() {
        [workspace] => Ok(Scope::system(workspace.id)),
        [] if all.is_empty() => bail!("there is no workspace yet: madoguchi workspace create NAME"),
        [] => bail!("there is no workspace {:?}; there are: {}", wanted.unwrap_or_default(), names()),
        _ => bail!("name the workspace with --workspace; there are: {}", names()),
    }
}
