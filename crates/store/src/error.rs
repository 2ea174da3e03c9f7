//! What can go wrong in the store.

/// Errors of the store. Reads inside a scope never tell another workspace's rows from absent ones.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database said no, or is not there.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// No such row in this scope.
    #[error("not found")]
    NotFound,
    /// The row changed since it was read, or a unique value is taken; the code names which.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// The actor may not do this.
    #[error("forbidden")]
    Forbidden,
    /// A stored value does not fit the vocabulary.
    #[error("stored value is not readable: {0}")]
    Unreadable(String),
    /// The engine is set up in a way that could lose acknowledged messages.
    #[error("{0}")]
    Unsafe(String),
    /// A file beside the database could not be used.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// A secret could not be opened with the key that is configured.
    #[error("a stored secret cannot be opened with this key")]
    WrongKey,
    /// The local journal has reached its limit while the database is away.
    #[error("the local journal is full")]
    JournalFull,
}

impl Error {
    /// Whether the database itself is away (not merely unhappy with one statement).
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Database(
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed,
            ) => true,
            // Class 57: operator intervention (shutdown, crash); 08: connection; 53: out of resources.
            Self::Database(sqlx::Error::Database(error)) => error
                .code()
                .is_some_and(|code| ["57", "08", "53"].iter().any(|class| code.len() == 5 && code.starts_with(class))),
            Self::Database(sqlx::Error::Protocol(_) | sqlx::Error::Tls(_)) => true,
            _ => false,
        }
    }
    /// Whether a unique key was hit.
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }
}

/// Result of the store.
pub type Result<T> = std::result::Result<T, Error>;
