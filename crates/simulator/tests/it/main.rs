//! The simulator over real HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests fail like tests; clippy.toml only reaches the test functions themselves"
)]

mod contract;
mod customers;
mod errands;
mod intents;
mod oauth;
mod scene;
mod writing;
mod xdk;
