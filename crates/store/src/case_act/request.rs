//! Acts on messages that are at the network already: taking ours back, hiding somebody's.

use crate::error::{Error, Result};
use crate::event::{self, NewEvent};
use crate::open::Store;
use crate::outbox;
use domain::Timestamp;
use domain::id::{CaseId, ChannelId, MessageId, OutboxId};
use domain::outgoing::Outgoing;
use domain::people::Scope;

impl Store {
    /// Asks the network to delete a message of ours, or to hide or show somebody's.
    ///
    /// # Errors
    /// [`Error::Conflict`] `already_asked` while an earlier act on the message is under way; [`Error::NotFound`] outside
    /// the scope.
    pub async fn request(
        &self,
        scope: &Scope,
        channel: ChannelId,
        case: CaseId,
        message: MessageId,
        outgoing: &Outgoing,
        now: Timestamp,
    ) -> Result<OutboxId> {
        let mut tx = self.main.begin().await?;
        let sql = format!("SELECT id FROM message WHERE workspace_id = $1 AND id = $2{}", tx.for_update());
        tx.fetch_one(&sql, &[scope.workspace.into(), message.into()]).await?;
        let under_way = tx
            .fetch_optional(
                "SELECT id FROM outbox WHERE workspace_id = $1 AND message_id = $2 AND state IN ('queued', 'sending', 'unknown')",
                &[scope.workspace.into(), message.into()],
            )
            .await?;
        if under_way.is_some() {
            return Err(Error::Conflict("already_asked"));
        }
        let outbox = outbox::queue_act(&mut tx, scope, channel, case, message, outgoing, now).await?;
        let kind = match outgoing {
            Outgoing::Delete { .. } => "message.delete_asked",
            _ => "message.hide_asked",
        };
        let event = NewEvent::of(kind, now)
            .case(case)
            .message(message)
            .by(scope)
            .data(serde_json::json!({ "hidden": matches!(outgoing, Outgoing::Hide { hidden: true, .. }) }));
        event::append(&mut tx, scope.workspace, &[event]).await?;
        tx.commit().await?;
        Ok(outbox)
    }
}
