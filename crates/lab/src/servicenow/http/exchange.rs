//! One call from its arrival to its answer: counting, latency, and the faults that it meets on the way.
//!
//! All waiting happens here, and no lock is held meanwhile.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::answer::Answer;
use super::asked::{Asked, Resource};
use super::{api, tokens};
use crate::servicenow::faults::{Fault, FaultKind, Faults};
use crate::servicenow::instance::Instance;

/// The most bytes that a call may send.
const MAX_BODY: usize = 10_485_760;

/// Marks an answer that must not be sent: the connection is cut instead.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the connection is cut, as the schedule of faults wants it")]
pub(super) struct Cut;

/// A call under way; it is counted as ended even if the client goes away meanwhile.
struct UnderWay {
    instance: Instance,
    status: u16,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.instance.count(|calls| calls.end(self.status));
    }
}

/// Answers a call, or cuts its connection.
pub(super) async fn serve(State(instance): State<Instance>, request: Request) -> Response<Body> {
    let asked = match read(request).await {
        Ok(asked) => asked,
        Err(answer) => return answer.into_response(),
    };
    instance.count(|calls| calls.begin(asked.method.as_str(), asked.subject()));
    let mut under_way = UnderWay { instance: instance.clone(), status: 0 };
    match answer(&instance, &asked).await {
        Ok(answer) => {
            under_way.status = answer.status;
            dated(answer.into_response(), instance.now())
        }
        Err(cut) => {
            let mut response = Response::new(Body::empty());
            response.extensions_mut().insert(cut);
            response
        }
    }
}

/// Says what time the instance's own clock shows.
fn dated(mut response: Response<Body>, now: Timestamp) -> Response<Body> {
    let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
    if let Some(date) = date.ok().and_then(|date| date.parse().ok()) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

async fn read(request: Request) -> Result<Asked, Answer> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, MAX_BODY).await.map_err(|_| {
        let detail = format!("Rejected large REST payload. Max allowed: {MAX_BODY} bytes");
        Answer::failure(413, "Payload too large", Some(&detail))
    })?;
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let origin = format!("http://{host}");
    let target = parts.uri.path_and_query().map_or("/", |it| it.as_str());
    Ok(Asked::new(parts.method, target, parts.headers, body, origin))
}

async fn answer(instance: &Instance, asked: &Asked) -> Result<Answer, Cut> {
    let (faults, latency_ms, fault) = draw(instance, asked);
    pause(latency_ms).await;
    if instance.hibernates() {
        return Ok(Answer::page(200, "Instance Hibernating page"));
    }
    let kind = fault.as_ref().map(|fault| fault.kind);
    if let Some(answer) = fault.as_ref().and_then(|fault| instead(instance, asked, fault)) {
        return Ok(answer);
    }
    match kind {
        Some(FaultKind::CutBefore) => return Err(Cut),
        Some(FaultKind::Slow) => pause(fault.as_ref().map_or(0, |fault| fault.delay_ms)).await,
        _ => {}
    }
    let served = fault.filter(|fault| fault.kind == FaultKind::BatchQuota).map(|fault| fault.serve);
    let answer = match asked.resource {
        Resource::Token => tokens::answer(instance, asked),
        _ => api::answer(instance, &faults, asked, served),
    };
    tokio::time::sleep(answer.delay).await;
    if kind == Some(FaultKind::CutAfter) { Err(Cut) } else { Ok(answer) }
}

fn draw(instance: &Instance, asked: &Asked) -> (Arc<Faults>, u64, Option<Fault>) {
    let mut trouble = instance.trouble();
    let faults = Arc::clone(&trouble.faults);
    let latency_ms = trouble.draws.latency_ms(&faults);
    let fault = trouble.draws.draw(&faults, asked.method.as_str(), asked.subject(), false).cloned();
    (faults, latency_ms, fault)
}

async fn pause(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

/// The answer that a fault gives instead of the real one.
pub(super) fn instead(instance: &Instance, asked: &Asked, fault: &Fault) -> Option<Answer> {
    let overloaded = "The server is temporarily unable to service your request";
    match fault.kind {
        FaultKind::TooManyRequests => {
            let retry_after = i64::try_from(fault.retry_after).unwrap_or(i64::MAX);
            let reset = instance.now().as_second().saturating_add(retry_after);
            let answer = Answer::rate_limited(100, asked.api(), retry_after);
            Some(limits(answer, 100, reset, &crate::servicenow::instance::rule_id(0)))
        }
        FaultKind::InternalError => Some(Answer::failure(500, "Internal Server Error", None)),
        FaultKind::BadGateway => Some(Answer::page(502, "502 Bad Gateway")),
        FaultKind::Unavailable => Some(Answer::failure(503, "Service Unavailable", Some(overloaded))),
        FaultKind::Html => Some(Answer::page(200, "Instance is being upgraded")),
        FaultKind::Unauthorized => Some(Answer::unauthenticated()),
        FaultKind::Forbidden => {
            Some(Answer::failure(403, "User Not Authorized", Some("Failed API level ACL Validation")))
        }
        FaultKind::Slow | FaultKind::CutBefore | FaultKind::CutAfter | FaultKind::BatchQuota => None,
    }
}

/// The headers of a rate limit.
pub(super) fn limits(answer: Answer, limit: u64, reset: i64, rule: &str) -> Answer {
    answer
        .header("X-RateLimit-Limit", limit.to_string())
        .header("X-RateLimit-Reset", reset.to_string())
        .header("X-RateLimit-Rule", rule.to_owned())
}
