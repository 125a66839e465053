//! Where everything is, and the document.

use super::document::Text;
use crate::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(openapi))
}

const LISTS: [&str; 9] = [
    "/api/v1/people",
    "/api/v1/claims",
    "/api/v1/groups",
    "/api/v1/events",
    "/api/v1/cases",
    "/api/v1/deliveries",
    "/api/v1/handovers",
    "/api/v1/policies",
    "/api/v1/tokens",
];

/// What there is.
#[derive(Debug, Serialize, ToSchema)]
struct Index {
    /// The version of the server.
    version: &'static str,
    /// The OpenAPI document.
    openapi: &'static str,
    /// The lists to begin with.
    lists: Vec<&'static str>,
}

/// Where everything is.
#[utoipa::path(get, path = "/", tag = "about", operation_id = "index", security(()),
    responses((status = 200, description = "Where everything is", body = Index)))]
async fn index() -> Json<Index> {
    Json(Index { version: env!("CARGO_PKG_VERSION"), openapi: "/api/v1/openapi.json", lists: LISTS.to_vec() })
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "about", operation_id = "openapi", security(()),
    responses((status = 200, description = "The OpenAPI document", body = Object)))]
async fn openapi(Extension(Text(text)): Extension<Text>) -> Response {
    ([(CONTENT_TYPE, "application/json")], text.to_string()).into_response()
}
