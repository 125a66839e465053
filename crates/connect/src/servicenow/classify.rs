//! What an answer means: a pure function of what was called, the status, the headers and the body. What to do about it is
//! decided elsewhere. The texts are those of the instance; ServiceNow has no machine-readable error codes.

use super::error::{Call, CallError, SignInFailure, Stranger};
use super::limits;
use super::refusal::{Refusal, Told};
use http::{HeaderMap, header};
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

/// How long to wait after a refusal that does not say how long.
const UNSAID: Duration = Duration::from_secs(5);
/// How much of ServiceNow's own words is kept.
const LONGEST: usize = 300;

/// An answer as it came.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) status: u16,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

/// What an accepted call answers.
#[derive(Debug, PartialEq)]
pub(super) enum Meaning {
    /// The document.
    Json(Value),
    /// Done, and nothing to say.
    Nothing,
}

/// Says what an answer means.
///
/// # Errors
/// Everything but a success with a body that can be read; `now` turns dates into durations.
pub(super) fn classify(call: &Call, answer: &Answer<'_>, now: Timestamp) -> Result<Meaning, CallError> {
    let call = call.clone();
    let status = answer.status;
    match status {
        401 => return Err(CallError::Unauthenticated { call, reason: SignInFailure::Credentials }),
        429 => {
            let retry_after = limits::wait(answer.headers, now).unwrap_or(UNSAID);
            return Err(CallError::RateLimited { call, retry_after });
        }
        300..=399 => return Err(CallError::NotServiceNow { call, status, found: Stranger::Redirect }),
        407 => return Err(CallError::NotServiceNow { call, status, found: Stranger::Gateway }),
        _ => {}
    }
    let document = document(answer);
    if let Ok(Some(document)) = &document
        && status >= 400
        && is_duplicate(&words(document))
    {
        return Err(CallError::Refused(refuse(call, status, document)));
    }
    if status == 408 || status >= 500 {
        return Err(CallError::Busy { call, status, retry_after: limits::retry_after(answer.headers, now) });
    }
    match document {
        Err(Stranger::Other) if status < 300 && media(answer.headers).ends_with("json") => {
            Err(CallError::Unreadable { call, status, reason: "it is not whole JSON" })
        }
        Err(found) => Err(CallError::NotServiceNow { call, status, found }),
        Ok(document) if (200..300).contains(&status) => success(call, status, document),
        Ok(document) => Err(failure(call, status, &document.unwrap_or_default())),
    }
}

/// Whether this is the API's way to say that there are no rows: version 1 answers so to a list without rows.
pub(super) fn is_no_record(error: &CallError) -> bool {
    matches!(error, CallError::Refused(Refusal::NotFoundOrHidden { .. }))
}

/// Whether the instance has nothing at this address, rather than no such row.
pub(super) fn is_no_resource(error: &CallError) -> bool {
    let CallError::Refused(refusal) = error else { return false };
    let told = refusal.told();
    // A 405 without ServiceNow's words is a gateway's, and passes.
    (told.status == 405 && !told.message.is_empty())
        || told.message.to_lowercase().contains("does not represent any resource")
}

fn success(call: Call, status: u16, document: Option<Value>) -> Result<Meaning, CallError> {
    match document {
        None => Ok(Meaning::Nothing),
        // A transaction that is cancelled while its rows are streamed ends in an error inside a success.
        Some(document) if document.get("error").is_some_and(|it| !it.is_null()) => {
            Err(CallError::Unreadable { call, status, reason: "a success that contains an error" })
        }
        Some(document) => Ok(Meaning::Json(document)),
    }
}

fn failure(call: Call, status: u16, document: &Value) -> CallError {
    let words = words(document);
    if words.contains("invalid table") {
        return CallError::Missing { table: call.table };
    }
    let refusal = refuse(call, status, document);
    // A 404 that ServiceNow does not give its reason for is a gateway's, and says nothing of the row.
    match refusal {
        Refusal::Other { told } if status == 404 => {
            CallError::NotServiceNow { call: told.call, status, found: Stranger::Gateway }
        }
        refusal => CallError::Refused(refusal),
    }
}

fn refuse(call: Call, status: u16, document: &Value) -> Refusal {
    let part = |name: &str| said(document, name);
    let told = Told { call, status, message: shorten(part("message")), detail: shorten(part("detail")) };
    let told = Box::new(told);
    let words = words(document);
    let either = |before, after| {
        between(part("detail"), before, after).or_else(|| between(part("message"), before, after))
    };
    if let Some(name) = either("Business Rule '", &["^", "'"]) {
        Refusal::BusinessRule { name: shorten(name), told }
    } else if let Some(column) = either("Data Policy Exception:", &[" is ", " are ", "\n"]) {
        Refusal::DataPolicy { column: shorten(column), told }
    } else if is_duplicate(&words) || status == 409 {
        Refusal::PossibleDuplicate { told }
    } else if words.contains("does not represent any resource") {
        Refusal::BadRequest { told }
    } else if status == 404 && is_no_such_row(&words) {
        Refusal::NotFoundOrHidden { told }
    } else if is_acl(&words) {
        Refusal::Acl { told }
    } else if matches!(status, 400 | 405 | 406 | 415 | 422) {
        Refusal::BadRequest { told }
    } else {
        Refusal::Other { told }
    }
}

fn is_duplicate(words: &str) -> bool {
    ["error during insert of", "error during update of", "unique key violation", "duplicate entry"]
        .iter()
        .any(|it| words.contains(it))
}

fn is_no_such_row(words: &str) -> bool {
    ["no record found", "record doesn't exist or acl restricts"].iter().any(|it| words.contains(it))
}

fn is_acl(words: &str) -> bool {
    ["acl exception", "security constraints", "not authorized", "acl validation"]
        .iter()
        .any(|it| words.contains(it))
}

/// The body as JSON; `None` if it is empty.
fn document(answer: &Answer<'_>) -> Result<Option<Value>, Stranger> {
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let begins = answer.body.trim_ascii_start().first();
    if media(answer.headers).ends_with("html") || begins == Some(&b'<') {
        return Err(Stranger::Page);
    }
    serde_json::from_slice(answer.body).map(Some).map_err(|_| Stranger::Other)
}

/// The content type without its parameters.
fn media(headers: &HeaderMap) -> String {
    let media = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// One part of the error: `{"error":{"message":…,"detail":…}}`, or a bare text.
fn said<'a>(document: &'a Value, part: &str) -> &'a str {
    let error = &document["error"];
    match error {
        Value::String(text) if part == "message" => text,
        _ => error[part].as_str().unwrap_or_default(),
    }
}

/// All that was said, for comparison.
fn words(document: &Value) -> String {
    format!("{} {}", said(document, "message"), said(document, "detail")).to_lowercase()
}

fn between<'a>(text: &'a str, before: &str, after: &[&str]) -> Option<&'a str> {
    let rest = text.split_once(before)?.1;
    let end = after.iter().filter_map(|it| rest.find(it)).min().unwrap_or(rest.len());
    Some(rest[..end].trim())
}

/// Short, and on one line.
fn shorten(text: &str) -> String {
    let line = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|it| !it.is_empty());
    let line = line.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
