//! Redaction at rest: what nobody may read later is covered right after filing.

use domain::understanding::{PersonalData, PersonalDataKind};

/// What stands where a character was covered.
pub const COVER: char = '•';
/// How many characters of a number stay readable, so that people can talk about it.
const KEPT: usize = 4;

/// Whether this kind of personal data is covered at rest.
pub fn is_redacted_at_rest(kind: PersonalDataKind) -> bool {
    matches!(kind, PersonalDataKind::Card | PersonalDataKind::MyNumber | PersonalDataKind::Secret)
}

/// The text with card numbers, My Number, PINs and passwords covered; the last four characters of numbers are kept.
///
/// Each letter or digit becomes one [`COVER`], so that the length in Unicode scalars, and with it every span, stays.
/// Of a password or PIN nothing is kept: four characters would be all of it. Spans outside the text are ignored.
pub fn redact(text: &str, personal_data: &[PersonalData]) -> String {
    let covered: Vec<&PersonalData> = personal_data.iter().filter(|data| is_redacted_at_rest(data.kind)).collect();
    if covered.is_empty() {
        return text.to_owned();
    }
    let mut letters: Vec<char> = text.chars().collect();
    for data in covered {
        let Some(span) = letters.get_mut(data.start..data.end.min(text.len())) else { continue };
        let kept = if data.kind == PersonalDataKind::Secret { 0 } else { KEPT };
        let readable = span.iter().filter(|letter| letter.is_alphanumeric()).count();
        let all = data.kind == PersonalDataKind::Secret;
        span.iter_mut()
            .filter(|letter| all && !letter.is_whitespace() || letter.is_alphanumeric())
            .take(if all { usize::MAX } else { readable.saturating_sub(kept) })
            .for_each(|letter| *letter = COVER);
    }
    letters.into_iter().collect()
}
