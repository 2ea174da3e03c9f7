//! Reading of post texts: weighted length, mentions, links, hashtags, a guess of the language.

use super::model::{Hashtag, Link};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Longest post, in weighted characters (twitter-text configuration v3).
pub const MAX_WEIGHTED_LENGTH: usize = 280;
const LINK_LENGTH: usize = 23;
const TOP_LEVEL: &[&str] = &[
    "com", "net", "org", "jp", "de", "es", "fr", "uk", "io", "co", "info", "eu", "us", "dev", "app", "bank", "example",
];

/// A stretch of a text in Unicode scalar positions, end exclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// First position.
    pub start: usize,
    /// Position after the last.
    pub end: usize,
    /// The stretch itself, without `@` or `#`.
    pub value: String,
}

/// Length as X counts it: CJK and the like weigh two, links 23, an emoji sequence two; NFC first.
#[must_use]
pub fn weighted_length(text: &str) -> usize {
    let text: String = text.nfc().collect();
    let letters: Vec<char> = text.chars().collect();
    let links = links(&text);
    let mut total = links.len() * LINK_LENGTH;
    let mut from = 0;
    for link in &links {
        total += plain_length(&letters, from, link.start);
        from = link.end;
    }
    total + plain_length(&letters, from, letters.len())
}

fn plain_length(letters: &[char], start: usize, end: usize) -> usize {
    let part: String = letters.get(start..end).unwrap_or_default().iter().collect();
    part.graphemes(true).map(|grapheme| if is_emoji(grapheme) { 2 } else { grapheme.chars().map(weight).sum() }).sum()
}

fn weight(letter: char) -> usize {
    let light = matches!(u32::from(letter), 0..=4351 | 8192..=8205 | 8208..=8223 | 8242..=8247);
    if light { 1 } else { 2 }
}

fn is_emoji(grapheme: &str) -> bool {
    grapheme.chars().any(|letter| {
        matches!(u32::from(letter), 0x1f1e6..=0x1f1ff | 0x1f300..=0x1faff | 0x2600..=0x27bf | 0x20e3 | 0x2b50 | 0x2b55 | 0x231a..=0x23ff)
    })
}

/// `@names`, whether or not such an account exists.
#[must_use]
pub fn mentions(text: &str) -> Vec<Span> {
    tagged(text, &['@', '＠'], |letter| letter.is_ascii_alphanumeric() || letter == '_', Some(15))
}

/// `#tags`; at least one letter.
#[must_use]
pub fn hashtags(text: &str) -> Vec<Hashtag> {
    tagged(text, &['#', '＃'], |letter| letter.is_alphanumeric() || letter == '_', None)
        .into_iter()
        .filter(|span| span.value.chars().any(char::is_alphabetic))
        .map(|span| Hashtag { start: span.start, end: span.end, tag: span.value })
        .collect()
}

fn tagged(text: &str, signs: &[char], belongs: impl Fn(char) -> bool, longest: Option<usize>) -> Vec<Span> {
    let letters: Vec<char> = text.chars().collect();
    let links = links(text);
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        let before = at.checked_sub(1).and_then(|index| letters.get(index)).copied();
        let free = before.is_none_or(|before| !before.is_ascii_alphanumeric() && !"_!#$%&*@＠＃/".contains(before));
        if signs.contains(letter) && free && !links.iter().any(|link| link.start <= at && at < link.end) {
            let value: String = letters.iter().skip(at + 1).take_while(|letter| belongs(**letter)).collect();
            let length = value.chars().count();
            if length > 0 && longest.is_none_or(|longest| length <= longest) {
                spans.push(Span { start: at, end: at + 1 + length, value });
            }
            at += length;
        }
        at += 1;
    }
    spans
}

/// Links with or without a scheme; a bare name counts when its ending is a well-known top-level domain.
#[must_use]
pub fn links(text: &str) -> Vec<Span> {
    let letters: Vec<char> = text.chars().collect();
    let mut spans = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let before = at.checked_sub(1).and_then(|index| letters.get(index)).copied();
        let free = before.is_none_or(|before| !before.is_ascii_alphanumeric() && !"@#$/._-".contains(before));
        let length = if free { link_length(letters.get(at..).unwrap_or_default()) } else { 0 };
        if length > 0 {
            let value = letters.iter().skip(at).take(length).collect();
            spans.push(Span { start: at, end: at + length, value });
        }
        at += length.max(1);
    }
    spans
}

