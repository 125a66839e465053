//! The Batch API's envelope: requests as Base64 in JSON, and their answers out of it. What the answers mean is decided as
//! for single calls.

use super::super::ServiceNow;
use super::super::call::{Answered, Question};
use super::super::classify;
use super::super::error::{Call, CallError, Cause};
use super::{Request, verb};
use crate::outside;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::Url;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// How many bytes of bodies go into one call: well below what an instance takes.
const TOGETHER: usize = 3 * 1024 * 1024;

/// A request of a batch with its place in it.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) index: usize,
    pub(super) request: &'a Request,
    pub(super) question: &'a Question,
}

/// The answer to a batch does not mention the request.
#[derive(Debug, thiserror::Error)]
#[error("the answer to the batch does not mention the request")]
struct NotMentioned;

/// Cuts requests into calls of at most `most` requests and not too many bytes.
pub(super) fn pieces<'a, 'b>(items: &'b [Item<'a>], most: usize) -> Vec<&'b [Item<'a>]> {
    let mut pieces = Vec::new();
    let (mut begin, mut bytes) = (0, 0);
    for (at, item) in items.iter().enumerate() {
        let size = item.question.body.as_ref().map_or(0, Vec::len);
        if at > begin && (at - begin == most || bytes + size > TOGETHER) {
            pieces.push(&items[begin..at]);
            (begin, bytes) = (at, 0);
        }
        bytes += size;
    }
    pieces.push(&items[begin..]);
    pieces
}

/// One call with all of these.
pub(super) fn wrap(client: &ServiceNow, piece: &[Item<'_>]) -> Result<Question, CallError> {
    let base = client.inner.url.path().trim_end_matches('/');
    let requests: Vec<_> = piece.iter().map(|it| request(it, base)).collect();
    let body = json!({ "batch_request_id": format!("{:x}", outside::random()), "rest_requests": requests });
    let call = Call { verb: verb(piece), table: "".into(), sys_id: None };
    Question::new(call, Method::POST, client.resource("v1/batch")).with_body(&body)
}

fn request(item: &Item<'_>, base: &str) -> Value {
    let question = item.question;
    let mut request = json!({
        "id": item.index.to_string(),
        "method": question.method.as_str(),
        "url": within(&question.url, base),
        "headers": [
            { "name": "Content-Type", "value": "application/json" },
            { "name": "Accept", "value": "application/json" },
        ],
        // They say when to come back.
        "exclude_response_headers": false,
    });
    if let Some(body) = &question.body {
        request["body"] = STANDARD.encode(body).into();
    }
    request
}

/// The address as the instance knows it, without the path of a proxy before it.
fn within(url: &Url, base: &str) -> String {
    let path = url.path();
    let path = path.strip_prefix(base).unwrap_or(path);
    url.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
}

/// What each request of the piece was answered; `None` if the instance had no time for it.
///
/// # Errors
/// If the answer is not the documented envelope.
pub(super) fn unwrap(
    call: &Call,
    answered: Answered,
    piece: &[Item<'_>],
) -> Result<Vec<Option<Result<Answered, CallError>>>, CallError> {
    let status = answered.status;
    let unreadable = |reason| CallError::Unreadable { call: call.clone(), status, reason };
    let classify::Meaning::Json(document) = answered.meaning else { return Err(unreadable("it is empty")) };
    let serviced =
        document["serviced_requests"].as_array().ok_or_else(|| unreadable("it has no serviced_requests"))?;
    let serviced: HashMap<_, _> = serviced.iter().map(|it| (id(&it["id"]), it)).collect();
    let unserviced = document["unserviced_requests"].as_array();
    let unserviced: Vec<_> = unserviced.into_iter().flatten().map(id).collect();
    Ok(piece.iter().map(|item| one(item, &serviced, &unserviced)).collect())
}

fn one(
    item: &Item<'_>,
    serviced: &HashMap<String, &Value>,
    unserviced: &[String],
) -> Option<Result<Answered, CallError>> {
    let id = item.index.to_string();
    let call = &item.question.call;
    match serviced.get(&id) {
        Some(answer) => Some(open(call, answer)),
        None if unserviced.contains(&id) => None,
        None => {
            let source: Cause = Arc::new(NotMentioned);
            Some(Err(CallError::Unknown { call: call.clone(), source }))
        }
    }
}

fn open(call: &Call, answer: &Value) -> Result<Answered, CallError> {
    let unreadable = |reason| CallError::Unreadable { call: call.clone(), status: 200, reason };
    let status = answer["status_code"].as_u64().and_then(|it| u16::try_from(it).ok());
    let status = status.ok_or_else(|| unreadable("an answer of the batch has no status_code"))?;
    let body = STANDARD.decode(answer["body"].as_str().unwrap_or_default().trim());
    let body = body.map_err(|_| unreadable("an answer of the batch is not Base64"))?;
    let headers = headers(&answer["headers"]);
    let raw = classify::Answer { status, headers: &headers, body: &body };
    let meaning = classify::classify(call, &raw, outside::wall_clock())?;
    Ok(Answered { status, meaning, total: None })
}

/// The headers that can be read.
fn headers(pairs: &Value) -> HeaderMap {
    let pairs = pairs.as_array().into_iter().flatten();
    pairs
        .filter_map(|it| {
            Some((
                it["name"].as_str()?.parse::<HeaderName>().ok()?,
                it["value"].as_str()?.parse::<HeaderValue>().ok()?,
            ))
        })
        .collect()
}

/// An id, as text or as a number.
fn id(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
