//! A case: its head with what can be done, its conversations as tabs, the thread with everyone in it, the composer.

use super::acts;
use super::composer::{self, ComposerView};
use super::filter::Filter;
use super::marks::{TimeStyle, agent_avatar, called, icon, key, priority_link, time};
use super::message::{self, Entry};
use super::view::{Colleague, Person, Priority};
use crate::words::Words;
use domain::id::{AgentId, CaseId, ConversationId};
use domain::vocabulary::CaseState;
use jiff::Timestamp;
use maud::{Markup, html};

/// One conversation of the case, as a tab.
#[derive(Clone, Debug, PartialEq)]
pub struct TabView {
    /// Which.
    pub conversation: ConversationId,
    /// Whether only the two sides can read it.
    pub private: bool,
    /// People in its thread (public) or messages (private).
    pub count: usize,
    /// First words of the thread, to tell several public ones apart.
    pub about: Option<String>,
}

/// A case with the conversation that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseView {
    /// The case.
    pub case: CaseId,
    /// The list it was opened from.
    pub filter: Filter,
    /// Whose.
    pub person: Person,
    /// The network's name.
    pub network: String,
    /// Priority.
    pub priority: Priority,
    /// State.
    pub state: CaseState,
    /// Until when it sleeps.
    pub snoozed_until: Option<Timestamp>,
    /// Since when the customer waits.
    pub waiting_since: Option<Timestamp>,
    /// Who is on it.
    pub assignee: Option<Colleague>,
    /// Who could be on it.
    pub colleagues: Vec<Colleague>,
    /// Whether the reader may act.
    pub may_work: bool,
    /// Its conversations.
    pub tabs: Vec<TabView>,
    /// The conversation shown.
    pub shown: ConversationId,
    /// Entries of the thread, oldest first.
    pub entries: Vec<Entry>,
    /// Key of the entries before; `None` at the beginning.
    pub before: Option<String>,
    /// Colleagues who have it open now.
    pub readers: Vec<Colleague>,
    /// Position of the newest message that this view shows: the guard compares it when sending.
    pub seen: i64,
    /// The composer; `None` when nothing can be written here.
    pub composer: Option<ComposerView>,
    /// Whether somebody pressed "close" while the customer waits: the reason is asked for.
    pub asks_reason: bool,
    /// The reader, to leave out of presence and to offer "me"; `None` in shared fragments.
    pub me: Option<AgentId>,
}

/// The conversation pane.
pub fn pane(words: Words, case: &CaseView, token: Option<&str>) -> Markup {
    html! {
        section.pane.talk #talk data-case=(case.case) data-seen=(case.seen) data-state=(case.state.word()) aria-labelledby="case-title" tabindex="-1" {
            (head(words, case, token))
            (tabs(words, case))
            @if case.asks_reason { (acts::reason(words, case, token)) }
            div.scroll.thread tabindex="0" role="region" aria-label=(words.say("thread")) { ol #entries role="list" { (entries(words, case, token)) } }
            @match &case.composer {
                Some(composer) if case.may_work => (composer::composer(words, case, composer, token)),
                _ => p.flag.plain.composer-none { (icon("i-eye")) span { (words.say("composer-none")) } },
            }
        }
    }
}

fn head(words: Words, case: &CaseView, token: Option<&str>) -> Markup {
    html! {
        div.pane-head {
            a.btn.plain.square.only-phone href=(case.filter.address("/inbox")) data-command="back" aria-label=(words.say("back-to-list")) { (icon("i-back")) }
            div.case-name {
                h2.clip #case-title { (called(words, &case.person)) }
                p.line.case-why { (priority_link(words, &case.priority, &format!("/cases/{}/why", case.case)))
                    a.small.hide-small.nowrap href={ "/cases/" (case.case) "/why" } hx-get={ "/app/cases/" (case.case) "/why" } hx-target="#dialog" data-command="why" { (words.say("why-here")) }
                    span.hide-small { (key("why", "w")) } }
            }
            span.push.line.acts {
                @if case.may_work { (acts::assign(words, case, token)) (acts::snooze(words, case, token)) }
                a.btn.plain.square.only-narrow href="#customer" data-command="right-panel" aria-label=(words.say("customer")) { (icon("i-me")) }
                @if case.may_work { (acts::close(words, case, token)) }
            }
        }
    }
}

fn tabs(words: Words, case: &CaseView) -> Markup {
    html! {
        div.pane-sub {
            nav.tabs aria-label=(words.say("conversations")) {
                @for tab in &case.tabs {
                    @let address = format!("/inbox?case={}&conversation={}", case.case, tab.conversation);
                    a href=(address) hx-get={ "/app/cases/" (case.case) "?conversation=" (tab.conversation) } hx-target="#talk" hx-swap="outerHTML" aria-current=[(tab.conversation == case.shown).then_some("page")] {
                        @if tab.private { (icon("i-lock")) (words.say("tab-private")) span.small.faint { (tab.count) } }
                        @else { (icon("i-public")) (words.say("tab-public")) span.small.faint { (words.say_with("people", &[("count", tab.count.into())])) } }
                    }
                }
            }
            span.push.line {
                @for colleague in case.readers.iter().filter(|colleague| Some(colleague.agent) != case.me) {
                    span.presence.hide-small { (agent_avatar(colleague.agent, &colleague.name)) (words.say_around("is-reading", &[("name", html! { (colleague.name) })])) }
                }
                (standing(words, case))
            }
        }
    }
}

/// Where the case stands, in words.
fn standing(words: Words, case: &CaseView) -> Markup {
    let moment = |at: Option<Timestamp>, style| html! { @if let Some(at) = at { (time(at, style)) } };
    html! {
        span.clock {
            @match case.state {
                CaseState::Open if case.waiting_since.is_some() => { (icon("i-clock")) span { (words.say_around("stands-waiting-since", &[("since", moment(case.waiting_since, TimeStyle::Ago))])) } },
                CaseState::Snoozed => { (icon("i-snooze")) span { (words.say_around("stands-snoozed", &[("until", moment(case.snoozed_until, TimeStyle::Full))])) } },
                state => { span.chip { (words.term("state", state.word())) } },
            }
        }
    }
}

/// Entries with a line at each change of day, and the way to earlier ones.
pub fn entries(words: Words, case: &CaseView, token: Option<&str>) -> Markup {
    html! {
        @if let Some(before) = &case.before {
            (earlier(words, case.case, &format!("conversation={}&", case.shown), before))
        }
        @for (index, entry) in case.entries.iter().enumerate() {
            @let previous = index.checked_sub(1).and_then(|index| case.entries.get(index)).map(Entry::at);
            // The reader's zone decides where a day ends: a line at each change of hour, shown by the UTC day, corrected by `time.js`.
            @if previous.is_none_or(|previous| differ("%Y%m%d%H", previous, entry.at())) {
                li.day hidden[previous.is_some_and(|previous| !differ("%Y%m%d", previous, entry.at()))] { (time(entry.at(), TimeStyle::Day)) }
            }
            (message::entry(words, entry, &case.network, token))
        }
    }
}

fn differ(format: &str, one: Timestamp, other: Timestamp) -> bool {
    one.strftime(format).to_string() != other.strftime(format).to_string()
}

/// The way to the messages before; `conversation` is a part of the query that ends with `&`, or nothing.
pub fn earlier(words: Words, case: CaseId, conversation: &str, before: &str) -> Markup {
    html! { li.more { button.btn.plain type="button" hx-get={ "/app/cases/" (case) "/messages?" (conversation) "before=" (before) } hx-target="closest li" hx-swap="outerHTML" { (words.say("thread-earlier")) } } }
}
