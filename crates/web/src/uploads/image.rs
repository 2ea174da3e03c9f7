//! Images: is it one, how large is it, and what of it tells where and with what it was taken.

use bytes::Bytes;
use img_parts::{DynImage, ImageEXIF, jpeg::Jpeg, png::Png, webp::WebP};

/// More pixels than any camera makes: a bomb for whoever opens it.
pub const MOST_PIXELS: usize = 120_000_000;

/// Media types that a browser may show by itself: they hold no script.
pub const SAFE_TYPES: &[&str] = &["image/jpeg", "image/png", "image/gif", "image/webp"];

/// Width times height as the file declares it; `None` when it cannot be read.
pub fn pixels(bytes: &[u8]) -> Option<usize> {
    let size = imagesize::blob_size(bytes).ok()?;
    size.width.checked_mul(size.height)
}

/// The image without EXIF, XMP and comments; the turn of the camera alone is kept. `None` when it cannot be read as what it
/// says it is.
pub fn without_origin(bytes: &Bytes) -> Option<Bytes> {
    let turn =
        DynImage::from_bytes(bytes.clone()).ok()?.and_then(|image| image.exif()).and_then(|exif| orientation(&exif));
    let exif = turn.filter(|turn| *turn != 1).map(exif_of);
    let encoded = match DynImage::from_bytes(bytes.clone()).ok()?? {
        DynImage::Jpeg(image) => without_origin_jpeg(image, exif).encoder().bytes(),
        DynImage::Png(image) => without_origin_png(image, exif).encoder().bytes(),
        DynImage::WebP(image) => without_origin_webp(image, exif).encoder().bytes(),
    };
    Some(encoded)
}

/// JPEG: APP1 holds EXIF and XMP, APP13 IPTC with places, COM whatever a program wrote; ICC (APP2) and JFIF stay.
fn without_origin_jpeg(mut image: Jpeg, exif: Option<Bytes>) -> Jpeg {
    const APP1: u8 = 0xe1;
    const APP13: u8 = 0xed;
    const COMMENT: u8 = 0xfe;
    image.segments_mut().retain(|segment| ![APP1, APP13, COMMENT].contains(&segment.marker()));
    image.set_exif(exif);
    image
}

/// PNG: eXIf, and the text chunks, in which XMP hides.
fn without_origin_png(mut image: Png, exif: Option<Bytes>) -> Png {
    let telling: [&[u8; 4]; 5] = [b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"];
    image.chunks_mut().retain(|chunk| !telling.contains(&&chunk.kind()));
    image.set_exif(exif);
    image
}

/// WebP: EXIF and XMP chunks.
fn without_origin_webp(mut image: WebP, exif: Option<Bytes>) -> WebP {
    image.remove_chunks_by_id(*b"XMP ");
    image.remove_chunks_by_id(*b"EXIF");
    image.set_exif(exif);
    image
}

/// The orientation (1–8) that an EXIF block's first directory names.
fn orientation(exif: &[u8]) -> Option<u16> {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let two = |at: usize| -> Option<u16> {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let four = |at: usize| -> Option<u32> {
        let bytes: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    };
    let directory = usize::try_from(four(4)?).ok()?;
    let entries = usize::from(two(directory)?);
    (0..entries)
        .map_while(|entry| directory.checked_add(2 + entry * 12))
        .find(|at| two(*at) == Some(0x0112))
        .and_then(|at| two(at.checked_add(8)?))
        .filter(|turn| (1..=8).contains(turn))
}

/// An EXIF block that says nothing but the orientation.
fn exif_of(turn: u16) -> Bytes {
    let mut block = Vec::with_capacity(26);
    block.extend_from_slice(b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01");
    block.extend_from_slice(&turn.to_be_bytes());
    block.extend_from_slice(&[0; 6]);
    block.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_orientation_survives_its_own_writing() {
        for turn in 1..=8 {
            assert_eq!(orientation(&exif_of(turn)), Some(turn));
        }
        assert_eq!(orientation(b"II*\0\xff\xff\xff\xff"), None);
        assert_eq!(orientation(b""), None);
    }
}
