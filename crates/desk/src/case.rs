//! A case's page: the case with everything around it, a window of its messages, and what may be done to each.

use crate::answering::Accounts;
use crate::composer::{Composer, voice_of};
use crate::{Desk, Error, Result};
use domain::Timestamp;
use domain::answering::Answering;
use domain::id::{CaseId, ChannelId, ConversationId, MessageId};
use domain::outgoing::Candidate;
use domain::people::Scope;
use domain::vocabulary::{Direction, SendState};
use serde::Serialize;
use std::collections::BTreeMap;
use store::case_list::CaseRow;
use store::case_view::{CaseView, MessageView, Messages, Window, WindowKey};

/// Messages of one window when nobody says how many.
const WINDOW: usize = 50;

/// Whose message it is, as seen from the case that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// The customer of this case.
    Contact,
    /// We.
    Us,
    /// Somebody else in the same thread.
    Other,
}

/// A message at the network that may be one of ours whose outcome is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CandidateView {
    /// The network's id.
    pub external_id: String,
    /// The network's time, when it says it.
    pub sent_at: Option<Timestamp>,
    /// Address at which people see it.
    pub url: Option<String>,
}

/// A message with what may be done to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MessageItem {
    /// The message.
    #[serde(flatten)]
    pub message: MessageView,
    /// Whose, as seen from this case.
    pub from: From,
    /// Whether a stranger's handle or name imitates one of our accounts.
    pub look_alike: bool,
    /// Address at which people see it.
    pub url: Option<String>,
    /// What a person chooses from when its outcome is open and several equal messages stand at the network.
    pub candidates: Vec<CandidateView>,
    /// Who may answer it, the best first, and why the others may not; `None` for ours and for networks we no longer know.
    pub answering: Option<Answering>,
    /// The account that may delete it.
    pub deletable_by: Option<ChannelId>,
    /// The account that may hide it, or show it again.
    pub hidable_by: Option<ChannelId>,
}

/// A window of messages, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MessagePage {
    /// Oldest first.
    pub messages: Vec<MessageItem>,
    /// Name it as `before` for earlier ones; `None` at the beginning.
    pub before: Option<String>,
    /// Name it as `after` for later ones; `None` at the end.
    pub after: Option<String>,
}

/// A case's page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CasePage {
    /// The case, its conversations, contact, notes, drafts, history, colleagues.
    #[serde(flatten)]
    pub view: CaseView,
    /// The conversation that is shown; `None` shows all of them in one stream.
    pub shown: Option<ConversationId>,
    /// The newest window of its messages.
    pub page: MessagePage,
    /// What can be written; `None` when nothing can be answered here.
    pub composer: Option<Composer>,
    /// Position of the newest message that this page shows; sending names it.
    pub seen_position: i64,
    /// Addresses of the contact's profiles, by identity, in the order of the identities.
    pub profile_urls: Vec<Option<String>>,
    /// Names of the networks that occur, by id.
    pub network_names: BTreeMap<String, String>,
}

impl Desk {
    /// A case's page. `conversation` is the tab; `None` shows the conversation with the newest message.
    pub async fn case(&self, scope: &Scope, case: CaseId, conversation: Option<ConversationId>) -> Result<CasePage> {
        let view = self.store.case_view(scope, case).await?;
        let shown = match conversation {
            Some(wanted) => {
                let known = view.conversations.iter().any(|conversation| conversation.id == wanted);
                Some(wanted).filter(|_| known).ok_or(Error::NotFound)?
            }
            None => view.conversations.first().ok_or(Error::NotFound)?.id,
        };
        let accounts = self.accounts(scope).await?;
        let messages = self.store.case_messages(scope, case, Some(shown), Window::Newest, WINDOW).await?;
        let spoke_last = voice_of(&messages.messages, shown);
        let answered = self.message_to_answer(scope, &view, shown, &messages.messages).await?;
        let agent = self.writer(scope).await?;
        let composer = answered.as_ref().and_then(|message| {
            let here = accounts.get(&message.network)?;
            Some(self.composer_for(here, message, spoke_last, agent.as_ref()))
        });
        let newest = messages.messages.iter().map(|message| message.position).max().unwrap_or(0);
        let profile_urls = view
            .contact
            .identities
            .iter()
            .map(|identity| accounts.get(&identity.network)?.profile_url(identity.handle.as_deref()?))
            .collect();
        let network_names = self
            .networks
            .all()
            .map(|network| (network.capabilities().network.clone(), network.capabilities().name.clone()))
            .collect();
        Ok(CasePage {
            seen_position: newest.max(view.case.last_position),
            page: self.page(&accounts, &view.case, messages),
            shown: Some(shown),
            composer,
            profile_urls,
            network_names,
            view,
        })
    }

