//! Everything that a case's page shows, in a handful of queries.
//!
//! A thread with five people is five conversations in one thread: the page shows all of them, and says which belongs to
//! the case. Messages come in windows by position, newest window first.

mod contact;
mod messages;

pub use contact::{ContactView, IdentityView, PastCase};
pub use messages::{AttachmentView, MessageVersion, MessageView, Messages, SendView, Sighting, Window, WindowKey};

use crate::case_list::{AgentName, CaseRow, rows_of};
use crate::db::Row;
use crate::draft::Draft;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::note::Note;
use crate::open::Store;
use domain::Timestamp;
use domain::id::{AgentId, CaseId, ChannelId, ConversationId, IdentityId, ThreadId};
use domain::people::Scope;
use serde::Serialize;

/// One conversation of a case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConversationView {
    /// Which.
    pub id: ConversationId,
    /// Network by id.
    pub network: String,
    /// Whether only the two sides can read it.
    pub private: bool,
    /// Public: where it happens.
    pub thread: Option<ThreadId>,
    /// Public: the network's id of the post that opened the thread.
    pub thread_root: Option<String>,
    /// Public: account id of the author of that post, when known.
    pub thread_author: Option<String>,
    /// Private: the account of ours.
    pub channel: Option<ChannelId>,
    /// With whom.
    pub identity: IdentityId,
    /// Their account id at the network.
    pub identity_external_id: String,
    /// Where their account id is unique.
    pub identity_scope: String,
    /// Handle without `@`.
    pub handle: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// The conversation before it, when it was begun anew after silence.
    pub previous: Option<ConversationId>,
    /// Position of the newest inbound message.
    pub last_inbound: i64,
    /// Position of our newest answer.
    pub last_outbound: i64,
    /// Until when the customer has read us, where the network says so.
    pub read_at: Option<Timestamp>,
    /// Public: people in its thread, us not counted, to 100. Private: 1.
    pub people: i64,
}

/// A case with everything around it; messages come by [`Store::case_messages`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseView {
    /// The case as a list shows it.
    pub case: CaseRow,
    /// Its conversations, the one with the newest message first.
    pub conversations: Vec<ConversationView>,
    /// Whose it is.
    pub contact: ContactView,
    /// Notes, oldest first.
    pub notes: Vec<Note>,
    /// The reader's drafts.
    pub drafts: Vec<Draft>,
    /// What happened to the case, oldest first (the newest 200).
    pub history: Vec<HistoryLine>,
    /// How far the reader has read it.
    pub seen: i64,
    /// Who could be on it.
    pub colleagues: Vec<AgentName>,
}

/// One thing that happened to a case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HistoryLine {
    /// The event.
    #[serde(flatten)]
    pub event: Event,
    /// Name of the person who did it.
    pub actor_name: Option<String>,
}

/// Events of a case that its page does not tell as lines of their own: the messages themselves do.
const UNTOLD: &str =
    "('message.arrived', 'message.made_elsewhere', 'message.sent', 'message.queued', 'message.sending', 'case.seen')";

fn read_conversation(row: &Row) -> Result<ConversationView> {
    Ok(ConversationView {
        id: row.id("id")?,
        network: row.text("network")?,
        private: row.bool("private")?,
        thread: row.optional_id("thread_id")?,
        thread_root: row.optional_text("root_external_id")?,
        thread_author: row.optional_text("root_author")?,
        channel: row.optional_id("channel_id")?,
        identity: row.id("identity_id")?,
        identity_external_id: row.text("external_id")?,
        identity_scope: row.text("scope")?,
        handle: row.optional_text("handle")?,
        name: row.optional_text("name")?,
        previous: row.optional_id("previous_id")?,
        last_inbound: row.int("last_inbound")?,
        last_outbound: row.int("last_outbound")?,
        read_at: row.optional_time("read_at")?,
        people: row.int("people")?,
    })
}

