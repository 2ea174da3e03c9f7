//! The screens: pure functions from view models to HTML, one file per screen, and the handlers that fill them.
//!
//! Read in this order: [`view`] (who reads, and the shared view models), [`filter`] (every list is an address),
//! [`page`] (the frame of a page), [`inbox`] and [`case`], then the rest.

pub mod acts;
pub mod case;
pub mod commands;
pub mod composer;
pub mod customer;
pub mod door;
pub mod empty;
pub mod failure;
pub mod filter;
mod handlers;
pub mod inbox;
pub mod marks;
pub mod message;
pub mod page;
pub mod palette;
pub mod search;
pub mod sending;
pub mod settings;
pub mod text;
pub mod view;
pub mod why;
pub mod write_new;

pub use handlers::routes;
