//! The folders of the networks against the simulated networks: one talk for each capability.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is not as it must be")]

mod scene;
mod streamed;
mod subscribing;
mod x;
