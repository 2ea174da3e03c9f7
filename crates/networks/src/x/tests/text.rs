//! Texts, languages and times as the reader sees them.

use crate::x::text::{language, name, readable, snowflake_time, time};
use crate::x::wire::UrlEntity;
use jiff::Timestamp;

fn link(url: &str, expanded: &str) -> UrlEntity {
    UrlEntity { url: url.into(), expanded_url: Some(expanded.into()), unwound_url: None, media_key: None }
}

#[test]
fn links_go_where_they_go_and_entities_are_characters() {
    let urls =
        [link("https://t.co/a", "https://example.com/?x=1&amp=2"), link("https://t.co/ab", "https://b.example/")];
    let read = readable("1 &lt; 2 &amp;amp; https://t.co/ab https://t.co/a", &urls, &[]);
    assert_eq!(read.text, "1 < 2 &amp; https://b.example/ https://example.com/?x=1&amp=2");
    assert_eq!(read.links.len(), 2);
    assert_eq!(readable("nothing", &urls, &[]).links.len(), 0);
}

#[test]
fn links_of_files_are_left_out() {
    let photo = link("https://t.co/p", "https://twitter.com/a/status/1/photo/1");
    assert_eq!(readable("look https://t.co/p", &[photo], &[]).text, "look");
    assert_eq!(readable("look https://t.co/q", &[], &["https://t.co/q"]).text, "look");
    let post = link("https://t.co/s", "https://twitter.com/a/status/1");
    assert_eq!(readable("https://t.co/s", &[post], &[]).text, "https://twitter.com/a/status/1");
}

#[test]
fn texts_are_composed_and_names_are_bearable() {
    assert_eq!(readable("Cafe\u{301}", &[], &[]).text, "Café");
    assert_eq!(name(&"x".repeat(1_000_000)).len(), 200);
    assert_eq!(name("a\nb\u{7}"), "ab");
}

#[test]
fn languages_are_bcp_47_or_nothing() {
    let told =
        [Some("de"), Some("und"), Some("qme"), Some("zxx"), Some("in"), Some("iw"), Some("zh-TW"), Some("<b>"), None];
    let known = [Some("de"), None, None, None, Some("id"), Some("he"), Some("zh-TW"), None, None];
    assert_eq!(told.map(language), known.map(|tag| tag.map(str::to_owned)));
}

#[test]
fn times_come_from_the_statement_then_the_id_then_the_receipt() {
    let received: Timestamp = "2026-11-03T12:00:00Z".parse().unwrap();
    let stated: Timestamp = "2026-07-24T21:23:23Z".parse().unwrap();
    assert_eq!(time(Some("2026-07-24T21:23:23.000Z"), "5", received), stated);
    assert_eq!(time(Some("1784928203000"), "5", received), stated);
    // The vendor's sample: post 2080765813578191303 was made at 21:23:23.
    assert_eq!(snowflake_time("2080765813578191303").unwrap().as_second(), stated.as_second());
    assert_eq!(time(Some("yesterday"), "2080765813578191303", received).as_second(), stated.as_second());
    assert_eq!(time(None, "5", received), received);
    assert_eq!(time(None, "not-a-number", received), received);
}
