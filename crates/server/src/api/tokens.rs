//! Tokens: of sources and of administrators. A secret is in one answer, once.

use super::Outcome;
use super::input::{Id, Json as Input};
use super::page::List;
use crate::failure::Failure;
use crate::{State, view};
use axum::Json;
use axum::extract;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde::Deserialize;
use tenure_engine::Engine;
use tenure_engine::token::{AdminScope, NewToken, Scope};
use tenure_identity::id::{AdminName, SourceName};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How long the old token works beside the new one when nobody says.
const OVERLAP: u32 = 24 * 3_600;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(rotate)).routes(routes!(revoke))
}

/// A token to make: of a source, or of an administrator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    /// The source that it speaks for, as the configuration names it.
    source: Option<String>,
    /// The administrator whose it is: the name that timelines show.
    #[schema(max_length = 100)]
    admin: Option<String>,
    /// What it may do; whoever has `admin:tokens` can give any of them. Without it `scim:read` and `scim:write` for a source, `admin:read` for an administrator.
    #[schema(examples(json!(["admin:read", "admin:review"])))]
    scopes: Option<Vec<String>>,
    /// For how many seconds it works; without it, until it is revoked.
    #[schema(minimum = 1)]
    expires_in: Option<u32>,
}

/// How a token is replaced.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenRotation {
    /// For how many seconds the old one works beside the new one.
    #[schema(default = 86400)]
    overlap: Option<u32>,
    /// For how many seconds the new one works; without it, for as long as the old one was to work from its making on.
    #[schema(minimum = 1)]
    expires_in: Option<u32>,
}

/// Every token without its secret, oldest first.
#[utoipa::path(get, path = "/tokens", tag = "tokens", operation_id = "list_tokens",
    security(("token" = ["admin:tokens"])),
    responses((status = 200, description = "The tokens", body = List<view::Token>)))]
async fn list(extract::State(state): extract::State<State>) -> Outcome<Json<List<view::Token>>> {
    let engine = &state.0.engine;
    let (tokens, now) = (engine.tokens().await?, engine.clock().now());
    Ok(Json(List { items: tokens.iter().map(|token| view::Token::of(token, now)).collect() }))
}

/// Makes a token. The secret is in the answer and nowhere else.
#[utoipa::path(post, path = "/tokens", tag = "tokens", operation_id = "create_token",
    request_body = TokenRequest, security(("token" = ["admin:tokens"])),
    responses((status = 201, description = "The token with its secret", body = view::NewToken)))]
async fn create(
    extract::State(state): extract::State<State>,
    Input(wanted): Input<TokenRequest>,
) -> Outcome<Response> {
    let (engine, lifetime) = (&state.0.engine, lifetime(wanted.expires_in)?);
    let scopes = wanted.scopes.as_deref();
    let token = match (wanted.source, wanted.admin) {
        (Some(source), None) => {
            let source = known_source(engine, &source)?;
            let scopes = parse(scopes, Scope::by_name, &Scope::ALL, "a source")?;
            engine.create_token(&source, &scopes, lifetime).await?
        }
        (None, Some(name)) => {
            let name = admin_name(&name)?;
            let scopes = parse(scopes, AdminScope::by_name, &[AdminScope::Read], "an administrator")?;
            engine.create_admin_token(&name, &scopes, lifetime).await?
        }
        _ => return Err(Failure::Malformed("either `source` or `admin` is needed, and not both".to_owned())),
    };
    Ok(secret(token))
}

/// Makes a token like this one, and lets this one expire. One that has expired or is revoked is not replaced.
#[utoipa::path(post, path = "/tokens/{id}/rotate", tag = "tokens", operation_id = "rotate_token",
    params(("id" = String, Path, description = "The id of the old token")),
    request_body = Option<TokenRotation>, security(("token" = ["admin:tokens"])),
    responses((status = 201, description = "The new token with its secret", body = view::NewToken)))]
async fn rotate(
    extract::State(state): extract::State<State>,
    Id(id): Id,
    Input(rotation): Input<TokenRotation>,
) -> Outcome<Response> {
    let lifetime = lifetime(rotation.expires_in)?;
    let overlap = SignedDuration::from_secs(rotation.overlap.unwrap_or(OVERLAP).into());
    Ok(secret(state.0.engine.rotate_token(&id, lifetime, overlap).await?))
}

/// Stops a token from working, within two seconds on every node.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "tokens", operation_id = "revoke_token",
    params(("id" = String, Path, description = "The id of the token")),
    security(("token" = ["admin:tokens"])),
    responses((status = 204, description = "It is revoked")))]
async fn revoke(extract::State(state): extract::State<State>, Id(id): Id) -> Outcome<StatusCode> {
    state.0.engine.revoke_token(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Nobody on the way may keep it.
fn secret(token: NewToken) -> Response {
    (StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(view::NewToken::of(token))).into_response()
}

fn known_source(engine: &Engine, name: &str) -> Outcome<SourceName> {
    let source = SourceName::new(name);
    let known = &engine.settings().sources;
    if known.contains_key(&source) {
        return Ok(source);
    }
    let names: Vec<_> = known.keys().map(ToString::to_string).collect();
    Err(Failure::Malformed(format!("there is no source `{name}`; there is: {}", names.join(", "))))
}

fn admin_name(name: &str) -> Outcome<AdminName> {
    AdminName::parse(name).map_err(|error| Failure::Malformed(error.to_string()))
}

fn parse<S: Clone>(
    names: Option<&[String]>,
    by_name: impl Fn(&str) -> Option<S>,
    usual: &[S],
    holder: &str,
) -> Outcome<Vec<S>> {
    let Some(names) = names else { return Ok(usual.to_vec()) };
    if names.is_empty() {
        return Err(Failure::Malformed("`scopes` is empty; such a token could do nothing".to_owned()));
    }
    let scope = |name: &String| {
        let unknown = || Failure::Malformed(format!("`{name}` is not a scope of {holder}'s token"));
        by_name(name).ok_or_else(unknown)
    };
    names.iter().map(scope).collect()
}

fn lifetime(seconds: Option<u32>) -> Outcome<Option<SignedDuration>> {
    match seconds {
        Some(0) => Err(Failure::Malformed("`expires_in` must be at least 1".to_owned())),
        seconds => Ok(seconds.map(|seconds| SignedDuration::from_secs(seconds.into()))),
    }
}
