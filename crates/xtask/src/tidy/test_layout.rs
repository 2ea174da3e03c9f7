//! One integration-test binary a crate, `tests/it/main.rs`: each further binary links everything again.

use super::finding::Finding;
use super::source_tree::SourceTree;

const RULE: &str = "test_layout";

/// Findings for test binaries beside `tests/it`.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_files() {
        let parts: Vec<&str> = file.path.split('/').collect();
        let binary_beside = match parts.as_slice() {
            ["crates", _, "tests", name] => name.ends_with(".rs"),
            ["crates", _, "tests", folder, "main.rs"] => *folder != "it",
            _ => false,
        };
        if binary_beside {
            findings.push(Finding::failure(RULE, &file.path, "make it a module of tests/it/main.rs"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_binary_is_found() {
        let tree = SourceTree::of(&[
            ("crates/a/tests/it/main.rs", ""),
            ("crates/a/tests/it/story.rs", ""),
            ("crates/a/tests/attacks.rs", ""),
            ("crates/b/tests/slow/main.rs", ""),
        ]);
        let places: Vec<String> = check(&tree).into_iter().map(|found| found.place).collect();
        assert_eq!(places, ["crates/a/tests/attacks.rs", "crates/b/tests/slow/main.rs"]);
    }
}
