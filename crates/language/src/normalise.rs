//! One way of writing for matching: NFKC, width, case and Latin accents folded, with the way back to the original text.

use unicode_normalization::char::{compose, decompose_canonical, decompose_compatible, is_combining_mark};

/// A text folded for matching, with the origin of each of its bytes.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    /// The folded text.
    text: String,
    /// For each byte of `text`: the byte in the original where its character begins. One more entry closes the list.
    origins: Vec<u32>,
}

impl Folded {
    /// Folds a text. Characters that carry no meaning for matching (zero-width, variation selectors) are left out.
    pub fn of(original: &str) -> Self {
        let mut folded =
            Self { text: String::with_capacity(original.len() + 8), origins: Vec::with_capacity(original.len() + 9) };
        for (at, letter) in original.char_indices() {
            folded.add(letter, u32::try_from(at).unwrap_or(u32::MAX));
        }
        folded.origins.push(u32::try_from(original.len()).unwrap_or(u32::MAX));
        folded
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Byte range of the original that a byte range of the folded text came from.
    pub fn original_bytes(&self, start: usize, end: usize) -> (usize, usize) {
        let origin = |at: usize| self.origins.get(at).or(self.origins.last()).map_or(0, |origin| *origin as usize);
        (origin(start), origin(end))
    }

    fn add(&mut self, letter: char, origin: u32) {
        if letter.is_ascii() {
            return self.push(letter.to_ascii_lowercase(), origin);
        }
        match letter {
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ad}' => {}
            '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{b4}' => self.push('\'', origin),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => self.push('-', origin),
            // Kana, han and hangul below the compatibility blocks are already in their composed form.
            '\u{3041}'..='\u{30fe}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
                if letter != '\u{309b}' && letter != '\u{309c}' && !is_combining_mark(letter) =>
            {
                self.push(letter, origin);
            }
            '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => {
                decompose_canonical(letter, |part| {
                    if !is_combining_mark(part) {
                        self.push_lower(part, origin);
                    }
                });
            }
            _ => decompose_compatible(letter, |part| self.join(part, origin)),
        }
    }

    /// Adds one part of a decomposed character, joined with what stands before it where Unicode composes the two.
    fn join(&mut self, part: char, origin: u32) {
        if is_combining_mark(part)
            && let Some(last) = self.text.chars().next_back()
        {
            if last.is_ascii_alphabetic() {
                return;
            }
            if let Some(joined) = compose(last, part) {
                let start = self.text.len() - last.len_utf8();
                let first = self.origins.get(start).copied().unwrap_or(origin);
                self.text.truncate(start);
                self.origins.truncate(start);
                return self.push(joined, first);
            }
        }
        self.push_lower(part, origin);
    }

    fn push_lower(&mut self, letter: char, origin: u32) {
        for lower in letter.to_lowercase() {
            self.push(lower, origin);
        }
    }

    fn push(&mut self, letter: char, origin: u32) {
        self.text.push(letter);
        self.origins.extend(std::iter::repeat_n(origin, letter.len_utf8()));
    }
}

/// Folds a text without keeping the way back.
pub fn fold(text: &str) -> String {
    Folded::of(text).text
}

/// Kana, with the long-vowel mark and iteration marks.
pub fn is_kana(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{309f}' | '\u{30a1}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}')
}

/// Han characters, with 々 and 〆.
pub fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' | '々' | '〆')
}

/// Hangul syllables and letters.
pub fn is_hangul(letter: char) -> bool {
    matches!(letter, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}')
}

/// A letter of a script that is written without spaces between words.
pub fn is_unspaced(letter: char) -> bool {
    is_kana(letter) || is_han(letter) || is_hangul(letter)
}

/// Whether a word may begin at this byte: no letter or digit of a spaced script stands on both sides.
pub(crate) fn begins_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|head| head.chars().next_back());
    let after = text.get(at..).and_then(|tail| tail.chars().next());
    !(before.is_some_and(is_word_letter) && after.is_some_and(is_word_letter))
}

/// Whether a word may end at this byte.
pub(crate) fn ends_word(text: &str, at: usize) -> bool {
    begins_word(text, at)
}

fn is_word_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || (!letter.is_ascii() && letter.is_alphanumeric() && !is_unspaced(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_case_accents_and_marks_fold() {
        let cases = [
            ("ＡＢＣ１２３", "abc123"),
            ("ﾎﾟｲﾝﾄｶｰﾄﾞ", "ポイントカード"),
            ("Überweisung CAFÉ ñandú", "uberweisung cafe nandu"),
            ("e\u{301}te\u{301}", "ete"),
            ("か\u{3099}", "が"),
            ("don’t", "don't"),
            ("zero\u{200b}width", "zerowidth"),
            ("①㈱", "1(株)"),
            ("Straße", "straße"),
        ];
        for (original, expected) in cases {
            assert_eq!(fold(original), expected, "{original}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_folded_range_lies_on_characters_of_the_original(text: String) {
            let folded = Folded::of(&text);
            proptest::prop_assert_eq!(folded.origins.len(), folded.text.len() + 1);
            for (at, letter) in folded.text.char_indices() {
                let (start, end) = folded.original_bytes(at, at + letter.len_utf8());
                proptest::prop_assert!(start <= end && text.get(start..end).is_some());
            }
        }
    }
}
