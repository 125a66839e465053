//! Everybody's events: a feed to follow along, and how many there are.

use super::Outcome;
use super::input::Query;
use super::page::{Limit, List};
use crate::failure::Failure;
use crate::{State, view};
use axum::Json;
use axum::extract;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use tenure_identity::event::EventKind;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(counts))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Events with greater numbers than this: `next` of the page before
    #[serde(default, deserialize_with = "number")]
    #[param(minimum = 0, default = 0)]
    after: u64,
    /// Only those of this kind
    kind: Option<String>,
    /// At most so many
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    limit: Limit,
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| D::Error::custom("it must be a whole number from 0 on"))
}

/// One page of the feed.
#[derive(Debug, Serialize, ToSchema)]
struct Feed {
    /// The events, in the order of their numbers.
    items: Vec<view::FeedEvent>,
    /// What to give as `after` next time; it moves on also where no event is of the wanted kind.
    next: i64,
    /// Whether there is more already; if not, ask again later.
    more: bool,
}

/// Everybody's events in the order of their numbers.
///
/// Who gives `next` as `after` misses nothing: an event whose number may still be filled in below it holds the feed back
/// for a moment.
#[utoipa::path(get, path = "/events", tag = "events", operation_id = "list_events", params(Wanted),
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "One page", body = Feed)))]
async fn list(
    extract::State(state): extract::State<State>,
    Query(wanted): Query<Wanted>,
) -> Outcome<Json<Feed>> {
    let (limit, kind) = (wanted.limit.0, wanted.kind.as_deref().map(kind).transpose()?);
    let after = i64::try_from(wanted.after).unwrap_or(i64::MAX);
    let page = state.0.engine.feed(after, kind, limit).await?;
    let items = page.events.iter().map(|(seq, event)| view::FeedEvent::of(*seq, event)).collect();
    Ok(Json(Feed { items, next: page.next, more: page.more }))
}

/// How many events of each kind there are.
#[utoipa::path(get, path = "/events/counts", tag = "events", operation_id = "count_events",
    security(("token" = ["admin:read"])),
    responses((status = 200, description = "The counts", body = List<view::EventCount>)))]
async fn counts(extract::State(state): extract::State<State>) -> Outcome<Json<List<view::EventCount>>> {
    let counts = state.0.engine.event_counts().await?;
    Ok(Json(List {
        items: counts.into_iter().map(|(kind, count)| view::EventCount::of(kind, count)).collect(),
    }))
}

fn kind(label: &str) -> Outcome<EventKind> {
    EventKind::from_label(label).ok_or_else(|| {
        let known = EventKind::ALL.map(|kind| format!("`{}`", kind.label())).join(", ");
        Failure::Malformed(format!("there is no kind `{label}`; there are {known}"))
    })
}
