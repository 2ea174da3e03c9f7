//! Reading requests: JSON bodies, query strings and ids, each refused with a 4xx that says what is allowed.

use crate::error::{Error, Result};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::str::FromStr;

/// A JSON body, read or written.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        // Only JSON: a form or plain text can be sent from any page of the web without asking.
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json"));
        if !is_json {
            return Err(Error::MediaType);
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection: BytesRejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Error::TooLarge(u64::try_from(super::BODY_LIMIT).unwrap_or(u64::MAX))
            } else {
                Error::Malformed("the body broke off".to_owned())
            }
        })?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| Error::Malformed(error.to_string()))?;
        if holds_nul(&value) {
            return Err(Error::field("body", "text without U+0000"));
        }
        serde_path(value).map(Self)
    }
}

/// Reads a value into a type; what does not fit is 422 with the words of the mismatch.
fn serde_path<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| Error::field("body", error.to_string()))
}

/// PostgreSQL stores no U+0000, and nobody writes one on purpose.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A query string.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let query = parts.uri.query().unwrap_or_default();
        if url::form_urlencoded::parse(query.as_bytes()).any(|(_, value)| value.contains('\0')) {
            return Err(Error::field("query", "text without U+0000"));
        }
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|query| Self(query.0))
            .map_err(|rejection| Error::Malformed(rejection.body_text()))
    }
}

/// An id in the path; what is none names nothing.
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| Error::NotFound)?;
        text.parse().map(Self).map_err(|_| Error::NotFound)
    }
}

/// How much of a list, and from where.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before.
    #[param(max_length = 200)]
    pub after: Option<String>,
    /// Items of the page; 50 unless told.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
}

impl PageQuery {
    /// The number of items, if it is one that is allowed.
    pub(super) fn limit(&self) -> Result<i64> {
        match self.limit {
            None => Ok(50),
            Some(limit @ 1..=100) => Ok(limit),
            Some(_) => Err(Error::field("limit", "1 to 100")),
        }
    }

    /// The key to go on after.
    pub(super) fn after<T: FromStr>(&self) -> Result<Option<T>> {
        let read = |text: &String| text.parse().map_err(|_| Error::field("after", "`next` of an earlier page"));
        self.after.as_ref().map(read).transpose()
    }
}

/// A word of a closed list.
pub(super) fn word<T: Copy>(field: &str, text: &str, all: &[T], spelling: impl Fn(T) -> &'static str) -> Result<T> {
    let found = all.iter().copied().find(|word| spelling(*word) == text);
    found.ok_or_else(|| Error::field(field, all.iter().map(|word| spelling(*word)).collect::<Vec<_>>().join(", ")))
}
