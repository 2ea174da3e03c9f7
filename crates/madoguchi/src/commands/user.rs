//! `madoguchi user`: people who answer.

use super::{now, open, say, scope};
use crate::settings::{Base, Flags, product_settings};
use anyhow::{Context, Result, bail};
use domain::vocabulary::Role;
use store::account::{NewAgent, Profile};

/// What `user` can be told.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// Add somebody; prints a one-time link with which they choose their password.
    Create {
        /// Their address.
        email: String,
        /// owner or agent.
        #[arg(long, default_value = "agent")]
        role: String,
        /// Their name (without it, the part of the address before the sign).
        #[arg(long)]
        name: Option<String>,
        /// Name or id of the workspace; made anew when there is none.
        #[arg(long)]
        workspace: Option<String>,
        /// Language of their screens.
        #[arg(long, default_value = "en")]
        language: String,
    },
}

/// Runs the command.
pub async fn run(base: &Base, arguments: Arguments) -> Result<()> {
    let Act::Create { email, role, name, workspace, language } = arguments.act;
    let role = Role::from_word(&role).with_context(|| {
        let allowed: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
        format!("--role {role:?} is not usable; allowed is {}", allowed.join(" or "))
    })?;
    let Some((local, _)) = email.split_once('@').filter(|(local, host)| !local.is_empty() && host.contains('.')) else {
        bail!("{email:?} is no e-mail address");
    };
    let settings = product_settings(base, Flags::default())?;
    let store = open(base).await?;
    if workspace.is_none() && store.workspaces().await?.is_empty() {
        store.create_workspace("Madoguchi", "UTC", now()).await?;
    }
    let scope = scope(&store, workspace.as_deref()).await?;
    let zone = store.workspace(&scope).await?.zone;
    let new = NewAgent {
        email: email.clone(),
        name: name.unwrap_or_else(|| local.to_owned()),
        role,
        profile: Profile::new(&language, &zone),
        password_hash: None,
    };
    let agent = store.create_agent(&scope, &new, now()).await.with_context(|| format!("{email} cannot be added"))?;
    let link = store.create_link(&scope, agent.id, now()).await?;
    let base_url = settings
        .public_url
        .map_or_else(|| format!("http://{}", settings.listen), |url| url.as_str().trim_end_matches('/').to_owned());
    say(&format!("{base_url}/{}/{}", link.purpose.word(), link.token))?;
    store.close().await;
    Ok(())
}
