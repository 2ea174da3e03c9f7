//! What an answer of ours, and the loss of one, does to its case.

use crate::db::Tx;
use crate::error::Result;
use domain::case_state::CaseProgress;
use domain::id::{CaseId, MessageId, WorkspaceId};
use domain::vocabulary::{CaseState, Kind, Noise, ReplyNeed};

/// Reads and locks the part of a case that messages move.
pub async fn progress(tx: &mut Tx, workspace: WorkspaceId, case: CaseId) -> Result<CaseProgress> {
    let sql = format!(
        "SELECT state, priority, kind, reply_need, noise, waiting_since, last_inbound, last_outbound FROM cases
         WHERE workspace_id = $1 AND id = $2{}",
        tx.for_update()
    );
    let row = tx.fetch_one(&sql, &[workspace.into(), case.into()]).await?;
    Ok(CaseProgress {
        state: row.word("state", CaseState::from_word)?,
        priority: row.int("priority")?,
        kind: row.word("kind", Kind::from_word)?,
        reply_need: row.word("reply_need", ReplyNeed::from_word)?,
        noise: row.optional_word("noise", Noise::from_word)?,
        waiting_since: row.optional_time("waiting_since")?,
        last_inbound: row.int("last_inbound")?,
        last_outbound: row.int("last_outbound")?,
    })
}

/// The customer is answered by a message at a position.
pub(super) async fn answered(tx: &mut Tx, workspace: WorkspaceId, case: CaseId, at: i64) -> Result<()> {
    let mut progress = progress(tx, workspace, case).await?;
    progress.answered(at);
    tx.execute(
        "UPDATE cases SET state = $3, reply_need = $4, waiting_since = $5, last_outbound = $6,
                last_position = CASE WHEN last_position < $6 THEN $6 ELSE last_position END,
                message_count = message_count + 1, version = version + 1,
                snoozed_until = CASE WHEN $3 = 'snoozed' THEN snoozed_until END
         WHERE workspace_id = $1 AND id = $2",
        &[
            workspace.into(),
            case.into(),
            progress.state.word().into(),
            progress.reply_need.word().into(),
            progress.waiting_since.into(),
            progress.last_outbound.into(),
        ],
    )
    .await?;
    Ok(())
}

/// The customer is answered after all, by a message that had been taken for lost; it was counted when it was written.
pub(crate) async fn answered_again(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    case: CaseId,
) -> Result<()> {
    let at = tx
        .fetch_one(
            "SELECT position FROM message WHERE workspace_id = $1 AND id = $2",
            &[workspace.into(), message.into()],
        )
        .await?
        .int("position")?;
    answered(tx, workspace, case, at).await?;
    tx.execute(
        "UPDATE cases SET message_count = message_count - 1 WHERE workspace_id = $1 AND id = $2",
        &[workspace.into(), case.into()],
    )
    .await?;
    Ok(())
}

/// Recomputes what waits in a case after a message of ours was taken back, refused for good, or left to a person to look for:
/// as far as anybody knows, nobody was answered by it.
pub async fn unanswered(tx: &mut Tx, workspace: WorkspaceId, case: CaseId) -> Result<()> {
    let mut progress = progress(tx, workspace, case).await?;
    let row = tx
        .fetch_one(
            "SELECT max(m.position) AS last FROM message m JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
             WHERE c.workspace_id = $1 AND c.case_id = $2 AND m.direction = 'outbound' AND m.send_state NOT IN ('cancelled', 'failed')
               AND NOT (m.send_state = 'unknown' AND coalesce(m.send_error->>'code', '') IN ('ambiguous', 'unseen'))",
            &[workspace.into(), case.into()],
        )
        .await?;
    progress.last_outbound = row.optional_int("last")?.unwrap_or(0);
    let waiting = tx
        .fetch_all(
            "SELECT m.position, m.understanding, m.priority FROM message m
             JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
             WHERE c.workspace_id = $1 AND c.case_id = $2 AND m.direction = 'inbound' AND m.position > $3 AND m.deleted_at IS NULL
             ORDER BY m.position LIMIT 200",
            &[workspace.into(), case.into(), progress.last_outbound.into()],
        )
        .await?;
    for row in waiting {
        let Some(understanding) =
            row.optional_json::<Option<domain::understanding::Understanding>>("understanding")?.flatten()
        else {
            continue;
        };
        progress.arrived(&domain::case_state::Arrival {
            position: row.int("position")?,
            at: domain::position::time_of(row.int("position")?),
            priority: row.int("priority")?,
            kind: understanding.kind,
            reply_need: understanding.reply_need,
            noise: understanding.noise,
        });
    }
    tx.execute(
        "UPDATE cases SET state = $3, priority = $4, kind = $5, reply_need = $6, noise = $7, waiting_since = $8, last_outbound = $9,
                version = version + 1
         WHERE workspace_id = $1 AND id = $2",
        &[
            workspace.into(),
            case.into(),
            progress.state.word().into(),
            progress.priority.into(),
            progress.kind.word().into(),
            progress.reply_need.word().into(),
            progress.noise.map(Noise::word).into(),
            progress.waiting_since.into(),
            progress.last_outbound.into(),
        ],
    )
    .await?;
    Ok(())
}
