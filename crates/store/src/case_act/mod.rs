//! Acts on cases: who is on it, where it stands, and answers. Each writes what happened, and by whom, in its transaction.

mod begin;
mod request;

pub use begin::{NewPost, PrivateMessage};

use crate::case_list::AgentName;
use crate::db::{Tx, Value};
use crate::draft::{self, Voice};
use crate::error::{Error, Result};
use crate::event::{self, NewEvent};
use crate::open::Store;
use crate::outbox::{self, NewOutgoing};
use domain::Timestamp;
use domain::id::{AgentId, AttachmentId, CaseId, MessageId, OutboxId, WorkspaceId};
use domain::people::Scope;
use domain::priority::{NOISE, Policy, triage};
use domain::understanding::Understanding;
use domain::vocabulary::{CaseState, NoReplyReason, Noise, ReplyNeed};
use serde_json::json;
use std::collections::BTreeMap;

/// The most cases of one bulk act.
pub const MOST_CASES: usize = 200;

/// What a person does to a case. The reverse of each is another one of them: that is how undo is recorded.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Give it to somebody, or to nobody.
    Assign {
        /// To whom.
        agent: Option<AgentId>,
    },
    /// Done. A case whose customer waits needs the reason why there is no reply.
    Close {
        /// Why without an answer.
        reason: Option<NoReplyReason>,
    },
    /// Open again what is closed or asleep.
    Reopen,
    /// Sleep until a moment, or until the customer writes.
    Snooze {
        /// Until when.
        until: Timestamp,
    },
    /// Set aside as noise, or take back.
    Noise {
        /// As what; `None` takes it back.
        noise: Option<Noise>,
    },
}

/// What the actor saw. A field that is given must still be true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The case's version: [`Error::Conflict`] `changed_since` when anything has happened to it.
    pub version: Option<i64>,
    /// Position of the newest message: [`Error::Conflict`] `message_since` when the customer has written since.
    pub position: Option<i64>,
}

/// What an act came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Acted {
    /// The case's version now.
    pub version: i64,
    /// Whether anything changed; an act that finds its work done changes nothing and is told to nobody.
    pub changed: bool,
}

/// An answer, together with what goes along with it.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What leaves.
    pub outgoing: NewOutgoing,
    /// Position of the newest message that the writer saw; `None` sends whatever happened.
    pub seen_position: Option<i64>,
    /// Uploads of the writer that go along, with a description that replaces the upload's.
    pub attachments: Vec<(AttachmentId, Option<String>)>,
    /// The writer's draft that it was; thrown away with it.
    pub draft: Option<Voice>,
    /// Close the case with it.
    pub close: bool,
}

/// What a queued answer came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Answered {
    /// The message.
    pub message: MessageId,
    /// The outbox row.
    pub outbox: OutboxId,
    /// Its case.
    pub case: CaseId,
}

/// The parts of a case that acts read and change.
struct Locked {
    state: CaseState,
    assignee: Option<AgentId>,
    noise: Option<Noise>,
    priority: i64,
    waiting_since: Option<Timestamp>,
    snoozed_until: Option<Timestamp>,
    no_reply_reason: Option<NoReplyReason>,
    last_inbound: i64,
    last_outbound: i64,
    policy: String,
    version: i64,
}

async fn lock(tx: &mut Tx, workspace: WorkspaceId, case: CaseId) -> Result<Locked> {
    let sql = format!(
        "SELECT state, assignee_id, noise, priority, waiting_since, snoozed_until, no_reply_reason, last_inbound, last_outbound, policy,
                version
         FROM cases WHERE workspace_id = $1 AND id = $2{}",
        tx.for_update()
    );
    let row = tx.fetch_one(&sql, &[workspace.into(), case.into()]).await?;
    Ok(Locked {
        state: row.word("state", CaseState::from_word)?,
        assignee: row.optional_id("assignee_id")?,
        noise: row.optional_word("noise", Noise::from_word)?,
        priority: row.int("priority")?,
        waiting_since: row.optional_time("waiting_since")?,
        snoozed_until: row.optional_time("snoozed_until")?,
        no_reply_reason: row.optional_word("no_reply_reason", NoReplyReason::from_word)?,
        last_inbound: row.int("last_inbound")?,
        last_outbound: row.int("last_outbound")?,
        policy: row.text("policy")?,
        version: row.int("version")?,
    })
}

