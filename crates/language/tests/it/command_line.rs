//! The line format of `madoguchi classify`.

use language::classify_json;
use serde_json::Value;

fn classify(line: &str) -> Value {
    serde_json::from_str(&classify_json(line, &[])).unwrap()
}

#[test]
fn a_line_has_every_documented_field_in_order() {
    let line = classify_json(r#"{"id":"a1","text":"How do I reset my password?"}"#, &[]);
    let expected = [
        "id",
        "language",
        "language_confidence",
        "kind",
        "kind_confidence",
        "unsorted",
        "about",
        "sentiment",
        "complaint",
        "anger",
        "urgency",
        "noise",
        "reply_need",
        "priority",
        "answerable",
        "pii",
        "reasons",
    ];
    let mut at = 0;
    for field in expected {
        let found = line[at..].find(&format!("\"{field}\":")).unwrap_or_else(|| panic!("{field} missing in {line}"));
        at += found;
    }
    let value: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["id"], "a1");
    assert_eq!(value["kind"], "question");
    assert_eq!(value["priority"], 1);
    assert_eq!(value["reply_need"], "must");
    assert_eq!(value["language"], "en");
}

#[test]
fn safety_is_priority_zero_and_noise_has_none() {
    assert_eq!(classify(r#"{"id":1,"text":"Someone is using my card right now, please block it!"}"#)["priority"], 0);
    let spam = classify(r#"{"text":"Earn money from home! Bitcoin trader, DM me to start https://t.me/x"}"#);
    assert_eq!((&spam["priority"], &spam["noise"], &spam["id"]), (&Value::Null, &Value::from("spam"), &Value::Null));
}

#[test]
fn offsets_count_unicode_scalars() {
    let value = classify(r#"{"id":"x","text":"😀😀 ｍａｉｌ: kim@example.com"}"#);
    assert_eq!(value["pii"][0], serde_json::json!({"type": "email", "start": 9, "end": 24}));
}

#[test]
fn without_our_name_a_text_is_not_about_us() {
    let ours = vec!["Nordbank".to_owned()];
    let line = r#"{"id":1,"text":"Watching football with my dog"}"#;
    let value: Value = serde_json::from_str(&classify_json(line, &ours)).unwrap();
    assert_eq!(value["kind"], "off_topic");
}

#[test]
fn a_bad_line_is_an_error_object() {
    for line in ["", "{", "[]", "{\"id\":1}", "{\"text\":5}"] {
        assert_eq!(classify(line)["error"]["code"], "bad_line", "{line}");
    }
}
