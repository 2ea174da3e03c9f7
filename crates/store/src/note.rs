//! Notes: what colleagues tell each other about a case. They never leave.

use crate::db::Row;
use crate::error::{Error, Result};
use crate::event::{self, NewEvent};
use crate::filing::new_id;
use crate::open::Store;
use domain::Timestamp;
use domain::id::{AgentId, CaseId, NoteId};
use domain::people::Scope;
use serde::Serialize;

/// A note.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Note {
    /// Which.
    pub id: NoteId,
    /// On which case.
    pub case: CaseId,
    /// Who wrote it; `None` for a program.
    pub agent: Option<AgentId>,
    /// Their name.
    pub agent_name: Option<String>,
    /// What.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
}

fn read(row: &Row) -> Result<Note> {
    Ok(Note {
        id: row.id("id")?,
        case: row.id("case_id")?,
        agent: row.optional_id("agent_id")?,
        agent_name: row.optional_text("agent_name")?,
        text: row.text("text")?,
        created_at: row.time("created_at")?,
    })
}

impl Store {
    /// The notes of a case, oldest first (the newest 500).
    pub async fn notes(&self, scope: &Scope, case: CaseId) -> Result<Vec<Note>> {
        let rows = self
            .main
            .fetch_all(
                "SELECT n.id, n.case_id, n.agent_id, a.name AS agent_name, n.text, n.created_at FROM note n
                 LEFT JOIN agent a ON a.workspace_id = n.workspace_id AND a.id = n.agent_id
                 WHERE n.workspace_id = $1 AND n.case_id = $2 ORDER BY n.created_at DESC, n.id DESC LIMIT 500",
                &[scope.workspace.into(), case.into()],
            )
            .await?;
        let mut notes = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        notes.reverse();
        Ok(notes)
    }

    /// Adds a note to a case of the scope.
    pub async fn add_note(&self, scope: &Scope, case: CaseId, text: &str, now: Timestamp) -> Result<Note> {
        let mut tx = self.main.begin().await?;
        let known = tx
            .fetch_optional(
                "SELECT 1 AS one FROM cases WHERE workspace_id = $1 AND id = $2",
                &[scope.workspace.into(), case.into()],
            )
            .await?;
        if known.is_none() {
            return Err(Error::NotFound);
        }
        let id: NoteId = new_id();
        tx.execute(
            "INSERT INTO note (workspace_id, id, case_id, agent_id, text, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
            &[scope.workspace.into(), id.into(), case.into(), scope.agent().into(), text.into(), now.into()],
        )
        .await?;
        let event = NewEvent::of("note.added", now).case(case).by(scope).data(serde_json::json!({ "note": id }));
        event::append(&mut tx, scope.workspace, &[event]).await?;
        tx.commit().await?;
        self.note(scope, id).await
    }

    /// One note.
    pub async fn note(&self, scope: &Scope, id: NoteId) -> Result<Note> {
        let row = self
            .main
            .fetch_one(
                "SELECT n.id, n.case_id, n.agent_id, a.name AS agent_name, n.text, n.created_at FROM note n
                 LEFT JOIN agent a ON a.workspace_id = n.workspace_id AND a.id = n.agent_id
                 WHERE n.workspace_id = $1 AND n.id = $2",
                &[scope.workspace.into(), id.into()],
            )
            .await?;
        read(&row)
    }
}
