//! Every Rust file opens with `//!` and one sentence that says what it is.

use super::finding::Finding;
use super::source_tree::SourceTree;

const RULE: &str = "first_line";

/// Findings for files that open with anything else.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    tree.rust_files()
        .filter(|file| {
            let first = file.text.lines().next().unwrap_or_default();
            first.strip_prefix("//! ").is_none_or(|sentence| sentence.trim().len() < 3)
        })
        .map(|file| Finding::failure(RULE, &file.path, "open the file with `//! what it is`").at(1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_says_what_the_file_is() {
        let tree = SourceTree::of(&[
            ("good.rs", "//! Retry policy by error class.\n"),
            ("empty.rs", ""),
            ("mute.rs", "//! \nfn main() {}"),
            ("late.rs", "use std::fmt;\n//! Too late.\n"),
            ("page.html", "<html>"),
        ]);
        let places: Vec<String> = check(&tree).into_iter().map(|found| found.place).collect();
        assert_eq!(places, ["empty.rs", "late.rs", "mute.rs"]);
    }
}
