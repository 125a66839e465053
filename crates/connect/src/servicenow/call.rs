//! One call, from its turn in the budget to an answer that can be used: signed in, sent, classified, and sent again where
//! that does no harm. Logs say table, method, status, time and row, and nothing else: addresses and bodies hold people.

use super::ServiceNow;
use super::auth::SignedIn;
use super::budget::{Ended, Lane};
use super::classify::{self, Meaning};
use super::error::{Call, CallError, Oversize, SignInFailure, Unaskable};
use super::pace::{PausedTooLong, Permit};
use super::retry::Tries;
use super::{limits, query, wire};
use crate::outside;
use http::{Method, header};
use reqwest::Url;
use serde_json::Value;
use std::sync::Arc;
use tenure_identity::id::SysId;
use tokio::time::Instant;

/// The most that is taken as an answer, unpacked.
pub(super) const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
/// The most that ServiceNow takes as a request.
pub(super) const LARGEST_QUESTION: usize = 10_485_760;

/// The longest address that every instance takes.
const LONGEST_ADDRESS: usize = 8000;

/// What is sent.
#[derive(Clone)]
pub(super) struct Question {
    pub(super) call: Call,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Vec<u8>>,
}

/// An answer that can be used, with the rows that there are in all if it says so.
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) meaning: Meaning,
    pub(super) total: Option<u64>,
}

impl Question {
    pub(super) fn new(call: Call, method: Method, url: Url) -> Self {
        Self { call, method, url, body: None }
    }

    /// With a JSON body.
    ///
    /// # Errors
    /// If it is more than ServiceNow takes.
    pub(super) fn with_body(mut self, body: &impl serde::Serialize) -> Result<Self, CallError> {
        let body = serde_json::to_vec(body).expect("text in a map can always be written as JSON");
        if body.len() > LARGEST_QUESTION {
            let (call, what) = (self.call, Oversize::Question);
            return Err(CallError::TooLarge { call, what, limit: LARGEST_QUESTION });
        }
        self.body = Some(body);
        Ok(self)
    }
}

impl Answered {
    /// The document's `result`.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn result(self, call: &Call) -> Result<Value, CallError> {
        let status = self.status;
        let unreadable = |reason| CallError::Unreadable { call: call.clone(), status, reason };
        match self.meaning {
            Meaning::Nothing => Err(unreadable("it is empty")),
            Meaning::Json(mut document) => match document.get_mut("result").map(Value::take) {
                Some(result) => Ok(result),
                None => Err(unreadable("it has no result")),
            },
        }
    }
}

impl ServiceNow {
    /// Sends a question in its lane until there is an answer, or sending it again would be wrong or in vain.
    pub(super) async fn ask(&self, lane: Lane, question: &Question) -> Result<Answered, CallError> {
        if question.url.as_str().len() > LONGEST_ADDRESS {
            let (call, what) = (question.call.clone(), Oversize::Question);
            return Err(CallError::TooLarge { call, what, limit: LONGEST_ADDRESS });
        }
        let patience = self.inner.settings.patience;
        let mut tries = Tries::new(self.haste.as_ref().map_or(patience, |it| it.patience().min(patience)));
        loop {
            let error = match self.ask_once(lane, question, &tries).await {
                Ok(answered) => return Ok(answered),
                Err(error) => error,
            };
            let Some(wait) = tries.next(&error, outside::share()) else { return Err(error) };
            tokio::time::sleep(wait).await;
            if let Some(haste) = &self.haste {
                haste.waited(wait);
            }
        }
    }

    async fn ask_once(&self, lane: Lane, question: &Question, tries: &Tries) -> Result<Answered, CallError> {
        if let Some(reason) = self.inner.standing.refusal() {
            return Err(unauthenticated(question, reason));
        }
        let permit = self.turn(lane, tries).await.map_err(|PausedTooLong(retry_after)| {
            CallError::RateLimited { call: question.call.clone(), retry_after }
        })?;
        let answered = self.send(question).await;
        permit.end(ended(&answered));
        answered
    }

    async fn turn(&self, lane: Lane, tries: &Tries) -> Result<Permit, PausedTooLong> {
        let turn = self.inner.pace.acquire(lane, tries.patience());
        let Some(haste) = &self.haste else { return turn.await };
        let began = Instant::now();
        match tokio::time::timeout(haste.patience(), turn).await {
            Ok(turn) => {
                haste.waited(began.elapsed());
                turn
            }
            Err(_) => {
                haste.waited_in_vain();
                Err(PausedTooLong(self.inner.pace.tight_for()))
            }
        }
    }

