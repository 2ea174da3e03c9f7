//! Apps: our registrations at networks. Their secrets are written and never read.

use super::agents::base;
use super::channels::choice;
use super::read::PageQuery;
use super::{Id, Json, List, Query, ReadFailures, WriteFailures, words};
use crate::apps::{self, FieldChanges};
use crate::client_address::Peer;
use crate::error::Result;
use crate::session::Visitor;
use crate::state::Edge;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::id::AppId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::channel::App;
use utoipa::ToSchema;
use uuid::Uuid;

/// An app without its secrets.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppBody {
    /// Which.
    pub id: Uuid,
    /// At which network.
    pub network: String,
    /// What people call it.
    pub name: String,
    /// Plain fields.
    pub settings: BTreeMap<String, String>,
    /// Names of the secrets that are set; their values are never told.
    pub secrets: Vec<String>,
    /// Whether deliveries are taken.
    pub enabled: bool,
    /// Address that the network delivers to.
    pub webhook_url: String,
    /// Address that the network sends people back to.
    pub callback_url: String,
    /// Since when.
    pub created_at: Timestamp,
}

fn body(edge: &Edge, base: &str, app: App) -> AppBody {
    AppBody {
        webhook_url: edge.webhook_url(&app.network, app.id),
        callback_url: format!("{base}{}", apps::callback_path(&app.network)),
        id: app.id.0,
        network: app.network,
        name: app.name,
        settings: app.settings,
        secrets: app.secrets.into_keys().collect(),
        enabled: app.enabled,
        created_at: app.created_at,
    }
}

/// An app to add.
#[derive(Deserialize, ToSchema)]
pub struct NewApp {
    /// At which network; one of `GET /networks`.
    #[schema(max_length = 40, example = "x")]
    pub network: String,
    /// What people call it.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// Fields by name, secrets among them; the network says which there are.
    #[serde(default)]
    #[schema(value_type = HashMap<String, Option<String>>)]
    pub fields: FieldChanges,
    /// Whether deliveries are taken at once; needs every required field.
    #[serde(default)]
    pub enabled: bool,
}

/// A change of an app; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub struct AppChange {
    /// What people call it.
    #[schema(min_length = 1, max_length = 80)]
    pub name: Option<String>,
    /// Fields by name; null takes one away.
    #[serde(default)]
    #[schema(value_type = HashMap<String, Option<String>>)]
    pub fields: FieldChanges,
    /// Whether deliveries are taken.
    pub enabled: Option<bool>,
}

/// What an account to connect is to be.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ConnectRequest {
    /// What it is for.
    #[schema(schema_with = words::channel_role)]
    pub role: String,
    /// How far the network lets it go; for networks with several levels.
    #[schema(schema_with = words::optional_access_level)]
    pub access_level: Option<String>,
    /// How people sign; `none` unless told.
    #[schema(schema_with = words::optional_sign_off)]
    pub sign_off: Option<String>,
}

/// Where to send the owner of the account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectBody {
    /// The network's page. It sends the browser back to the app's `callback_url`, in this same session.
    pub authorize_url: String,
    /// When the way back closes.
    pub expires_at: Timestamp,
}

/// A network that can be connected.
#[derive(Debug, Serialize, ToSchema)]
pub struct NetworkBody {
    /// Stable id.
    pub id: String,
    /// The network's own name.
    pub name: String,
    /// What it can do.
    #[schema(value_type = Object)]
    pub capabilities: serde_json::Value,
    /// Fields of an app there.
    pub fields: Vec<FieldBody>,
}

/// A field of an app.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldBody {
    /// Stable name.
    pub name: &'static str,
    /// Whether it is never told again.
    pub secret: bool,
    /// Whether the app cannot be enabled without it.
    pub required: bool,
    /// Used when nothing is set.
    pub default: Option<&'static str>,
}

/// The networks that can be connected.
#[utoipa::path(get, path = "/networks", tag = "apps", operation_id = "list_networks",
    responses((status = 200, description = "The networks.", body = List<NetworkBody>), ReadFailures))]
