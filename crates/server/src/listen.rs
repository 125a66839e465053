//! The listener: plain TCP or TLS, HTTP/1.1 and HTTP/2, with an end that loses nothing. After the signal no connection is
//! accepted, requests on their way are answered, and idle connections are closed.

mod greeting;

use self::greeting::Greeting;
use axum::Router;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// How long a client may take over the head of a request, or the handshake.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// How long requests on their way may take to end after the signal.
const DRAIN: Duration = Duration::from_secs(30);
/// How often an HTTP/2 client is asked whether it is still there.
const PING: Duration = Duration::from_secs(60);
/// After a failed accept (no file descriptors left, say) it is tried again after this time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` is ready, then until the last request on its way is answered.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    app: Router,
    stop: impl Future<Output = ()>,
) {
    let acceptor = tls.map(TlsAcceptor::from);
    let draining = GracefulShutdown::new();
    let (ending, ended) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accept(accepted, acceptor.as_ref(), &app, &draining, &ended).await,
        }
    }
    drop(listener);
    let _ = ending.send(true);
    if tokio::time::timeout(DRAIN, draining.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
    }
}

async fn accept(
    accepted: io::Result<(TcpStream, std::net::SocketAddr)>,
    acceptor: Option<&TlsAcceptor>,
    app: &Router,
    draining: &GracefulShutdown,
    ended: &watch::Receiver<bool>,
) {
    let stream = match accepted {
        Ok((stream, _)) => stream,
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            return;
        }
    };
    // Answers are small and complete; waiting for more would only delay them.
    let _ = stream.set_nodelay(true);
    match acceptor.cloned() {
        None => spawn(stream, app.clone(), draining),
        Some(acceptor) => {
            tokio::spawn(handshake(acceptor, stream, app.clone(), draining.watcher(), ended.clone()));
        }
    }
}

/// A handshake is no request on its way: the end does not wait for it.
async fn handshake(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    app: Router,
    watcher: Watcher,
    mut ended: watch::Receiver<bool>,
) {
    let accepted = tokio::select! {
        accepted = tokio::time::timeout(HEAD_TIMEOUT, acceptor.accept(stream)) => accepted,
        _ = ended.wait_for(|&ended| ended) => return,
    };
    match accepted {
        Ok(Ok(stream)) => drive(stream, app, watcher).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

fn spawn(stream: TcpStream, app: Router, draining: &GracefulShutdown) {
    tokio::spawn(drive(stream, app, draining.watcher()));
}

async fn drive(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, app: Router, watcher: Watcher) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        app.clone().oneshot(request.map(axum::body::Body::new))
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(128).keep_alive_interval(PING);
    let connection = builder.serve_connection(TokioIo::new(Greeting::new(stream)), service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(error, "a connection ended early");
    }
}
