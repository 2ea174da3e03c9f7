//! Folders of clusters whose starter was killed before it could remove them.

use std::path::Path;
use std::time::{Duration, SystemTime};

/// How the folders of clusters begin.
pub const PREFIX: &str = "madoguchi-postgres-";

/// A younger folder may belong to a cluster that is being set up right now.
const AGE: Duration = Duration::from_secs(60 * 60);

/// Removes folders under `parent` that no server uses any more; what cannot be removed is left for the next time.
pub fn remove(parent: &Path, now: SystemTime) {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let old = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|modified| now.duration_since(modified).is_ok_and(|age| age > AGE));
        if ours && old && !is_in_use(&entry.path()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether the process of `postmaster.pid` (its first line) is alive.
fn is_in_use(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join("data/postmaster.pid"))
        .is_ok_and(|text| text.lines().next().is_some_and(|process| Path::new("/proc").join(process.trim()).exists()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_folders_without_a_living_server_go() {
        let parent = tempfile::tempdir().unwrap();
        let cluster = |name: &str, process: Option<&str>| {
            let folder = parent.path().join(format!("{PREFIX}{name}"));
            std::fs::create_dir_all(folder.join("data")).unwrap();
            if let Some(process) = process {
                std::fs::write(folder.join("data/postmaster.pid"), format!("{process}\n/x\n")).unwrap();
            }
            folder
        };
        let stopped = cluster("stopped", None);
        let killed = cluster("killed", Some("4194999"));
        let running = cluster("running", Some(&std::process::id().to_string()));
        let foreign = parent.path().join("other");
        std::fs::create_dir(&foreign).unwrap();

        remove(parent.path(), SystemTime::now());
        assert!(stopped.exists(), "too young to be abandoned");

        remove(parent.path(), SystemTime::now() + AGE + AGE);
        assert!(!stopped.exists());
        assert!(!killed.exists());
        assert!(running.exists());
        assert!(foreign.exists());
    }
}
