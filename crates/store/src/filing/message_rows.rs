//! Messages of a batch: each stored once, however many of our accounts received it and however often it came.

use super::case_rows::{self, CaseRow, Origin};
use super::conversation_rows::{Conversations, Place, owner};
use super::identity_rows::{self, IdentityKey, IdentityRow};
use super::thread_rows::{self, ThreadKey};
use super::{FilingItem, OwnAccounts, Reading, change, new_id};
use crate::db::{Column, Tx, Value, json_rows, rows_from};
use crate::error::{Error, Result};
use crate::event::NewEvent;
use domain::Timestamp;
use domain::case_state::Arrival;
use domain::id::{AgentId, CaseId, ChannelId, ConversationId, IdentityId, MessageId, ThreadId, WorkspaceId};
use domain::item::{Author, Change, IncomingMessage, Link, Media, Mentioned};
use domain::position::{counter_of, position};
use domain::vocabulary::{Direction, SendState};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What stands in a text beside its words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entities {
    /// Accounts named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mentioned>,
    /// Links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Media.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// Who of a private group wrote it; the conversation is with the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<Author>,
}

impl Entities {
    /// What stands beside the words of this message.
    pub(super) fn of(message: &IncomingMessage) -> Self {
        Self {
            mentions: message.mentions.clone(),
            links: message.links.clone(),
            media: message.media.clone(),
            speaker: group(message).map(|_| message.author.clone()),
        }
    }
}

/// The unique key of a message inside a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct MessageKey {
    pub(super) network: String,
    pub(super) scope: String,
    pub(super) external_id: String,
}

/// One message of the batch, with everything that was delivered about it.
pub(super) struct Incoming<'a> {
    pub(super) key: MessageKey,
    pub(super) filing: &'a FilingItem,
    pub(super) message: &'a IncomingMessage,
    pub(super) seen_by: BTreeSet<ChannelId>,
    /// Which of our accounts wrote it.
    pub(super) own: Option<ChannelId>,
    pub(super) position: i64,
}

impl Incoming<'_> {
    /// Who of us wrote it, when that is known; never of what others wrote.
    fn written_by(&self) -> Option<AgentId> {
        self.own.and(self.filing.written_by)
    }
}

/// A message that is stored already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) id: MessageId,
    /// Whether the id is that of an earlier version.
    pub(super) earlier: bool,
}

const KEYS: &[Column] = &[Column::text("network"), Column::text("scope"), Column::text("external_id")];

/// Looks up messages by their own ids and by those of their earlier versions.
pub(super) async fn find(
    tx: &mut Tx,
    workspace: WorkspaceId,
    keys: &BTreeSet<MessageKey>,
) -> Result<HashMap<MessageKey, Known>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let engine = tx.engine();
    let cell = |index: usize| KEYS.get(index).map(|column| column.expression(engine, index)).unwrap_or_default();
    let rows: Vec<Vec<Value>> =
        keys.iter().map(|key| vec![(&key.network).into(), (&key.scope).into(), (&key.external_id).into()]).collect();
    let values = [json_rows(KEYS, &rows, engine), workspace.into()];
    let (network, scope, external) = (cell(0), cell(1), cell(2));
    let batch = rows_from(engine, 1);
    let current = format!(
        "SELECT m.id, m.network, m.scope, m.external_id FROM {batch} CROSS JOIN message m
         WHERE m.workspace_id = $2 AND m.network = {network} AND m.scope = {scope} AND m.external_id = {external}"
    );
    let versions = format!(
        "SELECT m.id, m.network, m.scope, v.external_id FROM {batch} CROSS JOIN message_version v
         JOIN message m ON m.workspace_id = v.workspace_id AND m.id = v.message_id
         WHERE v.workspace_id = $2 AND v.external_id = {external} AND m.network = {network} AND m.scope = {scope}"
    );
    let mut found = HashMap::new();
    for (sql, earlier) in [(versions, true), (current, false)] {
        for row in tx.fetch_all(&sql, &values).await? {
            let key = MessageKey {
                network: row.text("network")?,
                scope: row.text("scope")?,
                external_id: row.text("external_id")?,
            };
            found.insert(key, Known { id: row.id("id")?, earlier });
        }
    }
    Ok(found)
}

