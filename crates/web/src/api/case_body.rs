//! Cases, conversations, contacts and messages as JSON. Positions are strings: they do not fit a JavaScript number.

use super::words;
use desk::{CaseRow, ContactView, ConversationView, IdentityView, MessageItem, MessagePage, PastCase};
use domain::vocabulary::{NoReplyReason, Noise};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A colleague.
#[derive(Debug, Serialize, ToSchema)]
pub struct NameBody {
    /// Who.
    pub id: Uuid,
    /// Name.
    pub name: String,
}

/// A case as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseBody {
    /// Which.
    pub id: Uuid,
    /// What people say to each other.
    pub number: i64,
    /// Whose.
    pub contact: Uuid,
    /// As they call themselves.
    pub contact_name: String,
    /// Handle without `@`, when known.
    pub contact_handle: Option<String>,
    /// Where it stands.
    #[schema(schema_with = words::case_state)]
    pub state: &'static str,
    /// 0 safety, 1–7 levels, 8 noise.
    #[schema(minimum = 0, maximum = 8)]
    pub priority: i64,
    /// Kind of the message that stands for the case.
    #[schema(schema_with = words::kind)]
    pub kind: &'static str,
    /// Whether it wants an answer.
    #[schema(schema_with = words::reply_need)]
    pub reply_need: &'static str,
    /// Why it was set aside.
    #[schema(schema_with = words::optional_noise)]
    pub noise: Option<&'static str>,
    /// Subject.
    #[schema(schema_with = words::about)]
    pub about: &'static str,
    /// Tone.
    #[schema(schema_with = words::sentiment)]
    pub sentiment: &'static str,
    /// BCP 47 primary subtag, `und` when unknown.
    pub language: String,
    /// Network by id.
    pub network: String,
    /// The channel that was addressed.
    pub channel: Option<Uuid>,
    /// Shape of the message that stands for the case.
    #[schema(schema_with = words::form)]
    pub form: &'static str,
    /// Whether that message is private.
    pub private: bool,
    /// Its first words, personal data masked.
    pub excerpt: String,
    /// Why the priority, the weightiest first: `{"code", "words"}`.
    #[schema(value_type = Vec<Object>)]
    pub reasons: serde_json::Value,
    /// Policy and version that set the priority.
    pub policy: String,
    /// Its version.
    pub policy_version: i64,
    /// Who is on it.
    pub assignee: Option<NameBody>,
    /// Since when the customer waits.
    pub waiting_since: Option<Timestamp>,
    /// Until when it sleeps.
    pub snoozed_until: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Why without an answer.
    #[schema(schema_with = words::optional_no_reply_reason)]
    pub no_reply_reason: Option<&'static str>,
    /// Position of the newest message; acts and replies name it.
    #[schema(pattern = "^-?[0-9]+$")]
    pub last_position: String,
    /// Time of the newest message.
    pub last_at: Timestamp,
    /// Messages in its conversations.
    pub message_count: i64,
    /// Counts up with every change; acts name it.
    pub version: i64,
    /// Whether the reader has not seen the newest inbound message.
    pub unread: bool,
    /// When it was opened.
    pub created_at: Timestamp,
}

impl From<CaseRow> for CaseBody {
    fn from(case: CaseRow) -> Self {
        Self {
            id: case.id.0,
            number: case.number,
            contact: case.contact.0,
            contact_name: case.contact_name,
            contact_handle: case.contact_handle,
            state: case.state.word(),
            priority: case.priority,
            kind: case.kind.word(),
            reply_need: case.reply_need.word(),
            noise: case.noise.map(Noise::word),
            about: case.about.word(),
            sentiment: case.sentiment.word(),
            language: case.language,
            network: case.network,
            channel: case.channel.map(|channel| channel.0),
            form: case.form.word(),
            private: case.private,
            excerpt: case.excerpt,
            reasons: value(&case.reasons),
            policy: case.policy,
            policy_version: case.policy_version,
            assignee: case.assignee.map(|agent| NameBody { id: agent.id.0, name: agent.name }),
            waiting_since: case.waiting_since,
            snoozed_until: case.snoozed_until,
            closed_at: case.closed_at,
            no_reply_reason: case.no_reply_reason.map(NoReplyReason::word),
            last_position: case.last_position.to_string(),
            last_at: case.last_at,
            message_count: case.message_count,
            version: case.version,
            unread: case.unread,
            created_at: case.created_at,
        }
    }
}

