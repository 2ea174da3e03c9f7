//! Bodies and signatures as an attacker would send them (ATTACKS 1–3, 5, 7, 10, 11, 14).

use super::samples::fixtures;
use crate::access::{AppAccess, Secret};
use crate::network::Rejected;
use crate::signature::sha256_base64;
use crate::x::normalise::normalise;
use crate::x::receive::{handshake, receive};
use domain::item::Change;
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeMap;

const SIGNATURE: &str = "x-twitter-webhooks-signature";

fn app(secret: &str) -> AppAccess {
    AppAccess {
        app: uuid::Uuid::from_u128(1).into(),
        settings: BTreeMap::new(),
        secrets: BTreeMap::from([("consumer_secret".to_owned(), Secret::new(secret))]),
    }
}
fn signed(body: &[u8]) -> HeaderMap {
    headers(&[&sha256_base64(&Secret::new("key"), body).unwrap()])
}
fn headers(signatures: &[&str]) -> HeaderMap {
    signatures.iter().map(|value| (SIGNATURE.parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect()
}

#[test]
fn the_challenge_is_answered_as_x_computes_it() {
    let answer = handshake(&app("key"), "crc_token=The_quick-brown1&nonce=2").unwrap();
    // printf 'The_quick-brown1' | openssl dgst -sha256 -hmac key -binary | base64
    assert_eq!(answer.body, r#"{"response_token":"sha256=7EU2uveb4EWIwsn64QjGpvX1ppZnuVWfOpMQi3gvY1s="}"#);
    assert_eq!(answer.content_type, "application/json");
}

#[test]
fn the_challenge_signs_nothing_that_could_be_a_delivery() {
    let long = format!("crc_token={}", "a".repeat(129));
    for query in [
        "",
        "crc_token=",
        "crc_token=%7B%22data%22%3A%7B%7D%7D",
        r#"crc_token={"data":{}}"#,
        "crc_token=a.b",
        "crc_token=a%20b",
        "crc_token=a%00",
        "crc_token=a&crc_token=b",
        &long,
    ] {
        assert!(matches!(handshake(&app("key"), query), Err(Rejected::Malformed(_))), "{query}");
    }
    assert_eq!(handshake(&app(""), "crc_token=abc"), Err(Rejected::NotConfigured));
}

#[test]
fn only_the_one_right_signature_opens() {
    let body = br#"{"data":{"event_type":"post.create"}}"#;
    let right = sha256_base64(&Secret::new("key"), body).unwrap();
    assert!(!receive(&app("key"), &headers(&[&right]), body).unwrap().private);
    let reserialised = br#"{"data": {"event_type": "post.create"}}"#;
    let other = sha256_base64(&Secret::new("other"), body).unwrap();
    let cut = &right[..right.len() - 1];
    let wrong: [&[&str]; 9] = [
        &[],
        &[""],
        &["sha256="],
        &[cut],
        &[&right[7..]],
        &[&right, &right],
        &[&right, "sha256=x"],
        &[&other],
        &["sha1=qUqP5cyxm6YcTAhz05Hph5gvu9M="],
    ];
    for signatures in wrong {
        assert_eq!(receive(&app("key"), &headers(signatures), body), Err(Rejected::Signature), "{signatures:?}");
    }
    assert_eq!(receive(&app("key"), &headers(&[&right]), reserialised), Err(Rejected::Signature));
    // The signature for an empty key must not open an app without secret.
    let empty = headers(&[&right]);
    assert_eq!(receive(&app(""), &empty, body), Err(Rejected::NotConfigured));
}

#[test]
fn private_deliveries_are_told_by_the_envelope() {
    let private = [
        "dm.received",
        "dm.received-group",
        "dm.received-media",
        "dm.sent",
        "dm.read",
        "dm.indicate_typing",
        "chat.received",
        "chat.sent",
        "account-activity-direct-message",
        "batch-with-a-broken-item",
    ];
    for (name, body) in fixtures() {
        let received = receive(&app("key"), &signed(&body), &body).unwrap();
        assert_eq!(received.private, private.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn bodies_that_no_network_sends_are_turned_away() {
    let deep = format!(r#"{{"data":{}1{}}}"#, "[".repeat(1000), "]".repeat(1000));
    let large = format!(r#"{{"data":"{}"}}"#, "x".repeat(5 * 1024 * 1024));
    for body in [deep.as_str(), &large, "", "null", "7", "\"text\"", "{", "<xml/>", "[1]"] {
        let answer = receive(&app("key"), &signed(body.as_bytes()), body.as_bytes());
        assert!(matches!(answer, Err(Rejected::Malformed(_))), "{answer:?}");
    }
    // Brackets inside a text are a text.
    let brackets = format!(r#"{{"data":{{"event_type":"post.create","payload":"{}"}}}}"#, "[".repeat(1000));
    assert!(receive(&app("key"), &signed(brackets.as_bytes()), brackets.as_bytes()).is_ok());
}

fn mention(text: &str, name: &str) -> Vec<u8> {
    format!(
        r#"{{"data":{{"event_type":"post.mention.create","filter":{{"user_id":"1"}},"payload":{{"id":"2","author_id":"3","text":"{text}","created_at":"2099-01-01T00:00:00Z"}},"includes":{{"users":[{{"id":"3","username":"a","name":"{name}"}}]}}}}}}"#
    )
    .into_bytes()
}

#[test]
fn strange_characters_are_stored_and_not_dropped() {
    let received: Timestamp = "2026-11-03T12:00:00Z".parse().unwrap();
    let zalgo = "Z\u{30d}\u{312}a\u{35c}";
    let cases = [
        (r"a\u0000b", "a\u{fffd}b"),
        (r"\ud800 x", "\u{fffd} x"),
        ("\u{202e}gnp.exe", "\u{202e}gnp.exe"),
        (zalgo, zalgo),
        (r"\u0001", "\u{1}"),
    ];
    for (sent, kept) in cases {
        let found = normalise(&mention(sent, "\\u0000\u{7f}n"), received);
        let [item] = found.items.as_slice() else { panic!("{sent}: {found:?}") };
        let Change::Message(message) = &item.change else { panic!("{item:?}") };
        let composed: String = unicode_normalization::UnicodeNormalization::nfc(kept).collect();
        assert_eq!(message.text, composed);
        assert_eq!(message.author.name.as_deref(), Some("\u{fffd}n"));
    }
    let long = normalise(&mention("x", &"n".repeat(1_000_000)), received);
    let Change::Message(message) = &long.items[0].change else { panic!() };
    assert_eq!(message.author.name.as_ref().unwrap().len(), 200);
}

/// What is kept can be read again by itself, e.g. after a fix, and says what is wrong without quoting a customer.
#[test]
fn what_is_kept_is_whole_and_says_nothing_private() {
    let body = fixtures().remove("batch-with-a-broken-item").unwrap();
    for kept in normalise(&body, Timestamp::UNIX_EPOCH).unreadable {
        let again = normalise(kept.raw.as_bytes(), Timestamp::UNIX_EPOCH);
        let [same] = again.unreadable.as_slice() else { panic!("{again:?}") };
        assert_eq!((&same.reason, again.items.len()), (&kept.reason, 0));
    }
    let body = br#"{"data":{"event_type":"post.create","filter":"my PIN is 1234","payload":{}}}"#;
    let kept = normalise(body, Timestamp::UNIX_EPOCH).unreadable;
    assert!(!kept[0].detail.contains("1234"), "{kept:?}");
}

#[test]
fn a_batch_of_ten_thousand_keeps_every_item() {
    let one = String::from_utf8(mention("x", "n")).unwrap();
    let batch = format!("[{}]", vec![one; 10_000].join(","));
    assert_eq!(normalise(batch.as_bytes(), Timestamp::UNIX_EPOCH).items.len(), 10_000);
}

/// A change to a JSON tree: which node, by its number in reading order, and what stands there instead.
fn changed(value: &mut serde_json::Value, node: &mut usize, with: &serde_json::Value) {
    if *node == 0 {
        *value = with.clone();
        *node = usize::MAX;
        return;
    }
    *node -= 1;
    match value {
        serde_json::Value::Array(values) => values.iter_mut().for_each(|value| changed(value, node, with)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|value| changed(value, node, with)),
        _ => {}
    }
}

fn odd_values() -> impl Strategy<Value = serde_json::Value> {
    prop_oneof![
        Just(serde_json::Value::Null),
        Just(serde_json::json!([])),
        Just(serde_json::json!({})),
        Just(serde_json::json!([null, 1, "x", {"id": -1}])),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,20}".prop_map(Into::into),
    ]
}

proptest! {
    #[test]
    fn a_changed_delivery_is_read_or_kept(which in 0usize..64, mut node in 0usize..60, with in odd_values()) {
        let all: Vec<Vec<u8>> = fixtures().into_values().collect();
        let mut value: serde_json::Value = serde_json::from_slice(&all[which % all.len()]).unwrap();
        changed(&mut value, &mut node, &with);
        let found = normalise(value.to_string().as_bytes(), Timestamp::UNIX_EPOCH);
        prop_assert!(!found.items.is_empty() || !found.unreadable.is_empty(), "{value}");
        prop_assert!(!serde_json::to_string(&found).unwrap().contains("\\u0000"));
    }

    #[test]
    fn broken_bytes_do_no_harm(which in 0usize..64, at in 0usize..4000, byte in any::<u8>(), cut in 0usize..4000) {
        let all: Vec<Vec<u8>> = fixtures().into_values().collect();
        let mut body = all[which % all.len()].clone();
        let length = body.len();
        body[at % length] = byte;
        body.truncate(length - cut % length);
        let found = normalise(&body, Timestamp::UNIX_EPOCH);
        prop_assert!(!found.items.is_empty() || !found.unreadable.is_empty());
    }

    #[test]
    fn no_guessed_signature_opens(body in proptest::collection::vec(any::<u8>(), 0..200), guess in "[ -~]{0,60}", bit in 0usize..400) {
        let right = sha256_base64(&Secret::new("key"), &body).unwrap();
        let mut flipped = right.clone().into_bytes();
        let at = bit % flipped.len();
        flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).unwrap();
        for wrong in [guess, flipped] {
            prop_assume!(wrong != right);
            prop_assert_eq!(receive(&app("key"), &headers(&[&wrong]), &body), Err(Rejected::Signature));
        }
    }

    #[test]
    fn lengths_and_links_never_panic(text in "\\PC{0,80}") {
        crate::x::length::weighted(&text);
        for range in crate::x::length::link_detection::links(&text) {
            prop_assert!(text.get(range).is_some());
        }
    }
}
