//! The simulator over real HTTP.

mod errands;
mod oauth;
mod scene;
mod writing;
