//! Messages of ours that answer nothing: private messages, which find or begin their conversation, and posts.

use super::{Answer, Answered, answer_in};
use crate::db::Tx;
use crate::draft::Voice;
use crate::error::{Error, Result};
use crate::event::{self, NewEvent};
use crate::filing::new_id;
use crate::open::Store;
use crate::outbox::NewOutgoing;
use domain::Timestamp;
use domain::id::{AttachmentId, CaseId, ChannelId, ContactId, ConversationId, IdentityId, ThreadId};
use domain::outgoing::Outgoing;
use domain::people::Scope;
use domain::position::position;
use domain::vocabulary::Form;

/// Silence after which a private conversation begins anew: seven days, as a distance of positions.
const PRIVATE_SILENCE: i64 = (7 * 24 * 60 * 60 * 1000) << 19;

/// A private message to a person.
#[derive(Clone, Debug)]
pub struct PrivateMessage {
    /// From which account.
    pub channel: ChannelId,
    /// To which account of theirs.
    pub identity: IdentityId,
    /// The case it is written from; a conversation that has to be begun joins it. `None` opens a case of its own.
    pub case: Option<CaseId>,
    /// What leaves.
    pub outgoing: Outgoing,
    /// Language of the text.
    pub language: String,
    /// Earliest moment it leaves.
    pub not_before: Timestamp,
    /// Position of the newest message that the writer saw in that case.
    pub seen_position: Option<i64>,
    /// Uploads that go along.
    pub attachments: Vec<(AttachmentId, Option<String>)>,
    /// The draft that it was.
    pub draft: Option<(CaseId, Voice)>,
    /// Close the case with it.
    pub close: bool,
}

/// A post of ours.
#[derive(Clone, Debug)]
pub struct NewPost {
    /// From which account.
    pub channel: ChannelId,
    /// What leaves.
    pub outgoing: Outgoing,
    /// Language of the text.
    pub language: String,
    /// Earliest moment it leaves.
    pub not_before: Timestamp,
    /// Uploads that go along.
    pub attachments: Vec<(AttachmentId, Option<String>)>,
}

/// Who stands on the other side of a conversation that we begin.
struct Other {
    identity: IdentityId,
    contact: ContactId,
    contact_name: String,
    network: String,
    scope: String,
}

impl Store {
    /// Queues a private message; the conversation is the last one with that account, or a new one after seven days of silence.
    pub async fn write_privately(&self, scope: &Scope, new: &PrivateMessage, now: Timestamp) -> Result<Answered> {
        let mut tx = self.main.begin().await?;
        let other = other(&mut tx, scope, new.identity).await?;
        let (conversation, case) = private_conversation(&mut tx, scope, new, &other, now).await?;
        let answer = Answer {
            outgoing: NewOutgoing {
                channel: new.channel,
                network: other.network,
                scope: other.scope,
                conversation,
                case,
                thread: None,
                identity: new.identity,
                form: Form::DirectMessage,
                language: new.language.clone(),
                outgoing: new.outgoing.clone(),
                not_before: new.not_before,
            },
            // What the writer saw was the case that they wrote from.
            seen_position: new.seen_position.filter(|_| new.case == Some(case)),
            attachments: new.attachments.clone(),
            draft: None,
            close: false,
        };
        let answered = answer_in(&mut tx, scope, &answer, now).await?;
        let mut events = vec![NewEvent::of("message.queued", now).case(case).message(answered.message).by(scope)];
        if let (Some(agent), Some((of, voice))) = (scope.agent(), new.draft) {
            tx.execute(
                "DELETE FROM draft WHERE workspace_id = $1 AND agent_id = $2 AND case_id = $3 AND voice = $4",
                &[scope.workspace.into(), agent.into(), of.into(), voice.word().into()],
            )
            .await?;
        }
        if new.close {
            let act = super::Act::Close { reason: None };
            let (_, event) =
                super::perform(&mut tx, scope, new.case.unwrap_or(case), &act, super::Expected::default(), now).await?;
            events.extend(event);
        }
        event::append(&mut tx, scope.workspace, &events).await?;
        tx.commit().await?;
        Ok(answered)
    }

