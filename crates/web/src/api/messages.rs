//! Messages: one, answers to it, new ones of ours, and what can still be done to them.

use super::case_body::{MessageBody, value};
use super::cases::position;
use super::read::word;
use super::{Id, Json, ReadFailures, WriteFailures, words};
use crate::error::{Error, Result};
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use desk::{Attached, NewMessage, Post, Reply, Resolution, Voice, Written};
use domain::id::{AttachmentId, ChannelId, IdentityId, MessageId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A file that goes along.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AttachedBody {
    /// The upload.
    pub attachment: Uuid,
    /// Its description; absent keeps the upload's.
    #[schema(max_length = 1000)]
    pub alt_text: Option<String>,
}

/// A reply.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewReply {
    /// Text without sign-off.
    #[schema(max_length = 20000)]
    pub text: String,
    /// The account that speaks; absent takes the proposed one.
    pub channel: Option<Uuid>,
    /// Files.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub attachments: Vec<AttachedBody>,
    /// Position of the newest message that the writer saw: 409 `answered_since` when a colleague answered meanwhile.
    #[schema(max_length = 20)]
    pub seen_position: Option<String>,
    /// Close the case with it.
    #[serde(default)]
    pub close: bool,
}

/// A private message to somebody who may never have written.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewDirectMessage {
    /// The account that speaks.
    pub channel: Uuid,
    /// To whom, by account.
    pub identity: Option<Uuid>,
    /// To whom, by handle without `@`, when no account is named.
    #[schema(max_length = 100)]
    pub handle: Option<String>,
    /// Text without sign-off.
    #[schema(max_length = 20000)]
    pub text: String,
    /// Files.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub attachments: Vec<AttachedBody>,
}

/// A post of ours.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPostBody {
    /// The account that speaks.
    pub channel: Uuid,
    /// Text without sign-off.
    #[schema(max_length = 20000)]
    pub text: String,
    /// Files.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub attachments: Vec<AttachedBody>,
}

/// What was queued.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrittenBody {
    /// The message.
    pub message: Uuid,
    /// Its case.
    pub case: Uuid,
    /// Until when it can be taken back; it leaves then.
    pub undo_until: Timestamp,
}

impl From<Written> for WrittenBody {
    fn from(written: Written) -> Self {
        Self { message: written.message.0, case: written.case.0, undo_until: written.undo_until }
    }
}

/// What became of a message of unknown outcome.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ResolutionBody {
    /// The network's id when it is there: one of `send_error.candidates`, or what a person found. Null or absent: it is not there.
    #[schema(max_length = 512)]
    pub external_id: Option<String>,
    /// It is not there, and shall not go out any more; otherwise what is not there is sent again.
    #[serde(default)]
    pub give_up: bool,
}

/// Whether a message is hidden.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Hiding {
    /// Hide it, or show it again.
    pub hidden: bool,
}

/// A text to check.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewCheck {
    /// The account that would speak.
    pub channel: Uuid,
    /// The message that it would answer.
    pub answers: Option<Uuid>,
    /// The voice.
    #[schema(schema_with = words::voice)]
    pub voice: String,
    /// Text without sign-off.
    #[schema(max_length = 20000)]
    pub text: String,
    /// Whether files go along.
    #[serde(default)]
    pub has_media: bool,
}

/// What the draft check says.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckBody {
    /// Stops first; empty when it may leave.
    #[schema(value_type = Vec<Object>)]
    pub findings: serde_json::Value,
    /// Whether nothing holds it back.
    pub may_leave: bool,
    /// Length with the sign-off, as the network counts it.
    pub used: i64,
    /// Greatest length.
    pub limit: i64,
    /// What will be appended.
    pub sign_off: String,
    /// Language of the text, `und` when unknown.
    pub language: String,
}

/// Reads the files that go along, at most ten.
pub(super) fn attached(bodies: Vec<AttachedBody>) -> Result<Vec<Attached>> {
    if bodies.len() > 10 {
        return Err(Error::field("attachments", "at most 10"));
    }
    let one = |body: AttachedBody| Attached { attachment: AttachmentId(body.attachment), alt_text: body.alt_text };
    Ok(bodies.into_iter().map(one).collect())
}

