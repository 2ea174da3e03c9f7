//! What became of a message of ours: the word, what it means, the next step; and the question that only a person can answer.

use super::marks::{TimeStyle, called, csrf, icon, key, time};
use super::text;
use super::view::Person;
use crate::words::Words;
use domain::id::MessageId;
use domain::vocabulary::SendState;
use jiff::Timestamp;
use maud::{Markup, html};

/// What became of an outbound message.
#[derive(Clone, Debug, PartialEq)]
pub struct Sending {
    /// State.
    pub state: SendState,
    /// Until when it can be taken back; only while queued.
    pub undo_until: Option<Timestamp>,
    /// When the network confirmed it.
    pub confirmed_at: Option<Timestamp>,
    /// The network's own words when it refused.
    pub network_words: Option<String>,
    /// What a person has to decide, when its outcome stays open.
    pub decision: Option<DecisionView>,
}

/// The question what became of a message, when only a person can answer it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DecisionView {
    /// Equal messages at the network: one of them may be it.
    pub candidates: Vec<CandidateView>,
    /// Whether it can be named by its address at the network: private messages have none.
    pub by_address: bool,
}

/// A message at the network that may be ours.
#[derive(Clone, Debug, PartialEq)]
pub struct CandidateView {
    /// The network's id.
    pub external_id: String,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// Its address.
    pub url: Option<String>,
}

/// What became of a message of ours: the word, what it means, the next step.
pub(super) fn shown(words: Words, message: MessageId, sending: &Sending, network: &str, token: Option<&str>) -> Markup {
    let (kind, icon_name) = match sending.state {
        SendState::Queued => ("", "i-wait"),
        SendState::Sending => ("", "i-retry"),
        SendState::Sent => ("ok", "i-check"),
        SendState::Failed => ("bad", "i-stop"),
        SendState::Unknown => ("warn", "i-why"),
        SendState::Cancelled => ("", "i-back"),
    };
    let parts = [
        ("network", html! { (network) }),
        ("at", html! { @if let Some(at) = sending.confirmed_at { (time(at, TimeStyle::Clock)) } }),
        ("until", html! { @if let Some(at) = sending.undo_until { (time(at, TimeStyle::Until)) } }),
    ];
    let explained = match (&sending.decision, sending.state) {
        (Some(decision), _) if decision.candidates.is_empty() => "send-open-means".to_owned(),
        (Some(_), _) => "send-several-means".to_owned(),
        (None, state) => format!("send-{}-means", state.word()),
    };
    html! {
        span.chip.(kind) data-send=(sending.state.word()) { (icon(icon_name))
            @if sending.decision.is_some() { (words.say("send-undecided")) } @else { (words.term("send", sending.state.word())) } }
        span { (words.say_around(&explained, &parts))
            @if let Some(said) = &sending.network_words { " " (words.say_around("network-said", &[("words", html! { q dir="auto" { (text::plain(said)) } })])) } }
        @match sending.state {
            SendState::Queued => (step(words, message, "undo", token)),
            SendState::Failed | SendState::Cancelled => (step(words, message, "edit", token)),
            _ => "",
        }
        @if sending.state == SendState::Failed { (step(words, message, "resend", token)) }
        @if let Some(decision) = &sending.decision { (decide(words, message, decision, network, token)) }
    }
}

/// What became of it is for a person to say: it is this one, it is there, it was not sent.
fn decide(words: Words, message: MessageId, decision: &DecisionView, network: &str, token: Option<&str>) -> Markup {
    let found = format!("/app/messages/{message}/found");
    let network_named = [("network", network.to_owned().into())];
    html! {
        div.decide role="group" aria-label=(words.say("decide-title")) {
            @if !decision.candidates.is_empty() { ul role="list" { @for candidate in &decision.candidates {
                li.line.wrap {
                    @match candidate.sent_at { Some(at) => (time(at, TimeStyle::Exact)), None => span { (candidate.external_id) } }
                    @if let Some(url) = candidate.url.as_deref().and_then(text::safe_address) { a href=(url) target="_blank" rel="noopener noreferrer" { (words.say_with("see-at", &network_named)) (icon("i-out")) } }
                    form.inline method="post" action=(found) hx-post=(found) hx-target="#talk" hx-swap="outerHTML" {
                        (csrf(token)) input type="hidden" name="external_id" value=(candidate.external_id);
                        button.btn type="submit" { (icon("i-check")) (words.say("decide-this-one")) }
                    }
                }
            } } }
            @if decision.by_address && decision.candidates.is_empty() {
                form.line.wrap method="post" action=(found) hx-post=(found) hx-target="#talk" hx-swap="outerHTML" {
                    (csrf(token))
                    label.field.grows { span.small { (words.say_with("decide-address", &network_named)) } input.input name="address" required maxlength="500" autocomplete="off" inputmode="url"; }
                    button.btn.bottom type="submit" { (icon("i-check")) (words.say("decide-there")) }
                }
            }
            div.line.wrap {
                span { (words.say("decide-not-sent")) }
                (sure(words, message, "send-again", token))
                (sure(words, message, "give-up", token))
            }
        }
    }
}

/// A decision that cannot be taken back asks once more.
fn sure(words: Words, message: MessageId, act: &str, token: Option<&str>) -> Markup {
    let address = format!("/app/messages/{message}/{act}");
    html! {
        form.inline method="post" action=(address) hx-post=(address) hx-target="#talk" hx-swap="outerHTML" hx-confirm=(words.say(&format!("decide-{act}-sure"))) {
            (csrf(token)) button.btn type="submit" { (words.say(&format!("decide-{act}"))) }
        }
    }
}

fn step(words: Words, message: MessageId, step: &str, token: Option<&str>) -> Markup {
    html! {
        form.inline method="post" action={ "/app/messages/" (message) "/" (step) } hx-post={ "/app/messages/" (message) "/" (step) } hx-target="#talk" hx-swap="outerHTML" {
            (csrf(token)) button.btn type="submit" { (words.say(&format!("message-{step}"))) }
        }
    }
}

/// The undo line below the list: counts down, and says so in words.
pub fn undo_line(
    words: Words,
    message: MessageId,
    to: &Person,
    until: Timestamp,
    seconds: i64,
    token: Option<&str>,
) -> Markup {
    html! {
        form.list-foot.undo role="status" method="post" action={ "/app/messages/" (message) "/undo" } hx-post={ "/app/messages/" (message) "/undo" } hx-target="#talk" hx-swap="outerHTML"
            data-until=(until.as_millisecond()) data-seconds=(seconds.clamp(1, 30)) {
            (csrf(token)) (icon("i-clock"))
            span.clip { (words.say_around("undo-line", &[("name", html! { b { (called(words, to)) } }), ("left", html! { span data-left { (seconds) } })])) }
            button.btn.push type="submit" data-command="undo" { (words.say("undo")) " " (key("undo", "z")) }
        }
    }
}
