//! `madoguchi channel`: accounts that answer, connected with tokens of the operator's own.

use super::{now, scope};
use crate::commands::say;
use crate::running::environment;
use crate::settings::{Base, Flags, product_settings};
use anyhow::{Context, Result};
use domain::id::AppId;
use domain::vocabulary::{AccessLevel, ChannelRole};
use networks::{Secret, Tokens};
use store::channel::{NewChannel, SignOff};

/// What `channel` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// Connect an account; the access token is read from the first line of standard input, the refresh token from the second.
    Add {
        /// The app that carries it.
        #[arg(long)]
        app: AppId,
        /// brand, support or regional.
        #[arg(long, default_value = "support")]
        role: String,
        /// `self_serve` or `enterprise`, where the network has levels.
        #[arg(long)]
        access_level: Option<String>,
        /// none, initials or name.
        #[arg(long, default_value = "none")]
        sign_off: String,
        /// Also register webhook and subscriptions at the network (needs --public-url or MADOGUCHI_PUBLIC_URL).
        #[arg(long)]
        subscribe: bool,
        /// Name or id of the workspace.
        #[arg(long)]
        workspace: Option<String>,
    },
}

fn word<T>(flag: &str, text: &str, allowed: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
    read(text).with_context(|| format!("{flag} {text:?} is not usable; allowed is {allowed}"))
}

/// Runs the command.
pub async fn run(base: &Base, arguments: Arguments) -> Result<()> {
    let Act::Add { app, role, access_level, sign_off, subscribe, workspace } = arguments.act;
    let role = word("--role", &role, "brand, support or regional", ChannelRole::from_word)?;
    let level = access_level
        .map(|level| word("--access-level", &level, "self_serve or enterprise", AccessLevel::from_word))
        .transpose()?;
    let sign_off = word("--sign-off", &sign_off, "none, initials or name", SignOff::from_word)?;
    let settings = product_settings(base, Flags::default())?;
    let url = settings.public_url.as_ref().map_or_else(|| format!("http://{}", settings.listen), ToString::to_string);
    let environment = environment(&settings, &url).await?;
    let scope = scope(&environment.store, workspace.as_deref()).await?;
    let mut lines = std::io::stdin().lines();
    let access_token = lines.next().transpose()?.context("give the access token on standard input")?;
    let refresh_token = lines.next().transpose()?.filter(|line| !line.trim().is_empty());
    let tokens = Tokens {
        access_token: Secret::new(access_token.trim()),
        refresh_token: refresh_token.map(|token| Secret::new(token.trim())),
        expires_at: None,
        permissions: Vec::new(),
    };
    let stored = environment.store.app(&scope, app).await.context("there is no such app in this workspace")?;
    let network = environment.networks.get(&stored.network).context("this build does not know the app's network")?;
    let connected = network
        .whoami(&pipeline::access::app_access(&stored), &tokens)
        .await
        .context("the network does not accept the token")?;
    let channel = NewChannel {
        app,
        network: stored.network.clone(),
        external_id: connected.external_id,
        handle: connected.handle,
        name: connected.name,
        avatar_url: connected.avatar_url,
        role,
        access_level: level.or_else(|| network.capabilities().access_levels.first().copied()),
        sign_off,
        tokens: serde_json::to_string(&tokens)?,
        tokens_expire_at: None,
    };
    let id = environment.store.add_channel(&scope, &channel, now()).await?;
    say(&id.to_string())?;
    if subscribe {
        let channel = environment.store.channel(&scope, id).await?;
        pipeline::watch::subscribe(&environment, &channel)
            .await
            .context("webhook and subscriptions could not be registered")?;
    }
    environment.store.close().await;
    Ok(())
}
