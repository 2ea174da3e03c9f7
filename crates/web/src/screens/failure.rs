//! The error page: what happened, what was kept, what to do. No traces, no codes alone.

use super::page;
use crate::words::Words;
use axum::http::StatusCode;
use maud::{Markup, html};

/// The page for a status. `id` finds the log line of an inner error; `None` for the others.
pub fn page(words: Words, status: StatusCode, id: Option<&str>) -> Markup {
    let kind = match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => "not-found",
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => "forbidden",
        StatusCode::TOO_MANY_REQUESTS => "too-many",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        status if status.is_client_error() => "bad-request",
        _ => "inner",
    };
    let title = words.say(&format!("failure-{kind}-title"));
    page::door(
        words,
        None,
        &title,
        "",
        html! {
            h1.door-title { (title) }
            p { (words.say(&format!("failure-{kind}-text"))) }
            @if let Some(id) = id { p.small.muted { (words.say("failure-id")) " " code { (id) } } }
            p.line.wrap { a.btn.fill href="/inbox" { (words.say("failure-inbox")) } }
        },
    )
}
