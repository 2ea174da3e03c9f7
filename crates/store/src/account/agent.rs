//! Agents: the people who answer, their profile, their password's hash, and taking their access away at once.

use super::{managers_only, workspace};
use crate::db::{Row, Tx, Value};
use crate::error::{Error, Result};
use crate::event::{self, NewEvent};
use crate::open::Store;
use domain::Timestamp;
use domain::id::{AgentId, WorkspaceId};
use domain::people::Scope;
use domain::vocabulary::Role;
use uuid::Uuid;

/// A person who answers. The password's hash never leaves the store's sign-in functions.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// The only workspace.
    pub workspace: WorkspaceId,
    /// Who.
    pub id: AgentId,
    /// Address, in lower case; unique in the installation.
    pub email: String,
    /// Name that colleagues see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Their own settings.
    pub profile: Profile,
    /// Whether they have not chosen a password yet.
    pub invited: bool,
    /// When they were last here.
    pub seen_at: Option<Timestamp>,
    /// Since when they may not come in.
    pub disabled_at: Option<Timestamp>,
    /// When they were invited.
    pub created_at: Timestamp,
}

/// What people set for themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// BCP 47 tag of the screens.
    pub language: String,
    /// IANA zone.
    pub zone: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// `compact`, `default` or `roomy`.
    pub density: String,
    /// How they sign, e.g. `TM`.
    pub sign_off: String,
    /// Seconds for which a reply can be taken back.
    pub undo_seconds: i64,
    /// `{"off": bool, "changed": {command: key}}`.
    pub keys: serde_json::Value,
}

impl Profile {
    /// What somebody new begins with.
    pub fn new(language: &str, zone: &str) -> Self {
        Self {
            language: language.to_owned(),
            zone: zone.to_owned(),
            theme: "system".to_owned(),
            density: "default".to_owned(),
            sign_off: String::new(),
            undo_seconds: 5,
            keys: serde_json::json!({ "off": false, "changed": {} }),
        }
    }
}

/// Somebody before they exist.
#[derive(Clone, Debug)]
pub struct NewAgent {
    /// Address; stored in lower case.
    pub email: String,
    /// Name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Language and zone to begin with.
    pub profile: Profile,
    /// PHC string, when they have a password already.
    pub password_hash: Option<String>,
}

const COLUMNS: &str =
    "workspace_id, id, email, name, role, language, zone, theme, density, sign_off, undo_seconds, keys,
    password_hash IS NULL AS invited, seen_at, disabled_at, created_at";

fn read(row: &Row) -> Result<Agent> {
    Ok(Agent {
        workspace: row.id("workspace_id")?,
        id: row.id("id")?,
        email: row.text("email")?,
        name: row.text("name")?,
        role: row.word("role", Role::from_word)?,
        profile: Profile {
            language: row.text("language")?,
            zone: row.text("zone")?,
            theme: row.text("theme")?,
            density: row.text("density")?,
            sign_off: row.text("sign_off")?,
            undo_seconds: row.int("undo_seconds")?,
            keys: row.json("keys")?,
        },
        invited: row.bool("invited")?,
        seen_at: row.optional_time("seen_at")?,
        disabled_at: row.optional_time("disabled_at")?,
        created_at: row.time("created_at")?,
    })
}

async fn insert(tx: &mut Tx, workspace: WorkspaceId, new: &NewAgent, now: Timestamp) -> Result<AgentId> {
    let id = AgentId(Uuid::now_v7());
    tx.execute(
        "INSERT INTO agent (workspace_id, id, email, name, role, password_hash, language, zone, theme, density, sign_off,
                            undo_seconds, keys, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        &[
            workspace.into(),
            id.into(),
            new.email.to_lowercase().into(),
            (&new.name).into(),
            new.role.word().into(),
            new.password_hash.clone().into(),
            (&new.profile.language).into(),
            (&new.profile.zone).into(),
            (&new.profile.theme).into(),
            (&new.profile.density).into(),
            (&new.profile.sign_off).into(),
            new.profile.undo_seconds.into(),
            Value::json(&new.profile.keys)?,
            now.into(),
        ],
    )
    .await
    .map_err(|error| if error.is_unique() { Error::Conflict("email_taken") } else { error })?;
    Ok(id)
}

fn changed(scope: &Scope, agent: AgentId, now: Timestamp) -> NewEvent {
    NewEvent::of("agent.changed", now).by(scope).data(serde_json::json!({ "agent": agent }))
}

