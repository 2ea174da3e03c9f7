//! The inbox: views · list · case · customer, and the rows of its list.

use super::case::CaseView;
use super::customer::CustomerView;
use super::empty::{self, Emptiness};
use super::filter::{Filter, View, offered};
use super::marks::{agent_avatar, called, clock, icon, lang_of, language, network, priority};
use super::page::{self, Place};
use super::view::{CaseRow, Frame};
use crate::words::Words;
use domain::id::CaseId;
use maud::{Markup, html};

/// Fields that the filter bar offers, in its order.
const FILTER_FIELDS: [&str; 8] = ["state", "priority", "kind", "language", "channel", "assignee", "form", "private"];

/// A list as far as it is loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct ListView {
    /// The filter that made it.
    pub filter: Filter,
    /// Its rows.
    pub rows: Vec<CaseRow>,
    /// Key of the next part; `None` at the end.
    pub next: Option<String>,
    /// All cases of the filter, to 999.
    pub total: Option<i64>,
    /// Why there are no rows; looked at only then.
    pub emptiness: Emptiness,
    /// Values that the filter menus offer beside the closed vocabularies: field, value, words.
    pub choices: Vec<(&'static str, String, String)>,
}

/// The inbox page.
pub fn page(frame: &Frame, list: &ListView, open: Option<(&CaseView, &CustomerView)>) -> Markup {
    let words = frame.reader.words;
    let view = list.filter.named();
    let name = heading(words, &list.filter);
    let title = match list.total {
        Some(total) => format!("{name} ({})", page::count(total)),
        None => name.clone(),
    };
    let main = html! {
        main.panes #panes {
            h1.sr { (name) }
            (pane(words, list, open.map(|(case, _)| case.case)))
            @match open {
                Some((case, customer)) => {
                    (super::case::pane(words, case, Some(&frame.reader.csrf)))
                    (super::customer::pane(words, customer, Some(&frame.reader.csrf)))
                }
                None => { (empty::no_case(words)) section.pane.customer #customer aria-label=(words.say("customer")) {} }
            }
        }
    };
    page::signed_in(frame, &title, Place::List(view), "", "list", open.map(|_| "case"), main)
}

fn heading(words: Words, filter: &Filter) -> String {
    words.term("view", filter.named().word())
}

/// The list pane.
pub fn pane(words: Words, list: &ListView, open: Option<CaseId>) -> Markup {
    let name = heading(words, &list.filter);
    html! {
        section.pane.list #list aria-label=(name) tabindex="-1" data-query=(list.filter.query()) {
            div.pane-head {
                a.btn.plain.square.only-small href="#views" aria-label=(words.say("views")) { (icon("i-menu")) }
                h2 { (name) }
                @if let Some(total) = list.total { span.faint.num data-total { (page::count(total)) } }
                button.newpill #newpill type="button" hidden { (icon("i-up")) span.num data-new { "0" } span { (words.say("new-items")) } }
            }
            (filters(words, list))
            div.selection #selection hidden role="group" aria-label=(words.say("selected")) {
                span { span.num data-selected { "0" } " " (words.say("selected")) }
                button.btn type="button" data-bulk="assign-me" { (words.say("command-assign-me")) }
                button.btn type="button" data-bulk="close" { (words.say("command-close")) }
                button.btn.plain type="button" data-bulk="clear" { (words.say("clear")) }
            }
            div.scroll #rows-scroll {
                ul #rows role="list" { (rows(words, list, open)) }
                @if list.rows.is_empty() { (empty::list(words, &list.filter, &list.emptiness)) }
            }
            div #undo-place {}
        }
    }
}

/// Rows, and the line that fetches the next part when it comes into sight (a link without a script).
pub fn rows(words: Words, list: &ListView, open: Option<CaseId>) -> Markup {
    html! {
        @for row in &list.rows { (self::row(words, row, &list.filter, open == Some(row.case))) }
        @if let Some(next) = &list.next {
            @let query = list.filter.query();
            li.more { a.btn.plain href={ "/inbox?" (query) "&after=" (next) } hx-get={ "/app/list?" (query) "&after=" (next) } hx-trigger="revealed, click" hx-target="closest li" hx-swap="outerHTML" { (words.say("list-more")) } }
        }
    }
}

