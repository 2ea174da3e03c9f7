//! The meter counts as the network counts: `length.js` against the official conformance file, run by Node.

use std::path::PathBuf;
use std::process::Command;

#[test]
fn the_meter_passes_the_weighted_conformance_cases() {
    let Ok(data) = std::env::var("MADOGUCHI_TEST_DATA") else {
        println!("skipped: needs the test data");
        return;
    };
    let file = PathBuf::from(data).join("contracts/specs/x/twitter-text/validate.yml");
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let ran = Command::new("node")
        .arg(here.join("tests/it/screens/length.mjs"))
        .arg(here.join("assets/js/length.js"))
        .arg(file)
        .output()
        .expect("Node.js is needed");
    assert!(ran.status.success(), "{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
}
