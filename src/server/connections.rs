//! Accepting connections, and bringing them to an end: no client holds one for ever, none is dropped in the middle of a
//! request.

use super::Limits;
use super::answer::Cut;
use super::stalled::Stalled;
use super::tls::Tls;
use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long to wait before accepting again where the system gives no connection, as for lack of file handles.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves connections until `shutdown` is done, and then those requests that are under way.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    tls: Option<Tls>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let (stop, stopping) = watch::channel(false);
    let mut open = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            next = next => next,
        };
        while open.try_join_next().is_some() {}
        let Ok((stream, _)) = accepted else {
            sleep(PAUSE).await;
            continue;
        };
        let (routes, tls, stopping) = (routes.clone(), tls.clone(), stopping.clone());
        open.spawn(async move {
            let _place = place;
            greet(stream, routes, tls, limits, stopping).await;
        });
    }
    drop(listener);
    stop.send_replace(true);
    let ended = async { while open.join_next().await.is_some() {} };
    let _ = timeout(limits.stop, ended).await;
    open.shutdown().await;
}

/// The handshake, where there is one, is the connection's own: it holds nobody else up.
async fn greet(
    stream: TcpStream,
    routes: Router,
    tls: Option<Tls>,
    limits: Limits,
    mut stopping: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true); // only speed is lost without it
    match tls {
        None => talk(stream, routes, limits, stopping).await,
        Some(tls) => {
            let greeted = tokio::select! {
                greeted = timeout(limits.handshake, tls.accept(stream)) => greeted,
                _ = stopping.wait_for(|stop| *stop) => return, // nothing was asked yet
            };
            if let Ok(Ok(stream)) = greeted {
                talk(stream, routes, limits, stopping).await;
            }
        }
    }
}

async fn talk<S>(stream: S, routes: Router, limits: Limits, mut stopping: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let routes = TowerToHyperService::new(routes);
    let service = service_fn(move |request| {
        let answer = routes.call(request);
        async move {
            let response = answer.await.map_err(|never| match never {})?;
            // An error here ends the connection without a byte.
            response.extensions().get::<Cut>().map_or(Ok(()), |cut| Err(*cut)).map(|()| response)
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_header_size(limits.head_bytes);
    // A client that has said all may close its half and still read the answer.
    http.half_close(true);
    let stream = TokioIo::new(Stalled::new(stream, limits.unread));
    let mut serving = pin!(http.serve_connection(stream, service));
    tokio::select! {
        _ = serving.as_mut() => return, // whatever ended it, nobody is there to be told
        _ = stopping.wait_for(|stop| *stop) => {}
    }
    serving.as_mut().graceful_shutdown();
    let _ = serving.await;
}
