//! An answer that does not end: read part by part, given up when it falls silent.

use super::{ANSWER_LIMIT, Answer, Failure, classify, read_whole};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use std::time::Duration;

/// The client's limit of a whole call does not hold here; each part has one of its own.
const NO_END: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// An open answer.
#[derive(Debug)]
pub struct Stream {
    response: reqwest::Response,
}

impl Stream {
    /// Sends the request and waits for the head of its answer.
    pub(super) async fn open(request: reqwest::RequestBuilder, patience: Duration) -> Result<Self, Failure> {
        let sent = tokio::time::timeout(patience, request.timeout(NO_END).send()).await;
        let silent = || Failure::Lost("no answer in time".to_owned());
        Ok(Self { response: sent.map_err(|_| silent())?.map_err(classify)? })
    }

    /// Status.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Headers.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// What comes next; `None` when the other side has ended it.
    ///
    /// # Errors
    /// [`Failure::Lost`] when the connection broke, or nothing came for so long.
    pub async fn part(&mut self, patience: Duration) -> Result<Option<Bytes>, Failure> {
        match tokio::time::timeout(patience, self.response.chunk()).await {
            Ok(part) => part.map_err(classify),
            Err(_) => Err(Failure::Lost("the stream fell silent".to_owned())),
        }
    }

    /// The whole answer, when it is a short one after all: a refusal.
    ///
    /// # Errors
    /// As any call.
    pub async fn whole(self) -> Result<Answer, Failure> {
        read_whole(self.response, ANSWER_LIMIT).await
    }
}
