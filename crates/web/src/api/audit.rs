//! The audit, for who manages.

use super::read::PageQuery;
use super::{Json, List, Query, ReadFailures};
use crate::error::Result;
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::State;
use domain::people::Actor;
use jiff::Timestamp;
use serde::Serialize;
use store::account::AuditEntry;
use utoipa::ToSchema;
use uuid::Uuid;

/// An entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditBody {
    /// Which; newer ones are greater.
    pub id: Uuid,
    /// `agent`, `token` or `system`.
    pub actor: &'static str,
    /// Which agent or token; null for the system.
    pub actor_id: Option<Uuid>,
    /// Stable name of what was done.
    pub act: String,
    /// What it was done to.
    pub subject: String,
    /// Further facts; never a secret.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
    /// When.
    pub at: Timestamp,
}

impl From<AuditEntry> for AuditBody {
    fn from(entry: AuditEntry) -> Self {
        let (actor, actor_id) = match entry.actor {
            Actor::Agent { agent, .. } => ("agent", Some(agent.0)),
            Actor::Token { token, .. } => ("token", Some(token.0)),
            Actor::System => ("system", None),
        };
        Self {
            id: entry.id,
            actor,
            actor_id,
            act: entry.act,
            subject: entry.subject,
            detail: entry.detail,
            at: entry.at,
        }
    }
}

/// What was done, newest first.
#[utoipa::path(get, path = "/audit", tag = "audit", operation_id = "list_audit", params(PageQuery),
    responses((status = 200, description = "A page of entries.", body = List<AuditBody>), ReadFailures))]
pub(super) async fn list(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<AuditBody>>> {
    let limit = page.limit()?;
    let entries = edge.store.audit(&visitor.scope, page.after()?, limit + 1).await?;
    Ok(Json(List::cut(entries.into_iter().map(AuditBody::from).collect(), limit, |body| body.id.to_string())))
}
