//! What operators look at: parked deliveries, the health of sources, costs; and search.

use super::case_body::{CaseBody, value};
use super::read::{PageQuery, word};
use super::{Id, Json, List, Query, ReadFailures, WriteFailures, words};
use crate::error::{Error, Result};
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use desk::Parked;
use domain::id::ParkedId;
use domain::vocabulary::Direction;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A parked delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParkedBody {
    /// Which.
    pub id: Uuid,
    /// The app it came to.
    pub app: Uuid,
    /// Network by id.
    pub network: String,
    /// Why it was parked.
    pub reason: String,
    /// What exactly; holds no message text.
    pub detail: String,
    /// When it came.
    pub received_at: Timestamp,
    /// Size of the raw item.
    pub bytes: i64,
}

impl From<Parked> for ParkedBody {
    fn from(parked: Parked) -> Self {
        Self {
            id: parked.id.0,
            app: parked.app.0,
            network: parked.network,
            reason: parked.reason,
            detail: parked.detail,
            received_at: parked.received_at,
            bytes: parked.bytes,
        }
    }
}

/// The raw item.
#[derive(Debug, Serialize, ToSchema)]
pub struct RawBody {
    /// As it came; undecodable bytes are replaced.
    pub raw: String,
}

/// A channel with the health of its sources.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourcesBody {
    /// Which.
    pub channel: Uuid,
    /// Network by id.
    pub network: String,
    /// Handle without `@`.
    pub handle: String,
    /// Where the channel stands.
    #[schema(schema_with = words::channel_state)]
    pub state: &'static str,
    /// Its sources: name, last attempt, success and item, last error, whether healthy.
    #[schema(value_type = Vec<Object>)]
    pub sources: serde_json::Value,
    /// Stretches of time that may lack something, newest first.
    #[schema(value_type = Vec<Object>)]
    pub gaps: serde_json::Value,
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DaysQuery {
    /// First day, in UTC.
    #[param(format = Date)]
    pub from: String,
    /// Last day, in UTC.
    #[param(format = Date)]
    pub to: String,
}

/// The cost meter.
#[derive(Debug, Serialize, ToSchema)]
pub struct CostsBody {
    /// Newest day first: app, day, what, count, micros.
    #[schema(value_type = Vec<Object>)]
    pub lines: serde_json::Value,
    /// All lines together, in millionths of a US dollar.
    pub total_micros: i64,
}

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words as typed; all must be found. `#123` finds a case by its number.
    #[param(max_length = 200)]
    pub q: String,
    /// Only on this network.
    #[param(max_length = 40)]
    pub network: Option<String>,
    /// Only in this language.
    #[param(max_length = 35)]
    pub language: Option<String>,
    /// inbound or outbound.
    #[param(max_length = 10)]
    pub direction: Option<String>,
    /// Only private ones, or only public ones.
    pub private: Option<bool>,
    /// `next` of the page before.
    #[param(max_length = 200)]
    pub after: Option<String>,
    /// Hits of the page; 20 unless told.
    #[param(minimum = 1, maximum = 50)]
    pub limit: Option<i64>,
}

/// A message that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitBody {
    /// Which.
    pub message: Uuid,
    /// Its case.
    pub case: CaseBody,
    /// Who wrote it.
    #[schema(schema_with = words::direction)]
    pub direction: &'static str,
    /// When.
    pub sent_at: Timestamp,
    /// The part of the text around the first match.
    pub excerpt: String,
    /// What matched in it: pairs of Unicode scalar positions, end exclusive.
    #[schema(value_type = Vec<Vec<i64>>)]
    pub highlights: Vec<(usize, usize)>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundBody {
    /// The case whose number was typed.
    pub cases: Vec<CaseBody>,
    /// Messages, newest first.
    pub items: Vec<HitBody>,
    /// Pass it as `after` to go on; null at the end.
    pub next: Option<String>,
}

/// Parked deliveries that wait for a person, oldest first.
#[utoipa::path(get, path = "/parked", tag = "parked", operation_id = "list_parked", params(PageQuery),
    responses((status = 200, description = "A page of parked deliveries.", body = List<ParkedBody>), ReadFailures))]
pub(super) async fn parked(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<ParkedBody>>> {
    // One more than is shown tells whether there are more; the desk gives at most 100.
    let limit = page.limit()?.min(99);
    let wanted = usize::try_from(limit + 1).unwrap_or(100);
    let parked = edge.desk.parked(&visitor.scope, page.after()?, wanted).await?;
    Ok(Json(List::cut(parked.into_iter().map(ParkedBody::from).collect(), limit, |body| body.id.to_string())))
}

/// The raw item of a parked delivery.
#[utoipa::path(get, path = "/parked/{id}/raw", tag = "parked", operation_id = "get_parked_raw",
    params(("id" = Uuid, Path, description = "The parked delivery.")),
    responses((status = 200, description = "As it came.", body = RawBody), ReadFailures))]
