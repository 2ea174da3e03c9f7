//! One reader's stream: catch up from the table, then follow the hub; end when the reader's access does.

use super::hub::{Batch, StreamPlace};
use super::permission::{may_see, touches_access};
use crate::client_address::Peer;
use crate::csrf::is_same_origin;
use crate::error::{Error, Result};
use crate::session::{Credential, Visitor};
use crate::state::Edge;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, extract::Query};
use serde::Deserialize;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;
use store::event::{Event, Read};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::Instant;
use utoipa::IntoParams;

/// Silence is broken this often, and access asked about.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Screens get at most four notices a second.
const NOTICE: Duration = Duration::from_millis(250);
/// Events read in one go while catching up.
const PAGE: i64 = 500;
/// Bytes after which what was caught up is sent.
const PIECE: usize = 256 * 1024;

/// Where to go on.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Number of the last event that the reader has; without it and without `Last-Event-ID` the stream begins now.
    #[param(minimum = 0)]
    pub after: Option<i64>,
}

/// How events are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// One by one.
    Each,
    /// Gathered, for screens.
    Notices,
}

/// The stream of the API.
#[utoipa::path(
    get, path = "/events", tag = "events", operation_id = "follow_events", params(EventsQuery),
    responses(
        (status = 200, description = "Server-sent events: `id` is the event's number, `event` its kind, `data` the event as JSON; `reset` names the number to go on from after a reload. The stream never ends by itself.", content_type = "text/event-stream", body = String),
        crate::api::ReadFailures,
    ),
)]
pub async fn api_stream(
    State(edge): State<Edge>,
    visitor: Visitor,
    crate::api::Query(query): crate::api::Query<EventsQuery>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<Response> {
    open(edge, visitor, query, peer.map(|peer| peer.0), &headers, Manner::Each).await
}

/// The stream of the screens: `changed` with `{"last", "events": […]}`, and `reset` with `{"last"}`.
///
/// # Errors
/// 401 without a session, 403 from another site, 429 with too many streams.
pub async fn screen_stream(
    State(edge): State<Edge>,
    visitor: Visitor,
    Query(query): Query<EventsQuery>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<Response> {
    visitor.person()?;
    open(edge, visitor, query, peer.map(|peer| peer.0), &headers, Manner::Notices).await
}

async fn open(
    edge: Edge,
    visitor: Visitor,
    query: EventsQuery,
    peer: Option<Peer>,
    headers: &HeaderMap,
    manner: Manner,
) -> Result<Response> {
    if matches!(visitor.credential, Credential::Session { .. }) && !is_same_origin(&edge, peer, headers) {
        return Err(Error::CrossSite);
    }
    let named = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
    if query.after.is_some_and(|after| after < 0) {
        return Err(Error::field("after", "0 or more"));
    }
    let who = match (&visitor.credential, visitor.agent_id()) {
        (Credential::Token(token), _) => token.to_string(),
        (Credential::Session { .. }, agent) => agent.map(|agent| agent.to_string()).unwrap_or_default(),
    };
    let place = edge
        .hub
        .take_place(who, edge.settings.streams_per_person)
        .ok_or_else(|| Error::TooMany(edge.now() + jiff::SignedDuration::from_secs(30)))?;
    // Followed before the table is read, so that nothing falls between.
    let batches = edge.hub.follow(visitor.scope.workspace);
    let after = match named.or(query.after) {
        Some(after) => after,
        None => edge.store.last_event(&visitor.scope).await?,
    };
    let reader = Reader { edge, visitor, last: after, manner, _place: place };
    let mut response = Body::from_stream(reader.stream(batches)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Proxies that buffer would hold events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

struct Reader {
    edge: Edge,
    visitor: Visitor,
    last: i64,
    manner: Manner,
    _place: StreamPlace,
}

/// What comes after waiting.
enum Next {
    Batch(Batch),
    Table,
    Heartbeat,
    End,
}

impl Reader {
    fn stream(
        mut self,
        mut batches: broadcast::Receiver<Batch>,
    ) -> impl futures::Stream<Item = std::result::Result<Bytes, Infallible>> {
        async_stream::stream! {
            // Says at once that the stream stands, and how soon to come back.
            yield Ok(Bytes::from_static(b"retry: 1000\n\n"));
            let mut next = Next::Table;
            let mut heartbeat = Instant::now() + HEARTBEAT;
            loop {
                let mut text = String::new();
                let (ask, more);
                match next {
                    Next::Batch(batch) if batch.first().is_some_and(|first| first.number <= self.last + 1) => {
                        let fresh: Vec<&Event> = batch.iter().filter(|event| event.number > self.last).collect();
                        (ask, more) = (fresh.iter().any(|event| touches_access(event)), false);
                        self.write(&mut text, &fresh);
                    }
                    Next::Batch(_) | Next::Table => match self.catch_up(&mut text).await {
                        Ok(caught) => (ask, more) = caught,
                        Err(error) => {
                            tracing::warn!(%error, "a stream cannot catch up");
                            break;
                        }
                    },
                    Next::Heartbeat => {
                        (ask, more) = (true, false);
                        text.push_str(":\n\n");
                    }
                    Next::End => break,
                }
                // Asked before anything is sent: what happened after access ended is not theirs to see.
                if ask && !matches!(self.visitor.still_holds(&self.edge).await, Ok(true)) {
                    break;
                }
                if !text.is_empty() {
                    heartbeat = Instant::now() + HEARTBEAT;
                    yield Ok(Bytes::from(text));
                    if self.manner == Manner::Notices {
                        tokio::time::sleep(NOTICE).await;
                    }
                }
                next = if more { Next::Table } else { self.wait(&mut batches, heartbeat).await };
            }
        }
    }

    async fn wait(&self, batches: &mut broadcast::Receiver<Batch>, heartbeat: Instant) -> Next {
        tokio::select! {
            biased;
            () = self.edge.stopping.cancelled() => Next::End,
            batch = batches.recv() => match batch {
                // Screens take everything that gathered meanwhile in one notice, from the table.
                Ok(_) if self.manner == Manner::Notices && !batches.is_empty() => {
                    while batches.try_recv().is_ok() {}
                    Next::Table
                }
                Ok(batch) => Next::Batch(batch),
                Err(RecvError::Lagged(_)) => Next::Table,
                Err(RecvError::Closed) => Next::End,
            },
            () = tokio::time::sleep_until(heartbeat) => Next::Heartbeat,
        }
    }

    /// Writes what the table has after the last number; whether access was touched, and whether there is more.
    async fn catch_up(&mut self, text: &mut String) -> store::Result<(bool, bool)> {
        let mut touched = false;
        loop {
            match self.edge.store.events_after(&self.visitor.scope, self.last, PAGE).await? {
                Read::Events(events) => {
                    touched |= events.iter().any(touches_access);
                    self.write(text, &events.iter().collect::<Vec<_>>());
                    // A long way back is sent in pieces; the rest follows with the next turn.
                    let more = events.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
                    if !more || text.len() > PIECE {
                        return Ok((touched, more));
                    }
                }
                Read::Reset { last } => {
                    self.last = last;
                    let _ = write!(text, "id: {last}\nevent: reset\ndata: {{\"last\":{last}}}\n\n");
                    return Ok((touched, false));
                }
            }
        }
    }

    fn write(&mut self, text: &mut String, events: &[&Event]) {
        let Some(newest) = events.last() else { return };
        self.last = newest.number;
        let seen: Vec<&&Event> = events.iter().filter(|event| may_see(&self.visitor.scope, event)).collect();
        if seen.is_empty() {
            return;
        }
        match self.manner {
            Manner::Each => {
                for event in seen {
                    let data = serde_json::to_string(event).unwrap_or_default();
                    let _ = write!(text, "id: {}\nevent: {}\ndata: {data}\n\n", event.number, event.kind);
                }
            }
            Manner::Notices => {
                let data = serde_json::json!({ "last": self.last, "events": seen });
                let _ = write!(text, "id: {}\nevent: changed\ndata: {data}\n\n", self.last);
            }
        }
    }
}
