//! Messages of a case in windows: its own conversations and what others say in the same threads.

use crate::db::{Column, Db, Row, Value, json_rows, rows_from};
use crate::error::{Error, Result};
use crate::filing::Entities;
use crate::open::Store;
use crate::outbox::SendError;
use domain::Timestamp;
use domain::ability::MessageFacts;
use domain::id::{AgentId, AttachmentId, CaseId, ChannelId, ConversationId, IdentityId, MessageId, OutboxId, ThreadId};
use domain::people::Scope;
use domain::understanding::Understanding;
use domain::vocabulary::{Direction, Form, SendState};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

/// The place of a message in a window; as text `position.id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowKey {
    position: i64,
    id: MessageId,
}

impl WindowKey {
    /// Reads the text form; `None` when a letter is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let (position, id) = text.split_once('.')?;
        let digits = !position.is_empty() && position.bytes().all(|byte| byte.is_ascii_digit());
        let id = (id.len() == 32).then(|| Uuid::try_parse(id).ok()).flatten()?;
        digits.then(|| position.parse().ok()).flatten().map(|position| Self { position, id: MessageId(id) })
    }
    /// The place right behind a position: a window before it ends with the message at that position.
    pub fn behind(position: i64) -> Self {
        Self { position, id: MessageId(Uuid::max()) }
    }
}

impl std::fmt::Display for WindowKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.position, self.id.0.simple())
    }
}

/// Which messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// The newest.
    #[default]
    Newest,
    /// Those right before a place.
    Before(WindowKey),
    /// Those right after a place.
    After(WindowKey),
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttachmentView {
    /// Which.
    pub id: AttachmentId,
    /// Its name, or the network's key of it.
    pub name: String,
    /// Media type; empty until it was fetched and looked into.
    pub content_type: String,
    /// Size.
    pub bytes: i64,
    /// The author's description.
    pub alt_text: Option<String>,
    /// Whether it lies here and can be shown.
    pub kept: bool,
    /// The network's key of the file, to match it with the message's media.
    pub external_id: Option<String>,
    /// Why it could not be fetched, when it could not.
    pub trouble: Option<String>,
}

/// A version that a later one replaced.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MessageVersion {
    /// Counts up from 1.
    pub version: i64,
    /// As it was.
    pub text: String,
    /// When it was replaced, or written.
    pub at: Timestamp,
}

/// One of our accounts that a message was addressed to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sighting {
    /// Which.
    pub channel: ChannelId,
    /// When it came.
    pub at: Timestamp,
}

/// What became of a message of ours.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SendView {
    /// State.
    pub state: SendState,
    /// What the network, or a look at it, said.
    pub error: Option<SendError>,
    /// The outbox row, when it left from here.
    pub outbox: Option<OutboxId>,
    /// Until when it can be taken back; only while it waits for its first try.
    pub undo_until: Option<Timestamp>,
    /// Tries so far.
    pub attempts: i64,
}

/// A message with everything that its place on the screen needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MessageView {
    /// Which.
    pub id: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The case of that conversation; another one when somebody else wrote in the same thread.
    pub case: CaseId,
    /// Who is on that case.
    pub case_assignee: Option<AgentId>,
    /// Its thread, when public.
    pub thread: Option<ThreadId>,
    /// Network by id.
    pub network: String,
    /// Where its external id is unique.
    pub scope: String,
    /// The network's id; `None` while ours is on its way.
    pub external_id: Option<String>,
    /// Shape.
    pub form: Form,
    /// Who wrote it.
    pub direction: Direction,
    /// Whether only the two sides can read it.
    pub private: bool,
    /// Inbound: who wrote it. Outbound: to whom.
    pub identity: IdentityId,
    /// Account id of that person.
    pub identity_external_id: String,
    /// Handle of that person without `@`.
    pub handle: Option<String>,
    /// Name of that person.
    pub name: Option<String>,
    /// Outbound: the account that spoke. Private inbound: the account it came to.
    pub channel: Option<ChannelId>,
    /// Outbound: handle of that account.
    pub channel_handle: Option<String>,
    /// Outbound: who wrote it; `None` when made elsewhere.
    pub agent: Option<AgentId>,
    /// Outbound: name of that person.
    pub agent_name: Option<String>,
    /// Text as the reader sees it; empty when deleted.
    pub text: String,
    /// A code for a text of ours when the network sent nothing readable.
    pub placeholder: Option<String>,
    /// BCP 47 primary subtag, `und` when unknown.
    pub language: String,
    /// Where it stands in time.
    pub position: i64,
    /// The network's time.
    pub sent_at: Timestamp,
    /// When it came to us.
    pub received_at: Timestamp,
    /// External id of the message it answers.
    pub in_reply_to: Option<String>,
    /// External id of the message it quotes.
    pub quotes: Option<String>,
    /// Accounts, links and media in it.
    pub entities: Entities,
    /// What the language engine said; `None` for ours.
    pub understanding: Option<Understanding>,
    /// Priority that triage gave it.
    pub priority: i64,
    /// Files.
    pub attachments: Vec<AttachmentView>,
    /// Earlier versions, oldest first.
    pub versions: Vec<MessageVersion>,
    /// Which of our accounts it was addressed to.
    pub sightings: Vec<Sighting>,
    /// What became of it, for ours.
    pub send: Option<SendView>,
    /// When it was edited last.
    pub edited_at: Option<Timestamp>,
    /// When we hid it under our post.
    pub hidden_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// What abilities depend on.
    pub facts: MessageFacts,
}

