//! Who may do what to a message, from which of our accounts: the networks' abilities, ordered by the answering policy.

use crate::{Desk, Error, Result};
use domain::ability::{Abilities, ChannelFacts, MessageFacts};
use domain::answering::{Answering, Situation, propose};
use domain::id::ChannelId;
use domain::people::Scope;
use networks::{AppAccess, Network};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::case_view::MessageView;
use store::channel::Channel;

/// What one of our accounts may do to one message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChannelAbilities {
    /// The account.
    pub channel: ChannelId,
    /// Its handle without `@`.
    pub handle: String,
    /// What it may do.
    #[serde(flatten)]
    pub abilities: Abilities,
}

/// Our accounts on one network, with everything that abilities depend on.
pub(crate) struct Accounts {
    pub(crate) network: Arc<dyn Network>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) facts: Vec<ChannelFacts>,
    /// Plain settings of the apps that carry them; no secrets.
    apps: BTreeMap<domain::id::AppId, AppAccess>,
    bare: AppAccess,
}

impl Accounts {
    pub(crate) fn channel(&self, id: ChannelId) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    pub(crate) fn facts_of(&self, id: ChannelId) -> Option<&ChannelFacts> {
        self.facts.iter().find(|facts| facts.channel == id)
    }

    pub(crate) fn abilities(&self, channel: &ChannelFacts, message: &MessageFacts) -> Abilities {
        self.network.abilities(self.app_of(channel.channel), channel, message, &self.facts)
    }

    /// What each of our accounts may do to a message.
    pub(crate) fn all_abilities(&self, message: &MessageFacts) -> Vec<ChannelAbilities> {
        self.facts
            .iter()
            .map(|facts| ChannelAbilities {
                channel: facts.channel,
                handle: facts.handle.clone(),
                abilities: self.abilities(facts, message),
            })
            .collect()
    }

    /// The first account that may do something.
    pub(crate) fn first_that(&self, may: impl Fn(&ChannelFacts) -> bool) -> Option<ChannelId> {
        self.facts.iter().find(|facts| may(facts)).map(|facts| facts.channel)
    }

    fn an_app(&self, channel: Option<ChannelId>) -> Option<&AppAccess> {
        let app = channel.and_then(|channel| self.channel(channel)).map(|channel| channel.app);
        app.and_then(|app| self.apps.get(&app)).or_else(|| self.apps.values().next())
    }

    /// The app that carries an account; one without settings of its own when it was removed this moment.
    fn app_of(&self, channel: ChannelId) -> &AppAccess {
        self.an_app(Some(channel)).unwrap_or(&self.bare)
    }

    /// Address at which people see a message.
    pub(crate) fn message_url(&self, message: &MessageView) -> Option<String> {
        self.url_of(message, message.external_id.as_deref()?)
    }

    /// Address at which people see what stands at the network under an id, in the place of a message.
    pub(crate) fn url_of(&self, message: &MessageView, external_id: &str) -> Option<String> {
        let app = self.an_app(message.channel).filter(|_| !message.private)?;
        self.network.message_url(app, message.facts.author_handle.as_deref(), external_id)
    }

    /// Address at which people see an account.
    pub(crate) fn profile_url(&self, handle: &str) -> Option<String> {
        self.network.profile_url(self.an_app(None)?, handle)
    }
}

impl Desk {
    /// Our accounts by network.
    pub(crate) async fn accounts(&self, scope: &Scope) -> Result<BTreeMap<String, Accounts>> {
        let channels = self.store.channels(scope).await?;
        let apps = self.store.apps(scope).await?;
        let mut accounts: BTreeMap<String, Accounts> = BTreeMap::new();
        for channel in channels {
            let Some(network) = self.networks.get(&channel.network) else { continue };
            let here = accounts.entry(channel.network.clone()).or_insert_with(|| Accounts {
                network: Arc::clone(network),
                channels: Vec::new(),
                facts: Vec::new(),
                apps: apps
                    .iter()
                    .filter(|app| app.network == channel.network)
                    .map(|app| {
                        let plain = AppAccess { app: app.id, settings: app.settings.clone(), secrets: BTreeMap::new() };
                        (app.id, plain)
                    })
                    .collect(),
                bare: AppAccess { app: channel.app, settings: BTreeMap::new(), secrets: BTreeMap::new() },
            });
            here.facts.push(channel.facts());
            here.channels.push(channel);
        }
        Ok(accounts)
    }

    /// Our accounts on one network.
    pub(crate) async fn accounts_on(&self, scope: &Scope, network: &str) -> Result<Accounts> {
        self.accounts(scope).await?.remove(network).ok_or(Error::Conflict("no_account"))
    }

    /// Who may answer a message, the best first.
    pub(crate) fn propose(
        &self,
        accounts: &Accounts,
        message: &MessageView,
        spoke_last: Option<ChannelId>,
    ) -> Answering {
        let mut sightings: Vec<ChannelId> = message.sightings.iter().map(|sighting| sighting.channel).collect();
        // A private message stands in the inbox of the account it came to, whatever its sightings say.
        sightings.extend(message.channel.filter(|channel| !sightings.contains(channel)));
        let situation =
            Situation { channels: &accounts.facts, message: &message.facts, sightings: &sightings, spoke_last };
        propose(&situation, |channel| Some(accounts.abilities(channel, &message.facts)), &self.answering)
    }

    /// What each of our accounts may do to a message.
    pub async fn abilities(&self, scope: &Scope, message: domain::id::MessageId) -> Result<Vec<ChannelAbilities>> {
        let message = self.store.message(scope, message).await?;
        Ok(self.accounts_on(scope, &message.network).await?.all_abilities(&message.facts))
    }
}
