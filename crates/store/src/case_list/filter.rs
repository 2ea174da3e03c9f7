//! Filters of case lists: every field of a case, each optional; an empty list of values asks nothing.

use super::row::CaseRow;
use domain::Timestamp;
use domain::id::{AgentId, ChannelId, ContactId};
use domain::vocabulary::{About, CaseState, Form, Kind, NoReplyReason, Noise, ReplyNeed, Sentiment};
use serde::{Deserialize, Serialize};

/// Who is on the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "assigned_to", rename_all = "snake_case")]
pub enum AssigneeFilter {
    /// This person.
    Agent {
        /// Who.
        agent: AgentId,
    },
    /// Nobody.
    Nobody,
    /// Somebody, whoever it is.
    Anybody,
}

/// Whether the case was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "noise", rename_all = "snake_case")]
pub enum NoiseFilter {
    /// Not set aside.
    None,
    /// Set aside, for whatever reason.
    Any,
    /// Set aside for one of these.
    Of {
        /// Reasons.
        noises: Vec<Noise>,
    },
}

/// What a list shows. Values of one field are alternatives, fields narrow each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// States.
    pub states: Vec<CaseState>,
    /// Priorities, 0–8.
    pub priorities: Vec<i64>,
    /// Kinds.
    pub kinds: Vec<Kind>,
    /// Subjects.
    pub about: Vec<About>,
    /// Tones.
    pub sentiments: Vec<Sentiment>,
    /// Languages, BCP 47 primary subtags.
    pub languages: Vec<String>,
    /// Networks by id.
    pub networks: Vec<String>,
    /// Channels that were addressed.
    pub channels: Vec<ChannelId>,
    /// Shapes.
    pub forms: Vec<Form>,
    /// Whether it is private.
    pub private: Option<bool>,
    /// Who is on it.
    pub assignee: Option<AssigneeFilter>,
    /// Whether it wants an answer.
    pub reply_needs: Vec<ReplyNeed>,
    /// Whether it was set aside.
    pub noise: Option<NoiseFilter>,
    /// Whether the customer waits.
    pub waiting: Option<bool>,
    /// Whose.
    pub contact: Option<ContactId>,
    /// Why it was closed without an answer.
    pub no_reply_reasons: Vec<NoReplyReason>,
    /// Newest message at or after this moment.
    pub from: Option<Timestamp>,
    /// Newest message before this moment.
    pub to: Option<Timestamp>,
}

fn one_of<T: PartialEq>(wanted: &[T], value: &T) -> bool {
    wanted.is_empty() || wanted.contains(value)
}

impl Filter {
    /// The most values that one field may name.
    pub const MOST_VALUES: usize = 100;

    /// Whether a field names more values than a person could mean.
    pub fn is_too_large(&self) -> bool {
        [
            self.states.len(),
            self.priorities.len(),
            self.kinds.len(),
            self.about.len(),
            self.sentiments.len(),
            self.languages.len(),
            self.networks.len(),
            self.channels.len(),
            self.forms.len(),
            self.reply_needs.len(),
            self.no_reply_reasons.len(),
            match &self.noise {
                Some(NoiseFilter::Of { noises }) => noises.len(),
                _ => 0,
            },
        ]
        .into_iter()
        .any(|count| count > Self::MOST_VALUES)
    }

    /// Whether some field can have no value at all (e.g. a priority that does not exist): then nothing matches.
    pub(super) fn is_impossible(&self) -> bool {
        (!self.priorities.is_empty() && !self.priorities.iter().any(|level| (0..=8).contains(level)))
            || matches!(&self.noise, Some(NoiseFilter::Of { noises }) if noises.is_empty())
            || matches!((self.from, self.to), (Some(from), Some(to)) if from >= to)
    }

    /// Whether only cases that are not closed can match.
    pub(super) fn is_live(&self) -> bool {
        !self.states.is_empty() && !self.states.contains(&CaseState::Closed)
    }

    /// Whether a case is what the filter asks for, field by field.
    pub fn matches(&self, row: &CaseRow) -> bool {
        let assignee = row.assignee.as_ref().map(|assignee| assignee.id);
        one_of(&self.states, &row.state)
            && one_of(&self.priorities, &row.priority)
            && one_of(&self.kinds, &row.kind)
            && one_of(&self.about, &row.about)
            && one_of(&self.sentiments, &row.sentiment)
            && one_of(&self.languages, &row.language)
            && one_of(&self.networks, &row.network)
            && (self.channels.is_empty() || row.channel.is_some_and(|channel| self.channels.contains(&channel)))
            && one_of(&self.forms, &row.form)
            && self.private.is_none_or(|private| private == row.private)
            && self.assignee.is_none_or(|wanted| match wanted {
                AssigneeFilter::Agent { agent } => assignee == Some(agent),
                AssigneeFilter::Nobody => assignee.is_none(),
                AssigneeFilter::Anybody => assignee.is_some(),
            })
            && one_of(&self.reply_needs, &row.reply_need)
            && self.noise.as_ref().is_none_or(|wanted| match wanted {
                NoiseFilter::None => row.noise.is_none(),
                NoiseFilter::Any => row.noise.is_some(),
                NoiseFilter::Of { noises } => row.noise.is_some_and(|noise| noises.contains(&noise)),
            })
            && self.waiting.is_none_or(|waiting| waiting == row.waiting_since.is_some())
            && self.contact.is_none_or(|contact| contact == row.contact)
            && (self.no_reply_reasons.is_empty()
                || row.no_reply_reason.is_some_and(|reason| self.no_reply_reasons.contains(&reason)))
            && self.from.is_none_or(|from| row.last_position >= first_position(from))
            && self.to.is_none_or(|to| row.last_position < first_position(to))
    }
}

/// The smallest position of a millisecond.
pub(super) fn first_position(at: Timestamp) -> i64 {
    domain::position::position(at, at, 0)
}
