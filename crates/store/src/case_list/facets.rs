//! The packed facets of a case: one number that an index in list order carries, so that any filter is one scan of it.
//!
//! The number is a generated column (`migrations/main/0001_spine.sql`); this file is the other half of its layout. Fields
//! with an open vocabulary (language, network, channel, assignee) have a few bits of their value only: what passes is
//! looked at again ([`super::filter::Filter::matches`]).

use super::filter::{AssigneeFilter, Filter, NoiseFilter};
use crate::db::Value;
use domain::vocabulary::{About, CaseState, Form, Kind, NoReplyReason, Noise, ReplyNeed, Sentiment};
use uuid::Uuid;

/// A field's place in the number.
#[derive(Clone, Copy)]
struct Field {
    shift: u32,
    bits: u32,
}

impl Field {
    const fn at(shift: u32, bits: u32) -> Self {
        Self { shift, bits }
    }
    const fn ones(self) -> i64 {
        (1 << self.bits) - 1
    }
}

const STATE: Field = Field::at(0, 2);
const WAITING: Field = Field::at(2, 1);
const PRIVATE: Field = Field::at(3, 1);
const ASSIGNED: Field = Field::at(4, 1);
const PRIORITY: Field = Field::at(5, 4);
const KIND: Field = Field::at(9, 3);
const ABOUT: Field = Field::at(12, 2);
const SENTIMENT: Field = Field::at(14, 2);
const REPLY_NEED: Field = Field::at(16, 2);
const NOISE: Field = Field::at(18, 2);
const FORM: Field = Field::at(20, 4);
const NO_REPLY: Field = Field::at(24, 3);
const LANGUAGE: Field = Field::at(27, 10);
const NETWORK: Field = Field::at(37, 5);
const CHANNEL: Field = Field::at(42, 8);
const ASSIGNEE: Field = Field::at(50, 8);

fn state(state: CaseState) -> i64 {
    match state {
        CaseState::Open => 0,
        CaseState::Waiting => 1,
        CaseState::Snoozed => 2,
        CaseState::Closed => 3,
    }
}

fn kind(kind: Kind) -> i64 {
    match kind {
        Kind::Question => 0,
        Kind::Complaint => 1,
        Kind::Urgent => 2,
        Kind::PrRisk => 3,
        Kind::Mention => 4,
        Kind::Praise => 5,
        Kind::OffTopic => 6,
        Kind::SpamAbuse => 7,
    }
}

fn about(about: About) -> i64 {
    match about {
        About::Technical => 0,
        About::Account => 1,
        About::Trade => 2,
        About::Other => 3,
    }
}

fn sentiment(sentiment: Sentiment) -> i64 {
    match sentiment {
        Sentiment::Positive => 0,
        Sentiment::Neutral => 1,
        Sentiment::Negative => 2,
    }
}

fn reply_need(need: ReplyNeed) -> i64 {
    match need {
        ReplyNeed::Must => 0,
        ReplyNeed::Worth => 1,
        ReplyNeed::None => 2,
    }
}

fn noise(noise: Noise) -> i64 {
    match noise {
        Noise::Spam => 1,
        Noise::Abuse => 2,
        Noise::Defamation => 3,
    }
}

fn form(form: Form) -> i64 {
    match form {
        Form::Mention => 0,
        Form::Reply => 1,
        Form::Quote => 2,
        Form::Comment => 3,
        Form::AdComment => 4,
        Form::Post => 5,
        Form::DirectMessage => 6,
        Form::Mail => 7,
        Form::Review => 8,
        Form::Note => 9,
        Form::System => 10,
    }
}

fn no_reply(reason: NoReplyReason) -> i64 {
    match reason {
        NoReplyReason::Solved => 1,
        NoReplyReason::AnsweredElsewhere => 2,
        NoReplyReason::NoneNeeded => 3,
        NoReplyReason::NotForUs => 4,
        NoReplyReason::Noise => 5,
        NoReplyReason::Incident => 6,
    }
}

fn letter(text: &str, index: usize) -> i64 {
    text.chars().nth(index).map_or(0, |letter| i64::from(u32::from(letter) % 32))
}

