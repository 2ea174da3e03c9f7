//! The store from outside, on every engine there is.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests; clippy.toml only reaches the test functions themselves"
)]

mod filing;
mod places;
