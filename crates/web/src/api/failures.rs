//! The failures that operations document: every status that can occur, with one body for all.

use crate::error::ErrorBody;
use std::collections::BTreeMap;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

/// What a reading operation can fail with.
pub struct ReadFailures;

/// What a writing operation can fail with.
pub struct WriteFailures;

const READING: &[(&str, &str)] = &[
    ("400", "The request cannot be read."),
    ("401", "Nobody is signed in, or no longer."),
    ("403", "Not allowed, or not from a page of ours."),
    ("404", "Nothing there, or nothing that this workspace may know of."),
    ("422", "Readable, but some fields are not what is allowed."),
    ("429", "Too many; `Retry-After` says when."),
    ("503", "Busy; `Retry-After` says when."),
];

const WRITING: &[(&str, &str)] = &[
    ("409", "The state does not allow it, or a request with this Idempotency-Key is still under way after 15 seconds."),
    ("413", "Too large."),
    ("415", "Not the media type that this operation reads."),
];

fn responses(list: impl Iterator<Item = &'static (&'static str, &'static str)>) -> BTreeMap<String, RefOr<Response>> {
    let body = || ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorBody::name()))).build();
    list.map(|(status, words)| {
        let response = ResponseBuilder::new().description(*words).content("application/json", body()).build();
        ((*status).to_owned(), RefOr::T(response))
    })
    .collect()
}

impl IntoResponses for ReadFailures {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        responses(READING.iter())
    }
}

impl IntoResponses for WriteFailures {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        responses(READING.iter().chain(WRITING))
    }
}

/// Puts the body's schema into a document that only refers to it.
pub(super) fn schemas() -> Vec<(String, RefOr<utoipa::openapi::Schema>)> {
    let mut schemas = vec![(ErrorBody::name().into_owned(), ErrorBody::schema())];
    ErrorBody::schemas(&mut schemas);
    schemas
}
