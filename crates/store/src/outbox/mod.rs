//! The outbox: what we owe the networks, written with the message in one transaction, leased, recorded, reconciled.

mod lease;
mod progress;
mod queue;
mod record;
mod settle;
mod thread_name;

pub(crate) use progress::answered_again;
pub use progress::{progress, unanswered};
pub use queue::{queue, queue_act};
pub(crate) use thread_name::name_thread;

use crate::db::{Tx, Value};
use crate::error::Result;
use crate::event::NewEvent;
use domain::Timestamp;
use domain::id::{CaseId, ChannelId, ConversationId, IdentityId, MessageId, OutboxId, ThreadId, WorkspaceId};
use domain::outgoing::{Candidate, Outgoing};
use domain::vocabulary::{Form, SendState};
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
    pub candidates: Vec<Candidate>,
}

impl SendError {
    /// Several equal messages stand at the network.
    pub const AMBIGUOUS: &str = "ambiguous";
    /// The network calls it sent, or does not say, and does not show it either.
    pub const UNSEEN: &str = "unseen";

    /// Whether no further look is made: only a person, or the echo of the message, can settle it.
    pub fn waits_for_a_person(&self) -> bool {
        matches!(self.code.as_str(), Self::AMBIGUOUS | Self::UNSEEN)
    }
}

/// What a person found out about a message of ours whose outcome is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    /// It is at the network, with this external id.
    Stands(&'a str),
    /// It is not there: it is owed again.
    Again,
    /// It is not there, and shall not go out any more.
    GiveUp,
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
        // Their files may be on the disk already: upkeep removes them, then the rows.
        tx.execute(
            "UPDATE attachment SET message_id = NULL, source_url = NULL, trouble = 'loose' WHERE workspace_id = $1 AND message_id = $2",
            both,
        )
        .await?;
        tx.execute("DELETE FROM message WHERE workspace_id = $1 AND id = $2", both).await?;
    }
    tx.execute("UPDATE message SET external_id = $3 WHERE workspace_id = $1 AND id = $2", &here).await?;
    thread_name::name_thread(tx, workspace, message, external_id).await
}
