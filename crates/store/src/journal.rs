//! The journal: every delivery as it came, durable before it is acknowledged, in order per lane.

use crate::db::{Column, Db, Engine, Tx, Value, json_rows};
use crate::error::Result;
use crate::open::Store;
use domain::Timestamp;
use domain::id::{AppId, ChannelId, WorkspaceId};
use std::sync::Arc;

/// The lane that is filed first: deliveries that the envelope alone shows to be private.
pub const PRIVATE_LANE: i64 = 0;
/// Everything else.
pub const PUBLIC_LANE: i64 = 1;

/// A delivery before it has a place.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The app it came to.
    pub app: AppId,
    /// The network.
    pub network: String,
    /// When it came.
    pub received_at: Timestamp,
    /// Whether it is filed before public ones.
    pub private: bool,
    /// As it came, byte for byte.
    pub body: Arc<[u8]>,
}

/// A delivery in the journal.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Which lane.
    pub lane: i64,
    /// Its number in the lane, from 1, without gaps.
    pub number: i64,
    /// Whose.
    pub workspace: WorkspaceId,
    /// The app it came to.
    pub app: AppId,
    /// The network.
    pub network: String,
    /// When it came.
    pub received_at: Timestamp,
    /// As it came.
    pub body: Vec<u8>,
}

/// A poll's new cursor, stored together with what the poll brought.
#[derive(Clone, Debug)]
pub struct CursorMove {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Which account.
    pub channel: ChannelId,
    /// Which source of it.
    pub source: String,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// Appends deliveries (and cursor moves) in one transaction: when this returns, they survive a power cut.
pub async fn append(journal: &Db, deliveries: &[NewDelivery], cursors: &[CursorMove], now: Timestamp) -> Result<()> {
    let mut tx = journal.begin().await?;
    for lane in [PRIVATE_LANE, PUBLIC_LANE] {
        let of_lane: Vec<&NewDelivery> = deliveries.iter().filter(|delivery| lane_of(delivery) == lane).collect();
        if of_lane.is_empty() {
            continue;
        }
        let count = i64::try_from(of_lane.len()).unwrap_or(i64::MAX);
        let row = tx
            .fetch_one(
                "UPDATE journal_head SET last = last + $1 WHERE lane = $2 RETURNING last",
                &[count.into(), lane.into()],
            )
            .await?;
        let first = row.int("last")? - count + 1;
        insert(&mut tx, lane, first, &of_lane).await?;
    }
    for cursor in cursors {
        tx.execute(
            "INSERT INTO poll_cursor (workspace_id, channel_id, source, cursor, updated_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (workspace_id, channel_id, source) DO UPDATE SET cursor = excluded.cursor, updated_at = excluded.updated_at",
            &[cursor.workspace.into(), cursor.channel.into(), (&cursor.source).into(), cursor.cursor.clone().into(), now.into()],
        )
        .await?;
    }
    tx.commit().await
}

fn lane_of(delivery: &NewDelivery) -> i64 {
    if delivery.private { PRIVATE_LANE } else { PUBLIC_LANE }
}

const DELIVERY: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("app_id"),
    Column::text("network"),
    Column::time("received_at"),
    // Where the body stands among the bodies of the statement, from 1.
    Column::int("start"),
    Column::int("length"),
];

/// One statement whatever the number of deliveries: its rows are one JSON parameter, its bodies one parameter of bytes.
/// A statement a row costs a round trip to the database each, and hex in JSON would double the bodies.
async fn insert(tx: &mut Tx, lane: i64, first: i64, deliveries: &[&NewDelivery]) -> Result<()> {
    let engine = tx.engine();
    let mut bodies = Vec::with_capacity(deliveries.iter().map(|delivery| delivery.body.len()).sum());
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        let length = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
        rows.push(vec![
            delivery.workspace.into(),
            delivery.app.into(),
            (&delivery.network).into(),
            delivery.received_at.into(),
            (length(bodies.len()) + 1).into(),
            length(delivery.body.len()).into(),
        ]);
        bodies.extend_from_slice(&delivery.body);
    }
    let cell = |index: usize| DELIVERY.get(index).map(|column| column.expression(engine, index)).unwrap_or_default();
    let (source, place) = engine.pick(
        ("(SELECT key AS place, value AS row_value FROM json_each($1)) AS batch", "batch.place"),
        ("jsonb_array_elements($1) WITH ORDINALITY AS batch(row_value, place)", "batch.place - 1"),
    );
    // substr() takes integers on PostgreSQL; a group of bodies is some megabytes.
    let body = engine.pick(
        format!("substr($2, {}, {})", cell(4), cell(5)),
        format!("substr($2, ({})::integer, ({})::integer)", cell(4), cell(5)),
    );
    let sql = format!(
        "INSERT INTO delivery (lane, number, workspace_id, app_id, network, received_at, body)
         SELECT $3, $4 + {place}, {}, {}, {}, {}, {body} FROM {source}",
        cell(0),
        cell(1),
        cell(2),
        cell(3),
    );
    tx.execute(&sql, &[json_rows(DELIVERY, &rows, engine), bodies.into(), lane.into(), first.into()]).await?;
    Ok(())
}

