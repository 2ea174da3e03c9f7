//! Cases: lists, one, and what is done to them.

use super::case_body::{CaseBody, ContactBody, ConversationBody, MessagesBody};
use super::case_filter::CaseQuery;
use super::read::word;
use super::{Id, Json, List, Query, ReadFailures, WriteFailures, words};
use crate::error::{Error, Result};
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use desk::{Acted, Expected};
use domain::id::{AgentId, CaseId, ContactId, ConversationId};
use domain::vocabulary::{NoReplyReason, Noise};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// What the actor believes of the case; acts fail with 409 when it is no longer so. Absent: whatever happened.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ExpectedBody {
    /// The case's `version`.
    #[serde(default)]
    pub version: Option<i64>,
    /// The case's `last_position`.
    #[serde(default)]
    #[schema(max_length = 20)]
    pub position: Option<String>,
}

/// Reads a position.
pub(super) fn position(field: &str, text: Option<&str>) -> Result<Option<i64>> {
    text.map(|text| text.parse().map_err(|_| Error::field(field, "a position"))).transpose()
}

fn expected(body: &Option<ExpectedBody>) -> Result<Expected> {
    let Some(body) = body else { return Ok(Expected::default()) };
    Ok(Expected { version: body.version, position: position("expected.position", body.position.as_deref())? })
}

/// Who is to be on the case.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Assignment {
    /// Who; null or absent: nobody.
    pub agent: Option<Uuid>,
    /// What the actor believes.
    pub expected: Option<ExpectedBody>,
}

/// How a case is closed.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Closing {
    /// Why without an answer; needed while the customer waits.
    #[schema(schema_with = words::optional_no_reply_reason)]
    pub reason: Option<String>,
    /// What the actor believes.
    pub expected: Option<ExpectedBody>,
}

/// How a case is opened again.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Reopening {
    /// What the actor believes.
    pub expected: Option<ExpectedBody>,
}

/// How long a case sleeps.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Snoozing {
    /// Until when, at most a year; an answer of the customer wakes it.
    pub until: Timestamp,
    /// What the actor believes.
    pub expected: Option<ExpectedBody>,
}

/// Why a case is set aside.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SettingAside {
    /// Why; null or absent takes it back.
    #[schema(schema_with = words::optional_noise)]
    pub noise: Option<String>,
    /// What the actor believes.
    pub expected: Option<ExpectedBody>,
}

/// How far the reader has read.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Seen {
    /// Position of the newest message seen.
    #[schema(max_length = 20)]
    pub position: String,
}

/// What an act came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActedBody {
    /// The case's version now.
    pub version: i64,
    /// Whether anything changed.
    pub changed: bool,
}

impl From<Acted> for ActedBody {
    fn from(acted: Acted) -> Self {
        Self { version: acted.version, changed: acted.changed }
    }
}

/// A window of messages.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    /// Only this conversation; absent: all of the case in one stream.
    pub conversation: Option<Uuid>,
    /// `before` of a later window.
    #[param(max_length = 200)]
    pub before: Option<String>,
    /// `after` of an earlier window.
    #[param(max_length = 200)]
    pub after: Option<String>,
    /// Messages of the window; 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
}

/// A named list with its live count.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewBody {
    /// Stable key; `GET /cases?view=` takes it.
    pub key: String,
    /// How many cases it shows, to 999.
    pub count: i64,
    /// Whether there are more.
    pub more: bool,
}

/// The default views with their live counts.
#[utoipa::path(get, path = "/views", tag = "cases", operation_id = "list_views",
    responses((status = 200, description = "The views.", body = List<ViewBody>), ReadFailures))]
pub(super) async fn views(State(edge): State<Edge>, visitor: Visitor) -> Result<Json<List<ViewBody>>> {
    let counts = edge.desk.view_counts(&visitor.scope).await?;
    let items = counts
        .into_iter()
        .map(|view| ViewBody { key: view.key.to_owned(), count: view.count, more: view.more })
        .collect();
    Ok(Json(List { items, next: None }))
}

/// A list of cases.
#[utoipa::path(get, path = "/cases", tag = "cases", operation_id = "list_cases", params(CaseQuery),
    responses((status = 200, description = "A page of cases.", body = List<CaseBody>), ReadFailures))]
pub(super) async fn list(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(query): Query<CaseQuery>,
) -> Result<Json<List<CaseBody>>> {
    let (filter, order) = query.read(&visitor)?;
    let page = edge.desk.inbox(&visitor.scope, &filter, order, query.after.as_deref(), query.limit()?).await?;
    Ok(Json(List { items: page.rows.into_iter().map(Into::into).collect(), next: page.next }))
}

/// One case.
#[utoipa::path(get, path = "/cases/{id}", tag = "cases", operation_id = "get_case",
    params(("id" = Uuid, Path, description = "The case.")),
    responses((status = 200, description = "The case.", body = CaseBody), ReadFailures))]
pub(super) async fn one(State(edge): State<Edge>, visitor: Visitor, Id(id): Id<CaseId>) -> Result<Json<CaseBody>> {
    Ok(Json(edge.desk.case_row(&visitor.scope, id).await?.into()))
}

/// The conversations of a case, the one with the newest message first.
#[utoipa::path(get, path = "/cases/{id}/conversations", tag = "cases", operation_id = "list_conversations",
    params(("id" = Uuid, Path, description = "The case.")),
    responses((status = 200, description = "The conversations.", body = List<ConversationBody>), ReadFailures))]
