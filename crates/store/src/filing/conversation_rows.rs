//! Conversations of a batch: the one each message belongs to, found or begun.

use super::identity_rows::IdentityRow;
use super::new_id;
use crate::db::{Column, Tx, Value, json_rows, rows_from};
use crate::error::{Error, Result};
use domain::Timestamp;
use domain::id::{CaseId, ChannelId, ConversationId, IdentityId, ThreadId, WorkspaceId};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Silence after which a private conversation begins anew: seven days, as a distance of positions.
pub(crate) const PRIVATE_SILENCE: i64 = (7 * 24 * 60 * 60 * 1000) << 19;

/// What a conversation is about: one identity in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Place {
    Thread(ThreadId, IdentityId),
    Channel(ChannelId, IdentityId),
}

impl Place {
    fn identity(self) -> IdentityId {
        match self {
            Self::Thread(_, identity) | Self::Channel(_, identity) => identity,
        }
    }
}

/// A conversation as filing needs it.
#[derive(Clone, Debug)]
pub(super) struct ConversationRow {
    pub(super) id: ConversationId,
    pub(super) case: CaseId,
    pub(super) last_inbound: i64,
    pub(super) last_outbound: i64,
    round: i64,
    previous: Option<ConversationId>,
    network: String,
    place: Place,
    pub(super) new: bool,
    changed: bool,
}

impl ConversationRow {
    fn last(&self) -> i64 {
        self.last_inbound.max(self.last_outbound)
    }
}

/// All conversations that a batch touches.
#[derive(Default)]
pub(super) struct Conversations {
    rows: Vec<ConversationRow>,
    by_place: HashMap<Place, Vec<usize>>,
}

const THREAD_KEYS: &[Column] = &[Column::uuid("thread_id"), Column::uuid("identity_id")];
const CHANNEL_KEYS: &[Column] = &[Column::uuid("channel_id"), Column::uuid("identity_id")];
const CONVERSATION: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::uuid("case_id"),
    Column::text("network"),
    Column::bool("private"),
    Column::uuid("thread_id"),
    Column::uuid("channel_id"),
    Column::uuid("identity_id"),
    Column::int("round"),
    Column::uuid("previous_id"),
    Column::int("last_inbound"),
    Column::int("last_outbound"),
    Column::time("created_at"),
];
const PROGRESS: &[Column] = &[Column::uuid("id"), Column::int("last_inbound"), Column::int("last_outbound")];

impl Conversations {
    /// Reads the conversations that stand at these places.
    pub(super) async fn load(tx: &mut Tx, workspace: WorkspaceId, places: &BTreeSet<Place>) -> Result<Self> {
        let mut found = Self::default();
        let threads: Vec<Vec<Value>> = places
            .iter()
            .filter_map(|place| match place {
                Place::Thread(thread, identity) => Some(vec![(*thread).into(), (*identity).into()]),
                Place::Channel(..) => None,
            })
            .collect();
        let channels: Vec<Vec<Value>> = places
            .iter()
            .filter_map(|place| match place {
                Place::Channel(channel, identity) => Some(vec![(*channel).into(), (*identity).into()]),
                Place::Thread(..) => None,
            })
            .collect();
        found.read(tx, workspace, "thread_id", "c.thread_id IS NOT NULL", THREAD_KEYS, &threads).await?;
        found.read(tx, workspace, "channel_id", "c.thread_id IS NULL", CHANNEL_KEYS, &channels).await?;
        Ok(found)
    }

    async fn read(
        &mut self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        column: &str,
        which: &str,
        keys: &[Column],
        rows: &[Vec<Value>],
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let engine = tx.engine();
        let cell = |index: usize| keys.get(index).map(|key| key.expression(engine, index)).unwrap_or_default();
        let sql = format!(
            "SELECT c.id, c.case_id, c.network, c.thread_id, c.channel_id, c.identity_id, c.round, c.previous_id, c.last_inbound,
                    c.last_outbound
             FROM {} CROSS JOIN conversation c
             WHERE c.workspace_id = $2 AND c.{column} = {} AND c.identity_id = {} AND {which} ORDER BY c.round",
            rows_from(engine, 1),
            cell(0),
            cell(1)
        );
        for row in tx.fetch_all(&sql, &[json_rows(keys, rows, engine), workspace.into()]).await? {
            let identity: IdentityId = row.id("identity_id")?;
            let place = match row.optional_id("thread_id")? {
                Some(thread) => Place::Thread(thread, identity),
                None => Place::Channel(row.id("channel_id")?, identity),
            };
            self.push(ConversationRow {
                id: row.id("id")?,
                case: row.id("case_id")?,
                last_inbound: row.int("last_inbound")?,
                last_outbound: row.int("last_outbound")?,
                round: row.int("round")?,
                previous: row.optional_id("previous_id")?,
                network: row.text("network")?,
                place,
                new: false,
                changed: false,
            });
        }
        Ok(())
    }

