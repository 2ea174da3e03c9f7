//! What happens to messages after they were filed: later versions, deletes, read marks, and echoes of our own sends.

use super::message_rows::{Entities, Incoming, MessageKey, find};
use super::{FilingItem, OwnAccounts};
use crate::db::{Column, Tx, Value, json_rows, rows_from};
use crate::error::Result;
use crate::event::NewEvent;
use crate::outbox::SendError;
use domain::Timestamp;
use domain::id::{CaseId, ChannelId, MessageId, WorkspaceId};
use domain::item::Change;
use domain::outgoing::Outgoing;
use jiff::SignedDuration;
use std::collections::{BTreeSet, HashSet};

/// Applies a later version of a message; `false` when none of its earlier versions is known.
pub(super) async fn edit(
    tx: &mut Tx,
    workspace: WorkspaceId,
    incoming: &Incoming<'_>,
    events: &mut Vec<NewEvent>,
    now: Timestamp,
) -> Result<bool> {
    let key = |external_id: &String| MessageKey { external_id: external_id.clone(), ..incoming.key.clone() };
    let mut keys: BTreeSet<MessageKey> = incoming.message.earlier_versions.iter().map(key).collect();
    keys.insert(incoming.key.clone());
    let found = find(tx, workspace, &keys).await?;
    if found.contains_key(&incoming.key) {
        // This version, or a later one, is there already.
        return Ok(true);
    }
    let Some(known) = incoming.message.earlier_versions.iter().rev().find_map(|id| found.get(&key(id))).copied() else {
        return Ok(false);
    };
    let row = tx
        .fetch_one(
            "SELECT m.external_id, m.text, m.deleted_at, c.case_id,
                    (SELECT count(*) FROM message_version v WHERE v.workspace_id = m.workspace_id AND v.message_id = m.id) AS versions
             FROM message m JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
             WHERE m.workspace_id = $1 AND m.id = $2",
            &[workspace.into(), known.id.into()],
        )
        .await?;
    let case: CaseId = row.id("case_id")?;
    tx.execute(
        "INSERT INTO message_version (workspace_id, message_id, version, external_id, text, at) VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            workspace.into(),
            known.id.into(),
            (row.int("versions")? + 1).into(),
            row.optional_text("external_id")?.into(),
            row.text("text")?.into(),
            now.into(),
        ],
    )
    .await?;
    let message = incoming.message;
    let entities = Entities::of(message);
    let understanding = incoming.filing.reading.as_ref().map(|reading| &reading.understanding);
    tx.execute(
        "UPDATE message SET external_id = $3, text = CASE WHEN deleted_at IS NULL THEN $4 ELSE '' END, entities = $5,
                understanding = $6, edited_at = $7 WHERE workspace_id = $1 AND id = $2",
        &[
            workspace.into(),
            known.id.into(),
            (&incoming.key.external_id).into(),
            (&message.text).into(),
            Value::json(&entities)?,
            Value::json(&understanding)?,
            message.sent_at.into(),
        ],
    )
    .await?;
    if let Some(reading) = incoming.filing.reading.as_ref().filter(|_| incoming.own.is_none()) {
        // What the list shows follows the newest words; a more pressing edit lifts the case, a calmer one does not lower it.
        tx.execute(
            "UPDATE cases SET excerpt = $3, version = version + 1,
                    priority = CASE WHEN waiting_since IS NOT NULL AND $4 < priority THEN $4 ELSE priority END
             WHERE workspace_id = $1 AND id = $2",
            &[workspace.into(), case.into(), (&reading.excerpt).into(), reading.triage.priority.into()],
        )
        .await?;
    }
    events.push(NewEvent::of("message.edited", now).case(case).message(known.id));
    Ok(true)
}

/// Keeps the ids of versions that never came, so that their late deliveries find the message.
pub(super) async fn reserve_versions(
    tx: &mut Tx,
    workspace: WorkspaceId,
    versions: &[(MessageKey, Vec<String>)],
    now: Timestamp,
) -> Result<()> {
    let keys: BTreeSet<MessageKey> = versions.iter().map(|(key, _)| key.clone()).collect();
    let found = find(tx, workspace, &keys).await?;
    for (key, earlier) in versions {
        let Some(known) = found.get(key) else { continue };
        for (index, external_id) in earlier.iter().filter(|id| **id != key.external_id).enumerate() {
            tx.execute(
                "INSERT INTO message_version (workspace_id, message_id, version, external_id, text, at)
                 VALUES ($1, $2, $3, $4, '', $5) ON CONFLICT DO NOTHING",
                &[
                    workspace.into(),
                    known.id.into(),
                    i64::try_from(index + 1).unwrap_or(i64::MAX).into(),
                    external_id.into(),
                    now.into(),
                ],
            )
            .await?;
        }
    }
    Ok(())
}