pub(super) async fn conversations(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<CaseId>,
) -> Result<Json<List<ConversationBody>>> {
    edge.desk.case_row(&visitor.scope, id).await?;
    let conversations = edge.store.case_conversations(&visitor.scope, id).await?;
    Ok(Json(List { items: conversations.into_iter().map(Into::into).collect(), next: None }))
}

/// The messages of a case: of one conversation, with the others of its thread, or of all.
#[utoipa::path(get, path = "/cases/{id}/messages", tag = "cases", operation_id = "list_messages",
    params(("id" = Uuid, Path, description = "The case."), MessagesQuery),
    responses((status = 200, description = "A window of messages.", body = MessagesBody), ReadFailures))]
pub(super) async fn messages(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<CaseId>,
    Query(query): Query<MessagesQuery>,
) -> Result<Json<MessagesBody>> {
    let limit = match query.limit {
        None => None,
        Some(limit @ 1..=200) => usize::try_from(limit).ok(),
        Some(_) => return Err(Error::field("limit", "1 to 200")),
    };
    let conversation = query.conversation.map(ConversationId);
    let (before, after) = (query.before.as_deref(), query.after.as_deref());
    Ok(Json(edge.desk.messages(&visitor.scope, id, conversation, before, after, limit).await?.into()))
}

/// A customer with accounts and cases.
#[utoipa::path(get, path = "/contacts/{id}", tag = "contacts", operation_id = "get_contact",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "The customer.", body = ContactBody), ReadFailures))]
pub(super) async fn contact(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<ContactId>,
) -> Result<Json<ContactBody>> {
    Ok(Json(edge.store.contact_view(&visitor.scope, id, None).await?.into()))
}

/// Gives a case to somebody, or to nobody.
#[utoipa::path(post, path = "/cases/{id}/assign", tag = "cases", operation_id = "assign_case",
    params(("id" = Uuid, Path, description = "The case.")), request_body = Assignment,
    responses((status = 200, description = "What it came to.", body = ActedBody), WriteFailures))]
pub(super) async fn assign(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<CaseId>,
    Json(body): Json<Assignment>,
) -> Result<Json<ActedBody>> {
    let agent = body.agent.map(AgentId);
    Ok(Json(edge.desk.assign(&visitor.scope, id, agent, expected(&body.expected)?).await?.into()))
}

/// Closes a case.
#[utoipa::path(post, path = "/cases/{id}/close", tag = "cases", operation_id = "close_case",
    params(("id" = Uuid, Path, description = "The case.")), request_body = Closing,
    responses((status = 200, description = "What it came to.", body = ActedBody), WriteFailures))]
pub(super) async fn close(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<CaseId>,
    Json(body): Json<Closing>,
) -> Result<Json<ActedBody>> {
    let reason = body.reason.as_deref();
    let reason = reason.map(|text| word("reason", text, NoReplyReason::ALL, NoReplyReason::word)).transpose()?;
    Ok(Json(edge.desk.close(&visitor.scope, id, reason, expected(&body.expected)?).await?.into()))
}

/// Opens a case again, or wakes it.
#[utoipa::path(post, path = "/cases/{id}/reopen", tag = "cases", operation_id = "reopen_case",
    params(("id" = Uuid, Path, description = "The case.")), request_body = Reopening,
    responses((status = 200, description = "What it came to.", body = ActedBody), WriteFailures))]
pub(super) async fn reopen(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<CaseId>,
    Json(body): Json<Reopening>,
) -> Result<Json<ActedBody>> {
    Ok(Json(edge.desk.reopen(&visitor.scope, id, expected(&body.expected)?).await?.into()))
}

/// Puts a case to sleep.
#[utoipa::path(post, path = "/cases/{id}/snooze", tag = "cases", operation_id = "snooze_case",
    params(("id" = Uuid, Path, description = "The case.")), request_body = Snoozing,
    responses((status = 200, description = "What it came to.", body = ActedBody), WriteFailures))]
pub(super) async fn snooze(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<CaseId>,
    Json(body): Json<Snoozing>,
) -> Result<Json<ActedBody>> {
    Ok(Json(edge.desk.snooze(&visitor.scope, id, body.until, expected(&body.expected)?).await?.into()))
}

/// Sets a case aside as noise, or takes it back.
#[utoipa::path(post, path = "/cases/{id}/noise", tag = "cases", operation_id = "set_case_noise",
    params(("id" = Uuid, Path, description = "The case.")), request_body = SettingAside,
    responses((status = 200, description = "What it came to.", body = ActedBody), WriteFailures))]
pub(super) async fn noise(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<CaseId>,
    Json(body): Json<SettingAside>,
) -> Result<Json<ActedBody>> {
    let noise = body.noise.as_deref().map(|text| word("noise", text, Noise::ALL, Noise::word)).transpose()?;
    Ok(Json(edge.desk.set_noise(&visitor.scope, id, noise, expected(&body.expected)?).await?.into()))
}

/// Notes how far the reader has read.
#[utoipa::path(post, path = "/cases/{id}/seen", tag = "cases", operation_id = "mark_case_seen",
    params(("id" = Uuid, Path, description = "The case.")), request_body = Seen,
    responses((status = 204, description = "Noted."), WriteFailures))]
pub(super) async fn seen(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<CaseId>,
    Json(body): Json<Seen>,
) -> Result<StatusCode> {
    visitor.person()?;
    edge.desk.case_row(&visitor.scope, id).await?;
    let position = position("position", Some(&body.position))?.unwrap_or_default();
    edge.desk.mark_seen(&visitor.scope, id, position).await?;
    Ok(StatusCode::NO_CONTENT)
}
