//! Each reason code has English and Japanese words.

use std::collections::BTreeSet;

fn keys(text: &str) -> BTreeSet<String> {
    text.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key.to_owned()).collect()
}

#[test]
fn every_code_has_its_words_in_both_languages_and_no_key_is_left_over() {
    let codes: BTreeSet<String> = language::reason_codes()
        .chain(domain::priority::REASON_CODES.iter().copied())
        .chain(domain::draft_check::REASON_CODES.iter().copied())
        .chain(domain::answering::REASON_CODES.iter().copied())
        .map(|code| format!("reason-{}", code.replace(['.', '_'], "-")))
        .collect();
    let english = keys(include_str!("../../../web/locales/en/reasons.ftl"));
    let japanese = keys(include_str!("../../../web/locales/ja/reasons.ftl"));
    assert_eq!(codes, english);
    assert_eq!(codes, japanese);
}
