//! Numbers with a checksum: IBAN (mod 97, length by country), payment cards (Luhn, prefix), マイナンバー.

use super::{DigitRun, Found, before, digit_runs, touches_word};
use domain::understanding::PersonalDataKind;

/// Length of an IBAN by country (SWIFT's IBAN registry).
const IBAN_LENGTHS: &[(&str, usize)] = &[
    ("ad", 24),
    ("ae", 23),
    ("al", 28),
    ("at", 20),
    ("az", 28),
    ("ba", 20),
    ("be", 16),
    ("bg", 22),
    ("bh", 22),
    ("bi", 27),
    ("br", 29),
    ("by", 28),
    ("ch", 21),
    ("cr", 22),
    ("cy", 28),
    ("cz", 24),
    ("de", 22),
    ("dj", 27),
    ("dk", 18),
    ("do", 28),
    ("ee", 20),
    ("eg", 29),
    ("es", 24),
    ("fi", 18),
    ("fk", 18),
    ("fo", 18),
    ("fr", 27),
    ("gb", 22),
    ("ge", 22),
    ("gi", 23),
    ("gl", 18),
    ("gr", 27),
    ("gt", 28),
    ("hn", 28),
    ("hr", 21),
    ("hu", 28),
    ("ie", 22),
    ("il", 23),
    ("iq", 23),
    ("is", 26),
    ("it", 27),
    ("jo", 30),
    ("kw", 30),
    ("kz", 20),
    ("lb", 28),
    ("lc", 32),
    ("li", 21),
    ("lt", 20),
    ("lu", 20),
    ("lv", 21),
    ("ly", 25),
    ("mc", 27),
    ("md", 24),
    ("me", 22),
    ("mk", 19),
    ("mn", 20),
    ("mr", 27),
    ("mt", 31),
    ("mu", 30),
    ("ni", 28),
    ("nl", 18),
    ("no", 15),
    ("om", 23),
    ("pk", 24),
    ("pl", 28),
    ("ps", 29),
    ("pt", 25),
    ("qa", 29),
    ("ro", 24),
    ("rs", 22),
    ("ru", 33),
    ("sa", 24),
    ("sc", 31),
    ("sd", 18),
    ("se", 24),
    ("si", 19),
    ("sk", 24),
    ("sm", 27),
    ("so", 23),
    ("st", 25),
    ("sv", 28),
    ("tl", 23),
    ("tn", 24),
    ("tr", 26),
    ("ua", 29),
    ("va", 22),
    ("vg", 24),
    ("xk", 20),
    ("ye", 30),
];

pub(super) fn find(text: &str, language: &str, found: &mut Vec<Found>) {
    ibans(text, found);
    for run in digit_runs(text) {
        cards(text, &run, found);
        if is_my_number(text, language, &run) {
            found.push(Found { kind: PersonalDataKind::MyNumber, start: run.start, end: run.end, rank: 2 });
        }
    }
}

fn ibans(text: &str, found: &mut Vec<Found>) {
    let bytes = text.as_bytes();
    for (at, four) in bytes.windows(4).enumerate() {
        let [first, second, third, fourth] = four else { continue };
        let begins = first.is_ascii_lowercase()
            && second.is_ascii_lowercase()
            && third.is_ascii_digit()
            && fourth.is_ascii_digit();
        if !begins || touches_word(text, at, text.len()) {
            continue;
        }
        let country = text.get(at..at + 2).unwrap_or_default();
        let Some((_, length)) = IBAN_LENGTHS.iter().find(|(code, _)| *code == country) else { continue };
        if let Some(end) = iban_end(bytes, at, *length)
            && !text.get(end..).and_then(|tail| tail.chars().next()).is_some_and(|next| next.is_ascii_alphanumeric())
        {
            found.push(Found { kind: PersonalDataKind::Iban, start: at, end, rank: 0 });
        }
    }
}

