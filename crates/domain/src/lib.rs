//! Pure types and rules of Madoguchi: no IO, no async, no clock, no SQL, no wire formats.
//!
//! Time is always a parameter. Whatever decides something about a message (its priority, who may answer it
//! from which account, whether a draft may leave) lives here, so that live use, tests and simulation on last
//! month's traffic run the same code.

pub mod ability;
pub mod answering;
pub mod capability;
pub mod case_state;
pub mod draft_check;
pub mod id;
pub mod item;
pub mod outgoing;
pub mod people;
pub mod position;
pub mod priority;
pub mod understanding;
pub mod vocabulary;

pub use jiff::Timestamp;
