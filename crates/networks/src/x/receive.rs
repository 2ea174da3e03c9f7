//! What X sends to the webhook: its question whether the address is ours, and signed deliveries (contracts §1.3).

use crate::access::AppAccess;
use crate::network::{Handshake, Received, Rejected};
use crate::signature::{only_header, sha256_base64, verify_sha256_base64};
use http::HeaderMap;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// Header of the signature over the raw body.
const SIGNATURE: &str = "x-twitter-webhooks-signature";
/// Longest token that is answered.
const TOKEN_LIMIT: usize = 128;
/// Greatest body that is read; X's own are some kilobytes.
pub(super) const BODY_LIMIT: usize = 4 * 1024 * 1024;
/// Deepest nesting that is read; X's own is about ten.
const DEPTH_LIMIT: usize = 64;

/// Answers the challenge-response check.
///
/// The answer is an HMAC with the key that signs bodies. Whoever could choose the message freely would have us sign
/// deliveries for them, so only what cannot be a delivery is answered: a short token of letters, digits, `-` and `_`.
pub(super) fn handshake(app: &AppAccess, query: &str) -> Result<Handshake, Rejected> {
    let secret = app.secret("consumer_secret").ok_or(Rejected::NotConfigured)?;
    let mut tokens = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "crc_token");
    let (Some((_, token)), None) = (tokens.next(), tokens.next()) else {
        return Err(Rejected::Malformed("crc_token is missing or repeated"));
    };
    let safe = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if token.is_empty() || token.len() > TOKEN_LIMIT || !safe {
        return Err(Rejected::Malformed("crc_token is not a short token"));
    }
    let response_token = sha256_base64(secret, token.as_bytes())?;
    Ok(Handshake {
        body: serde_json::json!({ "response_token": response_token }).to_string(),
        content_type: "application/json",
    })
}

/// Verifies the signature over the raw bytes, then reads no more than whether the delivery is private.
pub(super) fn receive(app: &AppAccess, headers: &HeaderMap, body: &[u8]) -> Result<Received, Rejected> {
    let secret = app.secret("consumer_secret").ok_or(Rejected::NotConfigured)?;
    if body.len() > BODY_LIMIT {
        return Err(Rejected::Malformed("larger than 4 MiB"));
    }
    verify_sha256_base64(secret, only_header(headers, SIGNATURE)?, body)?;
    if is_deep(body) {
        return Err(Rejected::Malformed("nested too deeply"));
    }
    let private = is_private(body).ok_or(Rejected::Malformed("not JSON of a known shape"))?;
    Ok(Received { private })
}

/// As much of a delivery as tells whether it is private; the rest is skipped without being built.
#[derive(Deserialize)]
struct Peek<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    direct_message_events: Option<IgnoredAny>,
    direct_message_mark_read_events: Option<IgnoredAny>,
    direct_message_indicate_typing_events: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct PeekEvent<'a> {
    #[serde(borrow)]
    event_type: Option<&'a RawValue>,
}

/// Whether any event of the body is private; `None` when it is no object and no list of objects.
pub(super) fn is_private(body: &[u8]) -> Option<bool> {
    // What is no UTF-8 is mended when it is read; here it must only not stand in the way.
    let body = String::from_utf8_lossy(body);
    if body.trim_start().starts_with('[') {
        let deliveries: Vec<Peek<'_>> = serde_json::from_str(&body).ok()?;
        Some(deliveries.iter().any(Peek::is_private))
    } else {
        Some(serde_json::from_str::<Peek<'_>>(&body).ok()?.is_private())
    }
}

impl Peek<'_> {
    fn is_private(&self) -> bool {
        let named = |event: &PeekEvent<'_>| {
            event.event_type.is_some_and(|name| name.get().starts_with("\"dm.") || name.get().starts_with("\"chat."))
        };
        self.direct_message_events.is_some()
            || self.direct_message_mark_read_events.is_some()
            || self.direct_message_indicate_typing_events.is_some()
            || self.data.is_some_and(|data| match serde_json::from_str::<Vec<PeekEvent<'_>>>(data.get()) {
                Ok(events) => events.iter().any(named),
                Err(_) => serde_json::from_str(data.get()).is_ok_and(|event| named(&event)),
            })
    }
}

/// Whether brackets nest beyond the limit, read without a parser that would itself go deep.
fn is_deep(body: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                if depth > DEPTH_LIMIT {
                    return true;
                }
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}
