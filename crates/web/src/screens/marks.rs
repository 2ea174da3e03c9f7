//! The small marks that every screen uses: icons, avatars, priority, clocks, times, keys.

use super::view::{CaseRow, NetworkMark, Person, Priority};
use crate::assets;
use crate::words::Words;
use domain::id::AgentId;
use domain::vocabulary::CaseState;
use jiff::Timestamp;
use maud::{Markup, html};

/// An icon of the sprite; decoration only, the word stands beside it.
pub fn icon(name: &str) -> Markup {
    html! { svg.icon aria-hidden="true" { use href={ (assets::address("icons.svg")) "#" (name) } {} } }
}

/// The mark of a network, named for those who cannot see it.
pub fn network(mark: &NetworkMark) -> Markup {
    html! { svg.net role="img" aria-label=(mark.name) { use href={ (assets::address("icons.svg")) "#n-" (mark.id) } {} } }
}

/// The seal 窓.
pub fn seal() -> Markup {
    html! { svg.seal viewBox="0 0 32 32" aria-hidden="true" { use href={ (assets::address("icons.svg")) "#seal" } {} } }
}

/// Up to two letters that stand for a name; CJK names give one.
pub fn initials(name: &str) -> String {
    let first_letter = |word: &str| word.chars().find(|character| character.is_alphanumeric());
    let mut letters = name.split_whitespace().filter_map(first_letter);
    let Some(first) = letters.next() else { return "?".to_owned() };
    if !first.is_ascii() && !first.is_lowercase() && !first.is_uppercase() {
        return first.to_string();
    }
    let last = letters.next_back();
    first.to_uppercase().chain(last.into_iter().flat_map(char::to_uppercase)).collect()
}

/// A round mark with initials.
pub fn avatar(name: &str, size: &str) -> Markup {
    html! { span.avatar.(size) aria-hidden="true" { (initials(name)) } }
}

/// A colleague's mark; the browser colours the reader's own, because shared fragments do not know the reader.
pub fn agent_avatar(agent: AgentId, name: &str) -> Markup {
    html! { span.avatar data-agent=(agent) title=(name) { span aria-hidden="true" { (initials(name)) } span.sr { (name) } } }
}

/// What to call somebody, isolated so that their letters cannot turn ours around.
pub fn called(words: Words, person: &Person) -> Markup {
    html! { bdi { @match person.called() { Some(name) => { (super::text::plain(name)) } None => { (words.say("person-unnamed")) } } } }
}

/// `@handle`, isolated.
pub fn handle(handle: &str) -> Markup {
    html! { bdi { "@" (super::text::plain(handle)) } }
}

/// How the browser writes a moment: see `time.js`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeStyle {
    /// Clock time, with the day when it is not today.
    Clock,
    /// Day only.
    Day,
    /// Day and clock time.
    Full,
    /// Day and clock time with seconds, where moments close together are told apart.
    Exact,
    /// How long ago, in short.
    Ago,
    /// How long until, in short.
    Until,
}

impl TimeStyle {
    const fn word(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Day => "day",
            Self::Full => "full",
            Self::Exact => "exact",
            Self::Ago => "ago",
            Self::Until => "until",
        }
    }
}

/// A moment: UTC in the markup, the reader's zone and language in the browser.
pub fn time(at: Timestamp, style: TimeStyle) -> Markup {
    let format = match style {
        TimeStyle::Day => "%Y-%m-%d",
        TimeStyle::Exact => "%Y-%m-%d %H:%M:%S UTC",
        _ => "%Y-%m-%d %H:%M UTC",
    };
    let fallback = at.strftime(format).to_string();
    html! { time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) data-style=(style.word()) { (fallback) } }
}

/// A keyboard hint; the browser fills in the reader's own key for the command.
pub fn key(command: &str, shown: &str) -> Markup {
    html! { kbd.key data-key-of=(command) aria-hidden="true" { (shown) } }
}

/// Level and reason in words.
pub fn priority(words: Words, priority: &Priority) -> Markup {
    html! { span.prio data-p=(level(priority)) { (priority_parts(words, priority)) } }
}

/// The same in a tinted box that leads to the reasons.
pub fn priority_link(words: Words, priority: &Priority, address: &str) -> Markup {
    html! { a.prio data-p=(level(priority)) href=(address) { (priority_parts(words, priority)) } }
}

fn level(priority: &Priority) -> String {
    if priority.level == 0 { "safety".to_owned() } else { priority.level.to_string() }
}

fn priority_parts(words: Words, priority: &Priority) -> Markup {
    let name = match (priority.noise, priority.level) {
        (Some(noise), _) => words.term("noise", noise.word()),
        (None, 0) => words.say("priority-0"),
        (None, _) => words.term("kind", priority.kind.word()),
    };
    html! {
        i { @match priority.level { 0 => (icon("i-shield")), 8 => (icon("i-noise")), level => (level) } }
        span {
            @if (1..8).contains(&priority.level) { span.sr { (words.say("priority-level")) " " } }
            (name)
            @if let Some(lead) = &priority.lead { " · " (words.reason(lead)) }
        }
    }
}

/// The clock of a row: since when somebody waits, until when it sleeps, or when it last moved.
pub fn clock(words: Words, row: &CaseRow) -> Markup {
    html! {
        @match (row.state, row.snoozed_until, row.waiting_since) {
            (CaseState::Snoozed, Some(until), _) => span.clock title=(words.say("clock-snoozed")) { (icon("i-snooze")) (time(until, TimeStyle::Until)) },
            (CaseState::Open, _, Some(since)) => span.clock title=(words.say("clock-waiting")) { (icon("i-clock")) span.sr { (words.say("clock-waiting")) " " } (time(since, TimeStyle::Ago)) },
            _ => span.clock title=(words.say("clock-last")) { (time(row.last_at, TimeStyle::Ago)) },
        }
    }
}

/// The language of a message, as two letters; nothing when unknown.
pub fn language(tag: Option<&str>) -> Markup {
    html! { @if let Some(tag) = tag.filter(|tag| *tag != "und") { span.lang { (tag.to_uppercase()) } } }
}

/// The `lang` attribute of somebody's text: only a plausible tag, since it comes from outside.
pub fn lang_of(tag: Option<&str>) -> Option<&str> {
    let plausible =
        |tag: &&str| *tag != "und" && tag.len() <= 12 && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    tag.filter(plausible)
}

/// One line that asks for care.
pub fn flag(kind: &str, icon_name: &str, body: Markup) -> Markup {
    html! { p.flag.(kind) { (icon(icon_name)) span { (body) } } }
}

/// The hidden field that makes a form ours; nothing in shared fragments, where the script adds the header instead.
pub fn csrf(token: Option<&str>) -> Markup {
    html! { @if let Some(token) = token { input type="hidden" name="csrf" value=(token); } }
}