fn reply_of(new: NewReply) -> Result<Reply> {
    Ok(Reply {
        text: new.text,
        channel: new.channel.map(ChannelId),
        attachments: attached(new.attachments)?,
        seen_position: position("seen_position", new.seen_position.as_deref())?,
        close: new.close,
    })
}

/// One message.
#[utoipa::path(get, path = "/messages/{id}", tag = "messages", operation_id = "get_message",
    params(("id" = Uuid, Path, description = "The message.")),
    responses((status = 200, description = "The message.", body = MessageBody), ReadFailures))]
pub(super) async fn one(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<MessageId>,
) -> Result<Json<MessageBody>> {
    let case = edge.store.message(&visitor.scope, id).await?.case;
    let items = edge.desk.message_items(&visitor.scope, case, &[id]).await?;
    Ok(Json(items.into_iter().next().ok_or(Error::NotFound)?.into()))
}

/// Replies in the voice of the message: public under a public one, private to a private one.
#[utoipa::path(post, path = "/messages/{id}/reply", tag = "messages", operation_id = "reply",
    params(("id" = Uuid, Path, description = "The message.")), request_body = NewReply,
    responses((status = 202, description = "Queued; it leaves after the undo time.", body = WrittenBody), WriteFailures))]
pub(super) async fn reply(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<MessageId>,
    Json(new): Json<NewReply>,
) -> Result<(StatusCode, Json<WrittenBody>)> {
    let written = edge.desk.reply(&visitor.scope, id, &reply_of(new)?).await?;
    Ok((StatusCode::ACCEPTED, Json(written.into())))
}

/// Writes privately to the author of a message.
#[utoipa::path(post, path = "/messages/{id}/direct-message", tag = "messages", operation_id = "reply_privately",
    params(("id" = Uuid, Path, description = "The message.")), request_body = NewReply,
    responses((status = 202, description = "Queued; it leaves after the undo time.", body = WrittenBody), WriteFailures))]
pub(super) async fn reply_privately(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<MessageId>,
    Json(new): Json<NewReply>,
) -> Result<(StatusCode, Json<WrittenBody>)> {
    let written = edge.desk.direct_message(&visitor.scope, id, &reply_of(new)?).await?;
    Ok((StatusCode::ACCEPTED, Json(written.into())))
}

/// Writes privately to somebody who may never have written.
#[utoipa::path(post, path = "/direct-messages", tag = "messages", operation_id = "create_direct_message",
    request_body = NewDirectMessage,
    responses((status = 202, description = "Queued; it leaves after the undo time.", body = WrittenBody), WriteFailures))]
pub(super) async fn direct_message(
    State(edge): State<Edge>,
    visitor: Visitor,
    Json(new): Json<NewDirectMessage>,
) -> Result<(StatusCode, Json<WrittenBody>)> {
    let new = NewMessage {
        channel: ChannelId(new.channel),
        identity: new.identity.map(IdentityId),
        handle: new.handle,
        text: new.text,
        attachments: attached(new.attachments)?,
    };
    let written = edge.desk.new_direct_message(&visitor.scope, &new).await?;
    Ok((StatusCode::ACCEPTED, Json(written.into())))
}

/// Posts from one of our accounts.
#[utoipa::path(post, path = "/posts", tag = "messages", operation_id = "create_post", request_body = NewPostBody,
    responses((status = 202, description = "Queued; it leaves after the undo time.", body = WrittenBody), WriteFailures))]
pub(super) async fn post(
    State(edge): State<Edge>,
    visitor: Visitor,
    Json(new): Json<NewPostBody>,
) -> Result<(StatusCode, Json<WrittenBody>)> {
    let post = Post { channel: ChannelId(new.channel), text: new.text, attachments: attached(new.attachments)? };
    let written = edge.desk.new_post(&visitor.scope, &post).await?;
    Ok((StatusCode::ACCEPTED, Json(written.into())))
}

