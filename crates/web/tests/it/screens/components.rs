//! Snapshots of components: what a reader gets, in both languages.

use super::sample;
use domain::vocabulary::SendState;
use web::screens::message::{self, Entry};
use web::screens::{acts, composer, inbox};
use web::words::Words;

/// One tag a line, without the hash of the assets, so that a change is seen where it is.
fn lines(html: maud::Markup) -> String {
    let hash = web::assets::address("").replace("/assets/", "").replace('/', "");
    html.into_string().replace(&hash, "HASH").replace("><", ">\n<")
}

#[test]
fn a_row() {
    let rows = sample::rows();
    insta::assert_snapshot!("row_en", lines(inbox::row(Words::English, &rows[4], &sample::needs_reply(), true)));
    insta::assert_snapshot!("row_ja", lines(inbox::row(Words::Japanese, &rows[0], &sample::needs_reply(), false)));
}

#[test]
fn messages_in_every_state() {
    for entry in sample::sending() {
        let Entry::Message(view) = &entry else { panic!("a message") };
        let state = view.sending.as_ref().unwrap().state;
        insta::assert_snapshot!(
            format!("sending_{}", state.word()),
            lines(message::article(Words::English, view, "X", None))
        );
        if state == SendState::Unknown {
            insta::assert_snapshot!("sending_unknown_ja", lines(message::article(Words::Japanese, view, "X", None)));
        }
    }
}

#[test]
fn a_person_says_what_became_of_a_message() {
    let undecided = sample::undecided();
    insta::assert_snapshot!("decide_several", lines(message::article(Words::English, &undecided[0], "X", Some("t"))));
    insta::assert_snapshot!("decide_open_ja", lines(message::article(Words::Japanese, &undecided[1], "X", None)));
}

#[test]
fn the_composer() {
    let case = sample::case();
    insta::assert_snapshot!(
        "composer",
        lines(composer::composer(Words::English, &case, &sample::composer(), Some("t")))
    );
    insta::assert_snapshot!(
        "composer_refused",
        lines(composer::composer(Words::Japanese, &case, &sample::refused(), None))
    );
    insta::assert_snapshot!(
        "composer_guard",
        lines(composer::composer(Words::English, &case, &sample::guarded(), None))
    );
}

#[test]
fn the_acts_of_a_case() {
    let case = sample::case();
    insta::assert_snapshot!(
        "acts",
        lines(
            maud::html! { (acts::assign(Words::English, &case, None)) (acts::snooze(Words::English, &case, None)) (acts::close(Words::English, &case, None)) }
        )
    );
}

#[test]
fn fragments_without_a_token_know_no_reader() {
    let html = inbox::rows(Words::English, &sample::list(), None).into_string();
    assert!(!html.contains("csrf") && !html.contains("sample-token"));
    assert!(html.contains("data-agent"), "the browser marks what is the reader's own");
}
