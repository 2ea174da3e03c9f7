//! GET /2/activity/stream: events as lines of JSON, with blank lines while nothing happens.

use super::gate::Caller;
use super::problem::{Answer, Problem};
use crate::World;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use futures::stream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

/// Connections at once.
const MOST: usize = 2;

struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Open streams of a world.
#[derive(Debug)]
pub(crate) struct Open {
    count: Arc<AtomicUsize>,
    /// Counts up when all are cut.
    cuts: watch::Sender<u64>,
}

impl Default for Open {
    fn default() -> Self {
        Self { count: Arc::default(), cuts: watch::Sender::new(0) }
    }
}

impl World {
    /// Ends every open stream, as X does now and then. New ones may be opened at once.
    pub fn cut_streams(&self) {
        self.shared().streams.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Streams that are open.
    #[must_use]
    pub fn open_streams(&self) -> usize {
        self.shared().streams.count.load(Ordering::Relaxed)
    }
}

impl Open {
    fn place(&self) -> Option<Place> {
        let counter = Arc::clone(&self.count);
        let taken = counter.fetch_add(1, Ordering::Relaxed);
        let place = Place(counter);
        (taken < MOST).then_some(place)
    }
}

/// Answers until the client leaves or the simulator stops.
pub(crate) async fn activity(State(world): State<World>, caller: Caller) -> Answer {
    let app = caller.app_only()?;
    // Listening begins before the place counts: whoever sees the stream open misses nothing.
    let events = world.shared().postman.listen();
    let Some(place) = world.shared().streams.place() else {
        return Err(Problem::plain(
            StatusCode::TOO_MANY_REQUESTS,
            "ConnectionException",
            "This stream is currently at the maximum allowed connection limit.",
        ));
    };
    let pause = world.shared().config.keep_alive;
    let stopping = world.stopping().clone();
    let cuts = world.shared().streams.cuts.subscribe();
    let lines =
        stream::unfold((events, place, stopping, cuts), move |(mut events, place, stopping, mut cuts)| async move {
            loop {
                let line = tokio::select! {
                    () = stopping.cancelled() => return None,
                    _ = cuts.changed() => return None,
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
                return Some((Ok::<_, std::convert::Infallible>(line), (events, place, stopping, cuts)));
            }
        });
    Ok(([(header::CONTENT_TYPE, "application/json")], Body::from_stream(lines)).into_response())
}
