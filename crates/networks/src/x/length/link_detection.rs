//! Which stretches of a text X will turn into links, with and without a protocol.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

/// Longest address that X takes, in bytes, the protocol included.
const ADDRESS_LIMIT: usize = 4096;
/// Longest label of a domain name in its ASCII form (RFC 1035).
const LABEL_LIMIT: usize = 63;
/// Longest name of one of X's own short links.
const SHORT_LINK_LIMIT: usize = 40;

/// Top level domains that X knows, from the conformance data in `contracts/twitter-text`.
static TOP_LEVEL: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../top_level_domains.txt").lines().collect());

/// Byte ranges of the links in a text, in order, without overlap.
pub(in crate::x) fn links(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Without a dot there is no domain; most texts end here.
    if !text.contains('.') {
        return found;
    }
    let mut at = 0;
    let mut before = None;
    while let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if let Some(end) = link_at(text, at, before) {
            found.push(at..end);
            before = text.get(at..end).and_then(|link| link.chars().last());
            at = end;
        } else {
            before = Some(character);
            at += character.len_utf8();
        }
    }
    found
}

/// The end of the link that begins at `at`, if one does.
fn link_at(text: &str, at: usize, before: Option<char>) -> Option<usize> {
    if before.is_some_and(|before| before.is_ascii_alphanumeric() || matches!(before, '@' | '＠' | '$' | '#' | '＃'))
    {
        return None;
    }
    let rest = text.get(at..)?;
    let protocol = protocol_length(rest);
    let after_protocol = rest.get(protocol..)?;
    let domain = if protocol > 0 {
        domain_end(after_protocol, is_domain_character)?
    } else {
        if before.is_some_and(|before| matches!(before, '-' | '_' | '.' | '/') || is_ascii_label(before)) {
            return None;
        }
        domain_end(after_protocol, is_ascii_label)?
    };
    let name = after_protocol.get(..domain)?;
    let tail = tail_length(after_protocol.get(domain..)?);
    if protocol > 0 && name.eq_ignore_ascii_case("t.co") {
        return short_link_end(after_protocol.get(domain..)?).map(|tail| at + protocol + domain + tail);
    }
    let end = protocol + domain + tail;
    (is_speakable(name) && end <= ADDRESS_LIMIT).then_some(at + end)
}

fn protocol_length(text: &str) -> usize {
    let begins = |with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    ["https://", "http://"].into_iter().find(|protocol| begins(protocol)).map_or(0, str::len)
}

/// The end of a domain at the start of `text`: labels and dots up to the last top level domain that X knows.
fn domain_end(text: &str, may_be_in_label: fn(char) -> bool) -> Option<usize> {
    let run = text.find(|character| !(may_be_in_label(character) || matches!(character, '.' | '-' | '_')));
    let run = text.get(..run.unwrap_or(text.len()))?;
    let dots: Vec<usize> = run.match_indices('.').map(|(at, _)| at).collect();
    dots.iter().rev().find_map(|dot| {
        let host = run.get(..*dot)?;
        let length = top_level_length(text.get(dot + 1..)?)?;
        is_host(host, may_be_in_label).then_some(dot + 1 + length)
    })
}

/// The length of the longest top level domain at the start of `text` that ends where a domain may end.
fn top_level_length(text: &str) -> Option<usize> {
    let ends = text.char_indices().map(|(at, character)| at + character.len_utf8()).take(LABEL_LIMIT);
    ends.filter(|end| {
        let next = text.get(*end..).and_then(|rest| rest.chars().next());
        let may_end = !next.is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, '@' | '+' | '-'));
        let name = text.get(..*end).unwrap_or_default().to_lowercase();
        may_end && (TOP_LEVEL.contains(name.as_str()) || is_punycode(&name))
    })
    .max()
}

