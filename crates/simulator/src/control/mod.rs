//! The control API under `/control`: JSON in, JSON out; errors are `{"error": "…"}` with 400 or 404.
//!
//! | call | body or query | answer |
//! |---|---|---|
//! | `POST /apps` | [`NewApp`](crate::NewApp) | id, all keys |
//! | `POST /apps/{id}/access_level` | `{"access_level":"self_serve"\|"enterprise"}` | `{"ok":true}` |
//! | `POST /accounts` | [`NewAccount`](crate::NewAccount) | id, username |
//! | `POST /accounts/{handle}/access_level` | `{"access_level":…\|null}` | `{"ok":true}` |
//! | `POST /tokens` | `{"app","account","scopes"?:[…]}` | access_token, refresh_token |
//! | `POST /tokens/expire`, `POST /tokens/revoke` | `{"account","app"?}` | `{"ok":true}` |
//! | `POST /post` | [`NewPost`](crate::NewPost) | `{"id","url"}` |
//! | `POST /edit` | `{"id","text"}` | `{"id"}` of the new version |
//! | `POST /delete`, `POST /like` | `{"id"}`, `{"id","account"}` | `{"ok":true}` |
//! | `POST /follow`, `POST /read` | `{"account","target"}` | `{"ok":true}` |
//! | `POST /dm` | `{"from","to","text","media"?:[{"alt_text"}],"at"?}` | `{"id"}` |
//! | `POST /group` | `{"from","others":[…],"conversation"?,"text"}` | `{"conversation","id"}` |
//! | `POST /encrypted` | `{"from","to"}` | `{"ok":true}` |
//! | `POST /bulk` | `{"posts":[NewPost…],"options"?:BulkOptions,"exact"?:true}` | [`BulkCounts`](crate::delivery::BulkCounts), when done |
//! | `GET /timeline?account=&limit=` | | `{"posts":[…]}`, newest first |
//! | `GET /post/{id}` | | the post with its replies |
//! | `GET /messages?account=&with=` | | `{"messages":[…]}`, newest first |
//! | `GET /deliveries`, `POST /deliveries/wait` | | [`DeliveryCounts`](crate::DeliveryCounts); `wait` answers when nothing is on its way |
//! | `POST /webhooks` | `{"valid":bool}` | `{"ok":true}`; `false`: X gave the addresses up and delivers nothing |
//! | `POST /streams/cut` | | `{"ok":true}`: every open stream ends |
//! | `GET /faults`, `POST /faults`, `DELETE /faults` | [`Fault`](crate::Fault) | the standing faults |
//! | `POST /clock` | `{"advance_seconds"?,"freeze"?:bool,"reset"?:true}` | `{"now","frozen"}` |
//! | `POST /limits` | `{"multiplier"?,"endpoint"?,"limit"?,"reset"?:true}` | `{"ok":true}` |
//! | `POST /customers/start` | `{"per_minute","languages"?,"seed"?,"accounts"?}` | `{"ok":true}` |
//! | `POST /customers/stop`, `POST /customers/burst` | `{"factor"?:100,"seconds"?:10}` | `{"ok":true}` |
//! | `POST /customers/outage` | `{"count"?:20}` | `{"posts":n}` |
//! | `GET /state` | | counts of everything |

mod bulk;
mod doing;
pub(crate) mod page;
mod setup;
mod steering;
mod views;

use crate::{Error, World};
use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const MAX_BODY: usize = 256 * 1024 * 1024;

/// A refused control call.
pub(crate) struct Refused(StatusCode, String);

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        let status =
            if matches!(error, Error::Missing { .. }) { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
        Self(status, error.to_string())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, axum::Json(json!({"error": self.1}))).into_response()
    }
}

type Answer = Result<axum::Json<Value>, Refused>;

fn read<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Refused> {
    let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(bytes).map_err(|error| Refused(StatusCode::BAD_REQUEST, error.to_string()))
}

fn done() -> Answer {
    Ok(axum::Json(json!({"ok": true})))
}

/// Everything under `/control`.
pub(crate) fn router() -> Router<World> {
    Router::new()
        .route("/apps", post(setup::app))
        .route("/apps/{id}/access_level", post(setup::app_level))
        .route("/accounts", post(setup::account))
        .route("/accounts/{handle}/access_level", post(setup::account_level))
        .route("/tokens", post(setup::token))
        .route("/tokens/expire", post(setup::expire))
        .route("/tokens/revoke", post(setup::revoke))
        .route("/post", post(doing::post))
        .route("/edit", post(doing::edit))
        .route("/delete", post(doing::delete))
        .route("/like", post(doing::like))
        .route("/follow", post(doing::follow))
        .route("/read", post(doing::read_messages))
        .route("/dm", post(doing::message))
        .route("/group", post(doing::group_message))
        .route("/encrypted", post(doing::encrypted))
        .route("/bulk", post(bulk::bulk))
        .route("/timeline", get(views::timeline))
        .route("/post/{id}", get(views::post))
        .route("/messages", get(views::messages))
        .route("/deliveries", get(views::deliveries))
        .route("/deliveries/wait", post(views::wait))
        .route("/state", get(views::state))
        .route("/faults", get(steering::faults).post(steering::add_fault).delete(steering::clear_faults))
        .route("/streams/cut", post(steering::cut_streams))
        .route("/webhooks", post(steering::webhooks))
        .route("/clock", post(steering::clock))
        .route("/limits", post(steering::limits))
        .route("/customers/start", post(steering::start_customers))
        .route("/customers/stop", post(steering::stop_customers))
        .route("/customers/burst", post(steering::burst))
        .route("/customers/outage", post(steering::outage))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}
