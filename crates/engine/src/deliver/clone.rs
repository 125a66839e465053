//! Clones and restores: an instance that was copied over has other ids for everything. One record that turns up under
//! another id may be somebody's doing; several mean that no id can be believed.

use super::Delivery;
use crate::{Engine, EngineError};
use std::sync::PoisonError;
use std::time::Duration;
use tokio::time::Instant;

/// So many records under other ids mean that all ids are other ones.
const SEVERAL: u32 = 3;
/// Within this time.
const WITHIN: Duration = Duration::from_secs(3_600);

/// Records that were found under other ids.
#[derive(Debug, Default)]
pub(super) struct Moved {
    count: u32,
    since: Option<Instant>,
    /// References were written while some ids were still the old ones: look again when all have been found.
    again: bool,
}

impl Moved {
    /// Whether this one is reason to doubt all others.
    fn note(&mut self, now: Instant) -> bool {
        if self.since.is_none_or(|since| now.duration_since(since) > WITHIN) {
            (self.count, self.since) = (0, Some(now));
        }
        self.count += 1;
        self.again |= self.count == SEVERAL;
        self.count == SEVERAL
    }
}

impl Engine {
    /// A record was found under another id than before.
    pub(super) async fn note_moved(&self, delivery: &Delivery) -> Result<(), EngineError> {
        let everybody = delivery.moved.lock().unwrap_or_else(PoisonError::into_inner).note(Instant::now());
        if everybody {
            tracing::warn!(
                "records have other ids than before, as after a clone; everybody is looked up by stable key"
            );
            self.store.doubt_all_deliveries(self.clock.now()).await?;
            delivery.wake();
        }
        Ok(())
    }

    /// When everybody has been found again: whoever refers to somebody who was found later is looked at once more.
    pub(super) async fn look_again_after_a_clone(&self, delivery: &Delivery) {
        let again = std::mem::take(&mut delivery.moved.lock().unwrap_or_else(PoisonError::into_inner).again);
        if !again {
            return;
        }
        if let Err(error) = self.store.mark_all_deliveries(self.clock.now()).await {
            tracing::warn!(%error, "references could not be looked at again");
            delivery.moved.lock().unwrap_or_else(PoisonError::into_inner).again = true;
        }
        delivery.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_record_is_no_clone_and_several_are() {
        let (mut moved, now) = (Moved::default(), Instant::now());
        assert_eq!([moved.note(now), moved.note(now)], [false, false]);
        assert!(!moved.again);
        assert!(moved.note(now));
        assert!(moved.again);
        assert!(!moved.note(now), "said once");
    }

    #[test]
    fn records_that_move_far_apart_in_time_are_no_clone() {
        let (mut moved, now) = (Moved::default(), Instant::now());
        for n in 0..5 {
            assert!(!moved.note(now + (WITHIN + Duration::from_secs(1)) * n));
        }
    }
}
