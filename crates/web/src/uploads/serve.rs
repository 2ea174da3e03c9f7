//! Giving files out: `/attachments/{id}` asks who you are and leads to `/files/{token}`, which lives for minutes.

use super::image::SAFE_TYPES;
use crate::error::{Error, Result};
use crate::session::Visitor;
use crate::state::Edge;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::{AttachmentId, WorkspaceId};
use domain::people::Scope;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

/// How long an address works.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// Bytes that tell what a file is.
const SNIFFED: usize = 512;
/// What the vault binds such an address to.
const PLACE: &str = "file-address";
/// A file from outside may do nothing, whatever the browser thinks it is.
const SANDBOX: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// The address of a file and when it dies.
#[derive(Clone, Debug)]
pub struct FileLink {
    /// Path on our origin.
    pub path: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Address {
    workspace: WorkspaceId,
    attachment: AttachmentId,
    until: i64,
    download: bool,
}

#[derive(Deserialize)]
struct AttachmentQuery {
    download: Option<String>,
}

/// Where files are given out.
pub fn routes() -> Router<Edge> {
    Router::new().route("/attachments/{id}", get(attachment)).route("/files/{token}", get(file))
}

/// An address for a file that the reader may see: sealed with the installation's key, for this workspace, for minutes.
///
/// # Errors
/// When sealing fails.
pub fn file_link(edge: &Edge, scope: &Scope, attachment: AttachmentId, download: bool) -> Result<FileLink> {
    let expires_at = edge.now() + LIFETIME;
    let address = Address { workspace: scope.workspace, attachment, until: expires_at.as_second(), download };
    let text = serde_json::to_vec(&address).map_err(|error| Error::Inner(error.to_string()))?;
    let sealed = edge.store.vault.seal(PLACE, &text)?;
    Ok(FileLink { path: format!("/files/{}", URL_SAFE_NO_PAD.encode(sealed)), expires_at })
}

async fn attachment(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(query): Query<AttachmentQuery>,
) -> Result<Response> {
    let id: AttachmentId = id.parse().map_err(|_| Error::NotFound)?;
    let upload = edge.store.upload(&visitor.scope, id).await?;
    if upload.location.is_none() {
        return Err(Error::NotFound);
    }
    Ok(Redirect::to(&file_link(&edge, &visitor.scope, id, query.download.is_some())?.path).into_response())
}

async fn file(State(edge): State<Edge>, Path(token): Path<String>) -> Result<Response> {
    let sealed = URL_SAFE_NO_PAD.decode(token).map_err(|_| Error::NotFound)?;
    let text = edge.store.vault.open_sealed(PLACE, &sealed).map_err(|_| Error::NotFound)?;
    let address: Address = serde_json::from_slice(&text).map_err(|_| Error::NotFound)?;
    if address.until <= edge.now().as_second() {
        return Err(Error::NotFound);
    }
    let scope = Scope::system(address.workspace);
    let upload = edge.store.upload(&scope, address.attachment).await?;
    // The path is made from ids of ours; what the row says is compared, never followed.
    let expected = pipeline::media::location(address.workspace, address.attachment);
    if upload.location.as_deref() != Some(&expected) {
        return Err(Error::NotFound);
    }
    let mut open = match tokio::fs::File::open(edge.store.data.join(expected)).await {
        Ok(open) => open,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(Error::NotFound),
        Err(error) => return Err(Error::Inner(format!("a file cannot be opened: {error}"))),
    };
    // Sniffed again: what a network said about its file may be wrong, or a lie.
    let mut beginning = vec![0; SNIFFED];
    let read = open.read(&mut beginning).await.map_err(|error| Error::Inner(error.to_string()))?;
    beginning.truncate(read);
    let sniffed = infer::get(&beginning).map_or("application/octet-stream", |kind| kind.mime_type());
    let inline = SAFE_TYPES.contains(&sniffed) && !address.download;
    let content_type = if SAFE_TYPES.contains(&sniffed) { sniffed } else { "application/octet-stream" };
    let rest = ReaderStream::new(std::io::Cursor::new(beginning).chain(open));
    let mut response = Body::from_stream(rest).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    headers.insert(header::CONTENT_DISPOSITION, disposition(inline, &upload.name));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=600"));
    if let Ok(length) = HeaderValue::try_from(upload.bytes.to_string()) {
        headers.insert(header::CONTENT_LENGTH, length);
    }
    Ok(response)
}

/// RFC 6266 with the name in RFC 5987's form alone: only bytes that need no quoting are left as they are.
fn disposition(inline: bool, name: &str) -> HeaderValue {
    let kind = if inline { "inline" } else { "attachment" };
    let mut text = format!("{kind}; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}
