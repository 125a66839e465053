//! The SCIM endpoints under `/scim/v2` (RFC 7644 §3.2). One file for each kind of request.

mod answer;
mod bulk;
mod discovery;
mod resources;
mod search;

use crate::State;
use crate::auth::authenticate;
use crate::failure::Failure;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};
use resources::{Groups, Users};

pub(crate) fn routes(state: &State) -> Router<State> {
    Router::new()
        .route("/", get(search::everything))
        .route("/.search", post(search::everything_by_post))
        .nest("/Users", resources::routes::<Users>())
        .nest("/Groups", resources::routes::<Groups>())
        .route("/Bulk", post(bulk::bulk))
        .route("/Me", any(me))
        .route("/ServiceProviderConfig", get(discovery::service_provider_config))
        .route("/ResourceTypes", get(discovery::resource_types))
        .route("/ResourceTypes/{name}", get(discovery::resource_type))
        .route("/Schemas", get(discovery::schemas))
        .route("/Schemas/{urn}", get(discovery::schema))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(state.clone(), authenticate))
}

pub(crate) async fn not_found() -> Failure {
    Failure::NoEndpoint
}

pub(crate) async fn method_not_allowed() -> Failure {
    Failure::MethodNotAllowed { allow: None }
}

async fn me() -> Failure {
    Failure::NotImplemented("/Me is not offered: a token speaks for a source, not for a user")
}
