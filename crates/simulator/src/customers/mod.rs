//! Simulated customers: who they are, what they write, how they react, and what the past looked like.

pub mod history;
mod reactions;
pub mod stream;
pub mod texts;

pub use history::{HistoryCase, HistoryMessage, history};
pub use texts::{Kind, Language, Persona, Topic, languages};
