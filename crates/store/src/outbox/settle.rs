//! What people decide about a message of ours: take it back, try again, or say that it is there.

use super::progress::{answered_again, unanswered};
use super::{Decision, changed, set_state, take_external_id};
use crate::db::Tx;
use crate::draft;
use crate::error::{Error, Result};
use crate::event;
use crate::open::Store;
use domain::Timestamp;
use domain::id::{CaseId, MessageId};
use domain::outgoing::Outgoing;
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

    /// A person settles a message whose outcome is open (`unknown`), or that the network refused (`failed`).
    ///
    /// # Errors
    /// [`Error::Conflict`] `not_waiting_for_a_decision` when it is settled already, or being looked up this moment;
    /// `another_message` when what is named is a message of ours with an outcome of its own.
    pub async fn settle(
        &self,
        scope: &Scope,
        message: MessageId,
        decision: Decision<'_>,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.main.begin().await?;
        let (states, next) = match decision {
            Decision::Stands(_) => ("('unknown')", SendState::Sent),
            Decision::Again => ("('failed', 'unknown')", SendState::Queued),
            Decision::GiveUp => ("('failed', 'unknown')", SendState::Cancelled),
        };
        let row = tx
            .fetch_optional(
                &format!(
                    "UPDATE outbox SET state = $3, not_before = $4, lease_until = NULL, error = NULL
                     WHERE workspace_id = $1 AND message_id = $2 AND state IN {states} AND (lease_until IS NULL OR lease_until < $4)
                     RETURNING case_id, outgoing"
                ),
                &[scope.workspace.into(), message.into(), next.word().into(), now.into()],
            )
            .await?
            .ok_or(Error::Conflict("not_waiting_for_a_decision"))?;
        let case: Option<CaseId> = row.optional_id("case_id")?;
        let kind = match decision {
            Decision::Stands(external_id) => {
                is_free(&mut tx, scope, message, external_id).await?;
                take_external_id(&mut tx, scope.workspace, message, external_id).await?;
                "message.sent"
            }
            Decision::Again => {
                take_files_again(&mut tx, scope, message, &row.json("outgoing")?).await?;
                "message.queued"
            }
            Decision::GiveUp => "message.cancelled",
        };
        set_state(&mut tx, scope.workspace, message, next, None).await?;
        match (decision, case) {
            (Decision::GiveUp, Some(case)) => unanswered(&mut tx, scope.workspace, case).await?,
            (_, Some(case)) => answered_again(&mut tx, scope.workspace, message, case).await?,
            (_, None) => {}
        }
        event::append(&mut tx, scope.workspace, &[changed(kind, message, case, now).by(scope)]).await?;
        tx.commit().await
    }
}

/// One message at the network cannot be two of ours: taking the id of another one would swallow that one.
async fn is_free(tx: &mut Tx, scope: &Scope, message: MessageId, external_id: &str) -> Result<()> {
    let other = tx
        .fetch_optional(
            "SELECT e.id FROM message m JOIN message e
               ON e.workspace_id = m.workspace_id AND e.network = m.network AND e.scope = m.scope AND e.external_id = $3 AND e.id <> m.id
             WHERE m.workspace_id = $1 AND m.id = $2
               AND (e.direction <> 'outbound' OR EXISTS (SELECT 1 FROM outbox o WHERE o.workspace_id = e.workspace_id AND o.message_id = e.id))",
            &[scope.workspace.into(), message.into(), external_id.into()],
        )
        .await?;
    if other.is_some() { Err(Error::Conflict("another_message")) } else { Ok(()) }
}

/// Files that went back into a draft meanwhile go out with the message again.
async fn take_files_again(tx: &mut Tx, scope: &Scope, message: MessageId, outgoing: &Outgoing) -> Result<()> {
    for media in outgoing.media() {
        let touched = tx
            .execute(
                "UPDATE attachment SET message_id = $3 WHERE workspace_id = $1 AND id = $2 AND message_id IS NULL",
                &[scope.workspace.into(), media.attachment.into(), message.into()],
            )
            .await?;
        if touched > 0 {
            draft::let_go(tx, scope, media.attachment).await?;
        }
    }
    Ok(())
}
