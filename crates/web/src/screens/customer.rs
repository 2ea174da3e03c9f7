//! The customer panel: who is this, which accounts, what happened before, what colleagues noted.

use super::marks::{TimeStyle, avatar, called, csrf, handle, icon, network, priority, time};
use super::text;
use super::view::{NetworkMark, Person, Priority};
use crate::words::Words;
use domain::id::{CaseId, NoteId};
use domain::understanding::Reason;
use domain::vocabulary::CaseState;
use jiff::Timestamp;
use maud::{Markup, html};

/// One account of the customer at a network.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountView {
    /// Where.
    pub network: NetworkMark,
    /// As the network shows it.
    pub person: Person,
    /// Address of the profile.
    pub url: Option<String>,
    /// Followers, when known.
    pub followers: Option<i64>,
    /// Whether the network marks it as verified.
    pub verified: bool,
    /// Handles it had before, newest first.
    pub earlier_handles: Vec<String>,
}

/// An earlier case.
#[derive(Clone, Debug, PartialEq)]
pub struct PastCase {
    /// Which.
    pub case: CaseId,
    /// When it began.
    pub at: Timestamp,
    /// First words.
    pub excerpt: String,
    /// Priority.
    pub priority: Priority,
    /// State.
    pub state: CaseState,
}

/// A colleague's note on the case.
#[derive(Clone, Debug, PartialEq)]
pub struct NoteView {
    /// Which.
    pub note: NoteId,
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// The customer of the open case.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerView {
    /// The case that is open; its notes are shown.
    pub case: CaseId,
    /// As they call themselves.
    pub person: Person,
    /// When we first heard of them.
    pub since: Timestamp,
    /// Language they write, when known.
    pub language: Option<String>,
    /// Why this is a repeat, if it is.
    pub repeat: Option<Reason>,
    /// Their accounts.
    pub accounts: Vec<AccountView>,
    /// Earlier cases, newest first.
    pub past: Vec<PastCase>,
    /// Notes, newest first.
    pub notes: Vec<NoteView>,
    /// Whether the reader may write notes.
    pub may_work: bool,
}

/// The customer pane.
pub fn pane(words: Words, customer: &CustomerView, token: Option<&str>) -> Markup {
    html! {
        section.pane.customer #customer aria-label=(words.say("customer")) tabindex="-1" {
            div.pane-head {
                a.btn.plain.square.only-narrow href="#talk" data-fold="customer" aria-label=(words.say("back-to-case")) { (icon("i-back")) }
                h2 { (words.say("customer")) }
            }
            div.scroll {
                div.line.customer-who { (avatar(customer.person.called().unwrap_or("?"), "big"))
                    div.customer-name { b.clip { (called(words, &customer.person)) } span.small.muted { (known_since(words, customer)) } } }
                @if let Some(repeat) = &customer.repeat { section.repeat { strong { (words.reason(repeat)) } (past(words, customer, 3)) } }
                (accounts(words, customer))
                @if !customer.past.is_empty() {
                    details.fold open[customer.repeat.is_none()] { summary { (words.say("earlier-cases")) span.push.small.faint { (customer.past.len()) } } div { (past(words, customer, 20)) } }
                }
                (notes(words, customer, token))
            }
        }
    }
}

fn known_since(words: Words, customer: &CustomerView) -> Markup {
    let language = customer.language.as_deref().map(|tag| super::inbox::language_name(words, tag));
    html! {
        (words.say_around("known-since", &[("since", time(customer.since, TimeStyle::Day))]))
        @if let Some(language) = language { " · " (words.say_with("writes-language", &[("language", language.into())])) }
    }
}

fn accounts(words: Words, customer: &CustomerView) -> Markup {
    html! {
        details.fold open { summary { (words.say("accounts")) span.push.small.faint { (customer.accounts.len()) } }
            ul.stack role="list" {
                @for account in &customer.accounts {
                    li.stack.tight {
                        span.line { (network(&account.network))
                            @let name = html! { @match &account.person.handle { Some(name) => (handle(name)), None => (called(words, &account.person)) } };
                            @match account.url.as_deref().and_then(text::safe_address) { Some(url) => a href=(url) target="_blank" rel="noopener noreferrer" { (name) }, None => span { (name) } }
                            @if account.verified { span.chip.ok { (icon("i-check")) (words.say("verified")) } }
                        }
                        @if let Some(followers) = account.followers { span.small.faint { (words.say_with("followers", &[("count", followers.into())])) } }
                        @if !account.earlier_handles.is_empty() { span.small.faint { (words.say("earlier-handles")) " " @for name in account.earlier_handles.iter().take(3) { (handle(name)) " " } } }
                    }
                }
            }
        }
    }
}

fn past(words: Words, customer: &CustomerView, most: usize) -> Markup {
    html! {
        ol.past role="list" { @for past in customer.past.iter().take(most) {
            li { (time(past.at, TimeStyle::Day)) span.stack.tight { a.clip href={ "/cases/" (past.case) } data-case=(past.case) { bdi { (text::plain(&past.excerpt)) } } span.line { (priority(words, &past.priority)) span.small.faint { (words.term("state", past.state.word())) } } } }
        } }
    }
}

fn notes(words: Words, customer: &CustomerView, token: Option<&str>) -> Markup {
    html! {
        details.fold open { summary { (words.say("customer-notes")) span.push.small.faint { (customer.notes.len()) } }
            div.stack {
                @for note in &customer.notes {
                    article.note-card id={ "note-" (note.note) } { p.keeps-lines { (text::message(&note.text)) } p.small.muted { (note.by) " · " (time(note.at, TimeStyle::Full)) } }
                }
                @if customer.may_work {
                    form.stack.tight method="post" action={ "/app/cases/" (customer.case) "/notes" } hx-post={ "/app/cases/" (customer.case) "/notes" } hx-target="#customer" hx-swap="outerHTML" {
                        (csrf(token)) label.field { span.small { (words.say("customer-note-new")) } textarea.input name="text" rows="2" required maxlength="4000" {} } button.btn type="submit" { (words.say("customer-note-save")) }
                    }
                }
            }
        }
    }
}