impl MessageView {
    /// Name and handle of the person who wrote it: of a private group, the one who spoke.
    pub fn speaker(&self) -> (Option<&str>, Option<&str>) {
        match &self.entities.speaker {
            Some(speaker) => (speaker.name.as_deref(), speaker.handle.as_deref()),
            None => (self.name.as_deref(), self.handle.as_deref()),
        }
    }
}

/// A window of messages, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Messages {
    /// Oldest first.
    pub messages: Vec<MessageView>,
    /// Key for [`Window::Before`]; `None` at the beginning.
    pub before: Option<String>,
    /// Key for [`Window::After`]; `None` when nothing newer was there (except after [`Window::Before`], which always has one).
    pub after: Option<String>,
}

/// The most messages of one window.
pub const MOST_MESSAGES: usize = 200;

enum Source {
    Thread(ThreadId),
    Conversation(ConversationId),
}

impl Store {
    /// Messages of a case: of one of its conversations, or of all of them. A public conversation shows its whole thread.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the case, or the conversation in it, is not in the scope.
    pub async fn case_messages(
        &self,
        scope: &Scope,
        case: CaseId,
        conversation: Option<ConversationId>,
        window: Window,
        limit: usize,
    ) -> Result<Messages> {
        let rows = self
            .main
            .fetch_all(
                "SELECT id, thread_id FROM conversation WHERE workspace_id = $1 AND case_id = $2",
                &[scope.workspace.into(), case.into()],
            )
            .await?;
        let mut sources = Vec::new();
        for row in &rows {
            let id: ConversationId = row.id("id")?;
            if conversation.is_none_or(|wanted| wanted == id) {
                sources.push(match row.optional_id("thread_id")? {
                    Some(thread) => Source::Thread(thread),
                    None => Source::Conversation(id),
                });
            }
        }
        if sources.is_empty() {
            return Err(Error::NotFound);
        }
        let limit = limit.clamp(1, MOST_MESSAGES);
        let (sql, values) = window_query(scope, &sources, window, limit + 1);
        let found = self.main.fetch_all(&sql, &values).await?;
        let mut keys = found
            .iter()
            .map(|row| Ok(WindowKey { position: row.int("position")?, id: row.id("id")? }))
            .collect::<Result<Vec<_>>>()?;
        let more = keys.len() > limit;
        keys.truncate(limit);
        if !matches!(window, Window::After(_)) {
            keys.reverse();
        }
        let text = |key: Option<&WindowKey>| key.map(WindowKey::to_string);
        let (before, after) = match window {
            Window::Newest => (more.then(|| text(keys.first())).flatten(), None),
            Window::Before(_) => (more.then(|| text(keys.first())).flatten(), text(keys.last())),
            Window::After(_) => (text(keys.first()), more.then(|| text(keys.last())).flatten()),
        };
        let ids: Vec<MessageId> = keys.iter().map(|key| key.id).collect();
        Ok(Messages { messages: messages_of(&self.main, scope, &ids).await?, before, after })
    }

    /// These messages, in the order given; ids of other workspaces are simply not there.
    pub async fn messages(&self, scope: &Scope, ids: &[MessageId]) -> Result<Vec<MessageView>> {
        messages_of(&self.main, scope, ids).await
    }