    /// A further window of a case's messages. `conversation: None` shows all its conversations in one stream.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a key is unreadable, or when both are given.
    pub async fn messages(
        &self,
        scope: &Scope,
        case: CaseId,
        conversation: Option<ConversationId>,
        before: Option<&str>,
        after: Option<&str>,
        limit: Option<usize>,
    ) -> Result<MessagePage> {
        let key = |field: &'static str, text: &str| {
            WindowKey::parse(text).ok_or(Error::Invalid { field, code: "unreadable" })
        };
        let window = match (before, after) {
            (None, None) => Window::Newest,
            (Some(before), None) => Window::Before(key("before", before)?),
            (None, Some(after)) => Window::After(key("after", after)?),
            (Some(_), Some(_)) => return Err(Error::Invalid { field: "after", code: "one_of_two" }),
        };
        let row = self.store.case_row(scope, case).await?;
        let messages = self.store.case_messages(scope, case, conversation, window, limit.unwrap_or(WINDOW)).await?;
        let accounts = self.accounts(scope).await?;
        Ok(self.page(&accounts, &row, messages))
    }

    /// Single messages as a case's page shows them, e.g. what a colleague answered meanwhile.
    pub async fn message_items(&self, scope: &Scope, case: CaseId, ids: &[MessageId]) -> Result<Vec<MessageItem>> {
        let row = self.store.case_row(scope, case).await?;
        let accounts = self.accounts(scope).await?;
        let messages = self.store.messages(scope, ids).await?;
        Ok(messages.into_iter().map(|message| self.item(&accounts, &row, message, None)).collect())
    }

    /// The customer's newest message of the conversation: what an answer answers.
    async fn message_to_answer(
        &self,
        scope: &Scope,
        view: &CaseView,
        shown: ConversationId,
        newest: &[MessageView],
    ) -> Result<Option<MessageView>> {
        let theirs = |messages: &[MessageView]| {
            let of_here = messages.iter().rev().filter(|message| message.conversation == shown);
            let inbound =
                of_here.clone().find(|message| message.direction == Direction::Inbound && message.deleted_at.is_none());
            inbound.cloned()
        };
        if let Some(found) = theirs(newest) {
            return Ok(Some(found));
        }
        let Some(conversation) = view.conversations.iter().find(|conversation| conversation.id == shown) else {
            return Ok(None);
        };
        if conversation.last_inbound == 0 {
            // We began it: an answer goes under our own message.
            return Ok(newest.iter().rev().find(|message| message.conversation == shown).cloned());
        }
        // In a thread with many people the customer's last word may lie outside the window.
        let place = Window::Before(WindowKey::behind(conversation.last_inbound));
        let around = self.store.case_messages(scope, view.case.id, Some(shown), place, 10).await?;
        Ok(theirs(&around.messages)
            .or_else(|| around.messages.iter().rev().find(|message| message.conversation == shown).cloned()))
    }

    fn page(&self, accounts: &BTreeMap<String, Accounts>, case: &CaseRow, window: Messages) -> MessagePage {
        let spoke: BTreeMap<ConversationId, ChannelId> = window
            .messages
            .iter()
            .filter(|message| message.direction == Direction::Outbound)
            .filter_map(|message| Some((message.conversation, message.channel?)))
            .collect();
        let messages = window
            .messages
            .into_iter()
            .map(|message| {
                let spoke_last = spoke.get(&message.conversation).copied();
                self.item(accounts, case, message, spoke_last)
            })
            .collect();
        MessagePage { messages, before: window.before, after: window.after }
    }

    fn item(
        &self,
        accounts: &BTreeMap<String, Accounts>,
        case: &CaseRow,
        message: MessageView,
        spoke_last: Option<ChannelId>,
    ) -> MessageItem {
        let here = accounts.get(&message.network);
        let from = match message.direction {
            Direction::Outbound => From::Us,
            Direction::Inbound if message.case == case.id => From::Contact,
            Direction::Inbound => From::Other,
        };
        let theirs = message.direction == Direction::Inbound;
        MessageItem {
            from,
            look_alike: theirs && here.is_some_and(|here| imitates(here, &message)),
            url: here.and_then(|here| here.message_url(&message)),
            candidates: candidates(here, &message),
            answering: here.filter(|_| theirs).map(|here| self.propose(here, &message, spoke_last)),
            deletable_by: here
                .and_then(|here| here.first_that(|facts| here.abilities(facts, &message.facts).delete.is_yes())),
            hidable_by: here
                .and_then(|here| here.first_that(|facts| here.abilities(facts, &message.facts).hide.is_yes())),
            message,
        }
    }
}

/// What stands at the network and may be this message; nothing when it is settled.
fn candidates(here: Option<&Accounts>, message: &MessageView) -> Vec<CandidateView> {
    let open = message.send.as_ref().filter(|send| send.state == SendState::Unknown);
    let found = open.and_then(|send| send.error.as_ref()).map(|error| error.candidates.as_slice()).unwrap_or_default();
    let view = |candidate: &Candidate| CandidateView {
        external_id: candidate.external_id.clone(),
        sent_at: candidate.sent_at,
        url: here.and_then(|here| here.url_of(message, &candidate.external_id)),
    };
    found.iter().map(view).collect()
}

/// Whether somebody who is not us goes by the name of one of our accounts, or by a handle that looks like it.
fn imitates(accounts: &Accounts, message: &MessageView) -> bool {
    let bare = |text: &str| -> String {
        text.chars()
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .map(|letter| match letter {
                '0' => 'o',
                '1' | 'i' | '|' => 'l',
                '5' => 's',
                letter => letter,
            })
            .collect()
    };
    accounts.channels.iter().any(|channel| {
        if channel.external_id == message.identity_external_id {
            return false;
        }
        let same = |theirs: Option<&String>, ours: &str| theirs.is_some_and(|theirs| bare(theirs) == bare(ours));
        let handle_differs = message.handle.as_ref().is_none_or(|handle| !handle.eq_ignore_ascii_case(&channel.handle));
        handle_differs
            && (same(message.handle.as_ref(), &channel.handle)
                || (!bare(&channel.name).is_empty() && same(message.name.as_ref(), &channel.name)))
    })
}