/// A conversation of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationBody {
    /// Which.
    pub id: Uuid,
    /// Network by id.
    pub network: String,
    /// Whether only the two sides can read it.
    pub private: bool,
    /// Public: the thread in which it happens; several conversations can stand in one.
    pub thread: Option<Uuid>,
    /// Public: the network's id of the post that opened the thread.
    pub thread_root: Option<String>,
    /// Private: the account of ours.
    pub channel: Option<Uuid>,
    /// With whom.
    pub identity: Uuid,
    /// Handle without `@`.
    pub handle: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// The conversation before it, when it was begun anew after silence.
    pub previous: Option<Uuid>,
    /// Public: people in its thread, us not counted, to 100.
    pub people: i64,
}

impl From<ConversationView> for ConversationBody {
    fn from(conversation: ConversationView) -> Self {
        Self {
            id: conversation.id.0,
            network: conversation.network,
            private: conversation.private,
            thread: conversation.thread.map(|thread| thread.0),
            thread_root: conversation.thread_root,
            channel: conversation.channel.map(|channel| channel.0),
            identity: conversation.identity.0,
            handle: conversation.handle,
            name: conversation.name,
            previous: conversation.previous.map(|previous| previous.0),
            people: conversation.people,
        }
    }
}

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactBody {
    /// Who.
    pub id: Uuid,
    /// As they call themselves.
    pub name: String,
    /// Language they write, when known.
    pub language: Option<String>,
    /// Their accounts.
    pub identities: Vec<IdentityBody>,
    /// Their other cases, newest first, at most 20.
    pub cases: Vec<PastCaseBody>,
    /// When we first heard of them.
    pub created_at: Timestamp,
}

/// One account of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityBody {
    /// Which.
    pub id: Uuid,
    /// Network by id.
    pub network: String,
    /// The network's id of the account.
    pub external_id: String,
    /// Handle without `@`.
    pub handle: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// Followers, when the network said so.
    pub followers: Option<i64>,
    /// Earlier handles, oldest first.
    pub handle_history: Vec<String>,
}

/// An earlier case.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastCaseBody {
    /// Which.
    pub id: Uuid,
    /// Its number.
    pub number: i64,
    /// Where it stands.
    #[schema(schema_with = words::case_state)]
    pub state: &'static str,
    /// 0 safety, 1–7 levels, 8 noise.
    pub priority: i64,
    /// First words.
    pub excerpt: String,
    /// When it was opened.
    pub created_at: Timestamp,
}

impl From<IdentityView> for IdentityBody {
    fn from(identity: IdentityView) -> Self {
        Self {
            id: identity.id.0,
            network: identity.network,
            external_id: identity.external_id,
            handle: identity.handle,
            name: identity.name,
            followers: identity.followers,
            handle_history: identity.handle_history,
        }
    }
}

impl From<PastCase> for PastCaseBody {
    fn from(case: PastCase) -> Self {
        Self {
            id: case.id.0,
            number: case.number,
            state: case.state.word(),
            priority: case.priority,
            excerpt: case.excerpt,
            created_at: case.created_at,
        }
    }
}

