//! Length and links against twitter-text's own conformance data in `contracts/twitter-text`.

use crate::x::length::link_detection::links;
use crate::x::length::{POST_LIMIT, weighted};
use yaml_rust2::{Yaml, YamlLoader};

fn data(file: &str) -> Yaml {
    let path = format!("{}/../../contracts/twitter-text/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    YamlLoader::load_from_str(&text).unwrap().remove(0)
}

fn section<'a>(data: &'a Yaml, name: &str) -> &'a [Yaml] {
    let tests = data["tests"][name].as_vec().unwrap();
    assert!(!tests.is_empty(), "{name}");
    tests
}

fn found(text: &str) -> Vec<&str> {
    links(text).into_iter().map(|range| &text[range]).collect()
}

#[test]
fn weighted_lengths_are_the_official_ones() {
    let data = data("validate.yml");
    let sections = [
        "WeightedTweetsCounterTest",
        "WeightedTweetsWithDiscountedEmojiCounterTest",
        "UnicodeDirectionalMarkerCounterTest",
    ];
    for name in sections {
        for test in section(&data, name) {
            let (text, expected) = (test["text"].as_str().unwrap(), &test["expected"]);
            // This section is of configuration v2, which counts the parts of an emoji one by one.
            if name == "WeightedTweetsCounterTest" && text.contains('\u{200d}') {
                continue;
            }
            let length = weighted(text);
            let about = test["description"].as_str().unwrap();
            assert_eq!(length as i64, expected["weightedLength"].as_i64().unwrap(), "{name}: {about}");
            // X also refuses non-characters; that is not a matter of length.
            if !text.contains(['\u{fffe}', '\u{ffff}']) {
                assert_eq!(length <= POST_LIMIT, expected["valid"].as_bool().unwrap(), "{name}: {about}");
            }
        }
    }
}

#[test]
fn links_without_protocol_are_whole() {
    for test in section(&data("validate.yml"), "urls_without_protocol") {
        let text = test["text"].as_str().unwrap();
        assert_eq!(found(text), [text]);
    }
}

#[test]
fn links_are_found_where_they_officially_are() {
    let data = data("extract.yml");
    let mut wrong = Vec::new();
    for name in ["urls", "urls_with_directional_markers", "tco_urls_with_params"] {
        for test in section(&data, name) {
            let text = test["text"].as_str().unwrap();
            let url = |expected: &'_ Yaml| expected.as_str().or(expected["url"].as_str()).unwrap().to_owned();
            let expected: Vec<String> = test["expected"].as_vec().unwrap().iter().map(url).collect();
            if found(text) != expected {
                wrong.push(format!("{name}: {text:?}: {:?} instead of {expected:?}", found(text)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_top_level_domain_makes_a_link() {
    let data = data("tlds.yml");
    for name in ["country", "generic"] {
        for test in section(&data, name) {
            let text = test["text"].as_str().unwrap();
            assert_eq!(found(text), [text]);
        }
    }
}

#[test]
fn what_the_contract_measured() {
    for (text, length) in [("カードが使えません", 18), ("👨‍👩‍👧‍👦", 2), ("é", 1), ("e\u{301}", 1), ("", 0)]
    {
        assert_eq!(weighted(text), length, "{text}");
    }
    assert_eq!(weighted(&"あ".repeat(140)), 280);
    assert_eq!(weighted(&"あ".repeat(141)), 282);
    assert_eq!(weighted("Siehe https://example.com/a/very/long/path/that/does/not/count?at=all"), 6 + 23);
}