fn check(case: &Locked, expected: Expected) -> Result<()> {
    if expected.version.is_some_and(|version| version != case.version) {
        return Err(Error::Conflict("changed_since"));
    }
    if expected.position.is_some_and(|position| case.last_inbound > position) {
        return Err(Error::Conflict("message_since"));
    }
    Ok(())
}

/// Does one act; the event that tells of it, or `None` when there was nothing to do.
async fn perform(
    tx: &mut Tx,
    scope: &Scope,
    case: CaseId,
    act: &Act,
    expected: Expected,
    now: Timestamp,
) -> Result<(i64, Option<NewEvent>)> {
    let locked = lock(tx, scope.workspace, case).await?;
    check(&locked, expected)?;
    let event = match act {
        Act::Assign { agent } => assign(tx, scope, case, &locked, *agent).await?,
        Act::Close { reason } => close(tx, scope, case, &locked, *reason, now).await?,
        Act::Reopen => reopen(tx, scope, case, &locked).await?,
        Act::Snooze { until } => snooze(tx, scope, case, &locked, *until, now).await?,
        Act::Noise { noise } => set_aside(tx, scope, case, &locked, *noise).await?,
    };
    let Some((kind, data)) = event else { return Ok((locked.version, None)) };
    let row = tx
        .fetch_one(
            "UPDATE cases SET version = version + 1 WHERE workspace_id = $1 AND id = $2 RETURNING version",
            &[scope.workspace.into(), case.into()],
        )
        .await?;
    Ok((row.int("version")?, Some(NewEvent::of(kind, now).case(case).by(scope).data(data))))
}

