//! What people do: look at lists and cases, answer, assign, close, search; and what operators look at.
//!
//! Everything takes a `Scope`, and nothing is reached without one. Read in this order: [`Desk`], `inbox`, `case`,
//! `composer`, `write`, `act`.

mod act;
mod answering;
mod case;
mod clock;
mod composer;
mod error;
mod inbox;
mod invitation;
mod operations;
mod outgoing;
mod search;
mod sign_off;
mod write;

pub use act::BulkOutcome;
pub use answering::ChannelAbilities;
pub use case::{CandidateView, CasePage, From, MessageItem, MessagePage};
pub use clock::{Clock, FixedClock, SystemClock};
pub use composer::{AccountChoice, Composer, Recipient, VoiceOptions};
pub use error::{Error, Result};
pub use inbox::{Inbox, ViewCount};
pub use operations::{ChannelHealth, CostLine, Costs, GapView, SourceHealth};
pub use outgoing::Resolution;
pub use search::SearchResults;
pub use sign_off::sign_off;
pub use store::case_act::{Acted, Expected};
pub use store::case_list::{
    AgentName, AssigneeFilter, CaseRow, Filter, NoiseFilter, Order, View, default_view, default_views,
};
pub use store::case_view::{
    AttachmentView, ContactView, ConversationView, HistoryLine, IdentityView, MessageVersion, MessageView, PastCase,
    SendView, Sighting,
};
pub use store::draft::{Draft, DraftFile, NewDraft, Voice};
pub use store::note::Note;
pub use store::parked::Parked;
pub use store::search::{Hit, Query};
pub use write::{Attached, Check, NewMessage, Post, PrivateText, Reply, Written};

use bus::Bus;
use domain::Timestamp;
use domain::answering::AnsweringPolicy;
use domain::people::{Actor, Scope};
use language::Reader;
use networks::Registry;
use std::sync::Arc;
use store::Store;

/// The desk: cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// What is kept.
    pub store: Store,
    /// What each network can do.
    pub networks: Registry,
    /// Reads drafts: their language, and personal data in them.
    pub reader: Arc<dyn Reader>,
    /// Wakes the dispatcher and the screens.
    pub bus: Bus,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Which account answers.
    pub answering: AnsweringPolicy,
}

impl Desk {
    /// A desk with the shipped answering policy.
    pub fn new(store: Store, networks: Registry, reader: Arc<dyn Reader>, bus: Bus, clock: Arc<dyn Clock>) -> Self {
        Self { store, networks, reader, bus, clock, answering: AnsweringPolicy::support_first() }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Tells the screens of this scope that something happened; they read the numbered events themselves.
    async fn announce(&self, scope: &Scope) {
        match self.store.last_event(scope).await {
            Ok(last) => self.bus.event(scope.workspace, last),
            // They look by themselves every second anyway.
            Err(error) => tracing::warn!(%error, "an event could not be announced"),
        }
    }
}

/// Only those who may work on cases go on.
fn workers_only(scope: &Scope) -> Result<()> {
    if scope.may_work() { Ok(()) } else { Err(Error::Forbidden) }
}

/// Only those who manage, and programs of theirs that may write, go on.
fn managers_only(scope: &Scope) -> Result<()> {
    if scope.may_manage() || matches!(scope.actor, Actor::Token { write: true, .. }) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}
