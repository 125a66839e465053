//! What happens to a company in twelve months, as its identity providers tell it, and what is true in the end.
//!
//! A year is a list of dated events and nothing else: playing them all tells a server everything, and folding them all
//! gives the [`Truth`]. Each event carries the whole account as its provider has it then, so nobody who reads one needs
//! the ones before.

mod arrivals;
mod calendar;
mod changes;
mod departures;
mod events;
mod truth;
mod world;

pub use events::{Arrival, Event, GroupRef};
pub use truth::{Doubt, GroupTruth, Holding, PersonTruth, Truth};

use crate::company::Company;

/// Days in the year; day 0 is the evening before, when everybody who is there already is assigned.
pub const DAYS: u16 = 365;

/// An event and its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    /// Day of the year, 0 to [`DAYS`].
    pub day: u16,
    /// What happened.
    pub event: Event,
}

/// A company's year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// What happened, in order. Events of one day are ordered too: out of groups, then people, then into groups.
    pub events: Vec<Dated>,
}

impl Year {
    /// Invents the year of this company; the same seed gives the same year.
    pub fn plan(company: &Company, seed: u64) -> Self {
        Self { events: calendar::play_out(company, seed) }
    }

    /// What a server that was told everything should hold at the end.
    pub fn truth(&self) -> Truth {
        Truth::after(self.events.iter().map(|dated| &dated.event))
    }

    /// The events of each day that has any, in order.
    pub fn days(&self) -> impl Iterator<Item = &[Dated]> {
        self.events.chunk_by(|a, b| a.day == b.day)
    }
}

#[cfg(test)]
mod tests;
