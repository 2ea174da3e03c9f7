//! Files that people upload for a message to come: whose, how large, and how much a workspace may hold loose.

use crate::db::Row;
use crate::error::{Error, Result};
use crate::open::Store;
use domain::Timestamp;
use domain::id::{AgentId, AttachmentId};
use domain::people::Scope;
use uuid::Uuid;

/// Bytes that a file counts for at least: it takes a block of the disk and a row, however small it is.
const LEAST: i64 = 4096;

/// A file before it has a row.
#[derive(Clone, Debug)]
pub struct NewUpload<'a> {
    /// Display name, cleaned.
    pub name: &'a str,
    /// Media type as sniffed, never as claimed.
    pub content_type: &'a str,
    /// Size.
    pub bytes: i64,
    /// Description for who cannot see it.
    pub alt_text: Option<&'a str>,
}

/// A file with its row.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// Which.
    pub id: AttachmentId,
    /// Who uploaded it; `None`: it came from a network.
    pub uploaded_by: Option<AgentId>,
    /// Display name.
    pub name: String,
    /// Media type.
    pub content_type: String,
    /// Size.
    pub bytes: i64,
    /// Description.
    pub alt_text: Option<String>,
    /// Where it lies in the object store; `None` while it is still at the network.
    pub location: Option<String>,
    /// When it came.
    pub created_at: Timestamp,
}

fn read(row: &Row) -> Result<Upload> {
    Ok(Upload {
        id: row.id("id")?,
        uploaded_by: row.optional_id("uploaded_by")?,
        name: row.text("name")?,
        content_type: row.text("content_type")?,
        bytes: row.int("bytes")?,
        alt_text: row.optional_text("alt_text")?,
        location: row.optional_text("location")?,
        created_at: row.time("created_at")?,
    })
}

impl Store {
    /// Makes the row of a file and reserves its room; the location is where its bytes are to be put.
    ///
    /// # Errors
    /// [`Error::Conflict`] `upload_quota` when files that no message has taken would exceed `quota` bytes.
    pub async fn create_upload(
        &self,
        scope: &Scope,
        new: &NewUpload<'_>,
        quota: i64,
        now: Timestamp,
    ) -> Result<Upload> {
        let id = AttachmentId(Uuid::now_v7());
        // Where `pipeline::media` keeps files as well: one file per attachment, named by its id.
        let location = format!("attachments/{}/{id}", scope.workspace);
        let mut tx = self.main.begin().await?;
        // The workspace's row is the lock under which room is counted and taken.
        let lock = tx.for_update();
        tx.fetch_one(&format!("SELECT id FROM workspace WHERE id = $1{lock}"), &[scope.workspace.into()]).await?;
        let loose = tx
            .fetch_one(
                "SELECT CAST(coalesce(sum(CASE WHEN bytes < $2 THEN $2 ELSE bytes END), 0) AS BIGINT) AS bytes FROM attachment
                 WHERE workspace_id = $1 AND message_id IS NULL",
                &[scope.workspace.into(), LEAST.into()],
            )
            .await?
            .int("bytes")?;
        if loose.saturating_add(new.bytes.max(LEAST)) > quota {
            return Err(Error::Conflict("upload_quota"));
        }
        tx.execute(
            "INSERT INTO attachment (workspace_id, id, uploaded_by, name, content_type, bytes, alt_text, location, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                scope.workspace.into(),
                id.into(),
                scope.agent().into(),
                new.name.into(),
                new.content_type.into(),
                new.bytes.into(),
                new.alt_text.into(),
                (&location).into(),
                now.into(),
            ],
        )
        .await?;
        tx.commit().await?;
        Ok(Upload {
            id,
            uploaded_by: scope.agent(),
            name: new.name.to_owned(),
            content_type: new.content_type.to_owned(),
            bytes: new.bytes,
            alt_text: new.alt_text.map(str::to_owned),
            location: Some(location),
            created_at: now,
        })
    }

    /// A file of the workspace. One that no message has taken is seen by who uploaded it alone.
    pub async fn upload(&self, scope: &Scope, id: AttachmentId) -> Result<Upload> {
        let row = self
            .main
            .fetch_one(
                "SELECT id, uploaded_by, name, content_type, bytes, alt_text, location, created_at, message_id
                 FROM attachment WHERE workspace_id = $1 AND id = $2 AND (trouble IS NULL OR trouble <> 'loose')",
                &[scope.workspace.into(), id.into()],
            )
            .await?;
        let upload = read(&row)?;
        let taken = row.optional_id::<domain::id::MessageId>("message_id")?.is_some();
        let own = scope.agent().is_none() || scope.agent() == upload.uploaded_by;
        if taken || own { Ok(upload) } else { Err(Error::NotFound) }
    }
}
