//! SQL stands in `store` alone, so that two engines and the scope of every query are one crate's care.

use super::finding::Finding;
use super::rust_tokens::{Kind, tokens};
use super::source_tree::{SourceFile, SourceTree};

const RULE: &str = "sql_in_store";

/// Crates that may hold SQL: its home, and the tool that looks for it.
const HOMES: &[&str] = &["store", "xtask"];

/// Findings for string literals that read like a statement, outside `store` and outside tests.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    tree.rust_files()
        .filter(|file| !file.is_test())
        .filter(|file| file.crate_name().is_some_and(|name| !HOMES.contains(&name)))
        .flat_map(check_file)
        .collect()
}

fn check_file(file: &SourceFile) -> Vec<Finding> {
    tokens(&file.text)
        .into_iter()
        .filter(|token| !token.in_test)
        .filter_map(|token| match &token.kind {
            Kind::Text(text) if is_statement(text) => {
                Some(Finding::failure(RULE, &file.path, "SQL belongs into crates/store").at(token.line))
            }
            _ => None,
        })
        .collect()
}

/// The first words, in capitals, and the word that must follow somewhere: `SELECT … FROM`.
/// A heading such as "SELECT A VIEW" or "DELETE" is no statement.
const SHAPES: &[(&[&str], &str)] = &[
    (&["SELECT"], "FROM"),
    (&["INSERT", "INTO"], ""),
    (&["INSERT", "OR"], "INTO"),
    (&["UPDATE"], "SET"),
    (&["DELETE", "FROM"], ""),
    (&["WITH"], "AS"),
    (&["CREATE", "TABLE"], ""),
    (&["CREATE", "INDEX"], ""),
    (&["ALTER", "TABLE"], ""),
    (&["DROP", "TABLE"], ""),
    (&["PRAGMA"], ""),
    (&["BEGIN", "IMMEDIATE"], ""),
];

fn is_statement(text: &str) -> bool {
    let flat = text.replace("\\n", " ").replace('\\', " ");
    let words: Vec<&str> = flat.split_whitespace().collect();
    SHAPES.iter().any(|(opening, later)| {
        words.starts_with(opening) && words.len() > opening.len() && (later.is_empty() || words.contains(later))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_told_from_prose() {
        for statement in [
            "SELECT id FROM cases",
            "\\n    UPDATE cases SET state = $1",
            "WITH due AS (SELECT 1) SELECT id FROM due",
            "DELETE FROM drafts WHERE agent = $1",
            "PRAGMA journal_mode=WAL",
        ] {
            assert!(is_statement(statement), "{statement}");
        }
        for prose in
            ["Select a view FROM the list", "SELECT", "UPDATE available", "DELETE", "WITH pleasure", "selected"]
        {
            assert!(!is_statement(prose), "{prose}");
        }
    }

    #[test]
    fn only_product_code_outside_the_store_is_found() {
        let statement = "//! x\nfn f() { q(\"SELECT 1 FROM a\") }\n";
        let in_tests = "//! x\n#[cfg(test)]\nmod tests { fn f() { q(\"SELECT 1 FROM a\") } }\n";
        let tree = SourceTree::of(&[
            ("crates/desk/src/close.rs", statement),
            ("crates/desk/src/open.rs", in_tests),
            ("crates/desk/tests/it/main.rs", statement),
            ("crates/store/src/cases.rs", statement),
        ]);
        let findings = check(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].place, "crates/desk/src/close.rs");
        assert_eq!(findings[0].line, Some(2));
    }
}