    fn push(&mut self, row: ConversationRow) -> usize {
        let index = self.rows.len();
        self.by_place.entry(row.place).or_default().push(index);
        self.rows.push(row);
        index
    }

    /// The conversation that a message at `position` belongs to; begun when there is none, or after silence in private.
    pub(super) fn of(&mut self, place: Place, network: &str, position: i64) -> ConversationRow {
        let latest = self
            .by_place
            .get(&place)
            .and_then(|indexes| indexes.last())
            .and_then(|index| self.rows.get(*index))
            .cloned();
        let anew = match (&latest, place) {
            (None, _) => true,
            (Some(latest), Place::Channel(..)) => position > latest.last().saturating_add(PRIVATE_SILENCE),
            (Some(_), Place::Thread(..)) => false,
        };
        match latest {
            Some(latest) if !anew => latest,
            previous => {
                let row = ConversationRow {
                    id: new_id(),
                    case: new_id(),
                    last_inbound: 0,
                    last_outbound: 0,
                    round: previous.as_ref().map_or(0, |previous| previous.round + 1),
                    previous: previous.map(|previous| previous.id),
                    network: network.to_owned(),
                    place,
                    new: true,
                    changed: false,
                };
                self.push(row.clone());
                row
            }
        }
    }

    /// Notes that a message joined.
    pub(super) fn joined(&mut self, id: ConversationId, position: i64, outbound: bool) {
        if let Some(row) = self.rows.iter_mut().rev().find(|row| row.id == id) {
            let last = if outbound { &mut row.last_outbound } else { &mut row.last_inbound };
            if position > *last {
                *last = position;
                row.changed = true;
            }
        }
    }

    /// The existing cases behind the loaded conversations.
    pub(super) fn known_cases(&self) -> BTreeSet<CaseId> {
        self.rows.iter().filter(|row| !row.new).map(|row| row.case).collect()
    }

    /// Writes what is new and what moved.
    pub(super) async fn write(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        used: &HashSet<ConversationId>,
        now: Timestamp,
    ) -> Result<()> {
        let mut rows = Vec::new();
        let mut moved = Vec::new();
        for row in self.rows.iter().filter(|row| used.contains(&row.id)) {
            if row.new {
                let (thread, channel) = match row.place {
                    Place::Thread(thread, _) => (Some(thread), None),
                    Place::Channel(channel, _) => (None, Some(channel)),
                };
                rows.push(vec![
                    workspace.into(),
                    row.id.into(),
                    row.case.into(),
                    (&row.network).into(),
                    thread.is_none().into(),
                    thread.into(),
                    channel.into(),
                    row.place.identity().into(),
                    row.round.into(),
                    row.previous.into(),
                    row.last_inbound.into(),
                    row.last_outbound.into(),
                    now.into(),
                ]);
            } else if row.changed {
                moved.push(vec![row.id.into(), row.last_inbound.into(), row.last_outbound.into()]);
            }
        }
        let added = tx.insert_many("conversation", CONVERSATION, &rows, "ON CONFLICT DO NOTHING").await?;
        if usize::try_from(added) != Ok(rows.len()) {
            // A person began the same conversation a moment ago; the batch is read again from the start.
            return Err(Error::Conflict("conversation"));
        }
        tx.update_many("conversation", "id", PROGRESS, &moved, workspace).await?;
        Ok(())
    }
}

/// The name and contact behind an identity, for a new case.
pub(super) fn owner(identities: &HashMap<IdentityId, IdentityRow>, identity: IdentityId) -> Result<&IdentityRow> {
    identities.get(&identity).ok_or_else(|| Error::Unreadable("a conversation without its identity".to_owned()))
}
