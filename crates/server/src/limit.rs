//! A token bucket for each bearer token. What is asked beyond it is answered with the whole seconds to wait, which is
//! the only form that Okta obeys.

use crate::RateLimit;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Buckets that are kept; full ones are forgotten first.
const BUCKETS: usize = 10_000;

/// The buckets of all tokens.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: Option<RateLimit>,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    level: f64,
    since: Instant,
}

impl Limiter {
    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        Self { limit, buckets: Mutex::default() }
    }

    /// Takes one request from the token's bucket, or says how many seconds to wait.
    pub(crate) fn take(&self, token: &str, now: Instant) -> Result<(), u64> {
        let Some(limit) = self.limit else { return Ok(()) };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS && !buckets.contains_key(token) {
            buckets.retain(|_, bucket| bucket.filled(limit, now) < limit.burst);
        }
        let full = Bucket { level: limit.burst, since: now };
        let bucket = buckets.entry(token.to_owned()).or_insert(full);
        let level = bucket.filled(limit, now);
        if level >= 1.0 {
            *bucket = Bucket { level: level - 1.0, since: now };
            return Ok(());
        }
        Err(seconds((1.0 - level) / limit.per_second))
    }
}

impl Bucket {
    fn filled(&self, limit: RateLimit, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.since).as_secs_f64();
        (self.level + passed * limit.per_second).min(limit.burst)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounded above and below just before"
)]
fn seconds(wait: f64) -> u64 {
    wait.ceil().clamp(1.0, 3_600.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let limiter = Limiter::new(Some(RateLimit { per_second: 2.0, burst: 2.0 }));
        let start = Instant::now();
        assert_eq!(limiter.take("a", start), Ok(()));
        assert_eq!(limiter.take("a", start), Ok(()));
        assert_eq!(limiter.take("a", start), Err(1));
        assert_eq!(limiter.take("b", start), Ok(()));
        assert_eq!(limiter.take("a", start + Duration::from_millis(500)), Ok(()));
        assert_eq!(limiter.take("a", start + Duration::from_millis(600)), Err(1));
    }

    #[test]
    fn no_limit_is_no_limit() {
        let limiter = Limiter::new(None);
        assert!((0..10_000).all(|_| limiter.take("a", Instant::now()).is_ok()));
    }
}
