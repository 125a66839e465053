//! Whether and when a call is sent again, as a function of what happened to it and of chance. Writes are sent again only if
//! they were certainly not carried out.

use super::error::{CallError, SignInFailure};
use std::time::Duration;

/// How often a read is sent in all.
const READS: u32 = 3;
/// How often a call is sent again because the instance allowed no more calls.
const LIMITED: u32 = 5;
/// The wait before a read is sent for the second time, before chance shortens it.
const FIRST: Duration = Duration::from_millis(500);
/// How much longer each wait is than the one before.
const FACTOR: u32 = 4;

/// What has happened to one call so far.
#[derive(Debug)]
pub(super) struct Tries {
    sent: u32,
    limited: u32,
    signed_in: bool,
    patience: Duration,
    /// The wait that the last refusal asked for.
    waiting: Duration,
}

impl Tries {
    /// Nothing yet. `patience` is how long to wait in all for a rate limit to pass.
    pub(super) fn new(patience: Duration) -> Self {
        Self { sent: 0, limited: 0, signed_in: false, patience, waiting: Duration::ZERO }
    }

    /// How long the call may still wait for a rate limit to pass.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// The wait before the call is sent again; `None` if it is not. `share` is chance, from 0 to 1.
    pub(super) fn next(&mut self, error: &CallError, share: f64) -> Option<Duration> {
        match error {
            // Blips happen, and a token may have been revoked. Who is refused twice is refused.
            CallError::Unauthenticated { reason: SignInFailure::Credentials, .. } if !self.signed_in => {
                self.signed_in = true;
                Some(Duration::ZERO)
            }
            // The pause holds for everybody and is waited for with the budget, so that no wait is added to it here.
            CallError::RateLimited { retry_after, .. } if self.limited < LIMITED => {
                self.limited += 1;
                self.patience = self.patience.saturating_sub(self.waiting);
                self.waiting = *retry_after;
                (*retry_after <= self.patience).then_some(Duration::ZERO)
            }
            CallError::Busy { call, .. }
            | CallError::Unknown { call, .. }
            | CallError::Unreachable { call, .. }
                if !call.verb.is_write() =>
            {
                self.sent += 1;
                let wait = backoff(self.sent - 1, share).max(error.retry_after().unwrap_or_default());
                (self.sent < READS && wait <= self.patience).then_some(wait)
            }
            _ => None,
        }
    }
}

/// The wait before try number `again + 2`: longer each time, and spread over its second half.
pub(super) fn backoff(again: u32, share: f64) -> Duration {
    (FIRST * FACTOR.pow(again.min(5))).mul_f64(0.5 + 0.5 * share.clamp(0.0, 1.0))
}
