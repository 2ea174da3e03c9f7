//! Texts as the reader sees them: links where they go, HTML entities as characters, one Unicode form.

use super::wire::UrlEntity;
use domain::item::Link;
use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization;

/// Longest text that is kept, in scalars: above X's longest form (25,000), below what harms.
const TEXT_LIMIT: usize = 50_000;
/// Longest name, handle or language tag that is kept, in scalars (ATTACKS 11: names of a megabyte).
const NAME_LIMIT: usize = 200;
/// Milliseconds of the Unix clock at which X's ids begin.
const SNOWFLAKE_EPOCH: i64 = 1_288_834_974_657;

/// A readable text and its links.
pub(super) struct Readable {
    pub(super) text: String,
    pub(super) links: Vec<Link>,
}

/// Expands short links, removes those that only stand for a file, decodes entities, composes (NFC).
/// `hidden` are short links that stand for files.
pub(super) fn readable(raw: &str, urls: &[UrlEntity], hidden: &[&str]) -> Readable {
    let mut text = String::with_capacity(raw.len());
    let mut links: Vec<Link> = Vec::new();
    let mut rest = raw;
    loop {
        // The earliest short link in what remains; the longer one when two begin at the same place.
        let next = urls
            .iter()
            .filter(|link| !link.url.is_empty())
            .filter_map(|link| rest.find(link.url.as_str()).map(|at| (at, link)))
            .min_by_key(|(at, link)| (*at, usize::MAX - link.url.len()));
        let Some((at, link)) = next else { break };
        text.push_str(&decoded(rest.get(..at).unwrap_or_default()));
        rest = rest.get(at + link.url.len()..).unwrap_or_default();
        if stands_for_media(link) || hidden.contains(&link.url.as_str()) {
            continue;
        }
        let expanded = link.unwound_url.as_ref().or(link.expanded_url.as_ref()).unwrap_or(&link.url);
        text.push_str(expanded);
        if !links.iter().any(|known| known.short == link.url) {
            links.push(Link { short: link.url.clone(), expanded: expanded.clone() });
        }
    }
    text.push_str(&decoded(rest));
    for short in hidden {
        text = text.replace(short, "");
    }
    let text: String = text.trim_end().nfc().take(TEXT_LIMIT).collect();
    Readable { text, links }
}

/// Whether a link only stands for a picture or film of the post itself.
fn stands_for_media(link: &UrlEntity) -> bool {
    let Some(expanded) = &link.expanded_url else { return link.media_key.is_some() };
    let of_a_post = expanded.contains("/status/") && (expanded.contains("/photo/") || expanded.contains("/video/"));
    link.media_key.is_some() || of_a_post
}

/// X escapes exactly these three, once.
fn decoded(text: &str) -> String {
    if text.contains('&') { text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") } else { text.into() }
}

/// A name or handle of bearable length, without control characters.
pub(super) fn name(text: &str) -> String {
    text.nfc().filter(|character| !character.is_control()).take(NAME_LIMIT).collect()
}

/// BCP 47 from X's `lang`, whose `und`, `zxx`, `art` and `q…` are not languages and whose `in` and `iw` are old codes.
pub(super) fn language(lang: Option<&str>) -> Option<String> {
    let lang = lang?;
    let known = lang.len() <= 12 && lang.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match lang {
        "" | "und" | "zxx" | "art" => None,
        "in" => Some("id".to_owned()),
        "iw" => Some("he".to_owned()),
        other if !known || (other.len() == 3 && other.starts_with('q')) => None,
        other => Some(other.to_owned()),
    }
}

/// The network's time: as stated, else as the id tells, else the receipt's.
pub(super) fn time(stated: Option<&str>, id: &str, received_at: Timestamp) -> Timestamp {
    let stated = stated.and_then(|text| match text.parse::<i64>() {
        Ok(milliseconds) => Timestamp::from_millisecond(milliseconds).ok(),
        Err(_) => text.parse().ok(),
    });
    stated.or_else(|| snowflake_time(id)).unwrap_or(received_at)
}

/// The smallest id that X can have made at this time or later.
pub(super) fn snowflake_at(time: Timestamp) -> String {
    (time.as_millisecond().saturating_sub(SNOWFLAKE_EPOCH).max(0) << 22).to_string()
}

/// When X made an id; `None` for what is no snowflake.
pub(super) fn snowflake_time(id: &str) -> Option<Timestamp> {
    let number: i64 = id.parse().ok()?;
    let milliseconds = (number >> 22).checked_add(SNOWFLAKE_EPOCH)?;
    // Ids before snowflakes count up from one; their top bits are empty.
    (number >> 22 > 0).then(|| Timestamp::from_millisecond(milliseconds).ok())?
}
