//! Deliveries: what the target has, what it refuses, and having it tried again.

use super::Outcome;
use super::input::{Id, Json as Input, Query};
use super::page::{Limit, Page, place};
use crate::auth::Admin;
use crate::failure::Failure;
use crate::{State, view};
use axum::extract;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use tenure_engine::{Engine, EngineError};
use tenure_store::deliveries::{self, State as Stands};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, retry_all))
        .routes(routes!(totals))
        .routes(routes!(show))
        .routes(routes!(retry))
        .routes(routes!(link))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WantedDeliveries {
    /// Where they stand
    #[serde(default)]
    #[param(default = "refused")]
    state: StateWord,
    /// At most so many
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    limit: Limit,
    /// `next` of the page before
    cursor: Option<String>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum StateWord {
    Waiting,
    Delivered,
    Partly,
    Retrying,
    #[default]
    Refused,
}

/// Whom to try again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeliveryRetry {
    /// Everybody who stands so.
    state: StateWord,
}

/// Which record is whose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeliveryLink {
    /// The `sys_id` of the record in the target.
    #[schema(min_length = 1, max_length = 32)]
    sys_id: String,
}

impl From<StateWord> for Stands {
    fn from(word: StateWord) -> Self {
        match word {
            StateWord::Waiting => Self::Waiting,
            StateWord::Delivered => Self::Delivered,
            StateWord::Partly => Self::Partly,
            StateWord::Retrying => Self::Retrying,
            StateWord::Refused => Self::Refused,
        }
    }
}

/// A delivery, and what people call whom it is of.
type Named = (deliveries::Delivery, Option<String>);

async fn one(engine: &Engine, id: &str) -> Result<view::Delivery, EngineError> {
    let delivery = engine.known_delivery(id).await?;
    Ok(view::Delivery::of(&delivery, engine.name_of(&delivery.subject).await?))
}

/// Deliveries that stand so, in the order of their ids.
#[utoipa::path(get, path = "/deliveries", tag = "deliveries", operation_id = "list_deliveries",
    params(WantedDeliveries), security(("token" = ["admin:read"])),
    responses((status = 200, description = "One page", body = Page<view::Delivery>)))]
async fn list(
    extract::State(state): extract::State<State>,
    Query(wanted): Query<WantedDeliveries>,
) -> Outcome<Json<Page<view::Delivery>>> {
    let (limit, after) = (wanted.limit.0, place(wanted.cursor.as_deref())?.unwrap_or_default());
    let found = state.0.engine.deliveries(wanted.state.into(), &after, limit + 1).await?;
    let mut named = Vec::with_capacity(found.len());
    for delivery in found {
        let name = state.0.engine.name_of(&delivery.subject).await?;
        named.push((delivery, name));
    }
    let place = |(delivery, _): &Named| delivery.subject.as_str().to_owned();
    let shown = |(delivery, name): &Named| view::Delivery::of(delivery, name.clone());
    Ok(Json(Page::of(named, limit, place, shown)))
}

/// How many deliveries stand where, and how hard the target is pressed.
#[utoipa::path(get, path = "/deliveries/summary", tag = "deliveries", operation_id = "summarize_deliveries",
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "The counts", body = view::DeliverySummary)))]
async fn totals(extract::State(state): extract::State<State>) -> Outcome<Json<view::DeliverySummary>> {
    Ok(Json(view::DeliverySummary::of(&state.0.engine.delivery_totals().await?)))
}

/// Where the delivery of one person or group stands.
#[utoipa::path(get, path = "/deliveries/{id}", tag = "deliveries", operation_id = "get_delivery",
    params(("id" = String, Path, description = "The id of the person or group")),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "The delivery", body = view::Delivery)))]
async fn show(extract::State(state): extract::State<State>, Id(id): Id) -> Outcome<Json<view::Delivery>> {
    Ok(Json(one(&state.0.engine, &id).await?))
}

/// Has one tried again now, with whatever the target did not take before.
#[utoipa::path(post, path = "/deliveries/{id}/retry", tag = "deliveries", operation_id = "retry_delivery",
    params(("id" = String, Path, description = "The id of the person or group")),
    security(("token" = ["admin:deliver"])),
    responses((status = 202, description = "It is due now", body = view::Delivery)))]
async fn retry(
    extract::State(state): extract::State<State>,
    Id(id): Id,
) -> Outcome<(StatusCode, Json<view::Delivery>)> {
    let engine = &state.0.engine;
    engine.retry_delivery(&id).await?;
    Ok((StatusCode::ACCEPTED, Json(one(engine, &id).await?)))
}

/// Has everybody who stands so tried again now.
#[utoipa::path(post, path = "/deliveries", tag = "deliveries", operation_id = "retry_deliveries",
    request_body = DeliveryRetry, security(("token" = ["admin:deliver"])),
    responses((status = 202, description = "They are due now", body = view::DeliverySummary)))]
async fn retry_all(
    extract::State(state): extract::State<State>,
    Input(retry): Input<DeliveryRetry>,
) -> Outcome<(StatusCode, Json<view::DeliverySummary>)> {
    let engine = &state.0.engine;
    engine.retry_deliveries(retry.state.into()).await?;
    Ok((StatusCode::ACCEPTED, Json(view::DeliverySummary::of(&engine.delivery_totals().await?))))
}

/// Says which record of the target is somebody's, where that cannot be told.
#[utoipa::path(post, path = "/deliveries/{id}/link", tag = "deliveries", operation_id = "link_record",
    params(("id" = String, Path, description = "The id of the person or group")),
    request_body = DeliveryLink, security(("token" = ["admin:deliver"])),
    responses((status = 202, description = "It is their record and due to be brought up to date", body = view::Delivery),
        (status = 409, description = "It is somebody else's, or the target has no such record", body = crate::failure::Problem, content_type = "application/problem+json")))]
async fn link(
    extract::State(state): extract::State<State>,
    Extension(admin): Extension<Admin>,
    Id(id): Id,
    Input(link): Input<DeliveryLink>,
) -> Outcome<(StatusCode, Json<view::Delivery>)> {
    let engine = &state.0.engine;
    let record = link.sys_id.trim();
    if record.is_empty() || record.len() > 32 {
        return Err(Failure::Malformed("`sys_id` has 1 to 32 characters".to_owned()));
    }
    engine.link_record(&id, record, admin.name.as_str()).await?;
    Ok((StatusCode::ACCEPTED, Json(one(engine, &id).await?)))
}
