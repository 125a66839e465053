//! How well a detector does: precision and recall.

use std::collections::BTreeSet;
use std::fmt;

/// How many were found, how many there are, and how many were both.
#[derive(Debug)]
pub(crate) struct Measure {
    found: usize,
    real: usize,
    hits: usize,
}

impl Measure {
    pub(crate) fn of<T: Ord>(found: &BTreeSet<T>, real: &BTreeSet<T>) -> Self {
        Self { found: found.len(), real: real.len(), hits: found.intersection(real).count() }
    }

    /// Of what was found, the share that is real.
    pub(crate) fn precision(&self) -> f64 {
        self.hits as f64 / self.found.max(1) as f64
    }

    /// Of what is real, the share that was found.
    pub(crate) fn recall(&self) -> f64 {
        self.hits as f64 / self.real.max(1) as f64
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (precision, recall) = (self.precision() * 100.0, self.recall() * 100.0);
        write!(
            f,
            "precision {precision:.1} %, recall {recall:.1} % ({} of {} pairs, {} found)",
            self.hits, self.real, self.found
        )
    }
}
