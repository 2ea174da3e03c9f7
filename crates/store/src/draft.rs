//! Drafts: what a person has typed and attached, kept per person, case and voice, until it is sent or thrown away.

use crate::db::{Row, Tx, Value};
use crate::error::{Error, Result};
use crate::open::Store;
use domain::Timestamp;
use domain::id::{AgentId, AttachmentId, CaseId, ChannelId, MessageId};
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

/// A file of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DraftFile {
    /// The upload.
    pub attachment: AttachmentId,
    /// Its description as typed; `None` keeps the upload's.
    pub alt_text: Option<String>,
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
    /// Files, in their order.
    pub files: Vec<DraftFile>,
    /// When it was saved.
    pub updated_at: Timestamp,
}

/// A draft to keep.
#[derive(Clone, Copy, Debug)]
pub struct NewDraft<'a> {
    /// On which case.
    pub case: CaseId,
    /// In which voice.
    pub voice: Voice,
    /// As typed.
    pub text: &'a str,
    /// The account chosen to speak, when the person chose one.
    pub channel: Option<ChannelId>,
    /// Its files; `None` leaves those that it has.
    pub files: Option<&'a [DraftFile]>,
}

fn read(row: &Row) -> Result<Draft> {
    Ok(Draft {
        case: row.id("case_id")?,
        voice: row.word("voice", Voice::from_word)?,
        text: row.text("text")?,
        channel: row.optional_id("channel_id")?,
        files: Vec::new(),
        updated_at: row.time("updated_at")?,
    })
}

/// Whose draft, on which case, in which voice: the first four parameters of what follows.
fn place(scope: &Scope, agent: AgentId, case: CaseId, voice: Voice) -> Vec<Value> {
    vec![scope.workspace.into(), agent.into(), case.into(), voice.word().into()]
}

const PLACE: &str = "workspace_id = $1 AND agent_id = $2 AND case_id = $3 AND voice = $4";

impl Store {
    /// The reader's drafts on a case; empty when the reader is no person.
    pub async fn drafts(&self, scope: &Scope, case: CaseId) -> Result<Vec<Draft>> {
        let Some(agent) = scope.agent() else { return Ok(Vec::new()) };
        let values = [scope.workspace.into(), agent.into(), case.into()];
        let rows = self
            .main
            .fetch_all(
                "SELECT case_id, voice, text, channel_id, updated_at FROM draft
                 WHERE workspace_id = $1 AND agent_id = $2 AND case_id = $3 ORDER BY voice",
                &values,
            )
            .await?;
        let mut drafts = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        if drafts.is_empty() {
            return Ok(drafts);
        }
        // A file that a message took meanwhile is no longer the draft's.
        let files = self
            .main
            .fetch_all(
                "SELECT d.voice, d.attachment_id, d.alt_text FROM draft_attachment d
                 JOIN attachment a ON a.workspace_id = d.workspace_id AND a.id = d.attachment_id
                 WHERE d.workspace_id = $1 AND d.agent_id = $2 AND d.case_id = $3 AND a.message_id IS NULL
                 ORDER BY d.voice, d.place, d.attachment_id",
                &values,
            )
            .await?;
        for row in &files {
            let voice = row.word("voice", Voice::from_word)?;
            let file = DraftFile { attachment: row.id("attachment_id")?, alt_text: row.optional_text("alt_text")? };
            drafts.iter_mut().filter(|draft| draft.voice == voice).for_each(|draft| draft.files.push(file.clone()));
        }
        Ok(drafts)
    }

    /// Keeps a draft; one without text and files is thrown away. Tells nobody: drafts are the writer's own.
    ///
    /// Files that are not loose uploads of the writer are left out: a file that another window sent must not cost the text.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the actor is no person, [`Error::NotFound`] outside the scope.
    pub async fn save_draft(&self, scope: &Scope, draft: &NewDraft<'_>, now: Timestamp) -> Result<()> {
        let agent = scope.agent().ok_or(Error::Forbidden)?;
        let mut tx = self.main.begin().await?;
        write(&mut tx, scope, agent, draft, now).await?;
        tx.commit().await
    }

    /// Adds a file to a draft the moment it was uploaded, so that no reload can come between.
    ///
    /// # Errors
    /// As [`Store::save_draft`].
    pub async fn add_to_draft(
        &self,
        scope: &Scope,
        case: CaseId,
        voice: Voice,
        attachment: AttachmentId,
        now: Timestamp,
    ) -> Result<()> {
        let agent = scope.agent().ok_or(Error::Forbidden)?;
        let mut tx = self.main.begin().await?;
        let mut values = place(scope, agent, case, voice);
        values.push(now.into());
        let touched = tx
            .execute(
                "INSERT INTO draft (workspace_id, agent_id, case_id, voice, text, channel_id, updated_at)
                 SELECT workspace_id, $2, id, $4, '', NULL, $5 FROM cases WHERE workspace_id = $1 AND id = $3
                 ON CONFLICT (workspace_id, agent_id, case_id, voice) DO UPDATE SET updated_at = excluded.updated_at",
                &values,
            )
            .await?;
        if touched == 0 {
            return Err(Error::NotFound);
        }
        let last = tx
            .fetch_one(
                &format!("SELECT CAST(coalesce(max(place), 0) AS BIGINT) AS place FROM draft_attachment WHERE {PLACE}"),
                &place(scope, agent, case, voice),
            )
            .await?
            .int("place")?;
        let file = DraftFile { attachment, alt_text: None };
        add_file(&mut tx, &place(scope, agent, case, voice), &file, last + 1).await?;
        tx.commit().await
    }

