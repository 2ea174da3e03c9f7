//! The HTTP server: one router, and connections that can be closed without an answer.

use crate::{Error, World, control, x};
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Marks a response that must never be sent: the connection is closed instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HangUp;

#[derive(Debug, thiserror::Error)]
#[error("the simulated network closed the connection")]
struct HungUp;

#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stopping: CancellationToken,
    accepting: tokio::task::JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(listen: SocketAddr, world: World) -> Result<Self, Error> {
        let failed = |source| Error::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let stopping = world.stopping().clone();
        let router = Router::new()
            .merge(control::page::router())
            .nest("/control", control::router())
            .nest("/x", x::router(&world))
            .with_state(world);
        let accepting = tokio::spawn(accept(listener, router, stopping.clone()));
        Ok(Self { address, stopping, accepting })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) async fn stop(mut self) {
        self.stopping.cancel();
        if let Err(error) = (&mut self.accepting).await {
            tracing::debug!(%error, "the server had already ended");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

async fn accept(listener: TcpListener, router: Router, stopping: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stopping.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(serve(stream, router.clone(), stopping.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, router: Router, stopping: CancellationToken) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move {
            let response = match router.oneshot(request.map(Body::new)).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            if response.extensions().get::<HangUp>().is_some() { Err(HungUp) } else { Ok(response) }
        }
    });
    let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    tokio::select! {
        () = stopping.cancelled() => {}
        ended = builder.serve_connection(TokioIo::new(stream), service) => {
            if let Err(error) = ended {
                tracing::trace!(%error, "a connection ended early");
            }
        }
    }
}
