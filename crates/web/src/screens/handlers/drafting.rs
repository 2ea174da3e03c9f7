//! Drafts that keep themselves: words, files and their descriptions, on the server from the moment they are there.

use super::context::{desk, failed, words};
use super::writing::{Fields, Typed};
use crate::error::{Error, Result};
use crate::screens::composer::{self, DraftMedia, Voice};
use crate::session::Visitor;
use crate::state::Edge;
use crate::uploads;
use axum::extract::{Form, Multipart, Path, Query, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use desk::{Attached, Draft, DraftFile, NewDraft};
use domain::id::{AttachmentId, CaseId};
use maud::html;
use serde::Deserialize;

/// Keeps what is typed and attached; answers with what the draft check says and, as a header, the length as the network
/// counts it.
pub(super) async fn draft(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(case): Path<CaseId>,
    Form(fields): Form<Fields>,
) -> Result<Response> {
    let typed = Typed::of(&fields)?;
    let desk = desk(&edge);
    keep(&edge, &visitor, case, &typed).await?;
    let Some(channel) = typed.channel.filter(|_| typed.voice != Voice::Note && !typed.text.trim().is_empty()) else {
        return Ok(html! {}.into_response());
    };
    let files = !typed.attachments.is_empty();
    let check = desk
        .check(&visitor.scope, channel, typed.answers, typed.kept_as(), &typed.text, files)
        .await
        .map_err(failed)?;
    let mut response = composer::checks(words(&visitor), &check.findings).into_response();
    response.headers_mut().insert(HeaderName::from_static("x-length"), HeaderValue::from(check.length.used));
    Ok(response)
}

/// A page that does not know a file yet (it was opened before the upload, or the upload is still on its way to it) must not throw
/// it out: only what somebody took off goes.
async fn keep(edge: &Edge, visitor: &Visitor, case: CaseId, typed: &Typed) -> Result<()> {
    let (desk, voice) = (desk(edge), typed.kept_as());
    let drafts = desk.drafts(&visitor.scope, case).await.map_err(failed)?;
    let mut files: Vec<DraftFile> = typed.attachments.iter().map(file).collect();
    let known = drafts.into_iter().filter(|draft| draft.voice == voice).flat_map(|draft| draft.files);
    for known in known.filter(|known| !typed.detached.contains(&known.attachment)) {
        if files.iter().all(|file| file.attachment != known.attachment) {
            files.push(known);
        }
    }
    let draft = NewDraft { case, voice, text: &typed.text, channel: typed.channel, files: Some(&files) };
    desk.save_draft(&visitor.scope, &draft).await.map_err(failed)
}

fn file(attached: &Attached) -> DraftFile {
    DraftFile { attachment: attached.attachment, alt_text: attached.alt_text.clone() }
}

/// After words were sent: they stand in no draft any more, whichever voice they were typed in at first. Files that did not go
/// along (a note takes none) stay in a draft.
pub(super) async fn clear(edge: &Edge, visitor: &Visitor, case: CaseId, typed: &Typed) -> Result<()> {
    let (desk, scope) = (desk(edge), &visitor.scope);
    if scope.agent().is_none() {
        return Ok(());
    }
    let left: &[Attached] = if typed.voice == Voice::Note { &typed.attachments } else { &[] };
    let home = if typed.private_place { desk::Voice::Private } else { desk::Voice::Public };
    let is_sent = |draft: &Draft| !draft.text.is_empty() && draft.text == typed.text;
    let drafts = desk.drafts(scope, case).await.map_err(failed)?;
    for draft in drafts.iter().filter(|draft| draft.voice != home && is_sent(draft)) {
        desk.delete_draft(scope, case, draft.voice).await.map_err(failed)?;
    }
    let known = drafts.iter().find(|draft| draft.voice == home);
    if left.is_empty() && !known.is_some_and(is_sent) {
        return Ok(());
    }
    let mut files = known.map(|draft| draft.files.clone()).unwrap_or_default();
    files.retain(|file| left.iter().all(|attached| attached.attachment != file.attachment));
    files.extend(left.iter().map(file));
    let other = known.filter(|draft| !is_sent(draft));
    let text = other.map(|draft| draft.text.as_str()).unwrap_or_default();
    let draft =
        NewDraft { case, voice: home, text, channel: known.and_then(|draft| draft.channel), files: Some(&files) };
    desk.save_draft(scope, &draft).await.map_err(failed)
}

/// The reader's newest draft: what the composer shows.
pub(super) fn newest(drafts: &[Draft]) -> Option<&Draft> {
    let holds = |draft: &&Draft| !draft.text.is_empty() || !draft.files.is_empty();
    drafts.iter().filter(holds).max_by_key(|draft| draft.updated_at)
}

/// The files of a draft as the composer shows them; one that is gone meanwhile is left out.
pub(super) async fn files_of(edge: &Edge, visitor: &Visitor, draft: &Draft) -> Result<Vec<DraftMedia>> {
    let mut files = Vec::new();
    for file in &draft.files {
        match draft_media(edge, visitor, file.attachment, file.alt_text.clone()).await {
            Ok(media) => files.push(media),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(files)
}

/// One file of a draft as the composer shows it.
pub(super) async fn draft_media(
    edge: &Edge,
    visitor: &Visitor,
    attachment: AttachmentId,
    alt_text: Option<String>,
) -> Result<DraftMedia> {
    let upload = edge.store.upload(&visitor.scope, attachment).await?;
    let address =
        upload.content_type.starts_with("image/").then(|| uploads::file_link(edge, &visitor.scope, attachment, false));
    Ok(DraftMedia {
        attachment,
        name: upload.name,
        address: address.transpose()?.map(|link| link.path),
        alt_text: alt_text.or(upload.alt_text).unwrap_or_default(),
    })
}

/// The draft that a file is for; without one it stays loose.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    case: Option<CaseId>,
    voice: Option<String>,
}

/// Takes a file for the composer, and puts it into the draft at once: a reload a moment later finds it there.
pub(super) async fn attach(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(place): Query<Place>,
    form: Multipart,
) -> Result<Response> {
    let upload = uploads::take(&edge, &visitor, form).await?;
    if let (Some(case), Some(voice)) = (place.case, place.voice.as_deref().and_then(Voice::of)) {
        desk(&edge).add_to_draft(&visitor.scope, case, kept_as(voice), upload.id).await.map_err(failed)?;
    }
    let media = draft_media(&edge, &visitor, upload.id, None).await?;
    Ok(composer::file(words(&visitor), &media).into_response())
}

/// The voice of the screen as drafts know it.
pub(super) fn kept_as(voice: Voice) -> desk::Voice {
    match voice {
        Voice::Public => desk::Voice::Public,
        Voice::Private => desk::Voice::Private,
        Voice::Note => desk::Voice::Note,
    }
}
