//! Covering: what nobody may read later is covered in the raw delivery as it is in the text.

use domain::item::{Change, Item};

/// A delivery in which card numbers, passwords and the like have been covered.
pub struct Covered {
    /// Its number in the lane.
    pub number: i64,
    /// Its new body.
    pub body: Vec<u8>,
}

/// The text of a message; `None` for other items.
pub(crate) fn text_of(item: &Item) -> Option<&str> {
    match &item.change {
        Change::Message(message) => Some(&message.text),
        _ => None,
    }
}

/// Covers in the raw delivery what differs between the text before and after; both have the same length in scalars.
///
/// Where the network wrote it in another way (escapes), so that it is not found letter by letter, the raw delivery is
/// emptied.
pub(crate) fn cover(raw: &[u8], before: &str, after: &str) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(raw).into_owned();
    let (before, after): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let mut index = 0;
    while index < before.len() {
        if before.get(index) == after.get(index) {
            index += 1;
            continue;
        }
        let end = end_of_secret(&before, &after, index);
        let secret: String = before.get(index..end).unwrap_or_default().iter().collect();
        let covered: String = after.get(index..end).unwrap_or_default().iter().collect();
        if !text.contains(&secret) {
            return Vec::new();
        }
        text = text.replace(&secret, &covered);
        index = end;
    }
    text.into_bytes()
}

/// One past the last scalar that differs; a single space or dash inside a number does not end it.
fn end_of_secret(before: &[char], after: &[char], start: usize) -> usize {
    let mut end = start;
    for at in start..before.len() {
        if before.get(at) != after.get(at) {
            end = at + 1;
        } else if at > end {
            break;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::cover;

    #[test]
    fn what_is_covered_in_the_text_is_covered_in_the_raw_delivery() {
        let raw = br#"{"text":"card 4111 1111 1111 1111 pin 9876","other":"4111 1111 1111 1111"}"#;
        let covered = cover(raw, "card 4111 1111 1111 1111 pin 9876", "card •••• •••• •••• 1111 pin ••••");
        let covered = String::from_utf8(covered).unwrap();
        assert!(!covered.contains("4111") && !covered.contains("9876"), "{covered}");
        assert!(
            covered.starts_with(r#"{"text":"card "#) && serde_json::from_str::<serde_json::Value>(&covered).is_ok()
        );
    }

    #[test]
    fn what_cannot_be_found_in_the_raw_delivery_empties_it() {
        assert!(cover(br#"{"text":"pin \u0039\u0038\u0037\u0036"}"#, "pin 9876", "pin ••••").is_empty());
    }
}
