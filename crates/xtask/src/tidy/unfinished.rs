//! Nothing half done is committed: no marks of unfinished work, no tests that are switched off.

use super::finding::Finding;
use super::source_tree::SourceTree;

const RULE: &str = "unfinished";

/// Written in halves, so that this file does not find itself.
const MARKS: &[(&str, &str)] = &[
    (concat!("tod", "o!("), "finish it"),
    (concat!("unimple", "mented!("), "finish it"),
    (concat!("FIX", "ME"), "mend it or open an issue"),
    (concat!("XX", "X:"), "mend it or open an issue"),
    (concat!("#[ign", "ore"), "a test runs or is removed"),
    (concat!("test.sk", "ip("), "a test runs or is removed"),
    (concat!("test.to", "do("), "a test runs or is removed"),
];

const EXTENSIONS: &[&str] = &[".rs", ".js", ".mjs", ".css", ".html", ".sql", ".toml", ".ftl", ".sh", ".py"];

/// Findings for every mark in a source file.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files() {
        if !EXTENSIONS.iter().any(|end| file.path.ends_with(end)) {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            for (mark, advice) in MARKS {
                if line.contains(mark) {
                    findings.push(Finding::failure(RULE, &file.path, format!("`{mark}`: {advice}")).at(number + 1));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_with_their_line_in_sources_only() {
        let unfinished = format!("fn a() {{\n    {}}}\n", concat!("tod", "o!()"));
        let note = format!("// {} later\n", concat!("FIX", "ME"));
        let tree = SourceTree::of(&[
            ("a.rs", &unfinished),
            ("b.js", &note),
            ("notes.md", &note),
            ("clean.rs", "fn a() { todos(); }"),
        ]);
        let seen: Vec<(String, Option<usize>)> =
            check(&tree).into_iter().map(|found| (found.place, found.line)).collect();
        assert_eq!(seen, [("a.rs".to_owned(), Some(2)), ("b.js".to_owned(), Some(1))]);
    }
}
