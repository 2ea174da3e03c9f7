//! The index pass: events say which messages came, changed or went; each is indexed as it stands now.

use super::{clean, label, workspace_label};
use crate::db::{Column, Row, Tx, Value, json_rows, rows_from};
use crate::error::Result;
use crate::open::Store;
use domain::id::{MessageId, WorkspaceId};
use language::tokens::index_tokens;
use std::collections::BTreeSet;

/// Events that change what can be found.
const KINDS: &str =
    "('message.arrived', 'message.made_elsewhere', 'message.edited', 'message.deleted', 'message.sent')";

const IDS: &[Column] = &[Column::uuid("id")];

/// A message as the index keeps it.
struct Entry {
    id: MessageId,
    position: i64,
    words: Vec<String>,
    grams: Vec<String>,
}

impl Store {
    /// Indexes what the next `limit` events of a workspace tell of. Whether there is more to do right now.
    pub async fn index_pass(&self, workspace: WorkspaceId, limit: i64) -> Result<bool> {
        let progress = self
            .search
            .fetch_optional("SELECT event_number FROM index_progress WHERE workspace_id = $1", &[workspace.into()])
            .await?;
        let done = progress.map_or(Ok(0), |row| row.int("event_number"))?;
        let last = self
            .work
            .fetch_one(
                "SELECT coalesce(max(number), 0) AS last FROM (
                     SELECT number FROM event WHERE workspace_id = $1 AND number > $2 ORDER BY number LIMIT $3) AS part",
                &[workspace.into(), done.into(), limit.into()],
            )
            .await?
            .int("last")?;
        if last == 0 {
            return Ok(false);
        }
        let rows = self
            .work
            .fetch_all(
                &format!(
                    "SELECT message_id FROM event WHERE workspace_id = $1 AND number > $2 AND number <= $3
                       AND message_id IS NOT NULL AND kind IN {KINDS}"
                ),
                &[workspace.into(), done.into(), last.into()],
            )
            .await?;
        let ids: BTreeSet<MessageId> = rows.iter().map(|row| row.id("message_id")).collect::<Result<_>>()?;
        let ids: Vec<MessageId> = ids.into_iter().collect();
        let entries = self.entries(workspace, &ids).await?;
        let mut tx = self.search.begin().await?;
        replace(&mut tx, workspace, &ids, &entries).await?;
        tx.execute(
            "INSERT INTO index_progress (workspace_id, event_number) VALUES ($1, $2)
             ON CONFLICT (workspace_id) DO UPDATE SET event_number = excluded.event_number",
            &[workspace.into(), last.into()],
        )
        .await?;
        tx.commit().await?;
        // Gap-free numbers: as many as asked for means that there may be more.
        Ok(last - done >= limit)
    }

    /// The workspaces whose index is behind their events.
    pub async fn index_due(&self) -> Result<Vec<WorkspaceId>> {
        let heads = self.work.fetch_all("SELECT id, last_event FROM workspace", &[]).await?;
        let done = self.search.fetch_all("SELECT workspace_id, event_number FROM index_progress", &[]).await?;
        let done: std::collections::HashMap<WorkspaceId, i64> =
            done.iter().map(|row| Ok((row.id("workspace_id")?, row.int("event_number")?))).collect::<Result<_>>()?;
        let mut due = Vec::new();
        for row in &heads {
            let workspace: WorkspaceId = row.id("id")?;
            if row.int("last_event")? > done.get(&workspace).copied().unwrap_or(0) {
                due.push(workspace);
            }
        }
        Ok(due)
    }

    /// Builds a workspace's index anew from its messages: for a lost or stale index.
    pub async fn rebuild_index(&self, workspace: WorkspaceId) -> Result<u64> {
        // What happens meanwhile is indexed again by the next pass.
        let upto = self
            .work
            .fetch_one("SELECT last_event FROM workspace WHERE id = $1", &[workspace.into()])
            .await?
            .int("last_event")?;
        let (mut count, mut after) = (0, MessageId(uuid::Uuid::nil()));
        loop {
            let rows = self
                .work
                .fetch_all(
                    "SELECT id FROM message WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT 500",
                    &[workspace.into(), after.into()],
                )
                .await?;
            let ids: Vec<MessageId> = rows.iter().map(|row| row.id("id")).collect::<Result<_>>()?;
            let Some(newest) = ids.last() else { break };
            after = *newest;
            let entries = self.entries(workspace, &ids).await?;
            let mut tx = self.search.begin().await?;
            replace(&mut tx, workspace, &ids, &entries).await?;
            tx.commit().await?;
            count += u64::try_from(entries.len()).unwrap_or(0);
        }
        self.search
            .execute(
                "INSERT INTO index_progress (workspace_id, event_number) VALUES ($1, $2)
                 ON CONFLICT (workspace_id) DO UPDATE SET event_number = excluded.event_number",
                &[workspace.into(), upto.into()],
            )
            .await?;
        Ok(count)
    }

    async fn entries(&self, workspace: WorkspaceId, ids: &[MessageId]) -> Result<Vec<Entry>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let engine = self.work.engine();
        let cells: Vec<Vec<Value>> = ids.iter().map(|id| vec![(*id).into()]).collect();
        let id = IDS.first().map(|column| column.expression(engine, 0)).unwrap_or_default();
        let rows = self
            .work
            .fetch_all(
                &format!(
                    "SELECT m.id, m.position, m.text, m.network, m.language, m.direction, m.private, m.form, m.understanding, m.deleted_at,
                            m.send_state, i.handle, i.name
                     FROM {} CROSS JOIN message m
                     JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id
                     WHERE m.workspace_id = $2 AND m.id = {id}",
                    rows_from(engine, 1)
                ),
                &[json_rows(IDS, &cells, engine), workspace.into()],
            )
            .await?;
        rows.iter().filter_map(|row| entry(workspace, row).transpose()).collect()
    }
}

