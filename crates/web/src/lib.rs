//! The product's HTTP edge: webhooks, REST API, event streams, and the screens.
//!
//! Read in this order: [`router`] (what is where), [`state`] (what handlers are given), [`session`] and [`csrf`] (who asks),
//! [`hooks`] (the way in), [`api`] (every resource), [`events`] (what changed), [`screens`].

pub mod accounts;
pub mod api;
pub mod apps;
pub mod assets;
pub mod client_address;
pub mod csrf;
pub mod door;
mod error;
pub mod events;
pub mod health;
pub mod hooks;
mod idempotency;
pub mod login_limit;
pub mod password;
pub mod request_layer;
pub mod router;
pub mod screens;
mod serve;
pub mod session;
pub mod settings;
pub mod state;
pub mod uploads;
pub mod words;

pub use error::{Error, Failure, Field, Result};
pub use serve::{CONNECTIONS, serve};
pub use settings::{DemoDoor, Settings};
pub use state::Edge;
