//! Apps and channels: our registrations at networks and the accounts they carry, with their secrets sealed.

use crate::db::{Db, Row, Value};
use crate::error::{Error, Result};
use crate::event::{self, NewEvent};
use crate::open::Store;
use domain::Timestamp;
use domain::ability::ChannelFacts;
use domain::id::{AppId, ChannelId, WorkspaceId};
use domain::people::Scope;
use domain::vocabulary::{AccessLevel, ChannelRole};
use std::collections::BTreeMap;

/// Plain settings or secrets by field name.
pub type Fields = BTreeMap<String, String>;

/// An app. `secrets` never leave the server.
#[derive(Clone, Debug)]
pub struct App {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Which.
    pub id: AppId,
    /// At which network.
    pub network: String,
    /// What people call it.
    pub name: String,
    /// Plain settings.
    pub settings: Fields,
    /// Secrets, opened.
    pub secrets: Fields,
    /// Whether deliveries are taken.
    pub enabled: bool,
    /// Since when.
    pub created_at: Timestamp,
}

/// How a person signs a message that leaves from a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignOff {
    /// Nothing.
    None,
    /// `^TM`.
    Initials,
    /// `担当：佐藤`, `– Mina`.
    Name,
}

impl SignOff {
    /// The stable spelling.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Initials => "initials",
            Self::Name => "name",
        }
    }
    /// Reads the stable spelling.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::None, Self::Initials, Self::Name].into_iter().find(|sign_off| sign_off.word() == word)
    }
}

/// Where a channel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelState {
    /// Receives and sends.
    Connected,
    /// The permission is gone; a person must connect it again.
    Revoked,
    /// Switched off by a person.
    Disabled,
}

impl ChannelState {
    /// The stable spelling.
    pub fn word(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Revoked => "revoked",
            Self::Disabled => "disabled",
        }
    }
    /// Reads the stable spelling.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Connected, Self::Revoked, Self::Disabled].into_iter().find(|state| state.word() == word)
    }
}

/// A channel without its keys.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Which.
    pub id: ChannelId,
    /// The app that carries it.
    pub app: AppId,
    /// At which network.
    pub network: String,
    /// The network's id of the account.
    pub external_id: String,
    /// Handle without `@`.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// Picture.
    pub avatar_url: Option<String>,
    /// What it is for.
    pub role: ChannelRole,
    /// How far the network lets it go.
    pub access_level: Option<AccessLevel>,
    /// How people sign.
    pub sign_off: SignOff,
    /// Where it stands.
    pub state: ChannelState,
    /// Why, as a code.
    pub state_reason: Option<String>,
    /// When the access token dies.
    pub tokens_expire_at: Option<Timestamp>,
    /// Since when.
    pub created_at: Timestamp,
}

impl Channel {
    /// The facts that abilities depend on.
    pub fn facts(&self) -> ChannelFacts {
        ChannelFacts {
            channel: self.id,
            account: self.external_id.clone(),
            handle: self.handle.clone(),
            role: self.role,
            access_level: self.access_level,
            connected: self.state == ChannelState::Connected,
        }
    }
}

/// A channel to be added, or connected again when the account is known.
#[derive(Clone, Debug)]
pub struct NewChannel {
    /// The app that carries it.
    pub app: AppId,
    /// At which network.
    pub network: String,
    /// The network's id of the account.
    pub external_id: String,
    /// Handle without `@`.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// Picture.
    pub avatar_url: Option<String>,
    /// What it is for.
    pub role: ChannelRole,
    /// How far the network lets it go.
    pub access_level: Option<AccessLevel>,
    /// How people sign.
    pub sign_off: SignOff,
    /// Keys as the networks crate serialises them.
    pub tokens: String,
    /// When the access token dies.
    pub tokens_expire_at: Option<Timestamp>,
}

const APP: &str = "SELECT workspace_id, id, network, name, settings, secrets, enabled, created_at FROM app";
const CHANNEL: &str =
    "SELECT workspace_id, id, app_id, network, external_id, handle, name, avatar_url, role, access_level, sign_off,
    state, state_reason, tokens_expire_at, created_at FROM channel";

