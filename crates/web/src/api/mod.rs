//! `/api/v1`: every resource as JSON, described by the document that is made from the same types.

mod agents;
mod apps;
mod attachments;
mod audit;
mod case_body;
mod case_filter;
mod cases;
mod channels;
mod document;
mod failures;
mod me;
mod messages;
mod notes;
mod operations;
mod read;
mod tokens;
mod words;
mod workspaces;

pub use failures::{ReadFailures, WriteFailures};
pub use read::{Id, Json, Query};

use crate::error::Error;
use crate::events;
use crate::idempotency;
use crate::state::Edge;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Largest JSON body.
const BODY_LIMIT: usize = 512 * 1024;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// In order.
    pub items: Vec<T>,
    /// Pass it as `after` to go on; null at the end.
    pub next: Option<String>,
}

impl<T> List<T> {
    /// A page of at most `limit` out of up to `limit + 1` items; `key` names the last one shown.
    fn cut(mut items: Vec<T>, limit: i64, key: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(key);
        Self { items, next }
    }
}

fn resources() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(workspaces::list))
        .routes(routes!(workspaces::one, workspaces::change))
        .routes(routes!(me::me, me::change))
        .routes(routes!(me::change_password))
        .routes(routes!(me::sign_out_everywhere))
        .routes(routes!(agents::list, agents::invite))
        .routes(routes!(agents::one, agents::change))
        .routes(routes!(agents::link))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::one, tokens::revoke))
        .routes(routes!(audit::list))
        .routes(routes!(apps::networks))
        .routes(routes!(apps::list, apps::create))
        .routes(routes!(apps::one, apps::change))
        .routes(routes!(apps::connect))
        .routes(routes!(channels::list, channels::create))
        .routes(routes!(channels::one, channels::change))
        .routes(routes!(channels::subscribe))
        .routes(routes!(attachments::one, attachments::forget))
        .routes(routes!(events::stream::api_stream))
        .routes(routes!(cases::views))
        .routes(routes!(cases::list))
        .routes(routes!(cases::one))
        .routes(routes!(cases::conversations))
        .routes(routes!(cases::messages))
        .routes(routes!(cases::contact))
        .routes(routes!(cases::assign))
        .routes(routes!(cases::close))
        .routes(routes!(cases::reopen))
        .routes(routes!(cases::snooze))
        .routes(routes!(cases::noise))
        .routes(routes!(cases::seen))
        .routes(routes!(notes::list, notes::create))
        .routes(routes!(notes::drafts))
        .routes(routes!(notes::save_draft, notes::delete_draft))
        .routes(routes!(messages::one, messages::delete))
        .routes(routes!(messages::reply))
        .routes(routes!(messages::reply_privately))
        .routes(routes!(messages::direct_message))
        .routes(routes!(messages::post))
        .routes(routes!(messages::check))
        .routes(routes!(messages::cancel))
        .routes(routes!(messages::retry))
        .routes(routes!(messages::resolve))
        .routes(routes!(messages::hide))
        .routes(routes!(operations::parked))
        .routes(routes!(operations::parked_raw))
        .routes(routes!(operations::replay))
        .routes(routes!(operations::dismiss))
        .routes(routes!(operations::sources))
        .routes(routes!(operations::costs))
        .routes(routes!(operations::search))
}

fn uploads() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(attachments::upload))
}

/// The API's routes and its document.
pub fn routes(edge: &Edge) -> (Router<Edge>, utoipa::openapi::OpenApi) {
    let upload_limit = edge.settings.upload_limit();
    let resources = resources()
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .merge(uploads().layer(DefaultBodyLimit::max(upload_limit)))
        .layer(middleware::from_fn_with_state(edge.clone(), idempotency::of_programs));
    let (router, document) =
        OpenApiRouter::with_openapi(document::beginning()).nest("/api/v1", resources).split_for_parts();
    let text: &'static str = document::text(&document).leak();
    let described = move || async move { ([(axum::http::header::CONTENT_TYPE, "application/json")], text) };
    (router.route("/api/openapi.json", get(described)), document)
}

/// The document alone, for the snapshot in the repository.
pub fn document() -> String {
    let (_, document) = OpenApiRouter::with_openapi(document::beginning())
        .nest("/api/v1", resources().merge(uploads()))
        .split_for_parts();
    document::text(&document)
}

/// Nothing there.
pub async fn absent() -> Response {
    Error::NotFound.into_response()
}

/// Something there, but not for this method.
pub async fn wrong_method() -> Response {
    Error::Method.into_response()
}
