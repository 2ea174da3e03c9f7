//! A private PostgreSQL cluster for tests: its own folder, port, password and process.

mod abandoned;
pub mod cluster;
pub mod command;
mod server_user;

/// The variable through which tests find the cluster. Each test creates a database of its own in it.
pub const URL_VARIABLE: &str = "MADOGUCHI_TEST_POSTGRES";
