//! `/Groups` (RFC 7644 §3.3 to §3.6).

use super::answer::Call;
use super::body::Body;
use super::segment::Segment;
use crate::failure::Failure;
use axum::http::StatusCode;
use axum::response::Response;
use tenure_scim::filter::Limits;
use tenure_scim::query::ListQuery;
use tenure_store::query::Kind;

pub(crate) async fn list(call: Call) -> Result<Response, Failure> {
    let body = call.engine().list(&call.caller, Kind::Groups, &call.query).await?;
    Ok(call.document(body))
}

pub(crate) async fn search(call: Call, Body(body): Body) -> Result<Response, Failure> {
    let query = ListQuery::from_search_request(&body, &Limits::default())?;
    Ok(call.document(call.engine().list(&call.caller, Kind::Groups, &query).await?))
}

pub(crate) async fn create(call: Call, Body(body): Body) -> Result<Response, Failure> {
    let answer = call.engine().create_group(&call.caller, body, &call.query.projection).await?;
    Ok(call.created(answer))
}

pub(crate) async fn read(call: Call, Segment(id): Segment) -> Result<Response, Failure> {
    let answer = call.engine().group(&call.caller, &id, &call.conditions, &call.query.projection).await?;
    Ok(call.resource(answer))
}

pub(crate) async fn replace(call: Call, Segment(id): Segment, Body(body): Body) -> Result<Response, Failure> {
    let (conditions, projection) = (&call.conditions, &call.query.projection);
    let answer = call.engine().replace_group(&call.caller, &id, body, conditions, projection).await?;
    Ok(call.resource(answer))
}

pub(crate) async fn patch(call: Call, Segment(id): Segment, Body(body): Body) -> Result<Response, Failure> {
    let (conditions, projection) = (&call.conditions, &call.query.projection);
    let answer = call.engine().patch_group(&call.caller, &id, body, conditions, projection).await?;
    Ok(call.patched(answer))
}

pub(crate) async fn end(call: Call, Segment(id): Segment) -> Result<StatusCode, Failure> {
    call.engine().delete_group(&call.caller, &id, &call.conditions).await?;
    Ok(StatusCode::NO_CONTENT)
}
