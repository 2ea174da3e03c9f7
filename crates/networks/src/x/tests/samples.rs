//! Every fixture gives what its snapshot says; every sample of the vendor is read or kept, none is lost.

use crate::x::normalise::normalise;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn received_at() -> Timestamp {
    "2026-11-03T12:00:00Z".parse().unwrap()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .collect()
}

pub(super) fn fixtures() -> BTreeMap<String, Vec<u8>> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/x/fixtures"))
}

#[test]
fn fixtures_read_as_their_snapshots_say() {
    for (name, body) in fixtures() {
        insta::with_settings!({ description => name.clone(), omit_expression => true }, {
            insta::assert_yaml_snapshot!(name, normalise(&body, received_at()));
        });
    }
}

/// The vendor's samples may be read but not copied; they lie beside the checkout where there is one.
#[test]
fn the_vendors_samples_are_read_or_kept() {
    let Some(data) = std::env::var_os("MADOGUCHI_TEST_DATA").map(PathBuf::from) else {
        println!("skipped: needs the test data");
        return;
    };
    let specs = data.join("contracts/specs/x");
    let mut unread = Vec::new();
    let mut read = 0;
    for folder in ["xaa-event-payloads", "aaa-event-payloads"] {
        for (name, body) in files(&specs.join(folder)) {
            let found = normalise(&body, received_at());
            assert_eq!(found.items.len() + found.unreadable.len(), 1, "{name}: {found:?}");
            read += found.items.len();
            unread.extend(found.unreadable.iter().map(|one| format!("{name}: {}", one.reason)));
        }
    }
    assert!(read >= 25, "{read}");
    // A viewer's chat under a broadcast is no message to us, and the envelope's sample is empty.
    assert_eq!(unread, ["broadcast.chat: unknown_event", "envelope: unexpected_shape"]);
}
