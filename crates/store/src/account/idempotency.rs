//! Answers to writes that carried an `Idempotency-Key`: the same request gets the same answer, once done.

use crate::db::Value;
use crate::error::Result;
use crate::open::Store;
use domain::Timestamp;
use domain::id::WorkspaceId;
use domain::people::{Actor, Scope};
use jiff::SignedDuration;

/// A request that has not answered after this long died with its process.
const DEAD: SignedDuration = SignedDuration::from_mins(5);

/// What names a write.
#[derive(Clone, Debug)]
pub struct RequestKey {
    /// Whose workspace.
    workspace: WorkspaceId,
    /// Whose key: two actors may choose the same.
    actor: String,
    /// As the client chose it.
    key: String,
}

impl RequestKey {
    /// The key of an actor.
    pub fn new(scope: &Scope, key: &str) -> Self {
        let actor = match scope.actor {
            Actor::Agent { agent, .. } => format!("agent:{agent}"),
            Actor::Token { token, .. } => format!("token:{token}"),
            Actor::System => "system".to_owned(),
        };
        Self { workspace: scope.workspace, actor, key: key.to_owned() }
    }

    fn values(&self) -> Vec<Value> {
        vec![self.workspace.into(), (&self.actor).into(), (&self.key).into()]
    }

    fn place(&self) -> String {
        format!("idempotency:{}:{}:{}", self.workspace, self.actor, self.key)
    }
}

/// An answer that was given before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// HTTP status.
    pub status: i64,
    /// Headers that belong to the body.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// What a request with a key may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is the first: do it, then [`Store::finish_request`].
    First,
    /// It was done: give this answer.
    Done(StoredAnswer),
    /// It is being done right now.
    UnderWay,
    /// The key was used for something else.
    Mismatch,
}

impl Store {
    /// Claims a key for a request whose answer is kept so long; of many at once, one is the first.
    pub async fn claim_request(
        &self,
        key: &RequestKey,
        request_hash: &[u8],
        kept: SignedDuration,
        now: Timestamp,
    ) -> Result<Claim> {
        let mut tx = self.main.begin().await?;
        tx.execute("DELETE FROM idempotency WHERE expires_at < $1", &[now.into()]).await?;
        let mut values = key.values();
        values.push((now - DEAD).into());
        tx.execute(
            "DELETE FROM idempotency WHERE workspace_id = $1 AND actor = $2 AND key = $3 AND status IS NULL AND created_at < $4",
            &values,
        )
        .await?;
        let mut values = key.values();
        values.extend([request_hash.into(), now.into(), (now + kept).into()]);
        let first = tx
            .execute(
                "INSERT INTO idempotency (workspace_id, actor, key, request_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (workspace_id, actor, key) DO NOTHING",
                &values,
            )
            .await?;
        if first == 1 {
            tx.commit().await?;
            return Ok(Claim::First);
        }
        let row = tx
            .fetch_one(
                "SELECT request_hash, status, headers, body FROM idempotency WHERE workspace_id = $1 AND actor = $2 AND key = $3",
                &key.values(),
            )
            .await?;
        if row.bytes("request_hash")? != request_hash {
            return Ok(Claim::Mismatch);
        }
        let Some(status) = row.optional_int("status")? else { return Ok(Claim::UnderWay) };
        let body = self.vault.open_sealed(&key.place(), &row.bytes("body")?)?;
        let headers = row.optional_json("headers")?.unwrap_or_default();
        Ok(Claim::Done(StoredAnswer { status, headers, body }))
    }

    /// Whether the first request with a key has still not answered.
    pub async fn is_under_way(&self, key: &RequestKey) -> Result<bool> {
        let row = self
            .main
            .fetch_optional(
                "SELECT 1 AS one FROM idempotency WHERE workspace_id = $1 AND actor = $2 AND key = $3 AND status IS NULL",
                &key.values(),
            )
            .await?;
        Ok(row.is_some())
    }

    /// Keeps the answer; sealed, because it may hold a secret that is shown once.
    pub async fn finish_request(&self, key: &RequestKey, answer: &StoredAnswer) -> Result<()> {
        let mut values = key.values();
        let body = self.vault.seal(&key.place(), &answer.body)?;
        values.extend([answer.status.into(), Value::json(&answer.headers)?, body.into()]);
        self.main
            .execute(
                "UPDATE idempotency SET status = $4, headers = $5, body = $6 WHERE workspace_id = $1 AND actor = $2 AND key = $3",
                &values,
            )
            .await?;
        Ok(())
    }

    /// Frees the key of a request that failed on our side, so that it can be tried again.
    pub async fn abandon_request(&self, key: &RequestKey) -> Result<()> {
        self.main
            .execute(
                "DELETE FROM idempotency WHERE workspace_id = $1 AND actor = $2 AND key = $3 AND status IS NULL",
                &key.values(),
            )
            .await?;
        Ok(())
    }
}