    /// One message; [`Error::NotFound`] outside the scope.
    pub async fn message(&self, scope: &Scope, id: MessageId) -> Result<MessageView> {
        messages_of(&self.main, scope, &[id]).await?.pop().ok_or(Error::NotFound)
    }
}

fn window_query(scope: &Scope, sources: &[Source], window: Window, limit: usize) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = vec![scope.workspace.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    let (condition, order) = match window {
        Window::Newest => (String::new(), "DESC"),
        Window::Before(key) => {
            values.extend([key.position.into(), key.id.into()]);
            (" AND (position, id) < ($3, $4)".to_owned(), "DESC")
        }
        Window::After(key) => {
            values.extend([key.position.into(), key.id.into()]);
            (" AND (position, id) > ($3, $4)".to_owned(), "ASC")
        }
    };
    let parts: Vec<String> = sources
        .iter()
        .map(|source| {
            let (column, id): (&str, Value) = match source {
                Source::Thread(thread) => ("thread_id", (*thread).into()),
                Source::Conversation(conversation) => ("conversation_id", (*conversation).into()),
            };
            values.push(id);
            format!(
                "SELECT * FROM (SELECT position, id FROM message WHERE workspace_id = $1 AND {column} = ${}{condition}
                 ORDER BY position {order}, id {order} LIMIT $2) AS part{}",
                values.len(),
                values.len()
            )
        })
        .collect();
    // UNION, not UNION ALL: two conversations of one case may stand in one thread.
    let sql = format!("{} ORDER BY position {order}, id {order} LIMIT $2", parts.join(" UNION "));
    (sql, values)
}

const IDS: &[Column] = &[Column::uuid("id")];

async fn messages_of(db: &Db, scope: &Scope, ids: &[MessageId]) -> Result<Vec<MessageView>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let engine = db.engine();
    let cells: Vec<Vec<Value>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let id = IDS.first().map(|column| column.expression(engine, 0)).unwrap_or_default();
    let batch = rows_from(engine, 1);
    let values = [json_rows(IDS, &cells, engine), scope.workspace.into()];
    let main = format!(
        "SELECT m.*, c.case_id, k.assignee_id AS case_assignee, i.external_id AS identity_external_id, i.handle, i.name,
                ch.external_id AS channel_account, ch.handle AS channel_handle, a.name AS agent_name, t.root_author
         FROM {batch} CROSS JOIN message m
         JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
         JOIN cases k ON k.workspace_id = c.workspace_id AND k.id = c.case_id
         JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id
         LEFT JOIN channel ch ON ch.workspace_id = m.workspace_id AND ch.id = m.channel_id
         LEFT JOIN agent a ON a.workspace_id = m.workspace_id AND a.id = m.agent_id
         LEFT JOIN thread t ON t.workspace_id = m.workspace_id AND t.id = m.thread_id
         WHERE m.workspace_id = $2 AND m.id = {id}"
    );
    let beside = |columns: &str, table: &str, order: &str| {
        format!(
            "SELECT b.message_id, {columns} FROM {batch} CROSS JOIN {table} b WHERE b.workspace_id = $2 AND b.message_id = {id} ORDER BY {order}"
        )
    };
    let (attachments, versions, sightings, outbox) = (
        beside(
            "b.id, b.name, b.content_type, b.bytes, b.alt_text, b.location, b.external_id, b.trouble",
            "attachment",
            "b.created_at, b.id",
        ),
        beside("b.version, b.text, b.at", "message_version", "b.version"),
        beside("b.channel_id, b.at", "sighting", "b.at, b.channel_id"),
        beside("b.id, b.state, b.not_before, b.attempts, b.created_at", "outbox", "b.created_at, b.id"),
    );
    let (main, attachments, versions, sightings, outbox) = futures::try_join!(
        db.fetch_all(&main, &values),
        db.fetch_all(&attachments, &values),
        db.fetch_all(&versions, &values),
        db.fetch_all(&sightings, &values),
        db.fetch_all(&outbox, &values),
    )?;
    let mut by_id: HashMap<MessageId, MessageView> = HashMap::new();
    for row in &main {
        let message = read(row)?;
        by_id.insert(message.id, message);
    }
    for row in &attachments {
        if let Some(message) = by_id.get_mut(&row.id::<MessageId>("message_id")?) {
            message.attachments.push(read_attachment(row)?);
        }
    }
    for row in &versions {
        if let Some(message) = by_id.get_mut(&row.id::<MessageId>("message_id")?) {
            message.versions.push(MessageVersion {
                version: row.int("version")?,
                text: row.text("text")?,
                at: row.time("at")?,
            });
        }
    }
    for row in &sightings {
        if let Some(message) = by_id.get_mut(&row.id::<MessageId>("message_id")?) {
            message.sightings.push(Sighting { channel: row.id("channel_id")?, at: row.time("at")? });
        }
    }
    for row in &outbox {
        if let Some(send) = by_id.get_mut(&row.id::<MessageId>("message_id")?).and_then(|message| message.send.as_mut())
            && send.outbox.is_none()
        {
            // The first row of a message is its sending; later ones delete or hide it.
            send.outbox = row.optional_id("id")?;
            send.attempts = row.int("attempts")?;
            let waits = send.state == SendState::Queued && send.attempts == 0;
            send.undo_until = waits.then(|| row.time("not_before")).transpose()?;
        }
    }
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

