//! The corpus on disk: every message of every writer, in a fixed order.

mod message;
mod sameness;

pub use message::{Message, Surface};
pub use sameness::{Pair, near_duplicates};

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Languages that the corpus is written in.
pub const LANGUAGES: [&str; 5] = ["ja", "en", "de", "es", "fr"];

/// Why the corpus cannot be used.
#[derive(Debug, Error)]
pub enum Error {
    /// A file or folder cannot be read.
    #[error("{path}: {source}", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not a message.
    #[error("{path}:{line}: {source}", path = path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// A message whose id is another's, or not its file's.
    #[error("{id}: {reason}")]
    Id {
        /// The message.
        id: String,
        /// What is wrong.
        reason: &'static str,
    },
}

/// Every message below `folder/messages`, by language, writer and line.
pub fn read(folder: &Path) -> Result<Vec<Message>, Error> {
    let mut messages = Vec::new();
    let mut ids = BTreeSet::new();
    for language in LANGUAGES {
        for path in files_in(&folder.join("messages").join(language))? {
            let text = std::fs::read_to_string(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
            let writer = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            for (index, line) in text.lines().enumerate() {
                let message: Message = serde_json::from_str(line).map_err(|source| Error::Line {
                    path: path.clone(),
                    line: index + 1,
                    source,
                })?;
                if message.language() != language || message.writer() != writer {
                    return Err(Error::Id {
                        id: message.id,
                        reason: "stands in the file of another writer or language",
                    });
                }
                if !ids.insert(message.id.clone()) {
                    return Err(Error::Id { id: message.id, reason: "is there twice" });
                }
                messages.push(message);
            }
        }
    }
    Ok(messages)
}

/// The `.jsonl` files of a folder by name; a language nobody has written in yet has none.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let unreadable = |source| Error::Read { path: folder.to_path_buf(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
