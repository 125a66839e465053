//! The Batch API: several calls in one, carried out one after another without a transaction around them.
//!
//! What the quota cuts off is listed in `unserviced_requests` and did not happen.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

use super::answer::Answer;
use super::asked::Asked;
use super::{api, exchange};
use crate::servicenow::caller::Caller;
use crate::servicenow::faults::Faults;
use crate::servicenow::instance::Instance;

/// The most bytes that one inner call may send.
const MAX_INNER: usize = 5 * 1024 * 1024;

#[derive(Deserialize)]
struct Batch {
    batch_request_id: String,
    rest_requests: Vec<Inner>,
}

#[derive(Deserialize)]
struct Inner {
    id: String,
    url: String,
    method: String,
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    exclude_response_headers: bool,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

/// Carries out a batch; of its calls at most `served`.
pub(super) fn answer(
    instance: &Instance,
    faults: &Faults,
    asked: &Asked,
    caller: &Caller,
    served: Option<usize>,
) -> Answer {
    if asked.method != Method::POST {
        return Answer::no_method();
    }
    if let Err(answer) = asked.negotiate() {
        return answer;
    }
    let batch: Batch = match serde_json::from_slice(&asked.body) {
        Ok(batch) => batch,
        Err(error) => return Answer::unreadable(&error.to_string()),
    };
    let quota = Duration::from_millis(faults.batch_quota_ms);
    let mut taken = Duration::ZERO;
    let (mut serviced, mut unserviced) = (Vec::new(), Vec::new());
    for inner in &batch.rest_requests {
        if taken >= quota || served.is_some_and(|most| serviced.len() >= most) {
            unserviced.push(inner.id.clone());
            continue;
        }
        let answer = carry_out(instance, faults, asked, caller, inner);
        taken += answer.delay;
        serviced.push(shown(inner, &answer));
    }
    let body = json!({
        "batch_request_id": batch.batch_request_id,
        "serviced_requests": serviced,
        "unserviced_requests": unserviced,
    });
    Answer { delay: taken, ..Answer::json(200, &body) }
}

fn carry_out(instance: &Instance, faults: &Faults, asked: &Asked, caller: &Caller, inner: &Inner) -> Answer {
    let Ok(method) = inner.method.parse::<Method>() else { return Answer::no_method() };
    let Ok(body) = STANDARD.decode(&inner.body) else { return Answer::unreadable("the body is not base64") };
    if body.len() > MAX_INNER {
        return Answer::failure(413, "Payload too large", Some("glide.rest.batch.max.inputSize is exceeded"));
    }
    let mut headers = HeaderMap::new();
    for Header { name, value } in &inner.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    let call = Asked::new(method, &inner.url, headers, Bytes::from(body), asked.origin.clone());
    instance.count(|calls| calls.begin_inner(call.method.as_str(), call.subject()));
    let fault = instance.trouble().draws.draw(faults, call.method.as_str(), call.subject(), true).cloned();
    let instead = fault.and_then(|fault| exchange::instead(instance, &call, &fault));
    instead.unwrap_or_else(|| api::single(instance, faults, &call, caller))
}

fn shown(inner: &Inner, answer: &Answer) -> Value {
    let status = StatusCode::from_u16(answer.status).expect("the statuses are HTTP's");
    let headers: Vec<Value> = match inner.exclude_response_headers {
        true => Vec::new(),
        false => answer.headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect(),
    };
    json!({
        "id": inner.id,
        "body": STANDARD.encode(&answer.body),
        "status_code": answer.status,
        "status_text": status.canonical_reason().unwrap_or_default(),
        "headers": headers,
        "execution_time": answer.delay.as_millis(),
        "redirect_url": null,
    })
}
