//! API tokens: made with a scope, shown once, hashed at rest, taken away at once.

use super::super::marks::{TimeStyle, csrf, icon, time};
use super::super::text;
use super::super::view::Frame;
use super::{Notice, Section, table};
use domain::id::TokenId;
use jiff::Timestamp;
use maud::{Markup, html};

/// A token as a line.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenRow {
    /// Which.
    pub token: TokenId,
    /// What it is for.
    pub name: String,
    /// Whether it may write.
    pub write: bool,
    /// Who made it.
    pub by: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// The page of tokens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokensView {
    /// Tokens.
    pub tokens: Vec<TokenRow>,
    /// The token just made; shown once.
    pub fresh: Option<String>,
    /// What the last act said.
    pub notice: Notice,
}

/// The page.
pub fn page(frame: &Frame, view: &TokensView) -> Markup {
    let words = frame.reader.words;
    super::page(
        frame,
        Section::Tokens,
        &view.notice,
        html! {
            @if let Some(fresh) = &view.fresh { section.card.fresh role="status" { h2 { (words.say("token-fresh")) } p.line.wrap { code.grows #fresh { (fresh) } button.btn type="button" data-copies="fresh" { (words.say("copy")) } } p.small.muted { (words.say("token-once")) } } }
            @if view.tokens.is_empty() { p.muted { (words.say("tokens-none")) } }
            @else { (table(&words.term("settings", "tokens"), html! { tr { th { (words.say("token-name")) } th { (words.say("token-scope")) } th { (words.say("token-made")) } th { (words.say("token-used")) } th { span.sr { (words.say("acts")) } } } },
                html! { @for token in &view.tokens { (row(frame, token)) } })) }
            form.card.narrow method="post" action="/settings/tokens" {
                (csrf(Some(&frame.reader.csrf))) h2 { (words.say("token-new")) }
                label.field { span { (words.say("token-name")) } input.input name="name" required maxlength="80" placeholder=(words.say("token-name-hint")); }
                label.field { span { (words.say("token-scope")) } select.input name="write" { option value="no" { (words.say("token-read")) } option value="yes" { (words.say("token-write")) } } }
                p { button.btn.fill type="submit" { (icon("i-plus")) (words.say("token-make")) } }
            }
        },
    )
}

fn row(frame: &Frame, token: &TokenRow) -> Markup {
    let words = frame.reader.words;
    html! { tr {
        th scope="row" { (text::plain(&token.name)) }
        td { (words.say(if token.write { "token-write" } else { "token-read" })) }
        td { (time(token.made_at, TimeStyle::Day)) @if let Some(by) = &token.by { " · " (by) } }
        td { @match token.used_at { Some(at) => (time(at, TimeStyle::Ago)), None => span.faint { (words.say("never")) } } }
        td { form.inline method="post" action={ "/settings/tokens/" (token.token) "/revoke" } { (csrf(Some(&frame.reader.csrf))) button.btn.plain type="submit" { (words.say("token-revoke")) } } }
    } }
}
