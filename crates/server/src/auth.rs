//! Who asks: the bearer token of a SCIM request, the source it is bound to, and what it may do. Nothing under /scim/v2
//! is answered without one.

use crate::State;
use crate::access::RequestId;
use crate::failure::Failure;
use axum::extract::{self, Request};
use axum::http::HeaderMap;
use axum::http::Method;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Instant;
use tenure_engine::Caller;
use tenure_engine::token::{Grant, Scope};
use tenure_identity::event::Actor;

/// Longer ones are not ours.
const MAX_TOKEN: usize = 512;

/// Lets through who has a token for this, with the caller as an extension of the request.
pub(crate) async fn authenticate(
    extract::State(state): extract::State<State>,
    mut request: Request,
    next: Next,
) -> Response {
    match admit(&state, Asked::new(&request)).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller.clone());
            let mut response = next.run(request).await;
            response.extensions_mut().insert(caller);
            response
        }
        Err(failure) => failure.into_response(),
    }
}

/// What a request says about who asks for what.
struct Asked {
    secret: Result<String, Failure>,
    needed: Scope,
    request_id: Option<String>,
}

impl Asked {
    fn new(request: &Request) -> Self {
        Self {
            secret: bearer(request.headers()).map(str::to_owned),
            needed: needed_scope(request.method(), request.uri().path()),
            request_id: request.extensions().get::<RequestId>().map(|id| id.0.clone()),
        }
    }
}

async fn admit(state: &State, asked: Asked) -> Result<Caller, Failure> {
    let grant = state.0.engine.authenticate(&asked.secret?).await?;
    let Grant { id, source, scopes } = grant.ok_or(Failure::Unauthorized { given: true })?;
    state.0.limiter.take(&id, Instant::now()).map_err(|seconds| Failure::TooManyRequests { seconds })?;
    if !scopes.contains(&asked.needed) {
        return Err(Failure::Forbidden { scope: asked.needed.name() });
    }
    Ok(Caller { actor: Actor { source, writer: id, request: asked.request_id } })
}

fn bearer(headers: &HeaderMap) -> Result<&str, Failure> {
    let header = headers.get(AUTHORIZATION).ok_or(Failure::Unauthorized { given: false })?;
    let text = header.to_str().map_err(|_| Failure::Unauthorized { given: true })?;
    let (scheme, secret) = text.split_once(' ').ok_or(Failure::Unauthorized { given: false })?;
    let secret = secret.trim();
    let plausible = scheme.eq_ignore_ascii_case("bearer") && !secret.is_empty() && secret.len() <= MAX_TOKEN;
    if plausible { Ok(secret) } else { Err(Failure::Unauthorized { given: true }) }
}

/// A search is a POST that reads.
fn needed_scope(method: &Method, path: &str) -> Scope {
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || path.ends_with("/.search") { Scope::Read } else { Scope::Write }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searching_is_reading() {
        assert_eq!(needed_scope(&Method::POST, "/Users/.search"), Scope::Read);
        assert_eq!(needed_scope(&Method::POST, "/Users"), Scope::Write);
        assert_eq!(needed_scope(&Method::HEAD, "/Users"), Scope::Read);
        assert_eq!(needed_scope(&Method::DELETE, "/Users/1"), Scope::Write);
    }
}
