//! From cues to labels: adds the weights, applies the rules that need more than one cue, and keeps the reasons.

use super::RuleReader;
use super::cue::Cue;
use super::lexicon::Hit;
use super::signals::{AboutUs, Signals};
use crate::identify::Identified;
use crate::normalise::Folded;
use domain::understanding::{PersonalData, Reason, Safety, Understanding};
use domain::vocabulary::{About, Kind, Noise, ReplyNeed, Sentiment};

/// Every reason code that the rules over several cues can give.
pub const DECISION_CODES: &[&str] = &[
    "rule.lost_valuable",
    "rule.blocked_before_deadline",
    "rule.negated_praise",
    "rule.praise_with_trouble",
    "rule.not_about_us",
    "rule.insult_with_substance",
    "rule.spam_two_signals",
    "rule.insult_without_substance",
    "rule.accusation_without_substance",
    "rule.bug_report",
    "rule.no_cue",
    "safety.account_takeover",
    "safety.danger",
    "safety.self_harm",
    "safety.children",
];

/// Below this probability the kind counts as unsorted.
const SORTED_FROM: f32 = 0.5;
/// How many reasons are kept.
const MOST_REASONS: usize = 6;
/// How many words one reason carries.
const MOST_WORDS: usize = 4;

/// Everything that is known about a text.
pub(crate) struct Evidence<'a> {
    pub(crate) text: &'a str,
    pub(crate) folded: &'a Folded,
    pub(crate) identified: Identified,
    pub(crate) hits: Vec<Hit>,
    pub(crate) signals: Signals,
    pub(crate) personal_data: Vec<PersonalData>,
}

/// Sums while deciding.
struct Scales {
    kinds: [f32; 8],
    sentiment: f32,
    complaint: f32,
    anger: f32,
    urgency: f32,
    /// Reasons with the weight they are sorted by.
    reasons: Vec<(f32, Reason)>,
}

const QUESTION: usize = 0;
const COMPLAINT: usize = 1;
const URGENT: usize = 2;
const PR_RISK: usize = 3;

const PRAISE: usize = 5;
const OFF_TOPIC: usize = 6;
const SPAM_ABUSE: usize = 7;

impl Scales {
    fn add(&mut self, kind: usize, weight: f32) {
        if let Some(score) = self.kinds.get_mut(kind) {
            *score += weight;
        }
    }
    fn of(&self, kind: usize) -> f32 {
        self.kinds.get(kind).copied().unwrap_or(0.0)
    }
    fn scale(&mut self, kind: usize, factor: f32) {
        if let Some(score) = self.kinds.get_mut(kind) {
            *score *= factor;
        }
    }
    fn because(&mut self, weight: f32, code: &str) {
        self.reasons.push((weight, Reason::of(code)));
    }
}

/// Decides every label.
pub(crate) fn decide(mut evidence: Evidence<'_>) -> Understanding {
    let mut scales = Scales {
        kinds: [0.0, 0.0, 0.0, 0.0, 0.7, 0.0, 0.1, 0.0],
        sentiment: 0.0,
        complaint: 0.0,
        anger: 0.0,
        urgency: 0.0,
        reasons: Vec::with_capacity(8),
    };
    drop_what_insults_swallow(&mut evidence.hits);
    negate(&mut evidence, &mut scales);
    weigh_cues(&evidence, &mut scales);
    weigh_shape(&evidence.signals, &mut scales);
    combine(&evidence, &mut scales);
    let safety = safety(&evidence, &mut scales);
    let noise = noise(&evidence, &mut scales, safety.is_some());
    finish(evidence, scales, safety, noise)
}

impl Evidence<'_> {
    fn has(&self, cue: Cue) -> bool {
        self.hits.iter().any(|hit| hit.cue == cue)
    }
    fn count(&self, cue: Cue) -> usize {
        self.hits.iter().filter(|hit| hit.cue == cue).count()
    }
    /// The stretch of the original text that a hit came from.
    fn words_of(&self, hit: &Hit) -> String {
        let (start, end) = self.folded.original_bytes(hit.start, hit.end);
        self.text.get(start..end).unwrap_or_default().trim().to_owned()
    }
    /// Substance: something that happened to the writer, beyond the insult.
    fn has_substance(&self) -> bool {
        [
            Cue::Problem,
            Cue::Dissatisfied,
            Cue::Waiting,
            Cue::Charged,
            Cue::Leaving,
            Cue::Loss,
            Cue::Blocked,
            Cue::MoneyGone,
            Cue::Outage,
            Cue::Poor,
            Cue::Danger,
            Cue::Leak,
            Cue::Legal,
            Cue::ProductDanger,
        ]
        .into_iter()
        .any(|cue| self.has(cue))
    }
}

