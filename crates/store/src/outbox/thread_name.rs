//! A post of ours opens a thread before the network has given it an id; with the id the thread gets its name.

use crate::db::Tx;
use crate::error::Result;
use domain::id::{MessageId, ThreadId, WorkspaceId};

/// Names the thread that a post of ours opened. Answers to the post that were faster than the network's own answer have
/// opened a thread under that name: what stands in it joins ours.
pub(crate) async fn name_thread(tx: &mut Tx, workspace: WorkspaceId, message: MessageId, root: &str) -> Result<()> {
    let unnamed = tx
        .fetch_optional(
            "SELECT t.id, t.network, t.scope FROM message m JOIN thread t ON t.workspace_id = m.workspace_id AND t.id = m.thread_id
             WHERE m.workspace_id = $1 AND m.id = $2 AND m.form = 'post' AND t.root_external_id LIKE 'ours:%'",
            &[workspace.into(), message.into()],
        )
        .await?;
    let Some(unnamed) = unnamed else { return Ok(()) };
    let thread: ThreadId = unnamed.id("id")?;
    let named = tx
        .fetch_optional(
            "SELECT id FROM thread WHERE workspace_id = $1 AND network = $2 AND scope = $3 AND root_external_id = $4",
            &[workspace.into(), unnamed.text("network")?.into(), unnamed.text("scope")?.into(), root.into()],
        )
        .await?;
    if let Some(named) = named {
        join(tx, workspace, named.id("id")?, thread).await?;
    }
    tx.execute(
        "UPDATE thread SET root_external_id = $3 WHERE workspace_id = $1 AND id = $2",
        &[workspace.into(), thread.into(), root.into()],
    )
    .await?;
    Ok(())
}

/// Moves conversations with their messages from one thread to another; one that has its like there stays, under a name aside.
async fn join(tx: &mut Tx, workspace: WorkspaceId, from: ThreadId, to: ThreadId) -> Result<()> {
    const MOVING: &str = "thread_id = $2 AND identity_id NOT IN
        (SELECT identity_id FROM conversation WHERE workspace_id = $1 AND thread_id = $3)";
    let both = [workspace.into(), from.into(), to.into()];
    tx.execute(
        &format!(
            "UPDATE message SET thread_id = $3 WHERE workspace_id = $1 AND conversation_id IN
               (SELECT id FROM conversation WHERE workspace_id = $1 AND {MOVING})"
        ),
        &both,
    )
    .await?;
    tx.execute(&format!("UPDATE conversation SET thread_id = $3 WHERE workspace_id = $1 AND {MOVING}"), &both).await?;
    tx.execute(
        "UPDATE thread SET root_external_id = $3 WHERE workspace_id = $1 AND id = $2",
        &[workspace.into(), from.into(), format!("joined:{}", from.0.simple()).into()],
    )
    .await?;
    Ok(())
}