impl Store {
    /// Whether anybody exists: the set-up page is dead from then on.
    pub async fn is_set_up(&self) -> Result<bool> {
        Ok(self.main.fetch_optional("SELECT 1 AS one FROM agent LIMIT 1", &[]).await?.is_some())
    }

    /// Makes the first workspace with its owner, once in the life of an installation however many ask at the same time.
    ///
    /// # Errors
    /// [`Error::Conflict`] `already_set_up` when somebody exists.
    pub async fn create_first_owner(&self, company: &str, owner: &NewAgent, now: Timestamp) -> Result<Agent> {
        let mut tx = self.main.begin().await?;
        // The row is the lock: a second set-up waits for the first one's commit and then finds it taken.
        let won = tx
            .execute(
                "INSERT INTO lease (name, holder, until) VALUES ('first_owner', 'done', $1) ON CONFLICT (name) DO NOTHING",
                &[now.into()],
            )
            .await?;
        let anybody = tx.fetch_optional("SELECT 1 AS one FROM agent LIMIT 1", &[]).await?.is_some();
        if won == 0 || anybody {
            return Err(Error::Conflict("already_set_up"));
        }
        let workspace = WorkspaceId(Uuid::now_v7());
        tx.execute(workspace::INSERT, &workspace::values(workspace, company, &owner.profile.zone, now)).await?;
        let id = insert(&mut tx, workspace, owner, now).await?;
        tx.commit().await?;
        self.agent(&Scope::system(workspace), id).await
    }

    /// Adds somebody.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the actor manages; [`Error::Conflict`] `email_taken`.
    pub async fn create_agent(&self, scope: &Scope, new: &NewAgent, now: Timestamp) -> Result<Agent> {
        managers_only(scope)?;
        let mut tx = self.main.begin().await?;
        let id = insert(&mut tx, scope.workspace, new, now).await?;
        event::append(&mut tx, scope.workspace, &[changed(scope, id, now)]).await?;
        tx.commit().await?;
        self.agent(scope, id).await
    }

    /// One agent.
    pub async fn agent(&self, scope: &Scope, agent: AgentId) -> Result<Agent> {
        let sql = format!("SELECT {COLUMNS} FROM agent WHERE workspace_id = $1 AND id = $2");
        read(&self.main.fetch_one(&sql, &[scope.workspace.into(), agent.into()]).await?)
    }

    /// The agents of the workspace by id, at most `limit`, after one.
    pub async fn agents(&self, scope: &Scope, after: Option<AgentId>, limit: i64) -> Result<Vec<Agent>> {
        let mut values: Vec<Value> = vec![scope.workspace.into(), limit.into()];
        let further = after.map_or("", |_| "AND id > $3");
        values.extend(after.map(Value::from));
        let sql = format!("SELECT {COLUMNS} FROM agent WHERE workspace_id = $1 {further} ORDER BY id LIMIT $2");
        self.main.fetch_all(&sql, &values).await?.iter().map(read).collect()
    }

    /// The agent with an address and the hash of their password; for signing in and for the command line.
    pub async fn agent_by_email(&self, email: &str) -> Result<Option<(Agent, Option<String>)>> {
        let sql = format!("SELECT {COLUMNS}, password_hash FROM agent WHERE email = $1");
        let row = self.main.fetch_optional(&sql, &[email.to_lowercase().into()]).await?;
        row.map(|row| Ok((read(&row)?, row.optional_text("password_hash")?))).transpose()
    }

    /// The hash of somebody's own password, to check it again before it is changed.
    pub async fn own_password_hash(&self, scope: &Scope) -> Result<Option<String>> {
        let agent = scope.agent().ok_or(Error::Forbidden)?;
        self.main
            .fetch_one(
                "SELECT password_hash FROM agent WHERE workspace_id = $1 AND id = $2",
                &[scope.workspace.into(), agent.into()],
            )
            .await?
            .optional_text("password_hash")
    }

    /// Changes one's own name and settings.
    pub async fn change_profile(&self, scope: &Scope, name: &str, profile: &Profile, now: Timestamp) -> Result<Agent> {
        let agent = scope.agent().ok_or(Error::Forbidden)?;
        let mut tx = self.main.begin().await?;
        let touched = tx
            .execute(
                "UPDATE agent SET name = $3, language = $4, zone = $5, theme = $6, density = $7, sign_off = $8,
                                  undo_seconds = $9, keys = $10 WHERE workspace_id = $1 AND id = $2",
                &[
                    scope.workspace.into(),
                    agent.into(),
                    name.into(),
                    (&profile.language).into(),
                    (&profile.zone).into(),
                    (&profile.theme).into(),
                    (&profile.density).into(),
                    (&profile.sign_off).into(),
                    profile.undo_seconds.into(),
                    Value::json(&profile.keys)?,
                ],
            )
            .await?;
        if touched == 0 {
            return Err(Error::NotFound);
        }
        event::append(&mut tx, scope.workspace, &[changed(scope, agent, now)]).await?;
        tx.commit().await?;
        self.agent(scope, agent).await
    }

