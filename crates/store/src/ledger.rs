//! The ledger: per channel and source the last attempt, the last success, and the gaps that must be closed.

use crate::db::Row;
use crate::error::Result;
use crate::open::Store;
use domain::Timestamp;
use domain::id::{ChannelId, GapId, WorkspaceId};
use domain::people::Scope;
use serde::Serialize;

/// One line of the ledger.
#[derive(Clone, Debug, Serialize)]
pub struct Source {
    /// The account.
    pub channel: ChannelId,
    /// `deliveries` for webhooks, else the name of the polled source.
    pub source: String,
    /// Last try.
    pub last_attempt_at: Option<Timestamp>,
    /// Last try that went well, or last delivery.
    pub last_success_at: Option<Timestamp>,
    /// Last time something came.
    pub last_item_at: Option<Timestamp>,
    /// What the network said at the last failure.
    pub last_error: Option<String>,
    /// Not before then, when the network asked for a pause.
    pub retry_at: Option<Timestamp>,
}

/// A stretch of time for which a source may have missed items.
#[derive(Clone, Debug, Serialize)]
pub struct Gap {
    /// Which.
    pub id: GapId,
    /// The account.
    pub channel: ChannelId,
    /// The source.
    pub source: String,
    /// From.
    pub from_at: Timestamp,
    /// Until.
    pub to_at: Timestamp,
    /// Why it is thought to be a gap: `downtime`, `journal_full`, `silence`.
    pub reason: String,
    /// How it was closed: `replay`, `poll`.
    pub closed_by: Option<String>,
    /// When.
    pub closed_at: Option<Timestamp>,
    /// Whether the network's history ended before the gap did; its minutes are shown for ever.
    pub lost: bool,
}

fn read_source(row: &Row) -> Result<Source> {
    Ok(Source {
        channel: row.id("channel_id")?,
        source: row.text("source")?,
        last_attempt_at: row.optional_time("last_attempt_at")?,
        last_success_at: row.optional_time("last_success_at")?,
        last_item_at: row.optional_time("last_item_at")?,
        last_error: row.optional_text("last_error")?,
        retry_at: row.optional_time("retry_at")?,
    })
}

fn read_gap(row: &Row) -> Result<Gap> {
    Ok(Gap {
        id: row.id("id")?,
        channel: row.id("channel_id")?,
        source: row.text("source")?,
        from_at: row.time("from_at")?,
        to_at: row.time("to_at")?,
        reason: row.text("reason")?,
        closed_by: row.optional_text("closed_by")?,
        closed_at: row.optional_time("closed_at")?,
        lost: row.bool("lost")?,
    })
}

const GAP: &str = "SELECT id, channel_id, source, from_at, to_at, reason, closed_by, closed_at, lost FROM source_gap";

impl Store {
    /// The ledger's lines of the workspace.
    pub async fn sources(&self, scope: &Scope) -> Result<Vec<Source>> {
        let rows = self
            .main
            .fetch_all(
                "SELECT channel_id, source, last_attempt_at, last_success_at, last_item_at, last_error, retry_at FROM source
                 WHERE workspace_id = $1 ORDER BY channel_id, source",
                &[scope.workspace.into()],
            )
            .await?;
        rows.iter().map(read_source).collect()
    }

    /// The gaps of the workspace, newest first, at most 200.
    pub async fn gaps(&self, scope: &Scope) -> Result<Vec<Gap>> {
        let rows = self
            .main
            .fetch_all(
                &format!("{GAP} WHERE workspace_id = $1 ORDER BY from_at DESC LIMIT 200"),
                &[scope.workspace.into()],
            )
            .await?;
        rows.iter().map(read_gap).collect()
    }

    /// The open gaps of one channel, oldest first.
    pub async fn open_gaps(&self, workspace: WorkspaceId, channel: ChannelId) -> Result<Vec<Gap>> {
        let rows = self
            .work
            .fetch_all(
                &format!("{GAP} WHERE workspace_id = $1 AND channel_id = $2 AND closed_at IS NULL AND lost = $3 ORDER BY from_at"),
                &[workspace.into(), channel.into(), false.into()],
            )
            .await?;
        rows.iter().map(read_gap).collect()
    }

