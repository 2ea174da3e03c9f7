//! Threads of a batch: found or made, by the root's id.

use super::new_id;
use crate::db::{Column, Tx, Value, json_rows, rows_from};
use crate::error::Result;
use domain::Timestamp;
use domain::id::{ThreadId, WorkspaceId};
use std::collections::{BTreeMap, HashMap};

/// Where a thread is unique inside a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ThreadKey {
    pub(super) network: String,
    pub(super) scope: String,
    pub(super) root: String,
}

const THREAD: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::text("network"),
    Column::text("scope"),
    Column::text("root_external_id"),
    Column::text("root_author"),
    Column::time("created_at"),
];
const KEYS: &[Column] = &[Column::text("network"), Column::text("scope"), Column::text("root_external_id")];

/// Finds or makes threads; the value beside each key is the root's author, where this batch tells it.
pub(super) async fn ensure(
    tx: &mut Tx,
    workspace: WorkspaceId,
    wanted: &BTreeMap<ThreadKey, Option<String>>,
    now: Timestamp,
) -> Result<HashMap<ThreadKey, ThreadId>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Vec<Value>> = wanted
        .iter()
        .map(|(key, author)| {
            vec![
                workspace.into(),
                new_id::<ThreadId>().into(),
                (&key.network).into(),
                (&key.scope).into(),
                (&key.root).into(),
                author.clone().into(),
                now.into(),
            ]
        })
        .collect();
    // A root that comes after its replies tells its author late.
    tx.insert_many(
        "thread",
        THREAD,
        &rows,
        "ON CONFLICT (workspace_id, network, scope, root_external_id) DO UPDATE SET root_author = excluded.root_author
         WHERE thread.root_author IS NULL AND excluded.root_author IS NOT NULL",
    )
    .await?;
    let engine = tx.engine();
    let cell = |index: usize| KEYS.get(index).map(|column| column.expression(engine, index)).unwrap_or_default();
    let sql = format!(
        "SELECT t.id, t.network, t.scope, t.root_external_id FROM {} CROSS JOIN thread t
         WHERE t.workspace_id = $2 AND t.network = {} AND t.scope = {} AND t.root_external_id = {}",
        rows_from(engine, 1),
        cell(0),
        cell(1),
        cell(2)
    );
    let keys: Vec<Vec<Value>> =
        wanted.keys().map(|key| vec![(&key.network).into(), (&key.scope).into(), (&key.root).into()]).collect();
    let found = tx.fetch_all(&sql, &[json_rows(KEYS, &keys, engine), workspace.into()]).await?;
    found
        .iter()
        .map(|row| {
            let key = ThreadKey {
                network: row.text("network")?,
                scope: row.text("scope")?,
                root: row.text("root_external_id")?,
            };
            Ok((key, row.id("id")?))
        })
        .collect()
}
