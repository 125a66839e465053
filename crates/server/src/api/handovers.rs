//! Hand-overs: what becomes of leavers' open work, having it done, and having it put back.

use super::Outcome;
use super::input::{Id, Query};
use super::page::{Limit, Page, broken, place};
use crate::auth::Admin;
use crate::{State, view};
use axum::extract;
use axum::http::StatusCode;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::Deserialize;
use tenure_identity::id::PersonId;
use tenure_store::handovers::{self, HandoverState, Leaving};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(preview))
        .routes(routes!(run))
        .routes(routes!(undo))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WantedHandovers {
    /// Where they stand; everywhere without it
    #[param(inline)]
    state: Option<HandoverWord>,
    /// At most so many
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    limit: Limit,
    /// `next` of the page before
    cursor: Option<String>,
}

/// Where a hand-over stands.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum HandoverWord {
    Planned,
    Running,
    Done,
    Refused,
    Cancelled,
    Undoing,
    Undone,
}

impl From<HandoverWord> for HandoverState {
    fn from(word: HandoverWord) -> Self {
        match word {
            HandoverWord::Planned => Self::Planned,
            HandoverWord::Running => Self::Running,
            HandoverWord::Done => Self::Done,
            HandoverWord::Refused => Self::Refused,
            HandoverWord::Cancelled => Self::Cancelled,
            HandoverWord::Undoing => Self::Undoing,
            HandoverWord::Undone => Self::Undone,
        }
    }
}

/// Every hand-over, in the order of people's ids, the latest leaving of each first.
#[utoipa::path(get, path = "/handovers", tag = "handovers", operation_id = "list_handovers",
    params(WantedHandovers), security(("token" = ["admin:read"])),
    responses((status = 200, description = "One page", body = Page<view::HandoverSummary>)))]
async fn list(
    extract::State(state): extract::State<State>,
    Query(wanted): Query<WantedHandovers>,
) -> Outcome<Json<Page<view::HandoverSummary>>> {
    let (limit, cursor) = (wanted.limit.0, place(wanted.cursor.as_deref())?);
    let after = cursor.as_deref().map(leaving).transpose()?;
    let found = state.0.engine.handovers(wanted.state.map(Into::into), after.as_ref(), limit + 1).await?;
    let place =
        |it: &handovers::Handover| format!("{}/{}", it.leaving.person, it.leaving.at.as_microsecond());
    Ok(Json(Page::of(found, limit, place, view::HandoverSummary::of)))
}

/// The leaving that a cursor stands for.
fn leaving(place: &str) -> Outcome<Leaving> {
    let parts = place.rsplit_once('/').and_then(|(person, at)| Some((person, at.parse().ok()?)));
    let (person, at) = parts.ok_or_else(broken)?;
    let at = Timestamp::from_microsecond(at).map_err(|_| broken())?;
    Ok(Leaving { person: PersonId::new(person), at })
}

/// The hand-overs of one person, with every row that they touch: that of the last leaving, and those of earlier ones.
#[utoipa::path(get, path = "/handovers/{id}", tag = "handovers", operation_id = "get_handover",
    params(("id" = String, Path, description = "The id of the person")),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "The hand-over", body = view::Handover)))]
async fn show(extract::State(state): extract::State<State>, Id(id): Id) -> Outcome<Json<view::Handover>> {
    Ok(Json(view::Handover::of(&state.0.engine.handovers_of(&PersonId::new(id)).await?)))
}

/// What would be handed over if the person had left now; nothing is written. It reads the target.
#[utoipa::path(get, path = "/handovers/{id}/preview", tag = "handovers", operation_id = "preview_handover",
    params(("id" = String, Path, description = "The id of the person, who may still be active")),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "The plan", body = view::HandoverPreview),
        (status = 502, description = "The target cannot be asked", body = crate::failure::Problem, content_type = "application/problem+json")))]
async fn preview(
    extract::State(state): extract::State<State>,
    Id(id): Id,
) -> Outcome<Json<view::HandoverPreview>> {
    Ok(Json(view::HandoverPreview::of(&state.0.engine.preview_handover(&PersonId::new(id)).await?)))
}

/// Has the work of somebody who has left handed over now, also if that was done before.
#[utoipa::path(post, path = "/handovers/{id}/run", tag = "handovers", operation_id = "run_handover",
    params(("id" = String, Path, description = "The id of the person")),
    security(("token" = ["admin:deliver"])),
    responses((status = 202, description = "It is due now", body = view::Handover),
        (status = 409, description = "They are still active, or the policy names nobody who takes over",
            body = crate::failure::Problem, content_type = "application/problem+json")))]
async fn run(
    extract::State(state): extract::State<State>,
    Extension(admin): Extension<Admin>,
    Id(id): Id,
) -> Outcome<(StatusCode, Json<view::Handover>)> {
    let (engine, id) = (&state.0.engine, PersonId::new(id));
    engine.ask_for_handover(&id, admin.name.as_str()).await?;
    Ok((StatusCode::ACCEPTED, Json(view::Handover::of(&engine.handovers_of(&id).await?))))
}

/// Has what was handed over at any leaving put back, as far as it is still as the hand-over left it. One that is under way
/// stops first.
#[utoipa::path(post, path = "/handovers/{id}/undo", tag = "handovers", operation_id = "undo_handover",
    params(("id" = String, Path, description = "The id of the person")),
    security(("token" = ["admin:deliver"])),
    responses((status = 202, description = "It is due now", body = view::Handover)))]
async fn undo(
    extract::State(state): extract::State<State>,
    Extension(admin): Extension<Admin>,
    Id(id): Id,
) -> Outcome<(StatusCode, Json<view::Handover>)> {
    let (engine, id) = (&state.0.engine, PersonId::new(id));
    engine.ask_for_undo(&id, admin.name.as_str()).await?;
    Ok((StatusCode::ACCEPTED, Json(view::Handover::of(&engine.handovers_of(&id).await?))))
}
