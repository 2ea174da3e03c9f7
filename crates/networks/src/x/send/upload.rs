//! Files to X: initialise, append in parts, finalise, wait until X has read them, describe them.

use crate::network::Files;
use crate::x::api::{Api, Body, segment};
use crate::x::errors::{No, Trouble};
use domain::outgoing::OutgoingMedia;
use http::{Method, StatusCode};
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// Size of one part in bytes (X takes up to 5 MB).
const PART: usize = 4 * 1024 * 1024;
/// How often X is asked whether it has read a film.
const LOOKS: usize = 30;
/// Longest wait between two looks in seconds.
const LONGEST_WAIT: u64 = 15;
/// Longest description that X takes, in scalars.
pub(in crate::x) const ALT_TEXT_LIMIT: usize = 1000;

/// What the files are for; X keeps them apart.
#[derive(Clone, Copy)]
pub(in crate::x) enum Use {
    Post,
    DirectMessage,
}

#[derive(Deserialize)]
struct Uploaded {
    data: Upload,
}

#[derive(Deserialize)]
struct Upload {
    id: String,
    #[serde(default)]
    processing_info: Option<Processing>,
}

#[derive(Deserialize)]
struct Processing {
    #[serde(default)]
    state: String,
    #[serde(default)]
    check_after_secs: Option<u64>,
}

/// Uploads all files and gives X's ids. Nobody sees an upload, so any failure here may be tried again.
pub(in crate::x) async fn all(
    api: Api<'_>,
    media: &[OutgoingMedia],
    files: &dyn Files,
    usage: Use,
) -> Result<Vec<String>, Trouble> {
    let mut ids = Vec::with_capacity(media.len());
    for file in media {
        ids.push(one(api, file, files, usage).await.map_err(unseen)?);
    }
    Ok(ids)
}

/// A lost answer or a 5xx during an upload says nothing about the post, which has not been asked for yet.
fn unseen(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Lost(words) => Trouble::NotSent(words),
        Trouble::Said(no) if no.status.is_server_error() => {
            Trouble::NotSent(format!("upload: {}: {}", no.code, no.message))
        }
        other => other,
    }
}

async fn one(api: Api<'_>, file: &OutgoingMedia, files: &dyn Files, usage: Use) -> Result<String, Trouble> {
    let bytes = files
        .read(file.attachment)
        .await
        .map_err(|error| Trouble::Unfit(format!("the file cannot be read: {error}")))?;
    let start = json!({
        "media_type": file.content_type,
        "total_bytes": bytes.len(),
        "media_category": category(&file.content_type, usage),
    });
    let path = "/2/media/upload/initialize";
    let started: Uploaded = api.call("media_initialize", Method::POST, path, &[], Body::Json(start)).await?;
    let id = started.data.id;
    let path = format!("/2/media/upload/{}", segment(&id)?);
    for (index, at) in (0..bytes.len()).step_by(PART).enumerate() {
        let part = bytes.slice(at..bytes.len().min(at + PART));
        let part = Part::stream_with_length(part.clone(), part.len() as u64)
            .file_name("media")
            .mime_str(&file.content_type)
            .map_err(|_| Trouble::Unfit("the media type cannot be read".to_owned()))?;
        let form = Form::new().text("segment_index", index.to_string()).part("media", part);
        let append = format!("{path}/append");
        api.call::<Value>("media_append", Method::POST, &append, &[], Body::Parts(form)).await?;
    }
    let finalise = format!("{path}/finalize");
    let ended: Uploaded = api.call("media_finalize", Method::POST, &finalise, &[], Body::Nothing).await?;
    wait_until_read(api, &id, ended.data.processing_info).await?;
    if let Some(alt) = file.alt_text.as_deref().filter(|alt| !alt.trim().is_empty()) {
        let text: String = alt.chars().take(ALT_TEXT_LIMIT).collect();
        let body = json!({ "id": id, "metadata": { "alt_text": { "text": text } } });
        api.call::<Value>("media_metadata", Method::POST, "/2/media/metadata", &[], Body::Json(body)).await?;
    }
    Ok(id)
}

/// Films are read after the upload; a post that names one too early is refused.
async fn wait_until_read(api: Api<'_>, id: &str, first: Option<Processing>) -> Result<(), Trouble> {
    let mut processing = first;
    for _ in 0..LOOKS {
        let Some(now) = processing else { return Ok(()) };
        match now.state.as_str() {
            "succeeded" => return Ok(()),
            "failed" => {
                return Err(Trouble::Said(No {
                    status: StatusCode::BAD_REQUEST,
                    code: "media_processing_failed".to_owned(),
                    message: "X could not read the file".to_owned(),
                    at: None,
                }));
            }
            _ => tokio::time::sleep(Duration::from_secs(now.check_after_secs.unwrap_or(1).min(LONGEST_WAIT))).await,
        }
        let query = [("media_id", id), ("command", "STATUS")];
        let looked: Uploaded = api.get("media_status", "/2/media/upload", &query).await?;
        processing = looked.data.processing_info;
    }
    Err(Trouble::NotSent("X is still reading the file".to_owned()))
}

fn category(content_type: &str, usage: Use) -> &'static str {
    match (usage, content_type) {
        (Use::Post, "image/gif") => "tweet_gif",
        (Use::DirectMessage, "image/gif") => "dm_gif",
        (Use::Post, film) if film.starts_with("video/") => "tweet_video",
        (Use::DirectMessage, film) if film.starts_with("video/") => "dm_video",
        (Use::Post, _) => "tweet_image",
        (Use::DirectMessage, _) => "dm_image",
    }
}