fn collect<'a>(accounts: &OwnAccounts, items: &[&'a FilingItem]) -> BTreeMap<MessageKey, Incoming<'a>> {
    let mut incoming: BTreeMap<MessageKey, Incoming<'a>> = BTreeMap::new();
    for filing in items {
        let Change::Message(message) = &filing.item.change else { continue };
        let key = MessageKey {
            network: filing.network.clone(),
            scope: filing.item.scope.clone(),
            external_id: message.external_id.clone(),
        };
        let own = accounts.get(&(filing.network.clone(), message.author.external_id.clone())).map(|account| account.id);
        let entry = incoming.entry(key.clone()).or_insert_with(|| Incoming {
            key,
            filing,
            message,
            seen_by: BTreeSet::new(),
            own,
            position: position(message.sent_at, filing.received_at, counter_of(&message.external_id)),
        });
        // The same post may come once bare and once with its author and media: the fuller one stands.
        if richness(message) > richness(entry.message) {
            entry.message = message;
            entry.filing = filing;
        }
        if let Some(account) = accounts.get(&(filing.network.clone(), filing.item.account.clone())) {
            entry.seen_by.insert(account.id);
        }
    }
    incoming
}

fn richness(message: &IncomingMessage) -> usize {
    usize::from(message.author.handle.is_some())
        + usize::from(message.author.name.is_some())
        + message.media.len()
        + message.mentions.len()
}

/// Files the messages among these items; the number of new ones.
pub(super) async fn file(
    tx: &mut Tx,
    workspace: WorkspaceId,
    accounts: &OwnAccounts,
    items: &[&FilingItem],
    events: &mut Vec<NewEvent>,
    now: Timestamp,
) -> Result<usize> {
    let incoming = collect(accounts, items);
    if incoming.is_empty() {
        return Ok(0);
    }
    let (first, edited): (Vec<_>, Vec<_>) =
        incoming.into_values().partition(|incoming| incoming.message.earlier_versions.is_empty());
    let mut new = file_new(tx, workspace, accounts, first, events, now).await?;
    // Later versions come second: what they replace may stand in the same batch.
    let mut unheard = Vec::new();
    for incoming in edited {
        if !change::edit(tx, workspace, &incoming, events, now).await? {
            unheard.push(incoming);
        }
    }
    let versions: Vec<(MessageKey, Vec<String>)> =
        unheard.iter().map(|incoming| (incoming.key.clone(), incoming.message.earlier_versions.clone())).collect();
    new += file_new(tx, workspace, accounts, unheard, events, now).await?;
    change::reserve_versions(tx, workspace, &versions, now).await?;
    Ok(new)
}

async fn file_new(
    tx: &mut Tx,
    workspace: WorkspaceId,
    accounts: &OwnAccounts,
    incoming: Vec<Incoming<'_>>,
    events: &mut Vec<NewEvent>,
    now: Timestamp,
) -> Result<usize> {
    if incoming.is_empty() {
        return Ok(0);
    }
    let keys: BTreeSet<MessageKey> = incoming.iter().map(|incoming| incoming.key.clone()).collect();
    let known = find(tx, workspace, &keys).await?;
    let mut sightings: Vec<(MessageId, ChannelId, Timestamp)> = Vec::new();
    let mut fresh = Vec::new();
    for incoming in incoming {
        match known.get(&incoming.key) {
            Some(message) => {
                if message.earlier {
                    change::fill_version(tx, workspace, message.id, &incoming).await?;
                }
                sightings
                    .extend(incoming.seen_by.iter().map(|channel| (message.id, *channel, incoming.filing.received_at)));
            }
            None => match change::adopt_echo(tx, workspace, &incoming, events, now).await? {
                Some(message) => sightings
                    .extend(incoming.seen_by.iter().map(|channel| (message, *channel, incoming.filing.received_at))),
                None => fresh.push(incoming),
            },
        }
    }
    fresh.sort_by_key(|incoming| incoming.position);
    let count = insert(tx, workspace, accounts, &fresh, &mut sightings, events, now).await?;
    see(tx, workspace, &sightings).await?;
    Ok(count)
}

