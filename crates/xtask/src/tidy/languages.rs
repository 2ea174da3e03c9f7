//! Every language of the screens has exactly the keys of English: nothing untranslated, nothing left over.

use super::finding::Finding;
use super::source_tree::{SourceFile, SourceTree};
use std::collections::{BTreeMap, BTreeSet};

const RULE: &str = "languages";
const HOME: &str = "crates/web/locales/";
const REFERENCE: &str = "en";

/// Findings for missing, surplus and doubled keys; a whole missing file counts as its keys.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    let mut findings = Vec::new();
    // language → file name → keys
    let mut languages: BTreeMap<&str, BTreeMap<&str, BTreeSet<String>>> = BTreeMap::new();
    for file in tree.files() {
        let Some((language, name)) = language_and_name(file) else {
            continue;
        };
        let mut keys = BTreeSet::new();
        for (key, line) in keys_of(&file.text) {
            if !keys.insert(key.clone()) {
                findings.push(Finding::failure(RULE, &file.path, format!("`{key}` stands twice")).at(line));
            }
        }
        languages.entry(language).or_default().insert(name, keys);
    }
    let nothing = BTreeSet::new();
    let reference = languages.get(REFERENCE).cloned().unwrap_or_default();
    for (language, files) in &languages {
        if *language == REFERENCE {
            continue;
        }
        let names: BTreeSet<&str> = reference.keys().chain(files.keys()).copied().collect();
        for name in names {
            let wanted = reference.get(name).unwrap_or(&nothing);
            let present = files.get(name).unwrap_or(&nothing);
            let place = format!("{HOME}{language}/{name}");
            for key in wanted.difference(present) {
                findings.push(Finding::failure(RULE, &place, format!("`{key}` is missing")));
            }
            for key in present.difference(wanted) {
                findings.push(Finding::failure(RULE, &place, format!("`{key}` is not in {REFERENCE}/{name}")));
            }
        }
    }
    findings
}

fn language_and_name(file: &SourceFile) -> Option<(&str, &str)> {
    let (language, name) = file.path.strip_prefix(HOME)?.split_once('/')?;
    name.ends_with(".ftl").then_some((language, name))
}

/// Message ids, terms (`-brand`) and attributes (`message.title`) of a Fluent file, with their lines.
fn keys_of(text: &str) -> Vec<(String, usize)> {
    let mut keys = Vec::new();
    let mut message = String::new();
    for (number, line) in text.lines().enumerate() {
        let Some((name, _)) = line.split_once('=') else {
            continue;
        };
        let name = name.trim_end();
        if let Some(attribute) = name.trim_start().strip_prefix('.') {
            if is_identifier(attribute) && line.starts_with(' ') {
                keys.push((format!("{message}.{attribute}"), number + 1));
            }
        } else if is_identifier(name.strip_prefix('-').unwrap_or(name)) {
            name.clone_into(&mut message);
            keys.push((message.clone(), number + 1));
        }
    }
    keys
}

/// `[a-zA-Z][a-zA-Z0-9_-]*`: a continuation line that happens to hold `=` is indented and fails this.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_messages_terms_and_attributes() {
        let text = "# a = comment\n-brand = Madoguchi\nsend = Send\n    .title = Send now\n\
                    count = { $number ->\n    [one] a = b\n   *[other] c\n }\n";
        let keys: Vec<String> = keys_of(text).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["-brand", "send", "send.title", "count"]);
    }

    #[test]
    fn languages_hold_the_same_keys() {
        let tree = SourceTree::of(&[
            ("crates/web/locales/en/inbox.ftl", "open = Open\nclose = Close\n"),
            ("crates/web/locales/en/login.ftl", "sign-in = Sign in\n"),
            ("crates/web/locales/ja/inbox.ftl", "open = 開く\nold = 古い\nopen = 開く\n"),
        ]);
        let messages: Vec<String> =
            check(&tree).into_iter().map(|found| format!("{}: {}", found.place, found.message)).collect();
        assert_eq!(
            messages,
            [
                "crates/web/locales/ja/inbox.ftl: `open` stands twice",
                "crates/web/locales/ja/inbox.ftl: `close` is missing",
                "crates/web/locales/ja/inbox.ftl: `old` is not in en/inbox.ftl",
                "crates/web/locales/ja/login.ftl: `sign-in` is missing",
            ]
        );
    }
}
