//! The audit: who changed settings, people, keys and rights, and when. Written once, never changed.

use super::managers_only;
use crate::db::{Row, Value};
use crate::error::Result;
use crate::open::Store;
use domain::Timestamp;
use domain::people::{Actor, Scope};
use uuid::Uuid;

/// An entry before it is written.
#[derive(Clone, Debug)]
pub struct NewAudit<'a> {
    /// Stable name, e.g. `agent.invited`.
    pub act: &'a str,
    /// What it was done to, e.g. an id.
    pub subject: &'a str,
    /// Further facts; holds no secret.
    pub detail: serde_json::Value,
}

/// An entry.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Which; sorts by time.
    pub id: Uuid,
    /// Who.
    pub actor: Actor,
    /// Stable name.
    pub act: String,
    /// What it was done to.
    pub subject: String,
    /// Further facts.
    pub detail: serde_json::Value,
    /// When.
    pub at: Timestamp,
}

fn read(row: &Row) -> Result<AuditEntry> {
    Ok(AuditEntry {
        id: row.id("id")?,
        actor: row.json("actor")?,
        act: row.text("act")?,
        subject: row.text("subject")?,
        detail: row.json("detail")?,
        at: row.time("at")?,
    })
}

impl Store {
    /// Writes an entry.
    pub async fn write_audit(&self, scope: &Scope, new: NewAudit<'_>, now: Timestamp) -> Result<()> {
        self.main
            .execute(
                "INSERT INTO audit (workspace_id, id, actor, act, subject, detail, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                &[
                    scope.workspace.into(),
                    Uuid::now_v7().into(),
                    Value::json(&scope.actor)?,
                    new.act.into(),
                    new.subject.into(),
                    Value::json(&new.detail)?,
                    now.into(),
                ],
            )
            .await?;
        Ok(())
    }

    /// Entries, newest first, older than `before`.
    pub async fn audit(&self, scope: &Scope, before: Option<Uuid>, limit: i64) -> Result<Vec<AuditEntry>> {
        managers_only(scope)?;
        let mut values: Vec<Value> = vec![scope.workspace.into(), limit.into()];
        let further = before.map_or("", |_| "AND id < $3");
        values.extend(before.map(Value::from));
        let sql = format!(
            "SELECT id, actor, act, subject, detail, at FROM audit WHERE workspace_id = $1 {further} ORDER BY id DESC LIMIT $2"
        );
        self.main.fetch_all(&sql, &values).await?.iter().map(read).collect()
    }
}
