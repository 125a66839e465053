//! `/healthz`: the process lives. `/readyz`: it can do its work. Neither needs a token nor tells anything else.

use crate::State;
use axum::Router;
use axum::extract;
use axum::http::StatusCode;
use axum::routing::get;

pub(crate) fn routes() -> Router<State> {
    Router::new().route("/healthz", get(async || "alive\n")).route("/readyz", get(ready))
}

async fn ready(extract::State(state): extract::State<State>) -> (StatusCode, &'static str) {
    match state.0.engine.store().ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
