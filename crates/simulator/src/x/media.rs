//! Media: upload in parts or at once, description, status, and the files themselves.

use super::gate::Caller;
use super::model::Media;
use super::parameters::{Parameters, body, parse_id};
use super::problem::{Answer, Problem, ok};
use crate::World;
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use serde_json::{Value, json};

/// Uploads are forgotten after a day when nobody used them.
const EXPIRES_S: i64 = 24 * 60 * 60;
const TYPES: &[&str] = &[
    "video/mp4",
    "video/webm",
    "video/mp2t",
    "video/quicktime",
    "text/srt",
    "text/vtt",
    "image/jpeg",
    "image/gif",
    "image/bmp",
    "image/png",
    "image/webp",
    "image/pjpeg",
    "image/tiff",
];
const CATEGORIES: &[&str] =
    &["amplify_video", "tweet_gif", "tweet_image", "tweet_video", "dm_gif", "dm_image", "dm_video", "subtitles"];
const MAX_IMAGE: usize = 5 * 1024 * 1024;
const MAX_ALT_TEXT: usize = 1000;

/// An upload that has no content yet.
pub(crate) fn blank(id: u64, owner: u64, now: i64, media_type: &str, category: &str, total_bytes: usize) -> Media {
    let class = if media_type.starts_with("video/") {
        7
    } else if media_type == "image/gif" {
        16
    } else {
        3
    };
    Media {
        id,
        key: format!("{class}_{id}"),
        media_type: media_type.to_owned(),
        category: category.to_owned(),
        alt_text: None,
        total_bytes,
        segments: Default::default(),
        content: None,
        owner,
        created_ms: now,
        status_calls: 0,
    }
}

/// A valid one-pixel PNG, the picture of simulated customers.
pub(crate) fn picture() -> Bytes {
    const PIXEL: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    Bytes::from(base64::engine::general_purpose::STANDARD.decode(PIXEL).unwrap_or_default())
}

fn described(media: &Media, processing: Option<Value>) -> Value {
    let mut data = json!({"id": media.id.to_string(), "media_key": media.key, "size": media.content.as_ref().map_or(media.total_bytes, Bytes::len), "expires_after_secs": EXPIRES_S});
    if let (Some(processing), Some(data)) = (processing, data.as_object_mut()) {
        data.insert("processing_info".to_owned(), processing);
    }
    json!({"data": data})
}

fn owned<'a>(state: &'a mut crate::world::State, id: &str, user: u64) -> Result<&'a mut Media, Problem> {
    let number = parse_id("id", id)?;
    state.media.get_mut(&number).filter(|media| media.owner == user).ok_or_else(|| Problem::not_found("media", id))
}

fn known<'a>(name: &str, value: &'a str, list: &[&str]) -> Result<&'a str, Problem> {
    if list.contains(&value) {
        Ok(value)
    } else {
        Err(Problem::invalid(
            name,
            value,
            &format!("$.{name}: does not have a value in the enumeration [{}]", list.join(", ")),
        ))
    }
}

/// POST /2/media/upload/initialize
pub(crate) async fn initialize(State(world): State<World>, caller: Caller, bytes: Bytes) -> Answer {
    let user = caller.user_with(&["media.write"])?;
    let fields = body(&bytes, &["additional_owners", "media_category", "media_type", "shared", "total_bytes"])?;
    let media_type =
        known("media_type", fields.get("media_type").and_then(Value::as_str).unwrap_or("image/jpeg"), TYPES)?;
    let category = known(
        "media_category",
        fields.get("media_category").and_then(Value::as_str).unwrap_or("tweet_image"),
        CATEGORIES,
    )?;
    let total =
        fields.get("total_bytes").and_then(Value::as_u64).and_then(|total| usize::try_from(total).ok()).unwrap_or(0);
    if media_type.starts_with("image/") && media_type != "image/gif" && total > MAX_IMAGE {
        return Err(Problem::invalid("total_bytes", &total.to_string(), "File size exceeds 5242880 bytes."));
    }
    let now = world.now();
    let mut state = world.lock();
    let id = state.snowflake(now);
    let media = blank(id, user, now, media_type, category, total);
    let body = described(&media, None);
    state.media.insert(id, media);
    Ok(ok(&body))
}

