//! `/Users` and `/Groups` (RFC 7644 §3.3 to §3.6): the same handlers for both.

use super::answer::Call;
use crate::State;
use crate::body::Body;
use crate::failure::Failure;
use crate::segment::Segment;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use tenure_scim::filter::Limits;
use tenure_scim::query::ListQuery;
use tenure_store::query::Kind;

/// Which resources a handler is for.
pub(crate) trait Resources: 'static {
    const KIND: Kind;
}

/// `/Users`.
pub(crate) enum Users {}

/// `/Groups`.
pub(crate) enum Groups {}

impl Resources for Users {
    const KIND: Kind = Kind::Users;
}

impl Resources for Groups {
    const KIND: Kind = Kind::Groups;
}

/// The endpoints of one kind of resources.
pub(crate) fn routes<R: Resources>() -> Router<State> {
    Router::new()
        .route("/", get(list::<R>).post(create::<R>))
        .route("/.search", post(search::<R>))
        .route("/{id}", get(read::<R>).put(replace::<R>).patch(patch::<R>).delete(end::<R>))
}

async fn list<R: Resources>(call: Call) -> Result<Response, Failure> {
    let body = call.engine().list(&call.caller, R::KIND, &call.query).await?;
    Ok(call.document(body))
}

async fn search<R: Resources>(call: Call, Body(body): Body) -> Result<Response, Failure> {
    let query = ListQuery::from_search_request(&body, &Limits::default())?;
    Ok(call.document(call.engine().list(&call.caller, R::KIND, &query).await?))
}

async fn create<R: Resources>(call: Call, Body(body): Body) -> Result<Response, Failure> {
    let answer = call.engine().create(R::KIND, &call.caller, body, &call.query.projection).await?;
    Ok(call.created(answer))
}

async fn read<R: Resources>(call: Call, Segment(id): Segment) -> Result<Response, Failure> {
    let (conditions, projection) = (&call.conditions, &call.query.projection);
    let answer = call.engine().read(R::KIND, &call.caller, &id, conditions, projection).await?;
    Ok(call.resource(answer))
}

async fn replace<R: Resources>(
    call: Call,
    Segment(id): Segment,
    Body(body): Body,
) -> Result<Response, Failure> {
    let (conditions, projection) = (&call.conditions, &call.query.projection);
    let answer = call.engine().replace(R::KIND, &call.caller, &id, body, conditions, projection).await?;
    Ok(call.resource(answer))
}

async fn patch<R: Resources>(
    call: Call,
    Segment(id): Segment,
    Body(body): Body,
) -> Result<Response, Failure> {
    let (conditions, projection) = (&call.conditions, &call.query.projection);
    let answer = call.engine().patch(R::KIND, &call.caller, &id, body, conditions, projection).await?;
    Ok(call.patched(answer))
}

async fn end<R: Resources>(call: Call, Segment(id): Segment) -> Result<StatusCode, Failure> {
    call.engine().end(R::KIND, &call.caller, &id, &call.conditions).await?;
    Ok(StatusCode::NO_CONTENT)
}
