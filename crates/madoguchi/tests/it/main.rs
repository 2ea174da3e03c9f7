//! The real binary as a child process, beside a simulated X, on fresh real databases: nothing is lost, nothing is doubled.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests fail like tests; clippy.toml only reaches the test functions themselves"
)]

mod backup;
mod bad_input;
mod crash;
mod crowd;
mod durable;
mod hostile_input;
mod lost_database;
mod quiet_log;
mod real_texts;
mod scene;
mod settings;
mod story;
mod streamed;
mod two_nodes;
