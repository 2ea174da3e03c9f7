//! Taking a file: what it is decides its bytes, never its name or what the browser claims.

use super::image;
use crate::error::{Error, Result};
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use bytes::{Bytes, BytesMut};
use pipeline::media::location;
use store::account::{NewUpload, Upload};
use tokio::fs;
use tokio::io::AsyncWriteExt;

const LONGEST_NAME: usize = 120;
const LONGEST_ALT_TEXT: usize = 1000;

/// What somebody sent.
#[derive(Debug)]
pub struct Taken {
    /// Cleaned display name.
    pub name: String,
    /// Media type as sniffed.
    pub content_type: &'static str,
    /// Bytes to keep.
    pub bytes: Bytes,
    /// Description.
    pub alt_text: Option<String>,
}

/// Reads the form: a file in `file`, a description in `alt_text`.
async fn read(form: &mut Multipart, limit: usize) -> Result<(String, Bytes, Option<String>)> {
    let too_large = || Error::TooLarge(u64::try_from(limit).unwrap_or(u64::MAX));
    let broken = |error: MultipartError| {
        if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            too_large()
        } else {
            Error::Malformed("the form cannot be read".to_owned())
        }
    };
    let (mut file, mut alt_text) = (None, None);
    while let Some(mut part) = form.next_field().await.map_err(broken)? {
        match part.name() {
            Some("file") if file.is_none() => {
                let name = part.file_name().unwrap_or_default().to_owned();
                let mut bytes = BytesMut::new();
                while let Some(piece) = part.chunk().await.map_err(broken)? {
                    if bytes.len() + piece.len() > limit {
                        return Err(too_large());
                    }
                    bytes.extend_from_slice(&piece);
                }
                file = Some((name, bytes.freeze()));
            }
            Some("alt_text") if alt_text.is_none() => {
                let text = part.text().await.map_err(broken)?;
                if text.chars().count() > LONGEST_ALT_TEXT || text.contains('\0') {
                    return Err(Error::field("alt_text", "at most 1000 characters, no U+0000"));
                }
                alt_text = Some(text).filter(|text| !text.trim().is_empty());
            }
            _ => {}
        }
    }
    let (name, bytes) = file.ok_or_else(|| Error::field("file", "one file"))?;
    if bytes.is_empty() {
        return Err(Error::field("file", "not empty"));
    }
    Ok((name, bytes, alt_text))
}

/// Reads, sniffs, cleans and keeps a file.
///
/// # Errors
/// 403 for who may not work, 413 and 422 for what is too large or not what it seems, 409 when the workspace holds too many.
pub async fn take(edge: &Edge, visitor: &Visitor, mut form: Multipart) -> Result<Upload> {
    visitor.must_work()?;
    let (name, bytes, alt_text) = read(&mut form, edge.settings.upload_bytes).await?;
    let taken = clean(&name, bytes, alt_text)?;
    let size = i64::try_from(taken.bytes.len()).unwrap_or(i64::MAX);
    let new = NewUpload {
        name: &taken.name,
        content_type: taken.content_type,
        bytes: size,
        alt_text: taken.alt_text.as_deref(),
    };
    let upload = edge.store.create_upload(&visitor.scope, &new, edge.settings.upload_quota, edge.now()).await?;
    let path = edge.store.data.join(location(visitor.scope.workspace, upload.id));
    if let Err(error) = keep(&path, &taken.bytes).await {
        let file = edge.store.let_upload_go(&visitor.scope, upload.id).await?;
        pipeline::media::remove(&edge.store, &file).await?;
        return Err(Error::Inner(format!("an upload could not be kept: {error}")));
    }
    Ok(upload)
}

/// Decides what a file is and takes out of it what tells where it was made.
fn clean(name: &str, bytes: Bytes, alt_text: Option<String>) -> Result<Taken> {
    let content_type = infer::get(&bytes).map_or("application/octet-stream", |kind| kind.mime_type());
    let bytes = if image::SAFE_TYPES.contains(&content_type) {
        if image::pixels(&bytes).is_none_or(|pixels| pixels > image::MOST_PIXELS) {
            return Err(Error::field("file", "a readable image of at most 120 million pixels"));
        }
        // GIF has no place for EXIF.
        match content_type {
            "image/gif" => bytes,
            _ => image::without_origin(&bytes).ok_or_else(|| Error::field("file", "a readable image"))?,
        }
    } else {
        bytes
    };
    Ok(Taken { name: display_name(name), content_type, bytes, alt_text })
}

/// The last part of whatever name was sent, without what could make it look like another: controls, bidi marks, dots and
/// blanks at its ends. It is for showing; files lie under their id.
fn display_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let cleaned: String = last
        .chars()
        .filter(|character| !character.is_control() && !is_direction_mark(*character))
        .take(LONGEST_NAME)
        .collect();
    let cleaned = cleaned.trim_matches(|character: char| character == '.' || character.is_whitespace());
    if cleaned.is_empty() { "file".to_owned() } else { cleaned.to_owned() }
}

fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

async fn keep(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).await?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path).await?;
    file.write_all(bytes).await?;
    file.sync_all().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attacks_57_and_58_a_name_is_for_showing_only() {
        for (sent, shown) in [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\windows\\win.ini", "win.ini"),
            ("a\0b.png", "ab.png"),
            ("invoice\u{202e}gpj.exe", "invoicegpj.exe"),
            ("shell.php.", "shell.php"),
            (" .htaccess ", "htaccess"),
            ("...", "file"),
            ("", "file"),
            ("レシート.png", "レシート.png"),
        ] {
            assert_eq!(display_name(sent), shown, "{sent:?}");
        }
        assert_eq!(display_name(&"x".repeat(5000)).len(), LONGEST_NAME);
    }

    #[test]
    fn attack_58_the_bytes_say_what_it_is() {
        let svg = Bytes::from_static(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>");
        let taken = clean("photo.png", svg, None).unwrap();
        assert!(!image::SAFE_TYPES.contains(&taken.content_type), "{}", taken.content_type);
        let truncated = Bytes::from_static(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
        assert!(clean("photo.png", truncated, None).is_err());
    }

    #[test]
    fn attack_61_an_image_bomb_is_refused() {
        // A PNG header that declares 100,000 x 100,000 pixels.
        let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bomb.extend_from_slice(&100_000_u32.to_be_bytes());
        bomb.extend_from_slice(&100_000_u32.to_be_bytes());
        bomb.extend_from_slice(&[8, 6, 0, 0, 0, 0, 0, 0, 0]);
        assert!(clean("bomb.png", bomb.into(), None).is_err());
    }
}
