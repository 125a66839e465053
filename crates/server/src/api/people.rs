//! People: found by whatever name they have, shown with record, claims and links, and their timeline.

use super::Outcome;
use super::input::{Id, Query};
use super::page::{Limit, List, Newest, Page, place};
use crate::failure::Problem;
use crate::{State, view};
use axum::Json;
use axum::extract;
use serde::Deserialize;
use tenure_identity::id::PersonId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(claims))
        .routes(routes!(events))
        .routes(routes!(explain))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Whoever is known by this: id, external id, user name, employee number or e-mail address; at most 50 people
    query: Option<String>,
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
struct Explained {
    /// Only what is said of this field of the record, e.g. `department`
    field: Option<String>,
    /// At most so many of the newest events
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    limit: Limit,
}

/// Everybody in the order of their ids, or whoever is known by a name.
#[utoipa::path(get, path = "/people", tag = "people", operation_id = "list_people", params(Wanted),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "One page", body = Page<view::PersonSummary>)))]
async fn list(
    extract::State(state): extract::State<State>,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<Page<view::PersonSummary>>> {
    let (engine, limit) = (&state.0.engine, wanted.limit.0);
    let after = place(wanted.cursor.as_deref())?.unwrap_or_default();
    let people = match &wanted.query {
        Some(who) => {
            let found = engine.people_named(who).await?;
            found.into_iter().filter(|person| person.id.as_str() > after.as_str()).collect()
        }
        None => engine.people_after(&after, limit + 1).await?,
    };
    Ok(Json(Page::of(people, limit, |person| person.id.to_string(), view::PersonSummary::of)))
}

/// One person: record, claims, links and former links.
#[utoipa::path(get, path = "/people/{id}", tag = "people", operation_id = "get_person",
    params(("id" = String, Path, description = "The id of the person")),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "The person", body = view::Person)))]
async fn show(extract::State(state): extract::State<State>, Id(id): Id) -> Outcome<Json<view::Person>> {
    let (engine, id) = (&state.0.engine, PersonId::new(id));
    let person = engine.person(&id).await?;
    Ok(Json(view::Person::of(&person, &engine.former_links(&id).await?)))
}

/// What each source says of one person, ended claims included.
#[utoipa::path(get, path = "/people/{id}/claims", tag = "people", operation_id = "list_claims_of_person",
    params(("id" = String, Path, description = "The id of the person")),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "The claims", body = List<view::Claim>)))]
async fn claims(
    extract::State(state): extract::State<State>,
    Id(id): Id,
) -> Outcome<Json<List<view::Claim>>> {
    let person = state.0.engine.person(&PersonId::new(id)).await?;
    let items = person.claims.iter().map(|claim| view::Claim::of(&person.id, claim)).collect();
    Ok(Json(List { items }))
}

/// The timeline of one person: the newest events, oldest first.
#[utoipa::path(get, path = "/people/{id}/events", tag = "people", operation_id = "list_events_of_person",
    params(("id" = String, Path, description = "The id of the person"), Newest),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "The events", body = List<view::Event>)))]
async fn events(
    extract::State(state): extract::State<State>,
    Id(id): Id,
    Query(newest): Query<Newest>,
) -> Outcome<Json<List<view::Event>>> {
    let events = state.0.engine.person_events(&PersonId::new(id), newest.limit.0).await?;
    Ok(Json(List { items: events.iter().map(view::Event::of).collect() }))
}

/// One person, explained: each field with the source and the expression that it came from, who was skipped and why, and
/// the newest events.
#[utoipa::path(get, path = "/people/{id}/explain", tag = "people", operation_id = "explain_person",
    params(("id" = String, Path, description = "The id of the person"), Explained),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "The person with the reasons", body = view::Explanation),
        (status = 404, description = "There is no such person, or nobody has said anything of the field",
            body = Problem, content_type = "application/problem+json")))]
async fn explain(
    extract::State(state): extract::State<State>,
    Id(id): Id,
    Query(wanted): Query<Explained>,
) -> Outcome<Json<view::Explanation>> {
    let explanation = state.0.engine.explain(&PersonId::new(id), wanted.limit.0).await?;
    let field = wanted.field.as_deref();
    let explanation = match field {
        Some(field) => explanation.about(field)?,
        None => explanation,
    };
    Ok(Json(view::Explanation::of(&explanation, field)))
}
