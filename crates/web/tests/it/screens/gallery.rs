//! Writes every screen with sample data to `target/gallery`, to be opened in a browser (`python3 -m http.server` there).

use super::sample;
use std::fs;
use std::path::PathBuf;
use web::words::Words;

#[test]
fn every_screen_lies_in_the_gallery() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/gallery");
    for (name, _, bytes) in web::assets::all() {
        let address = folder.join(web::assets::address(name).trim_start_matches('/'));
        fs::create_dir_all(address.parent().unwrap()).unwrap();
        fs::write(address, bytes).unwrap();
    }
    let mut heavy = Vec::new();
    for words in Words::ALL {
        for (name, html) in sample::screens(*words) {
            fs::write(folder.join(format!("{name}-{}.html", words.tag())), &html).unwrap();
            // The guard comes as a fragment, after a send that was held back.
            if name != "case-guard" && html.len() > 60 * 1024 {
                heavy.push((name, html.len()));
            }
        }
    }
    assert!(heavy.is_empty(), "a page stays under 60 KB: {heavy:?}");
}