/// The fields of an upload, as multipart form or JSON with base64.
struct Part {
    media: Option<Bytes>,
    segment_index: Option<u32>,
    media_type: Option<String>,
    category: Option<String>,
}

async fn read_part(request: Request) -> Result<Part, Problem> {
    let multipart = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("multipart/"));
    let broken =
        |error: &dyn std::fmt::Display| Problem::invalid("media", "", &format!("The upload cannot be read: {error}"));
    let mut part = Part { media: None, segment_index: None, media_type: None, category: None };
    if multipart {
        let mut form = Multipart::from_request(request, &()).await.map_err(|error| broken(&error))?;
        while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "media" {
                part.media_type = part.media_type.or_else(|| field.content_type().map(str::to_owned));
                part.media = Some(field.bytes().await.map_err(|error| broken(&error))?);
                continue;
            }
            let text = field.text().await.map_err(|error| broken(&error))?;
            match name.as_str() {
                "segment_index" => part.segment_index = text.parse().ok(),
                "media_type" => part.media_type = Some(text),
                "media_category" => part.category = Some(text),
                _ => {}
            }
        }
        return Ok(part);
    }
    let bytes = Bytes::from_request(request, &()).await.map_err(|error| broken(&error))?;
    let fields =
        body(&bytes, &["media", "segment_index", "media_type", "media_category", "additional_owners", "shared"])?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(encoded) = text("media") {
        part.media = Some(Bytes::from(
            base64::engine::general_purpose::STANDARD.decode(encoded).map_err(|error| broken(&error))?,
        ));
    }
    part.segment_index = fields
        .get("segment_index")
        .and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()))
        .and_then(|index| u32::try_from(index).ok());
    part.media_type = text("media_type");
    part.category = text("media_category");
    Ok(part)
}

/// POST /2/media/upload/{id}/append
pub(crate) async fn append(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    let user = caller.user_with(&["media.write"])?;
    let part = read_part(request).await?;
    let (Some(content), Some(index)) = (part.media, part.segment_index) else {
        return Err(Problem::invalid("segment_index", "", "$: media and segment_index are required"));
    };
    let mut state = world.lock();
    let media = owned(&mut state, &id, user)?;
    media.segments.insert(index, content);
    let expires_at = media.created_ms / 1000 + EXPIRES_S;
    Ok(ok(&json!({"data": {"expires_at": expires_at}})))
}

/// POST /2/media/upload/{id}/finalize
pub(crate) async fn finalize(State(world): State<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let user = caller.user_with(&["media.write"])?;
    let mut state = world.lock();
    let media = owned(&mut state, &id, user)?;
    let content: Vec<u8> = media.segments.values().flat_map(|segment| segment.iter().copied()).collect();
    if content.is_empty() || (media.total_bytes > 0 && content.len() != media.total_bytes) {
        return Err(Problem::invalid(
            "id",
            &id,
            &format!("The upload has {} of {} bytes.", content.len(), media.total_bytes),
        ));
    }
    media.segments.clear();
    media.content = Some(Bytes::from(content));
    let processing = (media.kind() == "video").then(|| json!({"state": "pending", "check_after_secs": 1}));
    Ok(ok(&described(media, processing)))
}

/// GET /2/media/upload?media_id=&command=STATUS
pub(crate) async fn status(State(world): State<World>, caller: Caller, RawQuery(query): RawQuery) -> Answer {
    let user = caller.user_with(&["media.write"])?;
    let parameters = Parameters::read(query.as_deref(), &["media_id", "command"], &[])?;
    let id = parameters.get("media_id").unwrap_or_default().to_owned();
    let mut state = world.lock();
    let media = owned(&mut state, &id, user)?;
    media.status_calls += 1;
    let processing = if media.content.is_none() {
        json!({"state": "pending", "check_after_secs": 1})
    } else if media.kind() == "video" && media.status_calls < 2 {
        json!({"state": "in_progress", "check_after_secs": 1, "progress_percent": 50})
    } else {
        json!({"state": "succeeded", "progress_percent": 100})
    };
    Ok(ok(&described(media, Some(processing))))
}

