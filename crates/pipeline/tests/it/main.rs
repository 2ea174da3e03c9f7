//! The way of a message from outside, on every engine there is.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail like tests; clippy.toml only reaches the test functions"
)]

mod intake;
mod renewal;
mod scene;
