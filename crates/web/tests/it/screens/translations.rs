//! Every word exists in every language, and every key that the code says exists.

use domain::vocabulary::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use web::screens::commands::COMMANDS;
use web::screens::composer::Voice;
use web::screens::filter::{View, offered};
use web::screens::settings::Section;
use web::screens::view::{Density, Theme};
use web::words::Words;

fn crate_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found
}

/// Keys of one language with the parameters that each uses.
fn keys(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files(&crate_folder().join("locales").join(language), "ftl") {
        let mut current = String::new();
        for line in fs::read_to_string(&file).unwrap().lines() {
            if let Some((key, _)) = line
                .split_once('=')
                .filter(|(key, _)| !key.starts_with([' ', '#', '-', '*', '[', '}']) && !key.trim().is_empty())
            {
                current = key.trim().to_owned();
                assert!(keys.insert(current.clone(), BTreeSet::new()).is_none(), "{current} twice in {language}");
            }
            for (at, _) in line.match_indices('$') {
                let name: String =
                    line[at + 1..].chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '-').collect();
                keys.entry(current.clone()).or_default().insert(name);
            }
        }
    }
    keys
}

#[test]
fn both_languages_have_the_same_keys_and_parameters() {
    let (english, japanese) = (keys("en"), keys("ja"));
    let only = |one: &BTreeMap<String, BTreeSet<String>>, other: &BTreeMap<String, BTreeSet<String>>| {
        one.keys().filter(|key| !other.contains_key(*key)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(only(&english, &japanese), Vec::<String>::new(), "missing in Japanese");
    assert_eq!(only(&japanese, &english), Vec::<String>::new(), "missing in English");
    for (key, parameters) in &japanese {
        assert!(parameters.is_subset(&english[key]), "{key}: Japanese uses {parameters:?}, English {:?}", english[key]);
    }
}

/// Keys that the code builds from the vocabulary.
fn built() -> Vec<String> {
    let mut keys = Vec::new();
    let mut family = |name: &str, words: Vec<&str>| {
        keys.extend(words.into_iter().map(|word| format!("{name}-{}", word.replace(['.', '_'], "-"))))
    };
    family("kind", Kind::ALL.iter().map(|word| word.word()).collect());
    family("form", Form::ALL.iter().map(|word| word.word()).collect());
    family("state", CaseState::ALL.iter().map(|word| word.word()).collect());
    family("send", SendState::ALL.iter().map(|word| word.word()).collect());
    family("about", About::ALL.iter().map(|word| word.word()).collect());
    family("sentiment", Sentiment::ALL.iter().map(|word| word.word()).collect());
    family("noise", Noise::ALL.iter().map(|word| word.word()).collect());
    family("reply-need", ReplyNeed::ALL.iter().map(|word| word.word()).collect());
    family("channel-role", ChannelRole::ALL.iter().map(|word| word.word()).collect());
    family("access-level", AccessLevel::ALL.iter().map(|word| word.word()).collect());
    family("role", Role::ALL.iter().map(|word| word.word()).collect());
    family("no-reply", NoReplyReason::ALL.iter().map(|word| word.word()).collect());
    family("view", View::ALL.iter().map(|word| word.word()).chain(["custom"]).collect());
    family("voice", Voice::ALL.iter().map(|word| word.word()).collect());
    family("send-as", Voice::ALL.iter().map(|word| word.word()).collect());
    family("theme", Theme::ALL.iter().map(|word| word.word()).collect());
    family("density", Density::ALL.iter().map(|word| word.word()).collect());
    family("settings", Section::ALL.iter().map(|word| word.word()).collect());
    family("command", COMMANDS.iter().map(|command| command.id).filter(|id| *id != "palette").collect());
    family("snooze", web::screens::acts::SNOOZES.to_vec());
    family("priority", offered("priority"));
    family("order", offered("order"));
    family("has-private", offered("private"));
    family(
        "filter",
        vec!["state", "priority", "kind", "language", "network", "channel", "assignee", "form", "private", "q"],
    );
    family("masked", vec!["iban", "card", "email", "phone", "address", "order", "bank-account", "my-number", "secret"]);
    family("message", vec!["hide", "show", "delete", "hide-sure", "delete-sure", "undo", "edit", "resend"]);
    family(
        "decide",
        vec![
            "title",
            "this-one",
            "address",
            "there",
            "send-again",
            "send-again-sure",
            "give-up",
            "give-up-sure",
            "not-sent",
        ],
    );
    family("send", vec!["open-means", "several-means", "undecided"]);
    family(
        "failure",
        vec!["not-found", "forbidden", "too-many", "unavailable", "bad-request", "inner"].into_iter().collect(),
    );
    let failures: Vec<String> = keys.iter().filter(|key| key.starts_with("failure-")).cloned().collect();
    keys.retain(|key| !key.starts_with("failure-"));
    keys.extend(failures.iter().flat_map(|key| [format!("{key}-title"), format!("{key}-text")]));
    keys.extend(SendState::ALL.iter().map(|state| format!("send-{}-means", state.word())));
    keys.extend(AccessLevel::ALL.iter().map(|level| format!("access-level-{}-means", level.word().replace('_', "-"))));
    keys.extend(Section::ALL.iter().map(|section| format!("settings-{}-about", section.word())));
    for door in ["first-owner", "invitation", "reset"] {
        keys.extend(["title", "text", "do"].map(|part| format!("{door}-{part}")));
    }
    keys
}

#[test]
fn every_key_in_the_code_exists() {
    let known = keys("en");
    let mut missing: Vec<String> = built().into_iter().filter(|key| !known.contains_key(key)).collect();
    for file in files(&crate_folder().join("src"), "rs") {
        let code = fs::read_to_string(&file).unwrap();
        for start in ["say(", "say_with(", "say_around("] {
            for (at, _) in code.match_indices(start) {
                // The literals inside the call: one, or the two sides of an `if`.
                let call = &code[at + start.len()..];
                let end = call.find([')', '&', '[']).unwrap_or(call.len());
                let mut literals = call[..end]
                    .split('"')
                    .skip(1)
                    .step_by(2)
                    .filter(|literal| !literal.contains(['{', ' ']) && !literal.is_empty());
                let sides = if call.trim_start().starts_with("if ") { 3 } else { 1 };
                missing.extend(
                    literals
                        .by_ref()
                        .take(sides)
                        .filter(|key| !known.contains_key(*key) && *key != "list")
                        .map(str::to_owned),
                );
            }
        }
        for (at, _) in code.match_indices("notice-") {
            let key: String = code[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '-').collect();
            if !known.contains_key(&key) {
                missing.push(key);
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "keys without words");
}

#[test]
fn reasons_of_the_domain_have_words() {
    let known = keys("en");
    let codes = domain::draft_check::REASON_CODES
        .iter()
        .chain(domain::answering::REASON_CODES)
        .chain(domain::priority::REASON_CODES);
    let missing: Vec<&&str> = codes.filter(|code| !known.contains_key(&Words::reason_key(code))).collect();
    assert!(missing.is_empty(), "reasons without words: {missing:?}");
}

#[test]
fn words_around_markup_keep_the_order_of_the_language() {
    let parts = || [("name", maud::html! { b { "<Priya>" } }), ("left", maud::html! { "4" })];
    let english = Words::English.say_around("undo-line", &parts()).into_string();
    assert_eq!(english, "Reply to <b>&lt;Priya&gt;</b> goes out in 4 s");
    let japanese = Words::Japanese.say_around("undo-line", &parts()).into_string();
    assert_eq!(japanese, "<b>&lt;Priya&gt;</b> さんへ4秒後に送信");
}

#[test]
fn plurals_follow_the_language() {
    assert_eq!(Words::English.say_with("people", &[("count", 1.into())]), "1 person");
    assert_eq!(Words::English.say_with("people", &[("count", 4.into())]), "4 people");
    assert_eq!(Words::Japanese.say_with("people", &[("count", 4.into())]), "4人");
    assert_eq!(Words::accepted("de, ja;q=0.8, en;q=0.5"), Words::Japanese);
    assert_eq!(Words::of("en-GB"), Words::English);
}