/// Checks a text as it would leave.
#[utoipa::path(post, path = "/draft-check", tag = "messages", operation_id = "check_draft", request_body = NewCheck,
    responses((status = 200, description = "What the check says.", body = CheckBody), WriteFailures))]
pub(super) async fn check(
    State(edge): State<Edge>,
    visitor: Visitor,
    Json(new): Json<NewCheck>,
) -> Result<Json<CheckBody>> {
    let voice = word("voice", &new.voice, &[Voice::Public, Voice::Private, Voice::Note], Voice::word)?;
    if new.text.chars().count() > 20_000 {
        return Err(Error::field("text", "at most 20000 characters"));
    }
    let (channel, answers) = (ChannelId(new.channel), new.answers.map(MessageId));
    let checked = edge.desk.check(&visitor.scope, channel, answers, voice, &new.text, new.has_media).await?;
    Ok(Json(CheckBody {
        findings: value(&checked.findings),
        may_leave: checked.may_leave,
        used: i64::try_from(checked.length.used).unwrap_or(i64::MAX),
        limit: i64::try_from(checked.length.limit).unwrap_or(i64::MAX),
        sign_off: checked.sign_off,
        language: checked.language,
    }))
}

/// Takes a message back before it leaves.
#[utoipa::path(post, path = "/messages/{id}/cancel", tag = "messages", operation_id = "cancel_message",
    params(("id" = Uuid, Path, description = "The message.")),
    responses((status = 204, description = "Taken back."), WriteFailures))]
pub(super) async fn cancel(State(edge): State<Edge>, visitor: Visitor, Id(id): Id<MessageId>) -> Result<StatusCode> {
    edge.desk.cancel(&visitor.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends again what the network refused.
#[utoipa::path(post, path = "/messages/{id}/retry", tag = "messages", operation_id = "retry_message",
    params(("id" = Uuid, Path, description = "The message.")),
    responses((status = 204, description = "Queued again."), WriteFailures))]
pub(super) async fn retry(State(edge): State<Edge>, visitor: Visitor, Id(id): Id<MessageId>) -> Result<StatusCode> {
    edge.desk.retry_failed(&visitor.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Settles a message of unknown outcome: it is there, it is sent again, or it is given up.
#[utoipa::path(post, path = "/messages/{id}/resolve", tag = "messages", operation_id = "resolve_message",
    params(("id" = Uuid, Path, description = "The message.")), request_body = ResolutionBody,
    responses((status = 204, description = "Settled."), WriteFailures))]
pub(super) async fn resolve(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<MessageId>,
    Json(body): Json<ResolutionBody>,
) -> Result<StatusCode> {
    let resolution = match (body.external_id, body.give_up) {
        (Some(external_id), false) => Resolution::Sent { external_id },
        (None, false) => Resolution::SendAgain,
        (None, true) => Resolution::GiveUp,
        (Some(_), true) => return Err(Error::field("give_up", "false when external_id says that it is there")),
    };
    edge.desk.resolve_unknown(&visitor.scope, id, &resolution).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hides somebody's reply under our post, or shows it again.
#[utoipa::path(post, path = "/messages/{id}/hide", tag = "messages", operation_id = "hide_message",
    params(("id" = Uuid, Path, description = "The message.")), request_body = Hiding,
    responses((status = 202, description = "Queued."), WriteFailures))]
pub(super) async fn hide(
    State(edge): State<Edge>,
    visitor: Visitor,
    Id(id): Id<MessageId>,
    Json(body): Json<Hiding>,
) -> Result<StatusCode> {
    edge.desk.hide(&visitor.scope, id, body.hidden).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Deletes a message of ours at the network.
#[utoipa::path(delete, path = "/messages/{id}", tag = "messages", operation_id = "delete_message",
    params(("id" = Uuid, Path, description = "The message.")),
    responses((status = 202, description = "Queued."), WriteFailures))]
pub(super) async fn delete(State(edge): State<Edge>, visitor: Visitor, Id(id): Id<MessageId>) -> Result<StatusCode> {
    edge.desk.delete_own(&visitor.scope, id).await?;
    Ok(StatusCode::ACCEPTED)
}
