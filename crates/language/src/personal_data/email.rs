//! E-mail addresses.

use super::Found;
use domain::understanding::PersonalDataKind;

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, _) in text.match_indices('@') {
        if at < from {
            continue;
        }
        let local =
            bytes.get(from..at).unwrap_or_default().iter().rev().take_while(|byte| is_local(**byte)).take(64).count();
        let tail = bytes.get(at + 1..).unwrap_or_default();
        let mut domain = tail
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            .take(253)
            .count();
        while domain > 0 && tail.get(domain - 1).is_some_and(|byte| !byte.is_ascii_alphanumeric()) {
            domain -= 1;
        }
        let mut start = at - local;
        while start < at && bytes.get(start).is_some_and(|byte| !byte.is_ascii_alphanumeric()) {
            start += 1;
        }
        let name = text.get(at + 1..at + 1 + domain).unwrap_or_default();
        if start < at && is_domain(name) {
            from = at + 1 + domain;
            found.push(Found { kind: PersonalDataKind::Email, start, end: from, rank: 0 });
        }
    }
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._%+-'".contains(&byte)
}

fn is_domain(name: &str) -> bool {
    let mut labels = name.split('.');
    let Some(top) = labels.next_back() else { return false };
    let mut others = labels.peekable();
    top.len() >= 2
        && top.bytes().all(|byte| byte.is_ascii_alphabetic())
        && others.peek().is_some()
        && others.all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
}
