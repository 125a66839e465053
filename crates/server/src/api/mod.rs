//! The admin API under `/api/v1`: one file for each noun. An endpoint is a handler with its `#[utoipa::path]`, and a line
//! in its file's `routes`; the document is made from that, and so is who may call it ([`gate`]).
//!
//! All `ToSchema` types share one space of names in the document; where two have one name, the later hides the earlier.
//!
//! Handlers translate: a request into a call of the engine, its outcome into a type of [`crate::view`].

mod cases;
mod claims;
mod deliveries;
mod document;
mod events;
mod gate;
mod groups;
mod handovers;
mod index;
mod input;
mod page;
mod people;
mod policies;
mod tokens;

use crate::State;
use crate::failure::Failure;
use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// Where it is.
pub(crate) const BASE: &str = "/api/v1";

/// What every handler gives.
type Outcome<T> = Result<T, Failure>;

/// Every endpoint. New ones are merged here; their `security` says which scope they take.
fn endpoints() -> OpenApiRouter<State> {
    OpenApiRouter::with_openapi(document::Frame::openapi())
        .merge(index::routes())
        .merge(people::routes())
        .merge(claims::routes())
        .merge(groups::routes())
        .merge(events::routes())
        .merge(cases::routes())
        .merge(policies::routes())
        .merge(deliveries::routes())
        .merge(handovers::routes())
        .merge(tokens::routes())
}

pub(crate) fn routes(state: &State) -> Router<State> {
    let (router, document) = endpoints().split_for_parts();
    let document = document::complete(document);
    let gate = gate::Gate::new(state, &document);
    router
        .fallback(async || Failure::NoEndpoint)
        .method_not_allowed_fallback(async || Failure::MethodNotAllowed { allow: None })
        .layer(Extension(document::Text::new(&document)))
        .layer(from_fn_with_state(gate, gate::admit))
}
