//! Answers: media type, entity tag and location of a resource; and what handlers read from headers and query.

use crate::State;
use crate::failure::Failure;
use crate::media::negotiate;
use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use tenure_engine::{Answer, Caller, Preconditions, SharedEngine};
use tenure_scim::etag::{Condition, Version};
use tenure_scim::filter::Limits;
use tenure_scim::query::ListQuery;

/// What a handler needs of every request.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) state: State,
    pub(crate) caller: Caller,
    pub(crate) conditions: Preconditions,
    /// The query string: filter, paging, sorting and projection.
    pub(crate) query: ListQuery,
    media_type: &'static str,
}

impl FromRequestParts<State> for Call {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        let caller = parts.extensions.get::<Caller>().cloned();
        Ok(Self {
            state: state.clone(),
            // INVARIANT: the authentication layer encloses every SCIM route.
            caller: caller.ok_or(Failure::Unauthorized { given: false })?,
            media_type: negotiate(&parts.headers)?,
            conditions: preconditions(&parts.headers)?,
            query: ListQuery::from_query_string(parts.uri.query().unwrap_or_default(), &Limits::default())?,
        })
    }
}

fn preconditions(headers: &HeaderMap) -> Result<Preconditions, Failure> {
    let condition = |name: HeaderName| -> Result<Option<Condition>, Failure> {
        let lines: Vec<_> =
            headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default()).collect();
        if lines.is_empty() {
            return Ok(None);
        }
        // Several lines are one list (RFC 9110 §5.3).
        Ok(Some(Condition::parse(&lines.join(","))?))
    };
    Ok(Preconditions { if_match: condition(IF_MATCH)?, if_none_match: condition(IF_NONE_MATCH)? })
}

impl Call {
    pub(crate) fn engine(&self) -> &SharedEngine {
        &self.state.0.engine
    }

    /// 200 with a body that is no resource of its own.
    pub(crate) fn document(&self, body: String) -> Response {
        ([(CONTENT_TYPE, self.media_type)], body).into_response()
    }

    /// 200 with a resource.
    pub(crate) fn resource(&self, answer: Answer) -> Response {
        self.with_headers(StatusCode::OK, answer)
    }

    /// 201 with a resource.
    pub(crate) fn created(&self, answer: Answer) -> Response {
        self.with_headers(StatusCode::CREATED, answer)
    }

    /// 200 with the resource, or 204 if the server is set to that and nobody asked for attributes (RFC 7644 §3.5.2).
    pub(crate) fn patched(&self, answer: Answer) -> Response {
        if self.state.0.settings.patch_returns_body || !self.query.projection.is_default() {
            return self.resource(answer);
        }
        let mut response = StatusCode::NO_CONTENT.into_response();
        response.headers_mut().extend(header(ETAG, &Version(answer.version).to_string()));
        response
    }

    fn with_headers(&self, status: StatusCode, answer: Answer) -> Response {
        let mut response = (status, [(CONTENT_TYPE, self.media_type)], answer.body).into_response();
        let headers = response.headers_mut();
        headers.extend(header(ETAG, &Version(answer.version).to_string()));
        headers.extend(header(LOCATION, &answer.location));
        response
    }
}

fn header(name: HeaderName, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((name, HeaderValue::from_str(value).ok()?))
}
