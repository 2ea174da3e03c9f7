//! What the language engine says of a message: labels with confidence and reasons.

use crate::vocabulary::{About, Kind, Noise, ReplyNeed, Sentiment};
use serde::{Deserialize, Serialize};

/// Why a label was given: a code (translation key below `reason-`) and its parameters; words come from the translation files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Code, e.g. `word.lost_card`, `question.mark`, `safety.takeover`.
    pub code: String,
    /// The words of the message that carried it, or other parameters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

impl Reason {
    /// A reason without words.
    pub fn of(code: impl Into<String>) -> Self {
        Self { code: code.into(), words: Vec::new() }
    }
    /// A reason with the words that carried it.
    pub fn with(code: impl Into<String>, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { code: code.into(), words: words.into_iter().map(Into::into).collect() }
    }
}

/// Kinds of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonalDataKind {
    /// International bank account number.
    Iban,
    /// Payment card number.
    Card,
    /// E-mail address.
    Email,
    /// Telephone number.
    Phone,
    /// Postal address.
    Address,
    /// Order or customer number.
    Order,
    /// National bank account number.
    BankAccount,
    /// Japan's individual number.
    MyNumber,
    /// Password, PIN, one-time code.
    Secret,
}

/// A stretch of text that is personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalData {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: PersonalDataKind,
    /// First Unicode scalar.
    pub start: usize,
    /// One past the last Unicode scalar.
    pub end: usize,
}

/// A danger that jumps any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Safety {
    /// Somebody else uses the account, card or money now.
    AccountTakeover,
    /// Danger to people.
    Danger,
    /// Self-harm.
    SelfHarm,
    /// Children at risk.
    Children,
}

/// What a message is, as far as a machine can say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Understanding {
    /// BCP 47 primary subtag, `und` when unknown.
    pub language: String,
    /// 0..1.
    pub language_confidence: f32,
    /// Best guess.
    pub kind: Kind,
    /// 0..1.
    pub kind_confidence: f32,
    /// Whether the guess is below the threshold.
    pub unsorted: bool,
    /// Subject.
    pub about: About,
    /// Tone.
    pub sentiment: Sentiment,
    /// 0..1: dissatisfaction with substance.
    pub complaint: f32,
    /// 0..1.
    pub anger: f32,
    /// 0..1.
    pub urgency: f32,
    /// Why it is set aside, if it is.
    pub noise: Option<Noise>,
    /// Whether it wants an answer.
    pub reply_need: ReplyNeed,
    /// Whether a help article could answer it.
    pub answerable: bool,
    /// Danger, if any.
    pub safety: Option<Safety>,
    /// Personal data in the text.
    pub personal_data: Vec<PersonalData>,
    /// Why, most weighty first.
    pub reasons: Vec<Reason>,
    /// Name and version of the engine that said so.
    pub engine: String,
}
