//! Networks: one folder each; what they can do is data, what they do is one trait whose optional acts have defaults.
//!
//! - [`network`]: the trait that a folder implements, [`registry`]: the folders that this build knows
//! - [`access`]: keys of apps and channels, [`client`]: the guarded HTTP client, [`budget`]: rate limits
//! - `signature`: HMACs over bodies, shared by folders

pub mod access;
pub mod budget;
pub mod client;
pub mod network;
pub mod registry;
mod signature;
mod x;

pub use access::{AppAccess, ChannelAccess, Secret, Tokens};
pub use client::{Client, ClientOptions, HostPort};
pub use network::Network;
pub use registry::Registry;
