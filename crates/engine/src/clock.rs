//! The one clock. Everything that decides gets the time as a value from here; tests set it.

use jiff::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};

/// Tells the time in whole milliseconds, and never goes back.
#[derive(Debug)]
pub struct Clock {
    last: AtomicI64,
    fixed: bool,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self { last: AtomicI64::new(i64::MIN), fixed: false }
    }

    /// A clock that stands still until it is set.
    pub fn fixed(at: Timestamp) -> Self {
        Self { last: AtomicI64::new(at.as_millisecond()), fixed: true }
    }

    /// The time. Two calls may give the same, never an earlier one.
    pub fn now(&self) -> Timestamp {
        let millis = if self.fixed {
            self.last.load(Ordering::Relaxed)
        } else {
            let now = machine_time().as_millisecond();
            self.last.fetch_max(now, Ordering::Relaxed).max(now)
        };
        Timestamp::from_millisecond(millis)
            .expect("the machine's clock is within the years that can be written")
    }

    /// Moves a fixed clock to this time.
    pub fn set(&self, at: Timestamp) {
        self.last.store(at.as_millisecond(), Ordering::Relaxed);
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
fn machine_time() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_goes_back_and_has_no_microseconds() {
        let clock = Clock::system();
        let (one, two) = (clock.now(), clock.now());
        assert!(one <= two);
        assert_eq!(one.as_microsecond() % 1000, 0);
    }

    #[test]
    fn a_fixed_clock_moves_when_it_is_told_to() {
        let clock = Clock::fixed(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
        let later = Timestamp::from_second(60).unwrap();
        clock.set(later);
        assert_eq!(clock.now(), later);
    }
}
