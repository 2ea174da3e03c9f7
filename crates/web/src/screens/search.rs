//! Search: a field, and the cases whose messages match, newest first.

use super::filter::Filter;
use super::inbox;
use super::marks::{TimeStyle, called, icon, lang_of, network, time};
use super::page::{self, Place};
use super::text;
use super::view::{CaseRow, Frame};
use crate::words::Words;
use maud::{Markup, html};

/// One hit.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Its case, as a row.
    pub row: CaseRow,
    /// The text around the match.
    pub excerpt: String,
}

/// Results as far as they are loaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchView {
    /// What was asked.
    pub filter: Filter,
    /// What was found, newest first.
    pub hits: Vec<Hit>,
    /// Key of the next part.
    pub next: Option<String>,
}

/// The search page.
pub fn page(frame: &Frame, view: &SearchView) -> Markup {
    let words = frame.reader.words;
    let asked = view.filter.q.clone().unwrap_or_default();
    page::sheet(
        frame,
        &words.say("search"),
        Place::Search,
        html! {
            header.page-head { h1 { (words.say("search")) } }
            form.searchform method="get" action="/search" role="search" hx-get="/app/search" hx-target="#hits" hx-trigger="submit, input changed delay:150ms from:#search-field" {
                label.line { (icon("i-search")) span.sr { (words.say("search-field")) } input.input.big #search-field name="q" type="search" value=(asked) placeholder=(words.say("search-hint")) autocomplete="off" autofocus; }
                button.btn.fill.big type="submit" { (words.say("search")) }
            }
            div #hits aria-live="polite" { (hits(words, view)) }
        },
    )
}

/// The results alone.
pub fn hits(words: Words, view: &SearchView) -> Markup {
    let asked = view.filter.q.as_deref().unwrap_or_default();
    html! {
        @if asked.trim().is_empty() { p.muted { (words.say("search-about")) } }
        @else if view.hits.is_empty() { div.empty { h2 { (words.say_around("search-none", &[("words", html! { bdi { (text::plain(asked)) } })])) } p { (words.say("search-none-hint")) } } }
                @else { ul.hits role="list" { (part(words, view)) } }
    }
}

/// Hits, and the line that fetches the next part.
pub fn part(words: Words, view: &SearchView) -> Markup {
    let asked = view.filter.q.as_deref().unwrap_or_default();
    html! { @for hit in &view.hits { (self::hit(words, hit, asked)) } (more(words, view)) }
}

fn more(words: Words, view: &SearchView) -> Markup {
    html! { @if let Some(next) = &view.next {
        @let query = view.filter.query();
        li.more { a.btn.plain href={ "/search?" (query) "&after=" (next) } hx-get={ "/app/search?" (query) "&after=" (next) } hx-trigger="revealed, click" hx-target="closest li" hx-swap="outerHTML" { (words.say("list-more")) } }
    } }
}

fn hit(words: Words, hit: &Hit, asked: &str) -> Markup {
    let row = &hit.row;
    html! {
        li { a.hit href={ "/cases/" (row.case) } {
            span.line { (network(&row.network)) b { (called(words, &row.person)) } span.row-kind { (words.term("form", row.form.word())) } span.push.small.faint { (words.term("state", row.state.word())) " · " (time(row.last_at, TimeStyle::Clock)) } }
            span.hit-text lang=[lang_of(row.language.as_deref())] { bdi { (highlighted(&hit.excerpt, asked)) } }
            (super::marks::priority(words, &row.priority))
        } }
    }
}

/// The excerpt with the words looked for marked; case folds where lengths stay the same.
fn highlighted(excerpt: &str, asked: &str) -> Markup {
    let shown = text::plain(excerpt);
    let folded = shown.to_lowercase();
    let same_length = folded.len() == shown.len();
    let (haystack, wanted): (&str, Vec<String>) = if same_length {
        (folded.as_str(), asked.split_whitespace().map(str::to_lowercase).collect())
    } else {
        (shown.as_str(), asked.split_whitespace().map(str::to_owned).collect())
    };
    let mut pieces = Vec::new();
    let mut at = 0;
    loop {
        let rest = haystack.get(at..).unwrap_or_default();
        let next = wanted
            .iter()
            .filter(|word| !word.is_empty())
            .filter_map(|word| rest.find(word.as_str()).map(|found| (at + found, word.len())))
            .min();
        let Some((found, length)) = next else { break };
        let (Some(before), Some(hit)) = (shown.get(at..found), shown.get(found..found + length)) else { break };
        pieces.push((before.to_owned(), hit.to_owned()));
        at = found + length;
    }
    let rest = shown.get(at..).unwrap_or_default().to_owned();
    html! { @for (before, hit) in pieces { (before) mark { (hit) } } (rest) }
}

/// What a saved search would be called; the filter's own words.
pub fn named(words: Words, filter: &Filter) -> String {
    filter
        .narrowing()
        .into_iter()
        .map(|(field, value)| inbox::value_in_words(words, field, value))
        .collect::<Vec<_>>()
        .join(" · ")
}
