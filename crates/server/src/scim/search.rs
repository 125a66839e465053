//! Searches over all resource types (RFC 7644 §3.4.2.1, §3.4.3).

use super::answer::Call;
use crate::body::Body;
use crate::failure::Failure;
use axum::response::Response;
use tenure_scim::filter::Limits;
use tenure_scim::query::ListQuery;

pub(crate) async fn everything(call: Call) -> Result<Response, Failure> {
    Ok(call.document(call.engine().list_everything(&call.caller, &call.query).await?))
}

pub(crate) async fn everything_by_post(call: Call, Body(body): Body) -> Result<Response, Failure> {
    let query = ListQuery::from_search_request(&body, &Limits::default())?;
    Ok(call.document(call.engine().list_everything(&call.caller, &query).await?))
}