impl Store {
    /// The deliveries after `after` in a lane, oldest first.
    pub async fn deliveries(&self, lane: i64, after: i64, limit: i64) -> Result<Vec<Delivery>> {
        let rows = self
            .journal
            .fetch_all(
                "SELECT lane, number, workspace_id, app_id, network, received_at, body FROM delivery
                 WHERE lane = $1 AND number > $2 ORDER BY number LIMIT $3",
                &[lane.into(), after.into(), limit.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Delivery {
                    lane: row.int("lane")?,
                    number: row.int("number")?,
                    workspace: row.id("workspace_id")?,
                    app: row.id("app_id")?,
                    network: row.text("network")?,
                    received_at: row.time("received_at")?,
                    body: row.bytes("body")?,
                })
            })
            .collect()
    }

    /// How many deliveries of a lane are not filed yet, and when the oldest of them came.
    pub async fn backlog(&self, lane: i64) -> Result<(i64, Option<Timestamp>)> {
        let filed = self.journal_filed(lane).await?;
        let waiting = (self.journal_head(lane).await? - filed).max(0);
        let oldest = self
            .journal
            .fetch_optional(
                "SELECT received_at FROM delivery WHERE lane = $1 AND number > $2 ORDER BY number LIMIT 1",
                &[lane.into(), filed.into()],
            )
            .await?;
        Ok((waiting, oldest.map_or(Ok(None), |row| row.optional_time("received_at"))?))
    }

    /// The last number of a lane.
    pub async fn journal_head(&self, lane: i64) -> Result<i64> {
        self.journal.fetch_one("SELECT last FROM journal_head WHERE lane = $1", &[lane.into()]).await?.int("last")
    }

    /// How far a lane has been filed.
    pub async fn journal_filed(&self, lane: i64) -> Result<i64> {
        self.work.fetch_one("SELECT filed FROM journal_progress WHERE lane = $1", &[lane.into()]).await?.int("filed")
    }

    /// The cursor of a poll.
    pub async fn poll_cursor(
        &self,
        workspace: WorkspaceId,
        channel: ChannelId,
        source: &str,
    ) -> Result<Option<String>> {
        let row = self
            .journal
            .fetch_optional(
                "SELECT cursor FROM poll_cursor WHERE workspace_id = $1 AND channel_id = $2 AND source = $3",
                &[workspace.into(), channel.into(), source.into()],
            )
            .await?;
        row.map_or(Ok(None), |row| row.optional_text("cursor"))
    }

    /// Removes filed deliveries that are older than the retention; the number removed.
    pub async fn prune_journal(&self, before: Timestamp) -> Result<u64> {
        let mut removed = 0;
        for lane in [PRIVATE_LANE, PUBLIC_LANE] {
            let filed = self.journal_filed(lane).await?;
            removed += self
                .journal
                .execute(
                    "DELETE FROM delivery WHERE lane = $1 AND number <= $2 AND received_at < $3",
                    &[lane.into(), filed.into(), before.into()],
                )
                .await?;
        }
        Ok(removed)
    }
}

/// Opens a local journal beside a lost PostgreSQL (`intake.db` in the data folder).
pub async fn open_local(data: &std::path::Path) -> Result<Db> {
    let db = crate::open::sqlite_journal(&data.join("intake.db")).await?;
    debug_assert_eq!(db.engine(), Engine::Sqlite);
    crate::db::migrate(&db, "journal_migration", crate::open::JOURNAL).await?;
    Ok(db)
}

/// Takes deliveries out of the local journal: everything after `after`, as new deliveries for the database.
pub async fn read_local(local: &Db, lane: i64, after: i64, limit: i64) -> Result<Vec<(i64, NewDelivery)>> {
    let rows = local
        .fetch_all(
            "SELECT number, workspace_id, app_id, network, received_at, body FROM delivery WHERE lane = $1 AND number > $2
             ORDER BY number LIMIT $3",
            &[lane.into(), after.into(), limit.into()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let delivery = NewDelivery {
                workspace: row.id("workspace_id")?,
                app: row.id("app_id")?,
                network: row.text("network")?,
                received_at: row.time("received_at")?,
                private: lane == PRIVATE_LANE,
                body: row.bytes("body")?.into(),
            };
            Ok((row.int("number")?, delivery))
        })
        .collect()
}

/// Forgets deliveries of the local journal up to a number, after the database has them.
pub async fn forget_local(local: &Db, lane: i64, up_to: i64) -> Result<()> {
    local.execute("DELETE FROM delivery WHERE lane = $1 AND number <= $2", &[lane.into(), up_to.into()]).await?;
    Ok(())
}

/// Bytes that the local journal holds, for its bound.
pub async fn local_bytes(local: &Db) -> Result<i64> {
    local.fetch_one("SELECT coalesce(sum(length(body)), 0) AS bytes FROM delivery", &[]).await?.int("bytes")
}
