//! Request bodies: read within bounds, then parsed within bounds. Nothing is decided on a body that is not well-formed.

use crate::State;
use crate::failure::Failure;
use crate::media::check_content_type;
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use serde_json::Value;
use std::error::Error;
use tenure_scim::json::{Limits, parse};

/// The JSON body of a request.
#[derive(Debug)]
pub(crate) struct Body(pub(crate) Value);

impl FromRequest<State> for Body {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &State) -> Result<Self, Failure> {
        check_content_type(request.headers())?;
        let limit = state.0.settings.max_body;
        let bytes = to_bytes(request.into_body(), limit).await.map_err(|error| broken(&error, limit))?;
        Ok(Self(parse(&bytes, &Limits::default())?))
    }
}

fn broken(error: &axum::Error, limit: usize) -> Failure {
    // axum reports its own limit as an error whose source says "length limit exceeded".
    let too_large = error.source().is_some_and(|source| source.to_string().contains("length limit"));
    if too_large { Failure::BodyTooLarge { limit } } else { Failure::BodyBroken }
}
