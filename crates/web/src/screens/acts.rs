//! What can be done to a case: assign, snooze, close, reopen, close without a reply. Plain forms that also work without a script.

use super::case::CaseView;
use super::marks::{agent_avatar, csrf, icon, key};
use crate::words::Words;
use domain::id::CaseId;
use domain::vocabulary::{CaseState, NoReplyReason};
use maud::{Markup, html};

/// How long a case can be put to sleep with one press: stable word, moved into the reader's zone by the server.
pub const SNOOZES: [&str; 5] = ["one-hour", "three-hours", "tomorrow-morning", "next-monday", "one-week"];

/// A form that acts on a case; the script shows the change at once and takes it back when the server says no.
fn form(case: CaseId, act: &str, token: Option<&str>, fields: Markup) -> Markup {
    let address = format!("/app/cases/{case}/{act}");
    html! { form method="post" action=(address) hx-post=(address) hx-target="#talk" hx-swap="outerHTML" data-act=(act) data-case=(case) { (csrf(token)) (fields) } }
}

/// The menu of who is on it.
pub fn assign(words: Words, case: &CaseView, token: Option<&str>) -> Markup {
    let me = html! { button.view type="submit" name="agent" value="me" data-command="assign-me" { (icon("i-me")) (words.say("command-assign-me")) span.push { (key("assign-me", "i")) } } };
    html! {
        details.menu.end {
            summary.btn.plain data-command="assign" title=(words.say("command-assign")) { span.sr { (words.say("command-assign")) }
                @match &case.assignee { Some(assignee) => (agent_avatar(assignee.agent, &assignee.name)), None => (icon("i-assign")) }
            }
            div { (form(case.case, "assign", token, html! {
                (me)
                @for colleague in case.colleagues.iter().filter(|colleague| Some(colleague.agent) != case.me) {
                    button.view type="submit" name="agent" value=(colleague.agent) aria-current=[(case.assignee.as_ref().map(|assignee| assignee.agent) == Some(colleague.agent)).then_some("true")] {
                        (agent_avatar(colleague.agent, &colleague.name)) span.clip { (colleague.name) }
                    }
                }
                @if case.assignee.is_some() { button.view type="submit" name="agent" value="nobody" { (icon("i-nobody")) (words.say("assignee-nobody")) } }
            })) }
        }
    }
}

/// The menu of times to sleep.
pub fn snooze(words: Words, case: &CaseView, token: Option<&str>) -> Markup {
    html! {
        details.menu.end {
            summary.btn.plain.square data-command="snooze" title=(words.say("command-snooze")) aria-label=(words.say("command-snooze")) { (icon("i-snooze")) }
            div {
                p.small.muted { (words.say("snooze-means")) }
                (form(case.case, "snooze", token, html! { @for length in SNOOZES { button.view type="submit" name="for" value=(length) { (words.term("snooze", length)) } } }))
                (form(case.case, "snooze", token, html! {
                    label.field { span.small { (words.say("snooze-until")) } input.input type="datetime-local" name="until" required; }
                    button.btn type="submit" { (words.say("command-snooze")) }
                }))
            }
        }
    }
}

/// Asked when somebody closes while the customer still waits: why no answer is needed.
pub fn reason(words: Words, case: &CaseView, token: Option<&str>) -> Markup {
    html! {
        div.ask-reason role="alert" {
            p { b { (words.say("asks-reason")) } }
            (form(case.case, "no-reply", token, html! { div.line.wrap { @for reason in offered_reasons() { button.btn type="submit" name="reason" value=(reason.word()) { (words.term("no-reply", reason.word())) } } } }))
        }
    }
}

fn offered_reasons() -> impl Iterator<Item = &'static NoReplyReason> {
    NoReplyReason::ALL.iter().filter(|reason| **reason != NoReplyReason::Incident)
}

/// Close with one press, or without a reply and with a reason; reopen when closed.
pub fn close(words: Words, case: &CaseView, token: Option<&str>) -> Markup {
    html! {
        @if matches!(case.state, CaseState::Closed | CaseState::Snoozed) {
            (form(case.case, "reopen", token, html! { button.btn type="submit" { (icon("i-retry")) (words.say(if case.state == CaseState::Closed { "reopen" } else { "wake" })) } }))
        } @else {
            div.btn-pair {
                (form(case.case, "close", token, html! { button.btn type="submit" data-command="close" { (icon("i-check")) (words.say("command-close")) span.hide-small { (key("close", "e")) } } }))
                details.menu.end {
                    summary.btn.square aria-label=(words.say("more-acts")) title=(words.say("more-acts")) { (icon("i-chev")) }
                    div {
                        p.label { (words.say("no-reply-title")) }
                        p.small.muted { (words.say("no-reply-means")) }
                        (form(case.case, "no-reply", token, html! {
                            @for reason in offered_reasons() {
                                button.view type="submit" name="reason" value=(reason.word()) { (words.term("no-reply", reason.word())) }
                            }
                        }))
                    }
                }
            }
        }
    }
}
