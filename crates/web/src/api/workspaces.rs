//! Workspaces: a reader sees the one they belong to.

use super::{Id, Json, List, ReadFailures, WriteFailures};
use crate::accounts::is_zone;
use crate::door::acceptable_name;
use crate::error::{Error, Result};
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::State;
use domain::id::WorkspaceId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::account::NewAudit;
use utoipa::ToSchema;
use uuid::Uuid;

/// A workspace.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkspaceBody {
    /// Which.
    pub id: Uuid,
    /// The company's name.
    pub name: String,
    /// IANA zone of its days.
    pub zone: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl From<store::account::Workspace> for WorkspaceBody {
    fn from(workspace: store::account::Workspace) -> Self {
        Self { id: workspace.id.0, name: workspace.name, zone: workspace.zone, created_at: workspace.created_at }
    }
}

/// A change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct WorkspaceChange {
    /// The company's name.
    #[schema(min_length = 1, max_length = 80)]
    pub name: Option<String>,
    /// IANA zone.
    #[schema(max_length = 64, example = "Asia/Tokyo")]
    pub zone: Option<String>,
}

/// The workspaces that the reader belongs to: one.
#[utoipa::path(get, path = "/workspaces", tag = "workspaces", operation_id = "list_workspaces",
    responses((status = 200, description = "The workspaces.", body = List<WorkspaceBody>), ReadFailures))]
pub(super) async fn list(State(edge): State<Edge>, visitor: Visitor) -> Result<Json<List<WorkspaceBody>>> {
    let own = edge.store.workspace(&visitor.scope).await?.into();
    Ok(Json(List { items: vec![own], next: None }))
}

/// One workspace.
#[utoipa::path(get, path = "/workspaces/{id}", tag = "workspaces", operation_id = "get_workspace",
    params(("id" = Uuid, Path, description = "The workspace.")),
    responses((status = 200, description = "The workspace.", body = WorkspaceBody), ReadFailures))]
pub(super) async fn one(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<WorkspaceId>,
) -> Result<Json<WorkspaceBody>> {
    if id != visitor.scope.workspace {
        return Err(Error::NotFound);
    }
    Ok(Json(edge.store.workspace(&visitor.scope).await?.into()))
}

/// Renames the workspace or moves it to another zone.
#[utoipa::path(patch, path = "/workspaces/{id}", tag = "workspaces", operation_id = "change_workspace",
    params(("id" = Uuid, Path, description = "The workspace.")), request_body = WorkspaceChange,
    responses((status = 200, description = "The workspace as it is now.", body = WorkspaceBody), WriteFailures))]
pub(super) async fn change(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<WorkspaceId>,
    Json(change): Json<WorkspaceChange>,
) -> Result<Json<WorkspaceBody>> {
    if id != visitor.scope.workspace {
        return Err(Error::NotFound);
    }
    visitor.must_manage()?;
    let name = match &change.name {
        Some(name) => Some(acceptable_name(name).ok_or_else(|| Error::field("name", "1 to 80 characters"))?),
        None => None,
    };
    if change.zone.as_deref().is_some_and(|zone| !is_zone(zone)) {
        return Err(Error::field("zone", "an IANA time zone"));
    }
    let changed =
        edge.store.change_workspace(&visitor.scope, name.as_deref(), change.zone.as_deref(), edge.now()).await?;
    let detail = serde_json::json!({ "name": name, "zone": change.zone });
    let entry = NewAudit { act: "workspace.changed", subject: &id.to_string(), detail };
    edge.store.write_audit(&visitor.scope, entry, edge.now()).await?;
    edge.wake(visitor.scope.workspace).await?;
    Ok(Json(changed.into()))
}
