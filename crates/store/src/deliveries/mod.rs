//! Deliveries: who waits to be brought to the target, which of the target's records is whose, and what came of it.
//!
//! Somebody is marked in the commit that changed them (`write::deliveries`). A worker takes them under a lease, and ends
//! with [`Finished`]; a lease that runs out is anybody's again, who is told that another began and did not end.

mod finish;
mod leases;
mod lists;
mod pause;
mod queue;
mod records;
mod retry;
mod target;

pub use finish::Finished;
pub use lists::{Delivery, Totals};
pub use pause::Paused;
pub use queue::{Take, Taken};
pub use target::{Aim, Met, Missed};

use crate::encode::corrupt;
use crate::error::StoreError;
use tenure_identity::event::Subject;
use tenure_identity::id::{GroupId, PersonId};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It has not been tried.
    Waiting,
    /// The target says what it should.
    Delivered,
    /// The target says what it should, but for values that it does not take or that cannot be said yet.
    Partly,
    /// The target could not be reached, or was busy; it is tried again.
    Retrying,
    /// The target refuses the record, or it cannot be told which one it is.
    Refused,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Delivered, Self::Partly, Self::Retrying, Self::Refused];

    /// The word for it, on every surface and in the store.
    pub fn label(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Partly => "partly delivered",
            Self::Retrying => "retrying",
            Self::Refused => "refused",
        }
    }

    /// The state of this word.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.label() == label)
    }
}

/// What kinds of subjects there are, as they are kept.
fn kind(subject: &Subject) -> i64 {
    match subject {
        Subject::Person(_) => 0,
        Subject::Group(_) => 1,
    }
}

fn subject(kind: i64, id: String) -> Subject {
    match kind {
        0 => Subject::Person(PersonId::new(id)),
        _ => Subject::Group(GroupId::new(id)),
    }
}

fn state(label: &str) -> Result<State, StoreError> {
    State::from_label(label).ok_or_else(|| corrupt("state of a delivery"))
}
