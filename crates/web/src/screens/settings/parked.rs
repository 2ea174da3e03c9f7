//! Parked deliveries: what could not be read, why, the raw item, and the way to try again.

use super::super::marks::{TimeStyle, csrf, icon, network, time};
use super::super::view::{Frame, NetworkMark};
use super::{Notice, Section};
use domain::id::ParkedId;
use jiff::Timestamp;
use maud::{Markup, html};

/// A parked item.
#[derive(Clone, Debug, PartialEq)]
pub struct ParkedRow {
    /// Which.
    pub parked: ParkedId,
    /// Where it came from.
    pub network: NetworkMark,
    /// When it arrived.
    pub at: Timestamp,
    /// Reason code, a translation key below `parked-`.
    pub reason: String,
    /// What exactly; no message text.
    pub detail: String,
    /// The raw item.
    pub raw: String,
}

/// The page of parked items.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParkedView {
    /// Items, newest first.
    pub rows: Vec<ParkedRow>,
    /// Key of the next part.
    pub next: Option<String>,
    /// What the last act said.
    pub notice: Notice,
}

const KNOWN: [&str; 6] =
    ["unknown-event", "missing-field", "not-json", "unknown-account", "unreadable-number", "failed"];

/// The page.
pub fn page(frame: &Frame, view: &ParkedView) -> Markup {
    let words = frame.reader.words;
    super::page(
        frame,
        Section::Parked,
        &view.notice,
        html! {
            @if view.rows.is_empty() { div.empty { h2 { (words.say("parked-none")) } p { (words.say("parked-none-means")) } } }
            @else { form method="post" action="/settings/parked/replay" { (csrf(Some(&frame.reader.csrf))) button.btn type="submit" { (icon("i-retry")) (words.say("parked-replay-all")) } } }
            @for row in &view.rows { (card(frame, row)) }
            @if let Some(next) = &view.next { p { a.btn.plain href={ "/settings/parked?after=" (next) } { (words.say("list-more")) } } }
        },
    )
}

fn card(frame: &Frame, row: &ParkedRow) -> Markup {
    let words = frame.reader.words;
    let word = row.reason.replace(['_', '.'], "-");
    let reason = if KNOWN.contains(&word.as_str()) {
        words.term("parked", &word)
    } else {
        words.say_with("parked-other", &[("code", row.reason.clone().into())])
    };
    html! {
        article.card id={ "parked-" (row.parked) } {
            h2.line.wrap { (network(&row.network)) (reason) span.push.small.muted { (time(row.at, TimeStyle::Full)) } }
            p.muted { (row.detail) }
            details.behind { summary { (words.say("parked-raw")) } pre.raw tabindex="0" { code { (row.raw) } } }
            div.line.wrap {
                form method="post" action={ "/settings/parked/" (row.parked) "/replay" } { (csrf(Some(&frame.reader.csrf))) button.btn type="submit" { (icon("i-retry")) (words.say("parked-replay")) } }
                form method="post" action={ "/settings/parked/" (row.parked) "/dismiss" } { (csrf(Some(&frame.reader.csrf))) button.btn.plain type="submit" { (words.say("parked-dismiss")) } }
            }
        }
    }
}
