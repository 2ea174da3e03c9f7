//! The outbox: what we owe the networks, written with the message in one transaction, leased, recorded, reconciled.

use crate::db::{Row, Tx, Value};
use crate::error::{Error, Result};
use crate::event::{self, NewEvent};
use crate::filing::new_id;
use crate::open::Store;
use domain::Timestamp;
use domain::case_state::CaseProgress;
use domain::id::{CaseId, ChannelId, ConversationId, IdentityId, MessageId, OutboxId, ThreadId, WorkspaceId};
use domain::outgoing::Outgoing;
use domain::people::Scope;
use domain::position::{counter_of, position};
use domain::vocabulary::{CaseState, Form, Kind, Noise, ReplyNeed, SendState};
use serde::{Deserialize, Serialize};

/// Why a send did not succeed, in the network's own code and words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendError {
    /// The network's code, or ours.
    pub code: String,
    /// The network's words.
    pub message: String,
    /// Candidates among which a person must choose (unknown outcome, several equal posts).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
}

/// A message of ours that is about to leave: a reply, a post, or a private message.
#[derive(Clone, Debug)]
pub struct NewOutgoing {
    /// The account that speaks.
    pub channel: ChannelId,
    /// The network of that account.
    pub network: String,
    /// Where ids are unique on that network.
    pub scope: String,
    /// The conversation it joins.
    pub conversation: ConversationId,
    /// The case of that conversation.
    pub case: CaseId,
    /// Its thread, when public.
    pub thread: Option<ThreadId>,
    /// To whom.
    pub identity: IdentityId,
    /// Shape.
    pub form: Form,
    /// Language of the text, BCP 47.
    pub language: String,
    /// What leaves.
    pub outgoing: Outgoing,
    /// Earliest moment it leaves: until then it can be taken back.
    pub not_before: Timestamp,
}

/// An outbox row that is due or under way.
#[derive(Clone, Debug)]
pub struct Owed {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Which.
    pub id: OutboxId,
    /// The account that acts.
    pub channel: ChannelId,
    /// The case.
    pub case: Option<CaseId>,
    /// The message it sends, deletes or hides.
    pub message: Option<MessageId>,
    /// What is owed.
    pub outgoing: Outgoing,
    /// Tries so far, this one included.
    pub attempts: i64,
    /// When the first try whose outcome is not known began.
    pub attempted_at: Option<Timestamp>,
    /// Whether its outcome is unknown and must be looked up before anything else.
    pub unknown: bool,
}

/// What became of a try.
#[derive(Clone, Debug)]
pub enum Recorded {
    /// Done.
    Sent {
        /// The network's id of the new message.
        external_id: Option<String>,
    },
    /// Surely not done; try again at the time.
    Later {
        /// When.
        at: Timestamp,
        /// Why.
        error: SendError,
    },
    /// Refused for good.
    Failed {
        /// Why.
        error: SendError,
    },
    /// Not known; look again at the time (`None`: a person must decide).
    Unknown {
        /// When.
        look_at: Option<Timestamp>,
        /// What was seen.
        error: SendError,
    },
}

/// Queues a message of ours together with its outbox row, and moves the case: the customer is answered.
pub async fn queue(tx: &mut Tx, scope: &Scope, new: &NewOutgoing, now: Timestamp) -> Result<(MessageId, OutboxId)> {
    let (message, outbox): (MessageId, OutboxId) = (new_id(), new_id());
    let workspace = scope.workspace;
    let at = position(now, now, counter_of(&message.to_string()));
    let in_reply_to = match &new.outgoing {
        Outgoing::Reply { in_reply_to, .. } => Some(in_reply_to.as_str()),
        _ => None,
    };
    let private = matches!(new.outgoing, Outgoing::DirectMessage { .. });
    tx.execute(
        "INSERT INTO message (workspace_id, id, conversation_id, thread_id, network, scope, form, direction, private, identity_id, channel_id,
                              agent_id, text, language, position, sent_at, received_at, in_reply_to, entities, priority, send_state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'outbound', $8, $9, $10, $11, $12, $13, $14, $15, $15, $16, '{}', 5, 'queued')",
        &[
            workspace.into(),
            message.into(),
            new.conversation.into(),
            new.thread.into(),
            (&new.network).into(),
            (&new.scope).into(),
            new.form.word().into(),
            private.into(),
            new.identity.into(),
            new.channel.into(),
            scope.agent().into(),
            new.outgoing.text().unwrap_or_default().into(),
            (&new.language).into(),
            at.into(),
            now.into(),
            in_reply_to.into(),
        ],
    )
    .await?;
    insert(tx, scope, outbox, new.channel, Some(new.case), Some(message), &new.outgoing, new.not_before, now).await?;
    tx.execute(
        "UPDATE conversation SET last_outbound = $3 WHERE workspace_id = $1 AND id = $2 AND last_outbound < $3",
        &[workspace.into(), new.conversation.into(), at.into()],
    )
    .await?;
    answered(tx, workspace, new.case, at).await?;
    Ok((message, outbox))
}