/// A coarse word inside an insult is part of the insult, not a complaint with substance.
fn drop_what_insults_swallow(hits: &mut Vec<Hit>) {
    let insults: Vec<(usize, usize)> =
        hits.iter().filter(|hit| hit.cue == Cue::Insult).map(|hit| (hit.start, hit.end)).collect();
    hits.retain(|hit| {
        !matches!(hit.cue, Cue::Dissatisfied | Cue::Angry | Cue::Poor)
            || !insults.iter().any(|(start, end)| *start <= hit.start && hit.end <= *end)
    });
}

/// Cues that a negation turns around or takes away.
fn is_negatable(cue: Cue) -> bool {
    matches!(
        cue,
        Cue::Praise
            | Cue::Dissatisfied
            | Cue::Poor
            | Cue::Angry
            | Cue::Hurry
            | Cue::Outage
            | Cue::Insult
            | Cue::Waiting
    )
}

/// Takes out what is negated: before the cue in spaced languages, behind it in Japanese.
fn negate(evidence: &mut Evidence<'_>, scales: &mut Scales) {
    let text = evidence.folded.text();
    let japanese = evidence.identified.language == "ja";
    let negations: Vec<(usize, usize)> =
        evidence.hits.iter().filter(|hit| hit.cue == Cue::Negation).map(|hit| (hit.start, hit.end)).collect();
    if negations.is_empty() {
        return;
    }
    let mut negated_praise = false;
    evidence.hits.retain(|hit| {
        if !is_negatable(hit.cue) {
            return true;
        }
        let negated = negations.iter().any(|(start, end)| {
            let gap = if japanese { text.get(hit.end..*start) } else { text.get(*end..hit.start) };
            let overlaps = *start >= hit.start && *end <= hit.end;
            !overlaps
                && gap.is_some_and(|gap| {
                    let near = if japanese { gap.chars().count() <= 4 } else { gap.split_whitespace().count() <= 2 };
                    near && !gap.contains(['.', '!', '?', ',', ';', '。', '、', '\n'])
                })
        });
        negated_praise |= negated && hit.cue == Cue::Praise;
        !negated
    });
    if negated_praise {
        scales.add(COMPLAINT, 1.6);
        scales.sentiment -= 1.0;
        scales.complaint += 0.4;
        scales.because(1.6, "rule.negated_praise");
    }
}

fn weigh_cues(evidence: &Evidence<'_>, scales: &mut Scales) {
    for cue in Cue::ALL {
        let mut words: Vec<String> = Vec::new();
        let mut strength = 0.0_f32;
        for hit in evidence.hits.iter().filter(|hit| hit.cue == *cue) {
            // Each further phrase of one cue says half as much as the one before.
            strength = if strength == 0.0 { 1.0 } else { (strength + 0.4).min(1.8) };
            let word = evidence.words_of(hit);
            if words.len() < MOST_WORDS && !word.is_empty() && !words.contains(&word) {
                words.push(word);
            }
        }
        if strength == 0.0 {
            continue;
        }
        let weights = cue.weights();
        for (score, weight) in scales.kinds.iter_mut().zip(weights.kinds) {
            *score += weight * strength;
        }
        scales.sentiment += weights.sentiment * strength;
        scales.complaint += weights.complaint * strength;
        scales.anger += weights.anger * strength;
        scales.urgency += weights.urgency * strength;
        let weight = weights.kinds.iter().copied().fold(0.0, f32::max) * strength;
        if weight > 0.0 && *cue != Cue::ThanksAhead {
            scales.reasons.push((weight, Reason::with(cue.code(), words)));
        }
    }
}

fn weigh_shape(signals: &Signals, scales: &mut Scales) {
    if signals.question_mark {
        scales.add(QUESTION, 1.5);
        scales.because(1.5, "text.question_mark");
    }
    if signals.question_ending {
        scales.add(QUESTION, 1.4);
        scales.because(1.4, "text.question_ending");
    }
    if signals.shouting {
        scales.anger += 0.25;
        scales.because(0.3, "text.shouting");
    }
    if signals.exclamations > 1 && scales.sentiment < 0.0 {
        scales.anger += 0.05 * f32::from(signals.exclamations);
    }
    if signals.hashtags > 5 {
        scales.add(SPAM_ABUSE, 0.8);
        scales.because(0.8, "text.hashtags");
    }
    match signals.about_us {
        AboutUs::Yes => scales.because(0.2, "text.names_us"),
        AboutUs::No => {
            scales.add(OFF_TOPIC, 3.0);
            scales.because(3.0, "rule.not_about_us");
        }
        AboutUs::Unknown => {}
    }
}

