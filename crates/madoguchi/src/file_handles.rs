//! How many connections this process has room for, by the number of files that the system lets it open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are not connections of the HTTP edge: databases, attachments, calls to networks.
const OTHERS: u64 = 512;

/// Raises the soft limit of open files to the hard one, as far as the system allows, and gives the connections that fit.
///
/// Shells and services begin with 1,024 files, which a few hundred people with their event streams use up.
pub fn connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let now = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    let room = room_of(now);
    if room < web::CONNECTIONS {
        tracing::warn!(connections = room, "the limit of open files bounds the connections; raise it (LimitNOFILE=)");
    }
    room
}

/// No limit at all is `None`.
fn room_of(files: Option<u64>) -> usize {
    let files = files.unwrap_or(u64::MAX);
    // However few: half of them keeps the database reachable.
    let room = files.saturating_sub(OTHERS).max(files / 2);
    usize::try_from(room).unwrap_or(usize::MAX).min(web::CONNECTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_rest() {
        for (files, room) in
            [(Some(64), 32), (Some(1024), 512), (Some(4096), 3584), (Some(1 << 20), 10_000), (None, 10_000)]
        {
            assert_eq!(room_of(files), room, "{files:?}");
        }
    }
}
