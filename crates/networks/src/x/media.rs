//! Files that came with a message: fetched through the guard, with a limit, our token only for X's own hosts.

use super::api::{API_BASE, base};
use super::errors::{No, Trouble};
use crate::access::ChannelAccess;
use crate::client::{Client, Failure};
use crate::network::CallError;
use bytes::Bytes;
use domain::item::Media;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use url::Url;

/// Hosts that keep private files and want to know who asks.
const PRIVATE_HOSTS: &[&str] = &["ton.x.com", "ton.twitter.com"];

/// Media type as X states it (the caller sniffs the bytes) and the bytes.
pub(super) async fn fetch(
    client: &Client,
    channel: &ChannelAccess,
    media: &Media,
    limit: u64,
) -> Result<(String, Bytes), CallError> {
    let url = media.url.as_deref().ok_or_else(|| CallError::Refused {
        code: "no_address".to_owned(),
        message: "X gave no address of the file".to_owned(),
    })?;
    let mut headers = HeaderMap::new();
    if wants_token(url, base(&channel.app, "api_base", API_BASE)) {
        let value = format!("Bearer {}", channel.tokens.access_token.reveal());
        headers.extend(HeaderValue::try_from(value).ok().map(|value| (AUTHORIZATION, value)));
    }
    let answer = match client.download(url, headers, limit).await {
        Ok(answer) => answer,
        // It will be as large the next time.
        Err(failure @ Failure::TooLarge(_)) => {
            return Err(CallError::Refused { code: "too_large".to_owned(), message: failure.to_string() });
        }
        Err(failure) => return Err(Trouble::from(failure).into()),
    };
    if !answer.status.is_success() {
        return Err(Trouble::Said(No::read(&answer, None)).into());
    }
    let content_type = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    Ok((content_type.unwrap_or("application/octet-stream").to_owned(), answer.body))
}

fn wants_token(url: &str, api_base: &str) -> bool {
    let (Ok(url), Ok(api)) = (Url::parse(url), Url::parse(api_base)) else { return false };
    let is_api = (url.scheme(), url.host_str(), url.port()) == (api.scheme(), api.host_str(), api.port());
    let is_private = url.scheme() == "https" && url.host_str().is_some_and(|host| PRIVATE_HOSTS.contains(&host));
    is_api || is_private
}
