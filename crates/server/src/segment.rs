//! The variable part of a path: an id, or the name of a schema or resource type.

use crate::State;
use crate::failure::Failure;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

/// The part, decoded. What is not percent-encoded UTF-8 is refused.
#[derive(Debug)]
pub(crate) struct Segment(pub(crate) String);

impl FromRequestParts<State> for Segment {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(text)| Self(text)).map_err(|_| Failure::PathBroken)
    }
}
