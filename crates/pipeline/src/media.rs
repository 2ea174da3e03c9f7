//! Files: what customers send is fetched through the guard after filing; what agents attach is read when it is sent.

use crate::access::{AccessError, channel_access};
use crate::environment::Environment;
use async_trait::async_trait;
use bytes::Bytes;
use domain::Timestamp;
use domain::id::{AttachmentId, WorkspaceId};
use domain::item::{Media, MediaKind};
use jiff::SignedDuration;
use networks::network::{CallError, Files};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;
use store::Store;
use store::account::LooseFile;
use store::files::WaitingFile;
use tokio::task::{self, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// Largest file that is fetched, in bytes.
const LIMIT: u64 = 20 * 1024 * 1024;
/// How often new files are looked for.
const LOOK: Duration = Duration::from_secs(2);
/// Files fetched at once: a server that drips must not hold up the others, and each may take [`LIMIT`] of memory.
const AT_ONCE: usize = 4;
/// Pauses before a file is asked for again; after the last try it counts as not to be had, and the reason is shown.
const PAUSES: [SignedDuration; 6] = [
    SignedDuration::from_secs(2),
    SignedDuration::from_secs(10),
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
];
/// How long after its next try was due a file's tries are remembered.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);

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

/// Removes a file from the disk, then its row: repeated after a crash in between, it does the rest.
///
/// # Errors
/// When the database is away. A file that cannot be removed keeps its row, so that it is tried again.
pub async fn remove(store: &Store, file: &LooseFile) -> store::Result<bool> {
    if let Some(location) = &file.location
        && let Err(error) = tokio::fs::remove_file(store.data.join(location)).await
        && error.kind() != ErrorKind::NotFound
    {
        tracing::warn!(%error, location, "a file that nothing holds cannot be removed");
        return Ok(false);
    }
    store.loose_file_removed(file).await?;
    Ok(true)
}

/// How a try ended.
enum Ended {
    /// It is here, or it is known why it never will be.
    Settled,
    /// It may come later.
    Later(String),
}

/// What is under way, and what has to wait before it is tried again.
#[derive(Default)]
struct Fetching {
    running: JoinSet<store::Result<Ended>>,
    files: HashMap<task::Id, WaitingFile>,
    /// Tries so far, and when the next is due.
    tried: HashMap<AttachmentId, (usize, Timestamp)>,
}

/// Fetches what waits, until it is told to stop.
pub async fn run(environment: Environment, stop: CancellationToken) {
    let mut fetching = Fetching::default();
    while !stop.is_cancelled() {
        if let Err(error) = fetching.begin(&environment).await {
            tracing::warn!(%error, "files cannot be fetched");
        }
        tokio::select! {
            Some(ended) = fetching.running.join_next_with_id() => {
                if let Err(error) = fetching.end(&environment, ended).await {
                    tracing::warn!(%error, "a file could not be noted");
                }
            }
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => {}
        }
    }
}

impl Fetching {
    /// Begins to fetch as many as may be under way at once: the oldest whose time has come.
    async fn begin(&mut self, environment: &Environment) -> store::Result<()> {
        let room = AT_ONCE.saturating_sub(self.running.len());
        if room == 0 {
            return Ok(());
        }
        let now = environment.clock.now();
        // What was erased meanwhile never comes up again.
        self.tried.retain(|_, (_, due)| now.duration_since(*due) < FORGOTTEN);
        // Those under way and those that wait for their next try stand before the others.
        let looked_at = room + self.files.len() + self.tried.len();
        let waiting = environment.store.waiting_files(i64::try_from(looked_at).unwrap_or(i64::MAX)).await?;
        let busy: Vec<AttachmentId> = self.files.values().map(|file| file.id).collect();
        let is_due = |file: &WaitingFile| self.tried.get(&file.id).is_none_or(|(_, due)| *due <= now);
        let next: Vec<WaitingFile> =
            waiting.into_iter().filter(|file| is_due(file) && !busy.contains(&file.id)).take(room).collect();
        for file in next {
            let (environment, work) = (environment.clone(), file.clone());
            let handle = self.running.spawn(async move { fetch(&environment, &work).await });
            self.files.insert(handle.id(), file);
        }
        Ok(())
    }

    async fn end(
        &mut self,
        environment: &Environment,
        ended: Result<(task::Id, store::Result<Ended>), JoinError>,
    ) -> store::Result<()> {
        let (id, ended) = match ended {
            Ok((id, ended)) => (id, ended),
            Err(error) => (error.id(), Ok(Ended::Later("the file could not be read".to_owned()))),
        };
        let Some(file) = self.files.remove(&id) else { return Ok(()) };
        let now = environment.clock.now();
        let (tries, due) = self.tried.entry(file.id).or_insert((0, now));
        let message = match ended {
            Ok(Ended::Settled) => {
                self.tried.remove(&file.id);
                return Ok(());
            }
            Ok(Ended::Later(message)) => message,
            // The database's trouble is not the file's: it costs no try.
            Err(error) => {
                *due = now + SignedDuration::from_secs(2);
                return Err(error);
            }
        };
        match PAUSES.get(*tries) {
            Some(pause) => {
                *tries += 1;
                *due = now + *pause;
            }
            None => {
                self.tried.remove(&file.id);
                environment.store.file_failed(&file, &message, now).await?;
            }
        }
        Ok(())
    }
}

async fn fetch(environment: &Environment, file: &WaitingFile) -> store::Result<Ended> {
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
    let now = || environment.clock.now();
    match fetched.await {
        Ok((content_type, bytes)) => {
            let location = location(file.workspace, file.id);
            let path = environment.store.data.join(&location);
            if let Err(error) = write(&path, &bytes).await {
                return Ok(Ended::Later(format!("disk: {error}")));
            }
            let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            if !environment.store.file_fetched(file, &content_type, size, &location, now()).await? {
                // Erased by its author while it was on its way.
                let _ = tokio::fs::remove_file(&path).await;
            }
        }
        Err(AccessError::Store(error)) => return Err(error),
        Err(AccessError::Call(CallError::Later { message, .. })) => return Ok(Ended::Later(message)),
        // Others are final and shown.
        Err(error) => environment.store.file_failed(file, &error.to_string(), now()).await?,
    }
    Ok(Ended::Settled)
}

async fn write(path: &Path, bytes: &Bytes) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    tokio::fs::write(path, bytes).await
}