fn is_punycode(name: &str) -> bool {
    name.strip_prefix("xn--")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

/// What stands before the top level: labels that begin and end with a letter, the last one without underscore.
fn is_host(host: &str, may_be_in_label: fn(char) -> bool) -> bool {
    let is_label = |label: &str| {
        let ends = (label.chars().next(), label.chars().last());
        matches!(ends, (Some(first), Some(last)) if may_be_in_label(first) && first != '-' && may_be_in_label(last) && last != '-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    !last.contains('_') && host.split('.').all(is_label)
}

/// Letters of a domain with protocol: everything but punctuation, space, marks of direction and non-characters.
fn is_domain_character(character: char) -> bool {
    !(character.is_ascii_punctuation()
        || character.is_whitespace()
        || character.is_control()
        || matches!(character,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2010}'..='\u{206f}' | '\u{3000}'..='\u{3002}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '「' | '」' | '『' | '』' | '【' | '】' | '！' | '？' | '（' | '）'
            | '＃' | '＠' | '：' | '；' | '，' | '．' | '／' | '«' | '»' | '¡' | '¿' | '§' | '¶' | '·'))
}

/// Letters of a domain without protocol.
fn is_ascii_label(character: char) -> bool {
    character.is_ascii_alphanumeric() || is_accented_latin(character)
}

fn is_accented_latin(character: char) -> bool {
    matches!(character, 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ÿ' | 'Ā'..='ɏ' | 'ɓ' | 'ɔ' | 'ɖ' | 'ɗ' | 'ɘ' | 'ɛ' | 'ɣ' | 'ɨ' | 'ɯ' | 'ɲ' | 'ʉ'
        | 'ʋ' | 'ʻ' | '\u{0300}'..='\u{036f}' | 'Ḁ'..='ỿ')
}

/// Port, path and query after a domain.
fn tail_length(text: &str) -> usize {
    let port = text.strip_prefix(':').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    let mut at = if port > 0 { port + 1 } else { 0 };
    at += path_length(text.get(at..).unwrap_or_default());
    at + query_length(text.get(at..).unwrap_or_default())
}

fn path_length(text: &str) -> usize {
    if !text.starts_with('/') {
        return 0;
    }
    let mut end = 1;
    let mut at = 1;
    while let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if character == '(' {
            let Some(length) = balanced_length(text.get(at..).unwrap_or_default()) else { break };
            at += length;
            end = at;
            continue;
        }
        if !is_path_character(character) {
            break;
        }
        at += character.len_utf8();
        // Punctuation belongs to the sentence unless the path goes on after it.
        if is_path_ending(character) {
            end = at;
        }
    }
    end
}

/// Parentheses in a path belong to it when they close; one pair may stand inside another.
fn balanced_length(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' if depth < 2 => depth += 1,
            ')' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return (at > 1).then_some(at + 1);
                }
            }
            _ if is_path_character(character) => {}
            _ => return None,
        }
    }
    None
}

fn is_cyrillic(character: char) -> bool {
    matches!(character, '\u{0400}'..='\u{04ff}')
}

fn is_path_character(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || is_cyrillic(character)
        || is_accented_latin(character)
        || "!*';:=+,.$/%#[]-\u{2013}_~@|&".contains(character)
}

fn is_path_ending(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || is_cyrillic(character)
        || is_accented_latin(character)
        || "+-=_#/".contains(character)
}

fn query_length(text: &str) -> usize {
    let Some(query) = text.strip_prefix('?') else { return 0 };
    let mut end = 0;
    for (at, character) in query.char_indices() {
        if character.is_ascii_alphanumeric() || "-_&=#/".contains(character) {
            end = at + 2;
        } else if !"!?*'@();:+$%[].,~|".contains(character) {
            break;
        }
    }
    end
}

/// X's own short links have a name of letters and digits and nothing after it.
fn short_link_end(after_domain: &str) -> Option<usize> {
    let Some(name) = after_domain.strip_prefix('/') else { return Some(0) };
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let query = name.get(length..).map_or(0, query_length);
    (length <= SHORT_LINK_LIMIT).then_some(1 + length + query)
}

/// Whether the domain has an ASCII form with labels of bearable length.
fn is_speakable(domain: &str) -> bool {
    match url::Host::parse(domain) {
        Ok(url::Host::Domain(ascii)) => ascii.split('.').all(|label| label.len() <= LABEL_LIMIT),
        _ => false,
    }
}
