//! Files that came with messages: which still wait at the network, and where fetched ones lie.

use crate::error::Result;
use crate::event::{self, NewEvent};
use crate::open::Store;
use domain::Timestamp;
use domain::id::{AttachmentId, ChannelId, MessageId, WorkspaceId};

/// A file that is still at its network.
#[derive(Clone, Debug)]
pub struct WaitingFile {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Which.
    pub id: AttachmentId,
    /// The message it came with.
    pub message: MessageId,
    /// An account of ours that saw the message.
    pub channel: ChannelId,
    /// The network's key.
    pub external_id: String,
    /// Where it is; never fetched but through the guard.
    pub source_url: String,
}

impl Store {
    /// Files that wait, oldest first.
    pub async fn waiting_files(&self, limit: i64) -> Result<Vec<WaitingFile>> {
        let rows = self
            .work
            .fetch_all(
                // Any account that saw the message will do: the first, since PostgreSQL has no min(uuid).
                "SELECT a.workspace_id, a.id, a.message_id, a.external_id, a.source_url, s.channel_id FROM attachment a
                 JOIN sighting s ON s.workspace_id = a.workspace_id AND s.message_id = a.message_id
                 WHERE a.location IS NULL AND a.trouble IS NULL AND a.source_url IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM sighting earlier WHERE earlier.workspace_id = s.workspace_id
                                   AND earlier.message_id = s.message_id AND earlier.channel_id < s.channel_id)
                 ORDER BY a.created_at, a.id LIMIT $1",
                &[limit.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(WaitingFile {
                    workspace: row.id("workspace_id")?,
                    id: row.id("id")?,
                    message: row.id("message_id")?,
                    channel: row.id("channel_id")?,
                    external_id: row.text("external_id")?,
                    source_url: row.text("source_url")?,
                })
            })
            .collect()
    }

    /// Where a file lies below the data folder; `None` while it is not here.
    pub async fn file_location(&self, workspace: WorkspaceId, id: AttachmentId) -> Result<Option<String>> {
        self.work
            .fetch_one(
                "SELECT location FROM attachment WHERE workspace_id = $1 AND id = $2",
                &[workspace.into(), id.into()],
            )
            .await?
            .optional_text("location")
    }

    /// Notes that a file is here; `false` when its message was erased meanwhile, and the file must go again.
    pub async fn file_fetched(
        &self,
        file: &WaitingFile,
        content_type: &str,
        bytes: i64,
        location: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let mut tx = self.work.begin().await?;
        let touched = tx.execute(
            "UPDATE attachment SET content_type = $3, bytes = $4, location = $5 WHERE workspace_id = $1 AND id = $2 AND trouble IS NULL",
            &[file.workspace.into(), file.id.into(), content_type.into(), bytes.into(), location.into()],
        )
        .await?;
        if touched == 0 {
            return Ok(false);
        }
        let event = self.file_event(&mut tx, file, now).await?;
        event::append(&mut tx, file.workspace, &[event]).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Notes why a file cannot be had.
    pub async fn file_failed(&self, file: &WaitingFile, trouble: &str, now: Timestamp) -> Result<()> {
        let mut tx = self.work.begin().await?;
        tx.execute(
            "UPDATE attachment SET trouble = $3 WHERE workspace_id = $1 AND id = $2 AND trouble IS NULL",
            &[file.workspace.into(), file.id.into(), trouble.into()],
        )
        .await?;
        let event = self.file_event(&mut tx, file, now).await?;
        event::append(&mut tx, file.workspace, &[event]).await?;
        tx.commit().await
    }

    async fn file_event(&self, tx: &mut crate::db::Tx, file: &WaitingFile, now: Timestamp) -> Result<NewEvent> {
        let row = tx
            .fetch_optional(
                "SELECT c.case_id FROM message m JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
                 WHERE m.workspace_id = $1 AND m.id = $2",
                &[file.workspace.into(), file.message.into()],
            )
            .await?;
        let mut event = NewEvent::of("message.file", now).message(file.message);
        event.case = row.map_or(Ok(None), |row| row.optional_id("case_id"))?;
        Ok(event)
    }
}
