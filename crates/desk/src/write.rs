//! Writing: replies, private messages, posts. A text is signed, measured and checked, and leaves only through the outbox.

use crate::act::storable;
use crate::answering::Accounts;
use crate::invitation::invitation;
use crate::sign_off::{sign_off, signed};
use crate::{Desk, Error, Result, workers_only};
use bus::Work;
use domain::Timestamp;
use domain::ability::{May, MessageFacts, Way};
use domain::draft_check::{Draft, Finding, check, may_leave};
use domain::id::{AttachmentId, CaseId, ChannelId, IdentityId, MessageId, OutboxId};
use domain::outgoing::{Outgoing, OutgoingMedia};
use domain::people::Scope;
use domain::understanding::Reason;
use domain::vocabulary::Form;
use language::Hints;
use networks::network::Measured;
use serde::{Deserialize, Serialize};
use store::case_act::{Answer, Answered, NewPost, PrivateMessage};
use store::case_view::MessageView;
use store::channel::Channel;
use store::draft::Voice;
use store::outbox::NewOutgoing;

/// A file of the writer that goes along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// The upload.
    pub attachment: AttachmentId,
    /// Its description; `None` keeps the upload's.
    #[serde(default)]
    pub alt_text: Option<String>,
}

/// A reply in the voice of the message it answers: public under a public one, private to a private one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// Text without sign-off.
    pub text: String,
    /// The account that speaks; `None` takes the proposed one.
    pub channel: Option<ChannelId>,
    /// Files.
    pub attachments: Vec<Attached>,
    /// Position of the newest message that the writer saw; `None` sends whatever happened.
    pub seen_position: Option<i64>,
    /// Close the case with it.
    pub close: bool,
}

/// A private message to the author of a message.
pub type PrivateText = Reply;

/// A private message to somebody who may never have written.
#[derive(Clone, Debug, PartialEq)]
pub struct NewMessage {
    /// The account that speaks.
    pub channel: ChannelId,
    /// To whom, by account.
    pub identity: Option<IdentityId>,
    /// To whom, by handle on the channel's network, when no account is named.
    pub handle: Option<String>,
    /// Text without sign-off.
    pub text: String,
    /// Files.
    pub attachments: Vec<Attached>,
}

/// A post of ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// The account that speaks.
    pub channel: ChannelId,
    /// Text without sign-off.
    pub text: String,
    /// Files.
    pub attachments: Vec<Attached>,
}

/// What was queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// The message.
    pub message: MessageId,
    /// The outbox row.
    pub outbox: OutboxId,
    /// Its case.
    pub case: CaseId,
    /// Until when it can be taken back; it leaves then.
    pub undo_until: Timestamp,
}

/// What the draft check says of a text as it would leave.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// Stops first; empty when it may leave.
    pub findings: Vec<Finding>,
    /// Whether nothing holds it back.
    pub may_leave: bool,
    /// Length with the sign-off, as the network counts it.
    pub length: Measured,
    /// What will be appended.
    pub sign_off: String,
    /// Language of the text, `und` when unknown.
    pub language: String,
}

/// A text that may leave.
struct Ready {
    text: String,
    language: String,
    media: Vec<OutgoingMedia>,
    not_before: Timestamp,
}

/// Undo is held at most this long, in seconds.
const LONGEST_UNDO: i64 = 30;

impl Desk {
    /// What the draft check says of a text, as an answer to a message or as a new text of a channel.
    pub async fn check(
        &self,
        scope: &Scope,
        channel: ChannelId,
        answers: Option<MessageId>,
        voice: Voice,
        text: &str,
        has_media: bool,
    ) -> Result<Check> {
        let channel = self.store.channel(scope, channel).await?;
        let accounts = self.accounts_on(scope, &channel.network).await?;
        let theirs = match answers {
            Some(message) => Some(self.store.message(scope, message).await?.language),
            None => None,
        };
        let text = storable("text", text)?;
        let (_, check) = self
            .look_at(scope, &accounts, &channel, &text, voice == Voice::Public, has_media, theirs.as_deref())
            .await?;
        Ok(check)
    }

