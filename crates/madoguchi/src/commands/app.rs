//! `madoguchi app`: our registrations at networks.

use super::{now, open, say, scope};
use crate::settings::Base;
use anyhow::{Context, Result, bail};
use domain::id::AppId;
use networks::Registry;
use networks::client::{Client, ClientOptions};
use store::channel::Fields;

/// What `app` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// Register an app; prints its id. Secrets are read as NAME=VALUE lines from standard input.
    Create {
        /// The network.
        network: String,
        /// What people call it.
        #[arg(long)]
        name: String,
        /// Plain settings as NAME=VALUE, repeated.
        #[arg(long = "set", value_name = "NAME=VALUE")]
        settings: Vec<String>,
        /// Name or id of the workspace.
        #[arg(long)]
        workspace: Option<String>,
    },
}

fn pairs(lines: impl IntoIterator<Item = String>) -> Result<Fields> {
    lines
        .into_iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let (name, value) = line.split_once('=').with_context(|| "a field must be NAME=VALUE".to_owned())?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        })
        .collect()
}

/// Runs the command.
pub async fn run(base: &Base, arguments: Arguments) -> Result<()> {
    let Act::Create { network, name, settings, workspace } = arguments.act;
    let registry = Registry::standard(Client::new(ClientOptions::default())?);
    let Some(known) = registry.get(&network) else {
        let all: Vec<&str> = registry.all().map(|network| network.capabilities().network.as_str()).collect();
        bail!("{network:?} is no network of this build; allowed is {}", all.join(", "));
    };
    let settings = pairs(settings)?;
    let secrets = pairs(std::io::stdin().lines().collect::<Result<Vec<_>, _>>()?)?;
    for field in known.app_fields() {
        let place = if field.secret { &secrets } else { &settings };
        if field.required && place.get(field.name).is_none_or(String::is_empty) {
            let how = if field.secret { "a line on standard input" } else { "--set" };
            bail!("{} is required: give it as {}=… by {how}", field.name, field.name);
        }
    }
    for (name, secret) in settings.keys().map(|name| (name, false)).chain(secrets.keys().map(|name| (name, true))) {
        if !known.app_fields().iter().any(|field| field.name == name && field.secret == secret) {
            let allowed: Vec<&str> =
                known.app_fields().iter().filter(|field| field.secret == secret).map(|field| field.name).collect();
            bail!(
                "{name} is no {} of {network}; allowed are {}",
                if secret { "secret" } else { "setting" },
                allowed.join(", ")
            );
        }
    }
    let store = open(base).await?;
    let scope = scope(&store, workspace.as_deref()).await?;
    let id = AppId(uuid::Uuid::now_v7());
    store.add_app(&scope, id, &network, &name, &settings, &secrets, true, now()).await?;
    say(&id.to_string())?;
    store.close().await;
    Ok(())
}
