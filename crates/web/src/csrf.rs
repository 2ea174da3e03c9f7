//! Writes come from our own pages: `Sec-Fetch-Site` and `Origin` say where from, and a token says which session's page.

use crate::client_address::{Peer, is_trusted};
use crate::error::{Error, Result};
use crate::session::{Credential, Visitor, cookie, csrf_token};
use crate::state::Edge;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::{BodyExt, Limited};
use subtle::ConstantTimeEq;
use url::Url;

/// Largest form; the longest text of a composer is far below.
const FORM_LIMIT: usize = 256 * 1024;
/// Cookie of the forms before anybody is signed in.
pub const DOOR_COOKIE: &str = "madoguchi_door";
/// Header that scripts send the token in.
pub const HEADER: &str = "x-csrf-token";
/// Field that forms send the token in.
pub const FIELD: &str = "csrf";

/// Lets writes through that a page of ours made; programs with a bearer token are not browsers and pass.
pub async fn guard(State(edge): State<Edge>, request: Request, next: Next) -> Result<Response> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let visitor = request.extensions().get::<Visitor>();
    if reads || visitor.is_some_and(|visitor| matches!(visitor.credential, Credential::Token(_))) {
        return Ok(next.run(request).await);
    }
    let expected = match visitor {
        Some(visitor) => visitor.csrf().map(str::to_owned),
        None => cookie(request.headers(), DOOR_COOKIE).map(csrf_token),
    };
    let peer = request.extensions().get::<Peer>().copied();
    if !is_same_origin(&edge, peer, request.headers()) {
        return Err(Error::CrossSite);
    }
    // The demo's one-click form carries a secret of its own.
    if request.uri().path() == "/sign-in/demo" {
        return Ok(next.run(request).await);
    }
    // Nobody is signed in and no page of ours was seen: on the API that is 401, at the door a stale page.
    let Some(expected) = expected else {
        return Err(if request.uri().path().starts_with("/api/") { Error::Unauthorised } else { Error::CrossSite });
    };
    let (request, token) = sent_token(request).await?;
    let fits = token.is_some_and(|token| bool::from(token.as_bytes().ct_eq(expected.as_bytes())));
    if fits {
        Ok(next.run(request).await)
    } else if visitor_is_unknown_to_api(&request) {
        Err(Error::Unauthorised)
    } else {
        Err(Error::CrossSite)
    }
}

fn visitor_is_unknown_to_api(request: &Request) -> bool {
    request.extensions().get::<Visitor>().is_none() && request.uri().path().starts_with("/api/")
}

/// What the browser says about where the request comes from; a client that says nothing is no browser, and the token decides.
pub fn is_same_origin(edge: &Edge, peer: Option<Peer>, headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(|value| value.as_bytes());
    let Some(origin) = headers.get(header::ORIGIN) else {
        return site.is_none_or(|site| site == b"same-origin");
    };
    // A page without referrers says `null`; then only the browser's own word counts.
    if origin.as_bytes() == b"null" {
        return site == Some(b"same-origin");
    }
    let ours = origin.to_str().is_ok_and(|origin| Some(origin) == own_origin(edge, peer, headers).as_deref());
    ours && site.is_none_or(|site| site == b"same-origin")
}

/// Our own origin: the public address when it is set, else as the request was addressed.
pub fn own_origin(edge: &Edge, peer: Option<Peer>, headers: &HeaderMap) -> Option<String> {
    if let Some(url) = &edge.settings.public_url {
        return Some(url.origin().ascii_serialization());
    }
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let proxied = peer.is_some_and(|peer| is_trusted(&edge.settings, peer.0.ip().to_canonical()));
    let scheme = match headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok()) {
        Some("https") if proxied => "https",
        _ => "http",
    };
    Some(Url::parse(&format!("{scheme}://{host}")).ok()?.origin().ascii_serialization())
}

/// The token of the request, from header or form. A form is read here and handed on unchanged.
async fn sent_token(request: Request) -> Result<(Request, Option<String>)> {
    if let Some(token) = request.headers().get(HEADER) {
        let token = token.to_str().ok().map(str::to_owned);
        return Ok((request, token));
    }
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return Ok((request, None));
    }
    let (parts, body) = request.into_parts();
    let bytes: Bytes = Limited::new(body, FORM_LIMIT)
        .collect()
        .await
        .map_err(|_| Error::TooLarge(u64::try_from(FORM_LIMIT).unwrap_or(u64::MAX)))?
        .to_bytes();
    let token =
        url::form_urlencoded::parse(&bytes).find(|(name, _)| name == FIELD).map(|(_, value)| value.into_owned());
    Ok((Request::from_parts(parts, Body::from(bytes)), token))
}