/// An earlier version came after the later one: its words are kept where its id was reserved.
pub(super) async fn fill_version(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    incoming: &Incoming<'_>,
) -> Result<()> {
    tx.execute(
        "UPDATE message_version SET text = $4, at = $5
         WHERE workspace_id = $1 AND message_id = $2 AND external_id = $3 AND text = ''
           AND NOT EXISTS (SELECT 1 FROM message m WHERE m.workspace_id = $1 AND m.id = $2 AND m.deleted_at IS NOT NULL)",
        &[
            workspace.into(),
            message.into(),
            (&incoming.key.external_id).into(),
            (&incoming.message.text).into(),
            incoming.message.sent_at.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Our own send came back as a delivery before its answer was recorded: it is that message, not a second one.
pub(super) async fn adopt_echo(
    tx: &mut Tx,
    workspace: WorkspaceId,
    incoming: &Incoming<'_>,
    events: &mut Vec<NewEvent>,
    now: Timestamp,
) -> Result<Option<MessageId>> {
    let Some(channel) = incoming.own else { return Ok(None) };
    let rows = tx
        .fetch_all(
            "SELECT id, message_id, case_id, outgoing, error FROM outbox
             WHERE workspace_id = $1 AND channel_id = $2 AND state IN ('sending', 'unknown') AND message_id IS NOT NULL",
            &[workspace.into(), channel.into()],
        )
        .await?;
    let mut matching = Vec::new();
    for row in rows {
        let outgoing: Outgoing = row.json("outgoing")?;
        if is_echo(&outgoing, incoming) {
            matching.push(row);
        }
    }
    // Two equal candidates stay open: the answer of the network, or a person, tells them apart.
    let [row] = matching.as_slice() else { return Ok(None) };
    let message: MessageId = row.id("message_id")?;
    let outbox: domain::id::OutboxId = row.id("id")?;
    tx.execute(
        "UPDATE outbox SET state = 'sent', lease_until = NULL, error = NULL WHERE workspace_id = $1 AND id = $2",
        &[workspace.into(), outbox.into()],
    )
    .await?;
    tx.execute(
        "UPDATE message SET external_id = $3, scope = $4, send_state = 'sent', send_error = NULL, sent_at = $5
         WHERE workspace_id = $1 AND id = $2",
        &[
            workspace.into(),
            message.into(),
            (&incoming.key.external_id).into(),
            (&incoming.key.scope).into(),
            incoming.message.sent_at.into(),
        ],
    )
    .await?;
    crate::outbox::name_thread(tx, workspace, message, &incoming.key.external_id).await?;
    let mut event = NewEvent::of("message.sent", now).message(message);
    event.case = row.optional_id("case_id")?;
    let error: Option<SendError> = row.optional_json::<Option<SendError>>("error")?.flatten();
    if let Some(case) = event.case.filter(|_| error.is_some_and(|error| error.waits_for_a_person())) {
        // The case had been opened again for somebody to look; that is settled.
        crate::outbox::answered_again(tx, workspace, message, case).await?;
    }
    events.push(event);
    Ok(Some(message))
}

fn is_echo(outgoing: &Outgoing, incoming: &Incoming<'_>) -> bool {
    let same_place = match outgoing {
        Outgoing::Reply { in_reply_to, .. } => incoming.message.in_reply_to.as_deref() == Some(in_reply_to),
        Outgoing::Post { .. } => !incoming.message.private && incoming.message.in_reply_to.is_none(),
        Outgoing::DirectMessage { recipient, .. } => {
            incoming.message.private
                && incoming.message.counterpart.as_ref().is_some_and(|other| other.external_id == *recipient)
        }
        Outgoing::Delete { .. } | Outgoing::Hide { .. } => false,
    };
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    // Networks put the names of those who are answered before the text.
    same_place && outgoing.text().is_some_and(|text| words(&incoming.message.text).ends_with(&words(text)))
}

const KEYS: &[Column] = &[Column::text("network"), Column::text("scope"), Column::text("external_id")];

/// Which of these were deleted before they came.
pub(super) async fn deleted_before(
    tx: &mut Tx,
    workspace: WorkspaceId,
    fresh: &[Incoming<'_>],
) -> Result<HashSet<MessageKey>> {
    let any = tx
        .fetch_optional("SELECT 1 AS one FROM deleted_item WHERE workspace_id = $1 LIMIT 1", &[workspace.into()])
        .await?;
    if any.is_none() {
        return Ok(HashSet::new());
    }
    let engine = tx.engine();
    let cell = |index: usize| KEYS.get(index).map(|column| column.expression(engine, index)).unwrap_or_default();
    let rows: Vec<Vec<Value>> = fresh
        .iter()
        .map(|incoming| {
            vec![(&incoming.key.network).into(), (&incoming.key.scope).into(), (&incoming.key.external_id).into()]
        })
        .collect();
    let sql = format!(
        "SELECT d.network, d.scope, d.external_id FROM {} CROSS JOIN deleted_item d
         WHERE d.workspace_id = $2 AND d.network = {} AND d.scope = {} AND d.external_id = {}",
        rows_from(engine, 1),
        cell(0),
        cell(1),
        cell(2)
    );
    let found = tx.fetch_all(&sql, &[json_rows(KEYS, &rows, engine), workspace.into()]).await?;
    found
        .iter()
        .map(|row| {
            Ok(MessageKey {
                network: row.text("network")?,
                scope: row.text("scope")?,
                external_id: row.text("external_id")?,
            })
        })
        .collect()
}

/// Files everything that is not a message.
pub(super) async fn file(
    tx: &mut Tx,
    workspace: WorkspaceId,
    accounts: &OwnAccounts,
    items: &[&FilingItem],
    events: &mut Vec<NewEvent>,
    now: Timestamp,
) -> Result<()> {
    for filing in items {
        match &filing.item.change {
            Change::Deleted { external_id, .. } => delete(tx, workspace, filing, external_id, events, now).await?,
            Change::Read { reader, at, .. } => {
                tx.execute(
                    "UPDATE conversation SET read_at = $4 WHERE workspace_id = $1 AND thread_id IS NULL AND (read_at IS NULL OR read_at < $4)
                       AND identity_id IN (SELECT id FROM identity WHERE workspace_id = $1 AND network = $2 AND external_id = $3)",
                    &[workspace.into(), (&filing.network).into(), reader.into(), (*at).into()],
                )
                .await?;
            }
            Change::Revoked { account, at } => {
                if let Some(own) = accounts.get(&(filing.network.clone(), account.clone())) {
                    revoke(tx, workspace, own.id, *at, events, now).await?;
                }
            }
            // Signals carry no work yet; they are counted by the ledger and stay in the journal.
            Change::Message(_) | Change::Reaction { .. } | Change::Ignored { .. } => {}
        }
    }
    Ok(())
}

/// Ends a connection, unless it was made after the network's notice: a notice comes late, or again.
async fn revoke(
    tx: &mut Tx,
    workspace: WorkspaceId,
    channel: ChannelId,
    at: Option<Timestamp>,
    events: &mut Vec<NewEvent>,
    now: Timestamp,
) -> Result<()> {
    // The notice names whole seconds; who connects and revokes within one is revoked. Where the two clocks differ by
    // more, the next call that is refused ends the connection.
    let at = at.unwrap_or(now);
    let end = at.checked_add(SignedDuration::from_secs(1)).unwrap_or(at);
    let touched = tx
        .execute(
            "UPDATE channel SET state = 'revoked', state_reason = 'revoked_at_network'
             WHERE workspace_id = $1 AND id = $2 AND state <> 'revoked' AND (connected_at IS NULL OR connected_at < $3)",
            &[workspace.into(), channel.into(), end.into()],
        )
        .await?;
    if touched > 0 {
        events.push(NewEvent::of("channel.changed", now).data(serde_json::json!({ "channel": channel })));
    }
    Ok(())
}

/// A delete erases text, media and versions, and leaves a tombstone: form, time, kind, our answer.
async fn delete(
    tx: &mut Tx,
    workspace: WorkspaceId,
    filing: &FilingItem,
    external_id: &str,
    events: &mut Vec<NewEvent>,
    now: Timestamp,
) -> Result<()> {
    let key = MessageKey {
        network: filing.network.clone(),
        scope: filing.item.scope.clone(),
        external_id: external_id.to_owned(),
    };
    let found = find(tx, workspace, &BTreeSet::from([key.clone()])).await?;
    let Some(known) = found.get(&key) else {
        tx.execute(
            "INSERT INTO deleted_item (workspace_id, network, scope, external_id, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            &[workspace.into(), key.network.into(), key.scope.into(), key.external_id.into(), now.into()],
        )
        .await?;
        return Ok(());
    };
    if let Some(case) = erase(tx, workspace, known.id, now).await? {
        events.push(NewEvent::of("message.deleted", now).case(case).message(known.id));
    }
    Ok(())
}

/// Erases a message's content; its case when it was not erased before.
pub(crate) async fn erase(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    now: Timestamp,
) -> Result<Option<CaseId>> {
    let values = [workspace.into(), message.into(), now.into()];
    let row = tx
        .fetch_optional(
            "UPDATE message SET text = '', placeholder = NULL, entities = '{}', deleted_at = $3
             WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING conversation_id, position",
            &values,
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let conversation: domain::id::ConversationId = row.id("conversation_id")?;
    let here = [workspace.into(), message.into()];
    tx.execute("UPDATE message_version SET text = '' WHERE workspace_id = $1 AND message_id = $2", &here).await?;
    tx.execute(
        "UPDATE attachment SET alt_text = NULL, source_url = NULL, trouble = 'deleted' WHERE workspace_id = $1 AND message_id = $2",
        &here,
    )
    .await?;
    let row = tx
        .fetch_one(
            "UPDATE cases SET version = version + 1, excerpt = CASE WHEN last_inbound = $3 THEN '' ELSE excerpt END
             WHERE workspace_id = $1 AND id = (SELECT case_id FROM conversation WHERE workspace_id = $1 AND id = $2) RETURNING id",
            &[workspace.into(), conversation.into(), row.int("position")?.into()],
        )
        .await?;
    Ok(Some(row.id("id")?))
}
