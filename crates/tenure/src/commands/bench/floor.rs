//! The bare floor over HTTP: the same listener and the same database drivers, and nothing else.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;
use tenure_store::floor::Floor;
use uuid::Uuid;

type Shared = State<Arc<Floor>>;

const JSON: &str = "application/scim+json";
/// Rows on a page, as many as the pages of the server have.
const PAGE: u32 = 100;

/// Rows in, rows out. Whoever sends a row says by which key it is found.
pub(super) fn routes(floor: Arc<Floor>) -> Router {
    Router::new()
        .route("/keys/{key}", post(insert).get(find))
        .route("/rows/{id}", get(read).put(update))
        .route("/pages/{id}", get(page))
        .with_state(floor)
}

async fn insert(State(floor): Shared, Path(key): Path<String>, doc: String) -> Response {
    let id = Uuid::now_v7().to_string();
    match floor.insert(&id, &key, doc.clone()).await {
        Ok(()) => {
            let headers = [(CONTENT_TYPE, JSON.to_owned()), (LOCATION, format!("/rows/{id}"))];
            (StatusCode::CREATED, headers, doc).into_response()
        }
        Err(error) => failed(error),
    }
}

async fn update(State(floor): Shared, Path(id): Path<String>, doc: String) -> Response {
    match floor.update(&id, doc.clone()).await {
        Ok(()) => json(doc),
        Err(error) => failed(error),
    }
}

async fn read(State(floor): Shared, Path(id): Path<String>) -> Response {
    floor.get(&id).await.map_or_else(failed, found)
}

async fn find(State(floor): Shared, Path(key): Path<String>) -> Response {
    floor.get_by_key(&key).await.map_or_else(failed, found)
}

async fn page(State(floor): Shared, Path(id): Path<String>) -> Response {
    match floor.page(&id, PAGE).await {
        Ok(docs) => json(format!("[{}]", docs.join(","))),
        Err(error) => failed(error),
    }
}

fn found(doc: Option<String>) -> Response {
    doc.map_or_else(|| StatusCode::NOT_FOUND.into_response(), json)
}

fn json(body: String) -> Response {
    ([(CONTENT_TYPE, JSON)], body).into_response()
}

fn failed(error: impl Into<anyhow::Error>) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{:#}", error.into())).into_response()
}