/// One past the IBAN that starts here, if its checksum holds; single spaces, hyphens and dots may separate groups.
fn iban_end(bytes: &[u8], start: usize, length: usize) -> Option<usize> {
    let mut letters = Vec::with_capacity(length);
    let mut at = start;
    while letters.len() < length {
        match bytes.get(at)? {
            letter if letter.is_ascii_alphanumeric() => letters.push(*letter),
            b' ' | b'-' | b'.' if bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => {}
            _ => return None,
        }
        at += 1;
    }
    let rotated = letters.iter().cycle().skip(4).take(length);
    let rest = rotated.fold(0_u32, |rest, letter| {
        if letter.is_ascii_digit() {
            (rest * 10 + u32::from(letter - b'0')) % 97
        } else {
            (rest * 100 + u32::from(letter - b'a') + 10) % 97
        }
    });
    (rest == 1).then_some(at)
}

fn cards(text: &str, run: &DigitRun, found: &mut Vec<Found>) {
    if touches_word(text, run.start, run.end) || run.plus || run.separators.iter().any(|one| !b" -".contains(one)) {
        return;
    }
    // A date or a security code may follow the number after a space: try whole groups from the first one on.
    let mut count = 0;
    let mut bytes = run.start;
    let mut best = None;
    for (index, group) in run.groups.iter().enumerate() {
        count += group;
        bytes += group + usize::from(index > 0);
        let even = run.groups.iter().take(index + 1).all(|one| (3..=6).contains(one)) || index == 0;
        if even && run.digits.get(..count).is_some_and(is_card) {
            best = Some(bytes);
        }
    }
    if let Some(end) = best {
        found.push(Found { kind: PersonalDataKind::Card, start: run.start, end, rank: 1 });
    }
}

fn is_card(digits: &[u8]) -> bool {
    let prefix = |count: usize| digits.iter().take(count).fold(0_u32, |number, digit| number * 10 + u32::from(*digit));
    let length = digits.len();
    let known = match (prefix(1), prefix(2), prefix(3), prefix(4)) {
        (4, ..) => matches!(length, 13 | 16 | 19),
        (_, 51..=55, ..) | (_, _, _, 2221..=2720) => length == 16,
        (_, 34 | 37, ..) => length == 15,
        (_, 36 | 38 | 39, ..) | (_, _, 300..=305, _) => (14..=19).contains(&length),
        (_, 65, ..) | (_, _, 644..=649, _) | (_, _, _, 6011) => (16..=19).contains(&length),
        (_, _, _, 3528..=3589) => (16..=19).contains(&length),
        (_, 62, ..) => (16..=19).contains(&length),
        (_, 50 | 56..=58 | 67, ..) | (_, _, 639, _) => (13..=19).contains(&length),
        _ => false,
    };
    known && luhn(digits) && digits.windows(2).any(|pair| pair.first() != pair.last())
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(*digit);
            match (at % 2, digit * 2) {
                (0, _) => digit,
                (_, doubled) if doubled > 9 => doubled - 9,
                (_, doubled) => doubled,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

fn is_my_number(text: &str, language: &str, run: &DigitRun) -> bool {
    if run.digits.len() != 12 || touches_word(text, run.start, run.end) || run.plus {
        return false;
    }
    let near = before(text, run.start, 24);
    let named = ["マイナンバー", "個人番号", "my number", "mynumber", "マイナ"].iter().any(|cue| near.contains(cue));
    let in_fours = run.groups == [4, 4, 4]
        && language == "ja"
        && !["注文", "伝票", "追跡", "お問い合わせ番号", "送り状"].iter().any(|cue| near.contains(cue));
    (named || in_fours) && my_number_check(&run.digits)
}

/// Check digit of the Individual Number (総務省令 第八十五号, 2014).
fn my_number_check(digits: &[u8]) -> bool {
    let Some((check, others)) = digits.split_last() else { return false };
    let sum: u32 = others
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| u32::from(*digit) * u32::try_from(if at < 6 { at + 2 } else { at - 4 }).unwrap_or(0))
        .sum();
    let expected = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    u32::from(*check) == expected && others.iter().any(|digit| *digit > 0)
}