    /// Queues a post. Its thread waits for the network's id under the message's own.
    pub async fn write_post(&self, scope: &Scope, new: &NewPost, now: Timestamp) -> Result<Answered> {
        let mut tx = self.main.begin().await?;
        let other = ourselves(&mut tx, scope, new.channel, now).await?;
        let (thread, conversation): (ThreadId, ConversationId) = (new_id(), new_id());
        tx.execute(
            "INSERT INTO thread (workspace_id, id, network, scope, root_external_id, root_author, created_at)
             SELECT workspace_id, $3, network, $4, $5, external_id, $6 FROM channel WHERE workspace_id = $1 AND id = $2",
            &[
                scope.workspace.into(),
                new.channel.into(),
                thread.into(),
                (&other.scope).into(),
                format!("ours:{}", thread.0.simple()).into(),
                now.into(),
            ],
        )
        .await?;
        let case = open_case(&mut tx, scope, &other, new.channel, Form::Post, &new.language, now).await?;
        tx.execute(
            "INSERT INTO conversation (workspace_id, id, case_id, network, private, thread_id, channel_id, identity_id, round, last_inbound,
                                       last_outbound, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, 0, 0, 0, $8)",
            &[
                scope.workspace.into(),
                conversation.into(),
                case.into(),
                (&other.network).into(),
                false.into(),
                thread.into(),
                other.identity.into(),
                now.into(),
            ],
        )
        .await?;
        let answer = Answer {
            outgoing: NewOutgoing {
                channel: new.channel,
                network: other.network,
                scope: other.scope,
                conversation,
                case,
                thread: Some(thread),
                identity: other.identity,
                form: Form::Post,
                language: new.language.clone(),
                outgoing: new.outgoing.clone(),
                not_before: new.not_before,
            },
            seen_position: None,
            attachments: new.attachments.clone(),
            draft: None,
            close: false,
        };
        let answered = answer_in(&mut tx, scope, &answer, now).await?;
        // A post asks nobody for an answer: it is there for the record, until somebody replies.
        tx.execute(
            "UPDATE cases SET state = 'closed', closed_at = $3, excerpt = $4 WHERE workspace_id = $1 AND id = $2",
            &[scope.workspace.into(), case.into(), now.into(), excerpt_of(&new.outgoing).into()],
        )
        .await?;
        let event = NewEvent::of("message.queued", now).case(case).message(answered.message).by(scope);
        event::append(&mut tx, scope.workspace, &[event]).await?;
        tx.commit().await?;
        Ok(answered)
    }

    /// An account of a customer by its handle on a network, as far as we have heard of it.
    pub async fn identity_by_handle(&self, scope: &Scope, network: &str, handle: &str) -> Result<IdentityId> {
        let handle = handle.trim().trim_start_matches('@');
        let key = [scope.workspace.into(), network.into(), handle.into()];
        // As written is a look at an index; in other letters it is a pass over the workspace's identities.
        for same in ["handle = $3", "lower(handle) = lower($3)"] {
            let sql = format!(
                "SELECT id FROM identity WHERE workspace_id = $1 AND (network || '') = $2 AND {same} ORDER BY created_at DESC LIMIT 1"
            );
            if let Some(row) = self.main.fetch_optional(&sql, &key).await? {
                return row.id("id");
            }
        }
        Err(Error::NotFound)
    }

    /// The network's account id, the network and the handle behind an identity.
    pub async fn identity_account(
        &self,
        scope: &Scope,
        identity: IdentityId,
    ) -> Result<(String, String, Option<String>)> {
        let row = self
            .main
            .fetch_one(
                "SELECT external_id, network, handle FROM identity WHERE workspace_id = $1 AND id = $2",
                &[scope.workspace.into(), identity.into()],
            )
            .await?;
        Ok((row.text("external_id")?, row.text("network")?, row.optional_text("handle")?))
    }
}

/// First words of what leaves, for lists.
fn excerpt_of(outgoing: &Outgoing) -> String {
    outgoing.text().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ").chars().take(140).collect()
}

async fn other(tx: &mut Tx, scope: &Scope, identity: IdentityId) -> Result<Other> {
    let row = tx
        .fetch_one(
            "SELECT i.network, i.scope, i.contact_id, c.name FROM identity i
             JOIN contact c ON c.workspace_id = i.workspace_id AND c.id = i.contact_id
             WHERE i.workspace_id = $1 AND i.id = $2",
            &[scope.workspace.into(), identity.into()],
        )
        .await?;
    Ok(Other {
        identity,
        contact: row.id("contact_id")?,
        contact_name: row.text("name")?,
        network: row.text("network")?,
        scope: row.text("scope")?,
    })
}

