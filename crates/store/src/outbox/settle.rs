//! What people decide about a message of ours: take it back, try again, or say that it is there.

use super::progress::{answered, unanswered};
use super::{changed, set_state, take_external_id};
use crate::error::{Error, Result};
use crate::event;
use crate::open::Store;
use domain::Timestamp;
use domain::id::{CaseId, MessageId};
use domain::people::Scope;
use domain::vocabulary::SendState;

impl Store {
    /// Takes a message back before it leaves; [`Error::Conflict`] when it is on its way already.
    pub async fn cancel(&self, scope: &Scope, message: MessageId, now: Timestamp) -> Result<()> {
        let mut tx = self.main.begin().await?;
        let row = tx
            .fetch_optional(
                "UPDATE outbox SET state = 'cancelled' WHERE workspace_id = $1 AND message_id = $2 AND state = 'queued' RETURNING case_id",
                &[scope.workspace.into(), message.into()],
            )
            .await?;
        let Some(row) = row else {
            let known = tx
                .fetch_optional(
                    "SELECT id FROM message WHERE workspace_id = $1 AND id = $2",
                    &[scope.workspace.into(), message.into()],
                )
                .await?;
            return Err(if known.is_some() { Error::Conflict("already_sent") } else { Error::NotFound });
        };
        let case: Option<CaseId> = row.optional_id("case_id")?;
        set_state(&mut tx, scope.workspace, message, SendState::Cancelled, None).await?;
        if let Some(case) = case {
            unanswered(&mut tx, scope.workspace, case).await?;
        }
        event::append(&mut tx, scope.workspace, &[changed("message.cancelled", message, case, now).by(scope)]).await?;
        tx.commit().await
    }

    /// A person settles a message: try again (`failed`, or `unknown` that surely is not there), or it is there with this id.
    pub async fn settle(&self, scope: &Scope, message: MessageId, there: Option<&str>, now: Timestamp) -> Result<()> {
        let mut tx = self.main.begin().await?;
        let states = if there.is_some() { "('unknown')" } else { "('failed', 'unknown')" };
        let next = if there.is_some() { "sent" } else { "queued" };
        let row = tx
            .fetch_optional(
                &format!(
                    "UPDATE outbox SET state = $3, not_before = $4, lease_until = NULL, error = NULL
                     WHERE workspace_id = $1 AND message_id = $2 AND state IN {states} AND (lease_until IS NULL OR lease_until < $4)
                     RETURNING case_id"
                ),
                &[scope.workspace.into(), message.into(), next.into(), now.into()],
            )
            .await?
            .ok_or(Error::Conflict("not_waiting_for_a_decision"))?;
        let case: Option<CaseId> = row.optional_id("case_id")?;
        let kind = if let Some(external_id) = there {
            take_external_id(&mut tx, scope.workspace, message, external_id).await?;
            set_state(&mut tx, scope.workspace, message, SendState::Sent, None).await?;
            "message.sent"
        } else {
            set_state(&mut tx, scope.workspace, message, SendState::Queued, None).await?;
            if let Some(case) = case {
                let at = tx
                    .fetch_one(
                        "SELECT position FROM message WHERE workspace_id = $1 AND id = $2",
                        &[scope.workspace.into(), message.into()],
                    )
                    .await?
                    .int("position")?;
                answered(&mut tx, scope.workspace, case, at).await?;
                tx.execute(
                    "UPDATE cases SET message_count = message_count - 1 WHERE workspace_id = $1 AND id = $2",
                    &[scope.workspace.into(), case.into()],
                )
                .await?;
            }
            "message.queued"
        };
        event::append(&mut tx, scope.workspace, &[changed(kind, message, case, now).by(scope)]).await?;
        tx.commit().await
    }
}
