//! Personal data in a text, with spans: by rules with checksums where there are any, by context where there are none.

mod address;
mod cued;
mod email;
mod numbers;
mod phone;

use crate::normalise::Folded;
use domain::understanding::{PersonalData, PersonalDataKind};

/// A find in the folded text, before overlaps are settled.
#[derive(Clone, Copy, Debug)]
struct Found {
    kind: PersonalDataKind,
    /// First byte of the folded text.
    start: usize,
    /// One past the last byte of the folded text.
    end: usize,
    /// Which of two overlapping finds stays: the smaller number.
    rank: u8,
}

/// Finds personal data. Spans are Unicode scalars of `original`, sorted, without overlaps.
///
/// `language` (BCP 47 primary subtag) decides between national forms of numbers that have no checksum.
pub fn find(original: &str, language: &str) -> Vec<PersonalData> {
    find_in(original, &Folded::of(original), language)
}

/// As [`find`], for a text that is folded already.
pub(crate) fn find_in(original: &str, folded: &Folded, language: &str) -> Vec<PersonalData> {
    let text = folded.text();
    let mut found = Vec::new();
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    email::find(text, &mut found);
    if has_digit {
        numbers::find(text, language, &mut found);
        phone::find(text, language, &mut found);
        address::find(text, language, &mut found);
    }
    cued::find(text, &mut found);
    if found.is_empty() {
        return Vec::new();
    }
    found.sort_by_key(|one| (one.rank, one.start));
    let mut kept: Vec<Found> = Vec::with_capacity(found.len());
    for one in found {
        if kept.iter().all(|other| one.end <= other.start || other.end <= one.start) {
            kept.push(one);
        }
    }
    kept.sort_by_key(|one| one.start);
    to_scalars(original, folded, &kept)
}

fn to_scalars(original: &str, folded: &Folded, found: &[Found]) -> Vec<PersonalData> {
    let mut spans = Vec::with_capacity(found.len());
    let mut at = 0;
    let mut scalars = 0;
    for one in found {
        let (start, end) = folded.original_bytes(one.start, one.end);
        let start = start.max(at);
        scalars += original.get(at..start).map_or(0, |head| head.chars().count());
        let length = original.get(start..end).map_or(0, |span| span.trim_end().chars().count());
        if length > 0 {
            spans.push(PersonalData { kind: one.kind, start: scalars, end: scalars + length });
        }
        at = start;
    }
    spans
}

/// A run of digits of the folded text, with single separators inside.
#[derive(Clone, Debug)]
struct DigitRun {
    start: usize,
    end: usize,
    digits: Vec<u8>,
    /// Lengths of the groups between separators.
    groups: Vec<usize>,
    /// The separators, in order.
    separators: Vec<u8>,
    /// Whether a plus sign stands in front.
    plus: bool,
    /// Whether the first group stands in parentheses.
    parenthesised: bool,
}

/// Runs of at least six digits, joined by at most one space, dot, hyphen or slash (and parentheses around a group).
fn digit_runs(text: &str) -> Vec<DigitRun> {
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let mut runs = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let opens = byte(at) == b'+' || byte(at) == b'(';
        let digit_follows = byte(at + 1).is_ascii_digit()
            || (byte(at) == b'+' && byte(at + 1) == b'(')
            || (byte(at) == b'(' && byte(at + 1) == b'+');
        if !(byte(at).is_ascii_digit() || (opens && digit_follows)) {
            at += 1;
            continue;
        }
        let start = at;
        let plus = byte(at) == b'+' || (byte(at) == b'(' && byte(at + 1) == b'+');
        let parenthesised = byte(at) == b'(';
        let (mut digits, mut groups, mut separators) = (Vec::new(), Vec::new(), Vec::new());
        let (mut group, mut end) = (0_usize, at);
        while at < bytes.len() && digits.len() < 40 {
            let here = byte(at);
            if here.is_ascii_digit() {
                digits.push(here - b'0');
                group += 1;
                at += 1;
                end = at;
                continue;
            }
            if at == start || (here == b'+' && at == start + 1) {
                at += 1;
                continue;
            }
            // Step over one separator, or a parenthesis with a space beside it, if a digit follows.
            let width = (1..=3).find(|width| byte(at + width).is_ascii_digit());
            let joins = width.is_some_and(|width| {
                let between = bytes.get(at..at + width).unwrap_or_default();
                match between {
                    [one] => matches!(one, b' ' | b'-' | b'.' | b'/' | b')' | b'('),
                    [b')', b' ' | b'-'] | [b' ' | b'-', b'('] => true,
                    [b' ', b'-' | b'/', b' '] => true,
                    _ => false,
                }
            });
            let Some(width) = width.filter(|_| joins) else { break };
            groups.push(group);
            group = 0;
            separators.push(if width == 1 { here } else { b' ' });
            at += width;
        }
        groups.push(group);
        at = at.max(end).max(start + 1);
        if digits.len() >= 6 {
            runs.push(DigitRun { start, end, digits, groups, separators, plus, parenthesised });
        }
    }
    runs
}

/// The last `count` characters before a byte.
fn before(text: &str, at: usize, count: usize) -> &str {
    let head = text.get(..at).unwrap_or_default();
    let start = head.char_indices().rev().take(count).last().map_or(head.len(), |(start, _)| start);
    head.get(start..).unwrap_or_default()
}

fn letter_before(text: &str, at: usize) -> Option<char> {
    text.get(..at).and_then(|head| head.chars().next_back())
}

fn letter_after(text: &str, at: usize) -> Option<char> {
    text.get(at..).and_then(|tail| tail.chars().next())
}

/// Whether a Latin letter or digit touches the range, so that it is part of something longer.
fn touches_word(text: &str, start: usize, end: usize) -> bool {
    let latin = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    latin(letter_before(text, start)) || latin(letter_after(text, end))
}