const SIGHTING: &[Column] =
    &[Column::uuid("workspace_id"), Column::uuid("message_id"), Column::uuid("channel_id"), Column::time("at")];

async fn see(tx: &mut Tx, workspace: WorkspaceId, sightings: &[(MessageId, ChannelId, Timestamp)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = sightings
        .iter()
        .map(|(message, channel, at)| vec![workspace.into(), (*message).into(), (*channel).into(), (*at).into()])
        .collect();
    tx.insert_many("sighting", SIGHTING, &rows, "ON CONFLICT DO NOTHING").await?;
    Ok(())
}

/// The private group in which a message was written: its other side is then not its author.
fn group(message: &IncomingMessage) -> Option<&Author> {
    let other = message.counterpart.as_ref().filter(|_| message.private)?;
    (other.external_id != message.author.external_id).then_some(other)
}

/// The person a message is talked about with: its author, or for ours the one it is written to; of a private group, the
/// group.
fn other_side<'a>(incoming: &'a Incoming<'_>) -> Author {
    let message: &'a IncomingMessage = incoming.message;
    if incoming.own.is_none() {
        return group(message).unwrap_or(&message.author).clone();
    }
    let reply_author = message.in_reply_to_author.as_ref().filter(|author| **author != message.author.external_id);
    match (&message.counterpart, reply_author) {
        (Some(counterpart), _) => counterpart.clone(),
        (None, Some(author)) => Author { external_id: author.clone(), ..Author::default() },
        (None, None) => message.author.clone(),
    }
}

fn identity_key(incoming: &Incoming<'_>, author: &Author) -> IdentityKey {
    IdentityKey {
        network: incoming.key.network.clone(),
        scope: incoming.key.scope.clone(),
        external_id: author.external_id.clone(),
    }
}

fn thread_key(incoming: &Incoming<'_>) -> Option<ThreadKey> {
    incoming.message.thread_root.as_ref().filter(|_| !incoming.message.private).map(|root| ThreadKey {
        network: incoming.key.network.clone(),
        scope: incoming.key.scope.clone(),
        root: root.clone(),
    })
}