/// Queues an act on a message that exists: deleting ours, hiding somebody's.
pub async fn queue_act(
    tx: &mut Tx,
    scope: &Scope,
    channel: ChannelId,
    case: CaseId,
    message: MessageId,
    outgoing: &Outgoing,
    now: Timestamp,
) -> Result<OutboxId> {
    let outbox: OutboxId = new_id();
    insert(tx, scope, outbox, channel, Some(case), Some(message), outgoing, now, now).await?;
    Ok(outbox)
}

#[expect(clippy::too_many_arguments, reason = "one row, one call site each")]
async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    id: OutboxId,
    channel: ChannelId,
    case: Option<CaseId>,
    message: Option<MessageId>,
    outgoing: &Outgoing,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO outbox (workspace_id, id, channel_id, case_id, message_id, outgoing, state, not_before, attempts, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, 0, $8, $9)",
        &[
            scope.workspace.into(),
            id.into(),
            channel.into(),
            case.into(),
            message.into(),
            Value::json(outgoing)?,
            not_before.into(),
            scope.agent().into(),
            now.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Reads and locks the part of a case that messages move.
pub async fn progress(tx: &mut Tx, workspace: WorkspaceId, case: CaseId) -> Result<CaseProgress> {
    let sql = format!(
        "SELECT state, priority, kind, reply_need, noise, waiting_since, last_inbound, last_outbound FROM cases
         WHERE workspace_id = $1 AND id = $2{}",
        tx.for_update()
    );
    let row = tx.fetch_one(&sql, &[workspace.into(), case.into()]).await?;
    Ok(CaseProgress {
        state: row.word("state", CaseState::from_word)?,
        priority: row.int("priority")?,
        kind: row.word("kind", Kind::from_word)?,
        reply_need: row.word("reply_need", ReplyNeed::from_word)?,
        noise: row.optional_word("noise", Noise::from_word)?,
        waiting_since: row.optional_time("waiting_since")?,
        last_inbound: row.int("last_inbound")?,
        last_outbound: row.int("last_outbound")?,
    })
}

async fn answered(tx: &mut Tx, workspace: WorkspaceId, case: CaseId, at: i64) -> Result<()> {
    let mut progress = progress(tx, workspace, case).await?;
    progress.answered(at);
    tx.execute(
        "UPDATE cases SET state = $3, reply_need = $4, waiting_since = $5, last_outbound = $6,
                last_position = CASE WHEN last_position < $6 THEN $6 ELSE last_position END,
                message_count = message_count + 1, version = version + 1,
                snoozed_until = CASE WHEN $3 = 'snoozed' THEN snoozed_until END
         WHERE workspace_id = $1 AND id = $2",
        &[
            workspace.into(),
            case.into(),
            progress.state.word().into(),
            progress.reply_need.word().into(),
            progress.waiting_since.into(),
            progress.last_outbound.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Recomputes what waits in a case after a message of ours was taken back or refused for good: nobody was answered by it.
pub async fn unanswered(tx: &mut Tx, workspace: WorkspaceId, case: CaseId) -> Result<()> {
    let mut progress = progress(tx, workspace, case).await?;
    let row = tx
        .fetch_one(
            "SELECT max(m.position) AS last FROM message m JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
             WHERE c.workspace_id = $1 AND c.case_id = $2 AND m.direction = 'outbound' AND m.send_state NOT IN ('cancelled', 'failed')",
            &[workspace.into(), case.into()],
        )
        .await?;
    progress.last_outbound = row.optional_int("last")?.unwrap_or(0);
    let waiting = tx
        .fetch_all(
            "SELECT m.position, m.understanding, m.priority FROM message m
             JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
             WHERE c.workspace_id = $1 AND c.case_id = $2 AND m.direction = 'inbound' AND m.position > $3 AND m.deleted_at IS NULL
             ORDER BY m.position LIMIT 200",
            &[workspace.into(), case.into(), progress.last_outbound.into()],
        )
        .await?;
    for row in waiting {
        let Some(understanding) =
            row.optional_json::<Option<domain::understanding::Understanding>>("understanding")?.flatten()
        else {
            continue;
        };
        progress.arrived(&domain::case_state::Arrival {
            position: row.int("position")?,
            at: domain::position::time_of(row.int("position")?),
            priority: row.int("priority")?,
            kind: understanding.kind,
            reply_need: understanding.reply_need,
            noise: understanding.noise,
        });
    }
    tx.execute(
        "UPDATE cases SET state = $3, priority = $4, kind = $5, reply_need = $6, noise = $7, waiting_since = $8, last_outbound = $9,
                version = version + 1
         WHERE workspace_id = $1 AND id = $2",
        &[
            workspace.into(),
            case.into(),
            progress.state.word().into(),
            progress.priority.into(),
            progress.kind.word().into(),
            progress.reply_need.word().into(),
            progress.noise.map(Noise::word).into(),
            progress.waiting_since.into(),
            progress.last_outbound.into(),
        ],
    )
    .await?;
    Ok(())
}

fn read_owed(row: &Row) -> Result<Owed> {
    Ok(Owed {
        workspace: row.id("workspace_id")?,
        id: row.id("id")?,
        channel: row.id("channel_id")?,
        case: row.optional_id("case_id")?,
        message: row.optional_id("message_id")?,
        outgoing: row.json("outgoing")?,
        attempts: row.int("attempts")?,
        attempted_at: row.optional_time("attempted_at")?,
        unknown: row.text("state")? == "unknown",
    })
}

const LEASED: &str =
    "RETURNING workspace_id, id, channel_id, case_id, message_id, outgoing, attempts, attempted_at, state";

impl Store {
    /// Leases what is due: queued rows become *sending*, rows of unknown outcome are leased for a look.
    ///
    /// A lease that expired while *sending* means that somebody died between asking the network and writing down its
    /// answer: such rows become *unknown* first, never *queued*.
    pub async fn lease_owed(&self, holder: &str, now: Timestamp, until: Timestamp, limit: i64) -> Result<Vec<Owed>> {
        let mut tx = self.work.begin().await?;
        let skip = tx.engine().pick("", " FOR UPDATE SKIP LOCKED");
        let lost = tx
            .fetch_all(
                "UPDATE outbox SET state = 'unknown', lease_holder = NULL, lease_until = NULL, not_before = $1
                 WHERE state = 'sending' AND lease_until < $1 RETURNING workspace_id, message_id, case_id",
                &[now.into()],
            )
            .await?;
        let mut events: std::collections::BTreeMap<WorkspaceId, Vec<NewEvent>> = std::collections::BTreeMap::new();
        for row in &lost {
            let workspace: WorkspaceId = row.id("workspace_id")?;
            if let Some(message) = row.optional_id::<MessageId>("message_id")? {
                set_state(&mut tx, workspace, message, SendState::Unknown, None).await?;
                events.entry(workspace).or_default().push(changed(
                    "message.unknown",
                    message,
                    row.optional_id("case_id")?,
                    now,
                ));
            }
        }
        let sql = format!(
            "UPDATE outbox SET state = CASE WHEN state = 'queued' THEN 'sending' ELSE state END, lease_holder = $1, lease_until = $3,
                    attempts = attempts + CASE WHEN state = 'queued' THEN 1 ELSE 0 END,
                    attempted_at = CASE WHEN state = 'queued' THEN $2 ELSE attempted_at END
             WHERE (workspace_id, id) IN (
                 SELECT workspace_id, id FROM outbox WHERE state IN ('queued', 'unknown') AND not_before <= $2
                    AND (lease_until IS NULL OR lease_until < $2)
                 ORDER BY not_before, id LIMIT $4{skip})
             {LEASED}"
        );
        let rows = tx.fetch_all(&sql, &[holder.into(), now.into(), until.into(), limit.into()]).await?;
        let mut owed = rows.iter().map(read_owed).collect::<Result<Vec<_>>>()?;
        owed.sort_by_key(|owed| owed.id);
        for row in owed.iter().filter(|owed| !owed.unknown && owed.outgoing.appears()) {
            if let Some(message) = row.message {
                set_state(&mut tx, row.workspace, message, SendState::Sending, None).await?;
                events.entry(row.workspace).or_default().push(changed("message.sending", message, row.case, now));
            }
        }
        for (workspace, events) in events {
            event::append(&mut tx, workspace, &events).await?;
        }
        tx.commit().await?;
        Ok(owed)
    }

    /// The soonest moment at which something is due, for the dispatcher's alarm clock.
    pub async fn next_owed(&self) -> Result<Option<Timestamp>> {
        let row = self
            .work
            .fetch_optional(
                "SELECT CASE WHEN lease_until > not_before THEN lease_until ELSE not_before END AS due FROM outbox
                 WHERE state IN ('queued', 'unknown', 'sending') ORDER BY 1 LIMIT 1",
                &[],
            )
            .await?;
        row.map_or(Ok(None), |row| row.optional_time("due"))
    }

    /// Writes down what became of a try. The last event number, when something changed.
    pub async fn record(&self, owed: &Owed, recorded: &Recorded, now: Timestamp) -> Result<Option<i64>> {
        let mut tx = self.work.begin().await?;
        let (state, not_before, error) = match recorded {
            Recorded::Sent { .. } => (SendState::Sent, now, None),
            Recorded::Later { at, error } => (SendState::Queued, *at, Some(error)),
            Recorded::Failed { error } => (SendState::Failed, now, Some(error)),
            // Without a time only a person, or the echo of the message, can settle it.
            Recorded::Unknown { look_at, error } => (SendState::Unknown, look_at.unwrap_or(far_future()), Some(error)),
        };
        // An echo or a person may have settled it meanwhile: then this answer only confirms.
        let touched = tx
            .execute(
                "UPDATE outbox SET state = $3, not_before = $4, lease_holder = NULL, lease_until = NULL, error = $5
                 WHERE workspace_id = $1 AND id = $2 AND state IN ('sending', 'unknown')",
                &[owed.workspace.into(), owed.id.into(), state.word().into(), not_before.into(), Value::json(&error)?],
            )
            .await?;
        let mut events = Vec::new();
        if touched > 0 {
            self.record_message(&mut tx, owed, recorded, state, error, now, &mut events).await?;
        }
        let last = event::append(&mut tx, owed.workspace, &events).await?;
        tx.commit().await?;
        Ok(last)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one record, read once above")]
    async fn record_message(
        &self,
        tx: &mut Tx,
        owed: &Owed,
        recorded: &Recorded,
        state: SendState,
        error: Option<&SendError>,
        now: Timestamp,
        events: &mut Vec<NewEvent>,
    ) -> Result<()> {
        let Some(message) = owed.message else { return Ok(()) };
        match &owed.outgoing {
            Outgoing::Reply { .. } | Outgoing::Post { .. } | Outgoing::DirectMessage { .. } => {
                if let Recorded::Sent { external_id: Some(external_id) } = recorded {
                    take_external_id(tx, owed.workspace, message, external_id).await?;
                }
                set_state(tx, owed.workspace, message, state, error).await?;
                if state == SendState::Failed
                    && let Some(case) = owed.case
                {
                    unanswered(tx, owed.workspace, case).await?;
                }
                let kind = match state {
                    SendState::Sent => "message.sent",
                    SendState::Failed => "message.failed",
                    SendState::Unknown => "message.unknown",
                    _ => "message.delayed",
                };
                events.push(changed(kind, message, owed.case, now));
            }
            Outgoing::Delete { .. } => {
                if state == SendState::Sent {
                    crate::filing::erase_message(tx, owed.workspace, message, now).await?;
                    events.push(changed("message.deleted", message, owed.case, now));
                } else if state == SendState::Failed {
                    set_error(tx, owed.workspace, message, error).await?;
                    events.push(changed("message.act_failed", message, owed.case, now));
                }
            }
            Outgoing::Hide { hidden, .. } => {
                if state == SendState::Sent {
                    tx.execute(
                        "UPDATE message SET hidden_at = $3, send_error = NULL WHERE workspace_id = $1 AND id = $2",
                        &[owed.workspace.into(), message.into(), hidden.then_some(now).into()],
                    )
                    .await?;
                    events.push(changed("message.hidden", message, owed.case, now));
                } else if state == SendState::Failed {
                    set_error(tx, owed.workspace, message, error).await?;
                    events.push(changed("message.act_failed", message, owed.case, now));
                }
            }
        }
        Ok(())
    }

    /// Takes a message back before it leaves; [`Error::Conflict`] when it is on its way already.
    pub async fn cancel(&self, scope: &Scope, message: MessageId, now: Timestamp) -> Result<()> {
        let mut tx = self.main.begin().await?;
        let row = tx
            .fetch_optional(
                "UPDATE outbox SET state = 'cancelled' WHERE workspace_id = $1 AND message_id = $2 AND state = 'queued' RETURNING case_id",
                &[scope.workspace.into(), message.into()],
            )
            .await?;
        let Some(row) = row else {
            let known = tx
                .fetch_optional(
                    "SELECT id FROM message WHERE workspace_id = $1 AND id = $2",
                    &[scope.workspace.into(), message.into()],
                )
                .await?;
            return Err(if known.is_some() { Error::Conflict("already_sent") } else { Error::NotFound });
        };
        let case: Option<CaseId> = row.optional_id("case_id")?;
        set_state(&mut tx, scope.workspace, message, SendState::Cancelled, None).await?;
        if let Some(case) = case {
            unanswered(&mut tx, scope.workspace, case).await?;
        }
        event::append(&mut tx, scope.workspace, &[changed("message.cancelled", message, case, now).by(scope)]).await?;
        tx.commit().await
    }

    /// A person settles a message: try again (`failed`, or `unknown` that surely is not there), or it is there with this id.
    pub async fn settle(&self, scope: &Scope, message: MessageId, there: Option<&str>, now: Timestamp) -> Result<()> {
        let mut tx = self.main.begin().await?;
        let states = if there.is_some() { "('unknown')" } else { "('failed', 'unknown')" };
        let next = if there.is_some() { "sent" } else { "queued" };
        let row = tx
            .fetch_optional(
                &format!(
                    "UPDATE outbox SET state = $3, not_before = $4, lease_until = NULL, error = NULL
                     WHERE workspace_id = $1 AND message_id = $2 AND state IN {states} AND (lease_until IS NULL OR lease_until < $4)
                     RETURNING case_id"
                ),
                &[scope.workspace.into(), message.into(), next.into(), now.into()],
            )
            .await?
            .ok_or(Error::Conflict("not_waiting_for_a_decision"))?;
        let case: Option<CaseId> = row.optional_id("case_id")?;
        let kind = if let Some(external_id) = there {
            take_external_id(&mut tx, scope.workspace, message, external_id).await?;
            set_state(&mut tx, scope.workspace, message, SendState::Sent, None).await?;
            "message.sent"
        } else {
            set_state(&mut tx, scope.workspace, message, SendState::Queued, None).await?;
            if let Some(case) = case {
                let at = tx
                    .fetch_one(
                        "SELECT position FROM message WHERE workspace_id = $1 AND id = $2",
                        &[scope.workspace.into(), message.into()],
                    )
                    .await?
                    .int("position")?;
                answered(&mut tx, scope.workspace, case, at).await?;
                tx.execute(
                    "UPDATE cases SET message_count = message_count - 1 WHERE workspace_id = $1 AND id = $2",
                    &[scope.workspace.into(), case.into()],
                )
                .await?;
            }
            "message.queued"
        };
        event::append(&mut tx, scope.workspace, &[changed(kind, message, case, now).by(scope)]).await?;
        tx.commit().await
    }

    /// External ids of our other messages from a channel since a time: what a look at the network must not take for the one sought.
    pub async fn known_sent(
        &self,
        workspace: WorkspaceId,
        channel: ChannelId,
        since: Timestamp,
    ) -> Result<Vec<String>> {
        let rows = self
            .work
            .fetch_all(
                "SELECT external_id FROM message WHERE workspace_id = $1 AND channel_id = $2 AND direction = 'outbound'
                   AND external_id IS NOT NULL AND received_at >= $3 AND send_state = 'sent'",
                &[workspace.into(), channel.into(), since.into()],
            )
            .await?;
        rows.iter().map(|row| row.text("external_id")).collect()
    }
}

/// So far ahead that nobody waits for it: year 9000.
fn far_future() -> Timestamp {
    Timestamp::from_second(221_845_392_000).unwrap_or(Timestamp::MAX)
}

fn changed(kind: &'static str, message: MessageId, case: Option<CaseId>, now: Timestamp) -> NewEvent {
    let mut event = NewEvent::of(kind, now).message(message);
    event.case = case;
    event
}

async fn set_state(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    state: SendState,
    error: Option<&SendError>,
) -> Result<()> {
    tx.execute(
        "UPDATE message SET send_state = $3, send_error = $4 WHERE workspace_id = $1 AND id = $2",
        &[workspace.into(), message.into(), state.word().into(), Value::json(&error)?],
    )
    .await?;
    Ok(())
}

async fn set_error(tx: &mut Tx, workspace: WorkspaceId, message: MessageId, error: Option<&SendError>) -> Result<()> {
    tx.execute(
        "UPDATE message SET send_error = $3 WHERE workspace_id = $1 AND id = $2",
        &[workspace.into(), message.into(), Value::json(&error)?],
    )
    .await?;
    Ok(())
}

/// Gives a message of ours the id that the network gave it. Its echo may have been filed as made elsewhere: then that row goes.
async fn take_external_id(tx: &mut Tx, workspace: WorkspaceId, message: MessageId, external_id: &str) -> Result<()> {
    let here = [workspace.into(), message.into(), external_id.into()];
    let echo = tx
        .fetch_optional(
            "SELECT e.id, e.conversation_id FROM message m JOIN message e
               ON e.workspace_id = m.workspace_id AND e.network = m.network AND e.scope = m.scope AND e.external_id = $3 AND e.id <> m.id
             WHERE m.workspace_id = $1 AND m.id = $2",
            &here,
        )
        .await?;
    if let Some(echo) = echo {
        let echo: MessageId = echo.id("id")?;
        let both = [workspace.into(), echo.into(), message.into()];
        tx.execute("UPDATE sighting SET message_id = $3 WHERE workspace_id = $1 AND message_id = $2", &both).await?;
        let both = &both[..2];
        tx.execute(
            "UPDATE cases SET message_count = message_count - 1 WHERE workspace_id = $1 AND id =
               (SELECT c.case_id FROM conversation c JOIN message m ON m.workspace_id = c.workspace_id AND m.conversation_id = c.id
                WHERE m.workspace_id = $1 AND m.id = $2)",
            both,
        )
        .await?;
        tx.execute("DELETE FROM attachment WHERE workspace_id = $1 AND message_id = $2", both).await?;
        tx.execute("DELETE FROM message WHERE workspace_id = $1 AND id = $2", both).await?;
    }
    tx.execute("UPDATE message SET external_id = $3 WHERE workspace_id = $1 AND id = $2", &here).await?;
    Ok(())
}
