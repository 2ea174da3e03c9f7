//! Drafts: what a person has typed, kept per person, case and voice, until it is sent or thrown away.

use crate::db::Row;
use crate::error::{Error, Result};
use crate::open::Store;
use domain::Timestamp;
use domain::id::{CaseId, ChannelId};
use domain::people::Scope;
use serde::{Deserialize, Serialize};

/// Who would read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    /// Everyone.
    Public,
    /// The customer alone.
    Private,
    /// Colleagues.
    Note,
}

impl Voice {
    /// The stable spelling.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Note => "note",
        }
    }
    /// Reads the stable spelling.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Public, Self::Private, Self::Note].into_iter().find(|voice| voice.word() == word)
    }
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Draft {
    /// On which case.
    pub case: CaseId,
    /// In which voice.
    pub voice: Voice,
    /// As typed.
    pub text: String,
    /// The account chosen to speak, when the person chose one.
    pub channel: Option<ChannelId>,
    /// When it was saved.
    pub updated_at: Timestamp,
}

fn read(row: &Row) -> Result<Draft> {
    Ok(Draft {
        case: row.id("case_id")?,
        voice: row.word("voice", Voice::from_word)?,
        text: row.text("text")?,
        channel: row.optional_id("channel_id")?,
        updated_at: row.time("updated_at")?,
    })
}

impl Store {
    /// The reader's drafts on a case; empty when the reader is no person.
    pub async fn drafts(&self, scope: &Scope, case: CaseId) -> Result<Vec<Draft>> {
        let Some(agent) = scope.agent() else { return Ok(Vec::new()) };
        let rows = self
            .main
            .fetch_all(
                "SELECT case_id, voice, text, channel_id, updated_at FROM draft
                 WHERE workspace_id = $1 AND agent_id = $2 AND case_id = $3 ORDER BY voice",
                &[scope.workspace.into(), agent.into(), case.into()],
            )
            .await?;
        rows.iter().map(read).collect()
    }

    /// Keeps a draft; an empty text throws it away. Tells nobody: drafts are the writer's own.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the actor is no person, [`Error::NotFound`] outside the scope.
    pub async fn save_draft(
        &self,
        scope: &Scope,
        case: CaseId,
        voice: Voice,
        text: &str,
        channel: Option<ChannelId>,
        now: Timestamp,
    ) -> Result<()> {
        let agent = scope.agent().ok_or(Error::Forbidden)?;
        if text.is_empty() {
            return self.delete_draft(scope, case, voice).await;
        }
        let touched = self
            .main
            .execute(
                "INSERT INTO draft (workspace_id, agent_id, case_id, voice, text, channel_id, updated_at)
                 SELECT workspace_id, $2, id, $4, $5, $6, $7 FROM cases WHERE workspace_id = $1 AND id = $3
                 ON CONFLICT (workspace_id, agent_id, case_id, voice)
                 DO UPDATE SET text = excluded.text, channel_id = excluded.channel_id, updated_at = excluded.updated_at",
                &[
                    scope.workspace.into(),
                    agent.into(),
                    case.into(),
                    voice.word().into(),
                    text.into(),
                    channel.into(),
                    now.into(),
                ],
            )
            .await?;
        if touched == 0 { Err(Error::NotFound) } else { Ok(()) }
    }

    /// Throws a draft away; nothing happens when there is none.
    pub async fn delete_draft(&self, scope: &Scope, case: CaseId, voice: Voice) -> Result<()> {
        let agent = scope.agent().ok_or(Error::Forbidden)?;
        self.main
            .execute(
                "DELETE FROM draft WHERE workspace_id = $1 AND agent_id = $2 AND case_id = $3 AND voice = $4",
                &[scope.workspace.into(), agent.into(), case.into(), voice.word().into()],
            )
            .await?;
        Ok(())
    }
}
