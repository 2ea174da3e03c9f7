//! `madoguchi doctor`: what is wrong, and what to do about it.

use super::say;
use crate::settings::{Base, Flags, product_settings};
use anyhow::{Result, bail};
use domain::people::Scope;
use store::Store;
use store::channel::ChannelState;

/// Runs the command; fails when something is wrong.
pub async fn run(base: &Base) -> Result<()> {
    let settings = product_settings(base, Flags::default())?;
    say("settings: fine")?;
    let store = match Store::open(&settings.store).await {
        Ok(store) => store,
        Err(error) => bail!("database: {error}"),
    };
    let mut troubles = 0;
    let mut trouble = |text: String| {
        troubles += 1;
        say(&text)
    };
    say(&format!("database: {:?}, schema up to date, the key opens", store.engine()))?;
    if let Some(text) = store.durability_trouble().await? {
        trouble(format!("database: {text}"))?;
    }
    if settings.public_url.is_none() {
        trouble(
            "public_url: not set; networks cannot reach the webhooks. Set MADOGUCHI_PUBLIC_URL=https://…".to_owned(),
        )?;
    }
    for workspace in store.workspaces().await? {
        let scope = Scope::system(workspace.id);
        for app in store.apps(&scope).await? {
            if !app.enabled {
                trouble(format!("{}: app {} is switched off; its deliveries are refused", workspace.name, app.name))?;
            }
        }
        for channel in store.channels(&scope).await? {
            if channel.state != ChannelState::Connected {
                let reason = channel.state_reason.as_deref().unwrap_or("no reason noted");
                trouble(format!(
                    "{}: @{} is {} ({reason}); connect it again",
                    workspace.name,
                    channel.handle,
                    channel.state.word()
                ))?;
            }
        }
        let open = store.gaps(&scope).await?.iter().filter(|gap| gap.closed_at.is_none() && !gap.lost).count();
        if open > 0 {
            trouble(format!(
                "{}: {open} gaps are open; they close by themselves while the product runs",
                workspace.name
            ))?;
        }
        let parked = store.parked_count(&scope).await?;
        if parked > 0 {
            trouble(format!("{}: {parked} deliveries are parked; see Settings, Parked deliveries", workspace.name))?;
        }
    }
    store.close().await;
    if troubles == 0 {
        say("all is well")?;
        return Ok(());
    }
    bail!("{troubles} things to look at")
}
