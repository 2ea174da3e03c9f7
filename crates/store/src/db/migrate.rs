//! Migrations run forward at start, locked against a second node, and are never edited once landed.
//!
//! One text serves both engines: `{uuid}`, `{time}`, `{json}`, `{bytes}`, `{int}`, `{real}` and `{bool}` become the engine's types, and
//! a line that starts with `--sqlite ` or `--postgres ` belongs to that engine only.

use super::{Db, Engine, Tx};
use crate::error::Result;

/// A migration: its number and name, and its text.
pub type Migration = (&'static str, &'static str);

fn typed(text: &str, engine: Engine) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            let (sqlite, postgres) = (line.strip_prefix("--sqlite "), line.strip_prefix("--postgres "));
            match engine {
                Engine::Sqlite => sqlite.or((postgres.is_none()).then_some(line)),
                Engine::Postgres => postgres.or((sqlite.is_none()).then_some(line)),
            }
        })
        .filter(|line| !line.trim_start().starts_with("--"))
        .collect();
    let mut text = lines.join("\n");
    for (name, sqlite, postgres) in [
        ("{uuid}", "BLOB", "uuid"),
        ("{time}", "INTEGER", "timestamptz"),
        ("{json}", "TEXT", "jsonb"),
        ("{bytes}", "BLOB", "bytea"),
        ("{int}", "INTEGER", "bigint"),
        ("{real}", "REAL", "double precision"),
        ("{bool}", "INTEGER", "boolean"),
        ("{false}", "0", "false"),
        ("{true}", "1", "true"),
    ] {
        text = text.replace(name, engine.pick(sqlite, postgres));
    }
    text
}

async fn lock(tx: &mut Tx) -> Result<()> {
    if tx.engine() == Engine::Postgres {
        // Any constant: every node of every version must use the same.
        tx.execute("SELECT pg_advisory_xact_lock(7300730073007300)", &[]).await?;
    }
    Ok(())
}

/// Brings one database up to date; the names of the migrations that ran.
pub async fn migrate(db: &Db, ledger: &str, migrations: &[Migration]) -> Result<Vec<&'static str>> {
    let mut tx = db.begin().await?;
    lock(&mut tx).await?;
    tx.execute(&format!("CREATE TABLE IF NOT EXISTS {ledger} (name TEXT PRIMARY KEY)"), &[]).await?;
    let rows = tx.fetch_all(&format!("SELECT name FROM {ledger}"), &[]).await?;
    let done = rows.iter().map(|row| row.text("name")).collect::<Result<Vec<_>>>()?;
    let mut ran = Vec::new();
    for (name, text) in migrations {
        if done.iter().any(|done| done == name) {
            continue;
        }
        for statement in typed(text, tx.engine()).split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            tx.execute(statement, &[]).await?;
        }
        tx.execute(&format!("INSERT INTO {ledger} (name) VALUES ($1)"), &[(*name).into()]).await?;
        ran.push(*name);
    }
    tx.commit().await?;
    Ok(ran)
}
