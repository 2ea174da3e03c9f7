//! Accounts: who am I, look-ups, follows, blocking of private messages.

use super::events;
use super::gate::Caller;
use super::listing;
use super::parameters::{Parameters, body, parse_id};
use super::problem::{Answer, Problem, missing, ok};
use crate::world::State as Everything;
use crate::{Error, World};
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

const SHAPE: &[&str] = &["user.fields", "expansions", "tweet.fields", "post.fields"];

fn one(
    state: &Everything,
    id: Option<u64>,
    parameter: &str,
    value: &str,
    parameters: &Parameters,
    origin: &str,
) -> Value {
    match id.and_then(|id| listing::user(state, id, parameters, origin)) {
        Some(user) => json!({"data": user}),
        None => json!({"errors": [missing("user", parameter, value)]}),
    }
}

/// GET /2/users/me
pub(crate) async fn me(State(world): State<World>, caller: Caller, RawQuery(query): RawQuery) -> Answer {
    let user = caller.user_with(&["tweet.read", "users.read"])?;
    let parameters = Parameters::read(query.as_deref(), &[], SHAPE)?;
    Ok(ok(&one(&world.lock(), Some(user), "id", &user.to_string(), &parameters, world.origin())))
}

/// GET /2/users/{id}
pub(crate) async fn by_id(
    State(world): State<World>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    caller.scoped(&["users.read"])?;
    let parameters = Parameters::read(query.as_deref(), &[], SHAPE)?;
    let number = parse_id("id", &id)?;
    Ok(ok(&one(&world.lock(), Some(number), "id", &id, &parameters, world.origin())))
}

/// GET /2/users/by/username/{username}
pub(crate) async fn by_username(
    State(world): State<World>,
    caller: Caller,
    Path(username): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    caller.scoped(&["users.read"])?;
    let parameters = Parameters::read(query.as_deref(), &[], SHAPE)?;
    let state = world.lock();
    let id = state.user_named(&username).map(|user| user.id);
    Ok(ok(&one(&state, id, "username", &username, &parameters, world.origin())))
}

/// GET /2/users?ids=
pub(crate) async fn by_ids(State(world): State<World>, caller: Caller, RawQuery(query): RawQuery) -> Answer {
    caller.scoped(&["users.read"])?;
    let parameters = Parameters::read(query.as_deref(), &["ids"], SHAPE)?;
    let state = world.lock();
    let (mut data, mut errors) = (Vec::new(), Vec::new());
    for text in parameters.list("ids") {
        match listing::user(&state, parse_id("ids", &text)?, &parameters, world.origin()) {
            Some(user) => data.push(user),
            None => errors.push(missing("user", "ids", &text)),
        }
    }
    Ok(ok(&listing::assemble(data, serde_json::Map::new(), errors, None)))
}

/// POST /2/users/{id}/following
pub(crate) async fn follow(State(world): State<World>, caller: Caller, Path(id): Path<String>, bytes: Bytes) -> Answer {
    let user = caller.user_with(&["follows.write"])?;
    if id != user.to_string() {
        return Err(Problem::forbidden("You may only follow as yourself."));
    }
    let fields = body(&bytes, &["target_user_id"])?;
    let target = fields.get("target_user_id").and_then(Value::as_str).unwrap_or_default();
    let target = parse_id("target_user_id", target)?;
    world.follow_ids(user, target).map_err(|_| Problem::not_found("user", &target.to_string()))?;
    Ok(ok(&json!({"data": {"following": true, "pending_follow": false}})))
}

/// POST /2/users/{id}/dm/block
pub(crate) async fn block_messages(State(world): State<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let user = caller.user_with(&["dm.write"])?;
    let other = parse_id("id", &id)?;
    world.lock().blocked_messages.insert((user, other));
    Ok(ok(&json!({"data": {"blocked": true}})))
}

/// POST /2/users/{id}/dm/unblock
pub(crate) async fn unblock_messages(State(world): State<World>, caller: Caller, Path(id): Path<String>) -> Answer {
    let user = caller.user_with(&["dm.write"])?;
    let other = parse_id("id", &id)?;
    world.lock().blocked_messages.remove(&(user, other));
    Ok(ok(&json!({"data": {"blocked": false}})))
}

impl World {
    /// One account follows another.
    ///
    /// # Errors
    /// When one of them does not exist.
    pub fn follow(&self, source: &str, target: &str) -> Result<(), Error> {
        let (source, target) = {
            let state = self.lock();
            (state.find_user(source)?.id, state.find_user(target)?.id)
        };
        self.follow_ids(source, target)
    }

    fn follow_ids(&self, source: u64, target: u64) -> Result<(), Error> {
        let mut state = self.lock();
        let followed =
            state.users.get_mut(&target).ok_or_else(|| Error::Missing { kind: "account", name: target.to_string() })?;
        followed.followers += 1;
        let outgoing = events::followed(&mut state, source, target, self.origin());
        drop(state);
        self.deliver(outgoing);
        Ok(())
    }
}
