//! Control: apps, accounts, tokens, levels.

use super::{Answer, Refused, done, read};
use crate::default_world::SCOPES;
use crate::{AccessLevel, NewAccount, NewApp, World};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;

pub(super) async fn app(State(world): State<World>, bytes: Bytes) -> Answer {
    let app = world.create_app(read::<NewApp>(&bytes)?);
    Ok(Json(json!({
        "id": app.id.to_string(), "name": app.name, "client_id": app.client_id, "client_secret": app.client_secret,
        "consumer_secret": app.consumer_secret, "bearer_token": app.bearer_token, "access_level": app.access_level,
    })))
}

pub(super) async fn account(State(world): State<World>, bytes: Bytes) -> Answer {
    let user = world.create_account(read::<NewAccount>(&bytes)?)?;
    Ok(Json(json!({"id": user.id.to_string(), "username": user.username, "name": user.name})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Level {
    access_level: Option<AccessLevel>,
}

pub(super) async fn app_level(State(world): State<World>, Path(id): Path<u64>, bytes: Bytes) -> Answer {
    let level = read::<Level>(&bytes)?.access_level.unwrap_or_default();
    world.set_access_level(id, level)?;
    done()
}

pub(super) async fn account_level(State(world): State<World>, Path(handle): Path<String>, bytes: Bytes) -> Answer {
    let level = read::<Level>(&bytes)?.access_level;
    let mut state = world.lock();
    let id = state.find_user(&handle)?.id;
    if let Some(user) = state.users.get_mut(&id) {
        user.access_level = level;
    }
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    #[serde(default, deserialize_with = "crate::world::optional_id")]
    app: Option<u64>,
    account: String,
    #[serde(default)]
    scopes: Option<Vec<String>>,
}

fn app_of(world: &World, request: &TokenRequest) -> Result<u64, Refused> {
    let only = || {
        let state = world.lock();
        let mut ids = state.apps.keys();
        ids.next().copied().filter(|_| state.apps.len() == 1)
    };
    request
        .app
        .or_else(only)
        .ok_or_else(|| Refused(StatusCode::BAD_REQUEST, "app is required when there is not exactly one".to_owned()))
}

pub(super) async fn token(State(world): State<World>, bytes: Bytes) -> Answer {
    let request = read::<TokenRequest>(&bytes)?;
    let app = app_of(&world, &request)?;
    let scopes: Vec<&str> =
        request.scopes.as_ref().map_or_else(|| SCOPES.to_vec(), |own| own.iter().map(String::as_str).collect());
    let (access, refresh) = world.issue_token(app, &request.account, &scopes)?;
    Ok(Json(json!({"access_token": access, "refresh_token": refresh, "expires_in": 7200, "scope": scopes.join(" ")})))
}

pub(super) async fn expire(State(world): State<World>, bytes: Bytes) -> Answer {
    world.expire_tokens(&read::<TokenRequest>(&bytes)?.account)?;
    done()
}

pub(super) async fn revoke(State(world): State<World>, bytes: Bytes) -> Answer {
    let request = read::<TokenRequest>(&bytes)?;
    world.revoke(app_of(&world, &request)?, &request.account)?;
    done()
}
