//! `madoguchi backup` and `restore`: databases, files and the key, copied while the product runs.

use super::say;
use crate::settings::{Base, store_settings};
use anyhow::{Context, Result};
use std::path::PathBuf;

/// What `backup` can be told.
#[derive(clap::Args)]
pub struct BackupArguments {
    /// Folder to write to; it must be empty or not exist.
    folder: PathBuf,
}

/// What `restore` can be told.
#[derive(clap::Args)]
pub struct RestoreArguments {
    /// Folder that a backup wrote.
    folder: PathBuf,
}

/// Writes a backup.
pub async fn backup(base: &Base, arguments: &BackupArguments) -> Result<()> {
    let store = super::open(base).await?;
    let written = store.backup(&arguments.folder).await.context("the backup could not be written")?;
    store.close().await;
    say(&format!("{written} files in {}", arguments.folder.display()))?;
    say("the folder holds the key: whoever has it can open the stored secrets")
}

/// Brings a backup back.
pub async fn restore(base: &Base, arguments: &RestoreArguments) -> Result<()> {
    let settings = store_settings(base)?;
    store::backup::restore(&settings, &arguments.folder).await.context("the backup could not be restored")?;
    say("restored; the search index is built anew at the next start")
}
