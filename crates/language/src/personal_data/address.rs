//! Postal addresses in the usual forms of Japan, Germany, France, Spain and the English-speaking countries.

use super::Found;
use crate::normalise::{begins_word, ends_word, is_han, is_kana};
use domain::understanding::PersonalDataKind;

pub(super) fn find(text: &str, language: &str, found: &mut Vec<Found>) {
    japanese(text, found);
    match language {
        "de" => german(text, found),
        "fr" => before_name(text, FRENCH, found),
        "es" => spanish(text, found),
        "en" => english(text, found),
        _ => {}
    }
}

fn push(found: &mut Vec<Found>, start: usize, end: usize) {
    found.push(Found { kind: PersonalDataKind::Address, start, end, rank: 5 });
}

/// 〒 with seven digits, or prefecture … municipality … number.
fn japanese(text: &str, found: &mut Vec<Found>) {
    for (at, mark) in text.match_indices('〒') {
        let tail = text.get(at + mark.len()..).unwrap_or_default();
        let code =
            tail.find(|letter: char| !letter.is_ascii_digit() && letter != '-' && letter != ' ').unwrap_or(tail.len());
        if tail.get(..code).is_some_and(|code| code.bytes().filter(u8::is_ascii_digit).count() == 7) {
            let end = at + mark.len() + code;
            push(found, at, japanese_end(text, end).unwrap_or(end));
        }
    }
    const PREFECTURES: &[&str] = &[
        "北海道",
        "青森県",
        "岩手県",
        "宮城県",
        "秋田県",
        "山形県",
        "福島県",
        "茨城県",
        "栃木県",
        "群馬県",
        "埼玉県",
        "千葉県",
        "東京都",
        "神奈川県",
        "新潟県",
        "富山県",
        "石川県",
        "福井県",
        "山梨県",
        "長野県",
        "岐阜県",
        "静岡県",
        "愛知県",
        "三重県",
        "滋賀県",
        "京都府",
        "大阪府",
        "兵庫県",
        "奈良県",
        "和歌山県",
        "鳥取県",
        "島根県",
        "岡山県",
        "広島県",
        "山口県",
        "徳島県",
        "香川県",
        "愛媛県",
        "高知県",
        "福岡県",
        "佐賀県",
        "長崎県",
        "熊本県",
        "大分県",
        "宮崎県",
        "鹿児島県",
        "沖縄県",
    ];
    if !text.chars().any(|letter| matches!(letter, '都' | '道' | '府' | '県')) {
        return;
    }
    for prefecture in PREFECTURES {
        for (at, name) in text.match_indices(prefecture) {
            if let Some(end) = japanese_end(text, at + name.len()) {
                push(found, at, end);
            }
        }
    }
}

/// One past the house number of a Japanese address that goes on at this byte.
fn japanese_end(text: &str, from: usize) -> Option<usize> {
    let tail = text.get(from..)?;
    let mut municipality = false;
    let mut end = None;
    for (count, (at, letter)) in tail.char_indices().enumerate() {
        let part = is_han(letter) || is_kana(letter) || letter.is_ascii_digit() || matches!(letter, '-' | ' ');
        if !part || count > 40 {
            break;
        }
        municipality |= matches!(letter, '市' | '区' | '町' | '村' | '郡');
        if municipality && (letter.is_ascii_digit() || (matches!(letter, '番' | '号' | '目' | '地') && end.is_some()))
        {
            end = Some(from + at + letter.len_utf8());
        } else if end.is_some() && !matches!(letter, '丁' | '番' | '-' | ' ' | 'の') {
            break;
        }
    }
    end
}

/// The house number at the beginning of a text: digits with at most one letter. Length in bytes.
fn house_number(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=4).contains(&digits) {
        return None;
    }
    let letter = text.get(digits..).and_then(|tail| tail.chars().next()).filter(char::is_ascii_lowercase);
    let length = digits + usize::from(letter.is_some());
    ends_word(text, length).then_some(length)
}

/// Street name ending in one of the usual words, then the house number, then perhaps postcode and town.
fn german(text: &str, found: &mut Vec<Found>) {
    const STREETS: &[&str] =
        &["straße", "strasse", "str.", "weg", "platz", "allee", "gasse", "ring", "damm", "ufer", "chaussee"];
    for street in STREETS {
        for (at, _) in text.match_indices(street) {
            let after = at + street.len();
            let Some(tail) = text.get(after..).and_then(|tail| tail.strip_prefix(' ')) else { continue };
            let Some(length) = house_number(tail) else { continue };
            let start = word_start(text, at);
            // "Weg 5" alone is too little; "Berliner Ring 5" or "Hauptstr. 5" is a name.
            let start = if start == at { previous_word(text, at) } else { start };
            if start < at {
                push(found, start, with_town(text, after + 1 + length, 5));
            }
        }
    }
}

const FRENCH: &[&str] =
    &["rue", "avenue", "av.", "boulevard", "bd", "place", "chemin", "impasse", "allee", "quai", "route"];

