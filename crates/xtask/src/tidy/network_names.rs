//! A network is known in its own folder and one registry line: elsewhere its id and module do not appear.

use super::finding::Finding;
use super::network_folders;
use super::rust_tokens::{Kind, Token, tokens};
use super::source_tree::{SourceFile, SourceTree};

const RULE: &str = "network_names";

/// The file that holds the one registry line of each network.
const REGISTRY: &[&str] = &["crates/networks/src/lib.rs", "crates/networks/src/registry.rs"];

/// Places where the same letters mean something else, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("crates/web/src/screens/commands.rs", "the registry of keys: `x` selects a row"),
    ("crates/madoguchi/src/commands/demo.rs", "the demo's world is one of this network"),
];

/// Findings for ids as string literals and for paths into a network's module.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    check_with(tree, EXCEPTIONS)
}

fn check_with(tree: &SourceTree, exceptions: &[(&str, &str)]) -> Vec<Finding> {
    let ids = network_folders::ids(tree);
    let mut findings = Vec::new();
    for file in tree.rust_files() {
        if file.is_test()
            || file.crate_name().is_none_or(|name| name == "xtask")
            || REGISTRY.contains(&file.path.as_str())
            || exceptions.iter().any(|(path, _)| *path == file.path)
        {
            continue;
        }
        let tokens = tokens(&file.text);
        for id in &ids {
            if !may_know(file, id) {
                findings.extend(check_file(file, &tokens, id));
            }
        }
    }
    findings
}

/// Its own folder, and its simulated counterpart.
fn may_know(file: &SourceFile, id: &str) -> bool {
    ["crates/networks/src/", "crates/simulator/src/"]
        .iter()
        .any(|home| {
            file.path.starts_with(&format!("{home}{id}/"))
                || file.path == format!("{home}{id}.rs")
        })
        // The simulator uses nothing of ours: its own registry names its networks.
        || file.path == "crates/simulator/src/lib.rs"
}

fn check_file(file: &SourceFile, tokens: &[Token], id: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.in_test {
            continue;
        }
        if matches!(&token.kind, Kind::Text(text) if text == id) {
            findings.push(
                Finding::failure(RULE, &file.path, format!("the id \"{id}\": ask the registry or the channel for it"))
                    .at(token.line),
            );
        }
        if token.name() == Some("networks") && leads_into(tokens, index + 1, id) {
            findings.push(
                Finding::failure(RULE, &file.path, format!("`networks::{id}`: go through the registry")).at(token.line),
            );
        }
    }
    findings
}

/// Whether the tokens after `networks` are `::id` or `::{…, id, …}`.
fn leads_into(tokens: &[Token], after: usize, id: &str) -> bool {
    let colon = |position: usize| tokens.get(position).is_some_and(|token| token.is_mark(':'));
    if !(colon(after) && colon(after + 1)) {
        return false;
    }
    let Some(next) = tokens.get(after + 2) else {
        return false;
    };
    if next.name() == Some(id) {
        return true;
    }
    if !next.is_mark('{') {
        return false;
    }
    // Names that open a path inside the braces: after `{` or `,`.
    let inside = tokens.get(after + 2..).unwrap_or_default();
    inside
        .iter()
        .zip(inside.iter().skip(1))
        .take_while(|(token, _)| !token.is_mark('}'))
        .any(|(before, token)| (before.is_mark('{') || before.is_mark(',')) && token.name() == Some(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NETWORK: (&str, &str) = ("crates/networks/src/x/normalise.rs", "//! a\nconst I: &str = \"x\";");

    fn places(files: &[(&str, &str)], exceptions: &[(&str, &str)]) -> Vec<(String, usize)> {
        let mut all = vec![NETWORK];
        all.extend_from_slice(files);
        check_with(&SourceTree::of(&all), exceptions)
            .into_iter()
            .map(|found| (found.place, found.line.unwrap()))
            .collect()
    }

    #[test]
    fn the_id_is_found_outside_its_places() {
        let knows = "//! a\nfn f(n: &str) -> bool { n == \"x\" }";
        assert_eq!(
            places(
                &[
                    ("crates/desk/src/reply.rs", knows),
                    ("crates/networks/src/lib.rs", knows),
                    ("crates/simulator/src/x/wire.rs", knows),
                    ("crates/web/tests/it/main.rs", knows),
                    ("crates/web/src/other.rs", "//! a\nfn f() { g(\"x-axis\") }"),
                ],
                &[]
            ),
            [("crates/desk/src/reply.rs".to_owned(), 2)]
        );
    }

    #[test]
    fn the_module_is_found_alone_and_in_braces() {
        let alone = "//! a\nuse networks::x::Send;";
        let braces = "//! a\nuse networks::{Outcome, x};";
        let innocent = "//! a\nuse networks::{Outcome, axis::x};\nfn f(x: u8) { networks::all() }";
        assert_eq!(
            places(
                &[
                    ("crates/desk/src/a.rs", alone),
                    ("crates/desk/src/b.rs", braces),
                    ("crates/desk/src/c.rs", innocent),
                ],
                &[]
            ),
            [("crates/desk/src/a.rs".to_owned(), 2), ("crates/desk/src/b.rs".to_owned(), 2)]
        );
    }

    #[test]
    fn an_exception_with_a_reason_is_respected() {
        let keys = "//! a\nconst SELECT: &str = \"x\";";
        assert!(places(&[("crates/web/src/keys.rs", keys)], &[("crates/web/src/keys.rs", "the x key")]).is_empty());
    }
}
