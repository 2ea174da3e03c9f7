//! `domain` and `language` do no IO and read no clock: the same rules run live, in simulation and in tests.

use super::finding::Finding;
use super::rust_tokens::{Token, tokens};
use super::source_tree::{SourceFile, SourceTree};

const RULE: &str = "pure_domain";

const PURE: &[&str] = &["domain", "language"];

/// Paths whose use means IO, a clock or an async runtime.
const IMPURE: &[&[&str]] = &[
    &["SystemTime", "now"],
    &["Instant", "now"],
    &["Timestamp", "now"],
    &["Zoned", "now"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "process"],
    &["std", "env"],
    &["tokio"],
    &["reqwest"],
];

/// Findings for impure paths in the pure crates, tests aside.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    tree.rust_files()
        .filter(|file| !file.is_test() && file.file_name() != "build.rs")
        .filter(|file| file.crate_name().is_some_and(|name| PURE.contains(&name)))
        .flat_map(check_file)
        .collect()
}

fn check_file(file: &SourceFile) -> Vec<Finding> {
    let tokens = tokens(&file.text);
    let mut findings = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.in_test {
            continue;
        }
        let rest = tokens.get(index..).unwrap_or_default();
        if let Some(path) = IMPURE.iter().find(|path| is_path(rest, path)) {
            findings.push(
                Finding::failure(RULE, &file.path, format!("`{}`: pass the value in instead", path.join("::")))
                    .at(token.line),
            );
        }
    }
    findings
}

/// Whether `tokens` open with this path; a path of one part counts only as the root of a longer one.
fn is_path(tokens: &[Token], path: &[&str]) -> bool {
    let mut position = 0;
    for part in path {
        if tokens.get(position).and_then(Token::name) != Some(part) {
            return false;
        }
        let separated = (1..=2).all(|step| tokens.get(position + step).is_some_and(|token| token.is_mark(':')));
        if !separated {
            return path.len() > 1 && path.last() == Some(part);
        }
        position += 3;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_files_are_found_in_pure_crates() {
        let impure = "//! x\nfn a() { std::fs::read(p); jiff::Timestamp::now(); }\nuse tokio::fs;\n";
        let pure = "//! x\nfn b(now: Timestamp) -> bool { now > tokio && std::mem::swap(a, b) }\n";
        let tree = SourceTree::of(&[
            ("crates/domain/src/a.rs", impure),
            ("crates/domain/src/b.rs", pure),
            ("crates/store/src/a.rs", impure),
        ]);
        let lines: Vec<(String, Option<usize>)> =
            check(&tree).into_iter().map(|found| (found.message, found.line)).collect();
        assert_eq!(
            lines,
            [
                ("`std::fs`: pass the value in instead".to_owned(), Some(2)),
                ("`Timestamp::now`: pass the value in instead".to_owned(), Some(2)),
                ("`tokio`: pass the value in instead".to_owned(), Some(3)),
            ]
        );
    }
}