type Told = Option<(&'static str, serde_json::Value)>;

async fn assign(tx: &mut Tx, scope: &Scope, case: CaseId, was: &Locked, agent: Option<AgentId>) -> Result<Told> {
    if was.assignee == agent {
        return Ok(None);
    }
    let colleague = match agent {
        None => None,
        Some(agent) => Some(colleague(tx, scope.workspace, agent).await?),
    };
    tx.execute(
        "UPDATE cases SET assignee_id = $3 WHERE workspace_id = $1 AND id = $2",
        &[scope.workspace.into(), case.into(), agent.into()],
    )
    .await?;
    let kind = if agent.is_some() { "case.assigned" } else { "case.unassigned" };
    let name = colleague.map(|colleague| colleague.name);
    Ok(Some((kind, json!({ "from": was.assignee, "to": agent, "to_name": name }))))
}

async fn colleague(tx: &mut Tx, workspace: WorkspaceId, agent: AgentId) -> Result<AgentName> {
    let row = tx
        .fetch_one(
            "SELECT name FROM agent WHERE workspace_id = $1 AND id = $2 AND disabled_at IS NULL",
            &[workspace.into(), agent.into()],
        )
        .await?;
    Ok(AgentName { id: agent, name: row.text("name")? })
}

async fn close(
    tx: &mut Tx,
    scope: &Scope,
    case: CaseId,
    was: &Locked,
    reason: Option<NoReplyReason>,
    now: Timestamp,
) -> Result<Told> {
    if was.state == CaseState::Closed && (reason.is_none() || reason == was.no_reply_reason) {
        return Ok(None);
    }
    // Unanswered reaches zero only through a reply, or a no-reply with its reason.
    if was.waiting_since.is_some() && reason.is_none() {
        return Err(Error::Conflict("needs_reason"));
    }
    tx.execute(
        "UPDATE cases SET state = 'closed', closed_at = $3, closed_by = $4, no_reply_reason = $5, waiting_since = NULL, snoozed_until = NULL
         WHERE workspace_id = $1 AND id = $2",
        &[
            scope.workspace.into(),
            case.into(),
            now.into(),
            scope.agent().into(),
            reason.map(NoReplyReason::word).into(),
        ],
    )
    .await?;
    Ok(Some(("case.closed", json!({ "from": was.state, "reason": reason, "waited_since": was.waiting_since }))))
}

async fn reopen(tx: &mut Tx, scope: &Scope, case: CaseId, was: &Locked) -> Result<Told> {
    let kind = match was.state {
        CaseState::Closed => "case.reopened",
        CaseState::Snoozed => "case.woke",
        CaseState::Open | CaseState::Waiting => return Ok(None),
    };
    let here = [scope.workspace.into(), case.into()];
    tx.execute(
        "UPDATE cases SET state = 'open', closed_at = NULL, closed_by = NULL, no_reply_reason = NULL, snoozed_until = NULL
         WHERE workspace_id = $1 AND id = $2",
        &here,
    )
    .await?;
    if was.state == CaseState::Closed && was.noise.is_none() && was.waiting_since.is_none() {
        // Who was closed without a reply waits again, since the same moment.
        let priority = was.priority;
        outbox::unanswered(tx, scope.workspace, case).await?;
        tx.execute(
            "UPDATE cases SET state = 'open', priority = $3 WHERE workspace_id = $1 AND id = $2",
            &[scope.workspace.into(), case.into(), priority.into()],
        )
        .await?;
    }
    Ok(Some((kind, json!({ "from": was.state, "reason": was.no_reply_reason, "until": was.snoozed_until }))))
}

async fn snooze(
    tx: &mut Tx,
    scope: &Scope,
    case: CaseId,
    was: &Locked,
    until: Timestamp,
    now: Timestamp,
) -> Result<Told> {
    if was.state == CaseState::Closed {
        return Err(Error::Conflict("closed"));
    }
    if until <= now {
        return Err(Error::Conflict("in_the_past"));
    }
    if was.snoozed_until == Some(until) {
        return Ok(None);
    }
    tx.execute(
        "UPDATE cases SET state = 'snoozed', snoozed_until = $3 WHERE workspace_id = $1 AND id = $2",
        &[scope.workspace.into(), case.into(), until.into()],
    )
    .await?;
    Ok(Some(("case.snoozed", json!({ "from": was.state, "until": until }))))
}

async fn set_aside(tx: &mut Tx, scope: &Scope, case: CaseId, was: &Locked, noise: Option<Noise>) -> Result<Told> {
    if was.noise == noise {
        return Ok(None);
    }
    let (priority, need, waiting) = match noise {
        Some(_) => (NOISE, ReplyNeed::None, None),
        None => without_noise(tx, scope.workspace, case, was).await?,
    };
    tx.execute(
        "UPDATE cases SET noise = $3, priority = $4, reply_need = $5, waiting_since = $6 WHERE workspace_id = $1 AND id = $2",
        &[
            scope.workspace.into(),
            case.into(),
            noise.map(Noise::word).into(),
            priority.into(),
            need.word().into(),
            waiting.into(),
        ],
    )
    .await?;
    Ok(Some((
        "case.noise",
        json!({ "from": was.noise, "to": noise, "priority": priority, "priority_before": was.priority }),
    )))
}

/// What the case would be if nobody had set it aside: the policy's word on its newest inbound message.
async fn without_noise(
    tx: &mut Tx,
    workspace: WorkspaceId,
    case: CaseId,
    was: &Locked,
) -> Result<(i64, ReplyNeed, Option<Timestamp>)> {
    let row = tx
        .fetch_optional(
            "SELECT m.understanding, m.position, m.private FROM message m
             JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
             WHERE c.workspace_id = $1 AND c.case_id = $2 AND m.direction = 'inbound' ORDER BY m.position DESC LIMIT 1",
            &[workspace.into(), case.into()],
        )
        .await?;
    let policy = Policy::by_id(&was.policy).unwrap_or_else(Policy::standard);
    let Some(row) = row else { return Ok((domain::priority::LAST, ReplyNeed::None, None)) };
    let understanding: Option<Understanding> = row.optional_json("understanding")?.flatten();
    let circumstances =
        domain::priority::Circumstances { private: row.bool("private")?, ..domain::priority::Circumstances::default() };
    let (priority, need) = match understanding {
        Some(understanding) => {
            let triage = triage(&policy, &Understanding { noise: None, ..understanding }, &circumstances);
            (triage.priority, triage.reply_need)
        }
        None => (domain::priority::LAST, ReplyNeed::None),
    };
    let position = row.int("position")?;
    let waits = need != ReplyNeed::None && position > was.last_outbound && was.state != CaseState::Closed;
    Ok((priority, need, waits.then(|| domain::position::time_of(position))))
}

impl Store {
    /// One act on one case.
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the scope; [`Error::Conflict`] `changed_since`, `message_since`, `needs_reason`,
    /// `closed`, `in_the_past`.
    pub async fn act(
        &self,
        scope: &Scope,
        case: CaseId,
        act: &Act,
        expected: Expected,
        now: Timestamp,
    ) -> Result<Acted> {
        let mut tx = self.main.begin().await?;
        let (version, event) = perform(&mut tx, scope, case, act, expected, now).await?;
        let changed = event.is_some();
        event::append(&mut tx, scope.workspace, event.as_slice()).await?;
        tx.commit().await?;
        Ok(Acted { version, changed })
    }

    /// One act on many cases, in one transaction; each says for itself what it came to. At most [`MOST_CASES`].
    pub async fn act_on_many(
        &self,
        scope: &Scope,
        cases: &[CaseId],
        act: &Act,
        now: Timestamp,
    ) -> Result<Vec<(CaseId, Result<Acted>)>> {
        if cases.len() > MOST_CASES {
            return Err(Error::Conflict("too_many"));
        }
        // One order for everybody: two bulk acts never wait for each other.
        let mut ordered = cases.to_vec();
        ordered.sort_unstable();
        ordered.dedup();
        let mut tx = self.main.begin().await?;
        let mut outcomes = Vec::with_capacity(ordered.len());
        let mut events = Vec::new();
        for case in ordered {
            let outcome = match perform(&mut tx, scope, case, act, Expected::default(), now).await {
                Ok((version, event)) => {
                    let changed = event.is_some();
                    events.extend(event);
                    Ok(Acted { version, changed })
                }
                Err(error @ (Error::NotFound | Error::Conflict(_))) => Err(error),
                Err(error) => return Err(error),
            };
            outcomes.push((case, outcome));
        }
        event::append(&mut tx, scope.workspace, &events).await?;
        tx.commit().await?;
        Ok(outcomes)
    }

    /// Wakes what has slept long enough, at most `limit`; the last event number of each workspace that was touched.
    pub async fn wake_due(&self, now: Timestamp, limit: i64) -> Result<BTreeMap<WorkspaceId, i64>> {
        let mut tx = self.work.begin().await?;
        let skip = tx.engine().pick("", " FOR UPDATE SKIP LOCKED");
        let rows = tx
            .fetch_all(
                &format!(
                    "UPDATE cases SET state = 'open', snoozed_until = NULL, version = version + 1 WHERE (workspace_id, id) IN (
                         SELECT workspace_id, id FROM cases WHERE state = 'snoozed' AND snoozed_until <= $1
                         ORDER BY snoozed_until, id LIMIT $2{skip})
                     RETURNING workspace_id, id"
                ),
                &[now.into(), limit.into()],
            )
            .await?;
        let mut events: BTreeMap<WorkspaceId, Vec<NewEvent>> = BTreeMap::new();
        for row in &rows {
            let event = NewEvent::of("case.woke", now).case(row.id("id")?).data(json!({ "from": "snoozed" }));
            events.entry(row.id("workspace_id")?).or_default().push(event);
        }
        let mut last = BTreeMap::new();
        for (workspace, events) in events {
            if let Some(number) = event::append(&mut tx, workspace, &events).await? {
                last.insert(workspace, number);
            }
        }
        tx.commit().await?;
        Ok(last)
    }

    /// When the next sleeper wakes.
    pub async fn next_wake(&self) -> Result<Option<Timestamp>> {
        let row = self
            .work
            .fetch_optional(
                "SELECT snoozed_until FROM cases WHERE state = 'snoozed' ORDER BY snoozed_until LIMIT 1",
                &[],
            )
            .await?;
        row.map_or(Ok(None), |row| row.optional_time("snoozed_until"))
    }

    /// Notes how far the reader has read a case; never goes back. Nothing happens when the reader is no person.
    pub async fn mark_seen(&self, scope: &Scope, case: CaseId, position: i64) -> Result<()> {
        let Some(agent) = scope.agent() else { return Ok(()) };
        let touched = self
            .main
            .execute(
                "INSERT INTO case_seen (workspace_id, agent_id, case_id, position)
                 SELECT workspace_id, $2, id, CASE WHEN $4 > last_position THEN last_position ELSE $4 END FROM cases
                 WHERE workspace_id = $1 AND id = $3
                 ON CONFLICT (workspace_id, agent_id, case_id) DO UPDATE SET
                     position = CASE WHEN case_seen.position < excluded.position THEN excluded.position ELSE case_seen.position END",
                &[scope.workspace.into(), agent.into(), case.into(), position.into()],
            )
            .await?;
        if touched == 0 { Err(Error::NotFound) } else { Ok(()) }
    }

    /// Our messages in a case that were queued or sent after a position: what a colleague did since somebody looked.
    pub async fn answers_since(&self, scope: &Scope, case: CaseId, position: i64) -> Result<Vec<MessageId>> {
        let rows = self.main.fetch_all(ANSWERS_SINCE, &[scope.workspace.into(), case.into(), position.into()]).await?;
        rows.iter().map(|row| row.id("id")).collect()
    }

    /// Queues an answer.
    ///
    /// # Errors
    /// [`Error::Conflict`] `answered_since` when one of ours was queued or sent after the position that the writer saw,
    /// `attachment` when a file is not an unused upload of the writer; [`Error::NotFound`] outside the scope.
    pub async fn answer(&self, scope: &Scope, answer: &Answer, now: Timestamp) -> Result<Answered> {
        let mut tx = self.main.begin().await?;
        let answered = answer_in(&mut tx, scope, answer, now).await?;
        let case = answered.case;
        let mut events = vec![NewEvent::of("message.queued", now).case(case).message(answered.message).by(scope)];
        if answer.close {
            let (_, event) =
                perform(&mut tx, scope, case, &Act::Close { reason: None }, Expected::default(), now).await?;
            events.extend(event);
        }
        event::append(&mut tx, scope.workspace, &events).await?;
        tx.commit().await?;
        Ok(answered)
    }
}

