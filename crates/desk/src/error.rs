//! What can go wrong at the desk; each error has a stable code, which is its translation key.

use domain::ability::Way;
use domain::draft_check::Finding;
use domain::id::MessageId;
use domain::understanding::Reason;

/// Errors of the desk. Rows of another workspace are never told from absent ones.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such row in this scope.
    #[error("not found")]
    NotFound,
    /// The actor may not do this.
    #[error("forbidden")]
    Forbidden,
    /// The state does not allow it; the code says which part: `changed_since`, `message_since`, `needs_reason`, `closed`,
    /// `in_the_past`, `too_many`, `already_sent`, `not_waiting_for_a_decision`, `attachment`, `settled`, …
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// A colleague answered since the writer looked: their messages, and the position to name when sending anyway.
    #[error("somebody answered since you looked")]
    AnsweredSince {
        /// What they sent.
        messages: Vec<MessageId>,
        /// Position up to which the case now goes.
        seen: i64,
    },
    /// An entry is not what it must be.
    #[error("{field}: {code}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What is wrong, e.g. `unreadable`, `too_many`, `empty`.
        code: &'static str,
    },
    /// The network does not let this account do it; what remains.
    #[error("refused: {}", .reason.code)]
    Refused {
        /// Which rule.
        reason: Reason,
        /// Ways that remain.
        ways: Vec<Way>,
    },
    /// The draft check holds the text back.
    #[error("the draft may not leave")]
    DraftStopped {
        /// Every finding, stops first.
        findings: Vec<Finding>,
        /// Ways that remain: write privately, invite to write privately.
        ways: Vec<Way>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(store::Error),
}

/// Result of the desk.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The stable code: translation key below `error-`, and code of the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Forbidden => "forbidden",
            Self::Conflict(code) => code,
            Self::AnsweredSince { .. } => "answered_since",
            Self::Invalid { .. } => "invalid",
            Self::Refused { .. } => "refused_by_network",
            Self::DraftStopped { .. } => "draft_stopped",
            Self::Store(error) if error.is_outage() => "database_away",
            Self::Store(_) => "internal",
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NotFound => Self::NotFound,
            store::Error::Forbidden => Self::Forbidden,
            store::Error::Conflict(code) => Self::Conflict(code),
            other => Self::Store(other),
        }
    }
}
