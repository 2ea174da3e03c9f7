//! `/hooks/{network}/{app_id}`: what networks deliver. No session, no look-up but the app, and 200 only after it is durable.

mod app_cache;

pub use app_cache::AppCache;
use app_cache::CachedApp;

use crate::error::Error;
use crate::state::Edge;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::id::AppId;
use futures::FutureExt;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use networks::network::{Network, Rejected};
use pipeline::AcceptError;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use store::journal::NewDelivery;

/// Largest delivery.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// How long a body may take to come and to become durable.
const PATIENCE: Duration = Duration::from_secs(20);

/// The one place.
pub fn routes() -> Router<Edge> {
    Router::new().route("/hooks/{network}/{app_id}", get(handshake).post(receive)).layer(middleware::from_fn(guarded))
}

/// The few headers that matter here, a time limit, and no inside when something breaks.
async fn guarded(request: Request, next: Next) -> Response {
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Error::Inner("panic at the webhook".to_owned()).into_response(),
        Err(_) => Error::Busy.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    response
}

async fn find(edge: &Edge, network: &str, app: &str) -> Result<(Arc<CachedApp>, Arc<dyn Network>), Error> {
    let id: AppId = app.parse().map_err(|_| Error::NotFound)?;
    // While the database is away nobody waits to be told so: what was believed of the app a moment ago still is.
    let believed = if edge.intake.is_degraded() { edge.apps.stale(network, id) } else { None };
    let app = match believed {
        Some(app) => app,
        None => edge.apps.find(&edge.store, network, id).await?.ok_or(Error::NotFound)?,
    };
    let network = edge.networks.get(network).cloned().ok_or(Error::NotFound)?;
    Ok((app, network))
}

fn refuse(app: &CachedApp, rejected: &Rejected) -> Response {
    metrics::counter!("deliveries_rejected_total").increment(1);
    // Never the body: it is a stranger's.
    tracing::warn!(app = %app.access.app, network = app.network, reason = %rejected, "webhook refused");
    match rejected {
        Rejected::Signature => refusal(StatusCode::UNAUTHORIZED, "signature"),
        Rejected::Malformed(_) => Error::Malformed(rejected.to_string()).into_response(),
        Rejected::NotConfigured => Error::Forbidden.into_response(),
        Rejected::Absent => Error::NotFound.into_response(),
    }
}

fn refusal(status: StatusCode, code: &str) -> Response {
    let body = serde_json::json!({ "error": { "code": code, "message": code, "fields": [] } });
    (status, axum::Json(body)).into_response()
}

/// Answers the network's question whether the address is ours.
async fn handshake(
    State(edge): State<Edge>,
    Path((network, app)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let (app, network) = match find(&edge, &network, &app).await {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    match network.handshake(&app.access, query.as_deref().unwrap_or_default()) {
        Ok(handshake) => ([(header::CONTENT_TYPE, handshake.content_type)], handshake.body).into_response(),
        Err(rejected) => refuse(&app, &rejected),
    }
}

/// Takes a delivery: signature over the raw bytes, then the journal, then 200.
async fn receive(
    State(edge): State<Edge>,
    Path((network, app)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (app, network) = match find(&edge, &network, &app).await {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let body = match read(&headers, body).await {
        Ok(body) => body,
        Err(error) => return error.into_response(),
    };
    let received = match network.receive(&app.access, &headers, &body) {
        Ok(received) => received,
        Err(rejected) => return refuse(&app, &rejected),
    };
    let delivery = NewDelivery {
        workspace: app.workspace,
        app: app.access.app,
        network: app.network.clone(),
        received_at: edge.now(),
        private: received.private,
        body: Arc::from(&body[..]),
    };
    match edge.intake.accept(delivery).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(AcceptError::Busy | AcceptError::Storage) => {
            metrics::counter!("deliveries_busy_total").increment(1);
            Error::Busy.into_response()
        }
    }
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Error> {
    let too_large = || Error::TooLarge(u64::try_from(BODY_LIMIT).unwrap_or(u64::MAX));
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > BODY_LIMIT) {
        return Err(too_large());
    }
    match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Error::Malformed("the body broke off".to_owned())),
    }
}
