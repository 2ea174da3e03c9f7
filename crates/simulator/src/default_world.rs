//! The world that `madoguchi simulate` and demos start with: one app, a bank's brand account and its support account.

use crate::x::model::{App, User};
use crate::{AccessLevel, Error, NewAccount, NewApp, World};
use std::fmt;

/// Everything a customer-care desk asks for; tests and our own tools use the same.
pub const SCOPES: &[&str] = &[
    "tweet.read",
    "users.read",
    "tweet.write",
    "tweet.moderate.write",
    "dm.read",
    "dm.write",
    "like.read",
    "like.write",
    "media.write",
    "offline.access",
];

/// An account with tokens.
#[derive(Debug, Clone)]
pub struct Connected {
    /// The account.
    pub user: User,
    /// Access token, 2 h.
    pub access_token: String,
    /// Refresh token.
    pub refresh_token: String,
}

/// What was made.
#[derive(Debug, Clone)]
pub struct DefaultWorld {
    /// Base address for clients.
    pub base_url: String,
    /// The app.
    pub app: App,
    /// @aobabank, self-serve.
    pub brand: Connected,
    /// @aoba_help, enterprise.
    pub support: Connected,
}

/// Makes the default world (once; a second call makes another app for the same accounts).
///
/// # Errors
/// Does not fail on a fresh world.
pub fn default_world(world: &World) -> Result<DefaultWorld, Error> {
    let app = world.create_app(NewApp { name: "Aoba Bank customer care".to_owned(), ..NewApp::default() });
    let connect = |username: &str, name: &str, description: &str, level: AccessLevel| -> Result<Connected, Error> {
        let user = world.create_account(NewAccount {
            username: username.to_owned(),
            name: name.to_owned(),
            description: description.to_owned(),
            location: Some("Sendai".to_owned()),
            verified: true,
            followers: Some(48_200),
            access_level: Some(level),
            ..NewAccount::default()
        })?;
        let (access_token, refresh_token) = world.issue_token(app.id, username, SCOPES)?;
        Ok(Connected { user, access_token, refresh_token })
    };
    Ok(DefaultWorld {
        base_url: format!("{}/x", world.origin()),
        brand: connect(
            "aobabank",
            "Aoba Bank",
            "あおば銀行公式 / Aoba Bank (fictional). Help: @aoba_help",
            AccessLevel::SelfServe,
        )?,
        support: connect(
            "aoba_help",
            "Aoba Bank Help",
            "お困りごとはこちらへ / We answer every day (fictional)",
            AccessLevel::Enterprise,
        )?,
        app,
    })
}

impl World {
    /// Id and display name of an account, by its handle.
    #[must_use]
    pub fn account(&self, username: &str) -> Option<(u64, String)> {
        let state = self.lock();
        state.find_user(username).ok().map(|user| (user.id, user.name.clone()))
    }
}

impl fmt::Display for DefaultWorld {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "base URL         {}", self.base_url)?;
        writeln!(out, "app id           {}", self.app.id)?;
        writeln!(out, "client id        {}", self.app.client_id)?;
        writeln!(out, "client secret    {}", self.app.client_secret)?;
        writeln!(out, "consumer secret  {}", self.app.consumer_secret)?;
        writeln!(out, "bearer token     {}", self.app.bearer_token)?;
        for (level, account) in [("self-serve", &self.brand), ("enterprise", &self.support)] {
            writeln!(out, "@{:<16}{} ({level})", account.user.username, account.user.id)?;
            writeln!(out, "  access token   {}", account.access_token)?;
            writeln!(out, "  refresh token  {}", account.refresh_token)?;
        }
        Ok(())
    }
}
