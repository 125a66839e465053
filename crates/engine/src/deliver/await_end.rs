//! Immediate delivery: the answer to a source waits, for a bounded time, until the target has what it said or has refused it.

use crate::target::Mode;
use crate::{Engine, EngineError};
use std::collections::BTreeSet;
use std::time::Duration;
use tenure_identity::change::Change;
use tenure_identity::decision::Outcome;
use tenure_identity::id::FieldName;
use tenure_store::deliveries::{self, State};
use tokio::time::{Instant, timeout};

/// How often to look whether another node has delivered.
const LOOK: Duration = Duration::from_millis(250);

impl Engine {
    /// Waits for what the change means for the target, if answers wait for it. What takes too long goes on in the queue.
    ///
    /// # Errors
    /// If the target refused the record, or a value that the change brought. The change itself is durable.
    pub(crate) async fn await_delivery(&self, change: &Change) -> Result<(), EngineError> {
        let (Some(delivery), Some(person)) = (&self.delivery, &change.person) else { return Ok(()) };
        let Mode::Immediate(wait) = delivery.target.settings.mode else { return Ok(()) };
        if !person.dirty {
            return Ok(());
        }
        let (id, until) = (person.person.id.as_str(), Instant::now() + wait);
        while Instant::now() < until {
            let ended = delivery.ended.notified();
            match self.store.delivery(id).await? {
                None => return Ok(()),
                Some(state) if self.is_over(&state) => return refusal(&state, &brought(change)),
                Some(_) => {}
            }
            let _ = timeout(LOOK.min(until.saturating_duration_since(Instant::now())), ended).await;
        }
        Ok(())
    }

    /// Whether nobody is at work on it, and nobody is about to be.
    fn is_over(&self, delivery: &deliveries::Delivery) -> bool {
        let later = delivery.due > self.clock.now();
        !delivery.at_work && (!delivery.pending || (later && delivery.state != State::Retrying))
    }
}

/// The fields that the change brought.
fn brought(change: &Change) -> BTreeSet<FieldName> {
    let decisions = change.events.iter().flat_map(|event| &event.decisions);
    decisions.filter(|it| it.outcome == Outcome::Written).map(|it| it.field.clone()).collect()
}

fn refusal(delivery: &deliveries::Delivery, brought: &BTreeSet<FieldName>) -> Result<(), EngineError> {
    let refused = |reason: String| Err(EngineError::Undeliverable { reason });
    if delivery.state == State::Refused {
        return refused(delivery.reason.clone().unwrap_or_default());
    }
    let parked = delivery.known.iter().flat_map(|known| &known.parked);
    match parked.into_iter().find(|(column, _)| brought.contains(*column)) {
        Some((column, parked)) => refused(format!("`{column}`: {}", parked.reason)),
        None => Ok(()),
    }
}
