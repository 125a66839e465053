//! What answers tell of the instance in passing: how its clock goes, and how many calls an hour it allows us.

use super::ServiceNow;
use super::limits;
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, PoisonError};

/// What was seen of the instance so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// How far the instance's clock is ahead of ours, by the newest answer's `Date` header, which tells whole seconds.
    pub ahead: Option<SignedDuration>,
    /// Calls in an hour that the rate limit rule of the newest such answer allows (`X-RateLimit-Limit`).
    pub calls_an_hour: Option<u64>,
}

/// What all clones of a client have seen.
#[derive(Debug, Default)]
pub(super) struct Sight(Mutex<Seen>);

impl Sight {
    pub(super) fn learn(&self, headers: &HeaderMap, limit: Option<&limits::Limit>, now: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(clock) = limits::clock(headers) {
            seen.ahead = Some(clock.duration_since(now));
        }
        if let Some(limit) = limit {
            seen.calls_an_hour = Some(limit.calls);
        }
    }
}

impl ServiceNow {
    /// What answers told of the instance so far.
    pub fn seen(&self) -> Seen {
        *self.inner.seen.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
