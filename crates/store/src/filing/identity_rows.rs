//! Identities and contacts of a batch: found, made, or brought up to date.

use super::new_id;
use crate::db::{Column, Tx, Value, json_rows, rows_from};
use crate::error::Result;
use domain::Timestamp;
use domain::id::{ContactId, IdentityId, WorkspaceId};
use domain::item::Author;
use std::collections::HashMap;

/// Where an identity is unique inside a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct IdentityKey {
    pub(super) network: String,
    pub(super) scope: String,
    pub(super) external_id: String,
}

/// An identity as filing needs it.
#[derive(Clone, Debug)]
pub(super) struct IdentityRow {
    pub(super) id: IdentityId,
    pub(super) contact: ContactId,
    pub(super) name: Option<String>,
    pub(super) handle: Option<String>,
    avatar_url: Option<String>,
    followers: Option<i64>,
    history: Vec<String>,
}

impl IdentityRow {
    /// What lists show.
    pub(super) fn shown_name(&self) -> String {
        let handle = self.handle.as_ref().map(|handle| format!("@{handle}"));
        self.name.clone().filter(|name| !name.trim().is_empty()).or(handle).unwrap_or_else(|| "?".to_owned())
    }
}

const KEYS: &[Column] = &[Column::text("network"), Column::text("scope"), Column::text("external_id")];
const CONTACT: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::text("name"),
    Column::text("language"),
    Column::time("created_at"),
];
const IDENTITY: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::uuid("contact_id"),
    Column::text("network"),
    Column::text("scope"),
    Column::text("external_id"),
    Column::text("handle"),
    Column::text("name"),
    Column::text("avatar_url"),
    Column::int("followers"),
    Column::json("handle_history"),
    Column::time("created_at"),
];
const CHANGED: &[Column] = &[
    Column::uuid("id"),
    Column::text("handle"),
    Column::text("name"),
    Column::text("avatar_url"),
    Column::int("followers"),
    Column::json("handle_history"),
];

async fn find(tx: &mut Tx, workspace: WorkspaceId, keys: &[IdentityKey]) -> Result<HashMap<IdentityKey, IdentityRow>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let engine = tx.engine();
    let cell = |index: usize| KEYS.get(index).map(|column| column.expression(engine, index)).unwrap_or_default();
    let sql = format!(
        "SELECT i.id, i.contact_id, i.network, i.scope, i.external_id, i.handle, i.name, i.avatar_url, i.followers, i.handle_history
         FROM {} CROSS JOIN identity i
         WHERE i.workspace_id = $2 AND i.network = {} AND i.scope = {} AND i.external_id = {}",
        rows_from(engine, 1),
        cell(0),
        cell(1),
        cell(2)
    );
    let rows: Vec<Vec<Value>> =
        keys.iter().map(|key| vec![(&key.network).into(), (&key.scope).into(), (&key.external_id).into()]).collect();
    let found = tx.fetch_all(&sql, &[json_rows(KEYS, &rows, engine), workspace.into()]).await?;
    found
        .iter()
        .map(|row| {
            let key = IdentityKey {
                network: row.text("network")?,
                scope: row.text("scope")?,
                external_id: row.text("external_id")?,
            };
            let identity = IdentityRow {
                id: row.id("id")?,
                contact: row.id("contact_id")?,
                name: row.optional_text("name")?,
                handle: row.optional_text("handle")?,
                avatar_url: row.optional_text("avatar_url")?,
                followers: row.optional_int("followers")?,
                history: row.json("handle_history")?,
            };
            Ok((key, identity))
        })
        .collect()
}

/// Finds or makes the identities of these authors; what a delivery says anew about a person replaces what was known.
pub(super) async fn ensure(
    tx: &mut Tx,
    workspace: WorkspaceId,
    authors: &[(IdentityKey, Author)],
    now: Timestamp,
) -> Result<HashMap<IdentityKey, IdentityRow>> {
    let mut merged: HashMap<IdentityKey, Author> = HashMap::new();
    for (key, author) in authors {
        let known = merged
            .entry(key.clone())
            .or_insert_with(|| Author { external_id: key.external_id.clone(), ..Author::default() });
        known.handle = author.handle.clone().or(known.handle.take());
        known.name = author.name.clone().or(known.name.take());
        known.avatar_url = author.avatar_url.clone().or(known.avatar_url.take());
        known.followers = author.followers.or(known.followers);
    }
    let mut keys: Vec<IdentityKey> = merged.keys().cloned().collect();
    // One order for everybody, so that two nodes never wait for each other in a circle.
    keys.sort_by(|left, right| {
        (&left.network, &left.scope, &left.external_id).cmp(&(&right.network, &right.scope, &right.external_id))
    });
    let mut found = find(tx, workspace, &keys).await?;
    let missing: Vec<IdentityKey> = keys.into_iter().filter(|key| !found.contains_key(key)).collect();
    if !missing.is_empty() {
        match insert(tx, workspace, &missing, &merged, now).await? {
            Some(made) => found.extend(made),
            None => found.extend(find(tx, workspace, &missing).await?),
        }
    }
    update(tx, workspace, &mut found, &merged).await?;
    Ok(found)
}

