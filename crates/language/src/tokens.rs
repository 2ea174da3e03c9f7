//! Search tokens for both database engines: words, and uni- and bigrams of scripts written without spaces.
//!
//! Words and grams go into two columns. Words are asked first, because 京都 must not find 東京都 there; grams fill up.

use crate::normalise::{is_han, is_hangul, is_kana, is_unspaced};
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed, options::WordBreakInvariantOptions};
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Longest word kept, in Unicode scalars; what is longer (a link, noise) is cut there, in index and query alike.
const LONGEST_WORD: usize = 64;

/// What a text is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Words in order, repeated as often as they occur.
    pub words: Vec<String>,
    /// Single characters and pairs of neighbours of kana, han and hangul, in order.
    pub grams: Vec<String>,
}

static SEGMENTER: LazyLock<WordSegmenterBorrowed<'static>> =
    LazyLock::new(|| WordSegmenter::new_auto(WordBreakInvariantOptions::default()));

/// Tokens of a text to be stored.
///
/// Every run of an unspaced script gives its words (by dictionary) and its uni- and bigrams.
pub fn index_tokens(text: &str) -> Tokens {
    let text = fold_for_search(text);
    let mut tokens = Tokens::default();
    words(&text, &mut tokens.words);
    for run in runs(&text) {
        grams(run, true, &mut tokens.grams);
    }
    tokens
}

/// Tokens of what a person typed; all of one column must be found.
///
/// A run of one character asks for the unigram, a longer one for its bigrams only: they imply the unigrams.
pub fn query_tokens(query: &str) -> Tokens {
    let text = fold_for_search(query);
    let mut tokens = Tokens::default();
    words(&text, &mut tokens.words);
    for run in runs(&text) {
        grams(run, false, &mut tokens.grams);
    }
    // Words of other scripts narrow the grams' side as well.
    tokens
}

/// NFKC with case folded; accents stay, so that `schon` and `schön` are two words.
fn fold_for_search(text: &str) -> String {
    // NFKC again after lower-casing: a few capital letters become sequences that compose.
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

fn words(text: &str, into: &mut Vec<String>) {
    let mut start = 0;
    let mut breaks = SEGMENTER.segment_str(text);
    // The first boundary is the beginning of the text.
    let _ = breaks.next();
    for end in breaks {
        if let Some(word) = text.get(start..end)
            && word.chars().any(char::is_alphanumeric)
        {
            into.push(word.chars().take(LONGEST_WORD).collect());
        }
        start = end;
    }
}

/// Runs of letters of one unspaced script family.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !is_unspaced(letter)).filter(|run| !run.is_empty())
}

fn grams(run: &str, with_unigrams: bool, into: &mut Vec<String>) {
    let mut letters = run.chars().filter(|letter| is_kana(*letter) || is_han(*letter) || is_hangul(*letter)).peekable();
    let mut alone = true;
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        if with_unigrams || (alone && next.is_none()) {
            into.push(letter.to_string());
        }
        if let Some(next) = next {
            into.push([letter, next].iter().collect());
        }
        alone = false;
    }
}
