//! The composer's read model: whom an answer goes to, in which voices, from which accounts, and why; limits; what remains.

use crate::answering::Accounts;
use crate::sign_off::sign_off;
use crate::{Desk, Result};
use domain::ability::{May, Way};
use domain::answering::Answering;
use domain::capability::{MediaLimit, TextLimit};
use domain::id::{CaseId, ChannelId, ConversationId, IdentityId, MessageId};
use domain::people::Scope;
use domain::understanding::Reason;
use domain::vocabulary::{ChannelRole, Direction};
use serde::Serialize;
use store::account::Agent;
use store::case_view::MessageView;
use store::channel::Channel;
use store::draft::Voice;

/// An account of ours that could speak.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AccountChoice {
    /// Which.
    pub channel: ChannelId,
    /// Its handle without `@`.
    pub handle: String,
    /// Its display name.
    pub name: String,
    /// What it is for.
    pub role: ChannelRole,
    /// Whether the network lets it.
    pub may: May,
    /// Why it stands here, the weightiest first; empty when refused.
    pub because: Vec<Reason>,
    /// What will be appended to the reader's text, e.g. ` ^TM`; empty when nothing.
    pub sign_off: String,
}

/// One voice towards the network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VoiceOptions {
    /// Whether the proposed account may use it; the weightiest refusal when none may.
    pub may: May,
    /// The account that speaks unless the person chooses another.
    pub proposed: Option<ChannelId>,
    /// All accounts, the proposed one first.
    pub choices: Vec<AccountChoice>,
    /// Ways that remain when none may.
    pub ways: Vec<Way>,
    /// Limit of the text.
    pub limit: Option<TextLimit>,
    /// Limits of media.
    pub media: Option<MediaLimit>,
}

/// Whom it goes to. Name and handle are theirs: untrusted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recipient {
    /// Their account.
    pub identity: IdentityId,
    /// Display name.
    pub name: Option<String>,
    /// Handle without `@`.
    pub handle: Option<String>,
}

/// What can be written as an answer to one message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Composer {
    /// The message that is answered.
    pub in_reply_to: MessageId,
    /// Its case.
    pub case: CaseId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Whom it goes to.
    pub to: Recipient,
    /// Network by id.
    pub network: String,
    /// The network's own name.
    pub network_name: String,
    /// Language the customer writes, `und` when unknown.
    pub language: String,
    /// The voice that is chosen at first.
    pub voice: Voice,
    /// Public reply; `None` where there is no public place.
    pub public: Option<VoiceOptions>,
    /// Private message; `None` when the network has none.
    pub private: Option<VoiceOptions>,
}

impl Desk {
    /// What can be written as an answer to a message.
    pub async fn composer(&self, scope: &Scope, message: MessageId) -> Result<Composer> {
        let message = self.store.message(scope, message).await?;
        let accounts = self.accounts_on(scope, &message.network).await?;
        let agent = self.writer(scope).await?;
        let spoke_last = self.spoke_last(scope, &message).await?;
        Ok(self.composer_for(&accounts, &message, spoke_last, agent.as_ref()))
    }

    /// The person who writes, when it is one.
    pub(crate) async fn writer(&self, scope: &Scope) -> Result<Option<Agent>> {
        match scope.agent() {
            Some(agent) => Ok(Some(self.store.agent(scope, agent).await?)),
            None => Ok(None),
        }
    }

    /// The account of our newest answer in a message's conversation.
    pub(crate) async fn spoke_last(&self, scope: &Scope, message: &MessageView) -> Result<Option<ChannelId>> {
        let window = store::case_view::Window::Newest;
        let newest = self.store.case_messages(scope, message.case, Some(message.conversation), window, 50).await?;
        Ok(voice_of(&newest.messages, message.conversation))
    }

