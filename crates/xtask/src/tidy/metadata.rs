//! The part of `cargo metadata` that the rules read.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::Path;
use std::process::Command;

/// Packages of the workspace and of everything it depends on.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    /// Our packages and theirs.
    pub packages: Vec<Package>,
    /// Ids of our packages.
    pub workspace_members: Vec<String>,
}

/// One package.
#[derive(Clone, Debug, Deserialize)]
pub struct Package {
    /// The crate's name.
    pub name: String,
    /// Version in semver form.
    pub version: String,
    /// Unique id in this metadata.
    pub id: String,
    /// SPDX expression, if the package states one.
    pub license: Option<String>,
    /// Where it comes from; none for a path of ours.
    pub source: Option<String>,
    /// What its manifest asks for.
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
}

/// One line under `[dependencies]`, `[dev-dependencies]` or `[build-dependencies]`.
#[derive(Clone, Debug, Deserialize)]
pub struct Dependency {
    /// The depended-on crate's name.
    pub name: String,
    /// None, `dev` or `build`.
    pub kind: Option<String>,
    /// Set for a crate of ours.
    pub path: Option<String>,
}

impl Metadata {
    /// Asks cargo, for Linux only: what never reaches our binary needs no licence check.
    pub fn of_workspace(root: &Path) -> Result<Self> {
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["metadata", "--format-version=1"])
            .args(["--filter-platform=x86_64-unknown-linux-gnu"])
            .current_dir(root)
            .output()
            .context("running cargo metadata")?;
        if !output.status.success() {
            bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        serde_json::from_slice(&output.stdout).context("reading the output of cargo metadata")
    }

    /// The crates of this workspace.
    pub fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }

    /// The crates from outside.
    pub fn theirs(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| !self.workspace_members.contains(&package.id))
    }
}
