//! Triage: which level a message gets under a policy, why, and whether it wants an answer.
//!
//! The policy is data with a version, so that each decision can name what made it and last month's traffic can be
//! run through another policy. Source of the two shipped ones: TR1 and the kind table of the language issue.

use crate::understanding::{Reason, Safety, Understanding};
use crate::vocabulary::{Kind, Noise, ReplyNeed};
use serde::{Deserialize, Serialize};

/// Priority of a message that puts somebody in danger: before any level.
pub const SAFETY: i64 = 0;
/// Most pressing level.
pub const FIRST: i64 = 1;
/// Least pressing level.
pub const LAST: i64 = 7;
/// Priority of what is set aside as noise: behind every level.
pub const NOISE: i64 = 8;

/// Every reason code that [`triage`] can add to those of the understanding.
pub const REASON_CODES: &[&str] = &[
    "policy.safety.account_takeover",
    "policy.safety.danger",
    "policy.safety.self_harm",
    "policy.safety.children",
    "policy.noise.spam",
    "policy.noise.abuse",
    "policy.noise.defamation",
    "policy.noise_kept",
    "policy.kind.question",
    "policy.kind.complaint",
    "policy.kind.urgent",
    "policy.kind.pr_risk",
    "policy.kind.mention",
    "policy.kind.praise",
    "policy.kind.off_topic",
    "policy.kind.spam_abuse",
    "policy.lift.reach",
    "policy.lift.velocity",
    "policy.lift.repeat",
    "policy.private",
];

/// One line of a policy: the messages of these kinds get this level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// 1 (first) to 7 (last).
    pub priority: i64,
    /// Kinds that get it.
    pub kinds: Vec<Kind>,
    /// The least that such a message wants.
    pub reply_need: ReplyNeed,
}

/// What lifts a message above the level of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiftBy {
    /// Followers of the author.
    Reach,
    /// Different people who wrote about the same trouble within the incident window.
    Velocity,
    /// Earlier contacts of the same person about the matter.
    Repeat,
}

/// A lift: messages of these kinds go to this level when the number is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lift {
    /// Which number counts.
    pub by: LiftBy,
    /// From how many on.
    pub at_least: i64,
    /// Kinds that are lifted.
    pub kinds: Vec<Kind>,
    /// Level they get, unless they already have a more pressing one.
    pub to: i64,
}

/// An order of work, as versioned data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Stable id, e.g. `standard`.
    pub id: String,
    /// Counts up with each change that goes live.
    pub version: i64,
    /// Name on screen; shipped policies are translated by `policy-<id>`.
    pub name: String,
    /// The levels; a kind that none of them names gets the last one.
    pub levels: Vec<Level>,
    /// What lifts a message.
    pub lifts: Vec<Lift>,
    /// 0..1: from this much complaint on, a message is never set aside as noise.
    pub complaint_is_kept_from: f32,
}

/// What is known about a message beside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circumstances {
    /// Whether only the two sides can read it.
    pub private: bool,
    /// Followers of the author, when the network says so.
    pub reach: Option<i64>,
    /// Different people who wrote about the same trouble within the incident window, this one included.
    pub similar_authors: i64,
    /// Earlier unanswered or reopened contacts of this person about the matter.
    pub repeat_contacts: i64,
}

/// What triage decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Triage {
    /// 0 = safety, 1..=7 the levels, 8 = noise.
    pub priority: i64,
    /// Whether it wants an answer.
    pub reply_need: ReplyNeed,
    /// Why it is set aside, if it is.
    pub noise: Option<Noise>,
    /// Why: the policy's line first, then what the understanding said.
    pub reasons: Vec<Reason>,
    /// Id of the policy that decided.
    pub policy: String,
    /// Its version.
    pub policy_version: i64,
}

impl Policy {
    /// The order of the article: questions, complaints, urgent, PR risk, mentions, praise, bystanders.
    pub fn standard() -> Self {
        let order = [Kind::Question, Kind::Complaint, Kind::Urgent, Kind::PrRisk];
        Self::shipped("standard", "Order of the article", order)
    }

    /// What cannot wait goes first: urgent, PR risk, questions, complaints, then as in the standard order.
    pub fn urgent_first() -> Self {
        let order = [Kind::Urgent, Kind::PrRisk, Kind::Question, Kind::Complaint];
        Self::shipped("urgent_first", "Urgent first", order)
    }

    /// The policies that come with the product, the default first.
    pub fn all_shipped() -> Vec<Self> {
        vec![Self::standard(), Self::urgent_first()]
    }

    /// A shipped policy by its id.
    pub fn by_id(id: &str) -> Option<Self> {
        Self::all_shipped().into_iter().find(|policy| policy.id == id)
    }

