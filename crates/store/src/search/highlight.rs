//! What of a text a query matched: computed from the text, with the folding of the index.

use language::normalise::is_unspaced;
use language::tokens::query_tokens;
use unicode_normalization::UnicodeNormalization;

/// Stretches of the text that the query's words match, in Unicode scalars, in order, merged where they touch.
pub fn highlights(text: &str, query: &str) -> Vec<(usize, usize)> {
    let (folded, origins) = fold(text);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for needle in needles(query) {
        let needle: Vec<char> = needle.chars().collect();
        let unspaced = needle.iter().copied().any(is_unspaced);
        for (start, window) in folded.windows(needle.len().max(1)).enumerate() {
            let begins = unspaced || start == 0 || folded.get(start - 1).is_none_or(|before| !before.is_alphanumeric());
            if begins && window == needle.as_slice() {
                let last = start + needle.len() - 1;
                if let (Some(from), Some(to)) = (origins.get(start), origins.get(last)) {
                    found.push((*from, *to + 1));
                }
            }
        }
    }
    found.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (from, to) in found {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

/// The folded letters, and the place in the text that each came from.
fn fold(text: &str) -> (Vec<char>, Vec<usize>) {
    let (mut folded, mut origins) = (Vec::new(), Vec::new());
    for (index, letter) in text.chars().enumerate() {
        for part in std::iter::once(letter).nfkc().flat_map(char::to_lowercase) {
            folded.push(part);
            origins.push(index);
        }
    }
    (folded, origins)
}

/// What to look for: words of spaced scripts (their beginnings match), and whole runs and pairs of the others.
fn needles(query: &str) -> Vec<String> {
    let tokens = query_tokens(query);
    let mut needles: Vec<String> =
        tokens.words.into_iter().filter(|word| !word.chars().any(is_unspaced)).chain(tokens.grams).collect();
    needles.sort_unstable();
    needles.dedup();
    needles.retain(|needle| !needle.is_empty());
    needles
}
