//! Where the workspace lies on disk.

use std::path::{Path, PathBuf};

/// The folder of the root `Cargo.toml`: two above this crate's manifest.
pub fn root() -> PathBuf {
    let manifest_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest_folder.ancestors().nth(2).unwrap_or(manifest_folder).to_path_buf()
}
