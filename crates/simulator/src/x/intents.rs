//! The pages behind deep links: answering a post at the network itself, and writing a private message to an account.

use super::pages::{absent, article, frame};
use crate::{Error, NewPost, World};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;

/// What an address of `/intent/post` names.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct PostIntent {
    in_reply_to: Option<String>,
    text: String,
}

/// GET /x/intent/post: the post that is answered, and the field to answer it as one of the business accounts.
pub(crate) async fn post_page(State(world): State<World>, Query(intent): Query<PostIntent>) -> Response {
    let state = world.lock();
    let answered = intent.in_reply_to.as_deref().map(|id| id.parse().ok().and_then(|id| state.post(id)));
    if let Some(None) = answered {
        return absent();
    }
    let mut ours: Vec<(&str, &str)> =
        state.users.values().filter(|user| user.verified).map(|user| (&*user.username, &*user.name)).collect();
    ours.sort_unstable();
    let content = html! {
        @if let Some(Some(post)) = answered { (article(&state, post, true)) }
        form class="box" method="post" action="/x/intent/post" {
            @if let Some(id) = &intent.in_reply_to { input type="hidden" name="in_reply_to" value=(id); }
            label { "As" select name="from" { @for (username, name) in &ours { option value=(username) { (name) " (@" (username) ")" } } } }
            label { "Text" textarea name="text" rows="4" required autofocus { (intent.text) } }
            button { @if answered.is_some() { "Reply" } @else { "Post" } }
        }
    };
    frame("Post", &content).into_response()
}

/// A post written on the page.
#[derive(Deserialize)]
pub(crate) struct WrittenPost {
    from: String,
    text: String,
    in_reply_to: Option<u64>,
}

/// POST /x/intent/post: as somebody types it into the network's own page; on to where it stands.
pub(crate) async fn post(State(world): State<World>, Form(written): Form<WrittenPost>) -> Response {
    let new = NewPost {
        author: written.from,
        text: written.text.replace("\r\n", "\n"),
        in_reply_to: written.in_reply_to,
        ..NewPost::default()
    };
    match world.post(&new) {
        Ok(id) => Redirect::to(&format!("/x/{}/status/{id}", new.author)).into_response(),
        Err(error) => refused(&error),
    }
}

/// What an address of `/messages/compose` names.
#[derive(Deserialize)]
pub(crate) struct MessageIntent {
    recipient_id: String,
    #[serde(default)]
    text: String,
}

/// GET /x/messages/compose: what a customer sees who follows an invitation to write privately.
pub(crate) async fn message_page(State(world): State<World>, Query(intent): Query<MessageIntent>) -> Response {
    let state = world.lock();
    let Ok(recipient) = state.find_user(&intent.recipient_id) else { return absent() };
    let content = html! {
        h1 { "Private message to " (recipient.name) " " span class="muted" { "@" (recipient.username) } }
        form class="box" method="post" action="/x/messages/compose" {
            input type="hidden" name="to" value=(recipient.username);
            label { "As (handle)" input name="from" required value="mika_sendai"; }
            label { "Text" textarea name="text" rows="4" required autofocus { (intent.text) } }
            button { "Send" }
        }
    };
    frame("Message", &content).into_response()
}

/// A private message written on the page.
#[derive(Deserialize)]
pub(crate) struct WrittenMessage {
    from: String,
    to: String,
    text: String,
}

/// POST /x/messages/compose
pub(crate) async fn message(State(world): State<World>, Form(written): Form<WrittenMessage>) -> Response {
    let text = written.text.replace("\r\n", "\n");
    match world.message(written.from.trim_start_matches('@'), &written.to, &text, &[], None) {
        Ok(_) => frame("Message", &html! { p role="status" { "Sent to @" (written.to) "." } }).into_response(),
        Err(error) => refused(&error),
    }
}

fn refused(error: &Error) -> Response {
    let page = frame("Not done", &html! { p role="alert" { (error.to_string()) } });
    (StatusCode::BAD_REQUEST, page).into_response()
}
