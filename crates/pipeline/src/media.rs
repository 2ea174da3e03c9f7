//! Files: what customers send is fetched through the guard after filing; what agents attach is read when it is sent.

use crate::access::{AccessError, channel_access};
use crate::environment::Environment;
use async_trait::async_trait;
use bytes::Bytes;
use domain::id::{AttachmentId, WorkspaceId};
use domain::item::{Media, MediaKind};
use networks::network::{CallError, Files};
use std::path::PathBuf;
use std::time::Duration;
use store::files::WaitingFile;
use tokio_util::sync::CancellationToken;

/// Largest file that is fetched, in bytes.
const LIMIT: u64 = 20 * 1024 * 1024;
/// How often new files are looked for.
const LOOK: Duration = Duration::from_secs(2);
/// Files fetched in one go.
const BATCH: i64 = 20;

/// Where the files of a data folder lie; one file per attachment, named by its id, never by what somebody called it.
pub fn location(workspace: WorkspaceId, attachment: AttachmentId) -> String {
    format!("attachments/{workspace}/{attachment}")
}

/// Reads attachments of one workspace for sending.
pub struct StoredFiles {
    environment: Environment,
    workspace: WorkspaceId,
}

impl StoredFiles {
    /// The files of a workspace.
    pub fn new(environment: &Environment, workspace: WorkspaceId) -> Self {
        Self { environment: environment.clone(), workspace }
    }
}

#[async_trait]
impl Files for StoredFiles {
    async fn read(&self, attachment: AttachmentId) -> std::io::Result<Bytes> {
        let location = self
            .environment
            .store
            .file_location(self.workspace, attachment)
            .await
            .map_err(std::io::Error::other)?
            .ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound))?;
        let path = self.environment.store.data.join(location);
        Ok(tokio::fs::read(path).await?.into())
    }
}

/// Fetches what waits, until it is told to stop.
pub async fn run(environment: Environment, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let fetched = match environment.store.waiting_files(BATCH).await {
            Ok(waiting) => {
                let count = waiting.len();
                for file in waiting {
                    if let Err(error) = fetch(&environment, &file).await {
                        tracing::warn!(attachment = %file.id, %error, "a file could not be noted");
                    }
                }
                count
            }
            Err(error) => {
                tracing::warn!(%error, "files cannot be fetched");
                0
            }
        };
        if fetched == 0 {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = stop.cancelled() => {}
            }
        }
    }
}

async fn fetch(environment: &Environment, file: &WaitingFile) -> store::Result<()> {
    let medium = Media {
        external_id: file.external_id.clone(),
        kind: MediaKind::File,
        url: Some(file.source_url.clone()),
        alt_text: None,
        size: None,
    };
    let fetched = async {
        let (network, access) = channel_access(environment, file.workspace, file.channel).await?;
        Ok::<_, AccessError>(network.fetch_media(&access, &medium, LIMIT).await?)
    };
    match fetched.await {
        Ok((content_type, bytes)) => {
            let location = location(file.workspace, file.id);
            match write(&environment.store.data.join(&location), &bytes).await {
                Ok(()) => {
                    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
                    environment.store.file_fetched(file, &content_type, size, &location, environment.clock.now()).await
                }
                Err(error) => {
                    environment.store.file_failed(file, &format!("disk: {error}"), environment.clock.now()).await
                }
            }
        }
        Err(AccessError::Store(error)) => Err(error),
        // The network will be asked again at the next start of this loop; others are final and shown.
        Err(AccessError::Call(CallError::Later { .. })) => {
            tokio::time::sleep(LOOK).await;
            Ok(())
        }
        Err(error) => environment.store.file_failed(file, &error.to_string(), environment.clock.now()).await,
    }
}

async fn write(path: &PathBuf, bytes: &Bytes) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    tokio::fs::write(path, bytes).await
}
