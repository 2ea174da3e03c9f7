//! Tokens of programs: hashed at rest, shown once, taken away at once. A token acts as itself, never as a person.

use super::link::new_secret;
use super::managers_only;
use crate::db::{Row, Tx, Value};
use crate::error::{Error, Result};
use crate::event::{self, NewEvent};
use crate::open::Store;
use crate::vault::hash_of;
use domain::Timestamp;
use domain::id::{AgentId, TokenId};
use domain::people::{Actor, Scope};
use jiff::SignedDuration;
use uuid::Uuid;

/// Marks our tokens, so that secret scanners find a leaked one.
const PREFIX: &str = "mdg_";
/// How often the time of last use is written.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// A token as lists show it; its secret is nowhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Which.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// Whether it may write.
    pub can_write: bool,
    /// Who made it; `None`: the command line.
    pub created_by: Option<AgentId>,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
}

/// A token that holds, and what it may do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenAccess {
    /// Workspace and permissions.
    pub scope: Scope,
    /// Which token.
    pub token: TokenId,
}

const COLUMNS: &str = "id, name, can_write, created_by, created_at, used_at";

fn read(row: &Row) -> Result<Token> {
    Ok(Token {
        id: row.id("id")?,
        name: row.text("name")?,
        can_write: row.bool("can_write")?,
        created_by: row.optional_id("created_by")?,
        created_at: row.time("created_at")?,
        used_at: row.optional_time("used_at")?,
    })
}

impl Store {
    /// Makes a token; its secret is returned once.
    pub async fn create_token(
        &self,
        scope: &Scope,
        name: &str,
        can_write: bool,
        now: Timestamp,
    ) -> Result<(Token, String)> {
        managers_only(scope)?;
        let id = TokenId(Uuid::now_v7());
        let secret = format!("{PREFIX}{}", new_secret());
        let mut tx = self.main.begin().await?;
        tx.execute(
            "INSERT INTO api_token (workspace_id, id, hash, name, can_write, created_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &[
                scope.workspace.into(),
                id.into(),
                hash_of(&secret).into(),
                name.into(),
                can_write.into(),
                scope.agent().into(),
                now.into(),
            ],
        )
        .await?;
        let made = NewEvent::of("token.changed", now).by(scope).data(serde_json::json!({ "token": id }));
        event::append(&mut tx, scope.workspace, &[made]).await?;
        tx.commit().await?;
        let token =
            Token { id, name: name.to_owned(), can_write, created_by: scope.agent(), created_at: now, used_at: None };
        Ok((token, secret))
    }

    /// The tokens that hold, by id, after one.
    pub async fn tokens(&self, scope: &Scope, after: Option<TokenId>, limit: i64) -> Result<Vec<Token>> {
        managers_only(scope)?;
        let mut values: Vec<Value> = vec![scope.workspace.into(), limit.into()];
        let further = after.map_or("", |_| "AND id > $3");
        values.extend(after.map(Value::from));
        let sql = format!(
            "SELECT {COLUMNS} FROM api_token WHERE workspace_id = $1 AND revoked_at IS NULL {further} ORDER BY id LIMIT $2"
        );
        self.main.fetch_all(&sql, &values).await?.iter().map(read).collect()
    }

    /// One token that holds.
    pub async fn token(&self, scope: &Scope, token: TokenId) -> Result<Token> {
        managers_only(scope)?;
        let sql = format!("SELECT {COLUMNS} FROM api_token WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL");
        read(&self.main.fetch_one(&sql, &[scope.workspace.into(), token.into()]).await?)
    }

    /// Takes a token away.
    pub async fn revoke_token(&self, scope: &Scope, token: TokenId, now: Timestamp) -> Result<()> {
        managers_only(scope)?;
        let mut tx = self.main.begin().await?;
        let touched = tx
            .execute(
                "UPDATE api_token SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL",
                &[scope.workspace.into(), token.into(), now.into()],
            )
            .await?;
        if touched == 0 {
            return Err(Error::NotFound);
        }
        let taken = NewEvent::of("token.changed", now).by(scope).data(serde_json::json!({ "token": token }));
        event::append(&mut tx, scope.workspace, &[taken]).await?;
        tx.commit().await
    }

    /// What a bearer token may do, while it holds; marks it as used.
    pub async fn token_access(&self, secret: &str, now: Timestamp) -> Result<Option<TokenAccess>> {
        if !secret.starts_with(PREFIX) {
            return Ok(None);
        }
        let row = self
            .main
            .fetch_optional(
                "SELECT workspace_id, id, can_write, used_at FROM api_token WHERE hash = $1 AND revoked_at IS NULL",
                &[hash_of(secret).into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let token: TokenId = row.id("id")?;
        let actor = Actor::Token { token, write: row.bool("can_write")? };
        let scope = Scope { workspace: row.id("workspace_id")?, actor };
        if row.optional_time("used_at")?.is_none_or(|used| used + TOUCH_EVERY < now) {
            self.main
                .execute(
                    "UPDATE api_token SET used_at = $3 WHERE workspace_id = $1 AND id = $2",
                    &[scope.workspace.into(), token.into(), now.into()],
                )
                .await?;
        }
        Ok(Some(TokenAccess { scope, token }))
    }

    /// Whether a token still holds.
    pub async fn token_holds(&self, scope: &Scope, token: TokenId) -> Result<bool> {
        let row = self
            .main
            .fetch_optional(
                "SELECT 1 AS one FROM api_token WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL",
                &[scope.workspace.into(), token.into()],
            )
            .await?;
        Ok(row.is_some())
    }
}

/// Takes away every token that somebody made, inside a transaction; the events that say so.
pub(super) async fn revoke_tokens_of(
    tx: &mut Tx,
    scope: &Scope,
    agent: AgentId,
    now: Timestamp,
) -> Result<Vec<NewEvent>> {
    let revoked = tx
        .fetch_all(
            "UPDATE api_token SET revoked_at = $3 WHERE workspace_id = $1 AND created_by = $2 AND revoked_at IS NULL RETURNING id",
            &[scope.workspace.into(), agent.into(), now.into()],
        )
        .await?;
    let taken = |row: &Row| {
        let token: TokenId = row.id("id")?;
        Ok(NewEvent::of("token.changed", now).by(scope).data(serde_json::json!({ "token": token })))
    };
    revoked.iter().map(taken).collect()
}