fn app_place(id: AppId) -> String {
    format!("app:{id}")
}

fn channel_place(id: ChannelId) -> String {
    format!("channel:{id}")
}

fn read_channel(row: &Row) -> Result<Channel> {
    Ok(Channel {
        workspace: row.id("workspace_id")?,
        id: row.id("id")?,
        app: row.id("app_id")?,
        network: row.text("network")?,
        external_id: row.text("external_id")?,
        handle: row.text("handle")?,
        name: row.text("name")?,
        avatar_url: row.optional_text("avatar_url")?,
        role: row.word("role", ChannelRole::from_word)?,
        access_level: row.optional_word("access_level", AccessLevel::from_word)?,
        sign_off: row.word("sign_off", SignOff::from_word)?,
        state: row.word("state", ChannelState::from_word)?,
        state_reason: row.optional_text("state_reason")?,
        tokens_expire_at: row.optional_time("tokens_expire_at")?,
        created_at: row.time("created_at")?,
    })
}

impl Store {
    fn read_app(&self, row: &Row) -> Result<App> {
        let id: AppId = row.id("id")?;
        let secrets = self.vault.open_sealed(&app_place(id), &row.bytes("secrets")?)?;
        Ok(App {
            workspace: row.id("workspace_id")?,
            id,
            network: row.text("network")?,
            name: row.text("name")?,
            settings: row.json("settings")?,
            secrets: serde_json::from_slice(&secrets).map_err(|error| Error::Unreadable(error.to_string()))?,
            enabled: row.bool("enabled")?,
            created_at: row.time("created_at")?,
        })
    }

    /// The app behind a webhook address: the one look-up that has no scope yet, because the address gives it.
    pub async fn app_of_address(&self, network: &str, id: AppId) -> Result<Option<App>> {
        let row = self
            .work
            .fetch_optional(&format!("{APP} WHERE id = $1 AND network = $2"), &[id.into(), network.into()])
            .await?;
        row.map(|row| self.read_app(&row)).transpose()
    }

    /// All apps of the workspace, oldest first.
    pub async fn apps(&self, scope: &Scope) -> Result<Vec<App>> {
        let rows = self
            .main
            .fetch_all(&format!("{APP} WHERE workspace_id = $1 ORDER BY created_at, id"), &[scope.workspace.into()])
            .await?;
        rows.iter().map(|row| self.read_app(row)).collect()
    }

    /// One app.
    pub async fn app(&self, scope: &Scope, id: AppId) -> Result<App> {
        let row = self
            .main
            .fetch_one(&format!("{APP} WHERE workspace_id = $1 AND id = $2"), &[scope.workspace.into(), id.into()])
            .await?;
        self.read_app(&row)
    }

    /// Adds an app.
    #[expect(clippy::too_many_arguments, reason = "the columns of one row, named at the call")]
    pub async fn add_app(
        &self,
        scope: &Scope,
        id: AppId,
        network: &str,
        name: &str,
        settings: &Fields,
        secrets: &Fields,
        enabled: bool,
        now: Timestamp,
    ) -> Result<()> {
        let sealed = self.seal_fields(id, secrets)?;
        let mut tx = self.main.begin().await?;
        tx.execute(
            "INSERT INTO app (workspace_id, id, network, name, settings, secrets, enabled, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            &[scope.workspace.into(), id.into(), network.into(), name.into(), Value::json(settings)?, sealed.into(), enabled.into(), now.into()],
        )
        .await?;
        event::append(
            &mut tx,
            scope.workspace,
            &[NewEvent::of("app.changed", now).by(scope).data(serde_json::json!({ "app": id }))],
        )
        .await?;
        tx.commit().await
    }

