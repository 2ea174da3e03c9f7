//! What X says when it does not do what was asked, and what that means for the act (contracts §1.5).

use crate::client::{Answer, Failure};
use crate::network::CallError;
use domain::outgoing::Outcome;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// Longest stretch of X's words that is kept.
const WORDS_LIMIT: usize = 500;

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The rate budget is used up; nothing was sent.
    Waiting {
        /// When the next call may go.
        at: Timestamp,
    },
    /// Nothing reached X.
    NotSent(String),
    /// X may have done it.
    Lost(String),
    /// X said no.
    Said(No),
    /// We cannot ask: a setting or secret is missing, or the guard refuses the address.
    Unfit(String),
}

/// X's no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct No {
    pub(super) status: StatusCode,
    /// X's code: the last part of the problem type, the number of an old error, or the HTTP status.
    pub(super) code: String,
    /// X's words.
    pub(super) message: String,
    /// When to come back, if X said so.
    pub(super) at: Option<Timestamp>,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Blocked(_) | Failure::Unbuildable(_) => Self::Unfit(failure.to_string()),
            Failure::NotSent(words) => Self::NotSent(words),
            // An answer too large to read is an answer: the act may stand.
            Failure::Lost(_) | Failure::TooLarge(_) => Self::Lost(failure.to_string()),
        }
    }
}

/// Every shape of error that X uses: problem JSON, `errors` lists old and new, and OAuth's.
#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    errors: Vec<OneError>,
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    error_description: Option<String>,
}

#[derive(Default, Deserialize)]
struct OneError {
    #[serde(default)]
    code: Option<Value>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

impl No {
    /// Reads X's code and words out of an answer.
    pub(super) fn read(answer: &Answer, at: Option<Timestamp>) -> Self {
        let body: Body = serde_json::from_slice(&answer.body).unwrap_or_default();
        let first = body.errors.into_iter().next().unwrap_or_default();
        let last_part = |kind: &String| kind.rsplit('/').next().unwrap_or_default().to_owned();
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let code = (body.kind.as_ref().filter(|kind| *kind != "about:blank").map(last_part))
            .or(body.reason)
            .or(body.error.as_ref().map(plain))
            .or(first.kind.as_ref().map(last_part))
            .or(first.code.as_ref().map(plain))
            .unwrap_or_else(|| answer.status.as_u16().to_string());
        let words = (body.error_description.or(body.detail).or(first.message).or(first.detail).or(body.title))
            .unwrap_or_else(|| answer.status.canonical_reason().unwrap_or("no words").to_owned());
        Self { status: answer.status, code, message: words.chars().take(WORDS_LIMIT).collect(), at }
    }

    fn is_server_error(&self) -> bool {
        self.status.is_server_error()
    }

    /// X refuses a text that the account posted a moment ago. After a lost answer that text is our own first try.
    fn is_duplicate(&self) -> bool {
        self.status == StatusCode::FORBIDDEN && self.message.to_ascii_lowercase().contains("duplicate")
    }
}

impl From<Trouble> for CallError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Waiting { at } => Self::Later { at: Some(at), message: "the rate limit is used up".to_owned() },
            Trouble::NotSent(message) | Trouble::Lost(message) => Self::Later { at: None, message },
            Trouble::Unfit(message) => Self::Refused { code: "not_configured".to_owned(), message },
            Trouble::Said(no) if no.status == StatusCode::UNAUTHORIZED => Self::Unauthorised { message: no.message },
            Trouble::Said(no) if no.status == StatusCode::TOO_MANY_REQUESTS || no.is_server_error() => {
                Self::Later { at: no.at, message: no.message }
            }
            Trouble::Said(no) => Self::Refused { code: no.code, message: no.message },
        }
    }
}

impl Trouble {
    /// The outcome of an act. `appears` says whether people would see it twice if it were done twice.
    pub(super) fn outcome(self, appears: bool) -> Outcome {
        match self {
            Self::Waiting { at } => Outcome::RetryAt {
                at: Some(at),
                code: "rate_limit".to_owned(),
                message: "the rate limit is used up".to_owned(),
            },
            Self::NotSent(message) => Outcome::RetryAt { at: None, code: "not_sent".to_owned(), message },
            Self::Lost(message) if appears => Outcome::Unknown { message },
            Self::Lost(message) => Outcome::RetryAt { at: None, code: "lost".to_owned(), message },
            Self::Unfit(message) => Outcome::Refused { code: "not_configured".to_owned(), message },
            Self::Said(no) => no.outcome(appears),
        }
    }
}

impl No {
    fn outcome(self, appears: bool) -> Outcome {
        if self.status == StatusCode::UNAUTHORIZED {
            return Outcome::Unauthorised { message: self.message };
        }
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            return Outcome::RetryAt { at: self.at, code: self.code, message: self.message };
        }
        // A 5xx may come from a gateway behind which the post was already made; X has no idempotency key. A refusal
        // as duplicate means that the text may already stand there: looking decides, not trying again.
        if appears && (self.is_server_error() || self.is_duplicate()) {
            return Outcome::Unknown { message: format!("{}: {}", self.code, self.message) };
        }
        if self.is_server_error() {
            return Outcome::RetryAt { at: self.at, code: self.code, message: self.message };
        }
        Outcome::Refused { code: self.code, message: self.message }
    }
}
