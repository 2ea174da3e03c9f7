//! Agents: the people of the workspace, seen by everybody in it, changed by who manages.

use super::read::{PageQuery, word};
use super::{Id, Json, List, Query, ReadFailures, WriteFailures, words};
use crate::accounts::{self, FreshLink};
use crate::client_address::Peer;
use crate::csrf::own_origin;
use crate::error::{Error, Result};
use crate::session::Visitor;
use crate::state::Edge;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::id::AgentId;
use domain::vocabulary::Role;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::account::Agent;
use utoipa::ToSchema;
use uuid::Uuid;

/// A person who answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentBody {
    /// Who.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Address; null for readers who do not manage.
    pub email: Option<String>,
    /// What they may do.
    #[schema(schema_with = words::role)]
    pub role: &'static str,
    /// Whether they have not come in yet.
    pub invited: bool,
    /// Whether they are kept out.
    pub disabled: bool,
    /// When they were last here; null for readers who do not manage.
    pub seen_at: Option<Timestamp>,
    /// When they were invited.
    pub created_at: Timestamp,
}

impl From<Agent> for AgentBody {
    fn from(agent: Agent) -> Self {
        Self {
            id: agent.id.0,
            name: agent.name,
            email: Some(agent.email),
            role: agent.role.word(),
            invited: agent.invited,
            disabled: agent.disabled_at.is_some(),
            seen_at: agent.seen_at,
            created_at: agent.created_at,
        }
    }
}

impl AgentBody {
    /// What this reader may know of a colleague.
    fn seen_by(visitor: &Visitor, agent: Agent) -> Self {
        let all = visitor.scope.may_manage() || visitor.agent_id() == Some(agent.id);
        let body = Self::from(agent);
        if all { body } else { Self { email: None, seen_at: None, ..body } }
    }
}

/// Somebody to invite.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Invitation {
    /// Their address.
    #[schema(format = Email, max_length = 200)]
    pub email: String,
    /// What they may do; `agent` unless told.
    #[schema(schema_with = words::optional_role)]
    pub role: Option<String>,
}

/// A change of somebody; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AgentChange {
    /// What they may do.
    #[schema(schema_with = words::optional_role)]
    pub role: Option<String>,
    /// Whether they may come in.
    pub enabled: Option<bool>,
}

/// A one-time link.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkBody {
    /// Address to open; shown once.
    pub url: String,
    /// `invitation` or `reset`.
    pub purpose: &'static str,
    /// Until when it works.
    pub expires_at: Timestamp,
}

impl From<FreshLink> for LinkBody {
    fn from(link: FreshLink) -> Self {
        Self { url: link.url, purpose: link.purpose, expires_at: link.expires_at }
    }
}

/// Somebody just invited.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invited {
    /// Who.
    pub agent: AgentBody,
    /// How they come in.
    pub link: LinkBody,
}

pub(super) fn base(edge: &Edge, peer: Option<Extension<Peer>>, headers: &HeaderMap) -> String {
    let own = || own_origin(edge, peer.map(|peer| peer.0), headers);
    edge.settings.public_base().or_else(own).unwrap_or_default()
}

fn role(text: Option<&str>) -> Result<Option<Role>> {
    text.map(|text| word("role", text, Role::ALL, Role::word)).transpose()
}

/// The people of the workspace.
#[utoipa::path(get, path = "/agents", tag = "agents", operation_id = "list_agents", params(PageQuery),
    responses((status = 200, description = "A page of people.", body = List<AgentBody>), ReadFailures))]
pub(super) async fn list(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<AgentBody>>> {
    let limit = page.limit()?;
    let agents = edge.store.agents(&visitor.scope, page.after()?, limit + 1).await?;
    let bodies = agents.into_iter().map(|agent| AgentBody::seen_by(&visitor, agent)).collect();
    Ok(Json(List::cut(bodies, limit, |body| body.id.to_string())))
}

/// Invites somebody; the answer holds the one-time link.
#[utoipa::path(post, path = "/agents", tag = "agents", operation_id = "invite_agent", request_body = Invitation,
    responses((status = 201, description = "Who was invited, and the link.", body = Invited), WriteFailures))]
pub(super) async fn invite(
    State(edge): State<Edge>,
    visitor: Visitor,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Json(invitation): Json<Invitation>,
) -> Result<(StatusCode, Json<Invited>)> {
    visitor.must_manage()?;
    let role = role(invitation.role.as_deref())?.unwrap_or(Role::Agent);
    let base = base(&edge, peer, &headers);
    let (agent, link) = accounts::invite(&edge, &visitor, &base, &invitation.email, role).await?;
    Ok((StatusCode::CREATED, Json(Invited { agent: agent.into(), link: link.into() })))
}

/// One person.
#[utoipa::path(get, path = "/agents/{id}", tag = "agents", operation_id = "get_agent",
    params(("id" = Uuid, Path, description = "The person.")),
    responses((status = 200, description = "The person.", body = AgentBody), ReadFailures))]
pub(super) async fn one(State(edge): State<Edge>, visitor: Visitor, Id(id): Id<AgentId>) -> Result<Json<AgentBody>> {
    let agent = edge.store.agent(&visitor.scope, id).await?;
    Ok(Json(AgentBody::seen_by(&visitor, agent)))
}

/// Changes a role, or lets somebody in or keeps them out: then their sessions, links and streams end at once.
#[utoipa::path(patch, path = "/agents/{id}", tag = "agents", operation_id = "change_agent",
    params(("id" = Uuid, Path, description = "The person.")), request_body = AgentChange,
    responses((status = 200, description = "The person as they are now.", body = AgentBody), WriteFailures))]
pub(super) async fn change(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<AgentId>,
    Json(change): Json<AgentChange>,
) -> Result<Json<AgentBody>> {
    visitor.must_manage()?;
    if change.role.is_none() && change.enabled.is_none() {
        return Err(Error::field("body", "role or enabled"));
    }
    let role = role(change.role.as_deref())?;
    Ok(Json(accounts::change_agent(&edge, &visitor, id, role, change.enabled).await?.into()))
}

/// Makes a one-time link: an invitation for who has not come in yet, else a reset. Earlier links die.
#[utoipa::path(post, path = "/agents/{id}/link", tag = "agents", operation_id = "create_agent_link",
    params(("id" = Uuid, Path, description = "The person.")),
    responses((status = 201, description = "The link.", body = LinkBody), WriteFailures))]
pub(super) async fn link(
    State(edge): State<Edge>,
    visitor: Visitor,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Id(id): Id<AgentId>,
) -> Result<(StatusCode, Json<LinkBody>)> {
    let link = accounts::fresh_link(&edge, &visitor, &base(&edge, peer, &headers), id).await?;
    Ok((StatusCode::CREATED, Json(link.into())))
}
