//! Pages for people and browser tests: an account's timeline, and a post with its replies.

use super::model::Post;
use crate::timestamp;
use crate::world::State as Everything;
use crate::{World, control};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

pub(super) fn frame(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(control::page::STYLE)) }
            }
            body {
                header { a href="/" { "Simulated X" } span class="muted" { "nothing here is real" } }
                main class="narrow" { (content) }
            }
        }
    }
}

pub(super) fn article(state: &Everything, post: &Post, focus: bool) -> Markup {
    let author = state.users.get(&post.author);
    let username = author.map_or("gone", |user| user.username.as_str());
    let parent = post.in_reply_to.map(|id| id.to_string());
    let answered = post.in_reply_to_user.and_then(|id| state.users.get(&id)).map(|user| user.username.clone());
    html! {
        article.focus[focus] data-post-id=(post.id) data-author=(username) data-in-reply-to=[parent.as_deref()] data-hidden=[post.hidden.then_some("true")] {
            p class="who" {
                strong { (author.map_or("", |user| user.name.as_str())) } " "
                a href={ "/x/" (username) } { "@" (username) } " "
                a class="muted" href={ "/x/" (username) "/status/" (post.id) } { time datetime=(timestamp(post.created_ms)) { (timestamp(post.created_ms).replace('T', " ").get(..16).unwrap_or_default()) } }
            }
            @if let (Some(answered), Some(parent)) = (&answered, &parent) { p class="muted" { "Replying to " a href={ "/x/" (answered) "/status/" (parent) } { "@" (answered) } } }
            p class="text" lang=(post.language) { (post.text) }
            @if let Some(quoted) = post.quotes.and_then(|id| state.post(id)) { blockquote data-quotes=(quoted.id) { (quoted.text) } }
            @for media in post.media.iter().filter_map(|id| state.media.get(id)) {
                img src={ "/x/media/" (media.id) "." (media.extension()) } alt=(media.alt_text.as_deref().unwrap_or_default()) data-media-id=(media.id) width="96" height="72";
            }
            p class="muted counts" { (post.replies) " replies · " (post.quoted) " quotes · " (post.likes.len()) " likes" @if post.hidden { " · hidden by the author" } @if post.edit_history.len() > 1 { " · edited" } }
        }
    }
}

pub(super) fn absent() -> Response {
    (StatusCode::NOT_FOUND, frame("Not here", &html! { p { "This page doesn’t exist." } })).into_response()
}

/// GET /x/{handle}
pub(crate) async fn profile(State(world): State<World>, Path(handle): Path<String>) -> Response {
    let state = world.lock();
    let Some(user) = state.user_named(&handle) else { return absent() };
    let own = state.by_author.get(&user.id);
    let posts: Vec<&Post> = own
        .into_iter()
        .flat_map(|ids| ids.iter().rev())
        .filter_map(|id| state.post(*id))
        .filter(|post| post.superseded_by.is_none())
        .take(100)
        .collect();
    let content = html! {
        h1 { (user.name) " " span class="muted" { "@" (user.username) } }
        p { (user.description) }
        section aria-label="Posts" { @for post in posts { (article(&state, post, false)) } }
    };
    frame(&format!("{} (@{})", user.name, user.username), &content).into_response()
}

/// GET /x/{handle}/status/{id}
pub(crate) async fn status(State(world): State<World>, Path((_, id)): Path<(String, String)>) -> Response {
    let state = world.lock();
    let Some(post) = id.parse().ok().and_then(|id| state.post(id)) else { return absent() };
    let mut above = Vec::new();
    let mut parent = post.in_reply_to;
    while let Some(found) = parent.and_then(|id| state.post(id)).filter(|_| above.len() < 50) {
        above.push(found);
        parent = found.in_reply_to;
    }
    let conversation = state.by_conversation.get(&post.conversation);
    let mut below: Vec<&Post> = Vec::new();
    for reply in conversation.into_iter().flatten().filter_map(|id| state.post(*id)) {
        let under =
            reply.in_reply_to.is_some_and(|parent| parent == post.id || below.iter().any(|other| other.id == parent));
        if under && reply.superseded_by.is_none() {
            below.push(reply);
        }
    }
    let content = html! {
        @for post in above.iter().rev() { (article(&state, post, false)) }
        (article(&state, post, true))
        section class="replies" aria-label="Replies" { @for reply in &below { (article(&state, reply, false)) } }
    };
    frame("Post", &content).into_response()
}

/// GET /x/{handle}/status/{id}/photo/{number}: the same page.
pub(crate) async fn status_photo(
    world: State<World>,
    Path((handle, id, _)): Path<(String, String, String)>,
) -> Response {
    status(world, Path((handle, id))).await
}
