//! Queueing: the message, its outbox row and the case's progress in one transaction.

use super::NewOutgoing;
use super::progress::answered;
use crate::db::{Tx, Value};
use crate::error::Result;
use crate::filing::new_id;
use domain::Timestamp;
use domain::id::{CaseId, ChannelId, MessageId, OutboxId};
use domain::outgoing::Outgoing;
use domain::people::Scope;
use domain::position::{counter_of, position};

/// Queues a message of ours together with its outbox row, and moves the case: the customer is answered.
pub async fn queue(tx: &mut Tx, scope: &Scope, new: &NewOutgoing, now: Timestamp) -> Result<(MessageId, OutboxId)> {
    let (message, outbox): (MessageId, OutboxId) = (new_id(), new_id());
    let workspace = scope.workspace;
    let at = position(now, now, counter_of(&message.to_string()));
    let in_reply_to = match &new.outgoing {
        Outgoing::Reply { in_reply_to, .. } => Some(in_reply_to.as_str()),
        _ => None,
    };
    let private = matches!(new.outgoing, Outgoing::DirectMessage { .. });
    tx.execute(
        "INSERT INTO message (workspace_id, id, conversation_id, thread_id, network, scope, form, direction, private, identity_id, channel_id,
                              agent_id, text, language, position, sent_at, received_at, in_reply_to, entities, priority, send_state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'outbound', $8, $9, $10, $11, $12, $13, $14, $15, $15, $16, '{}', 5, 'queued')",
        &[
            workspace.into(),
            message.into(),
            new.conversation.into(),
            new.thread.into(),
            (&new.network).into(),
            (&new.scope).into(),
            new.form.word().into(),
            private.into(),
            new.identity.into(),
            new.channel.into(),
            scope.agent().into(),
            new.outgoing.text().unwrap_or_default().into(),
            (&new.language).into(),
            at.into(),
            now.into(),
            in_reply_to.into(),
        ],
    )
    .await?;
    insert(tx, scope, outbox, new.channel, Some(new.case), Some(message), &new.outgoing, new.not_before, now).await?;
    tx.execute(
        "UPDATE conversation SET last_outbound = $3 WHERE workspace_id = $1 AND id = $2 AND last_outbound < $3",
        &[workspace.into(), new.conversation.into(), at.into()],
    )
    .await?;
    answered(tx, workspace, new.case, at).await?;
    Ok((message, outbox))
}

/// Queues an act on a message that exists: deleting ours, hiding somebody's.
pub async fn queue_act(
    tx: &mut Tx,
    scope: &Scope,
    channel: ChannelId,
    case: CaseId,
    message: MessageId,
    outgoing: &Outgoing,
    now: Timestamp,
) -> Result<OutboxId> {
    let outbox: OutboxId = new_id();
    insert(tx, scope, outbox, channel, Some(case), Some(message), outgoing, now, now).await?;
    Ok(outbox)
}

#[expect(clippy::too_many_arguments, reason = "one row, one call site each")]
async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    id: OutboxId,
    channel: ChannelId,
    case: Option<CaseId>,
    message: Option<MessageId>,
    outgoing: &Outgoing,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO outbox (workspace_id, id, channel_id, case_id, message_id, outgoing, state, not_before, attempts, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, 0, $8, $9)",
        &[
            scope.workspace.into(),
            id.into(),
            channel.into(),
            case.into(),
            message.into(),
            Value::json(outgoing)?,
            not_before.into(),
            scope.agent().into(),
            now.into(),
        ],
    )
    .await?;
    Ok(())
}