/// Rules that need more than one cue.
fn combine(evidence: &Evidence<'_>, scales: &mut Scales) {
    let asks = evidence.signals.question_mark
        || evidence.signals.question_ending
        || evidence.has(Cue::Question)
        || evidence.has(Cue::Help);
    if evidence.has(Cue::Lose) && evidence.has(Cue::Valuable) && !evidence.has(Cue::Loss) {
        scales.add(URGENT, 2.6);
        scales.urgency += 0.5;
        scales.because(2.6, "rule.lost_valuable");
    }
    let hindered = evidence.has(Cue::Blocked) || evidence.has(Cue::Problem) || evidence.has(Cue::MoneyGone);
    if hindered
        && (evidence.has(Cue::Deadline) && evidence.has(Cue::Hurry)
            || evidence.has(Cue::Blocked) && (evidence.has(Cue::Deadline) || evidence.has(Cue::Hurry)))
    {
        scales.add(URGENT, 1.8);
        scales.urgency += 0.2;
        scales.because(1.8, "rule.blocked_before_deadline");
    }
    // Others have it too: a fault, if there is trouble at all.
    if evidence.has(Cue::Many)
        && (evidence.has(Cue::Problem) || evidence.has(Cue::Blocked) || evidence.has(Cue::Outage))
    {
        scales.add(PR_RISK, 2.0);
    }
    let trouble = scales.of(COMPLAINT).max(scales.of(URGENT)).max(scales.of(PR_RISK));
    if scales.of(PRAISE) > 0.0 && (trouble >= 1.2 || (asks && evidence.count(Cue::Praise) < 2)) {
        scales.scale(PRAISE, if trouble >= 1.2 { 0.3 } else { 0.5 });
        scales.because(0.4, "rule.praise_with_trouble");
    }
    // A report of a fault without blame asks for help, also without a question.
    let blame =
        [Cue::Dissatisfied, Cue::Poor, Cue::Angry, Cue::Waiting, Cue::Charged, Cue::Leaving, Cue::Insult, Cue::SadFace]
            .into_iter()
            .any(|cue| evidence.has(cue));
    if evidence.has(Cue::Problem) && !blame {
        scales.add(QUESTION, 0.5);
        scales.because(0.5, "rule.bug_report");
    }
    // Rhetorical: who is dissatisfied in plain words and asks, complains.
    if asks && (evidence.has(Cue::Dissatisfied) || evidence.has(Cue::Angry)) {
        scales.add(COMPLAINT, 0.9);
    }
    // A complaint about a fault is not yet an urgent matter, a loss is more than a question.
    if evidence.has(Cue::Loss) || evidence.has(Cue::Takeover) || evidence.has(Cue::MoneyGone) {
        scales.scale(QUESTION, 0.6);
    }
    if evidence.signals.about_us == AboutUs::No && trouble < 2.0 {
        scales.scale(PRAISE, 0.6);
    }
}

fn safety(evidence: &Evidence<'_>, scales: &mut Scales) -> Option<Safety> {
    let (safety, code) = if evidence.has(Cue::SelfHarm) {
        (Safety::SelfHarm, "safety.self_harm")
    } else if evidence.has(Cue::Children) {
        (Safety::Children, "safety.children")
    } else if evidence.has(Cue::Takeover) && !(evidence.has(Cue::SpamOffer) && evidence.has(Cue::SpamContact)) {
        (Safety::AccountTakeover, "safety.account_takeover")
    } else if evidence.has(Cue::Danger) {
        (Safety::Danger, "safety.danger")
    } else {
        return None;
    };
    scales.because(5.0, code);
    Some(safety)
}

/// Two independent signals set a message aside; one alone is a guess that people see.
fn noise(evidence: &Evidence<'_>, scales: &mut Scales, unsafe_matter: bool) -> Option<Noise> {
    if unsafe_matter {
        return None;
    }
    let substance = evidence.has_substance();
    let offers = evidence.count(Cue::SpamOffer);
    let signals = usize::from(offers > 0)
        + usize::from(offers > 2)
        + usize::from(evidence.has(Cue::SpamContact))
        + usize::from(evidence.signals.links > 0 && (offers > 0 || evidence.has(Cue::SpamContact)))
        + usize::from(evidence.signals.hashtags > 5);
    if signals >= 2 && !substance {
        scales.add(SPAM_ABUSE, 2.0);
        scales.because(4.0, "rule.spam_two_signals");
        return Some(Noise::Spam);
    }
    let asks = evidence.has(Cue::Question) || evidence.has(Cue::Help);
    if evidence.has(Cue::Insult) || evidence.has(Cue::Accusation) {
        if substance || asks {
            scales.scale(SPAM_ABUSE, 0.25);
            scales.because(0.6, "rule.insult_with_substance");
            scales.add(COMPLAINT, 1.0);
            scales.complaint += 0.2;
            return None;
        }
        scales.scale(COMPLAINT, 0.4);
        scales.complaint *= 0.5;
        if evidence.has(Cue::Insult) {
            scales.because(2.0, "rule.insult_without_substance");
            return Some(Noise::Abuse);
        }
        scales.because(2.0, "rule.accusation_without_substance");
        return Some(Noise::Defamation);
    }
    None
}