async fn private_conversation(
    tx: &mut Tx,
    scope: &Scope,
    new: &PrivateMessage,
    other: &Other,
    now: Timestamp,
) -> Result<(ConversationId, CaseId)> {
    let sql = format!(
        "SELECT id, case_id, round, last_inbound, last_outbound FROM conversation
         WHERE workspace_id = $1 AND channel_id = $2 AND identity_id = $3 AND thread_id IS NULL ORDER BY round DESC LIMIT 1{}",
        tx.for_update()
    );
    let latest = tx.fetch_optional(&sql, &[scope.workspace.into(), new.channel.into(), new.identity.into()]).await?;
    let (mut round, mut previous): (i64, Option<ConversationId>) = (0, None);
    if let Some(row) = latest {
        let last = row.int("last_inbound")?.max(row.int("last_outbound")?);
        if position(now, now, 0) <= last.saturating_add(PRIVATE_SILENCE) {
            return Ok((row.id("id")?, row.id("case_id")?));
        }
        round = row.int("round")? + 1;
        previous = row.optional_id("id")?;
    }
    let case = match new.case {
        Some(case) => {
            let known = tx
                .fetch_optional(
                    "SELECT id FROM cases WHERE workspace_id = $1 AND id = $2",
                    &[scope.workspace.into(), case.into()],
                )
                .await?;
            known.ok_or(Error::NotFound)?.id("id")?
        }
        None => {
            let case = open_case(tx, scope, other, new.channel, Form::DirectMessage, &new.language, now).await?;
            tx.execute(
                "UPDATE cases SET private = $3, excerpt = $4 WHERE workspace_id = $1 AND id = $2",
                &[scope.workspace.into(), case.into(), true.into(), excerpt_of(&new.outgoing).into()],
            )
            .await?;
            case
        }
    };
    let conversation: ConversationId = new_id();
    let added = tx
        .execute(
            "INSERT INTO conversation (workspace_id, id, case_id, network, private, thread_id, channel_id, identity_id, round, previous_id,
                                       last_inbound, last_outbound, created_at)
             VALUES ($1, $2, $3, $4, $5, NULL, $6, $7, $8, $9, 0, 0, $10) ON CONFLICT DO NOTHING",
            &[
                scope.workspace.into(),
                conversation.into(),
                case.into(),
                (&other.network).into(),
                true.into(),
                new.channel.into(),
                new.identity.into(),
                round.into(),
                previous.into(),
                now.into(),
            ],
        )
        .await?;
    // The customer wrote at this very moment: the writer must see it first.
    if added == 0 { Err(Error::Conflict("message_since")) } else { Ok((conversation, case)) }
}

/// Our own account as the other side of its posts, as filing keeps posts that were made elsewhere.
async fn ourselves(tx: &mut Tx, scope: &Scope, channel: ChannelId, now: Timestamp) -> Result<Other> {
    let row = tx
        .fetch_one(
            "SELECT network, external_id, handle, name, avatar_url FROM channel WHERE workspace_id = $1 AND id = $2",
            &[scope.workspace.into(), channel.into()],
        )
        .await?;
    let (network, external_id, name) = (row.text("network")?, row.text("external_id")?, row.text("name")?);
    let known = tx
        .fetch_optional(
            "SELECT id FROM identity WHERE workspace_id = $1 AND network = $2 AND external_id = $3 ORDER BY scope LIMIT 1",
            &[scope.workspace.into(), (&network).into(), (&external_id).into()],
        )
        .await?;
    if let Some(known) = known {
        return other(tx, scope, known.id("id")?).await;
    }
    let (contact, identity): (ContactId, IdentityId) = (new_id(), new_id());
    tx.execute(
        "INSERT INTO contact (workspace_id, id, name, language, created_at) VALUES ($1, $2, $3, NULL, $4)",
        &[scope.workspace.into(), contact.into(), (&name).into(), now.into()],
    )
    .await?;
    tx.execute(
        "INSERT INTO identity (workspace_id, id, contact_id, network, scope, external_id, handle, name, avatar_url, followers, handle_history,
                               created_at)
         VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8, NULL, '[]', $9)",
        &[
            scope.workspace.into(),
            identity.into(),
            contact.into(),
            (&network).into(),
            (&external_id).into(),
            row.text("handle")?.into(),
            (&name).into(),
            row.optional_text("avatar_url")?.into(),
            now.into(),
        ],
    )
    .await?;
    Ok(Other { identity, contact, contact_name: name, network, scope: String::new() })
}

async fn open_case(
    tx: &mut Tx,
    scope: &Scope,
    other: &Other,
    channel: ChannelId,
    form: Form,
    language: &str,
    now: Timestamp,
) -> Result<CaseId> {
    let number = tx
        .fetch_one(
            "INSERT INTO case_number (workspace_id, last) VALUES ($1, 1)
             ON CONFLICT (workspace_id) DO UPDATE SET last = case_number.last + 1 RETURNING last",
            &[scope.workspace.into()],
        )
        .await?
        .int("last")?;
    let id: CaseId = new_id();
    // As `CaseProgress::opened_by_us` has it: the customer is next.
    tx.execute(
        "INSERT INTO cases (workspace_id, id, number, contact_id, contact_name, state, priority, kind, reply_need, about, sentiment, language,
                            network, channel_id, form, private, excerpt, reasons, policy, policy_version, assignee_id, last_inbound,
                            last_outbound, last_position, message_count, version, created_at)
         VALUES ($1, $2, $3, $4, $5, 'waiting', 5, 'mention', 'none', 'other', 'neutral', $6, $7, $8, $9, $10, '', '[]', '', 0, $11, 0, 0, 0, 0, 1,
                 $12)",
        &[
            scope.workspace.into(),
            id.into(),
            number.into(),
            other.contact.into(),
            (&other.contact_name).into(),
            language.into(),
            (&other.network).into(),
            channel.into(),
            form.word().into(),
            (form == Form::DirectMessage).into(),
            scope.agent().into(),
            now.into(),
        ],
    )
    .await?;
    Ok(id)
}
