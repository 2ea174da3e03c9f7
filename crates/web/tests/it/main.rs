//! Integration tests of the HTTP edge.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it must be"
)]

mod attacks_authorisation;
mod attacks_fetching;
mod attacks_files;
mod attacks_intake;
mod attacks_login;
mod attacks_order;
mod attacks_output;
mod attacks_realtime;
mod attacks_sockets;
mod attacks_timing;
mod attacks_voices;
mod deciding;
mod drafting;
mod health;
mod once;
mod openapi;
mod screens;
mod subscribing;
mod uploads_kept;
mod world;
