//! The list of steps, and the variables that every one of them sees.

use super::step::Step;
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The names, for the command line.
pub const NAMES: [&str; 8] = ["format", "lints", "tidy", "documentation", "tests", "examples", "harness", "browser"];

/// Builds the product as the step `tests` does: another choice of packages has other features, and half of the
/// dependencies would be compiled once more.
const TESTED_BUILD: &str = "test --workspace --locked --no-run";

/// All steps, quick ones first.
pub fn all(root: &Path) -> Vec<Step> {
    let cargo = || std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let cargo_with = |arguments: &str| -> Vec<OsString> {
        std::iter::once(cargo()).chain(arguments.split_whitespace().map(OsString::from)).collect()
    };
    let step =
        |name, commands| Step { name, commands, folder: PathBuf::new(), variables: Vec::new(), needs_postgres: false };
    let node_tests = |folder: &str| -> Vec<OsString> {
        ["node", "--test", "--test-concurrency=1", "--test-reporter=spec"]
            .into_iter()
            .map(OsString::from)
            .chain(test_files(&root.join("e2e").join(folder)))
            .collect()
    };
    let ourselves = std::env::current_exe().map_or_else(|_| "xtask".into(), PathBuf::into_os_string);
    let runner = if has_nextest() {
        "nextest run --workspace --locked --no-fail-fast"
    } else {
        "test --workspace --locked --no-fail-fast --lib --bins --tests"
    };
    vec![
        step("format", vec![cargo_with("fmt --all --check")]),
        step("lints", vec![cargo_with("clippy --workspace --all-targets --locked -- -D warnings")]),
        step("tidy", vec![vec![ourselves, "tidy".into()]]),
        Step {
            variables: vec![("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links".into())],
            ..step("documentation", vec![cargo_with("doc --workspace --locked --no-deps --document-private-items")])
        },
        Step { needs_postgres: true, ..step("tests", vec![cargo_with(runner)]) },
        Step {
            needs_postgres: true,
            ..step("examples", vec![cargo_with("test --workspace --locked --no-fail-fast --doc")])
        },
        Step { folder: "e2e".into(), ..step("harness", vec![node_tests("checks")]) },
        Step {
            needs_postgres: true,
            folder: "e2e".into(),
            ..step("browser", vec![cargo_with(TESTED_BUILD), node_tests("stories")])
        },
    ]
}

/// What tests may ask for: the test data beside the checkout and the Python with the outside clients.
pub fn environment(root: &Path) -> Result<Vec<(String, OsString)>> {
    let mut variables = Vec::new();
    let beside = root.join("../shared");
    if std::env::var_os("MADOGUCHI_TEST_DATA").is_none() && beside.is_dir() {
        let data = beside.canonicalize().context("resolving the folder of the test data")?;
        variables.push(("MADOGUCHI_TEST_DATA".to_owned(), data.into_os_string()));
    }
    let python = root.join("target/venv/bin/python");
    if std::env::var_os("MADOGUCHI_TEST_PYTHON").is_none() && python.exists() {
        variables.push(("MADOGUCHI_TEST_PYTHON".to_owned(), python.into_os_string()));
    }
    // The official client's session against the simulated network.
    variables.push(("MADOGUCHI_XDK".to_owned(), "1".into()));
    Ok(variables)
}

/// The `*.test.mjs` files of a folder in order, since node 20 expands no patterns itself.
fn test_files(folder: &Path) -> Vec<OsString> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    files.into_iter().map(PathBuf::into_os_string).collect()
}

fn has_nextest() -> bool {
    Command::new("cargo-nextest")
        .args(["nextest", "--version"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_offers_exactly_the_steps() {
        let names: Vec<&str> = all(&crate::workspace::root()).iter().map(|step| step.name).collect();
        assert_eq!(names, NAMES);
    }

    #[test]
    fn node_gets_its_test_files_by_name() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.test.mjs", "a.test.mjs", "readme.md"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let names: Vec<PathBuf> = test_files(folder.path()).into_iter().map(PathBuf::from).collect();
        assert_eq!(names, [folder.path().join("a.test.mjs"), folder.path().join("b.test.mjs")]);
        assert!(test_files(Path::new("/nonexistent")).is_empty());
    }
}
