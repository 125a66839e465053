//! Failures in the words of the surface: SCIM's error message (RFC 7644 §3.12), problem details (RFC 9457), or plain text.

use super::Told;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What kind of problem it is, for programs.
    #[schema(examples("urn:tenure:problem:not-found"))]
    r#type: String,
    /// The kind in words.
    #[schema(examples("Not Found"))]
    title: String,
    /// The status code.
    #[schema(examples(404))]
    status: u16,
    /// What happened this time.
    detail: String,
    /// What to do about it, where there is a cure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    help: Option<String>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: String, help: Option<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Problem").to_owned();
        let name = title.to_lowercase().replace(' ', "-");
        Self { r#type: format!("urn:tenure:problem:{name}"), title, status: status.as_u16(), detail, help }
    }
}

/// Whose words a failure is put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// SCIM, and everything that has no words of its own.
    Scim,
    /// The admin API.
    Api,
    /// Health and metrics: what watches the server, and gets through to it however busy it is.
    Watch,
}

impl Surface {
    /// The surface that this path belongs to.
    pub(crate) fn of(path: &str) -> Self {
        match path {
            "/healthz" | "/readyz" | "/metrics" => Self::Watch,
            "/api" => Self::Api,
            _ if path.starts_with("/api/") => Self::Api,
            _ => Self::Scim,
        }
    }
}

/// Puts a failure into the words of the surface that was asked.
pub(crate) fn speak(surface: Surface, mut response: Response) -> Response {
    let Some(Told(failure)) = response.extensions_mut().remove::<Told>() else { return response };
    if response.status() == StatusCode::NOT_MODIFIED {
        return response;
    }
    let (media_type, body) = match surface {
        Surface::Scim => ("application/scim+json", failure.body().to_string()),
        Surface::Api => {
            let body = serde_json::to_string(&failure.problem()).expect("a problem can be written");
            ("application/problem+json", body)
        }
        Surface::Watch => ("text/plain; charset=utf-8", format!("{}\n", failure.detail())),
    };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    *response.body_mut() = Body::from(body);
    response
}
