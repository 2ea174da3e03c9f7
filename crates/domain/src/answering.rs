//! Which of our accounts answers a message: the support account for the brand where the network allows it.

use crate::ability::{Abilities, ChannelFacts, May, MessageFacts};
use crate::id::ChannelId;
use crate::understanding::Reason;
use crate::vocabulary::ChannelRole;
use serde::{Deserialize, Serialize};

/// Every reason code that [`propose`] can give; refusals by a network's rule carry the network's own codes.
pub const REASON_CODES: &[&str] = &[
    "answering.spoke_last",
    "answering.region_named",
    "answering.support_for_brand",
    "answering.preferred_role",
    "answering.named",
    "answering.received",
    "answering.only_way",
    "answering.disconnected",
    "answering.other_inbox",
    "answering.unknown_ability",
];

/// How the answering account is chosen, as versioned data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweringPolicy {
    /// Stable id.
    pub id: String,
    /// Counts up with each change that goes live.
    pub version: i64,
    /// Roles, the preferred one first; a role that is missing comes last.
    pub roles: Vec<ChannelRole>,
    /// Whether the account that already answered in this conversation goes on, so that the voice does not change.
    pub keep_the_voice: bool,
    /// Whether a regional account that the author named answers for itself.
    pub region_answers_itself: bool,
}

impl AnsweringPolicy {
    /// The shipped policy: the support account answers for the brand (CH8).
    pub fn support_first() -> Self {
        Self {
            id: "support_first".into(),
            version: 1,
            roles: vec![ChannelRole::Support, ChannelRole::Regional, ChannelRole::Brand],
            keep_the_voice: true,
            region_answers_itself: true,
        }
    }
}

/// The message and what we know of its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Our accounts on the message's network.
    pub channels: &'a [ChannelFacts],
    /// The message to answer.
    pub message: &'a MessageFacts,
    /// Channels that received it.
    pub sightings: &'a [ChannelId],
    /// Channel of our newest answer in the conversation.
    pub spoke_last: Option<ChannelId>,
}

/// An account that may answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// The channel.
    pub channel: ChannelId,
    /// Its handle without `@`.
    pub handle: String,
    /// Why it stands here, most weighty first.
    pub reasons: Vec<Reason>,
}

/// An account that may not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The channel.
    pub channel: ChannelId,
    /// Its handle without `@`.
    pub handle: String,
    /// Why not.
    pub reason: Reason,
}

/// Who may answer, the best first, and why the others may not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answering {
    /// Accounts that may answer, the proposed one first.
    pub proposals: Vec<Proposal>,
    /// Accounts that may not, in the order the policy would have preferred them.
    pub refusals: Vec<Refusal>,
    /// The policy that decided.
    pub policy: String,
    /// Its version.
    pub policy_version: i64,
}

impl Answering {
    /// The account that answers unless a person overrides it.
    pub fn proposed(&self) -> Option<&Proposal> {
        self.proposals.first()
    }
}

/// Orders our accounts for one message. `abilities` says what each may do to it; `None` counts as a refusal.
///
/// A private message is answered only from the account that received it: it stands in that account's inbox.
pub fn propose(
    situation: &Situation<'_>,
    abilities: impl Fn(&ChannelFacts) -> Option<Abilities>,
    policy: &AnsweringPolicy,
) -> Answering {
    let mut ordered: Vec<(Rank, &ChannelFacts)> =
        situation.channels.iter().map(|channel| (rank(situation, channel, policy), channel)).collect();
    ordered.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.handle.cmp(&b.handle)));
    let mut answering = Answering { policy: policy.id.clone(), policy_version: policy.version, ..Answering::default() };
    for (_, channel) in &ordered {
        match may_answer(situation, channel, &abilities) {
            May::Yes => answering.proposals.push(Proposal {
                channel: channel.channel,
                handle: channel.handle.clone(),
                reasons: reasons(situation, channel, policy),
            }),
            May::No { reason } => {
                answering.refusals.push(Refusal { channel: channel.channel, handle: channel.handle.clone(), reason });
            }
        }
    }
    if let ([only], false) = (answering.proposals.as_mut_slice(), answering.refusals.is_empty()) {
        only.reasons.push(Reason::of("answering.only_way"));
    }
    answering
}

/// Sort key: smaller is better.
type Rank = (bool, bool, usize, bool, bool);

fn rank(situation: &Situation<'_>, channel: &ChannelFacts, policy: &AnsweringPolicy) -> Rank {
    let role = policy.roles.iter().position(|role| *role == channel.role).unwrap_or(policy.roles.len());
    (
        !goes_on(situation, channel, policy),
        !is_named_region(situation, channel, policy),
        role,
        !is_named(situation.message, channel),
        !situation.sightings.contains(&channel.channel),
    )
}

fn goes_on(situation: &Situation<'_>, channel: &ChannelFacts, policy: &AnsweringPolicy) -> bool {
    policy.keep_the_voice && situation.spoke_last == Some(channel.channel)
}

fn is_named_region(situation: &Situation<'_>, channel: &ChannelFacts, policy: &AnsweringPolicy) -> bool {
    policy.region_answers_itself && channel.role == ChannelRole::Regional && is_named(situation.message, channel)
}

fn is_named(message: &MessageFacts, channel: &ChannelFacts) -> bool {
    message.mentions.iter().any(|mentioned| {
        mentioned.external_id.as_deref() == Some(channel.account.as_str())
            || mentioned.handle.eq_ignore_ascii_case(&channel.handle)
    })
}

fn may_answer(
    situation: &Situation<'_>,
    channel: &ChannelFacts,
    abilities: impl Fn(&ChannelFacts) -> Option<Abilities>,
) -> May {
    if !channel.connected {
        return May::No { reason: Reason::of("answering.disconnected") };
    }
    if situation.message.private && !situation.sightings.contains(&channel.channel) {
        return May::No { reason: Reason::of("answering.other_inbox") };
    }
    match abilities(channel) {
        None => May::No { reason: Reason::of("answering.unknown_ability") },
        Some(abilities) if situation.message.private => abilities.direct_message,
        Some(abilities) => abilities.reply,
    }
}

fn reasons(situation: &Situation<'_>, channel: &ChannelFacts, policy: &AnsweringPolicy) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let handle = || [format!("@{}", channel.handle)];
    if goes_on(situation, channel, policy) {
        reasons.push(Reason::of("answering.spoke_last"));
    }
    if is_named_region(situation, channel, policy) {
        reasons.push(Reason::with("answering.region_named", handle()));
    } else if !situation.message.private && policy.roles.first() == Some(&channel.role) {
        let brand = situation.channels.iter().find(|other| {
            other.role == ChannelRole::Brand
                && (is_named(situation.message, other) || situation.sightings.contains(&other.channel))
        });
        match brand {
            Some(brand) if channel.role == ChannelRole::Support => {
                reasons.push(Reason::with("answering.support_for_brand", [format!("@{}", brand.handle)]));
            }
            _ => reasons.push(Reason::of("answering.preferred_role")),
        }
    }
    if is_named(situation.message, channel) {
        reasons.push(Reason::with("answering.named", handle()));
    } else if situation.sightings.contains(&channel.channel) {
        reasons.push(Reason::with("answering.received", handle()));
    }
    reasons
}

#[cfg(test)]
mod tests;
