//! The desk from outside, on every engine there is.

mod finding;
mod lists;
mod scopes;
mod story;
mod world;
