//! The files of the checkout as the rules see them: paths from the root, with their text.

use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// One text file.
#[derive(Debug)]
pub struct SourceFile {
    /// Path from the workspace root, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// The name of the crate under `crates/` that holds the file.
    pub fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// The file's name without its folder.
    pub fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether the file holds tests only: `tests/…`, `tests.rs`, `…/tests/…`, `benches/…`.
    pub fn is_test(&self) -> bool {
        self.file_name() == "tests.rs"
            || self.path.split('/').any(|part| matches!(part, "tests" | "benches" | "examples"))
    }
}

/// All text files of a project, sorted by path.
#[derive(Debug)]
pub struct SourceTree {
    files: Vec<SourceFile>,
}

impl SourceTree {
    /// What git tracks or would track, so that build output and ignored files stay out.
    pub fn of_checkout(root: &Path) -> Result<Self> {
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .context("running git ls-files")?;
        if !output.status.success() {
            bail!("git ls-files: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let mut files = Vec::new();
        for path in String::from_utf8(output.stdout)?.split_terminator('\0') {
            // Deleted but not yet committed, or not text: no rule has anything to say about it.
            if let Ok(text) = std::fs::read_to_string(root.join(path)) {
                files.push(SourceFile { path: path.to_owned(), text });
            }
        }
        files.sort_by(|left, right| left.path.cmp(&right.path));
        files.dedup_by(|left, right| left.path == right.path);
        Ok(Self { files })
    }

    /// A tree written down in a test.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let mut files: Vec<SourceFile> = files
            .iter()
            .map(|(path, text)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Self { files }
    }

    /// Every file.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    /// Every Rust file.
    pub fn rust_files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files().filter(|file| file.path.ends_with(".rs"))
    }

    /// The file at exactly this path.
    pub fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files().find(|file| file.path == path)
    }

    /// Whether any file lies in this folder (given with its closing `/`).
    pub fn has_folder(&self, folder: &str) -> bool {
        self.files().any(|file| file.path.starts_with(folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_known_by_their_place() {
        let tree = SourceTree::of(&[
            ("crates/a/src/lib.rs", ""),
            ("crates/a/src/contests.rs", ""),
            ("crates/a/src/part/tests.rs", ""),
            ("crates/a/tests/it/main.rs", ""),
        ]);
        let tests: Vec<&str> = tree.rust_files().filter(|file| file.is_test()).map(|file| file.path.as_str()).collect();
        assert_eq!(tests, ["crates/a/src/part/tests.rs", "crates/a/tests/it/main.rs"]);
        assert_eq!(tree.file("crates/a/src/lib.rs").unwrap().crate_name(), Some("a"));
        assert!(tree.has_folder("crates/a/tests/"));
        assert!(!tree.has_folder("crates/b/"));
    }

    #[test]
    fn the_checkout_holds_this_file_and_no_build_output() {
        let tree = SourceTree::of_checkout(&crate::workspace::root());
        // Outside a git checkout (a packaged source) there is nothing to list.
        if let Ok(tree) = tree {
            assert!(tree.file("crates/xtask/src/tidy/source_tree.rs").is_some(), "this file is listed");
            assert!(!tree.has_folder("target/"));
        }
    }
}
