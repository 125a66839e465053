//! Hand-overs: what becomes of leavers' open work, step by step, with what was there before.
//!
//! One begins in the commit that ends the delivery of a deactivation (`deliveries::Finished`). A worker takes it under a
//! lease, notes its steps before the first of them is carried out, and notes each as it is done, so that whoever comes
//! after a crash goes on where it ended.

mod ask;
mod queue;
mod read;
mod reports;
mod steps;
mod totals;

pub(crate) use ask::begin;
pub use queue::{FinishedHandover, TakeHandovers};
pub use reports::ReportHandovers;
pub(crate) use reports::mark_reports_of;
pub use steps::{HandoverStep, StepState};
pub use totals::HandoverTotals;

use crate::encode::corrupt;
use crate::error::StoreError;
use jiff::Timestamp;
use tenure_identity::id::{PersonId, SysId};

/// One leaving of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// Who.
    pub person: PersonId,
    /// When they were deactivated.
    pub at: Timestamp,
}

/// What becomes of one leaver's open work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// Whose, and which leaving of theirs.
    pub leaving: Leaving,
    /// Their record in the target.
    pub record: SysId,
    /// Where it stands.
    pub state: HandoverState,
    /// Why, or what else is to be known.
    pub reason: Option<String>,
    /// Who asked for it; nobody if it follows from the leaving.
    pub asked_by: Option<String>,
    /// Failures in a row.
    pub attempts: u32,
    /// Since when.
    pub started: Timestamp,
    /// When it last came to an end.
    pub ended: Option<Timestamp>,
    /// When it is gone on with, if it is.
    pub due: Option<Timestamp>,
    /// Whether somebody works on it.
    pub at_work: bool,
    /// What is to become of it once the turn under way has ended.
    pub wish: Option<HandoverWish>,
    /// Whether the target is still the instance that it was begun in.
    pub here: bool,
}

/// What is to become of a hand-over on which somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HandoverWish {
    /// It is put back. Whoever works on it stops where they are.
    Undo,
    /// The work is looked for once more.
    Again,
}

/// Where a hand-over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HandoverState {
    /// It is to be done, and nothing has been written.
    Planned,
    /// Its steps are known and being carried out.
    Running,
    /// Nothing is open with the leaver but what nobody takes.
    Done,
    /// The target refused something; it is tried again later.
    Refused,
    /// The person came back before its end. What had been done stays done.
    Cancelled,
    /// It is being put back.
    Undoing,
    /// It was put back, but for what somebody changed since.
    Undone,
}

impl HandoverState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Planned,
        Self::Running,
        Self::Done,
        Self::Refused,
        Self::Cancelled,
        Self::Undoing,
        Self::Undone,
    ];

    /// The word for it, on every surface and in the store.
    pub fn label(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Running => "running",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// The state of this word.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.label() == label)
    }
}

impl HandoverWish {
    /// Every wish.
    pub const ALL: [Self; 2] = [Self::Undo, Self::Again];

    /// The word for it, on every surface and in the store.
    pub fn label(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Again => "again",
        }
    }

    /// The wish of this word.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.label() == label)
    }
}

fn state(label: &str) -> Result<HandoverState, StoreError> {
    HandoverState::from_label(label).ok_or_else(|| corrupt("state of a hand-over"))
}

fn wish(label: &str) -> Result<HandoverWish, StoreError> {
    HandoverWish::from_label(label).ok_or_else(|| corrupt("wish for a hand-over"))
}
