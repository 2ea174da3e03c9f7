//! The embedded engine's backup: `VACUUM INTO` reads one moment of each file beside the writer.

use super::at;
use crate::error::Result;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::path::Path;
use std::time::Duration;

/// In this order: see the module above.
const FILES: &[&str] = &["madoguchi.db", "journal.db"];

pub(super) async fn backup(data: &Path, folder: &Path) -> Result<usize> {
    for name in FILES {
        let options = SqliteConnectOptions::new().filename(data.join(name)).busy_timeout(Duration::from_secs(30));
        let mut connection = SqliteConnection::connect_with(&options).await?;
        let target = folder.join(name).display().to_string().replace('\'', "''");
        connection.execute(sqlx::query(AssertSqlSafe(format!("VACUUM INTO '{target}'")))).await?;
        connection.close().await?;
    }
    Ok(FILES.len())
}

pub(super) fn restore(folder: &Path, data: &Path) -> Result<()> {
    for name in FILES {
        let target = data.join(name);
        std::fs::copy(folder.join(name), &target).map_err(at(&target))?;
    }
    Ok(())
}
