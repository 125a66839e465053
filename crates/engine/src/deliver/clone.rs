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
}

impl Moved {
    /// Whether this one is reason to doubt all others.
    fn note(&mut self, now: Instant) -> bool {
        if self.since.is_none_or(|since| now.duration_since(since) > WITHIN) {
            (self.count, self.since) = (0, Some(now));
        }
        self.count += 1;
        self.count == SEVERAL
    }
}

impl Engine {
    /// A record was found under another id than before; so may be whatever it refers to, and perhaps everything.
    pub(super) async fn note_moved(
        &self,
        delivery: &Delivery,
        refers_to: &[String],
    ) -> Result<(), EngineError> {
        let now = self.clock.now();
        self.store.doubt_records(Some(refers_to), now).await?;
        let everybody = delivery.moved.lock().unwrap_or_else(PoisonError::into_inner).note(Instant::now());
        if everybody {
            tracing::warn!(
                "records have other ids than before, as after a clone; everybody is looked up by stable key"
            );
            self.store.doubt_records(None, now).await?;
        }
        delivery.wake();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_record_is_no_clone_and_several_are() {
        let (mut moved, now) = (Moved::default(), Instant::now());
        assert_eq!([moved.note(now), moved.note(now)], [false, false]);
        assert!(moved.note(now));
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
