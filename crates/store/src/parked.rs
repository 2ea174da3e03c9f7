//! Parked deliveries: what could not be read or has no channel, kept until a person settles it.

use crate::db::Row;
use crate::error::{Error, Result};
use crate::event::{self, NewEvent};
use crate::journal::{self, NewDelivery, PRIVATE_LANE};
use crate::open::Store;
use domain::Timestamp;
use domain::id::{AgentId, AppId, ParkedId};
use domain::people::Scope;
use serde::Serialize;

/// A parked item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parked {
    /// Which.
    pub id: ParkedId,
    /// The app it came to.
    pub app: AppId,
    /// Network by id.
    pub network: String,
    /// Why it was parked, e.g. `unknown_event`, `unknown_channel`.
    pub reason: String,
    /// What exactly; holds no message text.
    pub detail: String,
    /// When it came.
    pub received_at: Timestamp,
    /// `replayed` or `dismissed`; `None` while it waits for a person.
    pub settled: Option<String>,
    /// When it was settled.
    pub settled_at: Option<Timestamp>,
    /// By whom.
    pub settled_by: Option<AgentId>,
    /// Size of the raw item in bytes.
    pub bytes: i64,
}

const COLUMNS: &str =
    "id, app_id, network, reason, detail, received_at, settled, settled_at, settled_by, length(raw) AS bytes";

fn read(row: &Row) -> Result<Parked> {
    Ok(Parked {
        id: row.id("id")?,
        app: row.id("app_id")?,
        network: row.text("network")?,
        reason: row.text("reason")?,
        detail: row.text("detail")?,
        received_at: row.time("received_at")?,
        settled: row.optional_text("settled")?,
        settled_at: row.optional_time("settled_at")?,
        settled_by: row.optional_id("settled_by")?,
        bytes: row.int("bytes")?,
    })
}

impl Store {
    /// Parked items that wait for a person, oldest first, those after an id.
    pub async fn parked(&self, scope: &Scope, after: Option<ParkedId>, limit: i64) -> Result<Vec<Parked>> {
        // Ids are in order of time.
        let rows = self
            .main
            .fetch_all(
                &format!(
                    "SELECT {COLUMNS} FROM parked WHERE workspace_id = $1 AND settled IS NULL AND id > $2 ORDER BY id LIMIT $3"
                )
                .replace("length(raw)", self.engine().pick("length(raw)", "length(raw)::bigint")),
                &[scope.workspace.into(), after.unwrap_or(ParkedId(uuid::Uuid::nil())).into(), limit.into()],
            )
            .await?;
        rows.iter().map(read).collect()
    }

    /// How many wait, to 1000.
    pub async fn parked_count(&self, scope: &Scope) -> Result<i64> {
        self.main
            .fetch_one(
                "SELECT count(*) AS found FROM (SELECT 1 AS one FROM parked WHERE workspace_id = $1 AND settled IS NULL LIMIT 1000) AS counted",
                &[scope.workspace.into()],
            )
            .await?
            .int("found")
    }

    /// The raw bytes of a parked item.
    pub async fn parked_raw(&self, scope: &Scope, id: ParkedId) -> Result<Vec<u8>> {
        self.main
            .fetch_one(
                "SELECT raw FROM parked WHERE workspace_id = $1 AND id = $2",
                &[scope.workspace.into(), id.into()],
            )
            .await?
            .bytes("raw")
    }

    /// Sends a parked item on its way again: its delivery goes into the journal anew (the raw item alone, when the
    /// delivery is no longer kept). What was filed of that delivery already stays as it is, by its unique keys.
    ///
    /// # Errors
    /// [`Error::Conflict`] `settled` when a person has settled it already.
    pub async fn replay_parked(&self, scope: &Scope, id: ParkedId, now: Timestamp) -> Result<()> {
        let row = self
            .main
            .fetch_one(
                "SELECT app_id, network, lane, number, raw, received_at, settled FROM parked WHERE workspace_id = $1 AND id = $2",
                &[scope.workspace.into(), id.into()],
            )
            .await?;
        if row.optional_text("settled")?.is_some() {
            return Err(Error::Conflict("settled"));
        }
        let (lane, number) = (row.int("lane")?, row.int("number")?);
        let kept = self
            .journal
            .fetch_optional(
                "SELECT body FROM delivery WHERE lane = $1 AND number = $2 AND workspace_id = $3",
                &[lane.into(), number.into(), scope.workspace.into()],
            )
            .await?;
        let body = match kept {
            Some(kept) => kept.bytes("body")?,
            None => row.bytes("raw")?,
        };
        let delivery = NewDelivery {
            workspace: scope.workspace,
            app: row.id("app_id")?,
            network: row.text("network")?,
            received_at: row.time("received_at")?,
            private: lane == PRIVATE_LANE,
            body: body.into(),
        };
        // First the journal, then the mark: a crash between the two repeats, and the unique keys make repeats harmless.
        journal::append(&self.journal, &[delivery], &[], now).await?;
        self.settle_parked(scope, id, "replayed", now).await
    }

    /// Says that nothing is to be done.
    pub async fn dismiss_parked(&self, scope: &Scope, id: ParkedId, now: Timestamp) -> Result<()> {
        self.settle_parked(scope, id, "dismissed", now).await
    }

    async fn settle_parked(&self, scope: &Scope, id: ParkedId, how: &'static str, now: Timestamp) -> Result<()> {
        let mut tx = self.main.begin().await?;
        let touched = tx
            .execute(
                "UPDATE parked SET settled = $3, settled_at = $4, settled_by = $5 WHERE workspace_id = $1 AND id = $2 AND settled IS NULL",
                &[scope.workspace.into(), id.into(), how.into(), now.into(), scope.agent().into()],
            )
            .await?;
        if touched == 0 {
            let known = tx
                .fetch_optional(
                    "SELECT 1 AS one FROM parked WHERE workspace_id = $1 AND id = $2",
                    &[scope.workspace.into(), id.into()],
                )
                .await?;
            return Err(if known.is_some() { Error::Conflict("settled") } else { Error::NotFound });
        }
        let event = NewEvent::of("parked.settled", now).by(scope).data(serde_json::json!({ "parked": id, "how": how }));
        event::append(&mut tx, scope.workspace, &[event]).await?;
        tx.commit().await
    }
}
