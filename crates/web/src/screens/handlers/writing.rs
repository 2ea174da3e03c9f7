//! Writing: sending in three voices, what becomes of what was sent, new posts and messages.

use super::acting;
use super::cases::view;
use super::context::{current_filter, desk, failed, frame, see, wants_fragment, words};
use super::drafting;
use super::entries;
use super::lists;
use crate::error::{Error, Result};
use crate::screens::case::{self, CaseView};
use crate::screens::composer::{AccountChoice, GuardView, Voice};
use crate::screens::customer::CustomerView;
use crate::screens::view::Colleague;
use crate::screens::write_new::{self, WriteNewView};
use crate::screens::{inbox, sending};
use crate::session::Visitor;
use crate::state::Edge;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use desk::{Attached, NewMessage, Post, Reply, Resolution, Written};
use domain::ability::May;
use domain::id::{AttachmentId, CaseId, ChannelId, ConversationId, MessageId};
use domain::understanding::Reason;
use maud::html;
use serde::Deserialize;
use store::channel::ChannelState;

/// A form as its fields in order; the composer repeats some.
pub(super) type Fields = Vec<(String, String)>;

fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

/// What the composer sends.
pub(super) struct Typed {
    pub(super) voice: Voice,
    pub(super) text: String,
    pub(super) channel: Option<ChannelId>,
    conversation: Option<ConversationId>,
    pub(super) answers: Option<MessageId>,
    seen: Option<i64>,
    close: bool,
    pub(super) attachments: Vec<Attached>,
    /// Files that were taken off again.
    pub(super) detached: Vec<AttachmentId>,
    /// Whether the composer stands in a private conversation: there is no public voice then.
    pub(super) private_place: bool,
}

impl Typed {
    pub(super) fn of(fields: &Fields) -> Result<Self> {
        let voice = field(fields, "voice")
            .and_then(Voice::of)
            .ok_or_else(|| Error::field("voice", "public, private or note"))?;
        let files = |wanted: &'static str| {
            fields.iter().filter(move |(name, _)| name == wanted).filter_map(|(_, id)| id.parse::<AttachmentId>().ok())
        };
        let described = |attachment: AttachmentId| Attached {
            attachment,
            alt_text: field(fields, &format!("alt-{attachment}")).map(str::to_owned),
        };
        Ok(Self {
            voice,
            // Browsers send line ends as two characters; networks count them.
            text: field(fields, "text").unwrap_or_default().replace("\r\n", "\n"),
            channel: field(fields, &format!("account_{}", voice.word())).and_then(|id| id.parse().ok()),
            conversation: field(fields, "conversation").and_then(|id| id.parse().ok()),
            answers: field(fields, "in_reply_to").and_then(|id| id.parse().ok()),
            seen: field(fields, "seen").and_then(|seen| seen.parse().ok()),
            close: field(fields, "then") == Some("close"),
            attachments: files("attachment").map(described).collect(),
            detached: files("detached").collect(),
            private_place: field(fields, "account_public").is_none() && field(fields, "account_private").is_some(),
        })
    }

    pub(super) fn kept_as(&self) -> desk::Voice {
        drafting::kept_as(self.voice)
    }
}

