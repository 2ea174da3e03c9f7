//! What the door's pages have in common: language, the token of their forms, and where to go afterwards.

use crate::csrf::DOOR_COOKIE;
use crate::error::Result;
use crate::session::{cookie, csrf_token, set_cookie};
use crate::state::Edge;
use crate::words::Words;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use serde::Deserialize;
use url::Url;

/// The cookie that remembers the language chosen at the door.
const LANGUAGE_COOKIE: &str = "madoguchi_language";
const DAY: i64 = 24 * 60 * 60;

/// Parameters of the door's pages.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct DoorQuery {
    /// Language chosen at the page's foot.
    pub lang: Option<String>,
    /// Where to go after signing in.
    pub next: Option<String>,
}

/// The language of a door page: chosen now, chosen before, or what the browser asks for.
pub fn words(query: &DoorQuery, headers: &HeaderMap) -> Words {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match query.lang.as_deref().or_else(|| cookie(headers, LANGUAGE_COOKIE)) {
        Some(tag) => Words::of(tag),
        None => Words::accepted(accepted),
    }
}

/// The door cookie's value (the browser's, or a new one) and the token that forms send back.
pub fn door_token(headers: &HeaderMap) -> (String, String) {
    let value = cookie(headers, DOOR_COOKIE)
        .filter(|value| value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .map_or_else(new_door, str::to_owned);
    let token = csrf_token(&value);
    (value, token)
}

fn new_door() -> String {
    let bytes = store::vault::random_bytes::<32>();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A door page with its cookies.
pub fn answer(edge: &Edge, status: StatusCode, words: Words, door: &str, page: Markup) -> Result<Response> {
    let mut response = (status, page).into_response();
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, set_cookie(&edge.settings, DOOR_COOKIE, door, DAY));
    headers.append(header::SET_COOKIE, set_cookie(&edge.settings, LANGUAGE_COOKIE, words.tag(), 365 * DAY));
    Ok(response)
}

/// The address if it is one of ours, written the way a browser cannot misread: `/…`, never `//…`, `/\…` or another host.
pub fn is_ours(next: &str) -> Option<String> {
    let base = Url::parse("http://ours.invalid/").ok()?;
    let plain = next.starts_with('/') && !next.bytes().any(|byte| byte.is_ascii_control() || byte == b'\\');
    let url = base.join(next).ok().filter(|url| plain && url.origin() == base.origin())?;
    let path = url.path();
    // What normalises to a double slash would be another host when it is read again.
    if path.starts_with("//") || path.starts_with("/sign-in") || path.starts_with("/demo/") {
        return None;
    }
    Some(url.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn attack_48_only_our_own_addresses_are_followed() {
        assert_eq!(is_ours("/inbox?view=mine").as_deref(), Some("/inbox?view=mine"));
        for theirs in [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/..//evil.example",
            "/x/..//evil.example",
            "evil",
            "",
            "http:evil.example",
            "/\u{0}/evil",
            "/sign-in?next=/sign-in",
        ] {
            assert_eq!(is_ours(theirs), None, "{theirs:?}");
        }
    }
}
