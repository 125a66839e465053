//! Policies: the versions, checking and planning a document, applying it, bringing an earlier one back; and preview, which
//! says what a request would do under the policy in force.

use super::Outcome;
use super::input::{Id, Json as Input, Query};
use super::page::{Limit, Page, broken, place};
use crate::auth::Admin;
use crate::failure::{Failure, Problem};
use crate::{State, view};
use axum::extract;
use axum::{Extension, Json};
use serde::Deserialize;
use tenure_engine::policy::Author;
use tenure_engine::users::preview::Request;
use tenure_identity::id::SourceName;
use tenure_store::policies::StoredPolicy;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Longer reasons are no reasons.
const MAX_REASON: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, apply))
        .routes(routes!(show))
        .routes(routes!(check))
        .routes(routes!(plan))
        .routes(routes!(restore))
        .routes(routes!(preview))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// At most so many
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    limit: Limit,
    /// `next` of the page before
    cursor: Option<String>,
}

/// A policy document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PolicyDocument {
    /// The text of the document, in TOML.
    document: String,
}

/// A policy document to apply.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPolicy {
    /// The text of the document, in TOML.
    document: String,
    /// Why, for the history.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// Why an earlier version is brought back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Restoration {
    /// Why, for the history.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// A request as a source could send it, or a claim alone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewRequest {
    /// The source that would send it.
    source: String,
    /// A SCIM user, as for `POST /Users`. Instead of `request`.
    #[schema(value_type = Option<Object>)]
    claim: Option<serde_json::Value>,
    /// A SCIM request. Instead of `claim`.
    request: Option<RecordedRequest>,
}

/// A SCIM request about users.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordedRequest {
    /// `POST`, `PUT`, `PATCH` or `DELETE`.
    method: String,
    /// `/Users` or `/Users/{id}`, with or without what comes before it.
    path: String,
    /// The body.
    #[schema(value_type = Option<Object>)]
    body: Option<serde_json::Value>,
}

/// Versions of the policy from the newest on; the built-in one comes last.
#[utoipa::path(get, path = "/policies", tag = "policies", operation_id = "list_policies", params(Wanted),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "One page", body = Page<view::Policy>)))]
async fn list(
    extract::State(state): extract::State<State>,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<Page<view::Policy>>> {
    let limit = wanted.limit.0;
    let before = place(wanted.cursor.as_deref())?.map(|it| it.parse().map_err(|_| broken())).transpose()?;
    let history = state.0.engine.policy_history(before, limit + 1).await?;
    Ok(Json(Page::of(history, limit, |it: &StoredPolicy| it.version.to_string(), view::Policy::summary)))
}

/// One version with its document; `current` is the one in force.
#[utoipa::path(get, path = "/policies/{version}", tag = "policies", operation_id = "get_policy",
    params(("version" = String, Path, description = "The number of the version, or `current`")),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "The version", body = view::Policy)))]
async fn show(extract::State(state): extract::State<State>, Id(version): Id) -> Outcome<Json<view::Policy>> {
    let engine = &state.0.engine;
    let version = match version.as_str() {
        "current" => engine.policy().version,
        number => number_of(number)?,
    };
    Ok(Json(view::Policy::of(&engine.policy_version(version).await?)))
}

/// Checks a document. Nothing is changed.
#[utoipa::path(post, path = "/policies/check", tag = "policies", operation_id = "check_policy",
    request_body = PolicyDocument, security(("token" = ["admin:read"])),
    responses((status = 200, description = "What is wrong with it, if anything", body = view::PolicyCheck)))]
async fn check(
    extract::State(state): extract::State<State>,
    Input(wanted): Input<PolicyDocument>,
) -> Json<view::PolicyCheck> {
    Json(match state.0.engine.check_policy(&wanted.document) {
        Ok((_, warnings)) => view::PolicyCheck::of(&wanted.document, true, &warnings),
        Err(problems) => view::PolicyCheck::of(&wanted.document, false, &problems.0),
    })
}

/// What a document would change for everybody. Nothing is changed; it takes as long as reading all people does.
#[utoipa::path(post, path = "/policies/plan", tag = "policies", operation_id = "plan_policy",
    request_body = PolicyDocument, security(("token" = ["admin:read"])),
    responses((status = 200, description = "What would change", body = view::PolicyPlan)))]
async fn plan(
    extract::State(state): extract::State<State>,
    Input(wanted): Input<PolicyDocument>,
) -> Outcome<Json<view::PolicyPlan>> {
    let engine = &state.0.engine;
    let (policy, _) = engine.check_policy(&wanted.document).map_err(tenure_engine::EngineError::from)?;
    Ok(Json(view::PolicyPlan::of(&engine.plan_policy(policy, |_| ()).await?)))
}

