//! What handlers read: path, query and body, each refused with the name of what is wrong.

use crate::State;
use crate::body::Body;
use crate::failure::Failure;
use crate::segment::Segment;
use axum::body::HttpBody;
use axum::extract::rejection::QueryRejection;
use axum::extract::{self, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::error::Error;

/// Longer ids are not ours.
const MAX_ID: usize = 64;

/// The id in the path.
#[derive(Debug)]
pub(super) struct Id(pub(super) String);

/// The query string; unknown parameters are refused by their name.
#[derive(Debug)]
pub(super) struct Query<T>(pub(super) T);

/// The JSON body; unknown fields are refused by their name. No body at all is an empty object.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl FromRequestParts<State> for Id {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        let Segment(id) = Segment::from_request_parts(parts, state).await?;
        if id.len() > MAX_ID || id.chars().any(char::is_control) {
            return Err(Failure::Malformed("this cannot be an id".to_owned()));
        }
        Ok(Self(id))
    }
}

impl<T: DeserializeOwned> FromRequestParts<State> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Failure> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(nul());
        }
        let query = extract::Query::try_from_uri(&parts.uri);
        query.map(|extract::Query(query)| Self(query)).map_err(|error| Failure::Malformed(said(&error)))
    }
}

impl<T: DeserializeOwned> FromRequest<State> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &State) -> Result<Self, Failure> {
        let body = match HttpBody::is_end_stream(request.body()) {
            true => Value::Object(serde_json::Map::new()),
            false => Body::from_request(request, state).await?.0,
        };
        if !body.is_object() {
            return Err(Failure::Malformed("the body is not a JSON object".to_owned()));
        }
        if has_nul(&body) {
            return Err(nul());
        }
        serde_json::from_value(body).map(Self).map_err(|error| Failure::Malformed(error.to_string()))
    }
}

/// The innermost cause, which names the parameter: `limit: …`.
fn said(error: &QueryRejection) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let text = causes.last().map_or_else(|| error.body_text(), ToString::to_string);
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match text.split_once(": ").filter(|(name, _)| is_name(name)) {
        Some((name, what)) => format!("`{name}`: {what}"),
        None => text,
    }
}

/// No text that we keep has one, and PostgreSQL takes none.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.values().any(has_nul),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn nul() -> Failure {
    Failure::Malformed("text must not have a NUL character".to_owned())
}
