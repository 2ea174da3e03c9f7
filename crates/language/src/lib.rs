//! Understanding of text, offline: language, labels with reasons, personal data, search tokens, redaction.
//!
//! A text goes through [`normalise`], then [`identify`] says the language, [`personal_data`] finds what must be
//! protected, and the [`rules`] weigh the cues of the language's lexicon. The product talks to a [`Reader`].

pub mod classify;
pub mod identify;
pub mod normalise;
pub mod personal_data;
pub mod reader;
pub mod redact;
pub mod rules;
pub mod tokens;

pub use classify::classify_json;
pub use reader::{Hints, Reader};
pub use redact::redact;
pub use rules::RuleReader;

/// Every reason code that this crate can give; each has its words in the translation files.
pub fn reason_codes() -> impl Iterator<Item = &'static str> {
    rules::CUE_CODES.iter().chain(rules::SIGNAL_CODES).chain(rules::DECISION_CODES).copied()
}
