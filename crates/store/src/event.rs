//! Events: what changed, with gap-free numbers per workspace in commit order.

use crate::db::{Column, Db, Row, Tx, Value};
use crate::error::Result;
use crate::open::Store;
use domain::Timestamp;
use domain::id::{AgentId, CaseId, MessageId, WorkspaceId};
use domain::people::Scope;
use serde::{Deserialize, Serialize};

/// An event before it has a number.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Stable name, e.g. `message.arrived`, `case.changed`.
    pub kind: &'static str,
    /// The case it is about.
    pub case: Option<CaseId>,
    /// The message it is about.
    pub message: Option<MessageId>,
    /// The person who did it.
    pub actor: Option<AgentId>,
    /// Parameters; holds no message text.
    pub data: serde_json::Value,
    /// When.
    pub at: Timestamp,
}

impl NewEvent {
    /// An event without parameters.
    pub fn of(kind: &'static str, at: Timestamp) -> Self {
        Self { kind, case: None, message: None, actor: None, data: serde_json::json!({}), at }
    }
    /// About a case.
    pub fn case(mut self, case: CaseId) -> Self {
        self.case = Some(case);
        self
    }
    /// About a message.
    pub fn message(mut self, message: MessageId) -> Self {
        self.message = Some(message);
        self
    }
    /// Done by a person.
    pub fn by(mut self, scope: &Scope) -> Self {
        self.actor = scope.agent();
        self
    }
    /// With parameters.
    pub fn data(mut self, data: serde_json::Value) -> Self {
        self.data = data;
        self
    }
}

/// An event as readers get it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Number in the workspace, without gaps.
    pub number: i64,
    /// Stable name.
    pub kind: String,
    /// The case it is about.
    pub case: Option<CaseId>,
    /// The message it is about.
    pub message: Option<MessageId>,
    /// The person who did it.
    pub actor: Option<AgentId>,
    /// Parameters.
    pub data: serde_json::Value,
    /// When.
    pub at: Timestamp,
}

/// What a reader that names a number gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Read {
    /// The events after it, oldest first.
    Events(Vec<Event>),
    /// The number is older than what is kept, or from the future: reload, then go on from here.
    Reset {
        /// The last event there is.
        last: i64,
    },
}

const EVENT: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::int("number"),
    Column::text("kind"),
    Column::uuid("case_id"),
    Column::uuid("message_id"),
    Column::uuid("actor_id"),
    Column::json("data"),
    Column::time("at"),
];

/// Numbers and writes the events of a transaction; call it last. The last number, or `None` when there were none.
pub async fn append(tx: &mut Tx, workspace: WorkspaceId, events: &[NewEvent]) -> Result<Option<i64>> {
    if events.is_empty() {
        return Ok(None);
    }
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let row = tx
        .fetch_one(
            "UPDATE workspace SET last_event = last_event + $1 WHERE id = $2 RETURNING last_event",
            &[count.into(), workspace.into()],
        )
        .await?;
    let last = row.int("last_event")?;
    let rows = events
        .iter()
        .zip(last - count + 1..)
        .map(|(event, number)| {
            Ok(vec![
                workspace.into(),
                number.into(),
                event.kind.into(),
                event.case.into(),
                event.message.into(),
                event.actor.into(),
                Value::json(&event.data)?,
                event.at.into(),
            ])
        })
        .collect::<Result<Vec<_>>>()?;
    tx.insert_many("event", EVENT, &rows, "").await?;
    Ok(Some(last))
}

fn read_row(row: &Row) -> Result<Event> {
    Ok(Event {
        number: row.int("number")?,
        kind: row.text("kind")?,
        case: row.optional_id("case_id")?,
        message: row.optional_id("message_id")?,
        actor: row.optional_id("actor_id")?,
        data: row.json("data")?,
        at: row.time("at")?,
    })
}

async fn last_of(db: &Db, workspace: WorkspaceId) -> Result<i64> {
    db.fetch_one("SELECT last_event FROM workspace WHERE id = $1", &[workspace.into()]).await?.int("last_event")
}

impl Store {
    /// The last event number of the workspace.
    pub async fn last_event(&self, scope: &Scope) -> Result<i64> {
        last_of(&self.main, scope.workspace).await
    }

    /// The events after a number, at most `limit`.
    pub async fn events_after(&self, scope: &Scope, after: i64, limit: i64) -> Result<Read> {
        let rows = self
            .main
            .fetch_all(
                "SELECT number, kind, case_id, message_id, actor_id, data, at FROM event
                 WHERE workspace_id = $1 AND number > $2 ORDER BY number LIMIT $3",
                &[scope.workspace.into(), after.into(), limit.into()],
            )
            .await?;
        let events = rows.iter().map(read_row).collect::<Result<Vec<_>>>()?;
        match events.first() {
            Some(first) if first.number == after + 1 => Ok(Read::Events(events)),
            Some(_) => Ok(Read::Reset { last: last_of(&self.main, scope.workspace).await? }),
            None => {
                let last = last_of(&self.main, scope.workspace).await?;
                // An equal number is simply up to date; a smaller one was pruned, a greater one never existed. An event
                // that was written between the two reads comes with the next one.
                let oldest = self
                    .main
                    .fetch_one(
                        "SELECT min(number) AS oldest FROM event WHERE workspace_id = $1",
                        &[scope.workspace.into()],
                    )
                    .await?
                    .optional_int("oldest")?
                    .unwrap_or(last + 1);
                Ok(if after <= last && after + 1 >= oldest { Read::Events(Vec::new()) } else { Read::Reset { last } })
            }
        }
    }

    /// The activity of one case, newest first, at most `limit`.
    pub async fn case_events(&self, scope: &Scope, case: CaseId, limit: i64) -> Result<Vec<Event>> {
        let rows = self
            .main
            .fetch_all(
                "SELECT number, kind, case_id, message_id, actor_id, data, at FROM event
                 WHERE workspace_id = $1 AND case_id = $2 ORDER BY number DESC LIMIT $3",
                &[scope.workspace.into(), case.into(), limit.into()],
            )
            .await?;
        rows.iter().map(read_row).collect()
    }

    /// Forgets events older than the retention.
    pub async fn prune_events(&self, before: Timestamp) -> Result<u64> {
        self.work.execute("DELETE FROM event WHERE at < $1", &[before.into()]).await
    }
}
