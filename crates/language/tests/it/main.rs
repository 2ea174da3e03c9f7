//! What the rules make of messages: by language, on any input, and in the words of the translation files.

mod any_text;
mod command_line;
mod languages;
mod personal_data;
mod reasons;
mod search;
