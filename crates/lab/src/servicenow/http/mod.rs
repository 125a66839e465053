//! An instance behind a port: connections, routes, and an end that answers what is under way.
//!
//! A call goes through [`exchange`] (troubles and waiting), then through [`api`] (who, what, how), and one file for each
//! API does the work without waiting for anything.

mod aggregate;
mod answer;
mod api;
mod asked;
mod assertion;
mod batch;
mod exchange;
mod inheritance;
mod outside;
mod render;
mod scim;
mod sign_in;
mod table;
mod tokens;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::instance::Instance;
use exchange::Cut;

/// How long calls under way may take to end after [`Server::stop`].
const DRAIN: Duration = Duration::from_secs(5);

/// The port cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on `{address}`; another port may be free, and port 0 always finds one")]
pub struct ServeError {
    /// Where it was to listen.
    pub address: SocketAddr,
    /// What the system says.
    #[source]
    pub source: std::io::Error,
}

/// A running server. Dropping it stops it without waiting; [`Server::stop`] waits.
#[derive(Debug)]
pub struct Server {
    /// What clients call it, without a slash at the end: `http://127.0.0.1:PORT`.
    pub url: String,
    /// Where it listens.
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Server {
    /// Serves an instance; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on.
    pub async fn start(instance: Instance, address: SocketAddr) -> Result<Self, ServeError> {
        let refused = |source| ServeError { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(run(listener, router(instance), stopped));
        Ok(Self { url: format!("http://{address}"), address, stop, running })
    }

    /// Serves an instance on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// If no port is free.
    pub async fn local(instance: Instance) -> Result<Self, ServeError> {
        Self::start(instance, SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Takes no more connections, lets calls under way end, and closes.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.running.await;
    }
}

fn router(instance: Instance) -> Router {
    outside::routes().fallback(exchange::serve).with_state(instance)
}

async fn run(listener: TcpListener, app: Router, mut stop: oneshot::Receiver<()>) {
    let draining = GracefulShutdown::new();
    loop {
        tokio::select! {
            _ = &mut stop => break,
            Ok((stream, _)) = listener.accept() => {
                tokio::spawn(drive(stream, app.clone(), draining.watcher()));
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(DRAIN, draining.shutdown()).await;
}

/// One connection. A cut call is an error of its service, on which the connection is dropped without a word.
async fn drive(stream: TcpStream, app: Router, watcher: Watcher) {
    let _ = stream.set_nodelay(true);
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let answer = app.call(request);
        async move {
            let answer: hyper::Response<Body> = answer.await.unwrap_or_else(|never| match never {});
            if answer.extensions().get::<Cut>().is_some() { Err(Cut) } else { Ok(answer) }
        }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new());
    // A client that goes away, and a connection that we cut, are what a rehearsal is about.
    let _ = watcher.watch(builder.serve_connection(TokioIo::new(stream), service)).await;
}
