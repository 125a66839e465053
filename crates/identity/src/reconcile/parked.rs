//! Parked: what the target did not take waits, longer each time, and holds nothing else up. Once nobody asks for it any more
//! it is forgotten with its reason.

use super::{Desired, Known, different};
use crate::id::FieldName;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::time::Duration;

/// A value that the target did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// The value.
    pub asked: String,
    /// What became of it.
    pub reason: String,
    /// When to try it again, unless another value is asked for sooner.
    pub until: Timestamp,
    /// How often this value had failed before.
    pub attempts: u32,
}

impl Known {
    /// Sets a value aside; `wait` says for how long after so many failures of the same value.
    pub fn park(
        &mut self,
        column: &FieldName,
        asked: &str,
        reason: &str,
        now: Timestamp,
        wait: impl Fn(u32) -> Duration,
    ) {
        let before = self.parked.get(column).filter(|parked| parked.asked == asked);
        let attempts = before.map_or(0, |parked| parked.attempts.saturating_add(1));
        let (asked, reason, until) = (asked.to_owned(), reason.to_owned(), now + wait(attempts));
        self.parked.insert(column.clone(), Parked { asked, reason, until, attempts });
    }

    /// Whether this value of this column waits.
    pub fn is_parked(&self, column: &FieldName, value: &str, now: Timestamp) -> bool {
        self.parked.get(column).is_some_and(|parked| parked.asked == value && now < parked.until)
    }

    /// Forgets what waits and is not asked for any more: another value is, the target has it by now, or nobody wants it.
    /// `ties` are those that are still to be made or cut, by the names under which they wait.
    pub fn unpark(&mut self, desired: &Desired, ties: &BTreeSet<FieldName>) {
        let asked = different(desired, self);
        self.parked.retain(|name, parked| ties.contains(name) || asked.get(name) == Some(&parked.asked));
    }
}
