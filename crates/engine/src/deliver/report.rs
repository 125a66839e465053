//! What a delivery leaves behind: where it stands, why, and what the timeline says.

use super::person::Work;
use super::trouble::Trouble;
use jiff::Timestamp;
use tenure_identity::decision::Decision;
use tenure_identity::event::{Actor, Event, EventKind, Subject};
use tenure_identity::id::SourceName;
use tenure_store::deliveries::{Finished, State};

/// Who delivers.
const OURSELVES: &str = "tenure";

/// One line of a timeline, by nobody's word but ours.
pub(crate) fn line(
    subject: Subject,
    at: Timestamp,
    kind: EventKind,
    note: Option<String>,
    decisions: Vec<Decision>,
) -> Event {
    let actor = Actor { source: SourceName::new(OURSELVES), writer: OURSELVES.to_owned(), request: None };
    Event { subject, at, actor, kind, note, decisions }
}

impl Work<'_> {
    /// The end of the delivery, as it went.
    pub(super) fn finish(mut self, outcome: Result<(), Trouble>) -> Finished {
        let mut finished = self.frame();
        match outcome {
            Ok(()) => self.went_well(&mut finished),
            Err(trouble) => self.went_wrong(&trouble, &mut finished),
        }
        finished.leaves = self.leaving();
        if self.wrote || !self.decisions.is_empty() {
            let kind = if self.decisions.is_empty() && !self.wrote {
                EventKind::Refused
            } else {
                EventKind::Delivered
            };
            let decisions = std::mem::take(&mut self.decisions);
            self.events.push(line(self.taken.subject.clone(), self.now, kind, None, decisions));
        }
        finished.events.splice(0..0, self.events);
        finished.known = Some(self.known);
        finished
    }

    fn frame(&self) -> Finished {
        Finished {
            subject: self.taken.subject.clone(),
            lease: self.lease.clone(),
            mark: self.taken.mark,
            at: self.engine.clock.now(),
            state: State::Delivered,
            reason: None,
            again: None,
            attempts: 0,
            record: self.record.clone(),
            former: self.taken.record.clone(),
            known: None,
            in_doubt: false,
            waits_for: self.wanted.waits_for.clone(),
            refers_to: super::desire::referred(&self.person).collect(),
            leaves: None,
            events: Vec::new(),
        }
    }

    fn went_well(&self, finished: &mut Finished) {
        let parked =
            self.known.parked.iter().map(|(column, parked)| format!("`{column}`: {}", parked.reason));
        let reasons: Vec<_> =
            self.wanted.obstacles.iter().cloned().chain(parked).chain(self.notes.iter().cloned()).collect();
        if !reasons.is_empty() {
            finished.state = State::Partly;
            finished.reason = Some(reasons.join("; "));
        }
        finished.again = self.again();
    }

    fn went_wrong(&mut self, trouble: &Trouble, finished: &mut Finished) {
        let follows = trouble.consequence(self.taken.subject.as_str(), self.taken.attempts);
        if follows.in_doubt {
            self.known.forget();
        }
        // The same refusal again is no news.
        if follows.state == State::Refused && self.taken.attempts == 0 {
            let note = Some(follows.reason.clone());
            finished.events.push(line(
                self.taken.subject.clone(),
                self.now,
                EventKind::Refused,
                note,
                Vec::new(),
            ));
        }
        finished.in_doubt = self.taken.unfinished && follows.state != State::Refused;
        finished.state = follows.state;
        finished.reason = Some(follows.reason);
        finished.attempts = follows.attempts;
        finished.again = Some(self.now + follows.wait);
    }
}
