//! The corpus as it lies in the repository, against its guide.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use domain::vocabulary::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use training::corpus::{self, Message};

fn messages() -> Vec<Message> {
    corpus::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus")).unwrap()
}

#[test]
fn labels_go_together_as_the_guide_says() {
    let contradictions: Vec<String> = messages()
        .iter()
        .flat_map(|message| message.contradictions().into_iter().map(move |words| format!("{}: {words}", message.id)))
        .collect();
    assert!(contradictions.is_empty(), "{contradictions:#?}");
}

#[test]
fn no_message_is_nearly_another() {
    let messages = messages();
    let named: Vec<(String, &str)> =
        messages.iter().map(|message| (message.id.clone(), message.text.as_str())).collect();
    let found = corpus::near_duplicates(&named, named.len());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_message_is_nearly_a_row_of_the_public_sets_that_are_tested_with() {
    let Some(data) = std::env::var_os("MADOGUCHI_TEST_DATA") else {
        println!("skipped: needs the test data");
        return;
    };
    let rows = test_rows(&PathBuf::from(data).join("data"));
    assert!(rows.len() > 50_000, "{} rows", rows.len());
    let messages = messages();
    // "Danke!" is nobody's: anyone writes it again.
    let longer = messages.iter().filter(|message| message.text.chars().count() >= 20);
    let mut named: Vec<(String, &str)> = longer.map(|message| (message.id.clone(), message.text.as_str())).collect();
    let own = named.len();
    named.extend(rows.iter().map(|(id, text)| (id.clone(), text.as_str())));
    let found = corpus::near_duplicates(&named, own);
    assert!(found.is_empty(), "{found:#?}");
}

/// Every text of every `test.jsonl`.
fn test_rows(data: &Path) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for entry in std::fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path().join("test.jsonl");
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for (index, line) in text.lines().enumerate() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let words = row.get("text").and_then(serde_json::Value::as_str).unwrap_or_default();
            rows.push((format!("{}:{}", path.display(), index + 1), words.to_owned()));
        }
    }
    rows
}

#[test]
fn every_kind_is_written_in_every_language() {
    let messages = messages();
    for language in corpus::LANGUAGES {
        for kind in Kind::ALL {
            let count = messages.iter().filter(|one| one.language() == language && one.kind == *kind).count();
            assert!(count >= 100, "{language} {kind}: {count}");
        }
    }
}

/// Else a split by writer would not be one by industry.
#[test]
fn an_industry_belongs_to_one_writer() {
    let messages = messages();
    let mut writers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for message in &messages {
        writers.entry(&message.industry).or_default().insert(message.writer());
    }
    writers.retain(|_, writers| writers.len() > 1);
    assert!(writers.is_empty(), "{writers:?}");
}
