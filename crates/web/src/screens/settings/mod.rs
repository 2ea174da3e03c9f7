//! Settings: own profile for everyone; apps and channels, agents, parked deliveries, sources and tokens for owners.

pub mod agents;
pub mod apps;
pub mod channel;
pub mod parked;
pub mod profile;
pub mod sources;
pub mod tokens;

use super::marks::icon;
use super::page::{self, Place};
use super::view::Frame;
use crate::words::Words;
use maud::{Markup, html};

/// The pages of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Own profile.
    Profile,
    /// Apps and channels.
    Apps,
    /// Agents.
    Agents,
    /// Source health.
    Sources,
    /// Parked deliveries.
    Parked,
    /// API tokens.
    Tokens,
}

impl Section {
    /// Every page, in order; all but the first are for owners.
    pub const ALL: &'static [Self] =
        &[Self::Profile, Self::Apps, Self::Agents, Self::Sources, Self::Parked, Self::Tokens];
    /// Stable spelling in addresses and translation keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Apps => "apps",
            Self::Agents => "agents",
            Self::Sources => "sources",
            Self::Parked => "parked",
            Self::Tokens => "tokens",
        }
    }
    const fn icon(self) -> &'static str {
        match self {
            Self::Profile => "i-me",
            Self::Apps => "i-plug",
            Self::Agents => "i-team",
            Self::Sources => "i-retry",
            Self::Parked => "i-parked",
            Self::Tokens => "i-key",
        }
    }
}

/// What the last act said, above the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Notice {
    /// Nothing to say.
    #[default]
    None,
    /// It worked; a key of the words.
    Done(&'static str),
    /// It did not; a key of the words.
    Failed(&'static str),
    /// What came of each part, in words that name things.
    Told(Vec<Told>),
}

/// One outcome in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Whether it worked.
    pub well: bool,
    /// The words.
    pub text: String,
}

fn notice(words: Words, notice: &Notice) -> Markup {
    html! { @match notice {
        Notice::None => {},
        Notice::Done(key) => p.flag.ok role="status" { (icon("i-check")) span { (words.say(key)) } },
        Notice::Failed(key) => p.flag.bad role="alert" { (icon("i-stop")) span { (words.say(key)) } },
        Notice::Told(outcomes) => @for told in outcomes {
            @if told.well { p.flag.ok role="status" { (icon("i-check")) span { (told.text) } } }
            @else { p.flag.bad role="alert" { (icon("i-stop")) span { (told.text) } } }
        },
    } }
}

/// A settings page: tabs, title, what it is for, the content.
pub fn page(frame: &Frame, section: Section, said: &Notice, body: Markup) -> Markup {
    let words = frame.reader.words;
    let title = words.term("settings", section.word());
    page::sheet(
        frame,
        &title,
        Place::Settings,
        html! {
            header.page-head { div { p.small.muted { (words.say("settings")) } h1 { (title) } p { (words.say(&format!("settings-{}-about", section.word()))) } } }
            nav.tabs.settings-tabs aria-label=(words.say("settings")) {
                @for other in Section::ALL.iter().filter(|other| **other == Section::Profile || frame.reader.manages()) {
                    a href={ "/settings/" (other.word()) } aria-current=[(*other == section).then_some("page")] { (icon(other.icon())) (words.term("settings", other.word())) }
                }
            }
            (notice(words, said))
            (body)
        },
    )
}

/// A table in a frame that scrolls by itself on a narrow screen.
fn table(label: &str, head: Markup, body: Markup) -> Markup {
    html! { div.table-scroll tabindex="0" role="region" aria-label=(label) { table.table { thead { (head) } tbody { (body) } } } }
}
