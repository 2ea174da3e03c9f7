//! `cargo xtask tidy`: what the architecture promises and no compiler checks.

mod banned_names;
mod crate_edges;
mod dependency_terms;
mod file_length;
mod finding;
mod first_line;
mod languages;
mod metadata;
mod network_folders;
mod network_names;
mod pure_domain;
mod rust_tokens;
mod source_tree;
mod spdx;
mod sql_in_store;
mod test_layout;
mod unfinished;
mod workspace_lints;

use crate::workspace;
use anyhow::{Result, bail};
use finding::{Finding, Severity};
use metadata::Metadata;
use source_tree::SourceTree;

/// Runs every rule on the checkout; an error when one of them fails.
pub fn run() -> Result<()> {
    let root = workspace::root();
    let tree = SourceTree::of_checkout(&root)?;
    let metadata = Metadata::of_workspace(&root)?;

    let mut findings = Vec::new();
    findings.extend(crate_edges::check(&metadata));
    findings.extend(dependency_terms::check(&tree, &metadata)?);
    findings.extend(workspace_lints::check(&tree)?);
    findings.extend(file_length::check(&tree));
    findings.extend(first_line::check(&tree));
    findings.extend(banned_names::check(&tree));
    findings.extend(unfinished::check(&tree));
    findings.extend(test_layout::check(&tree));
    findings.extend(sql_in_store::check(&tree));
    findings.extend(pure_domain::check(&tree));
    findings.extend(network_folders::check(&tree));
    findings.extend(network_names::check(&tree));
    findings.extend(languages::check(&tree));
    findings.sort();

    report(&findings)
}

fn report(findings: &[Finding]) -> Result<()> {
    for finding in findings {
        println!("{finding}");
    }
    let failures = findings.iter().filter(|finding| finding.severity == Severity::Failure).count();
    let warnings = findings.len() - failures;
    if failures > 0 {
        bail!("tidy: {failures} to mend, {warnings} to watch");
    }
    println!("tidy: nothing to mend, {warnings} to watch");
    Ok(())
}
