//! `Idempotency-Key`: the same write, sent again because its answer got lost, is done once and answered twice. For programs and screens alike.

use crate::error::{Error, Result};
use crate::session::Visitor;
use crate::state::Edge;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};
use store::account::{Claim, RequestKey, StoredAnswer};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const LONGEST_KEY: usize = 200;
/// Answers are JSON and pages of ours; none comes near.
const ANSWER_LIMIT: usize = 4 * 1024 * 1024;
/// A program may come back a day later.
const KEPT_FOR_PROGRAMS: SignedDuration = SignedDuration::from_hours(24);
/// Somebody in front of a screen presses again within minutes; a page is large.
const KEPT_FOR_SCREENS: SignedDuration = SignedDuration::from_hours(1);
/// A doubled request waits so long for the answer to the first one.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often it looks whether that is there.
const LOOK: Duration = Duration::from_millis(40);

/// Does a program's write with a key once.
pub(crate) async fn of_programs(edge: State<Edge>, request: Request, next: Next) -> Result<Response> {
    once(edge, KEPT_FOR_PROGRAMS, request, next).await
}

/// Does an act on a screen with a key once.
pub(crate) async fn of_screens(edge: State<Edge>, request: Request, next: Next) -> Result<Response> {
    once(edge, KEPT_FOR_SCREENS, request, next).await
}

async fn once(State(edge): State<Edge>, kept: SignedDuration, request: Request, next: Next) -> Result<Response> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let (Some(key), false) = (key_of(request.headers())?, reads) else { return Ok(next.run(request).await) };
    let Some(visitor) = request.extensions().get::<Visitor>().cloned() else { return Err(Error::Unauthorised) };
    let (parts, body) = request.into_parts();
    let limit = edge.settings.upload_limit();
    let body = to_bytes(body, limit).await.map_err(|_| Error::TooLarge(u64::try_from(limit).unwrap_or(u64::MAX)))?;
    let mut hash = Sha256::new();
    for piece in [parts.method.as_str(), &parts.uri.to_string()] {
        hash.update(piece);
        hash.update([0]);
    }
    hash.update(&body);
    let key = RequestKey::new(&visitor.scope, &key);
    let hash = hash.finalize();
    match claim(&edge, &key, &hash, kept).await? {
        Claim::First => {
            // On a task of its own: a client that hangs up must not leave a write half done and its key taken.
            let request = Request::from_parts(parts, Body::from(body));
            tokio::spawn(run(edge, key, request, next)).await.map_err(|error| Error::Inner(error.to_string()))?
        }
        Claim::Done(answer) => Ok(replay(answer)),
        Claim::UnderWay => Err(Error::Conflict("request_under_way")),
        Claim::Mismatch => {
            Err(Error::Refused("idempotency_key_reused", "this Idempotency-Key belongs to another request".to_owned()))
        }
    }
}

/// Claims the key; while the first request with it is under way, its answer is waited for.
async fn claim(edge: &Edge, key: &RequestKey, hash: &[u8], kept: SignedDuration) -> Result<Claim> {
    let begun = Instant::now();
    loop {
        let claim = edge.store.claim_request(key, hash, kept, edge.now()).await?;
        if claim != Claim::UnderWay || begun.elapsed() >= PATIENCE {
            return Ok(claim);
        }
        while begun.elapsed() < PATIENCE && edge.store.is_under_way(key).await? {
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>> {
    let mut values = headers.get_all(&KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let wrong = || Error::field("Idempotency-Key", "one header of 1 to 200 visible ASCII characters");
    let text = value.to_str().map_err(|_| wrong())?;
    let fits = !text.is_empty() && text.len() <= LONGEST_KEY && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits && values.next().is_none() { Ok(Some(text.to_owned())) } else { Err(wrong()) }
}

async fn run(edge: Edge, key: RequestKey, request: Request, next: Next) -> Result<Response> {
    let answered = tokio::spawn(next.run(request)).await;
    let Ok(response) = answered else {
        edge.store.abandon_request(&key).await?;
        return Err(Error::Inner("a write with a key panicked".to_owned()));
    };
    let status = response.status();
    // What failed on our side, or only for now, may be tried again with the same key.
    if status.is_server_error() || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::UNAUTHORIZED) {
        edge.store.abandon_request(&key).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, ANSWER_LIMIT).await.map_err(|error| Error::Inner(error.to_string()))?;
    let headers = kept_headers(&parts.headers);
    let answer = StoredAnswer { status: i64::from(status.as_u16()), headers, body: body.to_vec() };
    edge.store.finish_request(&key, &answer).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// What belongs to the body and the act; everything else is set anew for each request.
fn kept_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let belongs =
        |name: &HeaderName| [header::CONTENT_TYPE, header::LOCATION].contains(name) || name.as_str().starts_with("hx-");
    let kept = headers.iter().filter(|(name, _)| belongs(name));
    kept.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned()))).collect()
}

fn replay(answer: StoredAnswer) -> Response {
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let mut response = (status.unwrap_or(StatusCode::OK), Bytes::from(answer.body)).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
