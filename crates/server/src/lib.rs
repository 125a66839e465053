//! Tenure over HTTP: the SCIM endpoints, the admin API, authentication, health and metrics.
//!
//! Only this crate knows HTTP status codes towards clients. Handlers translate a request into a call of the engine and
//! its outcome into a response; they decide nothing.

mod access;
mod api;
mod auth;
mod body;
mod failure;
mod health;
mod limit;
pub mod listen;
mod media;
mod metrics;
mod path;
mod scim;
mod segment;
pub mod view;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use std::sync::Arc;
use std::time::Duration;
use tenure_engine::SharedEngine;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;

/// How the server behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The largest body that is read, in bytes.
    pub max_body: usize,
    /// The most operations of one bulk request.
    pub max_bulk_operations: usize,
    /// Requests that are worked on at a time; beyond, clients are told to come back.
    pub max_in_flight: usize,
    /// How long one request may take.
    pub timeout: Duration,
    /// Whether PATCH answers 200 with the resource, or 204 without.
    pub patch_returns_body: bool,
    /// How much one token may ask; nothing for no limit.
    pub rate_limit: Option<RateLimit>,
}

/// How much one token may ask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateLimit {
    /// Requests per second in the long run.
    pub per_second: f64,
    /// Requests that may come at once.
    pub burst: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_body: 16 << 20,
            max_bulk_operations: 1_000,
            max_in_flight: 1_024,
            timeout: Duration::from_secs(60),
            patch_returns_body: true,
            rate_limit: None,
        }
    }
}

/// Looks at health and metrics at a time. They come from a few, every few seconds, and are short.
const MAX_WATCHING: usize = 32;

/// What every handler can reach.
#[derive(Debug, Clone)]
struct State(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    engine: SharedEngine,
    settings: Settings,
    limiter: limit::Limiter,
    metrics: metrics::Metrics,
    in_flight: Semaphore,
    /// Looks at health and metrics that are under way.
    watching: Semaphore,
}

/// The whole server as a router.
pub fn app(engine: SharedEngine, settings: Settings) -> Router {
    let shared = Shared {
        limiter: limit::Limiter::new(settings.rate_limit),
        metrics: metrics::Metrics::new(),
        in_flight: Semaphore::new(settings.max_in_flight.min(Semaphore::MAX_PERMITS)),
        watching: Semaphore::new(MAX_WATCHING),
        engine,
        settings,
    };
    let state = State(Arc::new(shared));
    let routes = Router::new()
        .nest("/scim/v2", scim::routes(&state))
        .nest(api::BASE, api::routes(&state))
        .merge(health::routes())
        .merge(metrics::routes())
        .fallback(scim::not_found)
        .method_not_allowed_fallback(scim::method_not_allowed)
        .layer(CatchPanicLayer::custom(|_| failure::Failure::Panicked.into_response()))
        .layer(from_fn_with_state(state.clone(), access::guard))
        .with_state(state);
    // Paths are put in order before anything is routed.
    Router::new().fallback_service(routes).layer(from_fn(path::normalize))
}
