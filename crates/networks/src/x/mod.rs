//! X (API v2 and X Activity API): posts, private messages, webhook, polling. Contract: `docs/networks/x.md`.

mod abilities;
mod api;
mod capabilities;
mod connect;
mod direct;
mod errors;
mod length;
mod media;
mod normalise;
mod poll;
mod posts;
mod receive;
mod reconcile;
mod send;
mod stream;
mod subscribe;
#[cfg(test)]
mod tests;
mod text;
mod wire;

use crate::access::{AppAccess, ChannelAccess, Tokens};
use crate::client::Client;
use crate::network::{
    self, AppField, CallError, Connected, Files, Handshake, Measured, Network, Received, Rejected, Sent,
};
use async_trait::async_trait;
use bytes::Bytes;
use domain::ability::{Abilities, ChannelFacts, MessageFacts};
use domain::capability::Capabilities;
use domain::item::{Media, Normalised};
use domain::outgoing::{Outgoing, Reconciled};
use http::HeaderMap;
use jiff::Timestamp;

/// The network X.
pub(crate) struct X {
    client: Client,
    capabilities: Capabilities,
}

impl X {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, capabilities: capabilities::capabilities() }
    }
}

#[async_trait]
#[rustfmt::skip] // one line an act, so that the folder's whole job is seen at once
impl Network for X {
    fn capabilities(&self) -> &Capabilities { &self.capabilities }
    fn app_fields(&self) -> &'static [AppField] { capabilities::APP_FIELDS }
    fn prices(&self) -> &'static [(&'static str, i64)] { capabilities::prices::PRICES }
    fn handshake(&self, app: &AppAccess, query: &str) -> Result<Handshake, Rejected> { receive::handshake(app, query) }
    fn receive(&self, app: &AppAccess, headers: &HeaderMap, body: &[u8]) -> Result<Received, Rejected> { receive::receive(app, headers, body) }
    fn normalise(&self, delivery: &[u8], received_at: Timestamp) -> Normalised { normalise::normalise(delivery, received_at) }

    fn abilities(&self, app: &AppAccess, channel: &ChannelFacts, message: &MessageFacts, ours: &[ChannelFacts]) -> Abilities { abilities::abilities(api::web_base(app), channel, message, ours) }
    fn measure(&self, text: &str, private: bool) -> Measured { length::measure(text, private) }
    fn message_url(&self, app: &AppAccess, handle: Option<&str>, id: &str) -> Option<String> { Some(send::status_url(api::web_base(app), handle, id)) }
    fn message_at(&self, address: &str) -> Option<String> { send::status_at(address) }
    fn profile_url(&self, app: &AppAccess, handle: &str) -> Option<String> { Some(format!("{}/{handle}", api::web_base(app))) }

    fn authorize_url(&self, app: &AppAccess, redirect: &str, state: &str, challenge: &str) -> Option<String> { connect::authorize_url(app, redirect, state, challenge) }
    async fn connect(&self, app: &AppAccess, code: &str, verifier: &str, redirect: &str) -> Result<Connected, CallError> { connect::connect(&self.client, app, code, verifier, redirect).await }
    async fn whoami(&self, app: &AppAccess, tokens: &Tokens) -> Result<Connected, CallError> { connect::whoami(&self.client, app, tokens).await }
    async fn refresh(&self, app: &AppAccess, tokens: &Tokens) -> Result<Tokens, CallError> { connect::refresh(&self.client, app, tokens).await }
    async fn subscribe(&self, channel: &ChannelAccess, url: &str) -> Result<network::Subscribed, CallError> { subscribe::subscribe(&self.client, channel, url).await }
    async fn replay(&self, app: &AppAccess, url: &str, from: Timestamp, to: Timestamp) -> Result<(), CallError> { subscribe::replay(&self.client, app, url, from, to).await }
    fn thread_source(&self) -> Option<&'static str> { Some(poll::threads::SOURCE) }
    fn streams(&self, app: &AppAccess) -> bool { stream::is_wanted(app) }
    async fn stream(&self, app: &AppAccess, deliveries: &dyn network::Deliveries) -> CallError { stream::hold(&self.client, app, deliveries).await }
    async fn poll(&self, channel: &ChannelAccess, source: &str, cursor: Option<&str>, since: Timestamp) -> Result<network::Page, CallError> { poll::poll(&self.client, channel, source, cursor, since).await }
    async fn poll_threads(&self, channel: &ChannelAccess, threads: &[network::OpenThread], ours: &[String], cursor: Option<&str>) -> Result<network::Page, CallError> { poll::threads::poll(&self.client, channel, threads, ours, cursor).await }
    async fn send(&self, channel: &ChannelAccess, outgoing: &Outgoing, files: &dyn Files, _now: Timestamp) -> Sent { send::send(&self.client, channel, outgoing, files).await }
    async fn reconcile(&self, channel: &ChannelAccess, outgoing: &Outgoing, from: Timestamp, taken: &[String]) -> Reconciled { reconcile::reconcile(&self.client, channel, outgoing, from, taken).await }
    async fn fetch_media(&self, channel: &ChannelAccess, media: &Media, limit: u64) -> Result<(String, Bytes), CallError> { media::fetch(&self.client, channel, media, limit).await }
}