fn finish(evidence: Evidence<'_>, mut scales: Scales, safety: Option<Safety>, noise: Option<Noise>) -> Understanding {
    let (kind, confidence) = most_likely(&scales.kinds, evidence.identified.confidence);
    let kind = match (noise, safety) {
        (Some(_), _) => Kind::SpamAbuse,
        (None, Some(_)) if !matches!(kind, Kind::PrRisk | Kind::Urgent) => Kind::Urgent,
        _ => kind,
    };
    let sentiment = match scales.sentiment {
        tone if tone >= 0.5 => Sentiment::Positive,
        tone if tone <= -0.5 => Sentiment::Negative,
        _ => Sentiment::Neutral,
    };
    if scales.reasons.is_empty() {
        scales.because(0.0, "rule.no_cue");
    }
    scales.reasons.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let about = about(&evidence);
    let asks = evidence.signals.question_mark || evidence.signals.question_ending || evidence.has(Cue::Question);
    let trouble = evidence.has(Cue::Waiting) || evidence.has(Cue::Charged) || evidence.has(Cue::Blocked);
    Understanding {
        language: evidence.identified.language.to_owned(),
        language_confidence: evidence.identified.confidence,
        kind,
        kind_confidence: confidence,
        unsorted: confidence < SORTED_FROM,
        about,
        sentiment,
        complaint: if kind == Kind::Complaint {
            scales.complaint.clamp(0.5, 1.0)
        } else {
            scales.complaint.clamp(0.0, 1.0)
        },
        anger: scales.anger.clamp(0.0, 1.0),
        urgency: scales.urgency.clamp(0.0, 1.0),
        noise,
        reply_need: reply_need(kind, sentiment, noise, evidence.has(Cue::Opening) || asks),
        answerable: kind == Kind::Question
            && asks
            && !trouble
            && about != About::Other
            && evidence.personal_data.is_empty(),
        safety,
        personal_data: evidence.personal_data,
        reasons: scales.reasons.into_iter().take(MOST_REASONS).map(|(_, reason)| reason).collect(),
        engine: RuleReader::NAME.to_owned(),
    }
}

/// The heaviest kind and its probability: a softmax over the weights, doubted where the language is not known.
fn most_likely(scores: &[f32; 8], language_confidence: f32) -> (Kind, f32) {
    let mut best = (Kind::Mention, f32::MIN);
    for (kind, score) in Kind::ALL.iter().zip(scores) {
        if *score > best.1 {
            best = (*kind, *score);
        }
    }
    let total: f32 = scores.iter().map(|score| (score - best.1).exp()).sum();
    let doubt = if language_confidence < 0.4 { 0.85 } else { 1.0 };
    (best.0, (doubt / total).clamp(0.0, 0.99))
}

fn about(evidence: &Evidence<'_>) -> About {
    let technical = evidence.count(Cue::Technical) * 2 + evidence.count(Cue::Problem) + evidence.count(Cue::Outage);
    let account = evidence.count(Cue::Account) * 2
        + evidence.count(Cue::Charged)
        + evidence.count(Cue::Blocked)
        + evidence.count(Cue::MoneyGone);
    let trade = evidence.count(Cue::Trade) * 2 + evidence.count(Cue::Opening);
    let most = technical.max(account).max(trade);
    if most == 0 {
        About::Other
    } else if account == most {
        About::Account
    } else if technical == most {
        About::Technical
    } else {
        About::Trade
    }
}

fn reply_need(kind: Kind, sentiment: Sentiment, noise: Option<Noise>, opening: bool) -> ReplyNeed {
    match kind {
        _ if noise.is_some() => ReplyNeed::None,
        Kind::Question | Kind::Complaint | Kind::Urgent | Kind::PrRisk => ReplyNeed::Must,
        Kind::Praise => ReplyNeed::Worth,
        Kind::Mention if opening || sentiment != Sentiment::Neutral => ReplyNeed::Worth,
        Kind::OffTopic if opening => ReplyNeed::Worth,
        Kind::Mention | Kind::OffTopic | Kind::SpamAbuse => ReplyNeed::None,
    }
}
