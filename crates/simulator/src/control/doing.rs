//! Control: what people do on the network.

use super::{Answer, Refused, done, read};
use crate::world::NewMedia;
use crate::{Error, NewPost, World};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;

pub(super) async fn post(State(world): State<World>, bytes: Bytes) -> Answer {
    let new = read::<NewPost>(&bytes)?;
    let id = world.post(&new)?;
    Ok(Json(
        json!({"id": id.to_string(), "url": format!("{}/x/{}/status/{id}", world.origin(), new.author.trim_start_matches('@'))}),
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnPost {
    #[serde(default, deserialize_with = "crate::world::optional_id")]
    id: Option<u64>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    account: String,
}

impl OnPost {
    fn id(&self) -> Result<u64, Refused> {
        self.id.ok_or_else(|| Refused(StatusCode::BAD_REQUEST, "id is required".to_owned()))
    }
}

pub(super) async fn edit(State(world): State<World>, bytes: Bytes) -> Answer {
    let request = read::<OnPost>(&bytes)?;
    let id = world.edit(request.id()?, &request.text)?;
    Ok(Json(json!({"id": id.to_string()})))
}

pub(super) async fn delete(State(world): State<World>, bytes: Bytes) -> Answer {
    world.delete(read::<OnPost>(&bytes)?.id()?)?;
    done()
}

pub(super) async fn like(State(world): State<World>, bytes: Bytes) -> Answer {
    let request = read::<OnPost>(&bytes)?;
    world.like(&request.account, request.id()?)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnAccount {
    account: String,
    target: String,
}

pub(super) async fn follow(State(world): State<World>, bytes: Bytes) -> Answer {
    let request = read::<OnAccount>(&bytes)?;
    world.follow(&request.account, &request.target)?;
    done()
}

pub(super) async fn read_messages(State(world): State<World>, bytes: Bytes) -> Answer {
    let request = read::<OnAccount>(&bytes)?;
    world.read_messages(&request.account, &request.target)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMessage {
    from: String,
    to: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    media: Vec<NewMedia>,
    #[serde(default)]
    at: Option<String>,
}

pub(super) async fn message(State(world): State<World>, bytes: Bytes) -> Answer {
    let new = read::<NewMessage>(&bytes)?;
    let at = new
        .at
        .as_deref()
        .map(|text| {
            crate::parse_timestamp(text).ok_or_else(|| Error::Invalid(format!("at: {text:?} is not an RFC 3339 time")))
        })
        .transpose()?;
    let id = world.message(&new.from, &new.to, &new.text, &new.media, at)?;
    Ok(Json(json!({"id": id.to_string()})))
}

pub(super) async fn encrypted(State(world): State<World>, bytes: Bytes) -> Answer {
    let new = read::<NewMessage>(&bytes)?;
    world.encrypted_message(&new.from, &new.to)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewGroupMessage {
    from: String,
    others: Vec<String>,
    #[serde(default)]
    conversation: Option<String>,
    text: String,
}

pub(super) async fn group_message(State(world): State<World>, bytes: Bytes) -> Answer {
    let new = read::<NewGroupMessage>(&bytes)?;
    let (conversation, id) = world.group_message(&new.from, &new.others, new.conversation.as_deref(), &new.text)?;
    Ok(Json(json!({"conversation": conversation, "id": id.to_string()})))
}
