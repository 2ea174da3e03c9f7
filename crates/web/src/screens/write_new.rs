//! A post or a private message of our own, not an answer.

use super::composer::AccountChoice;
use super::marks::{csrf, handle, icon};
use super::page::{self, Place};
use super::text;
use super::view::Frame;
use crate::words::Words;
use domain::ability::May;
use domain::capability::TextLimit;
use domain::draft_check::Finding;
use maud::{Markup, html};

/// What can be begun.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteNewView {
    /// Accounts that may post.
    pub post_from: Vec<AccountChoice>,
    /// Accounts that may open a private message.
    pub message_from: Vec<AccountChoice>,
    /// Limit of a post.
    pub post_limit: Option<TextLimit>,
    /// Limit of a private message.
    pub message_limit: Option<TextLimit>,
    /// What was typed, after a refusal.
    pub text: String,
    /// Whom it goes to, without `@`, after a refusal.
    pub recipient: String,
    /// Why it did not go.
    pub findings: Vec<Finding>,
}

/// As a dialog.
pub fn dialog(words: Words, view: &WriteNewView, token: Option<&str>) -> Markup {
    html! {
        dialog.sheetdialog data-opens="modal" aria-labelledby="new-title" {
            header.line { h2 #new-title { (words.say("write-new")) } form.push method="dialog" { button.btn.plain.square aria-label=(words.say("close-panel")) { (icon("i-stop")) } } }
            (content(words, view, token, true))
        }
    }
}

/// As a page, without a script.
pub fn page(frame: &Frame, view: &WriteNewView) -> Markup {
    let words = frame.reader.words;
    page::sheet(
        frame,
        &words.say("write-new"),
        Place::Elsewhere,
        html! { header.page-head { h1 { (words.say("write-new")) } } (content(words, view, Some(&frame.reader.csrf), false)) },
    )
}

fn content(words: Words, view: &WriteNewView, token: Option<&str>, in_dialog: bool) -> Markup {
    html! {
        ul.checks role="list" { (super::composer::checks(words, &view.findings)) }
        @if view.post_from.is_empty() && view.message_from.is_empty() { p.flag.plain { (icon("i-plug")) span { (words.say("new-no-account")) } } }
        div.cols {
            @if !view.post_from.is_empty() { (form(words, view, token, true, in_dialog)) }
            @if !view.message_from.is_empty() { (form(words, view, token, false, in_dialog)) }
        }
    }
}

fn form(words: Words, view: &WriteNewView, token: Option<&str>, public: bool, in_dialog: bool) -> Markup {
    let (address, accounts, limit) = if public {
        ("/app/posts", &view.post_from, view.post_limit)
    } else {
        ("/app/direct-messages", &view.message_from, view.message_limit)
    };
    html! {
        form.section.new-form.(if public { "is-public" } else { "is-private" }) method="post" action=(address) {
            (csrf(token))
            @let name = html! { (icon(if public { "i-public" } else { "i-lock" })) (words.say(if public { "new-post" } else { "new-message" })) };
            header { @if in_dialog { h3.line { (name) } } @else { h2.line { (name) } } }
            p.muted { (words.say(if public { "new-post-means" } else { "new-message-means" })) }
            label.field { span { (words.say("new-from")) } select.input name="channel" required { @for account in accounts {
                option value=(account.channel) disabled[matches!(account.may, May::No { .. })] { "@" (text::plain(&account.handle)) } } } }
            @if !public { label.field { span { (words.say("new-to")) } input.input name="recipient" required value=(view.recipient) placeholder=(words.say("new-to-hint")) autocomplete="off"; } }
            label.field { span { (words.say("composer-text")) } textarea.input name="text" rows="4" required dir="auto" { (view.text) } }
            @if let Some(limit) = limit { p.small.faint { (words.say_with("new-limit", &[("limit", limit.limit.into())])) } }
            p { button.btn.(if public { "public" } else { "private" }) type="submit" { (words.say(if public { "new-post-send" } else { "send-as-private" })) } }
        }
    }
}

/// Names the account that a new message would leave from, for the confirmation line.
pub fn from_account(words: Words, name: &str) -> Markup {
    words.say_around("as-account", &[("account", handle(name))])
}
