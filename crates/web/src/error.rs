//! Every way a request can fail: one enum, each variant with its status and a stable code that is also a translation key.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Why a request fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 400 `malformed`: the request cannot be read; says what is wrong with it.
    #[error("malformed: {0}")]
    Malformed(String),
    /// 401 `unauthorised`: nobody is signed in, or no longer.
    #[error("nobody is signed in")]
    Unauthorised,
    /// 403 `forbidden`: this person or token may not.
    #[error("not allowed")]
    Forbidden,
    /// 403 `cross_site`: the write does not come from a page of ours.
    #[error("not from a page of ours")]
    CrossSite,
    /// 404 `not_found`: there is nothing, or nothing that this workspace may know of.
    #[error("not found")]
    NotFound,
    /// 405 `method_not_allowed`.
    #[error("this place does not know that method")]
    Method,
    /// 409 with the store's or desk's own code.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// 413 `too_large`: more than this many bytes.
    #[error("larger than {0} bytes")]
    TooLarge(u64),
    /// 415 `media_type`: not the media type that this place reads.
    #[error("not the media type that this place reads")]
    MediaType,
    /// 422 `invalid`: readable, but these fields are not what is allowed.
    #[error("invalid fields")]
    Invalid(Vec<Field>),
    /// 422 with a code of its own: understood, and refused for a reason that a person can act on.
    #[error("{0}: {1}")]
    Refused(&'static str, String),
    /// 429 `too_many`: again at this time.
    #[error("too many, again at {0}")]
    TooMany(Timestamp),
    /// 502 with the network's words: the other side said no.
    #[error("the network said: {0}")]
    Network(String),
    /// 503 `busy`: again in some seconds.
    #[error("busy")]
    Busy,
    /// 500 `inner`: our fault. The words go to the log, the caller gets an id that finds them.
    #[error("{0}")]
    Inner(String),
}

/// Result at the HTTP edge.
pub type Result<T> = std::result::Result<T, Error>;

/// A field and what is allowed in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Field {
    /// Name, with dots into objects.
    pub field: String,
    /// What is allowed.
    pub allowed: String,
}

/// The body of every failure.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// Stable code.
    pub code: String,
    /// English words for the developer.
    pub message: String,
    /// The fields at fault, if it is about fields.
    pub fields: Vec<Field>,
}

/// What a page about a failure needs; rides on the response so that the screens can show it in words.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Stable code.
    pub code: &'static str,
    /// Finds the log line of an inner error.
    pub id: Option<String>,
}

impl Error {
    /// One field that is not what is allowed.
    pub fn field(field: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self::Invalid(vec![Field { field: field.into(), allowed: allowed.into() }])
    }

    /// HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorised => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) | Self::Refused(..) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Network(_) => StatusCode::BAD_GATEWAY,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Inner(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Unauthorised => "unauthorised",
            Self::Forbidden => "forbidden",
            Self::CrossSite => "cross_site",
            Self::NotFound => "not_found",
            Self::Method => "method_not_allowed",
            Self::Conflict(code) | Self::Refused(code, _) => code,
            Self::TooLarge(_) => "too_large",
            Self::MediaType => "media_type",
            Self::Invalid(_) => "invalid",
            Self::TooMany(_) => "too_many",
            Self::Network(_) => "network",
            Self::Busy => "busy",
            Self::Inner(_) => "inner",
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NotFound => Self::NotFound,
            store::Error::Forbidden => Self::Forbidden,
            store::Error::Conflict(code) => Self::Conflict(code),
            error if error.is_outage() => {
                tracing::error!(%error, "the database is away");
                Self::Busy
            }
            error => Self::Inner(error.to_string()),
        }
    }
}

impl From<desk::Error> for Error {
    fn from(error: desk::Error) -> Self {
        match error {
            desk::Error::NotFound => Self::NotFound,
            desk::Error::Forbidden => Self::Forbidden,
            desk::Error::Conflict(code) => Self::Conflict(code),
            desk::Error::AnsweredSince { .. } => Self::Conflict("answered_since"),
            desk::Error::Invalid { field, code } => Self::field(field, code),
            desk::Error::Refused { reason, .. } => Self::Refused("refused_by_network", reason.code),
            desk::Error::DraftStopped { findings, .. } => {
                let codes: Vec<String> = findings.into_iter().map(|finding| finding.reason.code).collect();
                Self::Refused("draft_stopped", codes.join(", "))
            }
            desk::Error::Store(error) => error.into(),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code) = (self.status(), self.code());
        let (message, id) = match &self {
            // 5xx says nothing about the inside.
            Self::Inner(words) => {
                let id = Uuid::now_v7().simple().to_string();
                tracing::error!(id, error = words, "inner error");
                (format!("something broke on our side; the log knows it as {id}"), Some(id))
            }
            Self::Refused(_, words) => (words.clone(), None),
            error => (error.to_string(), None),
        };
        let fields = if let Self::Invalid(fields) = &self { fields.clone() } else { Vec::new() };
        let body = ErrorBody { error: ErrorDetail { code: code.to_owned(), message, fields } };
        let mut response = (status, Json(body)).into_response();
        let retry_after = match self {
            Self::Busy => Some(2),
            Self::TooMany(at) => Some((at.as_second() - Timestamp::now().as_second()).max(1)),
            _ => None,
        };
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(Failure { code, id });
        response
    }
}
