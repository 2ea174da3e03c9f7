//! What must hold for any text: no panic, spans inside the text, the same answer twice, listed reason codes.

use language::{Hints, Reader, RuleReader, redact};
use proptest::prelude::*;
use std::collections::HashSet;

/// Arbitrary text, mixed with pieces that the rules react to.
fn texts() -> impl Strategy<Value = String> {
    let pieces = proptest::sample::select(vec![
        "4111 1111 1111 1111",
        "DE89370400440532013000",
        "パスワードは",
        "ですか",
        "ｶｰﾄﾞ",
        "e\u{301}",
        "👩‍👩‍👧",
        "＠",
        "@",
        "〒100-0001",
        "東京都千代田区千代田1-1",
        "order #",
        "１２３４",
        "(0",
        "+49 ",
        "not working",
        "ない",
        "\u{200b}",
        "İ",
        "ﬃ",
        "PIN: ",
        "scam",
        "最悪",
        " ",
        "Hauptstr. 5",
        "12 rue ",
        "c/ ",
        "12 ab st",
    ]);
    proptest::collection::vec(prop_oneof![pieces.prop_map(str::to_owned), any::<String>(), "[ -~]{0,12}"], 0..8)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_safely_and_the_same_twice(text in texts(), addressed: bool) {
        let reader = RuleReader::new().unwrap();
        let hints = Hints { addressed, ..Hints::default() };
        let read = reader.read(&text, &hints);
        prop_assert_eq!(&read, &reader.read(&text, &hints));
        let length = text.chars().count();
        let mut last = 0;
        for data in &read.personal_data {
            prop_assert!(last <= data.start && data.start < data.end && data.end <= length, "{:?} of {:?}", data, text);
            last = data.end;
        }
        let covered = redact(&text, &read.personal_data);
        prop_assert_eq!(covered.chars().count(), length);
        let codes: HashSet<&str> = language::reason_codes().collect();
        prop_assert!(!read.reasons.is_empty());
        for reason in &read.reasons {
            prop_assert!(codes.contains(reason.code.as_str()), "{} is not listed", reason.code);
            for word in &reason.words {
                prop_assert!(text.contains(word.as_str()));
            }
        }
        for share in [read.language_confidence, read.kind_confidence, read.complaint, read.anger, read.urgency] {
            prop_assert!((0.0..=1.0).contains(&share));
        }
    }

    #[test]
    fn tokens_of_any_text_are_found_again(text in texts()) {
        let index = language::tokens::index_tokens(&text);
        let query = language::tokens::query_tokens(&text);
        prop_assert!(query.words.iter().all(|word| index.words.contains(word)));
        prop_assert!(query.grams.iter().all(|gram| index.grams.contains(gram)));
    }
}

/// Long hostile input must not take time that grows with its square.
#[test]
fn a_megabyte_of_anything_is_read_in_bounded_time() {
    let reader = RuleReader::new().unwrap();
    for piece in [
        "1",
        "1 ",
        "a@",
        "@",
        "(",
        "+1",
        "order ",
        "12 a st ",
        "東京都",
        "pin ",
        "ない",
        "calle ",
        "not ",
        "de12 ",
        "!?",
        "{{",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let begun = std::time::Instant::now();
        reader.read(&text, &Hints::default());
        assert!(begun.elapsed().as_secs() < 20, "{piece}: {:?}", begun.elapsed());
    }
}
