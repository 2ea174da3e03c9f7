//! Workspaces: one company's desk each.

use super::managers_only;
use crate::db::{Row, Value};
use crate::error::Result;
use crate::event::{self, NewEvent};
use crate::open::Store;
use domain::Timestamp;
use domain::id::WorkspaceId;
use domain::people::Scope;
use uuid::Uuid;

/// A workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    /// Which.
    pub id: WorkspaceId,
    /// The company's name.
    pub name: String,
    /// IANA zone of its days.
    pub zone: String,
    /// Settings by name.
    pub settings: serde_json::Value,
    /// When it was made.
    pub created_at: Timestamp,
}

const COLUMNS: &str = "id, name, zone, settings, created_at";

fn read(row: &Row) -> Result<Workspace> {
    Ok(Workspace {
        id: row.id("id")?,
        name: row.text("name")?,
        zone: row.text("zone")?,
        settings: row.json("settings")?,
        created_at: row.time("created_at")?,
    })
}

impl Store {
    /// Makes a workspace; for the command line and the first run.
    pub async fn create_workspace(&self, name: &str, zone: &str, now: Timestamp) -> Result<WorkspaceId> {
        let id = WorkspaceId(Uuid::now_v7());
        self.main.execute(INSERT, &values(id, name, zone, now)).await?;
        Ok(id)
    }

    /// All workspaces, oldest first; for the product itself, never for a person.
    pub async fn workspaces(&self) -> Result<Vec<Workspace>> {
        let rows = self.main.fetch_all(&format!("SELECT {COLUMNS} FROM workspace ORDER BY id"), &[]).await?;
        rows.iter().map(read).collect()
    }

    /// The workspace of the scope.
    pub async fn workspace(&self, scope: &Scope) -> Result<Workspace> {
        let sql = format!("SELECT {COLUMNS} FROM workspace WHERE id = $1");
        read(&self.main.fetch_one(&sql, &[scope.workspace.into()]).await?)
    }

    /// Renames the workspace, or moves it to another zone.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] unless the actor manages.
    pub async fn change_workspace(
        &self,
        scope: &Scope,
        name: Option<&str>,
        zone: Option<&str>,
        now: Timestamp,
    ) -> Result<Workspace> {
        managers_only(scope)?;
        let mut tx = self.main.begin().await?;
        tx.execute(
            "UPDATE workspace SET name = coalesce($2, name), zone = coalesce($3, zone) WHERE id = $1",
            &[scope.workspace.into(), name.into(), zone.into()],
        )
        .await?;
        event::append(&mut tx, scope.workspace, &[NewEvent::of("workspace.changed", now).by(scope)]).await?;
        tx.commit().await?;
        self.workspace(scope).await
    }
}

pub(super) const INSERT: &str =
    "INSERT INTO workspace (id, name, zone, last_event, settings, created_at) VALUES ($1, $2, $3, 0, $4, $5)";

pub(super) fn values(id: WorkspaceId, name: &str, zone: &str, now: Timestamp) -> [Value; 5] {
    [id.into(), name.into(), zone.into(), Value::Json("{}".to_owned()), now.into()]
}