    /// Notes a gap.
    pub async fn open_gap(
        &self,
        workspace: WorkspaceId,
        channel: ChannelId,
        source: &str,
        from: Timestamp,
        to: Timestamp,
        reason: &str,
    ) -> Result<GapId> {
        let id: GapId = crate::filing::new_id();
        self.work
            .execute(
                "INSERT INTO source_gap (workspace_id, id, channel_id, source, from_at, to_at, reason, lost) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                &[workspace.into(), id.into(), channel.into(), source.into(), from.into(), to.into(), reason.into(), false.into()],
            )
            .await?;
        Ok(id)
    }

    /// Closes a gap, or marks it as lost when the network has no older history.
    pub async fn close_gap(
        &self,
        workspace: WorkspaceId,
        gap: GapId,
        by: &str,
        lost: bool,
        now: Timestamp,
    ) -> Result<()> {
        self.work
            .execute(
                "UPDATE source_gap SET closed_by = $3, closed_at = $4, lost = $5 WHERE workspace_id = $1 AND id = $2 AND closed_at IS NULL",
                &[workspace.into(), gap.into(), by.into(), (!lost).then_some(now).into(), lost.into()],
            )
            .await?;
        Ok(())
    }

    /// Notes a poll that went well.
    pub async fn source_succeeded(
        &self,
        workspace: WorkspaceId,
        channel: ChannelId,
        source: &str,
        items: bool,
        now: Timestamp,
    ) -> Result<()> {
        self.work
            .execute(
                "INSERT INTO source (workspace_id, channel_id, source, last_attempt_at, last_success_at, last_item_at) VALUES ($1, $2, $3, $4, $4, $5)
                 ON CONFLICT (workspace_id, channel_id, source) DO UPDATE SET last_attempt_at = excluded.last_attempt_at,
                     last_success_at = excluded.last_success_at, last_item_at = coalesce(excluded.last_item_at, source.last_item_at),
                     last_error = NULL, retry_at = NULL",
                &[workspace.into(), channel.into(), source.into(), now.into(), items.then_some(now).into()],
            )
            .await?;
        Ok(())
    }

    /// Notes a poll that failed, with the network's words.
    pub async fn source_failed(
        &self,
        workspace: WorkspaceId,
        channel: ChannelId,
        source: &str,
        error: &str,
        retry_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<()> {
        self.work
            .execute(
                "INSERT INTO source (workspace_id, channel_id, source, last_attempt_at, last_error, retry_at) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (workspace_id, channel_id, source) DO UPDATE SET last_attempt_at = excluded.last_attempt_at,
                     last_error = excluded.last_error, retry_at = excluded.retry_at",
                &[workspace.into(), channel.into(), source.into(), now.into(), error.into(), retry_at.into()],
            )
            .await?;
        Ok(())
    }
}

impl Store {
    /// Notes that the product is up.
    pub async fn note_alive(&self, now: Timestamp) -> Result<()> {
        self.work
            .execute(
                "INSERT INTO lease (name, holder, until) VALUES ('alive', '', $1) ON CONFLICT (name) DO UPDATE SET until = excluded.until",
                &[now.into()],
            )
            .await?;
        Ok(())
    }

    /// When the product was last up; `None` before the first start.
    pub async fn last_alive(&self) -> Result<Option<Timestamp>> {
        let row = self.work.fetch_optional("SELECT until FROM lease WHERE name = 'alive'", &[]).await?;
        row.map_or(Ok(None), |row| row.optional_time("until"))
    }

    /// Adds to the cost meter of an app; `micros` are millionths of a US dollar, `day` is `YYYY-MM-DD` in UTC.
    pub async fn add_cost(
        &self,
        workspace: WorkspaceId,
        app: domain::id::AppId,
        day: &str,
        what: &str,
        count: i64,
        micros: i64,
    ) -> Result<()> {
        self.work
            .execute(
                "INSERT INTO cost (workspace_id, app_id, day, what, count, micros) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (workspace_id, app_id, day, what)
                 DO UPDATE SET count = cost.count + excluded.count, micros = cost.micros + excluded.micros",
                &[workspace.into(), app.into(), day.into(), what.into(), count.into(), micros.into()],
            )
            .await?;
        Ok(())
    }
}
