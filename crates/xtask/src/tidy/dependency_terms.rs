//! Licences and sources of everything we build upon, against the lists in `deny.toml`.

use super::finding::Finding;
use super::metadata::Metadata;
use super::source_tree::SourceTree;
use super::spdx;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

const RULE: &str = "dependency_terms";
const LISTS: &str = "deny.toml";

/// The parts of cargo-deny's configuration that we share with it.
#[derive(Deserialize)]
struct Lists {
    licenses: Licenses,
    #[serde(default)]
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize, Default)]
struct Bans {
    #[serde(default)]
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

/// The part of npm's lock file that we read.
#[derive(Deserialize)]
struct NpmLock {
    packages: BTreeMap<String, NpmPackage>,
}

#[derive(Deserialize)]
struct NpmPackage {
    license: Option<String>,
    resolved: Option<String>,
    integrity: Option<String>,
    #[serde(default, rename = "hasInstallScript")]
    has_install_script: bool,
}

/// Findings for crates and npm packages with other terms or from other places.
pub fn check(tree: &SourceTree, metadata: &Metadata) -> Result<Vec<Finding>> {
    let text = &tree.file(LISTS).with_context(|| format!("{LISTS} is missing"))?.text;
    let lists: Lists = toml::from_str(text).with_context(|| format!("reading {LISTS}"))?;
    let mut findings = check_crates(metadata, &lists);
    for file in tree.files().filter(|file| file.file_name() == "package-lock.json") {
        let lock: NpmLock = serde_json::from_str(&file.text).with_context(|| format!("reading {}", file.path))?;
        findings.extend(check_npm(&file.path, &lock, &lists.licenses.allow));
    }
    Ok(findings)
}

fn check_crates(metadata: &Metadata, lists: &Lists) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in metadata.theirs() {
        let place = format!("{} {}", package.name, package.version);
        let license = package.license.as_deref().unwrap_or_default();
        if !spdx::is_allowed(license, &lists.licenses.allow) {
            findings.push(Finding::failure(RULE, &place, format!("licence `{license}` is not in {LISTS}")));
        }
        let source = package.source.as_deref().unwrap_or("a path");
        if !(source.starts_with("registry+") && source.ends_with("/crates.io-index")) {
            findings.push(Finding::failure(RULE, &place, format!("comes from {source}, not from the crate registry")));
        }
        if let Some(ban) = lists.bans.deny.iter().find(|ban| ban.name == package.name) {
            findings.push(Finding::failure(RULE, &place, ban.reason.clone()));
        }
    }
    findings
}

fn check_npm(lock_path: &str, lock: &NpmLock, allowed: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, package) in &lock.packages {
        // The entry without a name is our own package.
        let Some(name) = path.strip_prefix("node_modules/") else {
            continue;
        };
        let mut found = |message: String| {
            findings.push(Finding::failure(RULE, lock_path, format!("{name}: {message}")));
        };
        let license = package.license.as_deref().unwrap_or_default();
        if !spdx::is_allowed(license, allowed) {
            found(format!("licence `{license}` is not in {LISTS}"));
        }
        if package.integrity.is_none() {
            found("has no integrity hash".to_owned());
        }
        if package.resolved.as_deref().is_some_and(|address| !address.starts_with("https://")) {
            found("is not fetched from the registry".to_owned());
        }
        if package.has_install_script {
            found("runs a script when it is installed".to_owned());
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::metadata::Package;

    const REGISTRY: &str = "registry+https://example.org/crates.io-index";

    fn metadata(packages: &[(&str, Option<&str>, &str)]) -> Metadata {
        Metadata {
            packages: packages
                .iter()
                .map(|(name, license, source)| Package {
                    name: (*name).to_owned(),
                    version: "1.0.0".to_owned(),
                    id: (*name).to_owned(),
                    license: license.map(str::to_owned),
                    source: Some((*source).to_owned()),
                    dependencies: Vec::new(),
                })
                .collect(),
            workspace_members: Vec::new(),
        }
    }

    const DENY: &str =
        "[licenses]\nallow = [\"MIT\"]\n[[bans.deny]]\ncrate = \"openssl\"\nreason = \"rustls instead\"\n";

    #[test]
    fn terms_and_sources_of_crates_are_checked() {
        let tree = SourceTree::of(&[("deny.toml", DENY)]);
        let packages = metadata(&[
            ("good", Some("MIT OR Apache-2.0"), REGISTRY),
            ("silent", None, REGISTRY),
            ("forked", Some("MIT"), "git+https://example.org/fork"),
            ("openssl", Some("MIT"), REGISTRY),
        ]);
        let messages: Vec<String> = check(&tree, &packages)
            .unwrap()
            .into_iter()
            .map(|found| format!("{}: {}", found.place, found.message))
            .collect();
        assert_eq!(
            messages,
            [
                "silent 1.0.0: licence `` is not in deny.toml",
                "forked 1.0.0: comes from git+https://example.org/fork, not from the crate registry",
                "openssl 1.0.0: rustls instead",
            ]
        );
    }

    #[test]
    fn npm_packages_have_terms_and_hashes_and_run_nothing() {
        let lock = r#"{"packages":{"":{"license":"Apache-2.0"},
            "node_modules/good":{"license":"MIT","integrity":"sha512-x"},
            "node_modules/bad":{"license":"GPL-3.0","resolved":"git+ssh://example.org","hasInstallScript":true}}}"#;
        let tree = SourceTree::of(&[("deny.toml", DENY), ("e2e/package-lock.json", lock)]);
        let messages: Vec<String> =
            check(&tree, &metadata(&[])).unwrap().into_iter().map(|found| found.message).collect();
        assert_eq!(
            messages,
            [
                "bad: licence `GPL-3.0` is not in deny.toml",
                "bad: has no integrity hash",
                "bad: is not fetched from the registry",
                "bad: runs a script when it is installed",
            ]
        );
    }

    #[test]
    fn the_lists_must_exist() {
        assert!(check(&SourceTree::of(&[]), &metadata(&[])).is_err());
    }
}
