//! Erasure beyond the message's row: the raw delivery that brought it, and its files on disk.
//!
//! Found again after a crash, because the place in the journal is forgotten only after the delivery is gone.

use crate::error::Result;
use crate::open::Store;
use domain::id::{AttachmentId, MessageId, WorkspaceId};

/// A file of an erased message that still lies on disk.
#[derive(Clone, Debug)]
pub struct ErasedFile {
    workspace: WorkspaceId,
    id: AttachmentId,
    /// Where it lies below the data folder.
    pub location: String,
}

impl Store {
    /// Removes the raw deliveries of erased messages, at most `limit`; how many messages were seen to.
    pub async fn erase_deliveries(&self, limit: i64) -> Result<usize> {
        let rows = self
            .work
            .fetch_all(
                "SELECT workspace_id, id, journal_lane, journal_number FROM message
                 WHERE deleted_at IS NOT NULL AND journal_number IS NOT NULL ORDER BY deleted_at LIMIT $1",
                &[limit.into()],
            )
            .await?;
        for row in &rows {
            let (workspace, message): (WorkspaceId, MessageId) = (row.id("workspace_id")?, row.id("id")?);
            self.journal
                .execute(
                    "DELETE FROM delivery WHERE lane = $1 AND number = $2",
                    &[row.int("journal_lane")?.into(), row.int("journal_number")?.into()],
                )
                .await?;
            self.work
                .execute(
                    "UPDATE message SET journal_number = NULL WHERE workspace_id = $1 AND id = $2",
                    &[workspace.into(), message.into()],
                )
                .await?;
        }
        Ok(rows.len())
    }

    /// Files of erased messages that still lie on disk.
    pub async fn erased_files(&self, limit: i64) -> Result<Vec<ErasedFile>> {
        let rows = self
            .work
            .fetch_all(
                "SELECT workspace_id, id, location FROM attachment WHERE trouble = 'deleted' AND location IS NOT NULL
                 ORDER BY created_at LIMIT $1",
                &[limit.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ErasedFile {
                    workspace: row.id("workspace_id")?,
                    id: row.id("id")?,
                    location: row.text("location")?,
                })
            })
            .collect()
    }

    /// Notes that the file is gone from the disk.
    pub async fn file_erased(&self, file: &ErasedFile) -> Result<()> {
        self.work
            .execute(
                "UPDATE attachment SET location = NULL WHERE workspace_id = $1 AND id = $2",
                &[file.workspace.into(), file.id.into()],
            )
            .await?;
        Ok(())
    }

    /// Replaces the body of a delivery by one in which card numbers, passwords and the like are covered.
    ///
    /// Done before filing: after a crash in between, the covered body is read again and gives the same message.
    pub async fn cover_delivery(&self, lane: i64, number: i64, body: &[u8]) -> Result<()> {
        self.journal
            .execute(
                "UPDATE delivery SET body = $3 WHERE lane = $1 AND number = $2",
                &[lane.into(), number.into(), body.into()],
            )
            .await?;
        Ok(())
    }
}