    /// Replaces an app's name, settings and secrets.
    pub async fn change_app(&self, scope: &Scope, app: &App, now: Timestamp) -> Result<()> {
        let sealed = self.seal_fields(app.id, &app.secrets)?;
        let mut tx = self.main.begin().await?;
        let touched = tx
            .execute(
                "UPDATE app SET name = $3, settings = $4, secrets = $5, enabled = $6 WHERE workspace_id = $1 AND id = $2",
                &[scope.workspace.into(), app.id.into(), (&app.name).into(), Value::json(&app.settings)?, sealed.into(), app.enabled.into()],
            )
            .await?;
        if touched == 0 {
            return Err(Error::NotFound);
        }
        event::append(
            &mut tx,
            scope.workspace,
            &[NewEvent::of("app.changed", now).by(scope).data(serde_json::json!({ "app": app.id }))],
        )
        .await?;
        tx.commit().await
    }

    fn seal_fields(&self, id: AppId, secrets: &Fields) -> Result<Vec<u8>> {
        let text = serde_json::to_vec(secrets).map_err(|error| Error::Unreadable(error.to_string()))?;
        self.vault.seal(&app_place(id), &text)
    }

    /// All channels of the workspace, oldest first.
    pub async fn channels(&self, scope: &Scope) -> Result<Vec<Channel>> {
        let rows = self
            .main
            .fetch_all(&format!("{CHANNEL} WHERE workspace_id = $1 ORDER BY created_at, id"), &[scope.workspace.into()])
            .await?;
        rows.iter().map(read_channel).collect()
    }

    /// One channel.
    pub async fn channel(&self, scope: &Scope, id: ChannelId) -> Result<Channel> {
        let row = self
            .main
            .fetch_one(&format!("{CHANNEL} WHERE workspace_id = $1 AND id = $2"), &[scope.workspace.into(), id.into()])
            .await?;
        read_channel(&row)
    }

    /// Every connected channel of every workspace, for polling.
    pub async fn connected_channels(&self) -> Result<Vec<Channel>> {
        let rows =
            self.work.fetch_all(&format!("{CHANNEL} WHERE state = 'connected' ORDER BY created_at, id"), &[]).await?;
        rows.iter().map(read_channel).collect()
    }

    /// Adds a channel, or connects a known account again; its id.
    pub async fn add_channel(&self, scope: &Scope, channel: &NewChannel, now: Timestamp) -> Result<ChannelId> {
        let mut tx = self.main.begin().await?;
        let known = tx
            .fetch_optional(
                "SELECT id FROM channel WHERE workspace_id = $1 AND network = $2 AND external_id = $3",
                &[scope.workspace.into(), (&channel.network).into(), (&channel.external_id).into()],
            )
            .await?;
        let id: ChannelId = match &known {
            Some(row) => row.id("id")?,
            None => crate::filing::new_id(),
        };
        let tokens = self.vault.seal(&channel_place(id), channel.tokens.as_bytes())?;
        tx.execute(
            "INSERT INTO channel (workspace_id, id, app_id, network, external_id, handle, name, avatar_url, role, access_level, sign_off,
                                  state, tokens, tokens_expire_at, created_at, connected_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'connected', $12, $13, $14, $14)
             ON CONFLICT (workspace_id, id) DO UPDATE SET app_id = excluded.app_id, handle = excluded.handle, name = excluded.name,
                 avatar_url = excluded.avatar_url, state = 'connected', state_reason = NULL, tokens = excluded.tokens,
                 tokens_expire_at = excluded.tokens_expire_at, connected_at = excluded.connected_at",
            &[
                scope.workspace.into(),
                id.into(),
                channel.app.into(),
                (&channel.network).into(),
                (&channel.external_id).into(),
                (&channel.handle).into(),
                (&channel.name).into(),
                channel.avatar_url.clone().into(),
                channel.role.word().into(),
                channel.access_level.map(AccessLevel::word).into(),
                channel.sign_off.word().into(),
                tokens.into(),
                channel.tokens_expire_at.into(),
                now.into(),
            ],
        )
        .await?;
        event::append(
            &mut tx,
            scope.workspace,
            &[NewEvent::of("channel.changed", now).by(scope).data(serde_json::json!({ "channel": id }))],
        )
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Changes what people may change about a channel.
    pub async fn change_channel(&self, scope: &Scope, channel: &Channel, now: Timestamp) -> Result<()> {
        let mut tx = self.main.begin().await?;
        let touched = tx
            .execute(
                "UPDATE channel SET role = $3, access_level = $4, sign_off = $5, state = $6, state_reason = $7 WHERE workspace_id = $1 AND id = $2",
                &[
                    scope.workspace.into(),
                    channel.id.into(),
                    channel.role.word().into(),
                    channel.access_level.map(AccessLevel::word).into(),
                    channel.sign_off.word().into(),
                    channel.state.word().into(),
                    channel.state_reason.clone().into(),
                ],
            )
            .await?;
        if touched == 0 {
            return Err(Error::NotFound);
        }
        event::append(
            &mut tx,
            scope.workspace,
            &[NewEvent::of("channel.changed", now).by(scope).data(serde_json::json!({ "channel": channel.id }))],
        )
        .await?;
        tx.commit().await
    }

