//! Mends what JSON allows and we cannot store: NUL characters, lone surrogates, bytes that are no UTF-8.

use std::borrow::Cow;

/// The body as text in which every escaped character can be stored: `\u0000` and halves of surrogate pairs become
/// `\ufffd`. Whole bodies pass untouched and uncopied.
pub(super) fn mend(body: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(body);
    let raw_nul = text.contains('\0');
    if !raw_nul && !text.contains("\\u0000") && !text.contains("\\ud") && !text.contains("\\uD") {
        return text;
    }
    let text = if raw_nul { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { text };
    Cow::Owned(mend_escapes(&text))
}

fn mend_escapes(text: &str) -> String {
    let mut mended = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        mended.push_str(before);
        let taken = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(0 | 0xd800..0xe000), _) => {
                mended.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (Some(_), _) => 6,
            // A backslash and what it escapes go together, so that `\\u0000` stays the four letters it is.
            (None, _) => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        let (escape, after) = escape.split_at_checked(taken).unwrap_or((escape, ""));
        mended.push_str(escape);
        rest = after;
    }
    mended.push_str(rest);
    mended
}

/// The UTF-16 unit that a `\uXXXX` at the start stands for.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_stored_is_replaced_and_all_else_kept() {
        for (given, mended) in [
            (r#""a\u0000b""#, r#""a\ufffdb""#),
            (r#""a\\u0000b""#, r#""a\\u0000b""#),
            (r#""a\\\u0000b""#, r#""a\\\ufffdb""#),
            (r#""\ud83d\ude00\n""#, r#""\ud83d\ude00\n""#),
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""\ude00\ud83d x""#, r#""\ufffd\ufffd x""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            ("\"a\0b\"", "\"a\u{fffd}b\""),
            (r#""日本\u0000\"#, r#""日本\ufffd\"#),
        ] {
            assert_eq!(mend(given.as_bytes()), mended, "{given}");
        }
        assert!(matches!(mend(br#"{"a":"b\n"}"#), Cow::Borrowed(_)));
        assert_eq!(mend(b"\"\xff\""), "\"\u{fffd}\"");
    }

    proptest::proptest! {
        #[test]
        fn a_mended_text_is_what_the_parser_takes(text in ".{0,40}", escapes in proptest::collection::vec(proptest::num::u16::ANY, 0..6)) {
            let mut body = serde_json::to_string(&text).unwrap();
            body.pop();
            for escape in escapes { body.push_str(&format!("\\u{escape:04x}")); }
            body.push('"');
            let read: String = serde_json::from_str(&mend(body.as_bytes())).unwrap();
            proptest::prop_assert!(!read.contains('\0'));
        }
    }
}
