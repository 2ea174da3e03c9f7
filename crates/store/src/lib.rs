//! All SQL of the product: schema, queries, search index, on SQLite and PostgreSQL.
//!
//! Read in this order: `db` (the layer over the engines), `open` (files and pools), `journal` (what was delivered),
//! `filing` (the one place where messages come to be), `event` (what changed, numbered), then one file per subject.

pub mod account;
pub mod backup;
pub mod case_act;
pub mod case_list;
pub mod case_view;
pub mod channel;
pub mod cost;
pub mod db;
pub mod draft;
mod erasure;
mod error;
pub mod event;
pub mod files;
pub mod filing;
pub mod journal;
pub mod ledger;
pub mod note;
mod open;
pub mod outbox;
pub mod parked;
pub mod search;
#[cfg(feature = "testing")]
pub mod testing;
pub mod threads;
pub mod vault;

pub use error::{Error, Result};
pub use open::{Settings, Store};
