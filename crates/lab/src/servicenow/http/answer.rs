//! Answers, and the texts of those that are failures.
//!
//! Several reasons share 403 and "Operation Failed"; the detail alone tells them apart. A database's own text about a
//! duplicate never comes this far on a real instance, and does not here.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use serde_json::{Value, json};

use crate::servicenow::refused::Refused;

/// What a body is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Media {
    #[default]
    Json,
    /// SCIM's JSON (RFC 7644 section 8.1).
    Scim,
    Html,
}

/// What is sent back.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
    pub(super) media: Media,
    /// How long rules that run after a write keep the caller waiting.
    pub(super) delay: Duration,
}

impl Answer {
    /// JSON.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self { status, body: body.to_string(), ..Self::default() }
    }

    /// `{"result": …}`.
    pub(super) fn result(status: u16, result: Value) -> Self {
        let body = Value::Object([("result".to_owned(), result)].into_iter().collect());
        Self::json(status, &body)
    }

    /// A failure in ServiceNow's form.
    pub(super) fn failure(status: u16, message: &str, detail: Option<&str>) -> Self {
        let error = json!({ "message": message, "detail": detail });
        Self::json(status, &json!({ "error": error, "status": "failure" }))
    }

    /// A page for people, where a program expects JSON.
    pub(super) fn page(status: u16, title: &str) -> Self {
        let body = format!(
            "<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
        );
        Self { status, body, media: Media::Html, ..Self::default() }
    }

    /// Nobody is signed in.
    pub(super) fn unauthenticated() -> Self {
        Self::failure(401, "User Not Authenticated", Some("Required to provide Auth information"))
            .header("WWW-Authenticate", "BASIC realm=\"Service-now\"".to_owned())
    }

    /// No such resource.
    pub(super) fn no_resource() -> Self {
        Self::failure(400, "Requested URI does not represent any resource", None)
    }

    /// The resource does not know the method.
    pub(super) fn no_method() -> Self {
        Self::failure(405, "Method Not Allowed", Some("The resource does not support this method"))
    }

    /// The body is not what it says.
    pub(super) fn unreadable(detail: &str) -> Self {
        Self::failure(400, "Exception while reading request", Some(detail))
    }

    /// No such row, or none for this caller.
    pub(super) fn no_row() -> Self {
        let detail = "Record doesn't exist or ACL restricts the record retrieval";
        Self::failure(404, "No Record found", Some(detail))
    }

    /// More calls than a rule allows.
    pub(super) fn rate_limited(limit: u64, api: &str, retry_after: i64) -> Self {
        let detail = format!("Rate limit of {limit} requests per hour for {api} exceeded");
        Self::failure(429, "Rate limit exceeded", Some(&detail))
            .header("Retry-After", retry_after.to_string())
    }

    /// Why nothing happened.
    pub(super) fn refusal(refused: &Refused) -> Self {
        let failed = |detail: &str| Self::failure(403, "Operation Failed", Some(detail));
        match refused {
            Refused::NoTable { table } => Self::failure(400, &format!("Invalid table {table}"), None),
            Refused::NoRow { .. } => Self::no_row(),
            Refused::Access { action, .. } => {
                let action = match *action {
                    "insert" => "Insert",
                    "update" => "Update",
                    _ => "Delete",
                };
                failed(&format!("ACL Exception {action} Failed due to security constraints"))
            }
            Refused::Aborted { table, rule, rule_id } => failed(&format!(
                "Operation against file '{table}' was aborted by Business Rule '{rule}^{rule_id}'. \
                 Business Rule Stack:{rule}"
            )),
            Refused::Duplicate { table, action, display, .. } => {
                failed(&format!("Error during {action} of {table} ([{display}])"))
            }
            Refused::Mandatory { column, .. } => {
                failed(&format!("Data Policy Exception: {column} is mandatory"))
            }
        }
    }

    /// The same answer with a header more.
    pub(super) fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let media = match self.media {
            Media::Json => "application/json;charset=UTF-8",
            Media::Scim => "application/scim+json;charset=UTF-8",
            Media::Html => "text/html;charset=UTF-8",
        };
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status.try_into().expect("the statuses are HTTP's");
        let headers = response.headers_mut();
        if self.status != 204 {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        }
        for (name, value) in self.headers {
            // A value of a row that no header can carry stays out.
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.append(name, value);
            }
        }
        response
    }
}
