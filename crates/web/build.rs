//! Gathers the browser's files (ours and htmx) into one table with one content hash, so that the binary serves them itself.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let assets = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("assets");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for watched in
        ["css", "js", "icons.svg", "favicon.svg", "package-lock.json", "node_modules/htmx.org/dist/htmx.min.js"]
    {
        println!("cargo:rerun-if-changed={}", assets.join(watched).display());
    }
    println!("cargo:rerun-if-changed=locales");

    let mut files = Vec::new();
    gather(&assets.join("css"), "text/css; charset=utf-8", &mut files)?;
    gather(&assets.join("js"), "text/javascript; charset=utf-8", &mut files)?;
    files.push((assets.join("icons.svg"), "image/svg+xml"));
    files.push((assets.join("favicon.svg"), "image/svg+xml"));
    files.push((htmx(&assets)?, "text/javascript; charset=utf-8"));
    files.sort();

    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut table = String::from("pub(crate) static FILES: &[(&str, &str, &[u8])] = &[\n");
    for (path, content_type) in &files {
        let name = path.file_name().and_then(|name| name.to_str()).ok_or("a file name that is not UTF-8")?;
        for byte in name.bytes().chain(fs::read(path)?) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        writeln!(table, "    ({name:?}, {content_type:?}, include_bytes!({:?})),", path.display().to_string())?;
    }
    writeln!(table, "];\npub(crate) const HASH: &str = \"{:08x}\";", hash >> 32)?;
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

/// Every file of a folder, with the media type it is served as.
fn gather(folder: &Path, content_type: &'static str, into: &mut Vec<(PathBuf, &'static str)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        into.push((entry?.path(), content_type));
    }
    Ok(())
}

/// The locked htmx; fetched with `npm ci` when nobody did it before.
fn htmx(assets: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let file = assets.join("node_modules/htmx.org/dist/htmx.min.js");
    if !file.exists() {
        let fetched = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(assets).status();
        if !fetched.is_ok_and(|status| status.success()) || !file.exists() {
            return Err(
                "htmx is missing: run `npm ci` in crates/web/assets (it needs Node.js and the npm registry)".into()
            );
        }
    }
    Ok(file)
}
