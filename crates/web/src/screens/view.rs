//! View models that several screens share: who reads, who is shown, what a row says. Screens know these and no database.

use crate::words::Words;
use domain::id::{AgentId, CaseId};
use domain::understanding::Reason;
use domain::vocabulary::{CaseState, Form, Kind, Noise, Role};
use jiff::Timestamp;

/// Colours of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the reader's system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Height of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    /// 36 px.
    Compact,
    /// 48 px.
    #[default]
    Default,
    /// 64 px.
    Roomy,
}

impl Theme {
    /// Every value, in the order of the settings page.
    pub const ALL: &'static [Self] = &[Self::System, Self::Light, Self::Dark];
    /// Stable spelling, for `data-theme`, profile and translation keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
    /// Reads the stable spelling; anything else follows the system.
    pub fn of(word: &str) -> Self {
        Self::ALL.iter().copied().find(|theme| theme.word() == word).unwrap_or_default()
    }
}

impl Density {
    /// Every value, in the order of the settings page.
    pub const ALL: &'static [Self] = &[Self::Compact, Self::Default, Self::Roomy];
    /// Stable spelling, for `data-density`, profile and translation keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Default => "default",
            Self::Roomy => "roomy",
        }
    }
    /// Reads the stable spelling; anything else is the default.
    pub fn of(word: &str) -> Self {
        Self::ALL.iter().copied().find(|density| density.word() == word).unwrap_or_default()
    }
}

/// Keys of the keyboard as one reader wants them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyChoice {
    /// Whether single keys do nothing.
    pub off: bool,
    /// Command id and the keys chosen instead of the default, e.g. `("close", "q")`.
    pub changed: Vec<(String, String)>,
}

/// The person in front of the screen. Only whole pages know the reader; shared fragments know [`Words`] at most.
#[derive(Clone, Debug, PartialEq)]
pub struct Reader {
    /// Who.
    pub agent: AgentId,
    /// Name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Language of the screens.
    pub words: Words,
    /// IANA time zone.
    pub zone: String,
    /// Colours.
    pub theme: Theme,
    /// Height of rows.
    pub density: Density,
    /// Keys.
    pub keys: KeyChoice,
    /// Token that every write of this session carries.
    pub csrf: String,
}

impl Reader {
    /// Whether settings are shown.
    pub fn manages(&self) -> bool {
        self.role == Role::Owner
    }
}

/// A colleague.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub agent: AgentId,
    /// Name.
    pub name: String,
}

/// Somebody outside, as far as the network shows them. Every part is theirs: untrusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Display name.
    pub name: Option<String>,
    /// Handle without `@`.
    pub handle: Option<String>,
}

impl Person {
    /// What to call them: name, else handle; `None` when the network shows neither.
    pub fn called(&self) -> Option<&str> {
        [&self.name, &self.handle].into_iter().flatten().map(|text| text.trim()).find(|text| !text.is_empty())
    }
}

/// A network, for its mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkMark {
    /// Stable id; names the icon.
    pub id: String,
    /// The network's own name.
    pub name: String,
}

/// Priority of a case with what put it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priority {
    /// 0 = safety, 1–7 the levels, 8 = noise.
    pub level: i64,
    /// Kind of the message that set it.
    pub kind: Kind,
    /// Why it is set aside, if it is.
    pub noise: Option<Noise>,
    /// The weightiest reason.
    pub lead: Option<Reason>,
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseRow {
    /// The case.
    pub case: CaseId,
    /// Whose.
    pub person: Person,
    /// Where.
    pub network: NetworkMark,
    /// Shape of the newest message.
    pub form: Form,
    /// Whether the newest message is private.
    pub private: bool,
    /// BCP 47 primary subtag of the newest message, when known.
    pub language: Option<String>,
    /// First words of the newest message.
    pub excerpt: String,
    /// Priority.
    pub priority: Priority,
    /// Who is on it.
    pub assignee: Option<Colleague>,
    /// Where it stands.
    pub state: CaseState,
    /// Since when the customer waits; `None` when nobody does.
    pub waiting_since: Option<Timestamp>,
    /// Until when it sleeps.
    pub snoozed_until: Option<Timestamp>,
    /// Time of the newest message.
    pub last_at: Timestamp,
}

/// What the page's frame shows beside the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Who reads.
    pub reader: Reader,
    /// The workspace's name.
    pub company: String,
    /// Open cases of each view, to 999; a view that is missing shows no number.
    pub counts: Vec<(super::filter::View, i64)>,
    /// Sources that receive, of all sources; `None` when there are none yet.
    pub sources: Option<(usize, usize)>,
    /// Number of the newest event that this page has seen; the live stream goes on from here.
    pub event: i64,
    /// Colleagues, for assignment and the palette.
    pub colleagues: Vec<Colleague>,
}
