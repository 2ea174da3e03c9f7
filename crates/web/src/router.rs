//! The routes of the product, put together.

use crate::csrf;
use crate::request_layer;
use crate::session::identify;
use crate::state::Edge;
use crate::{api, apps, assets, door, events, health, hooks, idempotency, screens, uploads};
use axum::extract::DefaultBodyLimit;
use axum::response::Redirect;
use axum::routing::get;
use axum::{Router, middleware};

/// Largest form of the screens.
const FORM_LIMIT: usize = 256 * 1024;

/// Everything on one address.
pub fn everything(edge: &Edge) -> Router {
    inside(edge).merge(outside(edge))
}

/// What agents and programs reach: screens, API, streams.
pub fn inside(edge: &Edge) -> Router {
    let (api, _) = api::routes(edge);
    let screens = screens::routes(edge).layer(middleware::from_fn_with_state(edge.clone(), idempotency::of_screens));
    let pages = Router::new()
        .route("/", get(|| async { Redirect::to("/inbox") }))
        .route("/app/events", get(events::screen_stream))
        .merge(door::routes())
        .merge(apps::routes())
        .merge(uploads::routes())
        .merge(screens)
        .layer(DefaultBodyLimit::max(FORM_LIMIT));
    let known = pages
        .merge(api)
        .layer(middleware::from_fn_with_state(edge.clone(), csrf::guard))
        .layer(middleware::from_fn_with_state(edge.clone(), identify));
    known
        .merge(health::routes())
        .merge(assets::routes())
        .fallback(api::absent)
        .method_not_allowed_fallback(api::wrong_method)
        .layer(middleware::from_fn_with_state(edge.clone(), request_layer::around))
        .with_state(edge.clone())
}

/// What networks reach, for an address of its own (`--hooks-listen`) or beside the rest.
pub fn outside(edge: &Edge) -> Router {
    hooks::routes().with_state(edge.clone())
}

/// The second address: webhooks and the probes that say whether it lives.
pub fn outside_alone(edge: &Edge) -> Router {
    probes(edge).merge(outside(edge))
}

/// A node that neither serves people nor networks: only the probes that say whether it lives.
pub fn probes(edge: &Edge) -> Router {
    Router::new()
        .merge(health::probes())
        .fallback(api::absent)
        .layer(middleware::from_fn_with_state(edge.clone(), request_layer::around))
        .with_state(edge.clone())
}
