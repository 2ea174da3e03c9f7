//! Recording: what became of a try, on the outbox row, the message and the case.

use super::progress::unanswered;
use super::{Owed, Recorded, SendError, changed, set_error, set_state, take_external_id};
use crate::db::{Tx, Value};
use crate::error::Result;
use crate::event::{self, NewEvent};
use crate::open::Store;
use domain::Timestamp;
use domain::outgoing::Outgoing;
use domain::vocabulary::SendState;

impl Store {
    /// Writes down what became of a try. The last event number, when something changed.
    pub async fn record(&self, owed: &Owed, recorded: &Recorded, now: Timestamp) -> Result<Option<i64>> {
        let mut tx = self.work.begin().await?;
        let (state, not_before, error) = match recorded {
            Recorded::Sent { .. } => (SendState::Sent, now, None),
            Recorded::Later { at, error } => (SendState::Queued, *at, Some(error)),
            Recorded::Failed { error } => (SendState::Failed, now, Some(error)),
            // Without a time only a person, or the echo of the message, can settle it.
            Recorded::Unknown { look_at, error } => (SendState::Unknown, look_at.unwrap_or(far_future()), Some(error)),
        };
        // An echo or a person may have settled it meanwhile: then this answer only confirms.
        let touched = tx
            .execute(
                "UPDATE outbox SET state = $3, not_before = $4, lease_holder = NULL, lease_until = NULL, error = $5
                 WHERE workspace_id = $1 AND id = $2 AND state IN ('sending', 'unknown')",
                &[owed.workspace.into(), owed.id.into(), state.word().into(), not_before.into(), Value::json(&error)?],
            )
            .await?;
        let mut events = Vec::new();
        if touched > 0 {
            self.record_message(&mut tx, owed, recorded, state, error, now, &mut events).await?;
        }
        let last = event::append(&mut tx, owed.workspace, &events).await?;
        tx.commit().await?;
        Ok(last)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one record, read once above")]
    async fn record_message(
        &self,
        tx: &mut Tx,
        owed: &Owed,
        recorded: &Recorded,
        state: SendState,
        error: Option<&SendError>,
        now: Timestamp,
        events: &mut Vec<NewEvent>,
    ) -> Result<()> {
        let Some(message) = owed.message else { return Ok(()) };
        match &owed.outgoing {
            Outgoing::Reply { .. } | Outgoing::Post { .. } | Outgoing::DirectMessage { .. } => {
                if let Recorded::Sent { external_id: Some(external_id) } = recorded {
                    take_external_id(tx, owed.workspace, message, external_id).await?;
                }
                set_state(tx, owed.workspace, message, state, error).await?;
                // What waits for a person must come before one: the case is open again, as after a refusal.
                let is_lost = state == SendState::Failed
                    || error.is_some_and(|error| state == SendState::Unknown && error.waits_for_a_person());
                if let Some(case) = owed.case.filter(|_| is_lost) {
                    unanswered(tx, owed.workspace, case).await?;
                }
                let kind = match state {
                    SendState::Sent => "message.sent",
                    SendState::Failed => "message.failed",
                    SendState::Unknown => "message.unknown",
                    _ => "message.delayed",
                };
                events.push(changed(kind, message, owed.case, now));
            }
            Outgoing::Delete { .. } => {
                if state == SendState::Sent {
                    crate::filing::erase_message(tx, owed.workspace, message, now).await?;
                    events.push(changed("message.deleted", message, owed.case, now));
                } else if state == SendState::Failed {
                    set_error(tx, owed.workspace, message, error).await?;
                    events.push(changed("message.act_failed", message, owed.case, now));
                }
            }
            Outgoing::Hide { hidden, .. } => {
                if state == SendState::Sent {
                    tx.execute(
                        "UPDATE message SET hidden_at = $3, send_error = NULL WHERE workspace_id = $1 AND id = $2",
                        &[owed.workspace.into(), message.into(), hidden.then_some(now).into()],
                    )
                    .await?;
                    events.push(changed("message.hidden", message, owed.case, now));
                } else if state == SendState::Failed {
                    set_error(tx, owed.workspace, message, error).await?;
                    events.push(changed("message.act_failed", message, owed.case, now));
                }
            }
        }
        Ok(())
    }
}

/// So far ahead that nobody waits for it: year 9000.
fn far_future() -> Timestamp {
    Timestamp::from_second(221_845_392_000).unwrap_or(Timestamp::MAX)
}