fn wanted_threads(fresh: &[Incoming<'_>]) -> BTreeMap<ThreadKey, Option<String>> {
    let mut wanted: BTreeMap<ThreadKey, Option<String>> = BTreeMap::new();
    for incoming in fresh {
        if let Some(key) = thread_key(incoming) {
            let is_root = key.root == incoming.message.external_id;
            let author = wanted.entry(key).or_default();
            if is_root {
                *author = Some(incoming.message.author.external_id.clone());
            }
        }
    }
    wanted
}

struct Prepared<'a, 'b> {
    incoming: &'b Incoming<'a>,
    identity: IdentityId,
    thread: Option<ThreadId>,
    /// Private: the account the conversation is with.
    channel: ChannelId,
    place: Place,
}

async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    accounts: &OwnAccounts,
    fresh: &[Incoming<'_>],
    sightings: &mut Vec<(MessageId, ChannelId, Timestamp)>,
    events: &mut Vec<NewEvent>,
    now: Timestamp,
) -> Result<usize> {
    if fresh.is_empty() {
        return Ok(0);
    }
    let authors: Vec<(IdentityKey, Author)> = fresh
        .iter()
        .map(|incoming| {
            let author = other_side(incoming);
            (identity_key(incoming, &author), author)
        })
        .collect();
    let identities = identity_rows::ensure(tx, workspace, &authors, now).await?;
    let by_id: HashMap<IdentityId, IdentityRow> = identities.values().map(|row| (row.id, row.clone())).collect();
    let threads = thread_rows::ensure(tx, workspace, &wanted_threads(fresh), now).await?;
    let gone = change::deleted_before(tx, workspace, fresh).await?;

    let mut prepared = Vec::with_capacity(fresh.len());
    for (incoming, (key, _)) in fresh.iter().zip(&authors) {
        let identity = identities.get(key).ok_or_else(|| Error::Unreadable("an identity vanished".to_owned()))?.id;
        let account = accounts
            .get(&(incoming.key.network.clone(), incoming.filing.item.account.clone()))
            .ok_or_else(|| Error::Unreadable("a channel vanished".to_owned()))?;
        let channel = incoming.own.unwrap_or(account.id);
        let thread = thread_key(incoming).and_then(|key| threads.get(&key).copied());
        let place = match thread {
            Some(thread) => Place::Thread(thread, identity),
            None => Place::Channel(channel, identity),
        };
        prepared.push(Prepared { incoming, identity, thread, channel, place });
    }
    let places: BTreeSet<Place> = prepared.iter().map(|prepared| prepared.place).collect();
    let mut conversations = Conversations::load(tx, workspace, &places).await?;
    let mut cases = case_rows::load(tx, workspace, &conversations.known_cases()).await?;
    let mut used: HashSet<ConversationId> = HashSet::new();
    let mut touched: BTreeSet<CaseId> = BTreeSet::new();
    let mut rows = Vec::with_capacity(prepared.len());
    let mut media = Vec::new();

    for prepared in &prepared {
        let incoming = prepared.incoming;
        let conversation = conversations.of(prepared.place, &incoming.key.network, incoming.position);
        conversations.joined(conversation.id, incoming.position, incoming.own.is_some());
        let contact = owner(&by_id, prepared.identity)?;
        let origin = Origin {
            network: incoming.key.network.clone(),
            channel: Some(prepared.channel),
            form: incoming.message.form,
            private: incoming.message.private,
            contact: contact.contact,
            contact_name: contact.shown_name(),
        };
        let known = cases.remove(&conversation.case);
        let opened = known.is_none();
        let case = join(known, incoming, origin)?;
        cases.insert(conversation.case, case);
        used.insert(conversation.id);
        touched.insert(conversation.case);
        let id: MessageId = new_id();
        sightings.extend(incoming.seen_by.iter().map(|channel| (id, *channel, incoming.filing.received_at)));
        rows.push(message_row(workspace, id, prepared, conversation.id, gone.contains(&incoming.key).then_some(now))?);
        media.extend(incoming.message.media.iter().map(|medium| media_row(workspace, id, medium, now)));
        let kind = match (incoming.own, incoming.written_by()) {
            (None, _) => "message.arrived",
            (Some(_), None) => "message.made_elsewhere",
            (Some(_), Some(_)) => "message.sent",
        };
        let data = serde_json::json!({ "opened": opened, "private": incoming.message.private });
        let event = NewEvent::of(kind, now).case(conversation.case).message(id).data(data);
        events.push(NewEvent { actor: incoming.written_by(), ..event });
    }
    cases.retain(|id, _| touched.contains(id));
    case_rows::write(tx, workspace, &cases, now).await?;
    conversations.write(tx, workspace, &used, now).await?;
    let added = tx.insert_many("message", MESSAGE, &rows, "ON CONFLICT DO NOTHING").await?;
    if usize::try_from(added) != Ok(rows.len()) {
        // Dispatch recorded one of them a moment ago; the batch is read again from the start.
        return Err(Error::Conflict("message"));
    }
    tx.insert_many("attachment", ATTACHMENT, &media, "").await?;
    Ok(rows.len())
}

fn join(known: Option<CaseRow>, incoming: &Incoming<'_>, origin: Origin) -> Result<CaseRow> {
    let reading: &Reading = incoming
        .filing
        .reading
        .as_ref()
        .ok_or_else(|| Error::Unreadable("a message without its reading".to_owned()))?;
    if incoming.own.is_some() {
        return Ok(CaseRow::answered(known, incoming.position, origin, &reading.excerpt));
    }
    let arrival = Arrival {
        position: incoming.position,
        at: domain::position::time_of(incoming.position),
        priority: reading.triage.priority,
        kind: reading.understanding.kind,
        reply_need: reading.triage.reply_need,
        noise: reading.triage.noise,
    };
    Ok(CaseRow::arrived(known, &arrival, reading, origin))
}

const MESSAGE: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::uuid("conversation_id"),
    Column::uuid("thread_id"),
    Column::text("network"),
    Column::text("scope"),
    Column::text("external_id"),
    Column::text("form"),
    Column::text("direction"),
    Column::bool("private"),
    Column::uuid("identity_id"),
    Column::uuid("channel_id"),
    Column::uuid("agent_id"),
    Column::text("text"),
    Column::text("placeholder"),
    Column::text("language"),
    Column::int("position"),
    Column::time("sent_at"),
    Column::time("received_at"),
    Column::text("in_reply_to"),
    Column::text("in_reply_to_author"),
    Column::text("quotes"),
    Column::text("quotes_author"),
    Column::json("entities"),
    Column::json("understanding"),
    Column::int("priority"),
    Column::text("send_state"),
    Column::time("deleted_at"),
    Column::int("journal_lane"),
    Column::int("journal_number"),
];

