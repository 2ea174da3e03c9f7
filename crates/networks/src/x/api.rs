//! One call to X's API: address, token, rate budget, answer.

use super::errors::{No, Trouble};
use crate::access::{AppAccess, ChannelAccess, Secret};
use crate::budget::BudgetKey;
use crate::client::{Client, Stream};
use http::{Method, StatusCode};
use jiff::Timestamp;
use reqwest::multipart::Form;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The API's own address.
pub(super) const API_BASE: &str = "https://api.x.com";
/// Where people see posts and give permission.
pub(super) const WEB_BASE: &str = "https://x.com";

/// A base address from the app's settings, without a slash at its end.
pub(super) fn base<'a>(app: &'a AppAccess, setting: &str, default: &'a str) -> &'a str {
    app.setting(setting).unwrap_or(default).trim_end_matches('/')
}

/// X's API as one app, and as one account of ours or nobody.
#[derive(Clone, Copy)]
pub(super) struct Api<'a> {
    client: &'a Client,
    app: &'a AppAccess,
    account: &'a str,
    token: Option<&'a Secret>,
}

/// What goes along with a call.
pub(super) enum Body {
    Nothing,
    Json(Value),
    Parts(Form),
}

impl<'a> Api<'a> {
    /// As a connected account.
    pub(super) fn of_channel(client: &'a Client, channel: &'a ChannelAccess) -> Self {
        let token = Some(&channel.tokens.access_token);
        Self { client, app: &channel.app, account: &channel.facts.account, token }
    }
    /// As an account whose id is not known yet.
    pub(super) fn of_token(client: &'a Client, app: &'a AppAccess, token: &'a Secret) -> Self {
        Self { client, app, account: "", token: Some(token) }
    }
    /// As the app itself: webhooks.
    pub(super) fn of_app(client: &'a Client, app: &'a AppAccess) -> Self {
        Self { client, app, account: "", token: app.secret("bearer_token") }
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        endpoint: &'static str,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, Trouble> {
        self.call(endpoint, Method::GET, path, query, Body::Nothing).await
    }

    /// Opens an answer that does not end.
    pub(super) async fn open(&self, endpoint: &'static str, path: &str) -> Result<Stream, Trouble> {
        let token = self.token.ok_or_else(|| Trouble::Unfit("the app has no bearer_token".to_owned()))?;
        let url = format!("{}{path}", base(self.app, "api_base", API_BASE));
        let request = self.client.request(Method::GET, &url)?.bearer_auth(token.reveal());
        let key = BudgetKey { app: self.app.app, account: self.account.to_owned(), endpoint };
        self.client.budgets().take(&key, Timestamp::now()).map_err(|at| Trouble::Waiting { at })?;
        let stream = self.client.open(request).await?;
        let exhausted = stream.status() == StatusCode::TOO_MANY_REQUESTS;
        let at = self.client.budgets().learn(&key, stream.headers(), exhausted, Timestamp::now());
        if stream.status().is_success() {
            return Ok(stream);
        }
        Err(Trouble::Said(No::read(&stream.whole().await?, at.filter(|_| exhausted))))
    }

    /// `endpoint` names the rate limit that the call falls under.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        endpoint: &'static str,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Body,
    ) -> Result<T, Trouble> {
        let token = self.token.ok_or_else(|| Trouble::Unfit("the app has no bearer_token".to_owned()))?;
        let url = format!("{}{path}", base(self.app, "api_base", API_BASE));
        let request = self.client.request(method, &url)?.bearer_auth(token.reveal()).query(query);
        let request = match body {
            Body::Nothing => request,
            Body::Json(json) => request.json(&json),
            Body::Parts(form) => request.multipart(form),
        };
        let key = BudgetKey { app: self.app.app, account: self.account.to_owned(), endpoint };
        self.client.budgets().take(&key, Timestamp::now()).map_err(|at| Trouble::Waiting { at })?;
        let answer = self.client.send(request).await?;
        let exhausted = answer.status == StatusCode::TOO_MANY_REQUESTS;
        let at = self.client.budgets().learn(&key, &answer.headers, exhausted, Timestamp::now());
        if !answer.status.is_success() {
            return Err(Trouble::Said(No::read(&answer, at.filter(|_| exhausted))));
        }
        let empty: &[u8] = if answer.body.is_empty() { b"null" } else { &answer.body };
        // A yes that cannot be read is still a yes: the act may stand.
        serde_json::from_slice(empty).map_err(|error| Trouble::Lost(format!("the answer cannot be read: {error}")))
    }
}

/// An id as part of a path; anything but an id's own letters would reach another endpoint.
pub(super) fn segment(id: &str) -> Result<&str, Trouble> {
    let safe = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if safe { Ok(id) } else { Err(Trouble::Unfit("an id of X holds letters, digits, - and _ only".to_owned())) }
}

/// Where people see posts and accounts of this app's X.
pub(super) fn web_base(app: &AppAccess) -> &str {
    base(app, "web_base", WEB_BASE)
}
