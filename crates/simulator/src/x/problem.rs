//! X's errors: problem JSON, `errors` arrays, and the old form with a code.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

const BASE: &str = "https://api.x.com/2/problems/";

/// A refused request.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    body: Value,
}

/// What handlers return.
pub(crate) type Answer = Result<Response, Problem>;

impl Problem {
    /// 400 with the parameter and what is wrong with it.
    pub(crate) fn invalid(parameter: &str, value: &str, message: &str) -> Self {
        let title = "Invalid Request";
        Self {
            status: StatusCode::BAD_REQUEST,
            body: json!({
                "errors": [{"message": message, "parameters": {parameter: [value]}}],
                "title": title, "detail": "One or more parameters to your request was invalid.", "type": format!("{BASE}invalid-request"), "status": 400,
            }),
        }
    }

    /// 401 as for a missing, expired or revoked token.
    pub(crate) fn unauthorized() -> Self {
        Self::plain(StatusCode::UNAUTHORIZED, "Unauthorized", "Unauthorized")
    }

    /// 403 with X's words.
    pub(crate) fn forbidden(detail: &str) -> Self {
        Self::plain(StatusCode::FORBIDDEN, "Forbidden", detail)
    }

    /// 403 because the plan does not include the call.
    pub(crate) fn client_forbidden(detail: &str) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            body: json!({"title": "Client Forbidden", "detail": detail, "type": format!("{BASE}client-forbidden"), "reason": "client-not-enrolled",
                "registration_url": "https://developer.x.com/en/docs/projects/overview", "status": 403}),
        }
    }

    /// 403 because a scope is missing or the token is of the wrong kind.
    pub(crate) fn unsupported_authentication(detail: &str) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            body: json!({"title": "Unsupported Authentication", "detail": detail, "type": format!("{BASE}unsupported-authentication"), "status": 403}),
        }
    }

    /// 404 as an HTTP answer (deleting what does not exist).
    pub(crate) fn not_found(kind: &str, id: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, body: with_status(missing(kind, "id", id), 404) }
    }

    /// Any status without further information.
    pub(crate) fn plain(status: StatusCode, title: &str, detail: &str) -> Self {
        Self {
            status,
            body: json!({"title": title, "detail": detail, "type": "about:blank", "status": status.as_u16()}),
        }
    }

    /// 429 in the old form; the gate adds the headers.
    pub(crate) fn rate_limited() -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            body: json!({"errors": [{"code": 88, "message": "Rate limit exceeded"}]}),
        }
    }

    /// 400 with one of the reasons of webhook registration.
    pub(crate) fn webhook(reason: &str, message: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            body: json!({"errors": [{"message": format!("{reason}: {message}")}], "title": "Invalid Request", "detail": format!("{reason}: {message}"),
                "type": format!("{BASE}invalid-request"), "status": 400}),
        }
    }

    /// 409: a job is running.
    pub(crate) fn conflict(detail: &str) -> Self {
        Self {
            status: StatusCode::CONFLICT,
            body: json!({"title": "ReplayConflictError", "detail": detail, "type": format!("{BASE}conflict"), "status": 409}),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let old = self.body.get("errors").is_some() && self.body.get("type").is_none();
        let kind = if old { "application/json; charset=utf-8" } else { "application/problem+json" };
        let mut response = (self.status, self.body.to_string()).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        response
    }
}

fn with_status(mut problem: Value, status: u16) -> Value {
    if let Some(fields) = problem.as_object_mut() {
        fields.insert("status".to_owned(), json!(status));
    }
    problem
}

/// The entry of an `errors` array for something that does not exist; `kind` is `tweet`, `user`, …
pub(crate) fn missing(kind: &str, parameter: &str, value: &str) -> Value {
    json!({
        "value": value, "resource_id": value, "parameter": parameter, "resource_type": kind, "title": "Not Found Error",
        "detail": format!("Could not find {kind} with {parameter}: [{value}]."), "type": format!("{BASE}resource-not-found"),
    })
}

/// A JSON answer with a status.
pub(crate) fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

/// 200 with JSON.
pub(crate) fn ok(body: &Value) -> Response {
    answer(StatusCode::OK, body)
}
