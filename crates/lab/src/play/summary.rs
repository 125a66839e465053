//! What happened in a year that was played, in the numbers that a table shows.

use std::collections::{BTreeMap, BTreeSet};

use super::crew::Done;
use crate::company::{EmployeeNumber, Idp};
use crate::http::HttpError;
use crate::idp::{DriveError, Refusal};
use crate::year::{Arrival, Dated, Event};

/// A year that was played to its end.
#[derive(Debug, Default)]
pub struct Played {
    /// People who were there before.
    pub founders: usize,
    /// People who joined.
    pub joiners: usize,
    /// Changes of post, name, login or mail.
    pub movers: usize,
    /// People who left.
    pub leavers: usize,
    /// People who came back.
    pub rehires: usize,
    /// The same by [`Event::kind`], with what is none of the above. Somebody in two providers counts once.
    pub kinds: BTreeMap<&'static str, usize>,
    /// Events played, each as one provider told it.
    pub events: usize,
    /// Requests sent.
    pub requests: u64,
    /// What the server refused or held.
    pub refusals: Vec<PlayedRefusal>,
    /// What failed otherwise.
    pub failures: Vec<Failure>,
    /// Whom today's kinds have counted already.
    pub(super) counted: BTreeSet<(u16, &'static str, EmployeeNumber)>,
}

/// A refusal and the event that met it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlayedRefusal {
    /// The day.
    pub day: u16,
    /// The kind of event, as [`Event::kind`] names it.
    pub kind: &'static str,
    /// The provider that pushed.
    pub idp: Idp,
    /// Whom it was about; nobody for groups.
    pub who: Option<EmployeeNumber>,
    /// The event came through all the same, by trying again.
    pub overcome: bool,
    /// The answer.
    pub refusal: Refusal,
}

/// An event that failed without a refusal.
#[derive(Debug)]
pub struct Failure {
    /// The day.
    pub day: u16,
    /// The kind of event.
    pub kind: &'static str,
    /// Whom it was about; nobody for groups.
    pub who: Option<EmployeeNumber>,
    /// What went wrong.
    pub error: DriveError,
}

impl Played {
    /// How often the server refused, by kind of event and status.
    pub fn refusals_by_kind(&self) -> BTreeMap<(&'static str, u16), usize> {
        let mut kinds = BTreeMap::new();
        for refused in &self.refusals {
            *kinds.entry((refused.kind, refused.refusal.status)).or_default() += 1;
        }
        kinds
    }

    /// Writes an event down. An error comes back when there is no server left to go on with.
    pub(super) fn note(&mut self, done: Done) -> Option<DriveError> {
        let Done { dated: Dated { day, event }, outcome, refusals, requests } = done;
        self.events += 1;
        self.requests += requests;
        self.count(day, &event);
        let (kind, idp) = (event.kind(), event.idp());
        let who = event.account().map(|account| account.human.number.clone());
        let overcome = outcome.is_ok();
        self.refusals.extend(refusals.into_iter().map(|refusal| {
            let who = who.clone();
            PlayedRefusal { day, kind, idp, who, overcome, refusal }
        }));
        match outcome {
            Ok(_) | Err(DriveError::Refused(_)) => None,
            Err(error @ DriveError::Http(HttpError::Connect { .. })) => Some(error),
            Err(error) => {
                self.failures.push(Failure { day, kind, who, error });
                None
            }
        }
    }

    fn count(&mut self, day: u16, event: &Event) {
        let kind = event.kind();
        let number = event.account().map(|account| account.human.number.clone());
        if number.is_some_and(|number| !self.counted.insert((day, kind, number))) {
            return;
        }
        *self.kinds.entry(kind).or_default() += 1;
        match event {
            Event::Joined { arrival: Arrival::Founder, .. } => self.founders += 1,
            Event::Joined { .. } => self.joiners += 1,
            Event::Moved { .. }
            | Event::Married { .. }
            | Event::Readdressed { .. }
            | Event::LoginReplaced { .. } => {
                self.movers += 1;
            }
            Event::Left { .. } => self.leavers += 1,
            Event::Rehired { .. } => self.rehires += 1,
            _ => {}
        }
    }
}