    pub(crate) fn composer_for(
        &self,
        accounts: &Accounts,
        message: &MessageView,
        spoke_last: Option<ChannelId>,
        agent: Option<&Agent>,
    ) -> Composer {
        let capabilities = accounts.network.capabilities();
        let answering = self.propose(accounts, message, spoke_last);
        let public = capabilities.public_text.filter(|_| !message.private).map(|limit| {
            let mut options = voice(accounts, message, &answering, agent);
            options.limit = Some(limit);
            options.media = capabilities.public_media;
            options
        });
        let private = capabilities.private_text.map(|limit| {
            let mut options = if message.private {
                voice(accounts, message, &answering, agent)
            } else {
                beside(accounts, message, &answering, agent)
            };
            options.limit = Some(limit);
            options.media = capabilities.private_media;
            options
        });
        Composer {
            in_reply_to: message.id,
            case: message.case,
            conversation: message.conversation,
            to: Recipient { identity: message.identity, name: message.name.clone(), handle: message.handle.clone() },
            network: message.network.clone(),
            network_name: capabilities.name.clone(),
            language: message.language.clone(),
            voice: if message.private { Voice::Private } else { Voice::Public },
            public,
            private,
        }
    }
}

/// The account of our newest message of a conversation.
pub(crate) fn voice_of(messages: &[MessageView], conversation: ConversationId) -> Option<ChannelId> {
    messages
        .iter()
        .rev()
        .find(|message| message.direction == Direction::Outbound && message.conversation == conversation)
        .and_then(|message| message.channel)
}

fn choice(channel: &Channel, may: May, because: Vec<Reason>, agent: Option<&Agent>) -> AccountChoice {
    AccountChoice {
        channel: channel.id,
        handle: channel.handle.clone(),
        name: channel.name.clone(),
        role: channel.role,
        may,
        because,
        sign_off: agent.map(|agent| sign_off(channel.sign_off, agent, "")).unwrap_or_default(),
    }
}

/// The voice in which the message itself was written.
fn voice(accounts: &Accounts, message: &MessageView, answering: &Answering, agent: Option<&Agent>) -> VoiceOptions {
    let mut choices = Vec::new();
    for proposal in &answering.proposals {
        if let Some(channel) = accounts.channel(proposal.channel) {
            choices.push(choice(channel, May::Yes, proposal.reasons.clone(), agent));
        }
    }
    for refusal in &answering.refusals {
        if let Some(channel) = accounts.channel(refusal.channel) {
            choices.push(choice(channel, May::No { reason: refusal.reason.clone() }, Vec::new(), agent));
        }
    }
    let proposed = answering.proposed().map(|proposal| proposal.channel);
    let ways = match (proposed, answering.refusals.first()) {
        (None, Some(first)) => accounts
            .facts_of(first.channel)
            .map(|facts| accounts.abilities(facts, &message.facts).ways)
            .unwrap_or_default(),
        _ => Vec::new(),
    };
    finish(choices, proposed, ways)
}

/// A private message beside a public one: the account that would answer in public is asked first.
fn beside(accounts: &Accounts, message: &MessageView, answering: &Answering, agent: Option<&Agent>) -> VoiceOptions {
    let order = answering
        .proposals
        .iter()
        .map(|proposal| (proposal.channel, proposal.reasons.clone()))
        .chain(answering.refusals.iter().map(|refusal| (refusal.channel, Vec::new())));
    let mut choices: Vec<AccountChoice> = order
        .filter_map(|(id, because)| {
            let abilities = accounts.abilities(accounts.facts_of(id)?, &message.facts);
            Some(choice(accounts.channel(id)?, abilities.direct_message, because, agent))
        })
        .collect();
    choices.sort_by_key(|choice| !choice.may.is_yes());
    let proposed = choices.first().filter(|choice| choice.may.is_yes()).map(|choice| choice.channel);
    finish(choices, proposed, Vec::new())
}

fn finish(choices: Vec<AccountChoice>, proposed: Option<ChannelId>, ways: Vec<Way>) -> VoiceOptions {
    let may = match (proposed, choices.first()) {
        (Some(_), _) => May::Yes,
        (None, Some(first)) => first.may.clone(),
        (None, None) => May::No { reason: Reason::of("answering.no_account") },
    };
    VoiceOptions { may, proposed, choices, ways, limit: None, media: None }
}