    /// A channel's keys, opened, as the networks crate serialises them.
    pub async fn channel_tokens(&self, workspace: WorkspaceId, id: ChannelId) -> Result<String> {
        let row = self
            .work
            .fetch_one("SELECT tokens FROM channel WHERE workspace_id = $1 AND id = $2", &[workspace.into(), id.into()])
            .await?;
        let tokens = self.vault.open_sealed(&channel_place(id), &row.bytes("tokens")?)?;
        String::from_utf8(tokens).map_err(|_| Error::WrongKey)
    }

    /// Stores a new pair of keys; it must be stored before its first use, because the old refresh token is dead by now.
    pub async fn store_tokens(
        &self,
        workspace: WorkspaceId,
        id: ChannelId,
        tokens: &str,
        expire_at: Option<Timestamp>,
    ) -> Result<()> {
        let sealed = self.vault.seal(&channel_place(id), tokens.as_bytes())?;
        self.work
            .execute(
                "UPDATE channel SET tokens = $3, tokens_expire_at = $4 WHERE workspace_id = $1 AND id = $2",
                &[workspace.into(), id.into(), sealed.into(), expire_at.into()],
            )
            .await?;
        Ok(())
    }

    /// Notes that a network took a channel's permission away.
    pub async fn revoke_channel(
        &self,
        workspace: WorkspaceId,
        id: ChannelId,
        reason: &str,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.work.begin().await?;
        let touched = tx
            .execute(
                "UPDATE channel SET state = 'revoked', state_reason = $3 WHERE workspace_id = $1 AND id = $2 AND state = 'connected'",
                &[workspace.into(), id.into(), reason.into()],
            )
            .await?;
        if touched > 0 {
            event::append(
                &mut tx,
                workspace,
                &[NewEvent::of("channel.changed", now).data(serde_json::json!({ "channel": id }))],
            )
            .await?;
        }
        tx.commit().await
    }

    /// Takes a lease for a while; `false` when somebody else holds it. The same holder extends it.
    pub async fn take_lease(&self, name: &str, holder: &str, now: Timestamp, until: Timestamp) -> Result<bool> {
        take_lease(&self.work, name, holder, now, until).await
    }

    /// Gives a lease back.
    pub async fn give_lease(&self, name: &str, holder: &str) -> Result<()> {
        self.work.execute("DELETE FROM lease WHERE name = $1 AND holder = $2", &[name.into(), holder.into()]).await?;
        Ok(())
    }
}

async fn take_lease(db: &Db, name: &str, holder: &str, now: Timestamp, until: Timestamp) -> Result<bool> {
    let touched = db
        .execute(
            "INSERT INTO lease (name, holder, until) VALUES ($1, $2, $4)
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
             WHERE lease.holder = excluded.holder OR lease.until < $3",
            &[name.into(), holder.into(), now.into(), until.into()],
        )
        .await?;
    Ok(touched == 1)
}