    async fn send(&self, question: &Question) -> Result<Answered, CallError> {
        let pass = self.inner.standing.enter().await.map_err(|reason| unauthenticated(question, reason))?;
        let answered = self.send_signed_in(question).await;
        match &answered {
            Ok(_) | Err(CallError::Refused(_) | CallError::Missing { .. }) => pass.accepted(),
            Err(CallError::Unauthenticated { reason, .. }) if self.haste.is_some() => {
                pass.refused_in_haste(reason);
            }
            Err(CallError::Unauthenticated { reason, .. }) => pass.refused(reason),
            Err(_) => {}
        }
        answered
    }

    async fn send_signed_in(&self, question: &Question) -> Result<Answered, CallError> {
        let inner = &*self.inner;
        let signed_in = inner.credentials.sign_in(&inner.http, inner.settings.timeout).await;
        let signed_in = signed_in.inspect_err(|error| self.note_refusal(error))?;
        let started = Instant::now();
        let request = self.request(question, &signed_in);
        let received = wire::exchange(&question.call, request, inner.settings.timeout, LARGEST_ANSWER).await;
        log(question, received.as_ref().ok().map(|it| it.status), started);
        let received = received?;
        let now = outside::wall_clock();
        let limit = limits::limit(received.status, &received.headers, now);
        inner.seen.learn(&received.headers, limit.as_ref(), now);
        if let Some(limit) = limit {
            inner.pace.learn(&limit);
        }
        let answer =
            classify::Answer { status: received.status, headers: &received.headers, body: &received.body };
        let total =
            received.headers.get("x-total-count").and_then(|it| it.to_str().ok()?.trim().parse().ok());
        match classify::classify(&question.call, &answer, now) {
            Ok(meaning) => Ok(Answered { status: received.status, meaning, total }),
            Err(error) => {
                self.note_refusal(&error);
                if matches!(&error, CallError::Unauthenticated { reason: SignInFailure::Credentials, .. }) {
                    inner.credentials.discard(&signed_in).await;
                }
                Err(error)
            }
        }
    }

    fn request(&self, question: &Question, signed_in: &SignedIn) -> reqwest::RequestBuilder {
        let request = self
            .inner
            .http
            .request(question.method.clone(), question.url.clone())
            .header(&signed_in.name, &signed_in.value)
            .header(header::ACCEPT, "application/json");
        // ServiceNow wants a content type with every method but GET, DELETE included.
        let request = match question.method {
            Method::GET => request,
            _ => request.header(header::CONTENT_TYPE, "application/json"),
        };
        match &question.body {
            Some(body) => request.body(body.clone()),
            None => request,
        }
    }

    /// A refusal because of a rate limit holds for everybody.
    pub(super) fn note_refusal(&self, error: &CallError) {
        if let CallError::RateLimited { retry_after, .. } = error {
            self.inner.pace.refused(*retry_after);
        }
    }

    /// The address of a resource below `/api/now`.
    ///
    /// # Errors
    /// If the table or id is not of a shape that ServiceNow gives, so that the address could be another's.
    pub(super) fn address(&self, api: &str, call: &Call) -> Result<Url, CallError> {
        let wrong = |column: &str| CallError::CannotAsk {
            table: Arc::clone(&call.table),
            column: column.to_owned(),
            reason: Unaskable::Name,
        };
        if !query::is_name(&call.table) {
            return Err(wrong(""));
        }
        if call.sys_id.as_ref().is_some_and(|it| !query::is_sys_id(it.as_str())) {
            return Err(wrong("sys_id"));
        }
        let mut url = self.resource(api);
        let id = call.sys_id.as_ref().map(SysId::as_str);
        let segments = std::iter::once(&*call.table).chain(id);
        url.path_segments_mut().expect("https addresses have segments").extend(segments);
        Ok(url)
    }

    /// The address of an API.
    pub(super) fn resource(&self, api: &str) -> Url {
        let mut url = self.inner.url.clone();
        let segments = ["api", "now"].into_iter().chain(api.split('/'));
        url.path_segments_mut().expect("https addresses have segments").pop_if_empty().extend(segments);
        url
    }
}

fn unauthenticated(question: &Question, reason: SignInFailure) -> CallError {
    CallError::Unauthenticated { call: question.call.clone(), reason }
}

/// What a call tells of the instance's strength.
fn ended(answered: &Result<Answered, CallError>) -> Ended {
    match answered {
        Ok(_)
        | Err(
            CallError::Refused(_)
            | CallError::Missing { .. }
            | CallError::Unreadable { .. }
            | CallError::TooLarge { .. },
        ) => Ended::Served,
        Err(CallError::RateLimited { .. } | CallError::Busy { status: 503, .. }) => Ended::Overloaded,
        Err(CallError::Unknown { source, .. }) if source.is::<wire::TooLate>() => Ended::Overloaded,
        Err(_) => Ended::Other,
    }
}

fn log(question: &Question, status: Option<u16>, started: Instant) {
    tracing::debug!(
        table = &*question.call.table,
        method = question.method.as_str(),
        status,
        milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        sys_id = question.call.sys_id.as_ref().map(SysId::as_str),
        "called ServiceNow",
    );
}
