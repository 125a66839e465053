//! Cases: the questions that wait for a human, the answer, and taking it back.

use super::Outcome;
use super::input::{Id, Json as Input, Query};
use super::page::{Limit, Page, broken, place};
use crate::auth::Admin;
use crate::failure::{Failure, Problem};
use crate::{State, view};
use axum::extract;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::Deserialize;
use tenure_identity::case::{Case, Reviewer, Ruling};
use tenure_identity::id::{CaseId, PersonId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Longer notes are no notes.
const MAX_NOTE: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(decide))
        .routes(routes!(undo))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Decided ones too
    #[serde(default)]
    #[param(default = false)]
    all: bool,
    /// At most so many
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    limit: Limit,
    /// `next` of the page before
    cursor: Option<String>,
}

/// The answer to a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CaseDecision {
    /// What to do.
    ruling: RulingWord,
    /// Whom the claim is about (`link`), or whom to keep (`merge`); not with the others.
    person: Option<String>,
    /// Why, for the timeline.
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// `link`: the claim is about a person who is known. `create`: it is about somebody new, or those who look alike are not
/// one. `reject`: it is wrong, keep refusing it. `merge`: those who look alike are one; a proposal, nobody is merged by it.
/// `release`: everybody whom a mass change holds loses access now. `keep`: they stay active until their source says inactive
/// again; whom no source claims any more stays held, and the case open for them.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum RulingWord {
    Link,
    Create,
    Reject,
    Merge,
    Release,
    Keep,
}

/// Cases from the newest on.
#[utoipa::path(get, path = "/cases", tag = "cases", operation_id = "list_cases", params(Wanted),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "One page", body = Page<view::CaseSummary>)))]
async fn list(
    extract::State(state): extract::State<State>,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<Page<view::CaseSummary>>> {
    let (limit, after) = (wanted.limit.0, after(wanted.cursor.as_deref())?);
    let after = after.as_ref().map(|(opened, id)| (*opened, id));
    let cases = state.0.engine.cases(wanted.all, after, limit + 1).await?;
    let place = |case: &Case| format!("{} {}", case.opened.as_microsecond(), case.id);
    Ok(Json(Page::of(cases, limit, place, view::CaseSummary::of)))
}

/// One case with its candidates side by side.
#[utoipa::path(get, path = "/cases/{id}", tag = "cases", operation_id = "get_case",
    params(("id" = String, Path, description = "The id of the case")),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "The case", body = view::Case)))]
async fn show(extract::State(state): extract::State<State>, Id(id): Id) -> Outcome<Json<view::Case>> {
    Ok(Json(view::Case::of(&state.0.engine.question(&id).await?)))
}

/// Decides a case. The source's next try at the claim follows the answer.
#[utoipa::path(post, path = "/cases/{id}/decide", tag = "cases", operation_id = "decide_case",
    params(("id" = String, Path, description = "The id of the case")),
    request_body = CaseDecision, security(("token" = ["admin:review"])),
    responses((status = 200, description = "The case as it is now", body = view::Case),
        (status = 409, description = "It has been decided already", body = Problem, content_type = "application/problem+json")))]
async fn decide(
    extract::State(state): extract::State<State>,
    Extension(admin): Extension<Admin>,
    Id(id): Id,
    Input(decision): Input<CaseDecision>,
) -> Outcome<Json<view::Case>> {
    let (ruling, note) = (ruling(&decision)?, note(decision.note.as_deref())?);
    let engine = &state.0.engine;
    engine.decide_case(&id, &ruling, note, &reviewer(admin)).await?;
    Ok(Json(view::Case::of(&engine.question(&id).await?)))
}

/// Takes a decision back, as long as no claim has gone through by it. The case is open again.
#[utoipa::path(post, path = "/cases/{id}/undo", tag = "cases", operation_id = "undo_case",
    params(("id" = String, Path, description = "The id of the case")),
    security(("token" = ["admin:review"])),
    responses((status = 200, description = "The case as it is now", body = view::Case),
        (status = 409, description = "It is open, or the decision has been used; `help` says what to do instead", body = Problem, content_type = "application/problem+json")))]
async fn undo(
    extract::State(state): extract::State<State>,
    Extension(admin): Extension<Admin>,
    Id(id): Id,
) -> Outcome<Json<view::Case>> {
    let engine = &state.0.engine;
    engine.undo_case(&id, &reviewer(admin)).await?;
    Ok(Json(view::Case::of(&engine.question(&id).await?)))
}

fn reviewer(admin: Admin) -> Reviewer {
    Reviewer { name: admin.name.to_string(), request: admin.request }
}

fn ruling(decision: &CaseDecision) -> Outcome<Ruling> {
    let person = decision.person.as_deref().map(PersonId::new);
    match (decision.ruling, person) {
        (RulingWord::Link, Some(person)) => Ok(Ruling::Link(person)),
        (RulingWord::Merge, Some(person)) => Ok(Ruling::Merge(person)),
        (RulingWord::Create, None) => Ok(Ruling::Create),
        (RulingWord::Reject, None) => Ok(Ruling::Reject),
        (RulingWord::Release, None) => Ok(Ruling::Release),
        (RulingWord::Keep, None) => Ok(Ruling::Keep),
        (RulingWord::Link | RulingWord::Merge, None) => {
            Err(Failure::Malformed("missing field `person`: `link` and `merge` name one".to_owned()))
        }
        (_, Some(_)) => Err(Failure::Malformed("`person` goes with `link` and `merge` only".to_owned())),
    }
}

fn note(note: Option<&str>) -> Outcome<Option<&str>> {
    let note = note.map(str::trim).filter(|note| !note.is_empty());
    match note.is_some_and(|note| note.len() > MAX_NOTE) {
        true => Err(Failure::Malformed(format!("`note` is longer than {MAX_NOTE} bytes"))),
        false => Ok(note),
    }
}

/// Where a page begins: the time and id of the last case before it.
fn after(cursor: Option<&str>) -> Outcome<Option<(Timestamp, CaseId)>> {
    let Some(place) = place(cursor)? else { return Ok(None) };
    let (micros, id) = place.split_once(' ').ok_or_else(broken)?;
    let micros = micros.parse().map_err(|_| broken())?;
    let opened = Timestamp::from_microsecond(micros).map_err(|_| broken())?;
    Ok(Some((opened, CaseId::new(id))))
}
