//! Every crate takes its lints, version and licence from the workspace, which forbids unsafe code.

use super::finding::Finding;
use super::source_tree::SourceTree;
use anyhow::{Context, Result};
use toml::{Table, Value};

const RULE: &str = "workspace_lints";

/// Fields of `[package]` that the workspace decides.
const INHERITED: &[&str] = &["version", "edition", "license", "publish", "rust-version"];

/// Findings for manifests that opt out.
pub fn check(tree: &SourceTree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in tree.files() {
        let parts: Vec<&str> = file.path.split('/').collect();
        let is_root = parts.as_slice() == ["Cargo.toml"];
        let is_crate = matches!(parts.as_slice(), ["crates", _, "Cargo.toml"]);
        if !is_root && !is_crate {
            continue;
        }
        let manifest: Table = toml::from_str(&file.text).with_context(|| format!("reading {}", file.path))?;
        let mut found = |message: String| {
            findings.push(Finding::failure(RULE, &file.path, message));
        };
        if is_root {
            let unsafe_code = at(&manifest, &["workspace", "lints", "rust", "unsafe_code"]);
            if unsafe_code.and_then(Value::as_str) != Some("forbid") {
                found("`unsafe_code` must be `forbid` in [workspace.lints.rust]".to_owned());
            }
            continue;
        }
        if at(&manifest, &["lints", "workspace"]).and_then(Value::as_bool) != Some(true) {
            found("needs `[lints] workspace = true`".to_owned());
        }
        for field in INHERITED {
            let inherited = at(&manifest, &["package", field, "workspace"]);
            if inherited.and_then(Value::as_bool) != Some(true) {
                found(format!("needs `{field}.workspace = true`"));
            }
        }
    }
    Ok(findings)
}

fn at<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Value> {
    let (last, folders) = path.split_last()?;
    let mut here = table;
    for folder in folders {
        here = here.get(*folder)?.as_table()?;
    }
    here.get(*last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_that_opt_out_are_found() {
        let good = "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\n\
                    license.workspace = true\npublish.workspace = true\nrust-version.workspace = true\n\
                    [lints]\nworkspace = true\n";
        let bad =
            good.replace("[lints]\nworkspace = true\n", "").replace("license.workspace = true", "license = \"MIT\"");
        let tree = SourceTree::of(&[
            ("Cargo.toml", "[workspace.lints.rust]\nunsafe_code = \"deny\"\n"),
            ("crates/a/Cargo.toml", good),
            ("crates/b/Cargo.toml", &bad),
        ]);
        let messages: Vec<String> =
            check(&tree).unwrap().into_iter().map(|found| format!("{}: {}", found.place, found.message)).collect();
        assert_eq!(
            messages,
            [
                "Cargo.toml: `unsafe_code` must be `forbid` in [workspace.lints.rust]",
                "crates/b/Cargo.toml: needs `[lints] workspace = true`",
                "crates/b/Cargo.toml: needs `license.workspace = true`",
            ]
        );
    }
}
