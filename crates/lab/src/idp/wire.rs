//! Requests as a provider's client makes them: it waits when it is throttled, counts, and tells a refusal from a failure.
//!
//! The throttling rules are Okta's (an integer `Retry-After` is obeyed; without one, or with a date, five minutes, and
//! each further wait doubles; ten tries). Entra publishes none, so its driver follows the same.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{Pace, ScimId};
use crate::http::{Client, HttpError, Method, Response};

const TRIES: u32 = 10;
const DEFAULT_WAIT: Duration = Duration::from_secs(300);

/// Why an operation did not come about.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The server said no: the change is held or refused.
    #[error("{0}")]
    Refused(Refusal),
    /// The server was still throttling at the tenth try.
    #[error("`{method} {path}` was throttled {TRIES} times")]
    Throttled {
        /// The method.
        method: Method,
        /// Path and query.
        path: String,
    },
    /// An answer of success from which the client cannot go on, such as a create without an id.
    #[error("the answer to `{method} {path}` has no {missing}")]
    Unusable {
        /// The method.
        method: Method,
        /// Path and query.
        path: String,
        /// What the client needs and does not find.
        missing: &'static str,
    },
    /// There is no answer.
    #[error("the server could not be asked")]
    Http(#[from] HttpError),
}

/// An answer that is an error, as the provider would show it to its administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// The status.
    pub status: u16,
    /// The SCIM keyword, if any.
    pub scim_type: Option<String>,
    /// The server's own words.
    pub detail: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, status, detail, .. } = self;
        write!(f, "`{method} {path}` was refused with {status}: {detail}")
    }
}

/// A connection with a pace and a count.
pub(super) struct Wire {
    client: Client,
    pace: Arc<dyn Pace>,
    requests: u64,
    refusals: Vec<Refusal>,
}

impl Wire {
    pub(super) fn new(client: Client, pace: Arc<dyn Pace>) -> Self {
        Self { client, pace, requests: 0, refusals: vec![] }
    }

    pub(super) fn fork(&self) -> Self {
        Self::new(self.client.fork(), Arc::clone(&self.pace))
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests
    }

    pub(super) fn take_refusals(&mut self) -> Vec<Refusal> {
        std::mem::take(&mut self.refusals)
    }

    pub(super) async fn get(&mut self, path: &str) -> Result<Value, DriveError> {
        self.call(Method::GET, path, None).await
    }

    pub(super) async fn put(&mut self, path: &str, body: Value) -> Result<Value, DriveError> {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub(super) async fn patch(&mut self, path: &str, body: Value) -> Result<Value, DriveError> {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub(super) async fn delete(&mut self, path: &str) -> Result<Value, DriveError> {
        self.call(Method::DELETE, path, None).await
    }

    /// Creates a resource. An answer without an id is a failure, as it is for Okta.
    pub(super) async fn create(&mut self, path: &str, body: Value) -> Result<ScimId, DriveError> {
        let created = self.call(Method::POST, path, Some(body)).await?;
        let missing = || DriveError::Unusable { method: Method::POST, path: path.to_owned(), missing: "id" };
        id_of(&created).ok_or_else(missing)
    }

    /// The first resource that a look-up finds. A 404 is tolerated and means nobody.
    pub(super) async fn find(&mut self, path: &str) -> Result<Option<Value>, DriveError> {
        let response = self.patiently(&Method::GET, path, None).await?;
        if response.status == 404 {
            return Ok(None);
        }
        let mut list = self.judge(Method::GET, path, response)?;
        let found = list.get_mut("Resources").and_then(|found| found.get_mut(0)).map(Value::take);
        Ok(found.filter(|found| id_of(found).is_some()))
    }

    async fn call(&mut self, method: Method, path: &str, body: Option<Value>) -> Result<Value, DriveError> {
        let response = self.patiently(&method, path, body).await?;
        self.judge(method, path, response)
    }

    /// Asks until the answer is another one than "later".
    async fn patiently(
        &mut self,
        method: &Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Response, DriveError> {
        let mut wait = DEFAULT_WAIT;
        for _ in 0..TRIES {
            self.requests += 1;
            let response = self.client.request(method.clone(), path, body.clone()).await?;
            if response.status != 429 {
                return Ok(response);
            }
            let asked = response.headers.retry_after.and_then(|seconds| seconds.parse().ok());
            let pause = asked.map_or(wait, Duration::from_secs);
            if asked.is_none() {
                wait *= 2;
            }
            self.pace.pause(pause).await;
        }
        Err(DriveError::Throttled { method: method.clone(), path: path.to_owned() })
    }

    fn judge(&mut self, method: Method, path: &str, response: Response) -> Result<Value, DriveError> {
        if (200..300).contains(&response.status) {
            return Ok(response.body);
        }
        let refusal = refusal(method, path, &response);
        self.refusals.push(refusal.clone());
        Err(DriveError::Refused(refusal))
    }
}

fn refusal(method: Method, path: &str, response: &Response) -> Refusal {
    let text = |key: &str| response.body.get(key).and_then(Value::as_str).map(str::to_owned);
    let body = || if response.body.is_null() { "no detail".to_owned() } else { response.body.to_string() };
    Refusal {
        method,
        path: path.to_owned(),
        status: response.status,
        scim_type: text("scimType"),
        detail: text("detail").unwrap_or_else(body),
    }
}

/// The id of a resource in an answer.
pub(super) fn id_of(resource: &Value) -> Option<ScimId> {
    resource.get("id")?.as_str().filter(|id| !id.is_empty()).map(|id| ScimId(id.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::Headers;

    #[track_caller]
    fn check(body: Value, expected: &str) {
        let response = Response { status: 409, headers: Headers::default(), body };
        assert_eq!(refusal(Method::POST, "/Users", &response).to_string(), expected);
    }

    #[test]
    fn a_refusal_quotes_the_server() {
        check(json!({ "detail": "taken" }), "`POST /Users` was refused with 409: taken");
        check(json!("<html>"), "`POST /Users` was refused with 409: \"<html>\"");
        check(Value::Null, "`POST /Users` was refused with 409: no detail");
    }

    #[test]
    fn an_empty_id_is_none() {
        assert_eq!(id_of(&json!({ "id": "" })), None);
        assert_eq!(id_of(&json!({ "id": "a" })), Some(ScimId("a".into())));
        assert_eq!(id_of(&Value::Null), None);
    }
}
