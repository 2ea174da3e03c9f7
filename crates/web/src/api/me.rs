//! Whoever asks: their own profile, password and sessions.

use super::agents::AgentBody;
use super::{Json, Query, ReadFailures, WriteFailures};
use crate::accounts::{self, ProfileChange};
use crate::client_address::{Peer, client_address};
use crate::error::Result;
use crate::session::{Credential, Visitor, session_set_cookie};
use crate::state::Edge;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Who asks and what they may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeBody {
    /// The only workspace that is seen.
    pub workspace: Uuid,
    /// The person; null for a token.
    pub agent: Option<AgentBody>,
    /// The person's settings; null for a token.
    pub profile: Option<ProfileBody>,
    /// The token; null for a person.
    pub token: Option<Uuid>,
    /// Whether cases may be worked on.
    pub may_work: bool,
    /// Whether settings, people, apps and tokens may be changed.
    pub may_manage: bool,
    /// What a session's writes carry as `X-CSRF-Token`; null for a token.
    pub csrf: Option<String>,
}

/// A person's own settings.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProfileBody {
    /// Language of the screens.
    pub language: String,
    /// IANA zone.
    pub zone: String,
    /// Colours.
    pub theme: String,
    /// Height of rows.
    pub density: String,
    /// How they sign.
    pub sign_off: String,
    /// Seconds for which a reply can be taken back.
    pub undo_seconds: i64,
    /// Keys: `{"off": bool, "changed": {command: key}}`.
    #[schema(value_type = Object)]
    pub keys: serde_json::Value,
}

/// A change of one's own profile; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MeChange {
    /// Name that colleagues see.
    #[schema(min_length = 1, max_length = 80)]
    pub name: Option<String>,
    /// `en` or `ja`.
    pub language: Option<String>,
    /// IANA zone.
    #[schema(max_length = 64)]
    pub zone: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: Option<String>,
    /// `compact`, `default` or `roomy`.
    pub density: Option<String>,
    /// How they sign.
    #[schema(max_length = 20)]
    pub sign_off: Option<String>,
    /// Seconds for which a reply can be taken back.
    #[schema(minimum = 0, maximum = 30)]
    pub undo_seconds: Option<i64>,
    /// Keys: `{"off": bool, "changed": {command: key}}`.
    #[schema(value_type = Option<Object>)]
    pub keys: Option<serde_json::Value>,
}

/// A change of one's own password.
#[derive(Deserialize, ToSchema)]
pub struct PasswordChange {
    /// The password as it is.
    #[schema(max_length = 1024)]
    pub password: String,
    /// The password to be.
    #[schema(min_length = 12, max_length = 1024)]
    pub new: String,
}

/// Which sessions stay.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SignOutQuery {
    /// Whether the session that asks stays.
    #[serde(default)]
    pub keep_this: bool,
}

fn body(visitor: &Visitor) -> MeBody {
    let scope = &visitor.scope;
    MeBody {
        workspace: scope.workspace.0,
        profile: visitor.agent.as_ref().map(|agent| ProfileBody {
            language: agent.profile.language.clone(),
            zone: agent.profile.zone.clone(),
            theme: agent.profile.theme.clone(),
            density: agent.profile.density.clone(),
            sign_off: agent.profile.sign_off.clone(),
            undo_seconds: agent.profile.undo_seconds,
            keys: agent.profile.keys.clone(),
        }),
        agent: visitor.agent.as_deref().cloned().map(AgentBody::from),
        token: match visitor.credential {
            Credential::Token(token) => Some(token.0),
            Credential::Session { .. } => None,
        },
        may_work: scope.may_work(),
        may_manage: scope.may_manage(),
        csrf: visitor.csrf().map(str::to_owned),
    }
}

/// Who asks.
#[utoipa::path(get, path = "/me", tag = "me", operation_id = "get_me",
    responses((status = 200, description = "Who asks and what they may do.", body = MeBody), ReadFailures))]
pub(super) async fn me(visitor: Visitor) -> Json<MeBody> {
    Json(body(&visitor))
}

/// Changes one's own name and settings.
#[utoipa::path(patch, path = "/me", tag = "me", operation_id = "change_me", request_body = MeChange,
    responses((status = 200, description = "As it is now.", body = MeBody), WriteFailures))]
pub(super) async fn change(
    State(edge): State<Edge>,
    visitor: Visitor,
    Json(change): Json<MeChange>,
) -> Result<Json<MeBody>> {
    let change = ProfileChange {
        name: change.name,
        language: change.language,
        zone: change.zone,
        theme: change.theme,
        density: change.density,
        sign_off: change.sign_off,
        undo_seconds: change.undo_seconds,
        keys: change.keys,
    };
    let agent = accounts::change_profile(&edge, &visitor, change).await?;
    Ok(Json(body(&Visitor { agent: Some(agent.into()), ..visitor })))
}

/// Changes one's own password. Every session ends; the one that asks goes on with a new cookie.
#[utoipa::path(post, path = "/me/password", tag = "me", operation_id = "change_password", request_body = PasswordChange,
    responses((status = 204, description = "Changed."), WriteFailures))]
pub(super) async fn change_password(
    State(edge): State<Edge>,
    visitor: Visitor,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Json(change): Json<PasswordChange>,
) -> Result<Response> {
    let address = client_address(&edge.settings, peer.map(|peer| peer.0), &headers);
    accounts::change_password(&edge, &visitor, address, change.password, change.new).await?;
    let device = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let session = edge.store.begin_session(visitor.person()?, device, None, edge.now()).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().append(header::SET_COOKIE, session_set_cookie(&edge, &session));
    Ok(response)
}

/// Signs out everywhere.
#[utoipa::path(delete, path = "/me/sessions", tag = "me", operation_id = "end_sessions", params(SignOutQuery),
    responses((status = 204, description = "Signed out."), WriteFailures))]
pub(super) async fn sign_out_everywhere(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(query): Query<SignOutQuery>,
) -> Result<StatusCode> {
    accounts::sign_out_everywhere(&edge, &visitor, query.keep_this).await?;
    Ok(StatusCode::NO_CONTENT)
}
