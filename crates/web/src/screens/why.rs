//! "Why here?": what was read, from which words, and how the case got its place. A dialog, and a page of its own without a script.

use super::marks::{TimeStyle, called, icon, lang_of, priority, time};
use super::page::{self, Place};
use super::text;
use super::view::{Frame, Person, Priority};
use crate::words::Words;
use domain::id::CaseId;
use domain::understanding::{Reason, Understanding};
use jiff::Timestamp;
use maud::{Markup, html};

/// The reasons of a case's place.
#[derive(Clone, Debug, PartialEq)]
pub struct WhyView {
    /// Which case.
    pub case: CaseId,
    /// Whose.
    pub person: Person,
    /// Its priority.
    pub priority: Priority,
    /// The message that set it.
    pub text: String,
    /// When it was written.
    pub at: Timestamp,
    /// What was read in it; `None` when it was not read (a note, a placeholder).
    pub understanding: Option<Understanding>,
    /// Why the policy set this level, in its order.
    pub steps: Vec<Reason>,
    /// Version of the policy that set it.
    pub policy: String,
}

/// As a page.
pub fn page(frame: &Frame, why: &WhyView) -> Markup {
    let words = frame.reader.words;
    page::sheet(
        frame,
        &words.say("why-title"),
        Place::Elsewhere,
        html! {
            header.page-head { h1 { (words.say("why-title")) } p { a href={ "/cases/" (why.case) } { (words.say("back-to-case")) } } }
            (content(words, why, 2))
        },
    )
}

/// As a dialog over the case.
pub fn dialog(words: Words, why: &WhyView) -> Markup {
    html! {
        dialog.sheetdialog data-opens="modal" aria-labelledby="why-title" {
            header.line { h2 #why-title { (words.say("why-title")) } form.push method="dialog" { button.btn.plain.square aria-label=(words.say("close-panel")) { (icon("i-stop")) } } }
            (content(words, why, 3))
        }
    }
}

/// A heading: one level deeper in the dialog, whose own title is the second.
fn title(level: u8, text: &str) -> Markup {
    html! { @if level == 2 { h2 { (text) } } @else { h3 { (text) } } }
}

fn content(words: Words, why: &WhyView, level: u8) -> Markup {
    html! {
        div.why.stack {
            p.lead { (words.say_around("why-lead", &[("priority", priority(words, &why.priority)), ("name", html! { b { (called(words, &why.person)) } })])) }
            section.section { header { (title(level, &words.say("why-read"))) p.muted { (time(why.at, TimeStyle::Full)) } }
                blockquote.read.keeps-lines lang=[lang_of(why.understanding.as_ref().map(|read| read.language.as_str()))] dir="auto" { (marked(&why.text, why.understanding.as_ref())) }
                @if let Some(read) = &why.understanding { (labels(words, read)) } @else { p.muted { (words.say("why-not-read")) } }
            }
            section.section { header { (title(level, &words.say("why-place"))) p.muted { (words.say_with("why-policy", &[("version", why.policy.clone().into())])) } }
                ol.reasons role="list" { @for step in &why.steps { li { (icon("i-check")) span { (words.reason(step)) } } } }
            }
        }
    }
}

/// The text with the words that carried a label marked.
fn marked(whole: &str, read: Option<&Understanding>) -> Markup {
    let carried: Vec<&str> = read
        .map(|read| {
            read.reasons
                .iter()
                .flat_map(|reason| reason.words.iter().map(String::as_str))
                .filter(|word| word.chars().count() > 1)
                .collect()
        })
        .unwrap_or_default();
    let mut rest = whole;
    let mut pieces: Vec<(&str, &str)> = Vec::new();
    // The engine's words are lower-cased at most; a word that does not stand in the text so is not marked.
    while let Some((at, word)) = carried
        .iter()
        .filter_map(|word| rest.find(word).map(|at| (at, *word)))
        .min_by_key(|(at, word)| (*at, usize::MAX - word.len()))
    {
        let (before, from) = rest.split_at(at);
        let (found, after) = from.split_at(word.len());
        pieces.push((before, found));
        rest = after;
    }
    html! { @for (before, found) in pieces { (text::message(before)) mark.why-mark { (found) } } (text::message(rest)) }
}

fn sure(confidence: f32) -> Markup {
    let percent = (confidence.clamp(0.0, 1.0) * 100.0).round();
    html! { span.sure-words { meter min="0" max="100" value=(percent) aria-hidden="true" {} (percent) " %" } }
}

fn labels(words: Words, read: &Understanding) -> Markup {
    let rows = [
        (
            words.term("kind", read.kind.word()),
            Some(read.kind_confidence),
            if read.unsorted { words.say("why-unsorted") } else { words.say("why-kind") },
        ),
        (words.term("about", read.about.word()), None, words.say("why-about")),
        (super::inbox::language_name(words, &read.language), Some(read.language_confidence), words.say("why-language")),
        (words.term("reply-need", read.reply_need.word()), None, words.say("why-reply-need")),
        (words.term("sentiment", read.sentiment.word()), None, words.say("why-sentiment")),
        (words.say("why-anger"), Some(read.anger), words.say("why-anger-means")),
        (words.say("why-urgency"), Some(read.urgency), words.say("why-urgency-means")),
    ];
    html! {
        div.table-scroll tabindex="0" role="region" aria-label=(words.say("why-labels")) {
            table.table { thead { tr { th { (words.say("why-label")) } th { (words.say("why-what")) } th { (words.say("why-sure")) } } }
                tbody { @for (label, confidence, what) in rows { tr { th scope="row" { (label) } td.muted { (what) } td { @if let Some(confidence) = confidence { (sure(confidence)) } } } } } }
        }
        @if !read.reasons.is_empty() { ol.reasons role="list" { @for reason in &read.reasons { li { (icon("i-eye")) span { (words.reason(reason)) } } } } }
        p.small.faint { (words.say_with("why-engine", &[("engine", read.engine.clone().into())])) }
    }
}
