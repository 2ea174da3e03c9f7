//! Modules are named after their subject, never after being a drawer.

use super::finding::Finding;
use super::source_tree::SourceTree;
use std::collections::BTreeSet;

const RULE: &str = "banned_names";

const BANNED: &[&str] = &["util", "utils", "helper", "helpers", "common", "manager", "misc", "shared", "stuff"];

/// Code only: a word list that all languages have in common may say so.
const EXTENSIONS: &[&str] = &[".rs", ".js", ".mjs", ".css", ".py"];

/// Findings for drawers under `crates/` and `e2e/`.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    let mut drawers = BTreeSet::new();
    for file in tree.files() {
        let ours = file.path.starts_with("crates/") || file.path.starts_with("e2e/");
        if !ours || !EXTENSIONS.iter().any(|end| file.path.ends_with(end)) {
            continue;
        }
        let parts: Vec<&str> = file.path.split('/').collect();
        for (index, part) in parts.iter().enumerate() {
            let stem = part.split('.').next().unwrap_or(part);
            if BANNED.contains(&stem) {
                drawers.insert(parts.get(..=index).unwrap_or(&parts).join("/"));
            }
        }
    }
    drawers.iter().map(|place| Finding::failure(RULE, place, "name it after its subject")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawer_is_reported_once_however_much_it_holds() {
        let tree = SourceTree::of(&[
            ("crates/a/src/utils/one.rs", ""),
            ("crates/a/src/utils/two.rs", ""),
            ("crates/a/src/window_manager_rules.rs", ""),
            ("crates/b/src/manager.rs", ""),
            ("crates/language/lexicons/common.toml", ""),
            ("docs/common.md", ""),
        ]);
        let places: Vec<String> = check(&tree).into_iter().map(|found| found.place).collect();
        assert_eq!(places, ["crates/a/src/utils", "crates/b/src/manager.rs"]);
    }
}
