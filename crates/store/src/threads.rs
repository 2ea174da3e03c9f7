//! Threads in which we take part: which of them are worth asking the network about.

use crate::error::Result;
use crate::open::Store;
use domain::Timestamp;
use domain::id::{ChannelId, WorkspaceId};
use domain::position::{position, time_of};
use std::collections::HashSet;

/// Newest open cases that are looked through for their threads.
const CASES: i64 = 1000;

/// A thread with an open case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveThread {
    /// The network's id of the message that opened it.
    pub root: String,
    /// When the first message of it that we have was written.
    pub since: Timestamp,
}

impl Store {
    /// Threads of a channel with an open case in which something happened since `active`, the newest first, at most `most`.
    ///
    /// A thread belongs to one channel alone, so that no two accounts pay for reading it: the one that the case with its
    /// newest message came to, of those that are connected.
    pub async fn live_threads(
        &self,
        workspace: WorkspaceId,
        network: &str,
        channel: ChannelId,
        active: Timestamp,
        most: usize,
    ) -> Result<Vec<LiveThread>> {
        let rows = self
            .work
            .fetch_all(
                "SELECT t.root_external_id AS root, k.channel_id,
                        (SELECT m.position FROM message m WHERE m.workspace_id = t.workspace_id AND m.thread_id = t.id
                         ORDER BY m.position, m.id LIMIT 1) AS begun
                 FROM (SELECT workspace_id, id, channel_id, last_position FROM cases
                       WHERE workspace_id = $1 AND state <> 'closed' AND last_position >= $2
                       ORDER BY last_position DESC, id DESC LIMIT $3) AS k
                 JOIN conversation c ON c.workspace_id = k.workspace_id AND c.case_id = k.id AND c.thread_id IS NOT NULL
                 JOIN thread t ON t.workspace_id = c.workspace_id AND t.id = c.thread_id
                 JOIN channel h ON h.workspace_id = k.workspace_id AND h.id = k.channel_id AND h.state = 'connected'
                 WHERE t.network = $4
                 ORDER BY k.last_position DESC, k.id DESC",
                &[workspace.into(), position(active, active, 0).into(), CASES.into(), network.into()],
            )
            .await?;
        let mut seen = HashSet::new();
        let mut live = Vec::new();
        for row in rows {
            let root = row.text("root")?;
            let own = row.id::<ChannelId>("channel_id")? == channel;
            if seen.insert(root.clone()) && own && live.len() < most {
                let since = row.optional_int("begun")?.map_or(active, time_of);
                live.push(LiveThread { root, since });
            }
        }
        Ok(live)
    }
}