/// One row. Its link opens the case beside the list; it knows nothing of the reader.
pub fn row(words: Words, row: &CaseRow, filter: &Filter, is_open: bool) -> Markup {
    let form = words.term("form", row.form.word());
    html! {
        li.row-item id={ "row-" (row.case) } {
            a.row href=(filter.address_of_case(row.case)) data-case=(row.case) data-state=(row.state.word()) data-last=(row.last_at.as_microsecond())
                aria-current=[is_open.then_some("true")]
                data-done=[(row.state == domain::vocabulary::CaseState::Closed).then_some("yes")] {
                span.row-mark { (network(&row.network)) }
                span.row-who { b { (called(words, &row.person)) } span.row-kind { @if row.private { (icon("i-lock")) } (form) } (language(row.language.as_deref())) }
                (clock(words, row))
                span.row-why { (priority(words, &row.priority)) span.row-text lang=[lang_of(row.language.as_deref())] { bdi { (super::text::plain(&row.excerpt)) } } }
                span.row-on { @if let Some(assignee) = &row.assignee { (agent_avatar(assignee.agent, &assignee.name)) } }
            }
        }
    }
}

/// The bar of filters: what narrows now, and menus to narrow more.
fn filters(words: Words, list: &ListView) -> Markup {
    let filter = &list.filter;
    html! {
        div.pane-sub.filters role="group" aria-label=(words.say("filters")) {
            @for (field, value) in filter.narrowing() {
                a.chip href=(filter.with(field, None).address("/inbox")) title=(words.say("filter-drop")) { (words.say(&format!("filter-{field}"))) ": " (value_in_words_of(words, list, field, value)) (icon("i-stop")) }
            }
            details.menu.filter-menu {
                summary.chip.outline { (words.say("filter-add")) (icon("i-chev")) }
                div { form.stack method="get" action="/inbox" {
                    @if let Some(view) = &filter.view { input type="hidden" name="view" value=(view); }
                    @for field in FILTER_FIELDS { (filter_field(words, list, field)) }
                    @if let Some(q) = &filter.q { input type="hidden" name="q" value=(q); }
                    button.btn.fill type="submit" { (words.say("filter-apply")) }
                } }
            }
            (order(words, filter))
        }
    }
}

fn filter_field(words: Words, list: &ListView, field: &'static str) -> Markup {
    let chosen = list
        .filter
        .fields()
        .into_iter()
        .find(|(name, _)| *name == field)
        .and_then(|(_, value)| value.clone())
        .unwrap_or_default();
    let mut values: Vec<(String, String)> =
        offered(field).into_iter().map(|value| (value.to_owned(), value_in_words(words, field, value))).collect();
    values.extend(
        list.choices.iter().filter(|(of, ..)| *of == field).map(|(_, value, shown)| (value.clone(), shown.clone())),
    );
    html! {
        @if !values.is_empty() {
            label.field { span.small { (words.say(&format!("filter-{field}"))) }
                select.input name=(field) { option value="" { (words.say("filter-any")) } @for (value, shown) in values { option value=(value) selected[value == chosen] { (shown) } } }
            }
        }
    }
}

fn order(words: Words, filter: &Filter) -> Markup {
    let default = if matches!(
        filter.named(),
        View::All
            | View::Closed
            | View::Custom
            | View::WaitingForCustomer
            | View::PraiseToThank
            | View::Noise
            | View::Snoozed
    ) {
        "recent"
    } else {
        "priority"
    };
    let chosen = filter.order.as_deref().unwrap_or(default);
    html! {
        details.menu.end.push {
            summary.chip { (words.say(&format!("order-{}", if offered("order").contains(&chosen) { chosen } else { default }))) (icon("i-chev")) }
            div.stack.tight { @for value in offered("order") { a.view href=(filter.with("order", Some(value)).address("/inbox")) aria-current=[(value == chosen).then_some("true")] { (words.say(&format!("order-{value}"))) } } }
        }
    }
}

fn value_in_words_of(words: Words, list: &ListView, field: &str, value: &str) -> String {
    let named = list.choices.iter().find(|(of, known, _)| *of == field && known == value);
    named.map_or_else(|| value_in_words(words, field, value), |(_, _, shown)| shown.clone())
}

/// A filter's value in words; values that are no vocabulary (handles, words looked for) stand for themselves.
pub fn value_in_words(words: Words, field: &str, value: &str) -> String {
    let one = |value: &str| match field {
        "state" | "kind" | "form" | "priority" | "private" if offered(field).contains(&value) => {
            let family = match field {
                "state" => "state",
                "kind" => "kind",
                "form" => "form",
                "priority" => "priority",
                _ => "has-private",
            };
            words.term(family, value)
        }
        "assignee" if value == "me" => words.say("assignee-me"),
        "assignee" if value == "nobody" => words.say("assignee-nobody"),
        "language" => language_name(words, value),
        _ => super::text::plain(value),
    };
    value.split(',').map(one).collect::<Vec<_>>().join(&words.say("list-separator"))
}

/// A language's name in words, where we know it; else its tag.
pub fn language_name(words: Words, tag: &str) -> String {
    const KNOWN: [&str; 12] = ["en", "ja", "de", "es", "fr", "it", "pt", "nl", "zh", "ko", "tr", "pl"];
    if KNOWN.contains(&tag) { words.term("language", tag) } else { tag.to_uppercase() }
}