fn message_row(
    workspace: WorkspaceId,
    id: MessageId,
    prepared: &Prepared<'_, '_>,
    conversation: ConversationId,
    deleted_at: Option<Timestamp>,
) -> Result<Vec<Value>> {
    let incoming = prepared.incoming;
    let message = incoming.message;
    let reading = incoming.filing.reading.as_ref();
    let direction = if incoming.own.is_some() { Direction::Outbound } else { Direction::Inbound };
    let language = reading.map_or("und", |reading| reading.understanding.language.as_str());
    let mut entities = Entities::of(message);
    // Ours has its own account and agent.
    entities.speaker.take_if(|_| incoming.own.is_some());
    let kept = deleted_at.is_none();
    Ok(vec![
        workspace.into(),
        id.into(),
        conversation.into(),
        prepared.thread.into(),
        (&incoming.key.network).into(),
        (&incoming.key.scope).into(),
        (&incoming.key.external_id).into(),
        message.form.word().into(),
        direction.word().into(),
        message.private.into(),
        prepared.identity.into(),
        incoming.own.or(message.private.then_some(prepared.channel)).into(),
        incoming.written_by().into(),
        if kept { (&message.text).into() } else { "".into() },
        message.placeholder.clone().into(),
        language.into(),
        incoming.position.into(),
        message.sent_at.into(),
        incoming.filing.received_at.into(),
        message.in_reply_to.clone().into(),
        message.in_reply_to_author.clone().into(),
        message.quotes.clone().into(),
        message.quotes_author.clone().into(),
        if kept { Value::json(&entities)? } else { Value::Json("{}".to_owned()) },
        reading
            .filter(|_| incoming.own.is_none() && kept)
            .map_or(Ok(Value::Json("null".to_owned())), |reading| Value::json(&reading.understanding))?,
        reading.map_or(5, |reading| reading.triage.priority).into(),
        incoming.own.map(|_| SendState::Sent.word()).into(),
        deleted_at.into(),
        incoming.filing.place.lane.into(),
        incoming.filing.place.number.into(),
    ])
}

const ATTACHMENT: &[Column] = &[
    Column::uuid("workspace_id"),
    Column::uuid("id"),
    Column::uuid("message_id"),
    Column::text("name"),
    Column::text("content_type"),
    Column::int("bytes"),
    Column::text("alt_text"),
    Column::text("external_id"),
    Column::text("source_url"),
    Column::text("trouble"),
    Column::time("created_at"),
];

fn media_row(workspace: WorkspaceId, message: MessageId, medium: &Media, now: Timestamp) -> Vec<Value> {
    vec![
        workspace.into(),
        new_id::<domain::id::AttachmentId>().into(),
        message.into(),
        (&medium.external_id).into(),
        // Known only after it was fetched and looked into.
        "".into(),
        0.into(),
        medium.alt_text.clone().into(),
        (&medium.external_id).into(),
        medium.url.clone().into(),
        medium.url.is_none().then_some("no_address").into(),
        now.into(),
    ]
}