/// Sends what is in the composer.
pub(super) async fn send(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(case): Path<CaseId>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response> {
    let typed = Typed::of(&fields)?;
    let desk = desk(&edge);
    if typed.voice == Voice::Note {
        desk.note(&visitor.scope, case, &typed.text).await.map_err(failed)?;
        drafting::clear(&edge, &visitor, case, &typed).await?;
        if typed.close {
            desk.close(&visitor.scope, case, None, desk::Expected::default()).await.map_err(failed)?;
        }
        return acting::shown(&edge, &visitor, case, &headers).await;
    }
    let message = typed.answers.ok_or_else(|| Error::field("in_reply_to", "the message that is answered"))?;
    let reply = Reply {
        text: typed.text.clone(),
        channel: typed.channel,
        attachments: typed.attachments.clone(),
        seen_position: typed.seen,
        close: typed.close,
    };
    let sent = match typed.voice {
        Voice::Private => desk.direct_message(&visitor.scope, message, &reply).await,
        _ => desk.reply(&visitor.scope, message, &reply).await,
    };
    match sent {
        Ok(written) => {
            drafting::clear(&edge, &visitor, case, &typed).await?;
            left(&edge, &visitor, written, typed.conversation, &headers).await
        }
        Err(error) => held_back(&edge, &visitor, case, &typed, error, &headers).await,
    }
}

/// The case with the message in it, and the line that takes it back.
async fn left(
    edge: &Edge,
    visitor: &Visitor,
    written: Written,
    conversation: Option<ConversationId>,
    headers: &HeaderMap,
) -> Result<Response> {
    let filter = current_filter(headers);
    if !wants_fragment(headers) {
        return Ok(see(&filter.address_of_case(written.case)));
    }
    let (shown, _) = view(edge, visitor, written.case, conversation, None, &filter).await?;
    let words = words(visitor);
    let seconds = written.undo_until.duration_since(edge.now()).as_secs();
    let line = sending::undo_line(words, written.message, &shown.person, written.undo_until, seconds, visitor.csrf());
    Ok(html! {
        (case::pane(words, &shown, visitor.csrf()))
        @if seconds > 0 { div #undo-place hx-swap-oob="true" { (line) } }
    }
    .into_response())
}

/// Nothing was sent: the case with the text as it was typed, and why.
async fn held_back(
    edge: &Edge,
    visitor: &Visitor,
    case: CaseId,
    typed: &Typed,
    error: desk::Error,
    headers: &HeaderMap,
) -> Result<Response> {
    let filter = current_filter(headers);
    let (mut shown, customer) = view(edge, visitor, case, typed.conversation, typed.channel, &filter).await?;
    let mut files = Vec::new();
    for attached in &typed.attachments {
        files.push(drafting::draft_media(edge, visitor, attached.attachment, attached.alt_text.clone()).await?);
    }
    let Some(composer) = &mut shown.composer else { return Err(failed(error)) };
    composer.text.clone_from(&typed.text);
    composer.voice = typed.voice;
    composer.media = files;
    let spoken = if typed.voice == Voice::Private { &mut composer.private } else { &mut composer.public };
    let status = match error {
        desk::Error::AnsweredSince { messages, seen } => {
            let items = desk(edge).message_items(&visitor.scope, case, &messages).await.map_err(failed)?;
            let colleagues: Vec<Colleague> = shown.colleagues.clone();
            let answers =
                items.iter().map(|item| entries::message(edge, visitor, item, &colleagues)).collect::<Result<_>>()?;
            composer.guard = Some(GuardView { answers, seen });
            StatusCode::CONFLICT
        }
        desk::Error::Refused { reason, ways } => {
            if let Some(voice) = spoken {
                voice.may = May::No { reason };
                voice.ways = ways;
            }
            StatusCode::UNPROCESSABLE_ENTITY
        }
        desk::Error::DraftStopped { findings, .. } => {
            composer.findings = findings;
            StatusCode::UNPROCESSABLE_ENTITY
        }
        other => return Err(failed(other)),
    };
    answer(edge, visitor, status, &shown, &customer, headers).await
}

/// The pane for the script; without it the whole page, with the text still in it.
pub(super) async fn answer(
    edge: &Edge,
    visitor: &Visitor,
    status: StatusCode,
    shown: &CaseView,
    customer: &CustomerView,
    headers: &HeaderMap,
) -> Result<Response> {
    if wants_fragment(headers) {
        return Ok((status, case::pane(words(visitor), shown, visitor.csrf())).into_response());
    }
    let (frame, list) = tokio::try_join!(frame(edge, visitor), lists::list(edge, visitor, &shown.filter, None))?;
    Ok((status, inbox::page(&frame, &list, Some((shown, customer)))).into_response())
}

/// A message of unknown outcome stands at the network: one of the candidates, or what a person found there.
#[derive(Deserialize)]
pub(super) struct Found {
    external_id: Option<String>,
    address: Option<String>,
}

/// Settles a message of unknown outcome by what stands at the network.
pub(super) async fn found(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path(id): Path<MessageId>,
    headers: HeaderMap,
    Form(found): Form<Found>,
) -> Result<Response> {
    let resolution = match (found.external_id, found.address) {
        (Some(external_id), _) => Resolution::Sent { external_id },
        (None, Some(address)) => Resolution::SentAt { address },
        (None, None) => return Err(Error::field("external_id", "what stands at the network")),
    };
    desk(&edge).resolve_unknown(&visitor.scope, id, &resolution).await.map_err(failed)?;
    let case = edge.store.message(&visitor.scope, id).await?.case;
    acting::shown(&edge, &visitor, case, &headers).await
}

/// What can be done to one message: `undo`, `edit`, `resend`, `send-again`, `give-up`, `hide`, `show`, `delete`.
pub(super) async fn act_on_message(
    State(edge): State<Edge>,
    visitor: Visitor,
    Path((id, act)): Path<(MessageId, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let desk = desk(&edge);
    let scope = &visitor.scope;
    let done = match act.as_str() {
        "undo" => desk.cancel(scope, id).await,
        "edit" => desk.write_again(scope, id).await,
        "resend" => desk.retry_failed(scope, id).await,
        "send-again" => desk.resolve_unknown(scope, id, &Resolution::SendAgain).await,
        "give-up" => desk.resolve_unknown(scope, id, &Resolution::GiveUp).await,
        "hide" => desk.hide(scope, id, true).await,
        "show" => desk.hide(scope, id, false).await,
        "delete" => desk.delete_own(scope, id).await,
        _ => return Err(Error::NotFound),
    };
    done.map_err(failed)?;
    let case = edge.store.message(scope, id).await?.case;
    acting::shown(&edge, &visitor, case, &headers).await
}

/// Accounts from which something can be begun.
async fn beginnings(edge: &Edge, visitor: &Visitor) -> Result<WriteNewView> {
    let mut view = WriteNewView::default();
    for channel in edge
        .store
        .channels(&visitor.scope)
        .await?
        .into_iter()
        .filter(|channel| channel.state == ChannelState::Connected)
    {
        let Some(network) = edge.networks.get(&channel.network) else { continue };
        let can = network.capabilities();
        let choice = AccountChoice {
            channel: channel.id,
            handle: channel.handle.clone(),
            role: channel.role.word().to_owned(),
            may: May::Yes,
            because: Reason::of("answering.only_way"),
        };
        if can.new_post {
            view.post_from.push(choice.clone());
            view.post_limit = view.post_limit.or(can.public_text);
        }
        if can.new_direct_message {
            view.message_from.push(choice);
            view.message_limit = view.message_limit.or(can.private_text);
        }
    }
    Ok(view)
}

/// The dialog of new posts and messages; a page without a script.
pub(super) async fn new(State(edge): State<Edge>, visitor: Visitor, headers: HeaderMap) -> Result<Response> {
    visitor.must_work()?;
    let view = beginnings(&edge, &visitor).await?;
    if wants_fragment(&headers) {
        return Ok(write_new::dialog(words(&visitor), &view, visitor.csrf()).into_response());
    }
    Ok(write_new::page(&frame(&edge, &visitor).await?, &view).into_response())
}

/// A post of our own.
pub(super) async fn post(State(edge): State<Edge>, visitor: Visitor, Form(fields): Form<Fields>) -> Result<Response> {
    let post = Post { channel: begun_from(&fields)?, text: typed_text(&fields), attachments: Vec::new() };
    let begun = desk(&edge).new_post(&visitor.scope, &post).await;
    begun_or_back(&edge, &visitor, &fields, begun).await
}

/// A private message to somebody.
pub(super) async fn direct_message(
    State(edge): State<Edge>,
    visitor: Visitor,
    Form(fields): Form<Fields>,
) -> Result<Response> {
    let handle = field(&fields, "recipient").map(|handle| handle.trim().trim_start_matches('@').to_owned());
    let new = NewMessage {
        channel: begun_from(&fields)?,
        identity: None,
        handle,
        text: typed_text(&fields),
        attachments: Vec::new(),
    };
    let begun = desk(&edge).new_direct_message(&visitor.scope, &new).await;
    begun_or_back(&edge, &visitor, &fields, begun).await
}

fn begun_from(fields: &Fields) -> Result<ChannelId> {
    field(fields, "channel")
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| Error::field("channel", "one of our accounts"))
}

fn typed_text(fields: &Fields) -> String {
    field(fields, "text").unwrap_or_default().replace("\r\n", "\n")
}

/// To the new case, or back to the form with what was typed and what stands against it.
async fn begun_or_back(
    edge: &Edge,
    visitor: &Visitor,
    fields: &Fields,
    begun: desk::Result<Written>,
) -> Result<Response> {
    let findings = match begun {
        Ok(written) => return Ok(see(&format!("/cases/{}", written.case))),
        Err(desk::Error::DraftStopped { findings, .. }) => findings,
        Err(error) => return Err(failed(error)),
    };
    let view = WriteNewView {
        text: typed_text(fields),
        recipient: field(fields, "recipient").unwrap_or_default().to_owned(),
        findings,
        ..beginnings(edge, visitor).await?
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, write_new::page(&frame(edge, visitor).await?, &view)).into_response())
}
