//! What holds for every request: an id, a time limit, security headers, no inside in a failure, a log line without secrets.

use crate::error::{Error, Failure};
use crate::screens::failure;
use crate::state::Edge;
use crate::words::Words;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;
use uuid::Uuid;

/// Nothing but ourselves; no inline scripts or styles, no frames, no plug-ins.
pub const CONTENT_POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
                                  frame-src 'none'; object-src 'none'";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Runs a request under its limits; the outermost layer.
pub async fn around(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().simple().to_string();
    let method = request.method().clone();
    // The template, never the address itself: addresses may hold one-time tokens.
    let place =
        request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let begun = Instant::now();
    let slow = is_upload(&place);
    let limit = if slow { edge.settings.request_timeout * 10 } else { edge.settings.request_timeout };
    let asked = Asked::of(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = match tokio::time::timeout(limit, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => Error::Inner(format!("panic: {}", words_of(panic.as_ref()))).into_response(),
        Err(_) => Error::Busy.into_response(),
    };
    response = asked.in_words(response);
    secure(&edge, response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (status, millis) = (response.status().as_u16(), begun.elapsed().as_secs_f64() * 1000.0);
    metrics::counter!("http_requests_total", "method" => method_name(&method), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("http_request_seconds").record(millis / 1000.0);
    tracing::info!(id, %method, place, status, millis, "request");
    response
}

/// The id of a request, in logs and in the answer.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

fn is_upload(place: &str) -> bool {
    place.ends_with("/attachments")
}

fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("?")
}

/// Sets the headers that protect; a handler that set one of them (an attachment's sandbox) keeps its own.
fn secure(edge: &Edge, headers: &mut HeaderMap) {
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    // Without any referrer a browser sends `Origin: null` with our own forms; to others pages say nothing either way.
    let referrer = if is_page { "same-origin" } else { "no-referrer" };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, referrer),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if edge.settings.is_https() {
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
}

/// How a request wants to hear of a failure.
struct Asked {
    /// A browser that navigates: a page in words.
    page: bool,
    /// A part of a page.
    fragment: bool,
    /// Where to come back to after signing in; for pages that were read.
    back: Option<String>,
    words: Words,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let headers = request.headers();
        let path = request.uri().path();
        let for_programs =
            ["/api/", "/hooks/", "/healthz", "/readyz", "/metrics"].iter().any(|start| path.starts_with(start));
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let fragment = text("hx-request").is_some();
        let accepts = text("accept").is_some_and(|accept| accept.contains("text/html"));
        let back = (*request.method() == Method::GET && !fragment)
            .then(|| request.uri().path_and_query().map(|address| address.as_str().to_owned()))
            .flatten();
        let words = Words::accepted(text("accept-language").unwrap_or_default());
        Self { page: accepts && !fragment && !for_programs, fragment: fragment && !for_programs, back, words }
    }

    /// The failure of a page is a page; who is not signed in is led to the door.
    fn in_words(self, response: Response) -> Response {
        let Some(failure) = response.extensions().get::<Failure>().cloned() else { return response };
        let status = response.status();
        let door = || match &self.back {
            Some(back) if back != "/" => {
                let next: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
                format!("/sign-in?next={next}")
            }
            _ => "/sign-in".to_owned(),
        };
        if status == StatusCode::UNAUTHORIZED && self.page {
            return Redirect::to(&door()).into_response();
        }
        if self.fragment {
            let mut response = response;
            if status == StatusCode::UNAUTHORIZED {
                response.headers_mut().insert("hx-redirect", HeaderValue::from_static("/sign-in"));
            }
            return response;
        }
        if !self.page {
            return response;
        }
        let mut page = (status, failure::page(self.words, status, failure.id.as_deref())).into_response();
        if let Some(after) = response.headers().get(header::RETRY_AFTER) {
            page.headers_mut().insert(header::RETRY_AFTER, after.clone());
        }
        page
    }
}
