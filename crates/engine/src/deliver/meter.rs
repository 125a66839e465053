//! What this node counts of its deliveries, for metrics: how they ended, what became of values, how long they took.

use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use tenure_identity::event::EventKind;
use tenure_store::deliveries::{Finished, State};

/// Upper bounds of the times from mark to landing, in seconds; beyond the last one comes everything else.
const BOUNDS: [f64; 12] =
    [0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0, 7_200.0, f64::INFINITY];

/// What this node has counted since it started.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryCounts {
    /// Deliveries that ended, by where they stood then.
    pub finished: BTreeMap<&'static str, u64>,
    /// Values, groups and roles that were written, by what became of them.
    pub verdicts: BTreeMap<&'static str, u64>,
    /// Seconds from the mark to the landing of deliveries that wrote something: upper bounds with how many fall below each
    /// and above the one before.
    pub landing: Vec<(f64, u64)>,
    /// All those seconds together.
    pub landing_seconds: f64,
}

impl Default for DeliveryCounts {
    fn default() -> Self {
        Self {
            finished: State::ALL.iter().map(|state| (state.label(), 0)).collect(),
            verdicts: BTreeMap::new(),
            landing: BOUNDS.iter().map(|bound| (*bound, 0)).collect(),
            landing_seconds: 0.0,
        }
    }
}

/// Where it is counted.
#[derive(Debug, Default)]
pub(super) struct Meter(Mutex<DeliveryCounts>);

impl Meter {
    /// Counts a delivery that was marked then and has ended.
    pub(super) fn count(&self, finished: &Finished, marked: Timestamp) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.finished.entry(finished.state.label()).or_default() += 1;
        let written: Vec<_> =
            finished.events.iter().filter(|event| event.kind == EventKind::Delivered).collect();
        for decision in written.iter().flat_map(|event| &event.decisions) {
            *counts.verdicts.entry(decision.outcome.label()).or_default() += 1;
        }
        // Who was only looked at again has not waited for anything.
        if !written.is_empty() && matches!(finished.state, State::Delivered | State::Partly) {
            counts.land(finished.at.duration_since(marked).as_secs_f64().max(0.0));
        }
    }

    pub(super) fn read(&self) -> DeliveryCounts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl DeliveryCounts {
    fn land(&mut self, seconds: f64) {
        self.landing_seconds += seconds;
        if let Some((_, count)) = self.landing.iter_mut().find(|(bound, _)| seconds <= *bound) {
            *count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_falls_into_one_bucket() {
        let mut counts = DeliveryCounts::default();
        for seconds in [0.0, 0.25, 0.3, 7_200.0, 1e9] {
            counts.land(seconds);
        }
        let filled: Vec<_> = counts.landing.iter().filter(|(_, count)| *count > 0).copied().collect();
        assert_eq!(filled, [(0.25, 2), (0.5, 1), (7_200.0, 1), (f64::INFINITY, 1)]);
    }
}
