//! `madoguchi serve`: the product.

use super::say;
use crate::running::{Bound, environment, start_logging};
use crate::settings::{Base, Flags, product_settings};
use anyhow::Result;

/// What `serve` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    flags: Flags,
}

/// Starts the product and waits until it is told to stop.
pub async fn run(base: Base, arguments: Arguments) -> Result<()> {
    start_logging();
    let settings = product_settings(&base, arguments.flags)?;
    let bound = Bound::bind(&settings).await?;
    let url = settings.public_url.as_ref().map_or_else(|| format!("http://{}", bound.address), ToString::to_string);
    let environment = environment(&settings, &url).await?;
    let edge = web::Settings {
        public_url: settings.public_url.clone(),
        trusted_proxies: settings.trusted_proxies.clone(),
        ..web::Settings::default()
    };
    let product = bound.start(&settings, environment, edge)?;
    say(&format!("Madoguchi listens on http://{}", product.address))?;
    if let Some(address) = product.hooks_address {
        say(&format!("webhooks listen on http://{address}"))?;
    }
    if !product.environment.store.is_set_up().await? {
        say(
            "nobody can sign in yet: open the address and make the first owner, or: madoguchi user create EMAIL --role owner",
        )?;
    }
    product.until_told().await
}
