//! The simulator over real HTTP.

mod contract;
mod customers;
mod errands;
mod oauth;
mod scene;
mod writing;
mod xdk;
