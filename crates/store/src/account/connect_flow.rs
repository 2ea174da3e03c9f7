//! OAuth connect flows under way: bound to a session, a person and a workspace, used once, short-lived.

use super::managers_only;
use crate::db::Value;
use crate::error::{Error, Result};
use crate::open::Store;
use crate::vault::hash_of;
use domain::Timestamp;
use domain::id::AppId;
use domain::people::Scope;

/// A flow to begin.
#[derive(Clone, Debug)]
pub struct NewConnectFlow<'a> {
    /// The app that the account is connected through.
    pub app: AppId,
    /// Random; comes back from the network.
    pub state: &'a str,
    /// PKCE's verifier.
    pub verifier: &'a str,
    /// The session that began it.
    pub session_hash: &'a [u8],
    /// What the channel is to be.
    pub settings: serde_json::Value,
    /// When it dies.
    pub expires_at: Timestamp,
}

/// A flow that came back.
#[derive(Clone, Debug)]
pub struct ConnectFlow {
    /// The app.
    pub app: AppId,
    /// PKCE's verifier.
    pub verifier: String,
    /// What the channel is to be.
    pub settings: serde_json::Value,
}

const PLACE: &str = "connect-flow";

impl Store {
    /// Begins a flow.
    pub async fn begin_connect_flow(&self, scope: &Scope, new: &NewConnectFlow<'_>, now: Timestamp) -> Result<()> {
        managers_only(scope)?;
        let agent = scope.agent().ok_or(Error::Forbidden)?;
        self.app(scope, new.app).await?;
        let mut tx = self.main.begin().await?;
        tx.execute("DELETE FROM connect_flow WHERE expires_at < $1", &[now.into()]).await?;
        tx.execute(
            "INSERT INTO connect_flow (state_hash, workspace_id, agent_id, app_id, session_hash, verifier, settings, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            &[
                hash_of(new.state).into(),
                scope.workspace.into(),
                agent.into(),
                new.app.into(),
                new.session_hash.into(),
                self.vault.seal(PLACE, new.verifier.as_bytes())?.into(),
                Value::json(&new.settings)?,
                new.expires_at.into(),
            ],
        )
        .await?;
        tx.commit().await
    }

    /// Ends a flow that came back to the same person in the same session.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none: never begun, used, too old, or begun by somebody else.
    pub async fn end_connect_flow(
        &self,
        scope: &Scope,
        state: &str,
        session_hash: &[u8],
        now: Timestamp,
    ) -> Result<ConnectFlow> {
        managers_only(scope)?;
        let agent = scope.agent().ok_or(Error::Forbidden)?;
        let mut tx = self.main.begin().await?;
        let row = tx
            .fetch_one(
                "DELETE FROM connect_flow WHERE state_hash = $1 AND workspace_id = $2 AND agent_id = $3 AND session_hash = $4
                   AND expires_at > $5 RETURNING app_id, verifier, settings",
                &[hash_of(state).into(), scope.workspace.into(), agent.into(), session_hash.into(), now.into()],
            )
            .await?;
        let verifier = self.vault.open_sealed(PLACE, &row.bytes("verifier")?)?;
        let flow = ConnectFlow {
            app: row.id("app_id")?,
            verifier: String::from_utf8(verifier).map_err(|_| Error::WrongKey)?,
            settings: row.json("settings")?,
        };
        tx.commit().await?;
        Ok(flow)
    }
}