fn link_length(letters: &[char]) -> usize {
    let run: String =
        letters.iter().take_while(|letter| letter.is_ascii_graphic() && !"<>\"{}|\\^`".contains(**letter)).collect();
    let lower = run.to_ascii_lowercase();
    let scheme =
        ["https://", "http://"].iter().find(|scheme| lower.starts_with(**scheme)).map_or(0, |scheme| scheme.len());
    let host: &str = lower.get(scheme..).unwrap_or_default();
    let host =
        host.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_end_matches(['.', ',', '!', ')', '\'', ';']);
    let well_formed = host.contains('.')
        && host.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
        });
    let local = scheme > 0 && (host == "localhost" || host.starts_with("127."));
    let ending = host.rsplit('.').next().unwrap_or_default();
    let known = scheme > 0 && ending.chars().all(|letter| letter.is_ascii_alphabetic()) && ending.len() >= 2
        || TOP_LEVEL.contains(&ending);
    let possible = local || (well_formed && known);
    if !possible {
        return 0;
    }
    let rest = run.get(scheme + host.len()..).unwrap_or_default();
    let path = if rest.starts_with(['/', '?', '#', ':']) {
        rest.trim_end_matches(['.', ',', '!', '?', ')', '\'', ';', ':', '*'])
    } else {
        ""
    };
    scheme + host.len() + path.len()
}

/// Replaces each link by its short form and says where they stand afterwards.
pub fn shorten(text: &str, mut short: impl FnMut(&str) -> String) -> (String, Vec<Link>) {
    let letters: Vec<char> = text.chars().collect();
    let mut out: Vec<char> = Vec::with_capacity(letters.len());
    let mut found = Vec::new();
    let mut from = 0;
    for span in links(text) {
        out.extend(letters.get(from..span.start).unwrap_or_default());
        let expanded = if span.value.contains("://") { span.value.clone() } else { format!("http://{}", span.value) };
        let url = short(&expanded);
        let start = out.len();
        out.extend(url.chars());
        found.push(Link { start, end: out.len(), url, display: display_form(&expanded), expanded, media_key: None });
        from = span.end;
    }
    out.extend(letters.get(from..).unwrap_or_default());
    (out.into_iter().collect(), found)
}

/// `example.com/a/long/pa…`: no scheme, no `www.`, at most 27 letters.
#[must_use]
pub fn display_form(url: &str) -> String {
    let bare = url.split_once("://").map_or(url, |(_, rest)| rest).trim_start_matches("www.");
    if bare.chars().count() <= 27 { bare.to_owned() } else { bare.chars().take(26).chain(['…']).collect() }
}

/// A rough guess from script and a few function words, as X's `lang` field: `ja`, `en`, `de`, `es`, `fr`, `und`.
#[must_use]
pub fn language(text: &str) -> &'static str {
    if text.chars().any(|letter| matches!(u32::from(letter), 0x3040..=0x30ff)) {
        return "ja";
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|letter: char| !letter.is_alphabetic() && letter != '\'').filter(|word| word.len() > 1).collect();
    let tables: [(&str, &[&str]); 4] = [
        (
            "en",
            &[
                "the", "and", "my", "is", "you", "to", "this", "for", "your", "have", "with", "not", "it", "why",
                "how", "can", "what", "thanks", "been", "just",
            ],
        ),
        (
            "de",
            &[
                "der", "die", "das", "ich", "und", "nicht", "ist", "mein", "meine", "bei", "seit", "wie", "ein",
                "eine", "mit", "auf", "für", "habe", "kann", "danke", "warum", "noch",
            ],
        ),
        (
            "es",
            &[
                "el", "los", "que", "mi", "por", "para", "con", "una", "no", "está", "me", "desde", "cómo", "tarjeta",
                "gracias", "del", "se", "las", "muy", "hola",
            ],
        ),
        (
            "fr",
            &[
                "le", "les", "je", "mon", "ma", "est", "pas", "pour", "avec", "une", "vous", "votre", "des", "depuis",
                "comment", "merci", "sur", "du", "et", "ne", "bonjour",
            ],
        ),
    ];
    let mut best = ("und", 0);
    for (code, table) in tables {
        let hits = words.iter().filter(|word| table.contains(*word)).count();
        if hits > best.1 {
            best = (code, hits);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_measured_in_the_contract() {
        assert_eq!(weighted_length("カードが使えません"), 18);
        assert_eq!(weighted_length("👨‍👩‍👧‍👦"), 2);
        assert_eq!(weighted_length(&"あ".repeat(140)), 280);
        assert_eq!(weighted_length("see https://example.com/a/very/long/path/indeed?x=1 ok"), 4 + 23 + 3);
    }

    #[test]
    fn links_and_mentions_are_found_where_they_stand() {
        let found = links("詳しくは https://aoba.example/help。と example.com, end.");
        assert_eq!(
            found.iter().map(|span| span.value.as_str()).collect::<Vec<_>>(),
            ["https://aoba.example/help", "example.com"]
        );
        let named = mentions("hey @ExampleUser, mail me@example.com ＠aoba_help");
        assert_eq!(
            named.iter().map(|span| (span.start, span.end, span.value.as_str())).collect::<Vec<_>>(),
            [(4, 16, "ExampleUser"), (38, 48, "aoba_help")]
        );
    }

    #[test]
    fn links_are_shortened_and_counted_in_scalars() {
        let (text, links) = shorten("é http://a.example/x b", |_| "https://t.co/abc".to_owned());
        assert_eq!(text, "é https://t.co/abc b");
        assert_eq!((links[0].start, links[0].end), (2, 18));
    }
}
