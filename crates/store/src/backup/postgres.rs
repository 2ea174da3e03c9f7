//! PostgreSQL's backup: every table of one moment by COPY, so that no tool of another version is needed.

use super::at;
use crate::db::Db;
use crate::error::{Error, Result};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnection, PgPoolCopyExt};
use sqlx::{AssertSqlSafe, Executor, PgPool, Row};
use std::io::Write;
use std::path::Path;

/// Rebuilt from the messages at restore.
const NOT_COPIED: &[&str] = &["indexed_message", "index_progress", "lease"];

#[derive(Serialize, Deserialize)]
struct Table {
    name: String,
    columns: Vec<String>,
}

fn pool(db: &Db) -> Result<&PgPool> {
    match db {
        Db::Postgres(pool) => Ok(pool),
        Db::Sqlite { .. } => Err(Error::Unsafe("this is not PostgreSQL".to_owned())),
    }
}

async fn tables(connection: &mut PgConnection) -> Result<Vec<Table>> {
    let rows = connection
        .fetch_all(
            "SELECT table_name::text AS name, array_agg(column_name::text ORDER BY ordinal_position) AS columns
             FROM information_schema.columns WHERE table_schema = current_schema() AND is_generated = 'NEVER' GROUP BY table_name ORDER BY table_name",
        )
        .await?;
    let mut all = Vec::new();
    for row in rows {
        let name: String = row.try_get("name")?;
        if !NOT_COPIED.contains(&name.as_str()) && !name.ends_with("migration") {
            all.push(Table { name, columns: row.try_get("columns")? });
        }
    }
    Ok(all)
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

pub(super) async fn backup(db: &Db, folder: &Path) -> Result<usize> {
    let mut tx = pool(db)?.begin().await?;
    tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let tables = tables(&mut tx).await?;
    for table in &tables {
        let path = folder.join(format!("{}.copy", table.name));
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path).map_err(at(&path))?);
        let sql = format!("COPY \"{}\" ({}) TO STDOUT", table.name, quoted(&table.columns));
        let mut rows = tx.copy_out_raw(&sql).await?;
        while let Some(bytes) = rows.try_next().await? {
            file.write_all(&bytes).map_err(at(&path))?;
        }
        file.flush().map_err(at(&path))?;
    }
    tx.rollback().await?;
    let path = folder.join("tables.json");
    let text = serde_json::to_vec_pretty(&tables).map_err(|error| Error::Unreadable(error.to_string()))?;
    std::fs::write(&path, text).map_err(at(&path))?;
    Ok(tables.len() + 1)
}

pub(super) async fn restore(db: &Db, folder: &Path) -> Result<()> {
    let pool = pool(db)?;
    let path = folder.join("tables.json");
    let text = std::fs::read(&path).map_err(at(&path))?;
    let tables: Vec<Table> = serde_json::from_slice(&text).map_err(|error| Error::Unreadable(error.to_string()))?;
    if db.fetch_optional("SELECT 1 AS one FROM workspace LIMIT 1", &[]).await?.is_some() {
        return Err(Error::Unsafe("the database holds data already: restore into an empty one".to_owned()));
    }
    for table in &tables {
        // Migrations fill some tables with their first rows.
        pool.execute(AssertSqlSafe(format!("DELETE FROM \"{}\"", table.name))).await?;
        let path = folder.join(format!("{}.copy", table.name));
        let file = tokio::fs::File::open(&path).await.map_err(at(&path))?;
        let sql = format!("COPY \"{}\" ({}) FROM STDIN", table.name, quoted(&table.columns));
        let mut copy = pool.copy_in_raw(&sql).await?;
        copy.read_from(file).await?;
        copy.finish().await?;
    }
    Ok(())
}