    /// The text as it would leave, and what the draft check says of it.
    #[expect(clippy::too_many_arguments, reason = "the parts of one look at one draft")]
    async fn look_at(
        &self,
        scope: &Scope,
        accounts: &Accounts,
        channel: &Channel,
        text: &str,
        public: bool,
        has_media: bool,
        theirs: Option<&str>,
    ) -> Result<(String, Check)> {
        let agent = self.writer(scope).await?;
        let sign_off = agent.map(|agent| sign_off(channel.sign_off, &agent, text)).unwrap_or_default();
        // A sign-off below nothing is nothing: an empty draft stays empty.
        let whole = if text.trim().is_empty() && !has_media { String::new() } else { signed(text, &sign_off) };
        let length = accounts.network.measure(&whole, !public);
        let hints = Hints { usual_language: theirs, ..Hints::default() };
        let own = self.reader.read(text, &hints);
        let personal_data = self.reader.read(&whole, &hints).personal_data;
        let published = self.published(scope).await?;
        let published: Vec<&str> = published.iter().map(String::as_str).collect();
        let findings = check(&Draft {
            text: &whole,
            public,
            has_media,
            length: length.used,
            limit: Some(length.limit),
            personal_data: &personal_data,
            published: &published,
            language: Some(&own.language).filter(|_| own.language_confidence >= 0.5).map(String::as_str),
            customer_language: theirs,
        });
        let check = Check { may_leave: may_leave(&findings), findings, length, sign_off, language: own.language };
        Ok((whole, check))
    }