    fn shipped(id: &str, name: &str, first_four: [Kind; 4]) -> Self {
        let level = |priority, kinds: Vec<Kind>, reply_need| Level { priority, kinds, reply_need };
        let mut levels: Vec<Level> =
            (FIRST..).zip(first_four).map(|(priority, kind)| level(priority, vec![kind], ReplyNeed::Must)).collect();
        levels.push(level(5, vec![Kind::Mention], ReplyNeed::None));
        levels.push(level(6, vec![Kind::Praise], ReplyNeed::Worth));
        // A guess of spam that lacks the second signal is not set aside; it waits behind everything else.
        levels.push(level(LAST, vec![Kind::OffTopic, Kind::SpamAbuse], ReplyNeed::None));
        let lifts = vec![
            Lift { by: LiftBy::Reach, at_least: 50_000, kinds: vec![Kind::PrRisk], to: FIRST },
            Lift { by: LiftBy::Velocity, at_least: 5, kinds: vec![Kind::PrRisk], to: FIRST },
            Lift { by: LiftBy::Repeat, at_least: 2, kinds: vec![Kind::Complaint, Kind::Question], to: FIRST },
        ];
        Self { id: id.into(), version: 1, name: name.into(), levels, lifts, complaint_is_kept_from: 0.5 }
    }

    /// The policy's line for a kind.
    fn level_of(&self, kind: Kind) -> (i64, ReplyNeed) {
        self.levels
            .iter()
            .find(|level| level.kinds.contains(&kind))
            .map_or((LAST, ReplyNeed::None), |level| (level.priority.clamp(FIRST, LAST), level.reply_need))
    }
}

/// Decides priority and reply need of one message. Pure: equal input, equal output.
///
/// Safety jumps any order, also when the text looks like noise. Noise is set aside unless the text complains with
/// substance (a complaint is never set aside silently).
pub fn triage(policy: &Policy, understanding: &Understanding, circumstances: &Circumstances) -> Triage {
    let mut reasons = Vec::with_capacity(understanding.reasons.len() + 2);
    let (priority, reply_need, noise) = if let Some(safety) = understanding.safety {
        reasons.push(Reason::of(safety_code(safety)));
        (SAFETY, ReplyNeed::Must, None)
    } else if let Some(noise) = set_aside(policy, understanding) {
        reasons.push(Reason::of(format!("policy.noise.{}", noise.word())));
        (NOISE, ReplyNeed::None, Some(noise))
    } else {
        let (priority, need) = ordered(policy, understanding, circumstances, &mut reasons);
        (priority, need, None)
    };
    reasons.extend(understanding.reasons.iter().cloned());
    Triage { priority, reply_need, noise, reasons, policy: policy.id.clone(), policy_version: policy.version }
}

fn set_aside(policy: &Policy, understanding: &Understanding) -> Option<Noise> {
    understanding.noise.filter(|_| understanding.complaint < policy.complaint_is_kept_from)
}

fn ordered(
    policy: &Policy,
    understanding: &Understanding,
    circumstances: &Circumstances,
    reasons: &mut Vec<Reason>,
) -> (i64, ReplyNeed) {
    let kept = understanding.noise.is_some();
    // What complains with substance is worked on as a complaint, whatever else the text looks like.
    let kind = if kept && understanding.kind == Kind::SpamAbuse { Kind::Complaint } else { understanding.kind };
    let (mut priority, floor) = policy.level_of(kind);
    reasons.push(Reason::of(format!("policy.kind.{}", kind.word())));
    if kept {
        reasons.push(Reason::of("policy.noise_kept"));
    }
    for lift in policy.lifts.iter().filter(|lift| lift.kinds.contains(&kind)) {
        let (number, code) = match lift.by {
            LiftBy::Reach => (circumstances.reach.unwrap_or(0), "policy.lift.reach"),
            LiftBy::Velocity => (circumstances.similar_authors, "policy.lift.velocity"),
            LiftBy::Repeat => (circumstances.repeat_contacts, "policy.lift.repeat"),
        };
        let to = lift.to.clamp(FIRST, LAST);
        if number >= lift.at_least && to < priority {
            priority = to;
            reasons.push(Reason::with(code, [number.to_string()]));
        }
    }
    let mut need = more_needed(understanding.reply_need, floor);
    if circumstances.private && need == ReplyNeed::None && kind != Kind::SpamAbuse {
        need = ReplyNeed::Worth;
        reasons.push(Reason::of("policy.private"));
    }
    (priority, need)
}

fn more_needed(one: ReplyNeed, other: ReplyNeed) -> ReplyNeed {
    // The vocabulary lists the strongest need first.
    one.min(other)
}

fn safety_code(safety: Safety) -> &'static str {
    match safety {
        Safety::AccountTakeover => "policy.safety.account_takeover",
        Safety::Danger => "policy.safety.danger",
        Safety::SelfHarm => "policy.safety.self_harm",
        Safety::Children => "policy.safety.children",
    }
}

#[cfg(test)]
mod tests;
