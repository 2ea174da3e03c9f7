//! A network is one complete folder: what it is, how it receives and sends, samples, tests, documentation.

use super::finding::Finding;
use super::source_tree::SourceTree;
use std::collections::BTreeSet;

const RULE: &str = "network_folders";
const HOME: &str = "crates/networks/src/";
const MODULE_LIMIT: usize = 80;

/// The ids of the networks: folders of `crates/networks/src` with a `normalise.rs`.
pub fn ids(tree: &SourceTree) -> BTreeSet<String> {
    tree.files()
        .filter_map(|file| {
            let rest = file.path.strip_prefix(HOME)?;
            let (id, name) = rest.split_once('/')?;
            (name == "normalise.rs").then(|| id.to_owned())
        })
        .collect()
}

/// Findings for missing parts and for an opening file that grew.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for id in ids(tree) {
        let folder = format!("{HOME}{id}/");
        for part in ["mod.rs", "receive.rs", "send.rs"] {
            if tree.file(&format!("{folder}{part}")).is_none() {
                findings.push(Finding::failure(RULE, &folder, format!("has no {part}")));
            }
        }
        if tree.file(&format!("{folder}tests.rs")).is_none() && !tree.has_folder(&format!("{folder}tests/")) {
            findings.push(Finding::failure(RULE, &folder, "has no tests.rs"));
        }
        if !tree.has_folder(&format!("{folder}fixtures/")) {
            findings.push(Finding::failure(RULE, &folder, "has no fixtures/: one file per kind of event"));
        }
        let page = format!("docs/networks/{id}.md");
        if tree.file(&page).is_none() {
            findings.push(Finding::failure(RULE, &folder, format!("has no {page}")));
        }
        if let Some(module) = tree.file(&format!("{folder}mod.rs")) {
            let lines = module.text.lines().count();
            if lines > MODULE_LIMIT {
                findings.push(Finding::warning(
                    RULE,
                    &module.path,
                    format!("{lines} lines: what a network is fits into {MODULE_LIMIT}"),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_network_passes_and_missing_parts_are_named() {
        let tree = SourceTree::of(&[
            ("crates/networks/src/lib.rs", ""),
            ("crates/networks/src/x/mod.rs", ""),
            ("crates/networks/src/x/normalise.rs", ""),
            ("crates/networks/src/x/receive.rs", ""),
            ("crates/networks/src/x/send.rs", ""),
            ("crates/networks/src/x/tests.rs", ""),
            ("crates/networks/src/x/fixtures/mention.json", "{}"),
            ("docs/networks/x.md", ""),
            ("crates/networks/src/line/mod.rs", &"//! x\n".repeat(81)),
            ("crates/networks/src/line/normalise.rs", ""),
            ("crates/networks/src/outcome/kinds.rs", ""),
        ]);
        assert_eq!(ids(&tree).into_iter().collect::<Vec<_>>(), ["line".to_owned(), "x".to_owned()]);
        let findings = check(&tree);
        assert!(findings.iter().all(|found| found.place.contains("/line/")));
        let messages: Vec<&str> = findings.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "has no receive.rs",
                "has no send.rs",
                "has no tests.rs",
                "has no fixtures/: one file per kind of event",
                "has no docs/networks/line.md",
                "81 lines: what a network is fits into 80",
            ]
        );
    }
}
