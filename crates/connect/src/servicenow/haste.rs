//! How long somebody waits who would rather have no answer: for one call, and for all of them together. Whoever waited in
//! vain once waits no more, as the next call would have to wait for the same.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Shared by the clones of a client in haste.
#[derive(Debug)]
pub(super) struct Haste {
    once: Duration,
    left: Mutex<Duration>,
}

impl Haste {
    pub(super) fn new(once: Duration, in_all: Duration) -> Self {
        Self { once, left: Mutex::new(in_all) }
    }

    /// How long the next call may wait.
    pub(super) fn patience(&self) -> Duration {
        self.once.min(*self.left())
    }

    pub(super) fn waited(&self, time: Duration) {
        let mut left = self.left();
        *left = left.saturating_sub(time);
    }

    pub(super) fn waited_in_vain(&self) {
        *self.left() = Duration::ZERO;
    }

    fn left(&self) -> MutexGuard<'_, Duration> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_comes_to_an_end() {
        let seconds = Duration::from_secs;
        let haste = Haste::new(seconds(5), seconds(12));
        let mut patience = vec![haste.patience()];
        for wait in [4, 5, 9] {
            haste.waited(seconds(wait));
            patience.push(haste.patience());
        }
        assert_eq!(patience, [5, 5, 3, 0].map(seconds));
        let haste = Haste::new(seconds(5), seconds(12));
        haste.waited_in_vain();
        assert_eq!(haste.patience(), Duration::ZERO);
    }
}
