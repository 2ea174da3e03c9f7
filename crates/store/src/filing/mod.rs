//! Filing: the one place where messages come to be. Idempotent by unique keys, in batches, one transaction a batch.
//!
//! A batch reads what it touches with a handful of statements, decides in memory with the domain's rules, and writes
//! with a handful of statements. The journal's progress is stored in the same transaction, so that a crash repeats a
//! batch, and the unique keys make the repeat harmless.

mod case_rows;
mod change;
mod conversation_rows;
mod identity_rows;
mod message_rows;
mod thread_rows;

use crate::db::{Column, Tx, Value};
use crate::error::Result;
use crate::event::{self, NewEvent};
use crate::open::Store;
use domain::Timestamp;
use domain::id::{AgentId, AppId, ChannelId, ParkedId, WorkspaceId};
use domain::item::{Change, Item};
use domain::priority::Triage;
use domain::understanding::Understanding;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What the language engine and the policy said of a message.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Labels.
    pub understanding: Understanding,
    /// Priority with its reasons.
    pub triage: Triage,
    /// First words with personal data masked, for lists.
    pub excerpt: String,
}

/// An item that is ready to be filed.
#[derive(Clone, Debug)]
pub struct FilingItem {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The app it came to.
    pub app: AppId,
    /// The network.
    pub network: String,
    /// Its delivery's place in the journal.
    pub place: Place,
    /// When its delivery came.
    pub received_at: Timestamp,
    /// What happened.
    pub item: Item,
    /// For messages.
    pub reading: Option<Reading>,
    /// Who of us wrote it, where that is known beside the item: networks do not say, a past that is taken over may.
    pub written_by: Option<AgentId>,
}

/// A delivery's place in the journal, and the item's in the delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Lane.
    pub lane: i64,
    /// Number in the lane.
    pub number: i64,
    /// Index in the delivery.
    pub item: i64,
}

/// Something that could not be read or has no channel: kept for people.
#[derive(Clone, Debug)]
pub struct ParkedItem {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The app it came to.
    pub app: AppId,
    /// The network.
    pub network: String,
    /// Where it stood.
    pub place: Place,
    /// When it came.
    pub received_at: Timestamp,
    /// Reason code.
    pub reason: String,
    /// What exactly; holds no message text.
    pub detail: String,
    /// As it came.
    pub raw: Vec<u8>,
}

/// One batch of the way of a message.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The lane it came from and the last delivery it covers; `None` for a replay of parked items.
    pub progress: Option<(i64, i64)>,
    /// Readable items.
    pub items: Vec<FilingItem>,
    /// Unreadable ones.
    pub parked: Vec<ParkedItem>,
}

/// What a batch did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filed {
    /// New messages.
    pub messages: usize,
    /// Items set aside for people.
    pub parked: usize,
    /// The last event number of each workspace that has new events.
    pub events: BTreeMap<WorkspaceId, i64>,
}

/// A channel as filing needs it.
#[derive(Clone, Debug)]
pub(crate) struct OwnAccount {
    pub(crate) id: ChannelId,
    pub(crate) app: AppId,
    pub(crate) disabled: bool,
}

/// Our accounts by (network, account id).
pub(crate) type OwnAccounts = HashMap<(String, String), OwnAccount>;

/// A new identifier, in order of time.
pub fn new_id<T: From<Uuid>>() -> T {
    T::from(Uuid::now_v7())
}

impl Store {
    /// Files one batch; everything it says is durable when this returns.
    pub async fn file(&self, batch: &Batch, now: Timestamp) -> Result<Filed> {
        let mut tx = self.work.begin().await?;
        let mut filed = Filed::default();
        let mut groups: BTreeMap<WorkspaceId, Vec<&FilingItem>> = BTreeMap::new();
        for item in &batch.items {
            groups.entry(item.workspace).or_default().push(item);
        }
        let mut parked = batch.parked.clone();
        let mut pending: Vec<(WorkspaceId, Vec<NewEvent>)> = Vec::new();
        for (workspace, items) in groups {
            let accounts = own_accounts(&mut tx, workspace).await?;
            let (known, strangers) = items.into_iter().partition(|item| has_channel(&accounts, item));
            let known: Vec<&FilingItem> = known;
            let strangers: Vec<&FilingItem> = strangers;
            for item in strangers {
                parked.push(park_stranger(item)?);
            }
            let mut events = Vec::new();
            filed.messages += message_rows::file(&mut tx, workspace, &accounts, &known, &mut events, now).await?;
            change::file(&mut tx, workspace, &accounts, &known, &mut events, now).await?;
            touch_sources(&mut tx, workspace, &accounts, &known).await?;
            pending.push((workspace, events));
        }
        filed.parked = park(&mut tx, &parked).await?;
        for parked_in in parked.iter().map(|parked| parked.workspace).collect::<std::collections::BTreeSet<_>>() {
            let event = NewEvent::of("parked.added", now);
            match pending.iter_mut().find(|(workspace, _)| *workspace == parked_in) {
                Some((_, events)) => events.push(event),
                None => pending.push((parked_in, vec![event])),
            }
        }
        if let Some((lane, up_to)) = batch.progress {
            tx.execute(
                "UPDATE journal_progress SET filed = $1 WHERE lane = $2 AND filed < $1",
                &[up_to.into(), lane.into()],
            )
            .await?;
        }
        // The workspace's counter is the last thing that is touched: nothing slow stands between it and the commit.
        for (workspace, events) in pending {
            if let Some(last) = event::append(&mut tx, workspace, &events).await? {
                filed.events.insert(workspace, last);
            }
        }
        tx.commit().await?;
        Ok(filed)
    }
}