fn language(tag: &str) -> i64 {
    letter(tag, 0) * 32 + letter(tag, 1)
}

fn network(id: &str) -> i64 {
    letter(id, 0)
}

fn last_byte(id: Uuid) -> i64 {
    id.as_bytes().last().copied().map_or(0, i64::from)
}

/// What a filter asks of the number, as an SQL condition and its parameters, numbered from `first`.
pub(super) fn condition(filter: &Filter, first: usize) -> (String, Vec<Value>) {
    let mut condition = Condition::default();
    condition.any_of(STATE, filter.states.iter().copied().map(state));
    condition.any_of(PRIORITY, filter.priorities.iter().copied().filter(|level| (0..15).contains(level)));
    condition.any_of(KIND, filter.kinds.iter().copied().map(kind));
    condition.any_of(ABOUT, filter.about.iter().copied().map(about));
    condition.any_of(SENTIMENT, filter.sentiments.iter().copied().map(sentiment));
    condition.any_of(REPLY_NEED, filter.reply_needs.iter().copied().map(reply_need));
    condition.any_of(FORM, filter.forms.iter().copied().map(form));
    condition.any_of(NO_REPLY, filter.no_reply_reasons.iter().copied().map(no_reply));
    condition.any_of(LANGUAGE, filter.languages.iter().map(|tag| language(tag)));
    condition.any_of(NETWORK, filter.networks.iter().map(|id| network(id)));
    condition.any_of(CHANNEL, filter.channels.iter().map(|channel| last_byte(channel.0)));
    condition.any_of(WAITING, filter.waiting.map(i64::from));
    condition.any_of(PRIVATE, filter.private.map(i64::from));
    match filter.assignee {
        None => {}
        Some(AssigneeFilter::Nobody) => condition.any_of(ASSIGNED, [0]),
        Some(AssigneeFilter::Anybody) => condition.any_of(ASSIGNED, [1]),
        Some(AssigneeFilter::Agent { agent }) => {
            condition.any_of(ASSIGNED, [1]);
            condition.any_of(ASSIGNEE, [last_byte(agent.0)]);
        }
    }
    match &filter.noise {
        None => {}
        Some(NoiseFilter::None) => condition.any_of(NOISE, [0]),
        Some(NoiseFilter::Any) => condition.any_of(NOISE, [1, 2, 3]),
        Some(NoiseFilter::Of { noises }) => condition.any_of(NOISE, noises.iter().copied().map(noise)),
    }
    condition.render(first)
}

#[derive(Default)]
struct Condition {
    mask: i64,
    value: i64,
    sets: Vec<(Field, Vec<i64>)>,
}

impl Condition {
    /// The field has one of these values; no values: nothing is asked.
    fn any_of(&mut self, field: Field, values: impl IntoIterator<Item = i64>) {
        let mut values: Vec<i64> = values.into_iter().collect();
        values.sort_unstable();
        values.dedup();
        match values.as_slice() {
            [] => {}
            // All single values together are one comparison.
            [only] => {
                self.mask |= field.ones() << field.shift;
                self.value |= only << field.shift;
            }
            _ => self.sets.push((field, values)),
        }
    }

    fn render(self, first: usize) -> (String, Vec<Value>) {
        let mut parts = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        if self.mask != 0 {
            parts.push(format!("(facets & ${}) = ${}", first, first + 1));
            values.extend([self.mask.into(), self.value.into()]);
        }
        for (field, set) in self.sets {
            let cell = format!("((facets >> {}) & {})", field.shift, field.ones());
            if field.bits <= 4 {
                let bits: i64 = set.iter().fold(0, |bits, value| bits | (1 << value));
                parts.push(format!("((1 << CAST({cell} AS INTEGER)) & ${}) <> 0", first + values.len()));
                values.push(bits.into());
            } else {
                let places: Vec<String> =
                    (0..set.len()).map(|index| format!("${}", first + values.len() + index)).collect();
                parts.push(format!("{cell} IN ({})", places.join(", ")));
                values.extend(set.into_iter().map(Value::from));
            }
        }
        (parts.join(" AND "), values)
    }
}
