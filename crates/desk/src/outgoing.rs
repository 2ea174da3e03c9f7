//! What can still be done to messages of ours, and to what others wrote under them.

use crate::sign_off::sign_off;
use crate::{Desk, Error, Result, workers_only};
use bus::Work;
use domain::ability::May;
use domain::id::MessageId;
use domain::outgoing::Outgoing;
use domain::people::Scope;
use domain::vocabulary::SendState;
use serde::{Deserialize, Serialize};
use store::case_view::MessageView;
use store::draft::{Draft, NewDraft, Voice};
use store::outbox::Decision;

/// What a person found out about a message of unknown outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "resolution", rename_all = "snake_case")]
pub enum Resolution {
    /// It is at the network, with this id.
    Sent {
        /// The network's id.
        external_id: String,
    },
    /// It is at the network, at this address.
    SentAt {
        /// The address as a person copied it there, or the id.
        address: String,
    },
    /// It is not there: send it again.
    SendAgain,
    /// It is not there, and shall not go out any more.
    GiveUp,
}

impl Desk {
    /// Takes a message back before it leaves; its text becomes the writer's draft again.
    ///
    /// # Errors
    /// [`Error::Conflict`] `already_sent` when it is on its way.
    pub async fn cancel(&self, scope: &Scope, message: MessageId) -> Result<()> {
        workers_only(scope)?;
        let message = self.own(scope, message).await?;
        self.store.cancel(scope, message.id, self.now()).await?;
        self.announce(scope).await;
        self.restore_draft(scope, &message).await
    }

    /// Puts the words and files of a message that did not leave back into the writer's draft, before what was typed there since.
    ///
    /// # Errors
    /// [`Error::Conflict`] `already_sent` when it may have left.
    pub async fn write_again(&self, scope: &Scope, message: MessageId) -> Result<()> {
        workers_only(scope)?;
        let message = self.own(scope, message).await?;
        let stays = |state| matches!(state, SendState::Failed | SendState::Cancelled);
        if !message.send.as_ref().is_some_and(|send| stays(send.state)) {
            return Err(Error::Conflict("already_sent"));
        }
        let drafts = self.store.drafts(scope, message.case).await?;
        let known = drafts.into_iter().find(|draft| draft.voice == voice_of(&message));
        self.take_back(scope, &message, known).await
    }

    async fn restore_draft(&self, scope: &Scope, message: &MessageView) -> Result<()> {
        let drafts = self.store.drafts(scope, message.case).await?;
        if message.agent != scope.agent() || drafts.iter().any(|draft| draft.voice == voice_of(message)) {
            return Ok(());
        }
        self.take_back(scope, message, None).await
    }

    async fn take_back(&self, scope: &Scope, message: &MessageView, known: Option<Draft>) -> Result<()> {
        let Some(agent) = self.writer(scope).await? else { return Ok(()) };
        let mut text = message.text.clone();
        if let Some(channel) = message.channel {
            let setting = self.store.channel(scope, channel).await?.sign_off;
            if let Some(bare) = text.strip_suffix(&sign_off(setting, &agent, &text)) {
                text = bare.to_owned();
            }
        }
        let (typed, files) = known.map(|draft| (draft.text, draft.files)).unwrap_or_default();
        if typed.contains(&text) {
            text = typed;
        } else if !typed.trim().is_empty() {
            text = format!("{text}\n\n{typed}");
        }
        let (case, voice, channel) = (message.case, voice_of(message), message.channel);
        let draft = NewDraft { case, voice, text: &text, channel, files: Some(&files) };
        Ok(self.store.take_back_into_draft(scope, message.id, &draft, self.now()).await?)
    }

    /// Sends again what the network refused, as it was.
    ///
    /// # Errors
    /// [`Error::Conflict`] `not_waiting_for_a_decision` when it has not failed.
    pub async fn retry_failed(&self, scope: &Scope, message: MessageId) -> Result<()> {
        workers_only(scope)?;
        let message = self.in_state(scope, message, SendState::Failed).await?;
        self.settle(scope, message, Decision::Again).await
    }

