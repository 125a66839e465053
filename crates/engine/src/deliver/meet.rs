//! Meeting the target: what is known of one instance says nothing of another, and whoever has left is not made there.

use super::Delivery;
use super::person::Work;
use super::trouble::Trouble;
use crate::Engine;
use std::sync::atomic::Ordering;
use tenure_store::deliveries::{Met, Missed};
use tenure_store::error::CommitError;

impl Engine {
    /// Makes the target of this node the one that deliveries are about, if there is one. Whoever links records or hands work
    /// over does so first: all that is kept of another instance is set aside by it.
    ///
    /// # Errors
    /// If the store fails.
    pub(crate) async fn meet_target(&self) -> Result<(), CommitError> {
        let Some(delivery) = &self.delivery else { return Ok(()) };
        let (aim, now) = (delivery.target.aim(), self.clock.now());
        let met = match self.store.meet_target(&aim, now).await {
            // Another node was quicker; if it met the same target, there is nothing left to do.
            Err(CommitError::Moved) => self.store.meet_target(&aim, now).await?,
            met => met?,
        };
        let url = &aim.url;
        match met {
            Met::AsBefore | Met::Missed => {}
            Met::OtherGroups => tracing::info!(url, "other groups are brought to the target than before"),
            Met::OtherKey => {
                tracing::warn!(url, "stable keys are in another column; everybody is read again");
            }
            Met::OtherInstance(before) if before.is_empty() => {
                tracing::info!(url, "this is the target from now on; everybody is brought there");
            }
            Met::OtherInstance(before) => tracing::warn!(
                url,
                before,
                "the target is another instance than before; everybody is looked up there by stable key"
            ),
        }
        Ok(())
    }

    /// Marks everybody if something changed that nobody was marked for; and stops where another node has met another target.
    pub(super) async fn mark_missed(&self, delivery: &Delivery) {
        let ours = &delivery.target.name;
        match self.store.mark_what_was_missed(ours, self.clock.now()).await {
            Ok(Missed::Displaced(theirs)) => {
                if !delivery.displaced.swap(true, Ordering::Relaxed) {
                    tracing::error!(
                        ours,
                        theirs,
                        "another node delivers to another target since; this one delivers nothing until both have the same \
                         `target.url` and it is started again"
                    );
                }
            }
            Ok(Missed::Nothing | Missed::Marked) => delivery.displaced.store(false, Ordering::Relaxed),
            Err(error) => {
                tracing::warn!(%error, "whether everybody is to be looked at again could not be read; it is tried again");
            }
        }
    }
}

impl Work<'_> {
    /// Whether they have left, had a record in an instance that was the target before, and have none in this one. Of
    /// somebody who is not made, the record may be there without the stable key.
    pub(super) async fn stays_away(&mut self) -> Result<bool, Trouble> {
        let store = self.engine.store();
        if self.person.active
            || self.record.is_some()
            || !store.had_record_elsewhere(self.taken.subject.as_str()).await?
        {
            return Ok(false);
        }
        self.find(true).await?;
        self.stays_away = self.record.is_none();
        Ok(self.stays_away)
    }
}
