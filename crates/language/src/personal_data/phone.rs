//! Telephone numbers: international with a plus, and the national forms of Japan, Germany, France, Spain, the UK and North America.

use super::{DigitRun, Found, before, digit_runs, touches_word};
use domain::understanding::PersonalDataKind;

/// Words in front that say that a number is a telephone number.
const PHONE_WORDS: &[&str] = &[
    "電話",
    "携帯",
    "tel",
    "phone",
    "call me",
    "mobile",
    "cell",
    "text me",
    "telefon",
    "handy",
    "rufnummer",
    "meine nummer",
    "mi numero",
    "mon numero",
    "anrufen unter",
    "erreichbar unter",
    "telefono",
    "movil",
    "llamame",
    "whatsapp",
    "telephone",
    "portable",
    "appelez",
    "joignable",
    "fax",
    "number is",
    "連絡先",
    "ruft mich",
    "reach me",
];
/// Words in front that say that it is something else.
const OTHER_WORDS: &[&str] = &[
    "order",
    "booking",
    "ticket",
    "reference",
    "ref",
    "invoice",
    "注文",
    "予約",
    "伝票",
    "追跡",
    "受付",
    "お客様番号",
    "会員番号",
    "整理番号",
    "bestell",
    "auftrag",
    "rechnung",
    "kundennummer",
    "sendung",
    "pedido",
    "reserva",
    "factura",
    "commande",
    "dossier",
    "facture",
    "client",
    "tracking",
    "serial",
    "型番",
    "製品番号",
    "口座",
    "konto",
    "account",
    "cuenta",
    "compte",
    "vorgang",
    "case",
    "€",
    "$",
    "£",
    "¥",
    "円",
    "eur",
    "usd",
    "isbn",
    "#",
];

pub(super) fn find(text: &str, language: &str, found: &mut Vec<Found>) {
    for run in digit_runs(text) {
        if touches_word(text, run.start, run.end) || looks_like_date_or_sum(text, &run) {
            continue;
        }
        let near = before(text, run.start, 22);
        let named = PHONE_WORDS.iter().any(|cue| near.contains(cue));
        let other = last_of(near, OTHER_WORDS) > last_of(near, PHONE_WORDS);
        if is_phone(&run, language, named, other) {
            found.push(Found { kind: PersonalDataKind::Phone, start: run.start, end: run.end, rank: 4 });
        }
    }
}

/// Byte after which the last of these words begins; 0 when there is none.
fn last_of(text: &str, words: &[&str]) -> usize {
    words.iter().filter_map(|word| text.rfind(word)).map(|at| at + 1).max().unwrap_or(0)
}

fn is_phone(run: &DigitRun, language: &str, named: bool, other: bool) -> bool {
    let count = run.digits.len();
    let first = run.digits.first().copied().unwrap_or(0);
    if run.plus {
        return (8..=15).contains(&count) && first != 0;
    }
    if other {
        return false;
    }
    if named {
        return (7..=15).contains(&count);
    }
    let start = |prefix: &[u8]| run.digits.starts_with(prefix);
    if start(&[0, 0]) {
        return (10..=16).contains(&count) && run.digits.get(2).is_some_and(|digit| *digit != 0);
    }
    let grouped = run.groups.len() > 1;
    if first == 0 {
        let mobile = count == 11 && (start(&[0, 7]) || start(&[0, 8]) || start(&[0, 9]));
        return match language {
            "ja" => {
                (count == 10 && grouped) || mobile || (count == 10 && start(&[0, 1, 2, 0])) || (count == 11 && grouped)
            }
            "fr" => count == 10 && (!grouped || run.groups.iter().all(|group| *group == 2)),
            "de" => (9..=13).contains(&count) && (grouped || start(&[0, 1])),
            _ => (10..=12).contains(&count) && grouped || mobile,
        };
    }
    let groups = run.groups.as_slice();
    if matches!(first, 6..=9) && count == 9 {
        return language == "es"
            && (matches!(groups, [3, 3, 3] | [3, 2, 2, 2] | [2, 3, 2, 2]) || (groups.len() == 1 && first != 8));
    }
    // North American: area and exchange begin with 2..9.
    let american =
        |digits: &[u8]| digits.first().is_some_and(|one| *one >= 2) && digits.get(3).is_some_and(|one| *one >= 2);
    match groups {
        [3, 3, 4] => {
            american(&run.digits) && (run.parenthesised || run.separators.iter().all(|one| b"-. )".contains(one)))
        }
        [1, 3, 3, 4] => first == 1 && run.digits.get(1..).is_some_and(american),
        _ => false,
    }
}

/// Dates, times with dates, prices with decimals, version numbers.
fn looks_like_date_or_sum(text: &str, run: &DigitRun) -> bool {
    if run.plus {
        return false;
    }
    let groups = run.groups.as_slice();
    let separator = |byte: u8| run.separators.iter().all(|one| *one == byte);
    let date = matches!(groups, [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4] | [1..=2, 1..=2, 2])
        && (separator(b'-') || separator(b'/') || separator(b'.'));
    let date_and_time = matches!(groups, [4, 1..=2, 1..=2, ..] | [1..=2, 1..=2, 4, ..])
        && run.separators.iter().take(2).all(|one| b"-/.".contains(one));
    let after = text.get(run.end..).and_then(|tail| tail.chars().find(|letter| *letter != ' '));
    let money = after.is_some_and(|letter| matches!(letter, '€' | '$' | '£' | '¥' | '円' | '万' | '%' | ':'));
    let thousands = groups.len() > 1
        && separator(b'.')
        && groups.iter().skip(1).all(|group| *group == 3)
        && groups.first().is_some_and(|group| *group <= 3)
        && groups.len() < 4
        && run.digits.first() != Some(&0)
        && money;
    date || date_and_time || thousands || money
}
