//! Text from outside on our screens: escaped, links with the host they really go to, invisible direction marks made visible.

use maud::{Markup, html};
use url::{Host, Url};

/// Characters that reorder or hide what follows; shown as a mark, never obeyed.
fn is_deceptive(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{00AD}' | '\u{FEFF}')
        || (character.is_control() && !matches!(character, '\n' | '\t'))
}

/// A name or handle: one line, without characters that reorder or hide, no more than two combining marks on a letter.
pub fn plain(text: &str) -> String {
    let mut marks = 0;
    text.chars()
        .filter(|character| !is_deceptive(*character) && *character != '\n')
        .filter(|character| {
            let combining = matches!(*character, '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{20D0}'..='\u{20FF}');
            marks = if combining { marks + 1 } else { 0 };
            marks <= 2
        })
        .take(200)
        .collect()
}

/// A message's text: paragraphs kept, links made, everything else inert.
pub fn message(text: &str) -> Markup {
    let pieces = split_links(text);
    html! { @for piece in pieces { @match piece { Piece::Words(words) => (visible(words)), Piece::Link(url, shown) => (link(&url, shown)) } } }
}

/// The text with direction marks replaced by a visible sign.
fn visible(text: &str) -> String {
    text.chars().map(|character| if is_deceptive(character) { '␣' } else { character }).collect()
}

enum Piece<'a> {
    Words(&'a str),
    Link(Url, &'a str),
}

/// Cuts a text at `http://` and `https://` addresses that can be read as such.
fn split_links(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = [rest.find("https://"), rest.find("http://")].into_iter().flatten().min() {
        let (before, from) = rest.split_at(start);
        let ends = |character: char| {
            character.is_whitespace()
                || matches!(character, '<' | '>' | '"' | '「' | '」' | '、' | '。' | '（' | '）')
                || is_deceptive(character)
        };
        let end = from.find(ends).unwrap_or(from.len());
        let (candidate, _) = from.split_at(end);
        let candidate = candidate.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        if !before.is_empty() {
            pieces.push(Piece::Words(before));
        }
        match Url::parse(candidate) {
            Ok(url) if matches!(url.host(), Some(Host::Domain(_))) => pieces.push(Piece::Link(url, candidate)),
            _ if candidate.is_empty() => {}
            _ => pieces.push(Piece::Words(candidate)),
        }
        (_, rest) = from.split_at(candidate.len());
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    pieces
}

/// A link that shows where it goes: the host as the browser will ask for it, so that look-alike letters and `user@` tricks are seen.
///
/// `url` gives hosts in ASCII (Punycode); when that differs from what stands in the text, both are shown.
pub fn link(url: &Url, shown: &str) -> Markup {
    let host = url.host_str().unwrap_or_default();
    let after = shown.split_once("://").map_or(shown, |(_, after)| after);
    let claimed = after.split(['/', '?', '#']).next().unwrap_or_default();
    let honest = claimed.eq_ignore_ascii_case(host);
    html! {
        a href=(url.as_str()) rel="noopener noreferrer nofollow ugc" target="_blank" referrerpolicy="no-referrer" {
            @if honest { bdi dir="ltr" { (visible(after)) } } @else { bdi dir="ltr" { (host) } }
        }
        @if !honest { " " span.chip.warn { (super::marks::icon("i-warn")) bdi dir="ltr" { (visible(&plain(after))) " → " b { (host) } } } }
    }
}

/// Our own or a network's https address for an `href`; anything else (scripts, data) gives `None`.
pub fn safe_address(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    matches!(url.scheme(), "https" | "http").then(|| url.to_string())
}