/// POST /2/media/upload: everything at once.
pub(crate) async fn upload(State(world): State<World>, caller: Caller, request: Request) -> Answer {
    let user = caller.user_with(&["media.write"])?;
    let part = read_part(request).await?;
    let Some(content) = part.media.filter(|content| !content.is_empty()) else {
        return Err(Problem::invalid("media", "", "$.media: is missing but it is required"));
    };
    let category = part.category.unwrap_or_default();
    known("media_category", &category, &["tweet_image", "dm_image", "subtitles"])?;
    let media_type =
        part.media_type.filter(|name| TYPES.contains(&name.as_str())).unwrap_or_else(|| "image/jpeg".to_owned());
    if content.len() > MAX_IMAGE {
        return Err(Problem::invalid("media", "", "File size exceeds 5242880 bytes."));
    }
    let now = world.now();
    let mut state = world.lock();
    let id = state.snowflake(now);
    let mut media = blank(id, user, now, &media_type, &category, content.len());
    media.content = Some(content);
    let body = described(&media, None);
    state.media.insert(id, media);
    Ok(ok(&body))
}

/// POST /2/media/metadata: the description.
pub(crate) async fn metadata(State(world): State<World>, caller: Caller, bytes: Bytes) -> Answer {
    let user = caller.user_with(&["media.write"])?;
    let fields = body(&bytes, &["id", "metadata"])?;
    let id = fields.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let given = fields.get("metadata").and_then(|metadata| metadata.get("alt_text"));
    let text = given.map(|alt_text| {
        alt_text.get("text").and_then(Value::as_str).ok_or_else(|| {
            Problem::invalid("metadata.alt_text.text", "", "$.metadata.alt_text.text: is missing but it is required")
        })
    });
    let text = text.transpose()?;
    if text.is_some_and(|text| text.chars().count() > MAX_ALT_TEXT) {
        return Err(Problem::invalid("metadata.alt_text.text", "", "The description is longer than 1000 characters."));
    }
    let mut state = world.lock();
    let media = owned(&mut state, &id, user)?;
    let mut associated = json!({});
    if let (Some(text), Some(fields)) = (text, associated.as_object_mut()) {
        media.alt_text = Some(text.to_owned());
        fields.insert("alt_text".to_owned(), json!({"text": text}));
    }
    Ok(ok(&json!({"data": {"id": id, "associated_metadata": associated}})))
}

/// GET /x/media/{name}: the file of `<id>.<ending>`. Private ones need a user's token that may see them; simulated customers' are public.
pub(crate) async fn file(State(world): State<World>, Path(name): Path<String>) -> Response {
    let id = name.split('.').next().and_then(|id| id.parse::<u64>().ok());
    let state = world.lock();
    let found = id
        .and_then(|id| state.media.get(&id))
        .and_then(|media| media.content.clone().map(|content| (media.media_type.clone(), content)));
    match found {
        Some((media_type, content)) => ([(header::CONTENT_TYPE, media_type)], content).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// GET /x/media/avatar/{name}: a plain letter in a circle.
pub(crate) async fn avatar(Path(name): Path<String>) -> Response {
    let letter = name.chars().next().filter(char::is_ascii_alphanumeric).unwrap_or('x').to_ascii_uppercase();
    let hue = name.bytes().fold(0_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 360);
    let picture = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 48'><circle cx='24' cy='24' r='24' fill='hsl({hue} 45% 40%)'/>\
         <text x='24' y='32' font-family='sans-serif' font-size='24' text-anchor='middle' fill='#fff'>{letter}</text></svg>"
    );
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("image/svg+xml"));
    (headers, picture).into_response()
}
