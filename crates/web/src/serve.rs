//! Listening: HTTP/1.1 and HTTP/2 on one port, with limits on slow heads, slow readers and connections.

mod patient_stream;

use crate::client_address::Peer;
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::{Request, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use patient_stream::PatientStream;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// Connections at a time, at most; each holds little, but not nothing.
pub const CONNECTIONS: usize = 10_000;
/// A head that is not complete by then is an attack.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// A reader that takes nothing for this long is gone.
const STALLED: Duration = Duration::from_secs(20);
/// What is under way may take so long when the process stops.
const LEAVE: Duration = Duration::from_secs(4);

/// Serves a router until `stop` is cancelled, then lets what is under way end. More than `connections` at a time are turned
/// away: without file handles the database could not be reached either.
///
/// # Errors
/// When the listener breaks for good.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: usize,
    stop: CancellationToken,
) -> io::Result<()> {
    let room = Arc::new(Semaphore::new(connections.min(CONNECTIONS)));
    let tasks = TaskTracker::new();
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_headers(64).max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(128)
        .max_header_list_size(64 * 1024)
        .keep_alive_interval(Duration::from_secs(30));
    let builder = Arc::new(builder);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles or a peer that left at once: the next one may do.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
            tracing::warn!("too many connections; one was turned away");
            continue;
        };
        let (router, builder, stop) = (router.clone(), Arc::clone(&builder), stop.clone());
        tasks.spawn(async move {
            connection(stream, Peer(address), router, &builder, stop).await;
            drop(place);
        });
    }
    tasks.close();
    let _ = tokio::time::timeout(LEAVE, tasks.wait()).await;
    Ok(())
}

async fn connection(
    stream: TcpStream,
    peer: Peer,
    router: Router,
    builder: &Builder<TokioExecutor>,
    stop: CancellationToken,
) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = builder.serve_connection(TokioIo::new(PatientStream::new(stream, STALLED)), service);
    tokio::pin!(connection);
    tokio::select! {
        // How a connection ended is the peer's business.
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