pub(super) async fn parked_raw(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<ParkedId>,
) -> Result<Json<RawBody>> {
    Ok(Json(RawBody { raw: edge.desk.parked_raw(&visitor.scope, id).await? }))
}

/// Sends a parked delivery on its way again.
#[utoipa::path(post, path = "/parked/{id}/replay", tag = "parked", operation_id = "replay_parked",
    params(("id" = Uuid, Path, description = "The parked delivery.")),
    responses((status = 202, description = "On its way."), WriteFailures))]
pub(super) async fn replay(State(edge): State<Edge>, visitor: Visitor, Id(id): Id<ParkedId>) -> Result<StatusCode> {
    edge.desk.replay_parked(&visitor.scope, id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Says that nothing is to be done about a parked delivery.
#[utoipa::path(post, path = "/parked/{id}/dismiss", tag = "parked", operation_id = "dismiss_parked",
    params(("id" = Uuid, Path, description = "The parked delivery.")),
    responses((status = 204, description = "Settled."), WriteFailures))]
pub(super) async fn dismiss(State(edge): State<Edge>, visitor: Visitor, Id(id): Id<ParkedId>) -> Result<StatusCode> {
    edge.desk.dismiss_parked(&visitor.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The health of every source.
#[utoipa::path(get, path = "/sources", tag = "sources", operation_id = "list_sources",
    responses((status = 200, description = "Channels with their sources.", body = List<SourcesBody>), ReadFailures))]
pub(super) async fn sources(State(edge): State<Edge>, visitor: Visitor) -> Result<Json<List<SourcesBody>>> {
    let channels = edge.desk.sources(&visitor.scope).await?;
    let items = channels
        .into_iter()
        .map(|health| SourcesBody {
            channel: health.channel.0,
            network: health.network,
            handle: health.handle,
            state: health.state.word(),
            sources: value(&health.sources),
            gaps: value(&health.gaps),
        })
        .collect();
    Ok(Json(List { items, next: None }))
}

/// What the networks charged.
#[utoipa::path(get, path = "/costs", tag = "sources", operation_id = "list_costs", params(DaysQuery),
    responses((status = 200, description = "The cost meter.", body = CostsBody), ReadFailures))]
pub(super) async fn costs(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(days): Query<DaysQuery>,
) -> Result<Json<CostsBody>> {
    for (field, text) in [("from", &days.from), ("to", &days.to)] {
        if text.len() != 10 || text.parse::<Date>().is_err() {
            return Err(Error::field(field, "a day such as 2026-11-22"));
        }
    }
    let costs = edge.desk.costs(&visitor.scope, &days.from, &days.to).await?;
    Ok(Json(CostsBody { lines: value(&costs.lines), total_micros: costs.total_micros }))
}

/// Searches messages by words, people by names and handles, cases by number.
#[utoipa::path(get, path = "/search", tag = "search", operation_id = "search", params(SearchQuery),
    responses((status = 200, description = "What was found.", body = FoundBody), ReadFailures))]
pub(super) async fn search(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(query): Query<SearchQuery>,
) -> Result<Json<FoundBody>> {
    if query.q.chars().count() > 200 {
        return Err(Error::field("q", "at most 200 characters"));
    }
    let limit = match query.limit.unwrap_or(20) {
        limit @ 1..=50 => usize::try_from(limit).unwrap_or(20),
        _ => return Err(Error::field("limit", "1 to 50")),
    };
    let direction = query.direction.as_deref();
    let asked = desk::Query {
        text: query.q,
        network: query.network,
        language: query.language,
        direction: direction.map(|text| word("direction", text, Direction::ALL, Direction::word)).transpose()?,
        private: query.private,
        ..desk::Query::default()
    };
    let found = edge.desk.search(&visitor.scope, &asked, query.after.as_deref(), limit).await?;
    let hit = |hit: desk::Hit| HitBody {
        message: hit.message.0,
        case: hit.case.into(),
        direction: hit.direction.word(),
        sent_at: hit.sent_at,
        excerpt: hit.excerpt,
        highlights: hit.highlights,
    };
    Ok(Json(FoundBody {
        cases: found.cases.into_iter().map(Into::into).collect(),
        items: found.hits.into_iter().map(hit).collect(),
        next: found.next,
    }))
}