fn read_attachment(row: &Row) -> Result<AttachmentView> {
    Ok(AttachmentView {
        id: row.id("id")?,
        name: row.text("name")?,
        content_type: row.text("content_type")?,
        bytes: row.int("bytes")?,
        alt_text: row.optional_text("alt_text")?,
        kept: row.optional_text("location")?.is_some(),
        external_id: row.optional_text("external_id")?,
        trouble: row.optional_text("trouble")?,
    })
}

fn read(row: &Row) -> Result<MessageView> {
    let direction = row.word("direction", Direction::from_word)?;
    let (form, private) = (row.word("form", Form::from_word)?, row.bool("private")?);
    let entities: Entities = row.json("entities")?;
    let (placeholder, deleted_at) = (row.optional_text("placeholder")?, row.optional_time("deleted_at")?);
    let (identity_external_id, handle) = (row.text("identity_external_id")?, row.optional_text("handle")?);
    let channel_handle = row.optional_text("channel_handle")?;
    let (author, author_handle) = match direction {
        Direction::Inbound => (identity_external_id.clone(), handle.clone()),
        Direction::Outbound => (row.optional_text("channel_account")?.unwrap_or_default(), channel_handle.clone()),
    };
    let external_id = row.optional_text("external_id")?;
    let facts = MessageFacts {
        external_id: external_id.clone(),
        form,
        direction,
        private,
        author,
        author_handle,
        mentions: entities.mentions.clone(),
        quotes_author: row.optional_text("quotes_author")?,
        thread_author: row.optional_text("root_author")?,
        unreadable: placeholder.is_some(),
        deleted: deleted_at.is_some(),
    };
    let send = match row.optional_word("send_state", SendState::from_word)? {
        Some(state) => Some(SendView {
            state,
            error: row.optional_json::<Option<SendError>>("send_error")?.flatten(),
            outbox: None,
            undo_until: None,
            attempts: 0,
        }),
        None => None,
    };
    Ok(MessageView {
        id: row.id("id")?,
        conversation: row.id("conversation_id")?,
        case: row.id("case_id")?,
        case_assignee: row.optional_id("case_assignee")?,
        thread: row.optional_id("thread_id")?,
        network: row.text("network")?,
        scope: row.text("scope")?,
        external_id,
        form,
        direction,
        private,
        identity: row.id("identity_id")?,
        identity_external_id,
        handle,
        name: row.optional_text("name")?,
        channel: row.optional_id("channel_id")?,
        channel_handle,
        agent: row.optional_id("agent_id")?,
        agent_name: row.optional_text("agent_name")?,
        text: row.text("text")?,
        placeholder,
        language: row.text("language")?,
        position: row.int("position")?,
        sent_at: row.time("sent_at")?,
        received_at: row.time("received_at")?,
        in_reply_to: row.optional_text("in_reply_to")?,
        quotes: row.optional_text("quotes")?,
        entities,
        understanding: row.optional_json::<Option<Understanding>>("understanding")?.flatten(),
        priority: row.int("priority")?,
        attachments: Vec::new(),
        versions: Vec::new(),
        sightings: Vec::new(),
        send,
        edited_at: row.optional_time("edited_at")?,
        hidden_at: row.optional_time("hidden_at")?,
        deleted_at,
        facts,
    })
}