async fn own_accounts(tx: &mut Tx, workspace: WorkspaceId) -> Result<OwnAccounts> {
    let rows = tx
        .fetch_all(
            "SELECT id, app_id, network, external_id, state FROM channel WHERE workspace_id = $1",
            &[workspace.into()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let account =
                OwnAccount { id: row.id("id")?, app: row.id("app_id")?, disabled: row.text("state")? == "disabled" };
            Ok(((row.text("network")?, row.text("external_id")?), account))
        })
        .collect()
}

/// An account id that is none of this app's channels is parked: a valid signature of one app opens no other's channels.
fn has_channel(accounts: &OwnAccounts, item: &FilingItem) -> bool {
    // What carries no work may be addressed to the app as a whole.
    if matches!(item.item.change, Change::Ignored { .. }) {
        return true;
    }
    accounts
        .get(&(item.network.clone(), item.item.account.clone()))
        .is_some_and(|account| account.app == item.app && !account.disabled)
}

fn park_stranger(item: &FilingItem) -> Result<ParkedItem> {
    let raw = serde_json::to_vec(&item.item).map_err(|error| crate::Error::Unreadable(error.to_string()))?;
    Ok(ParkedItem {
        workspace: item.workspace,
        app: item.app,
        network: item.network.clone(),
        place: item.place,
        received_at: item.received_at,
        reason: "unknown_channel".to_owned(),
        detail: format!("account {} is not a connected channel of this app", item.item.account),
        raw,
    })
}

const PARKED: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::uuid("app_id"),
    Column::text("network"),
    Column::int("lane"),
    Column::int("number"),
    Column::int("item"),
    Column::text("reason"),
    Column::text("detail"),
    Column::bytes("raw"),
    Column::time("received_at"),
];

async fn park(tx: &mut Tx, parked: &[ParkedItem]) -> Result<usize> {
    let rows: Vec<Vec<Value>> = parked
        .iter()
        .map(|item| {
            vec![
                item.workspace.into(),
                new_id::<ParkedId>().into(),
                item.app.into(),
                (&item.network).into(),
                item.place.lane.into(),
                item.place.number.into(),
                item.place.item.into(),
                (&item.reason).into(),
                item.detail.replace('\0', "\u{fffd}").into(),
                item.raw.clone().into(),
                item.received_at.into(),
            ]
        })
        .collect();
    let added = tx.insert_many("parked", PARKED, &rows, "ON CONFLICT DO NOTHING").await?;
    Ok(usize::try_from(added).unwrap_or(usize::MAX))
}

const SOURCE: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("channel_id"),
    Column::text("source"),
    Column::time("last_attempt_at"),
    Column::time("last_success_at"),
    Column::time("last_item_at"),
];

/// The ledger's line for deliveries: a channel that has just been heard is alive.
async fn touch_sources(
    tx: &mut Tx,
    workspace: WorkspaceId,
    accounts: &OwnAccounts,
    items: &[&FilingItem],
) -> Result<()> {
    let mut newest: BTreeMap<ChannelId, Timestamp> = BTreeMap::new();
    for item in items {
        if let Some(account) = accounts.get(&(item.network.clone(), item.item.account.clone())) {
            let at = newest.entry(account.id).or_insert(item.received_at);
            *at = (*at).max(item.received_at);
        }
    }
    let rows: Vec<Vec<Value>> = newest
        .into_iter()
        .map(|(channel, at)| {
            vec![workspace.into(), channel.into(), "deliveries".into(), at.into(), at.into(), at.into()]
        })
        .collect();
    tx.insert_many(
        "source",
        SOURCE,
        &rows,
        "ON CONFLICT (workspace_id, channel_id, source) DO UPDATE SET last_attempt_at = excluded.last_attempt_at,
         last_success_at = excluded.last_success_at, last_item_at = excluded.last_item_at, last_error = NULL",
    )
    .await?;
    Ok(())
}

pub(crate) use change::erase as erase_message;
pub use message_rows::Entities;