/// House number, then the kind of street, then its name, then perhaps postcode and town.
fn before_name(text: &str, streets: &[&str], found: &mut Vec<Found>) {
    for street in streets {
        for (at, _) in text.match_indices(street) {
            if !begins_word(text, at) || !text.get(at + street.len()..).is_some_and(|tail| tail.starts_with(' ')) {
                continue;
            }
            let head = text.get(..at).unwrap_or_default().trim_end_matches([' ', ',']);
            let head = head.strip_suffix(" bis").or_else(|| head.strip_suffix(" ter")).unwrap_or(head);
            let start = word_start(text, head.len());
            if head.get(start..).is_some_and(|number| house_number(number) == Some(number.len())) {
                let name = at + street.len();
                push(found, start, with_town(text, words_end(text, name, 4), 5));
            }
        }
    }
}

/// Kind of street, its name, then the house number, then perhaps postcode and town.
fn spanish(text: &str, found: &mut Vec<Found>) {
    for street in ["calle", "c/", "avenida", "avda.", "avda", "av.", "plaza", "paseo", "camino", "ronda"] {
        for (at, _) in text.match_indices(street) {
            if !begins_word(text, at) {
                continue;
            }
            let from = at + street.len();
            let number = words(text, from).take(7).skip(1).find(|(start, end)| {
                text.get(*start..*end)
                    .is_some_and(|word| house_number(word.trim_end_matches([',', '.', 'º'])).is_some())
            });
            if let Some((start, end)) = number {
                let word = text.get(start..end).unwrap_or_default().trim_end_matches([',', '.']);
                push(found, at, with_town(text, start + word.len(), 5));
            }
        }
    }
}

/// House number, one to three words, kind of street, then perhaps a postcode.
fn english(text: &str, found: &mut Vec<Found>) {
    const STREETS: &[&str] = &[
        "street",
        "st",
        "road",
        "rd",
        "avenue",
        "ave",
        "lane",
        "ln",
        "drive",
        "boulevard",
        "blvd",
        "court",
        "close",
        "terrace",
        "crescent",
    ];
    let all: Vec<(usize, usize)> = words(text, 0).take(400).collect();
    for (index, (start, end)) in all.iter().enumerate() {
        let word = text.get(*start..*end).unwrap_or_default();
        if house_number(word) != Some(word.len()) {
            continue;
        }
        let street = all.iter().enumerate().skip(index + 2).take(3).find(|(_, (start, end))| {
            text.get(*start..*end).is_some_and(|word| STREETS.contains(&word.trim_end_matches(['.', ',', '!', '?'])))
        });
        let Some((at, (street_start, street_end))) = street else { continue };
        let named = all.get(index + 1..at).unwrap_or_default().iter().all(|(start, end)| {
            text.get(*start..*end).is_some_and(|word| {
                word.chars().all(|letter| letter.is_alphabetic() || "'-.".contains(letter)) && !SMALL.contains(&word)
            })
        });
        if named {
            let street =
                text.get(*street_start..*street_end).unwrap_or_default().trim_end_matches([',', '.', '!', '?']);
            push(found, *start, street_start + street.len());
        }
    }
}

/// Words that stand in sentences, not in names of streets ("2 hours on the road").
const SMALL: &[&str] = &[
    "on", "in", "the", "at", "to", "for", "of", "and", "hours", "minutes", "days", "weeks", "times", "people", "miles",
    "down", "my", "your", "this", "a",
];

fn words(text: &str, from: usize) -> impl Iterator<Item = (usize, usize)> {
    text.get(from..)
        .unwrap_or_default()
        .split(' ')
        .scan(from, |at, word| {
            let start = *at;
            *at += word.len() + 1;
            Some((start, start + word.len()))
        })
        .filter(|(start, end)| start < end)
}

/// One past the last of at most `count` words in letters from here on; a comma or full stop ends it.
fn words_end(text: &str, from: usize, count: usize) -> usize {
    let mut end = from;
    for (_, word_end) in words(text, from).take(count) {
        let word = text.get(..word_end).unwrap_or_default();
        let bare = word.trim_end_matches([',', '.', '!', '?', ';']);
        let last = text.get(end..bare.len()).unwrap_or_default();
        if last.chars().any(|letter| letter.is_ascii_digit()) {
            break;
        }
        end = bare.len();
        if bare.len() < word.len() {
            break;
        }
    }
    end
}

/// Takes in `, 12345 Town` if it follows.
fn with_town(text: &str, end: usize, postcode: usize) -> usize {
    let tail = text.get(end..).unwrap_or_default();
    let trimmed = tail.trim_start_matches([',', ' ', '-']);
    let skipped = tail.len() - trimmed.len();
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    if digits != postcode || skipped == 0 {
        return end;
    }
    let code = end + skipped + digits;
    let town = text.get(code..).and_then(|rest| rest.strip_prefix(' ')).map_or(0, |rest| {
        rest.chars().take_while(|letter| letter.is_alphabetic() || *letter == '-').map(char::len_utf8).sum()
    });
    if town > 1 { code + 1 + town } else { code }
}

fn word_start(text: &str, at: usize) -> usize {
    let head = text.get(..at).unwrap_or_default();
    head.char_indices()
        .rev()
        .take_while(|(_, letter)| letter.is_alphanumeric() || *letter == '-')
        .last()
        .map_or(at, |(start, _)| start)
}

/// Beginning of the word before the one that begins here, when only a space lies between.
fn previous_word(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|head| head.strip_suffix(' ')).map_or(at, |head| {
        let start = word_start(text, head.len());
        if start < head.len() { start } else { at }
    })
}
