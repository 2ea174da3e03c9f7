//! What the rules make of messages: by language, on any input, and in the words of the translation files.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking and print what they saw"
)]

mod any_text;
mod command_line;
mod languages;
mod personal_data;
mod reasons;
mod search;