    /// Changes somebody's role, or lets them in or keeps them out. Whoever is kept out loses every session and link at once;
    /// a changed role ends the sessions too, because what a session may do is fixed while it streams. Tokens made by
    /// somebody who may make none any more end as well: they have seen the secrets.
    ///
    /// # Errors
    /// [`Error::Conflict`] `last_owner` when nobody would be left who manages; [`Error::Conflict`] `oneself` for keeping
    /// oneself out.
    pub async fn change_agent(
        &self,
        scope: &Scope,
        agent: AgentId,
        role: Option<Role>,
        enabled: Option<bool>,
        now: Timestamp,
    ) -> Result<Agent> {
        managers_only(scope)?;
        if enabled == Some(false) && scope.agent() == Some(agent) {
            return Err(Error::Conflict("oneself"));
        }
        let mut tx = self.main.begin().await?;
        // Every owner is locked, in one order: two owners who demote each other at once must not both succeed.
        let lock = tx.for_update();
        let owners = tx
            .fetch_all(
                &format!(
                    "SELECT id FROM agent WHERE workspace_id = $1 AND role = 'owner' AND disabled_at IS NULL ORDER BY id{lock}"
                ),
                &[scope.workspace.into()],
            )
            .await?;
        let owners = owners.iter().map(|row| row.id("id")).collect::<Result<Vec<AgentId>>>()?;
        let leaves = enabled == Some(false) || role.is_some_and(|role| role != Role::Owner);
        if leaves && owners == [agent] {
            return Err(Error::Conflict("last_owner"));
        }
        let sql = format!("SELECT {COLUMNS} FROM agent WHERE workspace_id = $1 AND id = $2{lock}");
        let before = read(&tx.fetch_one(&sql, &[scope.workspace.into(), agent.into()]).await?)?;
        let role = role.unwrap_or(before.role);
        let disabled_at = match enabled {
            Some(true) => None,
            Some(false) => before.disabled_at.or(Some(now)),
            None => before.disabled_at,
        };
        tx.execute(
            "UPDATE agent SET role = $3, disabled_at = $4 WHERE workspace_id = $1 AND id = $2",
            &[scope.workspace.into(), agent.into(), role.word().into(), disabled_at.into()],
        )
        .await?;
        let kept_out = disabled_at.is_some();
        if kept_out || role != before.role {
            end_access(&mut tx, scope.workspace, agent, kept_out).await?;
        }
        let mut events = vec![changed(scope, agent, now)];
        if kept_out || role != Role::Owner {
            events.extend(super::token::revoke_tokens_of(&mut tx, scope, agent, now).await?);
        }
        event::append(&mut tx, scope.workspace, &events).await?;
        tx.commit().await?;
        self.agent(scope, agent).await
    }

    /// Sets somebody's password; every session and open link of theirs ends.
    pub async fn set_password(&self, scope: &Scope, agent: AgentId, hash: &str, now: Timestamp) -> Result<()> {
        if scope.agent().is_some_and(|own| own != agent) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.main.begin().await?;
        let touched = tx
            .execute(
                "UPDATE agent SET password_hash = $3 WHERE workspace_id = $1 AND id = $2 AND disabled_at IS NULL",
                &[scope.workspace.into(), agent.into(), hash.into()],
            )
            .await?;
        if touched == 0 {
            return Err(Error::NotFound);
        }
        end_access(&mut tx, scope.workspace, agent, true).await?;
        event::append(&mut tx, scope.workspace, &[changed(scope, agent, now)]).await?;
        tx.commit().await
    }
}

/// Ends every session of an agent and, when `links` is set, every link that would let them in.
pub(super) async fn end_access(tx: &mut Tx, workspace: WorkspaceId, agent: AgentId, links: bool) -> Result<()> {
    let values: [Value; 2] = [workspace.into(), agent.into()];
    tx.execute("DELETE FROM session WHERE workspace_id = $1 AND agent_id = $2", &values).await?;
    tx.execute("DELETE FROM connect_flow WHERE workspace_id = $1 AND agent_id = $2", &values).await?;
    if links {
        tx.execute("DELETE FROM one_time_link WHERE workspace_id = $1 AND agent_id = $2", &values).await?;
    }
    Ok(())
}
