//! What a delivery leaves behind: where it stands, why, and what the timeline says.

use super::person::Work;
use super::trouble::{Consequence, Trouble};
use jiff::Timestamp;
use tenure_identity::decision::Decision;
use tenure_identity::event::{Actor, Event, EventKind, Subject};
use tenure_identity::id::SourceName;
use tenure_store::deliveries::{Finished, State, Taken};

/// Who delivers.
const OURSELVES: &str = "tenure";

/// Of somebody for whom there is nothing to do.
const STAYS_AWAY: &str =
    "they left while another instance was the target, and this one has no record of theirs; none is made";

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

/// What follows from trouble; only failures of the same kind count, or ten busy answers in a night would make the first
/// refusal wait for a day.
pub(super) fn follows(trouble: &Trouble, taken: &Taken) -> Consequence {
    let follows = trouble.consequence(taken.subject.as_str(), taken.attempts);
    match follows.state == taken.state {
        true => follows,
        false => trouble.consequence(taken.subject.as_str(), 0),
    }
}

/// Whether it is a refusal that the timeline has not told: the same one again is no news.
pub(super) fn is_news(follows: &Consequence, taken: &Taken) -> bool {
    let told = taken.state == State::Refused && taken.reason.as_ref() == Some(&follows.reason);
    follows.state == State::Refused && !told
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
        self.tell_of_leaver();
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
        let mut reasons: Vec<_> =
            self.wanted.obstacles.iter().cloned().chain(parked).chain(self.notes.iter().cloned()).collect();
        if !reasons.is_empty() {
            finished.state = State::Partly;
        }
        reasons.extend(self.wanted.kept_choices(&self.known));
        finished.reason = Some(reasons.join("; ")).filter(|reason| !reason.is_empty());
        finished.again = self.again();
        if self.stays_away {
            (finished.state, finished.again) = (State::Delivered, None);
            finished.reason = Some(STAYS_AWAY.to_owned());
            finished.waits_for.clear();
        }
    }

    fn went_wrong(&mut self, trouble: &Trouble, finished: &mut Finished) {
        let follows = follows(trouble, &self.taken);
        if follows.in_doubt {
            self.known.forget();
        }
        if is_news(&follows, &self.taken) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use tenure_identity::id::PersonId;

    fn taken(state: State, reason: &str, attempts: u32) -> Taken {
        Taken {
            subject: Subject::Person(PersonId::new("p1")),
            mark: 1,
            attempts,
            unfinished: false,
            record: None,
            known: None,
            marked: Timestamp::UNIX_EPOCH,
            delivered: None,
            yields: None,
            state,
            reason: Some(reason.to_owned()),
            anew: false,
        }
    }

    #[test]
    fn only_failures_of_one_kind_count_and_the_same_refusal_is_no_news() {
        let trouble = Trouble::Doubt("no kings".to_owned());
        let told = |taken: &Taken| {
            let follows = follows(&trouble, taken);
            (follows.attempts, is_news(&follows, taken))
        };
        assert_eq!(told(&taken(State::Retrying, "busy", 10)), (1, true));
        assert_eq!(told(&taken(State::Refused, "no kings", 2)), (3, false));
        assert_eq!(told(&taken(State::Refused, "no queens", 2)), (3, true));
        let busy = Trouble::Occupied;
        assert!(!is_news(&follows(&busy, &taken(State::Waiting, "", 0)), &taken(State::Waiting, "", 0)));
    }
}
