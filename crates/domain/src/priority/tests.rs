//! The table of the article, the lifts, and what must hold for every message.

use super::*;
use crate::vocabulary::{About, Sentiment};
use proptest::prelude::*;

fn understood(kind: Kind) -> Understanding {
    Understanding {
        language: "en".into(),
        language_confidence: 1.0,
        kind,
        kind_confidence: 0.9,
        unsorted: false,
        about: About::Other,
        sentiment: Sentiment::Neutral,
        complaint: 0.0,
        anger: 0.0,
        urgency: 0.0,
        noise: None,
        reply_need: ReplyNeed::None,
        answerable: false,
        safety: None,
        personal_data: Vec::new(),
        reasons: vec![Reason::of("text.question_mark")],
        engine: "test".into(),
    }
}

fn level(policy: &Policy, kind: Kind) -> (i64, ReplyNeed) {
    let triage = triage(policy, &understood(kind), &Circumstances::default());
    (triage.priority, triage.reply_need)
}

#[test]
fn the_two_shipped_orders() {
    let table = [
        (Kind::Question, 1, 3, ReplyNeed::Must),
        (Kind::Complaint, 2, 4, ReplyNeed::Must),
        (Kind::Urgent, 3, 1, ReplyNeed::Must),
        (Kind::PrRisk, 4, 2, ReplyNeed::Must),
        (Kind::Mention, 5, 5, ReplyNeed::None),
        (Kind::Praise, 6, 6, ReplyNeed::Worth),
        (Kind::OffTopic, 7, 7, ReplyNeed::None),
        (Kind::SpamAbuse, 7, 7, ReplyNeed::None),
    ];
    for (kind, standard, urgent_first, need) in table {
        assert_eq!(level(&Policy::standard(), kind), (standard, need), "standard, {kind}");
        assert_eq!(level(&Policy::urgent_first(), kind), (urgent_first, need), "urgent first, {kind}");
    }
}

#[test]
fn reach_and_velocity_lift_a_pr_risk_to_the_top_and_nothing_else() {
    let loud = Circumstances { reach: Some(80_000), ..Circumstances::default() };
    let many = Circumstances { similar_authors: 12, ..Circumstances::default() };
    for circumstances in [loud, many] {
        let risk = triage(&Policy::standard(), &understood(Kind::PrRisk), &circumstances);
        assert_eq!(risk.priority, FIRST);
        assert!(risk.reasons.iter().any(|reason| reason.code.starts_with("policy.lift.")));
        assert_eq!(triage(&Policy::standard(), &understood(Kind::Praise), &circumstances).priority, 6);
    }
}

#[test]
fn who_asks_for_the_third_time_goes_first() {
    let third = Circumstances { repeat_contacts: 2, ..Circumstances::default() };
    let triage = triage(&Policy::standard(), &understood(Kind::Complaint), &third);
    assert_eq!(triage.priority, FIRST);
    assert_eq!(triage.reasons[1], Reason::with("policy.lift.repeat", ["2"]));
}

#[test]
fn a_private_remark_is_worth_an_answer() {
    let private = Circumstances { private: true, ..Circumstances::default() };
    assert_eq!(triage(&Policy::standard(), &understood(Kind::Mention), &private).reply_need, ReplyNeed::Worth);
}

#[test]
fn a_complaint_is_never_set_aside() {
    let mut harsh = understood(Kind::SpamAbuse);
    harsh.noise = Some(Noise::Abuse);
    harsh.complaint = 0.7;
    let triage = triage(&Policy::standard(), &harsh, &Circumstances::default());
    assert_eq!((triage.priority, triage.noise, triage.reply_need), (2, None, ReplyNeed::Must));
    assert!(triage.reasons.contains(&Reason::of("policy.noise_kept")));
}

#[test]
fn a_policy_survives_its_way_through_json() {
    for policy in Policy::all_shipped() {
        let json = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
        assert_eq!(Policy::by_id(&policy.id), Some(policy));
    }
}

fn any_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(all)
}

const SAFETIES: &[Option<Safety>] =
    &[None, Some(Safety::AccountTakeover), Some(Safety::Danger), Some(Safety::SelfHarm), Some(Safety::Children)];
const NOISES: &[Option<Noise>] = &[None, Some(Noise::Spam), Some(Noise::Abuse), Some(Noise::Defamation)];

proptest! {
    #[test]
    fn safety_is_first_noise_is_last_and_the_rest_lies_between(
        kind in any_of(Kind::ALL), safety in any_of(SAFETIES), noise in any_of(NOISES), need in any_of(ReplyNeed::ALL),
        complaint in 0f32..=1.0, private: bool, reach in proptest::option::of(any::<i64>()),
        similar_authors: i64, repeat_contacts: i64, odd_level in any::<i64>(), odd_lift in any::<i64>(),
    ) {
        let mut odd = Policy::standard();
        for level in &mut odd.levels { level.priority = odd_level; }
        for lift in &mut odd.lifts { lift.to = odd_lift; }
        let understanding = Understanding { safety, noise, complaint, reply_need: need, ..understood(kind) };
        let circumstances = Circumstances { private, reach, similar_authors, repeat_contacts };
        for policy in [Policy::standard(), Policy::urgent_first(), odd] {
            let decided = triage(&policy, &understanding, &circumstances);
            prop_assert_eq!(decided.priority == SAFETY, safety.is_some());
            if safety.is_none() {
                let aside = noise.is_some() && complaint < policy.complaint_is_kept_from;
                prop_assert_eq!(decided.priority == NOISE, aside);
                prop_assert_eq!(decided.noise.is_some(), aside);
                prop_assert!((FIRST..=NOISE).contains(&decided.priority));
            } else {
                prop_assert_eq!(decided.reply_need, ReplyNeed::Must);
            }
            prop_assert_eq!(&decided, &triage(&policy, &understanding, &circumstances));
            for reason in decided.reasons.iter().filter(|reason| reason.code.starts_with("policy.")) {
                prop_assert!(REASON_CODES.contains(&reason.code.as_str()), "{} is not listed", reason.code);
            }
        }
    }
}