impl From<ContactView> for ContactBody {
    fn from(contact: ContactView) -> Self {
        Self {
            id: contact.id.0,
            name: contact.name,
            language: contact.language,
            identities: contact.identities.into_iter().map(Into::into).collect(),
            cases: contact.past.into_iter().map(Into::into).collect(),
            created_at: contact.created_at,
        }
    }
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageBody {
    /// Which.
    pub id: Uuid,
    /// Its conversation.
    pub conversation: Uuid,
    /// Its case.
    pub case: Uuid,
    /// Public: its thread.
    pub thread: Option<Uuid>,
    /// Network by id.
    pub network: String,
    /// The network's id; null while ours is on its way.
    pub external_id: Option<String>,
    /// Its shape.
    #[schema(schema_with = words::form)]
    pub form: &'static str,
    /// Who wrote it.
    #[schema(schema_with = words::direction)]
    pub direction: &'static str,
    /// Whether only the two sides can read it.
    pub private: bool,
    /// Inbound: who wrote it. Outbound: to whom.
    pub identity: Uuid,
    /// Their handle without `@`.
    pub handle: Option<String>,
    /// Their display name.
    pub name: Option<String>,
    /// Outbound: the account of ours.
    pub channel: Option<Uuid>,
    /// Outbound: the person who wrote it.
    pub agent: Option<Uuid>,
    /// Text.
    pub text: String,
    /// BCP 47 primary subtag, `und` when unknown.
    pub language: String,
    /// Its place in time.
    #[schema(pattern = "^-?[0-9]+$")]
    pub position: String,
    /// When it was sent, as the network says.
    pub sent_at: Timestamp,
    /// When it came to us.
    pub received_at: Timestamp,
    /// Outbound: where it stands.
    #[schema(schema_with = words::optional_send_state)]
    pub send_state: Option<&'static str>,
    /// Outbound: what the network said.
    #[schema(value_type = Option<Object>)]
    pub send_error: serde_json::Value,
    /// Outbound: until when it can be taken back.
    pub undo_until: Option<Timestamp>,
    /// What the language engine says of it.
    #[schema(value_type = Option<Object>)]
    pub understanding: serde_json::Value,
    /// Files.
    pub attachments: Vec<Uuid>,
    /// Address at which people see it.
    pub url: Option<String>,
    /// Who may answer it, the best first, and why the others may not.
    #[schema(value_type = Option<Object>)]
    pub answering: serde_json::Value,
    /// When it was edited.
    pub edited_at: Option<Timestamp>,
    /// When it was hidden.
    pub hidden_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

impl From<MessageItem> for MessageBody {
    fn from(item: MessageItem) -> Self {
        let message = item.message;
        let (name, handle) = message.speaker();
        let (name, handle) = (name.map(str::to_owned), handle.map(str::to_owned));
        let send = message.send;
        Self {
            id: message.id.0,
            conversation: message.conversation.0,
            case: message.case.0,
            thread: message.thread.map(|thread| thread.0),
            network: message.network,
            external_id: message.external_id,
            form: message.form.word(),
            direction: message.direction.word(),
            private: message.private,
            identity: message.identity.0,
            handle,
            name,
            channel: message.channel.map(|channel| channel.0),
            agent: message.agent.map(|agent| agent.0),
            text: message.text,
            language: message.language,
            position: message.position.to_string(),
            sent_at: message.sent_at,
            received_at: message.received_at,
            send_state: send.as_ref().map(|send| send.state.word()),
            send_error: value(&send.as_ref().and_then(|send| send.error.clone())),
            undo_until: send.and_then(|send| send.undo_until),
            understanding: value(&message.understanding),
            attachments: message.attachments.iter().map(|attachment| attachment.id.0).collect(),
            url: item.url,
            answering: value(&item.answering),
            edited_at: message.edited_at,
            hidden_at: message.hidden_at,
            deleted_at: message.deleted_at,
        }
    }
}

/// A window of messages, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessagesBody {
    /// Oldest first.
    pub items: Vec<MessageBody>,
    /// Pass it as `before` for earlier ones; null at the beginning.
    pub before: Option<String>,
    /// Pass it as `after` for later ones; null at the end.
    pub after: Option<String>,
}

impl From<MessagePage> for MessagesBody {
    fn from(page: MessagePage) -> Self {
        Self { items: page.messages.into_iter().map(Into::into).collect(), before: page.before, after: page.after }
    }
}

/// Anything that serialises, as a value; what does not is null.
pub(super) fn value<T: Serialize>(thing: &T) -> serde_json::Value {
    serde_json::to_value(thing).unwrap_or_default()
}
