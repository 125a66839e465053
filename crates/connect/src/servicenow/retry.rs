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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servicenow::{Call, Verb};
    use proptest::prelude::*;
    use std::sync::Arc;

    const PATIENCE: Duration = Duration::from_secs(100);

    fn of(verb: Verb) -> Call {
        Call { verb, table: "sys_user".into(), sys_id: None }
    }

    fn busy(verb: Verb, retry_after: Option<u64>) -> CallError {
        CallError::Busy { call: of(verb), status: 503, retry_after: retry_after.map(Duration::from_secs) }
    }

    fn limited(seconds: u64) -> CallError {
        CallError::RateLimited { call: of(Verb::Insert), retry_after: Duration::from_secs(seconds) }
    }

    /// How often a call that always fails so is sent again.
    fn again(error: &CallError) -> usize {
        let mut tries = Tries::new(PATIENCE);
        std::iter::from_fn(|| tries.next(error, 0.5)).take(100).count()
    }

    #[test]
    fn reads_are_sent_three_times_and_writes_once() {
        let lost = |verb| CallError::Unknown { call: of(verb), source: Arc::new(std::fmt::Error) };
        let unreachable = |verb| CallError::Unreachable { call: of(verb), source: Arc::new(std::fmt::Error) };
        for verb in [Verb::Read, Verb::Count, Verb::BatchOfReads] {
            assert_eq!([again(&busy(verb, None)), again(&lost(verb)), again(&unreachable(verb))], [2, 2, 2]);
        }
        for verb in [Verb::Insert, Verb::Update, Verb::Remove, Verb::BatchOfWrites] {
            assert_eq!([again(&busy(verb, None)), again(&lost(verb)), again(&unreachable(verb))], [0, 0, 0]);
        }
    }

    #[test]
    fn a_busy_instance_says_when_to_come_back() {
        let mut tries = Tries::new(PATIENCE);
        assert_eq!(tries.next(&busy(Verb::Read, Some(9)), 0.5), Some(Duration::from_secs(9)));
        assert_eq!(tries.next(&busy(Verb::Read, Some(101)), 0.5), None);
    }

    #[test]
    fn refusals_are_waited_for_within_patience() {
        assert_eq!(again(&limited(1)), 5);
        // Three times 30 s have passed when the fourth refusal comes; then 10 s of patience are left.
        assert_eq!(again(&limited(30)), 3);
        assert_eq!(again(&limited(100)), 1);
        assert_eq!(again(&limited(101)), 0);
    }

    #[test]
    fn credentials_are_tried_twice() {
        let unknown = |reason| CallError::Unauthenticated { call: of(Verb::Insert), reason };
        assert_eq!(again(&unknown(SignInFailure::Credentials)), 1);
        assert_eq!(again(&unknown(SignInFailure::Account { error: "access_denied".into() })), 0);
    }

    #[test]
    fn waits_grow() {
        let waits = [backoff(0, 0.0), backoff(0, 1.0), backoff(1, 0.0), backoff(1, 1.0)];
        assert_eq!(waits.map(|it| it.as_millis()), [250, 500, 1000, 2000]);
    }

    proptest! {
        #[test]
        fn waits_are_bounded(again in any::<u32>(), share in any::<f64>()) {
            prop_assert!(backoff(again, share) <= FIRST * FACTOR.pow(5));
            prop_assert!(backoff(again, share) >= FIRST / 2);
        }
    }
}
