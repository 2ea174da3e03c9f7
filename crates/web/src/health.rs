//! `/healthz`, `/readyz` and `/metrics`: whether the process lives, whether it can do its work, and in numbers.

use crate::state::Edge;
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use std::sync::OnceLock;
use std::time::Duration;

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

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    database: bool,
    stopping: bool,
}

async fn ready(State(edge): State<Edge>) -> Response {
    let ping = tokio::time::timeout(Duration::from_secs(2), edge.store.ping());
    let database = matches!(ping.await, Ok(Ok(())));
    let stopping = edge.stopping.is_cancelled();
    let ready = database && !stopping;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, database, stopping })).into_response()
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