/// What is found by: the text, the names of who wrote it, and labels. `None` for what is gone or never left.
fn entry(workspace: WorkspaceId, row: &Row) -> Result<Option<Entry>> {
    let state = row.optional_text("send_state")?;
    if row.optional_time("deleted_at")?.is_some() || state.is_some_and(|state| state != "sent") {
        return Ok(None);
    }
    let direction = row.text("direction")?;
    let mut tokens = clean(index_tokens(&row.text("text")?));
    if direction == "inbound" {
        for name in [row.optional_text("handle")?, row.optional_text("name")?].into_iter().flatten() {
            let named = clean(index_tokens(&name));
            tokens.words.extend(named.words);
            tokens.grams.extend(named.grams);
        }
    }
    let understanding: Option<domain::understanding::Understanding> = row.optional_json("understanding")?.flatten();
    tokens.words.extend([
        workspace_label(workspace),
        label("net", &row.text("network")?),
        label("lang", &row.text("language")?),
        label("dir", &direction),
        label("form", &row.text("form")?),
        label("private", if row.bool("private")? { "yes" } else { "no" }),
    ]);
    tokens.words.extend(understanding.map(|understanding| label("kind", understanding.kind.word())));
    Ok(Some(Entry { id: row.id("id")?, position: row.int("position")?, words: tokens.words, grams: tokens.grams }))
}

async fn replace(tx: &mut Tx, workspace: WorkspaceId, ids: &[MessageId], entries: &[Entry]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    match tx.engine() {
        crate::db::Engine::Sqlite => replace_sqlite(tx, workspace, ids, entries).await,
        crate::db::Engine::Postgres => replace_postgres(tx, workspace, ids, entries).await,
    }
}

async fn replace_sqlite(tx: &mut Tx, workspace: WorkspaceId, ids: &[MessageId], entries: &[Entry]) -> Result<()> {
    for id in ids {
        let known = tx
            .fetch_optional(
                "DELETE FROM indexed_message WHERE message_id = $1 AND workspace_id = $2 RETURNING position",
                &[(*id).into(), workspace.into()],
            )
            .await?;
        if let Some(row) = known {
            tx.execute("DELETE FROM message_index WHERE rowid = $1", &[row.int("position")?.into()]).await?;
        }
    }
    for entry in entries {
        // The row number is the position, so that newest first is the index's own order; two messages of one moment are neighbours.
        let mut place = entry.position;
        while tx
            .execute("INSERT INTO indexed_message (position, message_id, workspace_id) VALUES ($1, $2, $3) ON CONFLICT (position) DO NOTHING", &[
                place.into(),
                entry.id.into(),
                workspace.into(),
            ])
            .await?
            == 0
        {
            place += 1;
        }
        tx.execute(
            "INSERT INTO message_index (rowid, words, grams) VALUES ($1, $2, $3)",
            &[place.into(), entry.words.join(" ").into(), entry.grams.join(" ").into()],
        )
        .await?;
    }
    Ok(())
}

const INDEXED: &[Column] =
    &[Column::uuid("message_id"), Column::int("position"), Column::json("words"), Column::json("grams")];

async fn replace_postgres(tx: &mut Tx, workspace: WorkspaceId, ids: &[MessageId], entries: &[Entry]) -> Result<()> {
    let engine = tx.engine();
    let cells: Vec<Vec<Value>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let id = IDS.first().map(|column| column.expression(engine, 0)).unwrap_or_default();
    tx.execute(
        &format!(
            "DELETE FROM indexed_message WHERE workspace_id = $2 AND message_id IN (SELECT {id} FROM {})",
            rows_from(engine, 1)
        ),
        &[json_rows(IDS, &cells, engine), workspace.into()],
    )
    .await?;
    let rows = entries
        .iter()
        .map(|entry| {
            Ok(vec![entry.id.into(), entry.position.into(), Value::json(&entry.words)?, Value::json(&entry.grams)?])
        })
        .collect::<Result<Vec<_>>>()?;
    let cell = |index: usize| INDEXED.get(index).map(|column| column.expression(engine, index)).unwrap_or_default();
    let vector = |index: usize| {
        format!(
            "array_to_tsvector(coalesce((SELECT array_agg(DISTINCT token) FROM jsonb_array_elements_text({}) AS token), '{{}}'))",
            cell(index)
        )
    };
    tx.execute(
        &format!(
            "INSERT INTO indexed_message (workspace_id, message_id, position, words, grams)
             SELECT $2, {}, {}, {}, {} FROM {}",
            cell(0),
            cell(1),
            vector(2),
            vector(3),
            rows_from(engine, 1)
        ),
        &[json_rows(INDEXED, &rows, engine), workspace.into()],
    )
    .await?;
    Ok(())
}
