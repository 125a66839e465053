//! What every request passes: an id, a bound on requests in flight and on time, one line in the access log and one
//! count in the metrics. Neither secrets nor attribute values nor query strings are logged.

use crate::State;
use crate::auth::Admin;
use crate::failure::{Failure, Surface, speak};
use axum::extract::{self, MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::{Duration, Instant};
use tenure_engine::Caller;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: the client's own, if it is harmless, or ours.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

pub(crate) async fn guard(
    extract::State(state): extract::State<State>,
    mut request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let id = request_id(&request);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    let surface = Surface::of(request.uri().path());
    let mut response = speak(surface, bounded(&state, surface, request, next).await);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let route = route.as_deref().unwrap_or("unknown");
    record(&state, &id, &method, route, &response, start.elapsed());
    response
}

/// Whoever watches the server has a bound of their own: a server that is busy must not be taken for one that is dead.
async fn bounded(state: &State, surface: Surface, request: Request, next: Next) -> Response {
    let bound = if surface == Surface::Watch { &state.0.watching } else { &state.0.in_flight };
    let Ok(_permit) = bound.try_acquire() else {
        return Failure::Overloaded.into_response();
    };
    match tokio::time::timeout(state.0.settings.timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::TimedOut.into_response(),
    }
}

fn request_id(request: &Request) -> String {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let harmless = |id: &&str| {
        !id.is_empty() && id.len() <= 64 && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    given.filter(harmless).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

fn record(state: &State, id: &str, method: &Method, route: &str, response: &Response, took: Duration) {
    let status = response.status();
    state.0.metrics.observe(method, route, status, took);
    let actor = response.extensions().get::<Caller>().map(|caller| &caller.actor);
    let admin = response.extensions().get::<Admin>();
    let source = actor.map(|actor| actor.source.as_str());
    let token = actor.map(|actor| actor.writer.as_str()).or(admin.map(|admin| admin.token.as_str()));
    let admin = admin.map(|admin| admin.name.as_str());
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let status = status.as_u16();
    if status >= StatusCode::INTERNAL_SERVER_ERROR.as_u16() {
        tracing::warn!(target: "tenure::access", id, %method, route, status, micros, source, admin, token);
    } else {
        tracing::info!(target: "tenure::access", id, %method, route, status, micros, source, admin, token);
    }
}
