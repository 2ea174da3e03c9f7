//! The three kinds of nothing: nothing yet, hidden by a filter, done. Each says which it is and the way on.

use super::filter::{Filter, View};
use crate::words::Words;
use maud::{Markup, html};

/// Why a list is empty.
#[derive(Clone, Debug, PartialEq)]
pub enum Emptiness {
    /// No channel is connected.
    NothingYet {
        /// Whether the reader may connect one.
        may_connect: bool,
    },
    /// Cases exist, the filter hides them.
    Hidden {
        /// Open cases without the narrowing, to 999.
        waiting: i64,
    },
    /// All work of this view is done.
    Done {
        /// People to thank.
        to_thank: i64,
    },
}

/// The empty state of a list.
pub fn list(words: Words, filter: &Filter, emptiness: &Emptiness) -> Markup {
    html! {
        div.empty {
            @match emptiness {
                Emptiness::NothingYet { may_connect } => (nothing_yet(words, *may_connect)),
                Emptiness::Hidden { waiting } => (hidden(words, filter, *waiting)),
                Emptiness::Done { to_thank } => (done(words, *to_thank)),
            }
        }
    }
}

fn nothing_yet(words: Words, may_connect: bool) -> Markup {
    html! {
        svg.art viewBox="0 0 88 88" aria-hidden="true" { path d="M14 74V26l30-14 30 14v48M6 74h76" {} rect x="28" y="34" width="32" height="28" {} path d="M44 34v28M28 48h32" {} path.hot d="M38 74h12" {} }
        h3 { (words.say("empty-nothing-title")) }
        p { (words.say(if may_connect { "empty-nothing-text" } else { "empty-nothing-ask" })) }
        @if may_connect { p.line.wrap { a.btn.fill href="/settings/apps" { (words.say("empty-connect")) } } }
    }
}

fn hidden(words: Words, filter: &Filter, waiting: i64) -> Markup {
    let narrowing = filter.narrowing();
    html! {
        svg.art viewBox="0 0 88 88" aria-hidden="true" { rect x="20" y="16" width="48" height="56" {} path d="M20 30h48M20 44h48M20 58h48" {} path.hot d="m12 76 64-64" {} }
        h3 { (words.say("empty-hidden-title")) }
        p { (words.say_with("empty-hidden-text", &[("waiting", waiting.into()), ("filters", narrowing.len().into())])) }
        p.line.wrap {
            @for (field, value) in &narrowing {
                a.btn href=(filter.with(field, None).address("/inbox")) { (words.say_around("empty-drop", &[("filter", html! { (super::inbox::value_in_words(words, field, value)) })])) }
            }
            @if narrowing.len() > 1 { a.btn.plain href=(Filter { view: filter.view.clone(), ..Filter::default() }.address("/inbox")) { (words.say("empty-drop-all")) } }
        }
    }
}

fn done(words: Words, to_thank: i64) -> Markup {
    html! {
        svg.art viewBox="0 0 88 88" aria-hidden="true" { rect x="20" y="14" width="48" height="60" {} path d="M30 28h28M30 38h28M30 48h16" {} rect.hot x="50" y="54" width="12" height="12" rx="2" {} }
        h3 { (words.say("empty-done-title")) }
        p { (words.say("empty-done-text")) @if to_thank > 0 { " " (words.say_with("empty-done-thank", &[("people", to_thank.into())])) } }
        @if to_thank > 0 { p.line.wrap { a.btn href=(View::PraiseToThank.address()) { (words.say("empty-thank-them")) } } }
    }
}

/// The conversation pane before a case is chosen.
pub fn no_case(words: Words) -> Markup {
    html! {
        section.pane.talk #talk aria-label=(words.say("case")) data-empty="yes" {
            div.empty.fills { h2 { (words.say("no-case-title")) } p { (words.say("no-case-text")) } }
        }
    }
}
