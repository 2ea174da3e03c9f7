//! What every call passes: token, faults, limits, and the headers of the answer.

use super::problem::Problem;
use crate::World;
use crate::faults::FaultKind;
use crate::server::HangUp;
use crate::world::State;
use axum::extract::{FromRequestParts, MatchedPath, Request, State as Extract};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// Who calls: an app alone, or an app for an account.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) app: u64,
    pub(crate) user: Option<u64>,
    scopes: Vec<String>,
}

impl Caller {
    /// The account, when the token is a user's and has the scopes.
    pub(crate) fn user_with(&self, scopes: &[&str]) -> Result<u64, Problem> {
        let Some(user) = self.user else {
            return Err(Problem::unsupported_authentication(
                "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint. Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
            ));
        };
        self.scoped(scopes)?;
        Ok(user)
    }

    /// Passes app-only callers; user callers need the scopes.
    pub(crate) fn scoped(&self, scopes: &[&str]) -> Result<(), Problem> {
        let missing = self.user.is_some() && scopes.iter().any(|scope| !self.scopes.iter().any(|own| own == scope));
        if missing { Err(Problem::forbidden("You are not permitted to perform this action.")) } else { Ok(()) }
    }

    /// Passes app-only callers.
    pub(crate) fn app_only(&self) -> Result<u64, Problem> {
        if self.user.is_some() {
            return Err(Problem::unsupported_authentication(
                "Authenticating with OAuth 2.0 User Context is forbidden for this endpoint. Supported authentication types are [OAuth 2.0 Application-Only].",
            ));
        }
        Ok(self.app)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthorized)
    }
}

fn caller(state: &State, headers: &HeaderMap, now: i64) -> Option<Caller> {
    let header = headers.get("authorization")?.to_str().ok()?;
    let token = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("bearer "))?.trim();
    if let Some(token) = state.tokens.get(token) {
        return (token.expires_ms > now).then(|| Caller {
            app: token.app,
            user: Some(token.user),
            scopes: token.scopes.clone(),
        });
    }
    let app = state.apps.values().find(|app| app.bearer_token == token)?;
    Some(Caller { app: app.id, user: None, scopes: Vec::new() })
}

fn put(headers: &mut HeaderMap, name: &'static str, value: i64) {
    if let Ok(value) = HeaderValue::from_str(&value.to_string()) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// An answer that is never sent: the connection stays silent, then closes.
pub(crate) async fn silence(delay_ms: Option<u64>) -> Response {
    tokio::time::sleep(Duration::from_millis(delay_ms.unwrap_or(0))).await;
    let mut response = StatusCode::GATEWAY_TIMEOUT.into_response();
    response.extensions_mut().insert(HangUp);
    response
}

/// Passes a call through token, faults and limits.
pub(crate) async fn gate(
    Extract(world): Extract<World>,
    path: MatchedPath,
    mut request: Request,
    next: Next,
) -> Response {
    let route = path.as_str();
    let endpoint = format!("{} {}", request.method(), route.strip_prefix("/x").unwrap_or(route));
    let now = world.now();
    let open = endpoint.contains("/2/oauth2/");
    let caller = caller(&world.lock(), request.headers(), now);
    let fault = world.shared().faults.on_call(caller.as_ref().map(|caller| caller.app), &endpoint);
    let mut forced_reset = None;
    let mut early = None;
    match fault.as_ref().map(|fault| fault.kind) {
        Some(FaultKind::TimeoutBefore) => return silence(fault.as_ref().and_then(|fault| fault.delay_ms)).await,
        Some(FaultKind::ServerError) => {
            let status = fault
                .as_ref()
                .and_then(|fault| fault.status)
                .and_then(|status| StatusCode::from_u16(status).ok())
                .unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            early = Some(Problem::plain(
                status,
                status.canonical_reason().unwrap_or("Error"),
                status.canonical_reason().unwrap_or("Error"),
            ));
        }
        Some(FaultKind::RateLimit) => {
            forced_reset = Some(now / 1000 + fault.as_ref().and_then(|fault| fault.reset_seconds).unwrap_or(60));
            early = Some(Problem::rate_limited());
        }
        Some(FaultKind::Unauthorized) => early = Some(Problem::unauthorized()),
        Some(FaultKind::Slow) => {
            tokio::time::sleep(Duration::from_millis(fault.as_ref().and_then(|fault| fault.delay_ms).unwrap_or(1000)))
                .await
        }
        _ => {}
    }
    if early.is_none() && caller.is_none() && !open {
        early = Some(Problem::unauthorized());
    }
    let standing = caller.as_ref().map(|caller| world.lock().limits.take(&endpoint, caller.app, caller.user, now));
    if early.is_none() && standing.is_some_and(|standing| !standing.allowed) {
        early = Some(Problem::rate_limited());
    }
    let mut response = match early {
        Some(problem) => problem.into_response(),
        None => {
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            next.run(request).await
        }
    };
    if fault.as_ref().is_some_and(|fault| fault.kind == FaultKind::TimeoutAfter) {
        return silence(fault.and_then(|fault| fault.delay_ms)).await;
    }
    let headers = response.headers_mut();
    let standing = standing
        .map_or((300, 299, now / 1000 + 900), |standing| (standing.limit, standing.remaining, standing.reset_s));
    put(headers, "x-rate-limit-limit", i64::from(standing.0));
    put(headers, "x-rate-limit-remaining", if forced_reset.is_some() { 0 } else { i64::from(standing.1) });
    put(headers, "x-rate-limit-reset", forced_reset.unwrap_or(standing.2));
    response
}
