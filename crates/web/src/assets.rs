//! Style sheets, scripts and icons out of the binary, under an address that changes with their content.

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Where a file is served, e.g. `/assets/3f…/app.css`.
pub fn address(name: &str) -> String {
    format!("/assets/{HASH}/{name}")
}

/// Every file with its media type and bytes.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str, &'static [u8])> {
    FILES.iter().copied()
}

/// The one route of the browser's files; browsers keep them for a year, because a change changes the address.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{hash}/{name}", get(file))
}

async fn file(Path((hash, name)): Path<(String, String)>) -> Response {
    let Some((_, content_type, bytes)) = FILES.iter().find(|file| file.0 == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A page from before an upgrade may ask for an older hash: it gets today's file, and must not keep it.
    let kept = if hash == HASH { "public, max-age=31536000, immutable" } else { "no-store" };
    let headers = [
        (header::CONTENT_TYPE, *content_type),
        (header::CACHE_CONTROL, kept),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, *bytes).into_response()
}
