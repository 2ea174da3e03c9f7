//! Sessions of browsers: random, hashed at rest, with an idle and an absolute end.

use super::Agent;
use super::link::new_secret;
use crate::db::Value;
use crate::error::{Error, Result};
use crate::event::{self, NewEvent};
use crate::open::Store;
use crate::vault::hash_of;
use domain::Timestamp;
use domain::id::WorkspaceId;
use domain::people::{Actor, Scope};
use jiff::SignedDuration;

/// A session ends when nobody used it for this long.
const IDLE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A session ends this long after signing in, used or not.
const ABSOLUTE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often the time of last use is written.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_DEVICE: usize = 120;

/// A session that was just begun. The secret goes into the cookie and is never seen again.
pub struct NewSession {
    /// For the cookie.
    pub secret: String,
    /// The absolute end.
    pub expires_at: Timestamp,
}

/// A session that holds, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Hash of its secret; names it.
    pub hash: Vec<u8>,
    /// Who.
    pub agent: Agent,
}

impl Session {
    /// What the person may see and do.
    pub fn scope(&self) -> Scope {
        let actor = Actor::Agent { agent: self.agent.id, role: self.agent.role };
        Scope { workspace: self.agent.workspace, actor }
    }
}

fn ended(agent: domain::id::AgentId, now: Timestamp) -> NewEvent {
    NewEvent::of("session.ended", now).data(serde_json::json!({ "agent": agent }))
}

impl Store {
    /// Begins a session; the one that the browser had before, if any, ends (its secret must not live on).
    pub async fn begin_session(
        &self,
        agent: &Agent,
        device: &str,
        before: Option<&str>,
        now: Timestamp,
    ) -> Result<NewSession> {
        let session = NewSession { secret: new_secret(), expires_at: now + ABSOLUTE };
        let device: String = device.chars().filter(|character| !character.is_control()).take(LONGEST_DEVICE).collect();
        let mut tx = self.main.begin().await?;
        if let Some(before) = before {
            tx.execute("DELETE FROM session WHERE hash = $1", &[hash_of(before).into()]).await?;
        }
        tx.execute("DELETE FROM session WHERE expires_at < $1 OR seen_at < $2", &[now.into(), (now - IDLE).into()])
            .await?;
        tx.execute(
            "INSERT INTO session (hash, workspace_id, agent_id, created_at, seen_at, expires_at, device)
             VALUES ($1, $2, $3, $4, $4, $5, $6)",
            &[
                hash_of(&session.secret).into(),
                agent.workspace.into(),
                agent.id.into(),
                now.into(),
                session.expires_at.into(),
                device.into(),
            ],
        )
        .await?;
        tx.execute(
            "UPDATE agent SET seen_at = $3 WHERE workspace_id = $1 AND id = $2",
            &[agent.workspace.into(), agent.id.into(), now.into()],
        )
        .await?;
        tx.commit().await?;
        Ok(session)
    }

    /// The session with this secret, while it holds; marks it as used.
    pub async fn session(&self, secret: &str, now: Timestamp) -> Result<Option<Session>> {
        self.session_by_hash(&hash_of(secret), now).await
    }

    /// The session with this hash, while it holds; marks it as used.
    pub async fn session_by_hash(&self, hash: &[u8], now: Timestamp) -> Result<Option<Session>> {
        let row = self
            .main
            .fetch_optional(
                "SELECT workspace_id, agent_id, seen_at FROM session WHERE hash = $1 AND expires_at > $2 AND seen_at > $3",
                &[hash.into(), now.into(), (now - IDLE).into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let workspace: WorkspaceId = row.id("workspace_id")?;
        let agent = match self.agent(&Scope::system(workspace), row.id("agent_id")?).await {
            Ok(agent) if agent.disabled_at.is_none() => agent,
            Ok(_) | Err(Error::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        if row.time("seen_at")? + TOUCH_EVERY < now {
            let values: [Value; 4] = [hash.into(), now.into(), workspace.into(), agent.id.into()];
            self.main.execute("UPDATE session SET seen_at = $2 WHERE hash = $1", &values[..2]).await?;
            self.main
                .execute("UPDATE agent SET seen_at = $1 WHERE workspace_id = $2 AND id = $3", &values[1..])
                .await?;
        }
        Ok(Some(Session { hash: hash.to_vec(), agent }))
    }

    /// How many sessions somebody has.
    pub async fn session_count(&self, scope: &Scope) -> Result<i64> {
        let agent = scope.agent().ok_or(Error::Forbidden)?;
        self.main
            .fetch_one(
                "SELECT count(*) AS sessions FROM session WHERE workspace_id = $1 AND agent_id = $2",
                &[scope.workspace.into(), agent.into()],
            )
            .await?
            .int("sessions")
    }

    /// Ends one's own session, or all of them except `keep`.
    pub async fn end_sessions(&self, scope: &Scope, which: Ending<'_>, now: Timestamp) -> Result<()> {
        let agent = scope.agent().ok_or(Error::Forbidden)?;
        let mut tx = self.main.begin().await?;
        let mut values: Vec<Value> = vec![scope.workspace.into(), agent.into()];
        let condition = match which {
            Ending::All => "",
            Ending::This(_) => "AND hash = $3",
            Ending::Others(_) => "AND hash <> $3",
        };
        if let Ending::This(hash) | Ending::Others(hash) = which {
            values.push(hash.into());
        }
        tx.execute(&format!("DELETE FROM session WHERE workspace_id = $1 AND agent_id = $2 {condition}"), &values)
            .await?;
        event::append(&mut tx, scope.workspace, &[ended(agent, now)]).await?;
        tx.commit().await
    }
}

/// Which of one's own sessions end.
#[derive(Clone, Copy, Debug)]
pub enum Ending<'a> {
    /// Every one: signed out everywhere.
    All,
    /// This one: signed out.
    This(&'a [u8]),
    /// Every one but this.
    Others(&'a [u8]),
}
