//! How alike texts are: near-duplicates by shared character n-grams.

use language::normalise::fold;
use std::collections::{HashMap, HashSet};

/// Characters in a shingle.
const SHINGLE: usize = 5;
/// Least share of common shingles (Jaccard) that makes two texts near-duplicates.
const ALIKE: f64 = 0.5;
/// Texts with fewer shingles are compared as wholes: two words are soon alike.
const FEW: usize = 12;

/// Two texts that are nearly the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Name of the one.
    pub first: String,
    /// Name of the other.
    pub second: String,
    /// Share of common shingles, 0..1.
    pub alike: f64,
}

/// Pairs of `named` texts, (name, text), that are nearly the same; a pair is looked at only if one of them is among the
/// first `own`. Digits and case make no difference.
pub fn near_duplicates(named: &[(String, &str)], own: usize) -> Vec<Pair> {
    let shingles: Vec<HashSet<u64>> = named.iter().map(|(_, text)| shingles(text)).collect();
    // Only texts that share a shingle are compared.
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for (index, set) in shingles.iter().enumerate() {
        for shingle in set {
            holders.entry(*shingle).or_default().push(index);
        }
    }
    let mut found = Vec::new();
    for (index, set) in shingles.iter().enumerate().take(own) {
        let mut common: HashMap<usize, usize> = HashMap::new();
        for shingle in set {
            let holders = holders.get(shingle).map_or(&[][..], Vec::as_slice);
            for other in holders.iter().filter(|other| **other > index || **other >= own) {
                *common.entry(*other).or_default() += 1;
            }
        }
        for (other, common) in common {
            let Some((theirs, (second, _))) = shingles.get(other).zip(named.get(other)) else { continue };
            let all = set.len() + theirs.len() - common;
            let alike = common as f64 / all.max(1) as f64;
            let least = if set.len().min(theirs.len()) < FEW { 1.0 } else { ALIKE };
            if alike >= least
                && let Some((first, _)) = named.get(index)
            {
                found.push(Pair { first: first.clone(), second: second.clone(), alike });
            }
        }
    }
    found.sort_by(|one, other| (&one.first, &one.second).cmp(&(&other.first, &other.second)));
    found
}

fn shingles(text: &str) -> HashSet<u64> {
    let letters: Vec<char> = fold(text)
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
        .collect();
    if letters.len() < SHINGLE {
        return HashSet::from([hash(&letters)]);
    }
    letters.windows(SHINGLE).map(hash).collect()
}

/// FNV-1a over the characters.
fn hash(letters: &[char]) -> u64 {
    letters.iter().fold(0xcbf2_9ce4_8422_2325, |hash, letter| {
        (hash ^ u64::from(u32::from(*letter))).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_changed_makes_no_new_text() {
        let named = [
            ("a".to_owned(), "Where is my parcel, order 12345, it was due on Monday?"),
            ("b".to_owned(), "where is my parcel, order 99871, it was due on monday"),
            ("c".to_owned(), "The app closes when I open the map."),
            ("d".to_owned(), "Thanks!"),
            ("e".to_owned(), "Thanks a lot!"),
        ];
        let found = near_duplicates(&named, named.len());
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].first.as_str(), found[0].second.as_str()), ("a", "b"));
    }

    #[test]
    fn texts_of_others_are_not_compared_with_each_other() {
        let named = [
            ("a".to_owned(), "my own words here"),
            ("x".to_owned(), "the same foreign words"),
            ("y".to_owned(), "the same foreign words"),
        ];
        assert!(near_duplicates(&named, 1).is_empty());
    }
}
