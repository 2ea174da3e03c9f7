//! One subject a file: Rust files above 400 lines are watched, above 600 they fail.

use super::finding::Finding;
use super::source_tree::SourceTree;

const RULE: &str = "file_length";
const WATCH: usize = 400;
const LIMIT: usize = 600;

/// Files that may be longer, each with the reason.
const EXCEPTIONS: &[(&str, &str)] =
    &[("crates/web/tests/it/screens/sample.rs", "sample data of every screen: one list, not one subject in pieces")];

/// Findings for long Rust files.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    check_with(tree, EXCEPTIONS)
}

fn check_with(tree: &SourceTree, exceptions: &[(&str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_files() {
        let lines = file.text.lines().count();
        let excepted = exceptions.iter().any(|(path, _)| *path == file.path);
        if lines > LIMIT && !excepted {
            findings.push(Finding::failure(
                RULE,
                &file.path,
                format!("{lines} lines (limit {LIMIT}): split it by subject"),
            ));
        } else if lines > WATCH && !excepted {
            findings.push(Finding::warning(RULE, &file.path, format!("{lines} lines: is it one subject?")));
        }
    }
    for (path, _) in exceptions {
        if tree.file(path).is_none_or(|file| file.text.lines().count() <= LIMIT) {
            findings.push(Finding::failure(RULE, path, "no longer needs its exception: remove it from the list"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::Severity;

    #[test]
    fn length_is_watched_then_refused_unless_excepted() {
        let long = "//! x\n".repeat(601);
        let tree = SourceTree::of(&[
            ("a.rs", &"//! x\n".repeat(400)),
            ("b.rs", &"//! x\n".repeat(401)),
            ("c.rs", &long),
            ("d.rs", &long),
            ("data.json", &"1\n".repeat(5000)),
        ]);
        let findings = check_with(&tree, &[("d.rs", "a table"), ("gone.rs", "old")]);
        let seen: Vec<(&str, Severity)> =
            findings.iter().map(|finding| (finding.place.as_str(), finding.severity)).collect();
        assert_eq!(seen, [("b.rs", Severity::Warning), ("c.rs", Severity::Failure), ("gone.rs", Severity::Failure),]);
    }
}
