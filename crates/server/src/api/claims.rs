//! Claims: what one source says, about whomever.

use super::Outcome;
use super::input::Query;
use super::page::{Limit, Page, number};
use crate::{State, view};
use axum::Json;
use axum::extract;
use serde::Deserialize;
use tenure_identity::id::SourceName;
use tenure_store::read::directory::{ClaimOf, Placed};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// The source that says it
    source: String,
    /// The one claim with this external id, live or ended
    external_id: Option<String>,
    /// At most so many
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    limit: Limit,
    /// `next` of the page before
    cursor: Option<String>,
}

/// The live claims of a source in order of age, or the claim with an external id.
#[utoipa::path(get, path = "/claims", tag = "claims", operation_id = "list_claims", params(Wanted),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "One page", body = Page<view::Claim>)))]
async fn list(
    extract::State(state): extract::State<State>,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<Page<view::Claim>>> {
    let (engine, source) = (&state.0.engine, SourceName::new(wanted.source));
    let (limit, after) = (wanted.limit.0, number(wanted.cursor.as_deref())?);
    if let Some(external_id) = &wanted.external_id {
        let claim = engine.claim_named(&source, external_id).await?;
        return Ok(Json(Page { items: claim.iter().map(show).collect(), next: None }));
    }
    let claims = engine.claims_after(&source, after, limit + 1).await?;
    let place = |placed: &Placed<ClaimOf>| placed.seq.to_string();
    Ok(Json(Page::of(claims, limit, place, |placed| show(&placed.value))))
}

fn show(claim: &ClaimOf) -> view::Claim {
    view::Claim::of(&claim.person, &claim.claim)
}
