//! Uploads that nothing holds any more: what no message took in time, and what was taken back.
//!
//! They go in three steps, each of which is found again after a crash: the row is marked, the file is removed from the
//! disk, the row is removed. Whoever takes an upload takes none that is marked.

use super::upload::Upload;
use crate::draft;
use crate::error::{Error, Result};
use crate::open::Store;
use domain::Timestamp;
use domain::id::{AttachmentId, WorkspaceId};
use domain::people::Scope;

/// A file on its way out.
#[derive(Clone, Debug)]
pub struct LooseFile {
    workspace: WorkspaceId,
    id: AttachmentId,
    /// Where it lies below the data folder; `None`: it never came.
    pub location: Option<String>,
}

/// Everything that an upload can be held by stands here as a condition on the row: a message, a draft.
const LOOSE: &str = "message_id IS NULL AND trouble IS NULL AND created_at < $1
    AND NOT EXISTS (SELECT 1 FROM draft_attachment d
                    WHERE d.workspace_id = attachment.workspace_id AND d.attachment_id = attachment.id)";

impl Store {
    /// Marks uploads of before `before` that nothing holds, at most `limit`; how many were marked.
    pub async fn mark_loose_uploads(&self, before: Timestamp, limit: i64) -> Result<u64> {
        // The condition stands outside as well: on PostgreSQL it is looked at again when a message took the upload meanwhile.
        let sql = format!(
            "UPDATE attachment SET trouble = 'loose' WHERE {LOOSE} AND id IN
               (SELECT id FROM attachment WHERE {LOOSE} ORDER BY created_at LIMIT $2)"
        );
        self.work.execute(&sql, &[before.into(), limit.into()]).await
    }

    /// Marks an upload that its uploader takes back, or whose bytes could not be kept.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not theirs or a message has it.
    pub async fn let_upload_go(&self, scope: &Scope, id: AttachmentId) -> Result<LooseFile> {
        let Upload { location, .. } = self.upload(scope, id).await?;
        let mut tx = self.main.begin().await?;
        let touched = tx
            .execute(
                "UPDATE attachment SET trouble = 'loose' WHERE workspace_id = $1 AND id = $2 AND message_id IS NULL",
                &[scope.workspace.into(), id.into()],
            )
            .await?;
        if touched == 0 {
            return Err(Error::NotFound);
        }
        draft::let_go(&mut tx, scope, id).await?;
        tx.commit().await?;
        Ok(LooseFile { workspace: scope.workspace, id, location })
    }

    /// Files that are marked, of every workspace.
    pub async fn loose_files(&self, limit: i64) -> Result<Vec<LooseFile>> {
        let rows = self
            .work
            .fetch_all(
                "SELECT workspace_id, id, location FROM attachment WHERE message_id IS NULL AND trouble = 'loose'
                 ORDER BY created_at LIMIT $1",
                &[limit.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(LooseFile {
                    workspace: row.id("workspace_id")?,
                    id: row.id("id")?,
                    location: row.optional_text("location")?,
                })
            })
            .collect()
    }

    /// Removes the row of a file that is gone from the disk.
    pub async fn loose_file_removed(&self, file: &LooseFile) -> Result<()> {
        self.work
            .execute(
                "DELETE FROM attachment WHERE workspace_id = $1 AND id = $2 AND message_id IS NULL AND trouble = 'loose'",
                &[file.workspace.into(), file.id.into()],
            )
            .await?;
        Ok(())
    }
}
