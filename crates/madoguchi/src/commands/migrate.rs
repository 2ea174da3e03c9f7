//! `madoguchi migrate`: the schema, brought up to date without starting the product.

use super::{open, say};
use crate::settings::Base;
use anyhow::Result;

/// Runs the command; opening the store migrates it.
pub async fn run(base: &Base) -> Result<()> {
    open(base).await?.close().await;
    say("the schema is up to date")
}