    /// Throws a draft away; nothing happens when there is none.
    pub async fn delete_draft(&self, scope: &Scope, case: CaseId, voice: Voice) -> Result<()> {
        let agent = scope.agent().ok_or(Error::Forbidden)?;
        let mut tx = self.main.begin().await?;
        discard(&mut tx, scope, agent, case, voice).await?;
        tx.commit().await
    }

    /// Makes a draft out of a message of the writer that did not leave; its files leave the message and join the draft.
    pub async fn take_back_into_draft(
        &self,
        scope: &Scope,
        message: MessageId,
        draft: &NewDraft<'_>,
        now: Timestamp,
    ) -> Result<()> {
        let agent = scope.agent().ok_or(Error::Forbidden)?;
        let mut tx = self.main.begin().await?;
        let values = [scope.workspace.into(), message.into(), agent.into()];
        let rows = tx
            .fetch_all(
                "SELECT a.id, a.alt_text FROM attachment a JOIN message m ON m.workspace_id = a.workspace_id AND m.id = a.message_id
                 WHERE a.workspace_id = $1 AND a.message_id = $2 AND a.uploaded_by = $3 AND m.send_state IN ('cancelled', 'failed')
                 ORDER BY a.created_at, a.id",
                &values,
            )
            .await?;
        let mut files = draft.files.unwrap_or_default().to_vec();
        for row in &rows {
            let id: AttachmentId = row.id("id")?;
            tx.execute(
                "UPDATE attachment SET message_id = NULL WHERE workspace_id = $1 AND id = $2",
                &[scope.workspace.into(), id.into()],
            )
            .await?;
            files.push(DraftFile { attachment: id, alt_text: row.optional_text("alt_text")? });
        }
        write(&mut tx, scope, agent, &NewDraft { files: Some(&files), ..*draft }, now).await?;
        tx.commit().await
    }
}

async fn write(tx: &mut Tx, scope: &Scope, agent: AgentId, draft: &NewDraft<'_>, now: Timestamp) -> Result<()> {
    let here = place(scope, agent, draft.case, draft.voice);
    let mut values = here.clone();
    values.extend([draft.text.into(), draft.channel.into(), now.into()]);
    let touched = tx
        .execute(
            "INSERT INTO draft (workspace_id, agent_id, case_id, voice, text, channel_id, updated_at)
             SELECT workspace_id, $2, id, $4, $5, $6, $7 FROM cases WHERE workspace_id = $1 AND id = $3
             ON CONFLICT (workspace_id, agent_id, case_id, voice)
             DO UPDATE SET text = excluded.text, channel_id = excluded.channel_id, updated_at = excluded.updated_at",
            &values,
        )
        .await?;
    if touched == 0 {
        return Err(Error::NotFound);
    }
    if let Some(files) = draft.files {
        tx.execute(&format!("DELETE FROM draft_attachment WHERE {PLACE}"), &here).await?;
        for (file, at) in files.iter().zip(1..) {
            add_file(tx, &here, file, at).await?;
        }
    }
    if draft.text.is_empty() {
        let left =
            tx.fetch_optional(&format!("SELECT 1 AS one FROM draft_attachment WHERE {PLACE} LIMIT 1"), &here).await?;
        if left.is_none() {
            discard(tx, scope, agent, draft.case, draft.voice).await?;
        }
    }
    Ok(())
}

async fn add_file(tx: &mut Tx, here: &[Value], file: &DraftFile, at: i64) -> Result<()> {
    let mut values = here.to_vec();
    values.extend([file.attachment.into(), at.into(), file.alt_text.clone().into()]);
    tx.execute(
        "INSERT INTO draft_attachment (workspace_id, agent_id, case_id, voice, attachment_id, place, alt_text)
         SELECT workspace_id, $2, $3, $4, id, $6, $7 FROM attachment
         WHERE workspace_id = $1 AND id = $5 AND uploaded_by = $2 AND message_id IS NULL
         ON CONFLICT DO NOTHING",
        &values,
    )
    .await?;
    Ok(())
}

/// Throws a draft away, and lets go of its files.
pub(crate) async fn discard(tx: &mut Tx, scope: &Scope, agent: AgentId, case: CaseId, voice: Voice) -> Result<()> {
    let here = place(scope, agent, case, voice);
    tx.execute(&format!("DELETE FROM draft_attachment WHERE {PLACE}"), &here).await?;
    tx.execute(&format!("DELETE FROM draft WHERE {PLACE}"), &here).await?;
    Ok(())
}

/// A file went elsewhere: no draft holds it any more.
pub(crate) async fn let_go(tx: &mut Tx, scope: &Scope, attachment: AttachmentId) -> Result<()> {
    tx.execute(
        "DELETE FROM draft_attachment WHERE workspace_id = $1 AND attachment_id = $2",
        &[scope.workspace.into(), attachment.into()],
    )
    .await?;
    Ok(())
}
