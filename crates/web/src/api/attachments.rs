//! Attachments: files for messages to come, and files that came with messages.

use super::{Id, Json, ReadFailures, WriteFailures};
use crate::error::{Error, Result};
use crate::session::Visitor;
use crate::state::Edge;
use crate::uploads::{self, file_link};
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use domain::id::AttachmentId;
use jiff::Timestamp;
use serde::Serialize;
use store::account::Upload;
use utoipa::ToSchema;
use uuid::Uuid;

/// A file.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentBody {
    /// Which.
    pub id: Uuid,
    /// Display name.
    pub name: String,
    /// Media type as sniffed.
    pub content_type: String,
    /// Size in bytes.
    pub bytes: i64,
    /// Description for who cannot see it.
    pub alt_text: Option<String>,
    /// Address of the bytes; null while they are still at the network.
    pub url: Option<String>,
    /// When the address dies.
    pub url_expires_at: Option<Timestamp>,
    /// When it came.
    pub created_at: Timestamp,
}

/// A file to upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form; the form is read in pieces")]
pub struct UploadForm {
    /// The file.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// Description for who cannot see it.
    #[schema(max_length = 1000)]
    alt_text: Option<String>,
}

fn body(edge: &Edge, visitor: &Visitor, upload: Upload) -> Result<AttachmentBody> {
    let link = match upload.location {
        Some(_) => Some(file_link(edge, &visitor.scope, upload.id, false)?),
        None => None,
    };
    Ok(AttachmentBody {
        id: upload.id.0,
        name: upload.name,
        content_type: upload.content_type,
        bytes: upload.bytes,
        alt_text: upload.alt_text,
        url_expires_at: link.as_ref().map(|link| link.expires_at),
        url: link.map(|link| link.path),
        created_at: upload.created_at,
    })
}

/// Uploads a file for a message to come. What after a day neither a message nor a draft holds is removed.
#[utoipa::path(post, path = "/attachments", tag = "attachments", operation_id = "upload_attachment",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The file.", body = AttachmentBody), WriteFailures))]
pub(super) async fn upload(
    State(edge): State<Edge>,
    visitor: Visitor,
    form: std::result::Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<AttachmentBody>)> {
    visitor.must_work()?;
    let form = form.map_err(|_| Error::MediaType)?;
    let upload = uploads::take(&edge, &visitor, form).await?;
    Ok((StatusCode::CREATED, Json(body(&edge, &visitor, upload)?)))
}

/// One file, with an address for its bytes.
#[utoipa::path(get, path = "/attachments/{id}", tag = "attachments", operation_id = "get_attachment",
    params(("id" = Uuid, Path, description = "The file.")),
    responses((status = 200, description = "The file.", body = AttachmentBody), ReadFailures))]
pub(super) async fn one(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<AttachmentId>,
) -> Result<Json<AttachmentBody>> {
    let upload = edge.store.upload(&visitor.scope, id).await?;
    Ok(Json(body(&edge, &visitor, upload)?))
}

/// Takes an upload back that no message has taken.
#[utoipa::path(delete, path = "/attachments/{id}", tag = "attachments", operation_id = "delete_attachment",
    params(("id" = Uuid, Path, description = "The file.")),
    responses((status = 204, description = "Gone."), WriteFailures))]
pub(super) async fn forget(State(edge): State<Edge>, visitor: Visitor, Id(id): Id<AttachmentId>) -> Result<StatusCode> {
    visitor.must_work()?;
    let file = edge.store.let_upload_go(&visitor.scope, id).await?;
    pipeline::media::remove(&edge.store, &file).await?;
    Ok(StatusCode::NO_CONTENT)
}
