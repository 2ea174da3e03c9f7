//! The one HTTP client of the product: guarded against addresses inside the house, bounded in time and size.

mod guard;
mod resolver;
mod stream;
#[cfg(test)]
mod tests;

pub use guard::{Blocked, HostPort, is_public};
pub use stream::Stream;

use crate::budget::Budgets;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Redirects that a download follows; calls to an API follow none.
const REDIRECTS: usize = 3;
/// Greatest answer of an API call in bytes.
const ANSWER_LIMIT: u64 = 16 * 1024 * 1024;

/// What the client may be told.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Addresses inside the house that may be called all the same, e.g. a simulated network at `127.0.0.1:7301`.
    pub allowed: BTreeSet<HostPort>,
    /// Time to make a connection.
    pub connect_time: Duration,
    /// Time for a whole call, body included.
    pub total_time: Duration,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self { allowed: BTreeSet::new(), connect_time: Duration::from_secs(10), total_time: Duration::from_secs(30) }
    }
}

/// Why a call has no answer. The difference between [`Failure::NotSent`] and [`Failure::Lost`] decides whether
/// an act may be repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The guard refused the address; nothing left the house.
    #[error("blocked: {0}")]
    Blocked(#[from] Blocked),
    /// No connection could be made; the other side has seen nothing of it.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The connection broke, or time ran out, after the call may have been sent.
    #[error("lost: {0}")]
    Lost(String),
    /// The answer is larger than allowed.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(u64),
    /// The request could not be put together.
    #[error("the request cannot be built: {0}")]
    Unbuildable(String),
}

/// The client could not be made, e.g. because TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up: {0}")]
pub struct SetUpError(#[from] reqwest::Error);

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body, whole.
    pub body: Bytes,
}

/// Cheap to clone; all clones share connections, guard and rate budgets.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    /// Resolves names itself and refuses addresses that are not public, at connect time (DNS rebinding).
    guarded: reqwest::Client,
    /// For the allow-list only, whose names may point inside.
    allowed: reqwest::Client,
    options: ClientOptions,
    budgets: Budgets,
}

impl Client {
    /// A client with these options. The guard cannot be switched off, only given exceptions.
    pub fn new(options: ClientOptions) -> Result<Self, SetUpError> {
        let base = || {
            reqwest::Client::builder()
                // A proxy from the environment would resolve names out of the guard's sight.
                .no_proxy()
                // A redirect is a second address: whoever wants it asks the guard again.
                .redirect(reqwest::redirect::Policy::none())
                // A retry below us would repeat acts that people see.
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(options.connect_time)
                .timeout(options.total_time)
                .user_agent(concat!("Madoguchi/", env!("CARGO_PKG_VERSION")))
        };
        let guarded = base().dns_resolver(resolver::PublicOnly).build()?;
        let allowed = base().build()?;
        Ok(Self { inner: Arc::new(Inner { guarded, allowed, options, budgets: Budgets::default() }) })
    }

    /// What is known of the networks' rate limits.
    pub fn budgets(&self) -> &Budgets {
        &self.inner.budgets
    }

    /// Starts a request to an address that the guard lets pass.
    pub fn request(&self, method: Method, url: &str) -> Result<reqwest::RequestBuilder, Failure> {
        let url = Url::parse(url).map_err(|_| Blocked::Unreadable)?;
        guard::check(&url, &self.inner.options.allowed)?;
        let client = if self.inner.options.allowed.contains(&HostPort::of(&url)) {
            &self.inner.allowed
        } else {
            &self.inner.guarded
        };
        Ok(client.request(method, url))
    }

    /// Sends a request and reads its answer whole. Any status is an answer.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, Failure> {
        read(request, ANSWER_LIMIT).await
    }

    /// Sends a request whose answer does not end, and reads its head.
    pub async fn open(&self, request: reqwest::RequestBuilder) -> Result<Stream, Failure> {
        Stream::open(request, self.inner.options.total_time).await
    }

    /// Downloads a file of at most `limit` bytes; each redirect passes the guard again. Headers are sent to the
    /// first host only.
    pub async fn download(&self, url: &str, headers: HeaderMap, limit: u64) -> Result<Answer, Failure> {
        let mut target = Url::parse(url).map_err(|_| Blocked::Unreadable)?;
        let mut headers = Some(headers);
        for _ in 0..=REDIRECTS {
            let request = self.request(Method::GET, target.as_str())?.headers(headers.take().unwrap_or_default());
            let answer = read(request, limit).await?;
            let next = answer.headers.get(http::header::LOCATION).and_then(|location| location.to_str().ok());
            match next {
                Some(location) if answer.status.is_redirection() => {
                    target = target.join(location).map_err(|_| Blocked::Unreadable)?;
                }
                _ => return Ok(answer),
            }
        }
        Err(Failure::Lost("too many redirects".to_owned()))
    }
}

async fn read(request: reqwest::RequestBuilder, limit: u64) -> Result<Answer, Failure> {
    read_whole(request.send().await.map_err(classify)?, limit).await
}

async fn read_whole(mut response: reqwest::Response, limit: u64) -> Result<Answer, Failure> {
    if response.content_length().is_some_and(|length| length > limit) {
        return Err(Failure::TooLarge(limit));
    }
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(classify)? {
        if body.len() as u64 + chunk.len() as u64 > limit {
            return Err(Failure::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body: body.freeze() })
}

/// Sorts an error by what the other side may have seen of the request.
fn classify(error: reqwest::Error) -> Failure {
    if let Some(blocked) = resolver::blocked_in(&error) {
        return Failure::Blocked(blocked);
    }
    // The address is left out: it may hold what must not be logged.
    let error = error.without_url();
    let words = deepest(&error);
    if error.is_builder() {
        Failure::Unbuildable(words)
    } else if error.is_connect() {
        Failure::NotSent(words)
    } else {
        Failure::Lost(if error.is_timeout() { "no answer in time".to_owned() } else { words })
    }
}

/// The words of the innermost cause: the outer ones say only "error sending request".
fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
