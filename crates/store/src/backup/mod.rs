//! Backup and restore, while the product runs: databases, files and the key in one folder.
//!
//! The main database is copied before the journal: what the journal then has too much is filed again, and the unique
//! keys make that harmless. After a restore nobody knows which queued messages had left since the backup, so all of
//! them are looked up at their networks before anything is sent.

mod postgres;
mod sqlite;

use crate::db::Engine;
use crate::error::{Error, Result};
use crate::open::{Settings, Store};
use std::path::Path;

/// Turns what was queued into a question, after a restore.
const ASK_FIRST: &str =
    "UPDATE outbox SET state = 'unknown', attempted_at = coalesce(attempted_at, created_at), lease_holder = NULL,
    lease_until = NULL WHERE state IN ('queued', 'sending')";
const ASK_FIRST_MESSAGES: &str = "UPDATE message SET send_state = 'unknown' WHERE send_state IN ('queued', 'sending')";

fn at(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    |error| Error::File(path.display().to_string(), error)
}

fn must_be_empty(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(at(folder))?;
    if std::fs::read_dir(folder).map_err(at(folder))?.next().is_some() {
        let error = std::io::Error::new(std::io::ErrorKind::AlreadyExists, "the folder is not empty");
        return Err(at(folder)(error));
    }
    Ok(())
}

/// Copies a folder tree; the number of files.
fn copy_tree(from: &Path, to: &Path) -> Result<usize> {
    if !from.exists() {
        return Ok(0);
    }
    std::fs::create_dir_all(to).map_err(at(to))?;
    let mut count = 0;
    for entry in std::fs::read_dir(from).map_err(at(from))? {
        let entry = entry.map_err(at(from))?;
        let target = to.join(entry.file_name());
        if entry.file_type().map_err(at(from))?.is_dir() {
            count += copy_tree(&entry.path(), &target)?;
        } else {
            match std::fs::copy(entry.path(), &target) {
                Ok(_) => count += 1,
                // A file that was removed while we looked belongs to a message that was erased.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(at(&target)(error)),
            }
        }
    }
    Ok(count)
}

fn copy_key(from: &Path, to: &Path) -> Result<usize> {
    let (from, to) = (from.join("key"), to.join("key"));
    if !from.exists() {
        return Ok(0);
    }
    // The copy keeps the permissions: readable by its owner only.
    std::fs::copy(&from, &to).map_err(at(&to))?;
    Ok(1)
}

impl Store {
    /// Writes a backup into an empty folder; the number of files. The product may run meanwhile.
    pub async fn backup(&self, folder: &Path) -> Result<usize> {
        must_be_empty(folder)?;
        let databases = match self.engine() {
            Engine::Sqlite => sqlite::backup(&self.data, folder).await?,
            Engine::Postgres => postgres::backup(&self.main, folder).await?,
        };
        Ok(databases
            + copy_tree(&self.data.join("attachments"), &folder.join("attachments"))?
            + copy_key(&self.data, folder)?)
    }
}

/// Brings a backup into an empty data folder (embedded) or an empty database (PostgreSQL).
///
/// # Errors
/// [`Error::Conflict`] when there is something already, [`Error::Unsafe`] when the backup is of the other engine.
pub async fn restore(settings: &Settings, folder: &Path) -> Result<()> {
    let embedded = folder.join("madoguchi.db").exists();
    if embedded != settings.database_url.is_none() {
        return Err(Error::Unsafe(format!(
            "the backup in {} is one of {}; set or unset DATABASE_URL accordingly",
            folder.display(),
            if embedded { "the embedded engine" } else { "PostgreSQL" }
        )));
    }
    std::fs::create_dir_all(&settings.data).map_err(at(&settings.data))?;
    if settings.data.join("madoguchi.db").exists() || settings.data.join("key").exists() {
        return Err(Error::Unsafe(format!(
            "{} holds data already: restore into an empty folder",
            settings.data.display()
        )));
    }
    if embedded {
        sqlite::restore(folder, &settings.data)?;
    }
    copy_key(folder, &settings.data)?;
    copy_tree(&folder.join("attachments"), &settings.data.join("attachments"))?;
    let store = Store::open(settings).await?;
    if !embedded {
        postgres::restore(&store.main, folder).await?;
    }
    store.main.execute(ASK_FIRST, &[]).await?;
    store.main.execute(ASK_FIRST_MESSAGES, &[]).await?;
    for workspace in store.workspaces().await? {
        store.rebuild_index(workspace.id).await?;
    }
    store.close().await;
    Ok(())
}
