//! Notes and drafts on cases.

use super::Id;
use super::messages::{AttachedBody, attached};
use super::read::word;
use super::{Json, List, ReadFailures, WriteFailures, words};
use crate::error::{Error, Result};
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use desk::{Attached, Draft, DraftFile, Note, Voice};
use domain::id::{CaseId, ChannelId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

const VOICES: &[Voice] = &[Voice::Public, Voice::Private, Voice::Note];

/// A note.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteBody {
    /// Which.
    pub id: Uuid,
    /// On which case.
    pub case: Uuid,
    /// Who wrote it; null: a program.
    pub agent: Option<Uuid>,
    /// Their name.
    pub agent_name: Option<String>,
    /// What.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
}

impl From<Note> for NoteBody {
    fn from(note: Note) -> Self {
        Self {
            id: note.id.0,
            case: note.case.0,
            agent: note.agent.map(|agent| agent.0),
            agent_name: note.agent_name,
            text: note.text,
            created_at: note.created_at,
        }
    }
}

/// A note to add.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewNote {
    /// What.
    #[schema(min_length = 1, max_length = 20000)]
    pub text: String,
}

/// A file of a draft.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftFileBody {
    /// The upload.
    pub attachment: Uuid,
    /// Its description as typed; null keeps the upload's.
    pub alt_text: Option<String>,
}

impl From<DraftFile> for DraftFileBody {
    fn from(file: DraftFile) -> Self {
        Self { attachment: file.attachment.0, alt_text: file.alt_text }
    }
}

/// A draft of the reader.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftBody {
    /// On which case.
    pub case: Uuid,
    /// In which voice.
    #[schema(schema_with = words::voice)]
    pub voice: &'static str,
    /// As typed.
    pub text: String,
    /// The account chosen to speak.
    pub channel: Option<Uuid>,
    /// Files, in their order.
    pub attachments: Vec<DraftFileBody>,
    /// When it was saved.
    pub updated_at: Timestamp,
}

impl From<Draft> for DraftBody {
    fn from(draft: Draft) -> Self {
        Self {
            case: draft.case.0,
            voice: draft.voice.word(),
            text: draft.text,
            channel: draft.channel.map(|channel| channel.0),
            attachments: draft.files.into_iter().map(Into::into).collect(),
            updated_at: draft.updated_at,
        }
    }
}

/// A draft to keep.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewDraft {
    /// As typed; without text and files the draft is thrown away.
    #[schema(max_length = 20000)]
    pub text: String,
    /// The account chosen to speak.
    pub channel: Option<Uuid>,
    /// Files, in their order; absent keeps those that the draft has. What is no loose upload of the reader is left out.
    #[schema(max_items = 10)]
    pub attachments: Option<Vec<AttachedBody>>,
}

/// The notes of a case, oldest first.
#[utoipa::path(get, path = "/cases/{id}/notes", tag = "notes", operation_id = "list_notes",
    params(("id" = Uuid, Path, description = "The case.")),
    responses((status = 200, description = "The notes.", body = List<NoteBody>), ReadFailures))]
pub(super) async fn list(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<CaseId>,
) -> Result<Json<List<NoteBody>>> {
    let notes = edge.desk.notes(&visitor.scope, id).await?;
    Ok(Json(List { items: notes.into_iter().map(Into::into).collect(), next: None }))
}

/// Adds a note; it never leaves.
#[utoipa::path(post, path = "/cases/{id}/notes", tag = "notes", operation_id = "create_note",
    params(("id" = Uuid, Path, description = "The case.")), request_body = NewNote,
    responses((status = 201, description = "The note.", body = NoteBody), WriteFailures))]
pub(super) async fn create(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<CaseId>,
    Json(new): Json<NewNote>,
) -> Result<(StatusCode, Json<NoteBody>)> {
    let note = edge.desk.note(&visitor.scope, id, &new.text).await?;
    Ok((StatusCode::CREATED, Json(note.into())))
}

/// The reader's drafts on a case; a token has none.
#[utoipa::path(get, path = "/cases/{id}/drafts", tag = "drafts", operation_id = "list_drafts",
    params(("id" = Uuid, Path, description = "The case.")),
    responses((status = 200, description = "The drafts.", body = List<DraftBody>), ReadFailures))]
pub(super) async fn drafts(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<CaseId>,
) -> Result<Json<List<DraftBody>>> {
    edge.desk.case_row(&visitor.scope, id).await?;
    let drafts = edge.desk.drafts(&visitor.scope, id).await?;
    Ok(Json(List { items: drafts.into_iter().map(Into::into).collect(), next: None }))
}

/// Which draft.
#[derive(Deserialize)]
pub(super) struct DraftPath {
    id: String,
    voice: String,
}

impl DraftPath {
    fn read(&self) -> Result<(CaseId, Voice)> {
        let id = self.id.parse().map_err(|_| Error::NotFound)?;
        Ok((id, word("voice", &self.voice, VOICES, Voice::word).map_err(|_| Error::NotFound)?))
    }
}

fn draft_files(bodies: Vec<AttachedBody>) -> Result<Vec<DraftFile>> {
    let file = |attached: Attached| DraftFile { attachment: attached.attachment, alt_text: attached.alt_text };
    Ok(attached(bodies)?.into_iter().map(file).collect())
}

/// Keeps the reader's draft.
#[utoipa::path(put, path = "/cases/{id}/drafts/{voice}", tag = "drafts", operation_id = "save_draft",
    params(("id" = Uuid, Path, description = "The case."), ("voice" = String, Path, description = "public, private or note.")),
    request_body = NewDraft, responses((status = 204, description = "Kept."), WriteFailures))]
pub(super) async fn save_draft(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(path): Path<DraftPath>,
    Json(new): Json<NewDraft>,
) -> Result<StatusCode> {
    visitor.person()?;
    let (case, voice) = path.read()?;
    edge.desk.case_row(&visitor.scope, case).await?;
    let files = new.attachments.map(draft_files).transpose()?;
    let channel = new.channel.map(ChannelId);
    let draft = desk::NewDraft { case, voice, text: &new.text, channel, files: files.as_deref() };
    edge.desk.save_draft(&visitor.scope, &draft).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Throws the reader's draft away.
#[utoipa::path(delete, path = "/cases/{id}/drafts/{voice}", tag = "drafts", operation_id = "delete_draft",
    params(("id" = Uuid, Path, description = "The case."), ("voice" = String, Path, description = "public, private or note.")),
    responses((status = 204, description = "Gone."), WriteFailures))]
pub(super) async fn delete_draft(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(path): Path<DraftPath>,
) -> Result<StatusCode> {
    visitor.person()?;
    let (case, voice) = path.read()?;
    edge.desk.case_row(&visitor.scope, case).await?;
    edge.desk.delete_draft(&visitor.scope, case, voice).await?;
    Ok(StatusCode::NO_CONTENT)
}