/// Makes them; `None` when somebody else made some of them a moment ago, so that they must be read.
async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    missing: &[IdentityKey],
    authors: &HashMap<IdentityKey, Author>,
    now: Timestamp,
) -> Result<Option<Vec<(IdentityKey, IdentityRow)>>> {
    let mut made = Vec::with_capacity(missing.len());
    let mut identities = Vec::with_capacity(missing.len());
    let mut contacts = Vec::with_capacity(missing.len());
    for key in missing {
        let author = authors.get(key).cloned().unwrap_or_default();
        let contact: ContactId = new_id();
        let name = author.name.clone().or_else(|| author.handle.clone()).unwrap_or_default();
        contacts.push(vec![workspace.into(), contact.into(), name.into(), Value::Text(None), now.into()]);
        let row = IdentityRow {
            id: new_id(),
            contact,
            name: author.name,
            handle: author.handle,
            avatar_url: author.avatar_url,
            followers: author.followers,
            history: Vec::new(),
        };
        identities.push(vec![
            workspace.into(),
            row.id.into(),
            contact.into(),
            (&key.network).into(),
            (&key.scope).into(),
            (&key.external_id).into(),
            row.handle.clone().into(),
            row.name.clone().into(),
            row.avatar_url.clone().into(),
            row.followers.into(),
            Value::Json("[]".to_owned()),
            now.into(),
        ]);
        made.push((key.clone(), row));
    }
    tx.insert_many("contact", CONTACT, &contacts, "").await?;
    let added = tx.insert_many("identity", IDENTITY, &identities, "ON CONFLICT DO NOTHING").await?;
    if usize::try_from(added) != Ok(identities.len()) {
        // Somebody else made some of them a moment ago: their contacts stand, ours are nobody's.
        let ours: Vec<Vec<Value>> = contacts.into_iter().map(|row| row.into_iter().skip(1).take(1).collect()).collect();
        const ID: &[Column] = &[Column::uuid("id")];
        let expression = ID.first().map(|column| column.expression(tx.engine(), 0)).unwrap_or_default();
        let sql = format!(
            "DELETE FROM contact WHERE workspace_id = $2 AND id IN (SELECT {expression} FROM {})
             AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.workspace_id = $2 AND i.contact_id = contact.id)",
            rows_from(tx.engine(), 1)
        );
        tx.execute(&sql, &[json_rows(ID, &ours, tx.engine()), workspace.into()]).await?;
        return Ok(None);
    }
    Ok(Some(made))
}

async fn update(
    tx: &mut Tx,
    workspace: WorkspaceId,
    found: &mut HashMap<IdentityKey, IdentityRow>,
    authors: &HashMap<IdentityKey, Author>,
) -> Result<()> {
    let mut changed = Vec::new();
    for (key, row) in found.iter_mut() {
        let Some(author) = authors.get(key) else { continue };
        let before = (row.handle.clone(), row.name.clone(), row.avatar_url.clone(), row.followers);
        if let (Some(new), Some(old)) = (&author.handle, &row.handle)
            && new != old
        {
            row.history.push(old.clone());
        }
        row.handle = author.handle.clone().or(row.handle.take());
        row.name = author.name.clone().or(row.name.take());
        row.avatar_url = author.avatar_url.clone().or(row.avatar_url.take());
        row.followers = author.followers.or(row.followers);
        if before != (row.handle.clone(), row.name.clone(), row.avatar_url.clone(), row.followers) {
            changed.push(vec![
                row.id.into(),
                row.handle.clone().into(),
                row.name.clone().into(),
                row.avatar_url.clone().into(),
                row.followers.into(),
                Value::json(&row.history)?,
            ]);
        }
    }
    tx.update_many("identity", "id", CHANGED, &changed, workspace).await?;
    Ok(())
}