impl Store {
    /// The conversations of a case, the one with the newest message first.
    pub async fn case_conversations(&self, scope: &Scope, case: CaseId) -> Result<Vec<ConversationView>> {
        let rows = self
            .main
            .fetch_all(
                "SELECT c.id, c.network, c.private, c.thread_id, t.root_external_id, t.root_author, c.channel_id, c.identity_id,
                        i.external_id, i.scope, i.handle, i.name, c.previous_id, c.last_inbound, c.last_outbound, c.read_at,
                        CASE WHEN c.thread_id IS NULL THEN 1 ELSE
                            (SELECT count(*) FROM (SELECT 1 AS one FROM conversation o WHERE o.workspace_id = c.workspace_id
                                AND o.thread_id = c.thread_id LIMIT 100) AS counted) END AS people
                 FROM conversation c
                 JOIN identity i ON i.workspace_id = c.workspace_id AND i.id = c.identity_id
                 LEFT JOIN thread t ON t.workspace_id = c.workspace_id AND t.id = c.thread_id
                 WHERE c.workspace_id = $1 AND c.case_id = $2",
                &[scope.workspace.into(), case.into()],
            )
            .await?;
        let mut conversations = rows.iter().map(read_conversation).collect::<Result<Vec<_>>>()?;
        conversations.sort_by_key(|conversation| {
            std::cmp::Reverse((conversation.last_inbound.max(conversation.last_outbound), conversation.id))
        });
        Ok(conversations)
    }

    /// The page of a case without its messages; [`Error::NotFound`] outside the scope.
    pub async fn case_view(&self, scope: &Scope, case: CaseId) -> Result<CaseView> {
        let row = rows_of(&self.main, scope, &[case]).await?.pop().ok_or(Error::NotFound)?;
        let (conversations, contact, notes, drafts, history, seen, colleagues) = futures::try_join!(
            self.case_conversations(scope, case),
            self.contact_view(scope, row.contact, Some(case)),
            self.notes(scope, case),
            self.drafts(scope, case),
            self.history(scope, case),
            self.seen(scope, case),
            self.colleagues(scope),
        )?;
        Ok(CaseView { case: row, conversations, contact, notes, drafts, history, seen, colleagues })
    }

    async fn history(&self, scope: &Scope, case: CaseId) -> Result<Vec<HistoryLine>> {
        let rows = self
            .main
            .fetch_all(
                &format!(
                    "SELECT e.number, e.kind, e.case_id, e.message_id, e.actor_id, e.data, e.at, a.name AS actor_name FROM event e
                     LEFT JOIN agent a ON a.workspace_id = e.workspace_id AND a.id = e.actor_id
                     WHERE e.workspace_id = $1 AND e.case_id = $2 AND e.kind NOT IN {UNTOLD} ORDER BY e.number DESC LIMIT 200"
                ),
                &[scope.workspace.into(), case.into()],
            )
            .await?;
        let mut lines = rows
            .iter()
            .map(|row| {
                let event = Event {
                    number: row.int("number")?,
                    kind: row.text("kind")?,
                    case: row.optional_id("case_id")?,
                    message: row.optional_id("message_id")?,
                    actor: row.optional_id("actor_id")?,
                    data: row.json("data")?,
                    at: row.time("at")?,
                };
                Ok(HistoryLine { event, actor_name: row.optional_text("actor_name")? })
            })
            .collect::<Result<Vec<_>>>()?;
        lines.reverse();
        Ok(lines)
    }

    async fn seen(&self, scope: &Scope, case: CaseId) -> Result<i64> {
        let Some(agent) = scope.agent() else { return Ok(0) };
        let row = self
            .main
            .fetch_optional(
                "SELECT position FROM case_seen WHERE workspace_id = $1 AND agent_id = $2 AND case_id = $3",
                &[scope.workspace.into(), agent.into(), case.into()],
            )
            .await?;
        row.map_or(Ok(0), |row| row.int("position"))
    }

    /// The people who can have a case, by name.
    pub async fn colleagues(&self, scope: &Scope) -> Result<Vec<AgentName>> {
        let rows = self
            .main
            .fetch_all(
                "SELECT id, name FROM agent WHERE workspace_id = $1 AND disabled_at IS NULL ORDER BY name, id LIMIT 1000",
                &[scope.workspace.into()],
            )
            .await?;
        rows.iter().map(|row| Ok(AgentName { id: row.id::<AgentId>("id")?, name: row.text("name")? })).collect()
    }
}
