//! Hand-written messages in five languages: what the rules must get right, and how much of it they do.

use domain::vocabulary::Kind;
use language::{Hints, Reader, RuleReader};

/// Reads one file of `kind|text` lines and checks kind and language against what this first version reaches.
fn check(language: &str, file: &str, least_kinds: f64, least_language: f64) {
    let reader = RuleReader::new().unwrap();
    let (mut all, mut kinds, mut languages) = (0.0, 0.0, 0.0);
    let mut seen = std::collections::BTreeMap::<Kind, usize>::new();
    let mut misses = String::new();
    for line in file.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (word, text) = line.split_once('|').unwrap();
        let expected_safety = word.ends_with('!');
        let kind = Kind::from_word(word.trim_end_matches('!')).unwrap_or_else(|| panic!("{word} is no kind"));
        let read = reader.read(text, &Hints::default());
        all += 1.0;
        *seen.entry(kind).or_default() += 1;
        if read.language == language {
            languages += 1.0;
        } else {
            misses += &format!("  language {} {text}\n", read.language);
        }
        if read.kind == kind {
            kinds += 1.0;
        } else {
            misses +=
                &format!("  {kind} read as {} ({:.2}) {text} {:?}\n", read.kind, read.kind_confidence, read.reasons);
        }
        assert_eq!(read.safety.is_some(), expected_safety, "safety of {text}: {:?}", read.reasons);
    }
    println!("{language}: kind {:.3}, language {:.3} of {all}\n{misses}", kinds / all, languages / all);
    assert!(all >= 60.0, "{language}: only {all} messages");
    assert!(Kind::ALL.iter().all(|kind| seen.get(kind).is_some_and(|count| *count >= 4)), "{language}: {seen:?}");
    assert!(kinds / all >= least_kinds, "{language}: kinds {:.3}\n{misses}", kinds / all);
    assert!(languages / all >= least_language, "{language}: languages {:.3}\n{misses}", languages / all);
}

#[test]
fn japanese() {
    check("ja", include_str!("messages/ja.txt"), 0.85, 0.98);
}

#[test]
fn english() {
    check("en", include_str!("messages/en.txt"), 0.85, 0.95);
}

#[test]
fn german() {
    check("de", include_str!("messages/de.txt"), 0.85, 0.95);
}

#[test]
fn spanish() {
    check("es", include_str!("messages/es.txt"), 0.85, 0.95);
}

#[test]
fn french() {
    check("fr", include_str!("messages/fr.txt"), 0.85, 0.95);
}