/// Makes a document the policy in force, as a new version. Whoever it concerns is resolved anew in the background.
#[utoipa::path(post, path = "/policies", tag = "policies", operation_id = "apply_policy",
    request_body = NewPolicy, security(("token" = ["admin:policy"])),
    responses((status = 200, description = "The new version", body = view::Policy)))]
async fn apply(
    extract::State(state): extract::State<State>,
    Extension(admin): Extension<Admin>,
    Input(wanted): Input<NewPolicy>,
) -> Outcome<Json<view::Policy>> {
    let (name, reason) = (admin.name.to_string(), reason(wanted.reason.as_deref())?);
    let author = Author { name: &name, reason };
    Ok(Json(view::Policy::of(&state.0.engine.apply_policy(&wanted.document, author).await?)))
}

/// Brings back the document of an earlier version, as a new version.
#[utoipa::path(post, path = "/policies/{version}/restore", tag = "policies", operation_id = "restore_policy",
    params(("version" = String, Path, description = "The number of the version")),
    request_body = Restoration, security(("token" = ["admin:policy"])),
    responses((status = 200, description = "The new version", body = view::Policy)))]
async fn restore(
    extract::State(state): extract::State<State>,
    Extension(admin): Extension<Admin>,
    Id(version): Id,
    Input(wanted): Input<Restoration>,
) -> Outcome<Json<view::Policy>> {
    let (name, reason) = (admin.name.to_string(), reason(wanted.reason.as_deref())?);
    let author = Author { name: &name, reason };
    Ok(Json(view::Policy::of(&state.0.engine.restore_policy(number_of(&version)?, author).await?)))
}

/// What a claim or a request would do: the record, the decisions, whom it would be taken to be about, and what would be
/// written. Nothing is.
#[utoipa::path(post, path = "/preview", tag = "policies", operation_id = "preview",
    request_body = PreviewRequest, security(("token" = ["admin:read"])),
    responses((status = 200, description = "What would come of it", body = view::Preview),
        (status = 409, description = "It would be refused as it stands", body = Problem, content_type = "application/problem+json")))]
async fn preview(
    extract::State(state): extract::State<State>,
    Input(wanted): Input<PreviewRequest>,
) -> Outcome<Json<view::Preview>> {
    let engine = &state.0.engine;
    let source = SourceName::new(&wanted.source);
    if !engine.settings().sources.contains_key(&source) {
        return Err(Failure::Malformed(format!("`source`: the configuration has no source `{source}`")));
    }
    let request = match (wanted.claim, wanted.request) {
        (Some(claim), None) => Request::Create(claim),
        (None, Some(recorded)) => recorded.read()?,
        _ => return Err(Failure::Malformed("give `claim` or `request`, one of both".to_owned())),
    };
    Ok(Json(view::Preview::of(&engine.preview_user(&source, request).await?)))
}

impl RecordedRequest {
    fn read(self) -> Outcome<Request> {
        let path = self.path.split('?').next().unwrap_or_default().trim_end_matches('/');
        let place = path.rsplit_once("/Users").map(|(_, rest)| rest.trim_start_matches('/').to_owned());
        let id = place.ok_or_else(|| {
            Failure::Malformed("`path`: only requests about /Users are previewed".to_owned())
        })?;
        let body = || self.body.clone().ok_or_else(|| Failure::Malformed("missing field `body`".to_owned()));
        match (self.method.to_ascii_uppercase().as_str(), id.is_empty()) {
            ("POST", true) => Ok(Request::Create(body()?)),
            ("PUT", false) => Ok(Request::Replace(id, body()?)),
            ("PATCH", false) => Ok(Request::Patch(id, body()?)),
            ("DELETE", false) => Ok(Request::End(id)),
            (method, _) => {
                Err(Failure::Malformed(format!("`method`: `{method}` of this path changes no user")))
            }
        }
    }
}

fn number_of(version: &str) -> Outcome<i64> {
    let number = version.parse().ok().filter(|number| *number >= 0);
    number.ok_or_else(|| Failure::Malformed(format!("`{version}` is no version of the policy")))
}

fn reason(reason: Option<&str>) -> Outcome<Option<&str>> {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    match reason.is_some_and(|reason| reason.len() > MAX_REASON) {
        true => Err(Failure::Malformed(format!("`reason` is longer than {MAX_REASON} bytes"))),
        false => Ok(reason),
    }
}