    /// Addresses and numbers that the company publishes itself: they may stand in public.
    async fn published(&self, scope: &Scope) -> Result<Vec<String>> {
        let settings = self.store.workspace(scope).await?.settings;
        let listed = settings.get("published").and_then(|listed| listed.as_array()).cloned().unwrap_or_default();
        Ok(listed.iter().filter_map(|entry| entry.as_str().map(str::to_owned)).collect())
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one text")]
    async fn ready(
        &self,
        scope: &Scope,
        accounts: &Accounts,
        channel: &Channel,
        text: &str,
        attachments: &[Attached],
        public: bool,
        answers: Option<&MessageView>,
    ) -> Result<Ready> {
        let text = storable("text", text)?;
        let media = self.media(scope, accounts, attachments, public).await?;
        let theirs = answers.map(|message| message.language.as_str());
        let (whole, check) = self.look_at(scope, accounts, channel, &text, public, !media.is_empty(), theirs).await?;
        if !check.may_leave {
            let ways = match (public, answers) {
                (true, Some(message)) => private_ways(accounts, channel, &message.facts),
                _ => Vec::new(),
            };
            return Err(Error::DraftStopped { findings: check.findings, ways });
        }
        let undo = match self.writer(scope).await? {
            Some(agent) => agent.profile.undo_seconds.clamp(0, LONGEST_UNDO),
            None => 0,
        };
        let not_before = self.now() + jiff::SignedDuration::from_secs(undo);
        Ok(Ready { text: whole, language: check.language, media, not_before })
    }

    async fn media(
        &self,
        scope: &Scope,
        accounts: &Accounts,
        attachments: &[Attached],
        public: bool,
    ) -> Result<Vec<OutgoingMedia>> {
        let invalid = |code| Error::Invalid { field: "attachments", code };
        if attachments.is_empty() {
            return Ok(Vec::new());
        }
        let capabilities = accounts.network.capabilities();
        let limit = if public { capabilities.public_media } else { capabilities.private_media };
        let limit = limit.ok_or(invalid("not_possible"))?;
        if attachments.len() > limit.files {
            return Err(invalid("too_many"));
        }
        let mut media = Vec::new();
        for attached in attachments {
            let upload = self.store.upload(scope, attached.attachment).await?;
            if u64::try_from(upload.bytes).unwrap_or(u64::MAX) > limit.bytes {
                return Err(invalid("too_large"));
            }
            let alt_text = attached.alt_text.clone().or(upload.alt_text).filter(|text| !text.trim().is_empty());
            if alt_text.as_ref().is_some_and(|text| text.chars().count() > limit.alt_text) {
                return Err(invalid("description_too_long"));
            }
            media.push(OutgoingMedia { attachment: attached.attachment, content_type: upload.content_type, alt_text });
        }
        Ok(media)
    }

    /// Answers a message in its own voice.
    ///
    /// # Errors
    /// [`Error::Refused`] with the ways that remain when the network does not let the account; [`Error::DraftStopped`];
    /// [`Error::AnsweredSince`] when a colleague was faster.
    pub async fn reply(&self, scope: &Scope, message: MessageId, reply: &Reply) -> Result<Written> {
        workers_only(scope)?;
        let message = self.store.message(scope, message).await?;
        if message.private {
            return self.write_to_author(scope, &message, reply).await;
        }
        let accounts = self.accounts_on(scope, &message.network).await?;
        let spoke_last = self.spoke_last(scope, &message).await?;
        let answering = self.propose(&accounts, &message, spoke_last);
        let chosen = reply.channel.or(answering.proposed().map(|proposal| proposal.channel));
        let chosen = chosen.or(answering.refusals.first().map(|refusal| refusal.channel));
        let channel = chosen.and_then(|chosen| accounts.channel(chosen)).ok_or(Error::NotFound)?;
        let abilities = accounts.abilities(&channel.facts(), &message.facts);
        if let May::No { reason } = abilities.reply {
            return Err(Error::Refused { reason, ways: abilities.ways });
        }
        let in_reply_to = message.facts.external_id.clone().ok_or(Error::Conflict("not_sent_yet"))?;
        let ready =
            self.ready(scope, &accounts, channel, &reply.text, &reply.attachments, true, Some(&message)).await?;
        let answer = Answer {
            outgoing: NewOutgoing {
                channel: channel.id,
                network: message.network.clone(),
                scope: message.scope.clone(),
                conversation: message.conversation,
                case: message.case,
                thread: message.thread,
                identity: message.identity,
                form: Form::Reply,
                language: ready.language,
                outgoing: Outgoing::Reply { in_reply_to, text: ready.text, media: ready.media },
                not_before: ready.not_before,
            },
            seen_position: reply.seen_position,
            attachments: taken(&reply.attachments),
            draft: Some(Voice::Public),
            close: reply.close,
        };
        let answered = self.store.answer(scope, &answer, self.now()).await;
        self.written(scope, answered, message.case, reply.seen_position, ready.not_before).await
    }

    /// Writes privately to the author of a message, from the case it belongs to.
    pub async fn direct_message(&self, scope: &Scope, message: MessageId, text: &PrivateText) -> Result<Written> {
        workers_only(scope)?;
        let message = self.store.message(scope, message).await?;
        self.write_to_author(scope, &message, text).await
    }

    async fn write_to_author(&self, scope: &Scope, message: &MessageView, reply: &Reply) -> Result<Written> {
        let accounts = self.accounts_on(scope, &message.network).await?;
        let composer = self.composer_for(&accounts, message, self.spoke_last(scope, message).await?, None);
        let options = composer.private.ok_or(Error::Conflict("no_private_voice"))?;
        let chosen = reply.channel.or(options.proposed).or(options.choices.first().map(|choice| choice.channel));
        let channel = chosen.and_then(|chosen| accounts.channel(chosen)).ok_or(Error::NotFound)?;
        let may = options.choices.into_iter().find(|choice| choice.channel == channel.id).map(|choice| choice.may);
        if let Some(May::No { reason }) = may {
            return Err(Error::Refused { reason, ways: Vec::new() });
        }
        let ready =
            self.ready(scope, &accounts, channel, &reply.text, &reply.attachments, false, Some(message)).await?;
        let new = PrivateMessage {
            channel: channel.id,
            identity: message.identity,
            case: Some(message.case),
            outgoing: Outgoing::DirectMessage {
                recipient: message.identity_external_id.clone(),
                text: ready.text,
                media: ready.media,
            },
            language: ready.language,
            not_before: ready.not_before,
            seen_position: reply.seen_position,
            attachments: taken(&reply.attachments),
            draft: Some((message.case, Voice::Private)),
            close: reply.close,
        };
        let answered = self.store.write_privately(scope, &new, self.now()).await;
        self.written(scope, answered, message.case, reply.seen_position, ready.not_before).await
    }

    /// Opens a private conversation with somebody.
    ///
    /// # Errors
    /// [`Error::Invalid`] `recipient` when neither account nor handle is known here.
    pub async fn new_direct_message(&self, scope: &Scope, new: &NewMessage) -> Result<Written> {
        workers_only(scope)?;
        let unknown = || Error::Invalid { field: "recipient", code: "unknown" };
        let channel = self.store.channel(scope, new.channel).await?;
        let accounts = self.accounts_on(scope, &channel.network).await?;
        able(
            accounts.network.capabilities().new_direct_message
                && accounts.network.capabilities().private_text.is_some(),
        )?;
        connected(&channel)?;
        let identity = match (new.identity, &new.handle) {
            (Some(identity), _) => identity,
            (None, Some(handle)) => self
                .store
                .identity_by_handle(scope, &channel.network, &storable("handle", handle)?)
                .await
                .map_err(|error| if matches!(error, store::Error::NotFound) { unknown() } else { error.into() })?,
            (None, None) => return Err(unknown()),
        };
        let (recipient, network, _) = self.store.identity_account(scope, identity).await?;
        if network != channel.network {
            return Err(unknown());
        }
        let ready = self.ready(scope, &accounts, &channel, &new.text, &new.attachments, false, None).await?;
        let message = PrivateMessage {
            channel: channel.id,
            identity,
            case: None,
            outgoing: Outgoing::DirectMessage { recipient, text: ready.text, media: ready.media },
            language: ready.language,
            not_before: ready.not_before,
            seen_position: None,
            attachments: taken(&new.attachments),
            draft: None,
            close: false,
        };
        let answered = self.store.write_privately(scope, &message, self.now()).await?;
        self.written(scope, Ok(answered), answered.case, None, ready.not_before).await
    }

    /// Publishes a post of ours.
    pub async fn new_post(&self, scope: &Scope, post: &Post) -> Result<Written> {
        workers_only(scope)?;
        let channel = self.store.channel(scope, post.channel).await?;
        let accounts = self.accounts_on(scope, &channel.network).await?;
        able(accounts.network.capabilities().new_post)?;
        connected(&channel)?;
        let ready = self.ready(scope, &accounts, &channel, &post.text, &post.attachments, true, None).await?;
        let new = NewPost {
            channel: channel.id,
            outgoing: Outgoing::Post { text: ready.text, media: ready.media },
            language: ready.language,
            not_before: ready.not_before,
            attachments: taken(&post.attachments),
        };
        let answered = self.store.write_post(scope, &new, self.now()).await?;
        self.written(scope, Ok(answered), answered.case, None, ready.not_before).await
    }

    async fn written(
        &self,
        scope: &Scope,
        answered: store::Result<Answered>,
        case: CaseId,
        seen: Option<i64>,
        undo_until: Timestamp,
    ) -> Result<Written> {
        match answered {
            Ok(answered) => {
                self.bus.work(Work::Outbox);
                self.announce(scope).await;
                Ok(Written { message: answered.message, outbox: answered.outbox, case: answered.case, undo_until })
            }
            Err(store::Error::Conflict("answered_since")) => {
                let messages = self.store.answers_since(scope, case, seen.unwrap_or(i64::MAX)).await?;
                let seen = self.store.case_row(scope, case).await?.last_position;
                Err(Error::AnsweredSince { messages, seen })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A text that invites the author of a message to write privately, in their language, with the link that opens it;
    /// `None` when the network has no such link.
    pub async fn invitation(
        &self,
        scope: &Scope,
        message: MessageId,
        channel: Option<ChannelId>,
    ) -> Result<Option<String>> {
        let message = self.store.message(scope, message).await?;
        let accounts = self.accounts_on(scope, &message.network).await?;
        let proposed = self.propose(&accounts, &message, None).proposed().map(|proposal| proposal.channel);
        let chosen = channel.or(proposed).or(accounts.channels.first().map(|channel| channel.id));
        let channel = chosen.and_then(|chosen| accounts.channel(chosen)).ok_or(Error::NotFound)?;
        Ok(private_ways(&accounts, channel, &message.facts).into_iter().find_map(|way| match way {
            Way::InviteToPrivate { url } => Some(invitation(&message.language, &url)),
            _ => None,
        }))
    }
}

/// The private ways towards the author of a message. Networks tell them when a public reply is closed, so they are
/// asked about the message as if it could not be answered.
fn private_ways(accounts: &Accounts, channel: &Channel, message: &MessageFacts) -> Vec<Way> {
    let closed = MessageFacts { external_id: None, ..message.clone() };
    let ways = accounts.abilities(&channel.facts(), &closed).ways;
    ways.into_iter().filter(|way| matches!(way, Way::InviteToPrivate { .. } | Way::WritePrivately)).collect()
}

fn taken(attachments: &[Attached]) -> Vec<(AttachmentId, Option<String>)> {
    attachments.iter().map(|attached| (attached.attachment, attached.alt_text.clone())).collect()
}

fn able(able: bool) -> Result<()> {
    if able { Ok(()) } else { Err(refused("network.cannot")) }
}

fn connected(channel: &Channel) -> Result<()> {
    if channel.facts().connected { Ok(()) } else { Err(refused("channel.not_connected")) }
}

fn refused(code: &str) -> Error {
    Error::Refused { reason: Reason::of(code), ways: Vec::new() }
}
