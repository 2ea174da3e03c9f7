//! Size of the release binary.

use super::product::binary;
use anyhow::Result;

/// Prints it.
pub fn run() -> Result<()> {
    let path = binary()?;
    let bytes = std::fs::metadata(&path)?.len();
    println!("# {}: {:.1} MB", path.display(), bytes as f64 / 1_000_000.0);
    Ok(())
}