    /// Settles a message of unknown outcome: it is there, it is sent again, or nobody waits for it any more.
    ///
    /// # Errors
    /// [`Error::Conflict`] `not_waiting_for_a_decision` when it is settled, or being looked up this moment;
    /// `another_message` when what is named is a message of its own.
    pub async fn resolve_unknown(&self, scope: &Scope, message: MessageId, resolution: &Resolution) -> Result<()> {
        workers_only(scope)?;
        let message = self.in_state(scope, message, SendState::Unknown).await?;
        let unreadable = |field| Error::Invalid { field, code: "unreadable" };
        let there = match resolution {
            Resolution::SendAgain => return self.settle(scope, message, Decision::Again).await,
            Resolution::GiveUp => return self.settle(scope, message, Decision::GiveUp).await,
            Resolution::Sent { external_id } => external_id.trim().to_owned(),
            Resolution::SentAt { address } => {
                let network = self.networks.get(&message.network);
                network.and_then(|network| network.message_at(address)).ok_or_else(|| unreadable("address"))?
            }
        };
        if there.is_empty() || there.len() > 512 || there.contains('\0') {
            return Err(unreadable("external_id"));
        }
        self.settle(scope, message, Decision::Stands(&there)).await
    }

    async fn settle(&self, scope: &Scope, message: MessageView, decision: Decision<'_>) -> Result<()> {
        self.store.settle(scope, message.id, decision, self.now()).await?;
        self.bus.work(Work::Outbox);
        self.announce(scope).await;
        Ok(())
    }

    /// Deletes a message of ours at the network.
    pub async fn delete_own(&self, scope: &Scope, message: MessageId) -> Result<()> {
        workers_only(scope)?;
        let message = self.own(scope, message).await?;
        let accounts = self.accounts_on(scope, &message.network).await?;
        let channel = message.channel.and_then(|channel| accounts.facts_of(channel)).ok_or(Error::NotFound)?;
        if let May::No { reason } = accounts.abilities(channel, &message.facts).delete {
            return Err(Error::Refused { reason, ways: Vec::new() });
        }
        let external_id = message.external_id.clone().ok_or(Error::Conflict("not_sent_yet"))?;
        let outgoing = Outgoing::Delete { external_id, private: message.private };
        self.request(scope, &message, channel.channel, &outgoing).await
    }

    /// Hides somebody's reply under our post, or shows it again.
    pub async fn hide(&self, scope: &Scope, message: MessageId, hidden: bool) -> Result<()> {
        workers_only(scope)?;
        let message = self.store.message(scope, message).await?;
        let accounts = self.accounts_on(scope, &message.network).await?;
        let mut refusal = None;
        for facts in &accounts.facts {
            match accounts.abilities(facts, &message.facts).hide {
                May::Yes => {
                    let external_id = message.external_id.clone().ok_or(Error::Conflict("not_sent_yet"))?;
                    let outgoing = Outgoing::Hide { external_id, hidden };
                    return self.request(scope, &message, facts.channel, &outgoing).await;
                }
                May::No { reason } => refusal = refusal.or(Some(reason)),
            }
        }
        match refusal {
            Some(reason) => Err(Error::Refused { reason, ways: Vec::new() }),
            None => Err(Error::Conflict("no_account")),
        }
    }

    async fn request(
        &self,
        scope: &Scope,
        message: &MessageView,
        channel: domain::id::ChannelId,
        outgoing: &Outgoing,
    ) -> Result<()> {
        self.store.request(scope, channel, message.case, message.id, outgoing, self.now()).await?;
        self.bus.work(Work::Outbox);
        self.announce(scope).await;
        Ok(())
    }

    /// A message of ours.
    async fn own(&self, scope: &Scope, message: MessageId) -> Result<MessageView> {
        let message = self.store.message(scope, message).await?;
        if message.send.is_some() { Ok(message) } else { Err(Error::Conflict("not_ours")) }
    }

    async fn in_state(&self, scope: &Scope, message: MessageId, state: SendState) -> Result<MessageView> {
        let message = self.own(scope, message).await?;
        let stands = message.send.as_ref().is_some_and(|send| send.state == state);
        if stands { Ok(message) } else { Err(Error::Conflict("not_waiting_for_a_decision")) }
    }
}

fn voice_of(message: &MessageView) -> Voice {
    if message.private { Voice::Private } else { Voice::Public }
}
