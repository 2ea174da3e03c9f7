//! Leasing: one node at a time works on a row, and a lease that expired while sending is a question, not a retry.

use super::{Owed, changed, set_state};
use crate::db::Row;
use crate::error::Result;
use crate::event::{self, NewEvent};
use crate::open::Store;
use domain::Timestamp;
use domain::id::{ChannelId, MessageId, WorkspaceId};
use domain::vocabulary::SendState;

fn read_owed(row: &Row) -> Result<Owed> {
    Ok(Owed {
        workspace: row.id("workspace_id")?,
        id: row.id("id")?,
        channel: row.id("channel_id")?,
        case: row.optional_id("case_id")?,
        message: row.optional_id("message_id")?,
        outgoing: row.json("outgoing")?,
        attempts: row.int("attempts")?,
        attempted_at: row.optional_time("attempted_at")?,
        unknown: row.text("state")? == "unknown",
    })
}

const LEASED: &str =
    "RETURNING workspace_id, id, channel_id, case_id, message_id, outgoing, attempts, attempted_at, state";

impl Store {
    /// Leases what is due: queued rows become *sending*, rows of unknown outcome are leased for a look.
    ///
    /// A lease that expired while *sending* means that somebody died between asking the network and writing down its
    /// answer: such rows become *unknown* first, never *queued*.
    pub async fn lease_owed(&self, holder: &str, now: Timestamp, until: Timestamp, limit: i64) -> Result<Vec<Owed>> {
        let mut tx = self.work.begin().await?;
        let skip = tx.engine().pick("", " FOR UPDATE SKIP LOCKED");
        let lost = tx
            .fetch_all(
                "UPDATE outbox SET state = 'unknown', lease_holder = NULL, lease_until = NULL, not_before = $1
                 WHERE state = 'sending' AND lease_until < $1 RETURNING workspace_id, message_id, case_id",
                &[now.into()],
            )
            .await?;
        let mut events: std::collections::BTreeMap<WorkspaceId, Vec<NewEvent>> = std::collections::BTreeMap::new();
        for row in &lost {
            let workspace: WorkspaceId = row.id("workspace_id")?;
            if let Some(message) = row.optional_id::<MessageId>("message_id")? {
                set_state(&mut tx, workspace, message, SendState::Unknown, None).await?;
                events.entry(workspace).or_default().push(changed(
                    "message.unknown",
                    message,
                    row.optional_id("case_id")?,
                    now,
                ));
            }
        }
        let sql = format!(
            "UPDATE outbox SET state = CASE WHEN state = 'queued' THEN 'sending' ELSE state END, lease_holder = $1, lease_until = $3,
                    attempts = attempts + CASE WHEN state = 'queued' THEN 1 ELSE 0 END,
                    attempted_at = CASE WHEN state = 'queued' THEN $2 ELSE attempted_at END
             WHERE (workspace_id, id) IN (
                 SELECT workspace_id, id FROM outbox WHERE state IN ('queued', 'unknown') AND not_before <= $2
                    AND (lease_until IS NULL OR lease_until < $2)
                 ORDER BY not_before, id LIMIT $4{skip})
             {LEASED}"
        );
        let rows = tx.fetch_all(&sql, &[holder.into(), now.into(), until.into(), limit.into()]).await?;
        let mut owed = rows.iter().map(read_owed).collect::<Result<Vec<_>>>()?;
        owed.sort_by_key(|owed| owed.id);
        for row in owed.iter().filter(|owed| !owed.unknown && owed.outgoing.appears()) {
            if let Some(message) = row.message {
                set_state(&mut tx, row.workspace, message, SendState::Sending, None).await?;
                events.entry(row.workspace).or_default().push(changed("message.sending", message, row.case, now));
            }
        }
        for (workspace, events) in events {
            event::append(&mut tx, workspace, &events).await?;
        }
        tx.commit().await?;
        Ok(owed)
    }

    /// Extends the leases of everything that a holder has under way.
    pub async fn hold_owed(&self, holder: &str, until: Timestamp) -> Result<()> {
        self.work
            .execute(
                "UPDATE outbox SET lease_until = $2 WHERE state IN ('sending', 'unknown') AND lease_holder = $1",
                &[holder.into(), until.into()],
            )
            .await?;
        Ok(())
    }

    /// Whether a row is still a holder's: not settled by an echo or a person, not taken over after a silence of its node.
    pub async fn is_held(&self, owed: &Owed, holder: &str, now: Timestamp) -> Result<bool> {
        let row = self
            .work
            .fetch_optional(
                "SELECT id FROM outbox WHERE workspace_id = $1 AND id = $2 AND state IN ('sending', 'unknown')
                   AND lease_holder = $3 AND lease_until >= $4",
                &[owed.workspace.into(), owed.id.into(), holder.into(), now.into()],
            )
            .await?;
        Ok(row.is_some())
    }

    /// The soonest moment at which something is due, for the dispatcher's alarm clock.
    pub async fn next_owed(&self) -> Result<Option<Timestamp>> {
        let row = self
            .work
            .fetch_optional(
                "SELECT CASE WHEN lease_until > not_before THEN lease_until ELSE not_before END AS due FROM outbox
                 WHERE state IN ('queued', 'unknown', 'sending') ORDER BY 1 LIMIT 1",
                &[],
            )
            .await?;
        row.map_or(Ok(None), |row| row.optional_time("due"))
    }

    /// External ids of our other messages from a channel since a time: what a look at the network must not take for the one sought.
    pub async fn known_sent(
        &self,
        workspace: WorkspaceId,
        channel: ChannelId,
        since: Timestamp,
    ) -> Result<Vec<String>> {
        let rows = self
            .work
            .fetch_all(
                "SELECT external_id FROM message WHERE workspace_id = $1 AND channel_id = $2 AND direction = 'outbound'
                   AND external_id IS NOT NULL AND received_at >= $3 AND send_state = 'sent'",
                &[workspace.into(), channel.into(), since.into()],
            )
            .await?;
        rows.iter().map(|row| row.text("external_id")).collect()
    }
}
