//! The length of a post as X counts it: weighted characters, links of one length, emoji of one weight
//! (twitter-text configuration v3; conformance data in `contracts/twitter-text`).

pub(super) mod link_detection;

use self::link_detection::links;
use crate::network::Measured;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Greatest weighted length of a post.
pub(super) const POST_LIMIT: usize = 280;
/// Greatest length of a private message in scalars.
pub(super) const DIRECT_MESSAGE_LIMIT: usize = 10_000;

/// Weights are hundredths of a character.
const SCALE: usize = 100;
const DEFAULT_WEIGHT: usize = 200;
const LIGHT_WEIGHT: usize = 100;
const LINK_WEIGHT: usize = 23 * SCALE;

/// Measures a text against the limit of its form.
pub(super) fn measure(text: &str, private: bool) -> Measured {
    if private {
        Measured { used: text.chars().count(), limit: DIRECT_MESSAGE_LIMIT }
    } else {
        Measured { used: weighted(text), limit: POST_LIMIT }
    }
}

/// Whether X will see a link in the text, which makes a post dearer.
pub(super) fn has_link(text: &str) -> bool {
    !links(text).is_empty()
}

/// Weighted length of a text.
pub(super) fn weighted(text: &str) -> usize {
    let text: String = text.nfc().collect();
    let mut weight = 0;
    let mut at = 0;
    for link in links(&text) {
        weight += text.get(at..link.start).map_or(0, weight_without_links) + LINK_WEIGHT;
        at = link.end;
    }
    weight += text.get(at..).map_or(0, weight_without_links);
    weight / SCALE
}

fn weight_without_links(text: &str) -> usize {
    text.graphemes(true)
        .map(|cluster| if is_emoji(cluster) { DEFAULT_WEIGHT } else { cluster.chars().map(weight_of).sum() })
        .sum()
}

fn weight_of(character: char) -> usize {
    match u32::from(character) {
        0..=4351 | 8192..=8205 | 8208..=8223 | 8242..=8247 => LIGHT_WEIGHT,
        _ => DEFAULT_WEIGHT,
    }
}

/// Whether a cluster of several characters is one emoji. A single character needs no look: every emoji of one
/// character has the default weight anyway.
fn is_emoji(cluster: &str) -> bool {
    let mut characters = cluster.chars();
    let (Some(first), Some(second)) = (characters.next(), characters.next()) else { return false };
    let rest_fits = cluster.chars().skip(1).all(|character| is_part(character) || is_pictograph(character));
    let keycap = cluster.ends_with('\u{20e3}');
    match first {
        '#' | '*' | '0'..='9' => keycap,
        '©' | '®' => second == '\u{fe0f}',
        '\u{1f1e6}'..='\u{1f1ff}' => matches!(second, '\u{1f1e6}'..='\u{1f1ff}'),
        _ => is_pictograph(first) && rest_fits,
    }
}

/// Joiner, presentation selectors, skin tones, keycap, tags of regional flags.
fn is_part(character: char) -> bool {
    matches!(character,
        '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
}

/// The blocks in which pictographs lie; all of them have the default weight.
fn is_pictograph(character: char) -> bool {
    matches!(u32::from(character),
        0x203c | 0x2049 | 0x2122 | 0x2139 | 0x2194..=0x21aa | 0x231a..=0x23ff | 0x24c2 | 0x25aa..=0x27bf
        | 0x2934..=0x2935 | 0x2b05..=0x2b55 | 0x3030 | 0x303d | 0x3297 | 0x3299 | 0x1f000..=0x1faff)
}
