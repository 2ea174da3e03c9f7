//! The brand's mention under both access levels, regions, private messages and lost connections.

use super::*;
use crate::item::Mentioned;
use crate::vocabulary::{Direction, Form};
use uuid::Uuid;

fn channel(number: u128, handle: &str, role: ChannelRole) -> ChannelFacts {
    ChannelFacts {
        channel: ChannelId(Uuid::from_u128(number)),
        account: number.to_string(),
        handle: handle.into(),
        role,
        access_level: None,
        connected: true,
    }
}

fn ours() -> Vec<ChannelFacts> {
    vec![
        channel(1, "bank", ChannelRole::Brand),
        channel(2, "bank_help", ChannelRole::Support),
        channel(3, "bank_kansai", ChannelRole::Regional),
    ]
}

fn message(names: &[&str]) -> MessageFacts {
    MessageFacts {
        external_id: Some("100".into()),
        form: Form::Mention,
        direction: Direction::Inbound,
        private: false,
        author: "9".into(),
        author_handle: Some("kim".into()),
        mentions: names.iter().map(|name| Mentioned { external_id: None, handle: (*name).into() }).collect(),
        quotes_author: None,
        thread_author: None,
        unreadable: false,
        deleted: false,
    }
}

fn abilities(reply: May) -> Abilities {
    Abilities { reply: reply.clone(), direct_message: reply.clone(), delete: reply.clone(), hide: reply, ways: vec![] }
}

/// Everybody may answer: enterprise access.
fn free(_: &ChannelFacts) -> Option<Abilities> {
    Some(abilities(May::Yes))
}

fn handles(answering: &Answering) -> Vec<&str> {
    answering.proposals.iter().map(|proposal| proposal.handle.as_str()).collect()
}

fn codes(proposal: &Proposal) -> Vec<&str> {
    proposal.reasons.iter().map(|reason| reason.code.as_str()).collect()
}

#[test]
fn the_support_account_answers_a_mention_of_the_brand() {
    let (channels, message) = (ours(), message(&["Bank"]));
    let situation =
        Situation { channels: &channels, message: &message, sightings: &[channels[0].channel], spoke_last: None };
    let answering = propose(&situation, free, &AnsweringPolicy::support_first());
    assert_eq!(handles(&answering), ["bank_help", "bank_kansai", "bank"]);
    let first = answering.proposed().unwrap();
    assert_eq!(first.reasons, [Reason::with("answering.support_for_brand", ["@bank"])]);
    assert_eq!(codes(&answering.proposals[2]), ["answering.named"]);
    assert!(answering.refusals.is_empty());
}

#[test]
fn where_only_the_named_account_may_reply_the_brand_answers_and_the_others_say_why() {
    let (channels, message) = (ours(), message(&["bank"]));
    let situation =
        Situation { channels: &channels, message: &message, sightings: &[channels[0].channel], spoke_last: None };
    let self_serve = |channel: &ChannelFacts| {
        let may = if channel.handle == "bank" { May::Yes } else { May::No { reason: Reason::of("x.not_named") } };
        Some(abilities(may))
    };
    let answering = propose(&situation, self_serve, &AnsweringPolicy::support_first());
    assert_eq!(handles(&answering), ["bank"]);
    assert_eq!(codes(answering.proposed().unwrap()), ["answering.named", "answering.only_way"]);
    assert_eq!(answering.refusals[0].handle, "bank_help");
    assert_eq!(answering.refusals[0].reason.code, "x.not_named");
}

#[test]
fn a_named_region_answers_for_itself_and_the_voice_is_kept() {
    let (channels, message) = (ours(), message(&["bank_kansai", "bank"]));
    let mut situation = Situation { channels: &channels, message: &message, sightings: &[], spoke_last: None };
    let policy = AnsweringPolicy::support_first();
    assert_eq!(handles(&propose(&situation, free, &policy)), ["bank_kansai", "bank_help", "bank"]);
    situation.spoke_last = Some(channels[0].channel);
    let answering = propose(&situation, free, &policy);
    assert_eq!(handles(&answering), ["bank", "bank_kansai", "bank_help"]);
    assert_eq!(codes(answering.proposed().unwrap()), ["answering.spoke_last", "answering.named"]);
}

#[test]
fn a_private_message_stays_in_the_inbox_it_came_to() {
    let channels = ours();
    let private = MessageFacts { private: true, form: Form::DirectMessage, ..message(&[]) };
    let situation =
        Situation { channels: &channels, message: &private, sightings: &[channels[0].channel], spoke_last: None };
    let answering = propose(&situation, free, &AnsweringPolicy::support_first());
    assert_eq!(handles(&answering), ["bank"]);
    assert_eq!(codes(answering.proposed().unwrap()), ["answering.received", "answering.only_way"]);
    assert!(answering.refusals.iter().all(|refusal| refusal.reason.code == "answering.other_inbox"));
}

#[test]
fn a_lost_connection_and_an_unknown_ability_refuse() {
    let mut channels = ours();
    channels[1].connected = false;
    let message = message(&["bank"]);
    let situation = Situation { channels: &channels, message: &message, sightings: &[], spoke_last: None };
    let answering = propose(&situation, |_| None, &AnsweringPolicy::support_first());
    assert!(answering.proposed().is_none());
    let why: Vec<&str> = answering.refusals.iter().map(|refusal| refusal.reason.code.as_str()).collect();
    assert_eq!(why, ["answering.disconnected", "answering.unknown_ability", "answering.unknown_ability"]);
}

proptest::proptest! {
    #[test]
    fn each_account_is_proposed_or_refused_once(
        roles in proptest::collection::vec(0usize..3, 0..6), yes: u8, connected: u8, named: u8, private: bool,
    ) {
        let channels: Vec<ChannelFacts> = roles.iter().enumerate().map(|(number, role)| {
            let mut one = channel(number as u128, &format!("account{number}"), ChannelRole::ALL[*role]);
            one.connected = connected >> number & 1 == 1;
            one
        }).collect();
        let names: Vec<&str> =
            channels.iter().enumerate().filter(|(at, _)| named >> at & 1 == 1).map(|(_, one)| one.handle.as_str()).collect();
        let message = MessageFacts { private, ..message(&names) };
        let situation = Situation { channels: &channels, message: &message, sightings: &[], spoke_last: None };
        let may = |one: &ChannelFacts| {
            let bit = one.account.parse::<u8>().unwrap();
            Some(abilities(if yes >> bit & 1 == 1 { May::Yes } else { May::No { reason: Reason::of("x.no") } }))
        };
        let answering = propose(&situation, may, &AnsweringPolicy::support_first());
        proptest::prop_assert_eq!(answering.proposals.len() + answering.refusals.len(), channels.len());
        for proposal in &answering.proposals {
            for reason in &proposal.reasons {
                proptest::prop_assert!(REASON_CODES.contains(&reason.code.as_str()));
            }
        }
    }
}
