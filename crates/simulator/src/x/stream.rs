//! GET /2/activity/stream: events as lines of JSON, with blank lines while nothing happens.

use super::gate::Caller;
use super::problem::{Answer, Problem};
use crate::World;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use futures::stream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::broadcast::error::RecvError;

/// Connections at once.
const MOST: usize = 2;

struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Open streams of a world.
#[derive(Debug, Default)]
pub(crate) struct Open(OnceLock<Arc<AtomicUsize>>);

impl Open {
    fn place(&self) -> Option<Place> {
        let counter = Arc::clone(self.0.get_or_init(Arc::default));
        let taken = counter.fetch_add(1, Ordering::Relaxed);
        let place = Place(counter);
        (taken < MOST).then_some(place)
    }
}

/// Answers until the client leaves or the simulator stops.
pub(crate) async fn activity(State(world): State<World>, caller: Caller) -> Answer {
    let app = caller.app_only()?;
    let Some(place) = world.shared().streams.place() else {
        return Err(Problem::plain(
            StatusCode::TOO_MANY_REQUESTS,
            "ConnectionException",
            "This stream is currently at the maximum allowed connection limit.",
        ));
    };
    let events = world.shared().postman.listen();
    let pause = world.shared().config.keep_alive;
    let stopping = world.stopping().clone();
    let lines = stream::unfold((events, place, stopping), move |(mut events, place, stopping)| async move {
        loop {
            let line = tokio::select! {
                () = stopping.cancelled() => return None,
                event = events.recv() => match event {
                    Ok((owner, body)) if owner == app => {
                        let mut line = body.to_vec();
                        line.extend_from_slice(b"\r\n");
                        Bytes::from(line)
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => continue,
                    Err(RecvError::Closed) => return None,
                },
                () = tokio::time::sleep(pause) => Bytes::from_static(b"\r\n"),
            };
            return Some((Ok::<_, std::convert::Infallible>(line), (events, place, stopping)));
        }
    });
    Ok(([(header::CONTENT_TYPE, "application/json")], Body::from_stream(lines)).into_response())
}