const ANSWERS_SINCE: &str = "SELECT m.id FROM message m
     JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
     WHERE c.workspace_id = $1 AND c.case_id = $2 AND m.direction = 'outbound' AND m.position > $3
       AND (m.send_state IS NULL OR m.send_state NOT IN ('cancelled', 'failed'))
     ORDER BY m.position, m.id LIMIT 20";

async fn answer_in(tx: &mut Tx, scope: &Scope, answer: &Answer, now: Timestamp) -> Result<Answered> {
    let new = &answer.outgoing;
    // Holds the case's row, so that of two who answer at the same moment the second one is told.
    lock(tx, scope.workspace, new.case).await?;
    if let Some(seen) = answer.seen_position {
        let values: [Value; 3] = [scope.workspace.into(), new.case.into(), seen.into()];
        if tx.fetch_optional(ANSWERS_SINCE, &values).await?.is_some() {
            return Err(Error::Conflict("answered_since"));
        }
    }
    let (message, outbox) = outbox::queue(tx, scope, new, now).await?;
    for (attachment, alt_text) in &answer.attachments {
        let touched = tx
            .execute(
                "UPDATE attachment SET message_id = $3, alt_text = coalesce($5, alt_text) WHERE workspace_id = $1 AND id = $2 AND message_id IS NULL AND trouble IS NULL
                   AND (uploaded_by = $4 OR ($4 IS NULL AND uploaded_by IS NULL))",
                &[
                    scope.workspace.into(),
                    (*attachment).into(),
                    message.into(),
                    scope.agent().into(),
                    alt_text.clone().into(),
                ],
            )
            .await?;
        if touched == 0 {
            return Err(Error::Conflict("attachment"));
        }
        draft::let_go(tx, scope, *attachment).await?;
    }
    if let (Some(agent), Some(voice)) = (scope.agent(), answer.draft) {
        draft::discard(tx, scope, agent, new.case, voice).await?;
    }
    Ok(Answered { message, outbox, case: new.case })
}
