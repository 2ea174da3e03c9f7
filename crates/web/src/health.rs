//! `/healthz`, `/readyz` and `/metrics`: whether the process lives, whether it can do its work, and in numbers.

mod readiness;

pub use readiness::Readiness;

use crate::state::Edge;
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// The three places.
pub fn routes() -> Router<Edge> {
    probes().route("/metrics", get(metrics))
}

/// The two that may face the internet.
pub fn probes() -> Router<Edge> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready))
}

async fn alive() -> &'static str {
    "ok\n"
}

async fn ready(State(edge): State<Edge>) -> Response {
    let answer = edge.readiness.ask(&edge).await;
    let status = if answer.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(answer)).into_response()
}

async fn metrics(State(edge): State<Edge>) -> Response {
    match &edge.metrics {
        Some(handle) => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Installs the process's recorder once; later calls get the same.
pub fn recorder() -> Option<PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).clone()
}
