//! The OpenAPI document: the snapshot in the repository is what the types say.

use serde_json::Value;

#[test]
fn the_document_in_the_repository_is_the_one_that_is_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let made = web::api::document();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == made,
        "crates/web/openapi.json is old: run the test with UPDATE_OPENAPI=1 and look at the difference"
    );
}

#[test]
fn every_operation_says_what_it_is_and_how_it_fails() {
    let document: Value = serde_json::from_str(&web::api::document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let said = format!("{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{said}: summary");
            let responses = operation["responses"].as_object().unwrap();
            for status in ["401", "403", "404", "422", "503"] {
                assert!(responses.contains_key(status), "{said}: {status}");
            }
            if method != "get" {
                for status in ["409", "413", "415"] {
                    assert!(responses.contains_key(status), "{said}: {status}");
                }
            }
        }
    }
}
