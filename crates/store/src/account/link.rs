//! One-time links: invitation and reset. Random, hashed at rest, for one person, one purpose, once, for a while.

use super::agent::end_access;
use super::{Agent, managers_only};
use crate::db::Value;
use crate::error::{Error, Result};
use crate::event::{self, NewEvent};
use crate::open::Store;
use crate::vault::{hash_of, random_bytes};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use domain::id::{AgentId, WorkspaceId};
use domain::people::Scope;
use jiff::SignedDuration;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Choosing the first password.
    Invitation,
    /// Choosing another one.
    Reset,
}

impl Purpose {
    /// Stable spelling; also the first part of the link's address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }
    /// How long such a link lives.
    pub const fn lifetime(self) -> SignedDuration {
        match self {
            Self::Invitation => SignedDuration::from_hours(7 * 24),
            Self::Reset => SignedDuration::from_hours(24),
        }
    }
}

/// A link that was just made. The token is never seen again.
#[derive(Clone)]
pub struct Link {
    /// What it is for.
    pub purpose: Purpose,
    /// The secret part of the address.
    pub token: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Link").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

/// A new bearer secret: 256 random bits in 43 characters.
pub(super) fn new_secret() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

impl Store {
    /// Makes a link for somebody; earlier ones of theirs die. An invitation for who has no password yet, else a reset.
    pub async fn create_link(&self, scope: &Scope, agent: AgentId, now: Timestamp) -> Result<Link> {
        managers_only(scope)?;
        let person = self.agent(scope, agent).await?;
        if person.disabled_at.is_some() {
            return Err(Error::Conflict("agent_disabled"));
        }
        let purpose = if person.invited { Purpose::Invitation } else { Purpose::Reset };
        let link = Link { purpose, token: new_secret(), expires_at: now + purpose.lifetime() };
        let mut tx = self.main.begin().await?;
        tx.execute(
            "DELETE FROM one_time_link WHERE workspace_id = $1 AND agent_id = $2",
            &[scope.workspace.into(), agent.into()],
        )
        .await?;
        tx.execute(
            "INSERT INTO one_time_link (hash, workspace_id, agent_id, purpose, expires_at) VALUES ($1, $2, $3, $4, $5)",
            &[
                hash_of(&link.token).into(),
                scope.workspace.into(),
                agent.into(),
                purpose.word().into(),
                link.expires_at.into(),
            ],
        )
        .await?;
        tx.commit().await?;
        Ok(link)
    }

    /// Whom a link is for, while it works; it stays unused.
    pub async fn link_owner(&self, purpose: Purpose, token: &str, now: Timestamp) -> Result<Option<Agent>> {
        let row = self
            .main
            .fetch_optional(
                "SELECT workspace_id, agent_id FROM one_time_link
                 WHERE hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3",
                &[hash_of(token).into(), purpose.word().into(), now.into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let workspace: WorkspaceId = row.id("workspace_id")?;
        let agent = self.agent(&Scope::system(workspace), row.id("agent_id")?).await?;
        Ok(agent.disabled_at.is_none().then_some(agent))
    }

    /// Uses a link up: the password is set, every session of before ends. However many try at once, one succeeds.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the link was used, is too old, or never was.
    pub async fn use_link(
        &self,
        purpose: Purpose,
        token: &str,
        name: Option<&str>,
        password_hash: &str,
        now: Timestamp,
    ) -> Result<Agent> {
        let mut tx = self.main.begin().await?;
        let row = tx
            .fetch_one(
                "DELETE FROM one_time_link WHERE hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
                 RETURNING workspace_id, agent_id",
                &[hash_of(token).into(), purpose.word().into(), now.into()],
            )
            .await?;
        let (workspace, agent): (WorkspaceId, AgentId) = (row.id("workspace_id")?, row.id("agent_id")?);
        let values: [Value; 4] = [workspace.into(), agent.into(), password_hash.into(), name.into()];
        let touched = tx
            .execute(
                "UPDATE agent SET password_hash = $3, name = coalesce($4, name)
                 WHERE workspace_id = $1 AND id = $2 AND disabled_at IS NULL",
                &values,
            )
            .await?;
        if touched == 0 {
            return Err(Error::NotFound);
        }
        end_access(&mut tx, workspace, agent, true).await?;
        let changed = NewEvent::of("agent.changed", now).data(serde_json::json!({ "agent": agent }));
        event::append(&mut tx, workspace, &[changed]).await?;
        tx.commit().await?;
        self.agent(&Scope::system(workspace), agent).await
    }
}
