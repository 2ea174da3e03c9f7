//! What a network's folder is given to act with: keys of an app, tokens of a channel, never more than the act needs.

use domain::ability::ChannelFacts;
use domain::id::{AppId, ChannelId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A text that never shows itself in logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    /// The secret itself, for signing and sending only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Our registration at a network: its settings and secrets by the field names that the network's folder declares.
#[derive(Clone, Debug)]
pub struct AppAccess {
    /// Which app.
    pub app: AppId,
    /// Plain settings, e.g. `api_base`, `client_id`.
    pub settings: BTreeMap<String, String>,
    /// Secrets, e.g. `consumer_secret`, `client_secret`, `bearer_token`.
    pub secrets: BTreeMap<String, Secret>,
}

impl AppAccess {
    /// A setting that is present and not empty.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }
    /// A secret that is present and not empty.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name).filter(|secret| !secret.is_empty())
    }
}

/// A channel's keys. Refresh tokens may rotate: the newest pair is stored before its first use.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tokens {
    /// Sent with every call.
    pub access_token: Secret,
    /// Buys the next pair.
    pub refresh_token: Option<Secret>,
    /// When the access token dies.
    pub expires_at: Option<Timestamp>,
    /// What the owner of the account allowed.
    pub permissions: Vec<String>,
}

/// One connected account, ready to act.
#[derive(Clone, Debug)]
pub struct ChannelAccess {
    /// Which channel.
    pub channel: ChannelId,
    /// The app that carries it.
    pub app: AppAccess,
    /// Facts that abilities depend on.
    pub facts: ChannelFacts,
    /// Its keys.
    pub tokens: Tokens,
}
