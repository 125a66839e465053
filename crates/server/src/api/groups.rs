//! Groups: whoever owns them, who is in them, and their timeline.

use super::Outcome;
use super::input::{Id, Query};
use super::page::{Limit, List, Newest, Page, number, place};
use crate::{State, view};
use axum::Json;
use axum::extract;
use serde::Deserialize;
use tenure_identity::group::Group;
use tenure_identity::id::{GroupId, SourceName};
use tenure_store::read::directory::Placed;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(members))
        .routes(routes!(events))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only those that this source owns
    source: Option<String>,
    /// Ended ones too
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

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Part {
    /// At most so many
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    limit: Limit,
    /// `next` of the page before
    cursor: Option<String>,
}

/// Groups in order of age.
#[utoipa::path(get, path = "/groups", tag = "groups", operation_id = "list_groups", params(Wanted),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "One page", body = Page<view::GroupSummary>)))]
async fn list(
    extract::State(state): extract::State<State>,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<Page<view::GroupSummary>>> {
    let (limit, after) = (wanted.limit.0, number(wanted.cursor.as_deref())?);
    let source = wanted.source.map(SourceName::new);
    let groups = state.0.engine.groups_after(source.as_ref(), wanted.all, after, limit + 1).await?;
    let place = |placed: &Placed<Group>| placed.seq.to_string();
    Ok(Json(Page::of(groups, limit, place, |placed| view::GroupSummary::of(&placed.value))))
}

/// One group, live or ended.
#[utoipa::path(get, path = "/groups/{id}", tag = "groups", operation_id = "get_group",
    params(("id" = String, Path, description = "The id of the group")),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "The group", body = view::Group)))]
async fn show(extract::State(state): extract::State<State>, Id(id): Id) -> Outcome<Json<view::Group>> {
    Ok(Json(view::Group::of(&state.0.engine.any_group(&GroupId::new(id)).await?)))
}

/// Who is in a group, in the order of their ids.
#[utoipa::path(get, path = "/groups/{id}/members", tag = "groups", operation_id = "list_members_of_group",
    params(("id" = String, Path, description = "The id of the group"), Part),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "One page", body = Page<view::Member>)))]
async fn members(
    extract::State(state): extract::State<State>,
    Id(id): Id,
    Query(part): Query<Part>,
) -> Outcome<Json<Page<view::Member>>> {
    let (limit, after) = (part.limit.0, place(part.cursor.as_deref())?.unwrap_or_default());
    let members = state.0.engine.members_after(&GroupId::new(id), &after, limit + 1).await?;
    Ok(Json(Page::of(members, limit, |member| member.value.clone(), view::Member::of)))
}

/// The timeline of one group: the newest events, oldest first.
#[utoipa::path(get, path = "/groups/{id}/events", tag = "groups", operation_id = "list_events_of_group",
    params(("id" = String, Path, description = "The id of the group"), Newest),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "The events", body = List<view::Event>)))]
async fn events(
    extract::State(state): extract::State<State>,
    Id(id): Id,
    Query(newest): Query<Newest>,
) -> Outcome<Json<List<view::Event>>> {
    let events = state.0.engine.group_events(&GroupId::new(id), newest.limit.0).await?;
    Ok(Json(List { items: events.iter().map(view::Event::of).collect() }))
}
