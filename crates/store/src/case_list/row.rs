//! One line of a list, read with everything that a list shows.

use crate::db::{Column, Db, Row, Value, json_rows, rows_from};
use crate::error::Result;
use domain::Timestamp;
use domain::id::{AgentId, CaseId, ChannelId, ContactId};
use domain::people::Scope;
use domain::understanding::Reason;
use domain::vocabulary::{About, CaseState, Form, Kind, NoReplyReason, Noise, ReplyNeed, Sentiment};
use serde::Serialize;
use std::collections::HashMap;

/// A colleague as lists and lines show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgentName {
    /// Who.
    pub id: AgentId,
    /// Name.
    pub name: String,
}

/// A case as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseRow {
    /// Which.
    pub id: CaseId,
    /// What people say to each other; counts up per workspace.
    pub number: i64,
    /// Whose.
    pub contact: ContactId,
    /// As they call themselves.
    pub contact_name: String,
    /// Handle without `@` on the case's network, when known.
    pub contact_handle: Option<String>,
    /// Where it stands.
    pub state: CaseState,
    /// 0 safety, 1–7 levels, 8 noise.
    pub priority: i64,
    /// Kind of the message that stands for the case.
    pub kind: Kind,
    /// Whether it wants an answer.
    pub reply_need: ReplyNeed,
    /// Why it was set aside, if it was.
    pub noise: Option<Noise>,
    /// Subject.
    pub about: About,
    /// Tone.
    pub sentiment: Sentiment,
    /// BCP 47 primary subtag, `und` when unknown.
    pub language: String,
    /// Network by id.
    pub network: String,
    /// The channel that was addressed.
    pub channel: Option<ChannelId>,
    /// Shape of the message that stands for the case.
    pub form: Form,
    /// Whether that message is private.
    pub private: bool,
    /// Its first words, personal data masked.
    pub excerpt: String,
    /// Why the priority, the weightiest first.
    pub reasons: Vec<Reason>,
    /// The policy that set it.
    pub policy: String,
    /// Its version.
    pub policy_version: i64,
    /// Who is on it.
    pub assignee: Option<AgentName>,
    /// Since when the customer waits.
    pub waiting_since: Option<Timestamp>,
    /// Until when it sleeps.
    pub snoozed_until: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Who closed it.
    pub closed_by: Option<AgentId>,
    /// Why without an answer.
    pub no_reply_reason: Option<NoReplyReason>,
    /// Position of the newest inbound message.
    pub last_inbound: i64,
    /// Position of our newest answer.
    pub last_outbound: i64,
    /// Position of the newest message either way.
    pub last_position: i64,
    /// Time of the newest message.
    pub last_at: Timestamp,
    /// Messages in its conversations.
    pub message_count: i64,
    /// Counts up with every change.
    pub version: i64,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Whether the reader has not seen the newest inbound message; `false` when the reader is no person.
    pub unread: bool,
}

const IDS: &[Column] = &[Column::uuid("id")];

fn read(row: &Row, reader: Option<AgentId>) -> Result<CaseRow> {
    let last_inbound = row.int("last_inbound")?;
    let last_position = row.int("last_position")?;
    let assignee = match row.optional_id::<AgentId>("assignee_id")? {
        Some(id) => Some(AgentName { id, name: row.optional_text("assignee_name")?.unwrap_or_default() }),
        None => None,
    };
    Ok(CaseRow {
        id: row.id("id")?,
        number: row.int("number")?,
        contact: row.id("contact_id")?,
        contact_name: row.text("contact_name")?,
        contact_handle: row.optional_text("contact_handle")?,
        state: row.word("state", CaseState::from_word)?,
        priority: row.int("priority")?,
        kind: row.word("kind", Kind::from_word)?,
        reply_need: row.word("reply_need", ReplyNeed::from_word)?,
        noise: row.optional_word("noise", Noise::from_word)?,
        about: row.word("about", About::from_word)?,
        sentiment: row.word("sentiment", Sentiment::from_word)?,
        language: row.text("language")?,
        network: row.text("network")?,
        channel: row.optional_id("channel_id")?,
        form: row.word("form", Form::from_word)?,
        private: row.bool("private")?,
        excerpt: row.text("excerpt")?,
        reasons: row.json("reasons")?,
        policy: row.text("policy")?,
        policy_version: row.int("policy_version")?,
        assignee,
        waiting_since: row.optional_time("waiting_since")?,
        snoozed_until: row.optional_time("snoozed_until")?,
        closed_at: row.optional_time("closed_at")?,
        closed_by: row.optional_id("closed_by")?,
        no_reply_reason: row.optional_word("no_reply_reason", NoReplyReason::from_word)?,
        last_inbound,
        last_outbound: row.int("last_outbound")?,
        last_position,
        last_at: domain::position::time_of(last_position),
        message_count: row.int("message_count")?,
        version: row.int("version")?,
        created_at: row.time("created_at")?,
        unread: reader.is_some() && row.optional_int("seen")?.unwrap_or(0) < last_inbound,
    })
}

/// Reads these cases, in the order given; ids of other workspaces are simply not there.
pub(crate) async fn rows_of(db: &Db, scope: &Scope, ids: &[CaseId]) -> Result<Vec<CaseRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let engine = db.engine();
    let cells: Vec<Vec<Value>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let id = IDS.first().map(|column| column.expression(engine, 0)).unwrap_or_default();
    // `|| ''` keeps SQLite, which believes that a workspace has ten rows, from any index but that of the contact.
    let sql = format!(
        "SELECT c.id, c.number, c.contact_id, c.contact_name, c.state, c.priority, c.kind, c.reply_need, c.noise, c.about, c.sentiment,
                c.language, c.network, c.channel_id, c.form, c.private, c.excerpt, c.reasons, c.policy, c.policy_version, c.assignee_id,
                c.waiting_since, c.snoozed_until, c.closed_at, c.closed_by, c.no_reply_reason, c.last_inbound, c.last_outbound,
                c.last_position, c.message_count, c.version, c.created_at, a.name AS assignee_name, s.position AS seen,
                (SELECT i.handle FROM identity i WHERE i.workspace_id = c.workspace_id AND i.contact_id = c.contact_id
                    AND (i.network || '') = c.network ORDER BY i.created_at LIMIT 1) AS contact_handle
         FROM {} CROSS JOIN cases c
         LEFT JOIN agent a ON a.workspace_id = c.workspace_id AND a.id = c.assignee_id
         LEFT JOIN case_seen s ON s.workspace_id = c.workspace_id AND s.agent_id = $3 AND s.case_id = c.id
         WHERE c.workspace_id = $2 AND c.id = {id}",
        rows_from(engine, 1)
    );
    let values = [json_rows(IDS, &cells, engine), scope.workspace.into(), scope.agent().into()];
    let found = db.fetch_all(&sql, &values).await?;
    let mut by_id: HashMap<CaseId, CaseRow> =
        found.iter().map(|row| read(row, scope.agent()).map(|row| (row.id, row))).collect::<Result<_>>()?;
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}