pub(super) async fn networks(State(edge): State<Edge>, _visitor: Visitor) -> Json<List<NetworkBody>> {
    let items = edge
        .networks
        .all()
        .map(|network| {
            let capabilities = network.capabilities();
            NetworkBody {
                id: capabilities.network.clone(),
                name: capabilities.name.clone(),
                capabilities: serde_json::to_value(capabilities).unwrap_or_default(),
                fields: network
                    .app_fields()
                    .iter()
                    .map(|field| FieldBody {
                        name: field.name,
                        secret: field.secret,
                        required: field.required,
                        default: field.default,
                    })
                    .collect(),
            }
        })
        .collect();
    Json(List { items, next: None })
}

/// The apps of the workspace.
#[utoipa::path(get, path = "/apps", tag = "apps", operation_id = "list_apps", params(PageQuery),
    responses((status = 200, description = "The apps.", body = List<AppBody>), ReadFailures))]
pub(super) async fn list(
    State(edge): State<Edge>,
    visitor: Visitor,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<AppBody>>> {
    visitor.must_manage()?;
    let (limit, after) = (page.limit()?, page.after::<AppId>()?);
    let base = base(&edge, peer, &headers);
    let apps = edge.store.apps(&visitor.scope).await?;
    let rest = apps.into_iter().skip_while(|app| after.is_some_and(|after| app.id <= after));
    let bodies = rest.map(|app| body(&edge, &base, app)).collect();
    Ok(Json(List::cut(bodies, limit, |body| body.id.to_string())))
}

/// Adds an app.
#[utoipa::path(post, path = "/apps", tag = "apps", operation_id = "create_app", request_body = NewApp,
    responses((status = 201, description = "The app.", body = AppBody), WriteFailures))]
pub(super) async fn create(
    State(edge): State<Edge>,
    visitor: Visitor,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Json(new): Json<NewApp>,
) -> Result<(StatusCode, Json<AppBody>)> {
    let app = apps::add_app(&edge, &visitor, &new.network, &new.name, new.fields, new.enabled).await?;
    Ok((StatusCode::CREATED, Json(body(&edge, &base(&edge, peer, &headers), app))))
}

/// One app.
#[utoipa::path(get, path = "/apps/{id}", tag = "apps", operation_id = "get_app",
    params(("id" = Uuid, Path, description = "The app.")),
    responses((status = 200, description = "The app.", body = AppBody), ReadFailures))]
pub(super) async fn one(
    State(edge): State<Edge>,
    visitor: Visitor,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Id(id): Id<AppId>,
) -> Result<Json<AppBody>> {
    visitor.must_manage()?;
    let app = edge.store.app(&visitor.scope, id).await?;
    Ok(Json(body(&edge, &base(&edge, peer, &headers), app)))
}

/// Changes an app.
#[utoipa::path(patch, path = "/apps/{id}", tag = "apps", operation_id = "change_app",
    params(("id" = Uuid, Path, description = "The app.")), request_body = AppChange,
    responses((status = 200, description = "The app as it is now.", body = AppBody), WriteFailures))]
pub(super) async fn change(
    State(edge): State<Edge>,
    visitor: Visitor,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Id(id): Id<AppId>,
    Json(change): Json<AppChange>,
) -> Result<Json<AppBody>> {
    let name = change.name.as_deref();
    let app = apps::change_app(&edge, &visitor, id, name, change.fields, change.enabled).await?;
    Ok(Json(body(&edge, &base(&edge, peer, &headers), app)))
}

/// Begins to connect an account; for browsers, because the way back is the session's.
#[utoipa::path(post, path = "/apps/{id}/connect", tag = "apps", operation_id = "connect_account",
    params(("id" = Uuid, Path, description = "The app.")), request_body = ConnectRequest,
    responses((status = 201, description = "Where to send the owner of the account.", body = ConnectBody), WriteFailures))]
pub(super) async fn connect(
    State(edge): State<Edge>,
    visitor: Visitor,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Id(id): Id<AppId>,
    Json(request): Json<ConnectRequest>,
) -> Result<(StatusCode, Json<ConnectBody>)> {
    visitor.must_manage()?;
    let choice = choice(&request.role, request.access_level.as_deref(), request.sign_off.as_deref())?;
    let begun = apps::begin_connect(&edge, &visitor, &base(&edge, peer, &headers), id, choice).await?;
    Ok((StatusCode::CREATED, Json(ConnectBody { authorize_url: begun.authorize_url, expires_at: begun.expires_at })))
}
