//! Who asks: the bearer token, whom it speaks for, and what it may do. A source's token opens /scim/v2 and nothing else,
//! an administrator's opens /api/v1 and nothing else.

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
use tenure_engine::token::{AdminScope, Grant, Grantee, Scope};
use tenure_identity::event::Actor;
use tenure_identity::id::AdminName;

/// Longer ones are not ours.
const MAX_TOKEN: usize = 512;

/// Who asks over the admin API.
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    /// The name that timelines show.
    pub(crate) name: AdminName,
    /// The token.
    pub(crate) token: String,
    /// The request, which the access log has too.
    pub(crate) request: Option<String>,
}

/// Lets through who has a source's token for this, with the caller as an extension of the request.
pub(crate) async fn authenticate(
    extract::State(state): extract::State<State>,
    mut request: Request,
    next: Next,
) -> Response {
    let needed = needed_scope(request.method(), request.uri().path());
    match admit_source(&state, Asked::new(&request), needed).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller.clone());
            let mut response = next.run(request).await;
            response.extensions_mut().insert(caller);
            response
        }
        Err(failure) => failure.into_response(),
    }
}

/// What a request says about who asks.
pub(crate) struct Asked {
    secret: Result<String, Failure>,
    request_id: Option<String>,
}

impl Asked {
    pub(crate) fn new(request: &Request) -> Self {
        Self {
            secret: bearer(request.headers()).map(str::to_owned),
            request_id: request.extensions().get::<RequestId>().map(|id| id.0.clone()),
        }
    }
}

async fn admit_source(state: &State, asked: Asked, needed: Scope) -> Result<Caller, Failure> {
    let Grant { id, to } = grant(state, &asked.secret?).await?;
    let Grantee::Source(source, scopes) = to else {
        let cure = "make one with `tenure token create --source NAME`";
        return Err(Failure::OtherDoor { needed: "a source's token", cure });
    };
    if !scopes.contains(&needed) {
        return Err(Failure::Forbidden { scope: needed.name() });
    }
    Ok(Caller { actor: Actor { source, writer: id, request: asked.request_id } })
}

/// Who has an administrator's token, and what it may do.
pub(crate) async fn admit_admin(state: &State, asked: Asked) -> Result<(Admin, Vec<AdminScope>), Failure> {
    let Grant { id, to } = grant(state, &asked.secret?).await?;
    let Grantee::Admin(name, scopes) = to else {
        let cure = "make one with `tenure token create --admin NAME`";
        return Err(Failure::OtherDoor { needed: "an administrator's token", cure });
    };
    Ok((Admin { name, token: id, request: asked.request_id }, scopes))
}

/// What the token grants, unless it has asked too much.
async fn grant(state: &State, secret: &str) -> Result<Grant, Failure> {
    let grant = state.0.engine.authenticate(secret).await?;
    let grant = grant.ok_or(Failure::Unauthorized { given: true })?;
    let taken = state.0.limiter.take(&grant.id, Instant::now());
    taken.map_err(|seconds| Failure::TooManyRequests { seconds })?;
    Ok(grant)
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
