//! What a turn leaves behind: where the hand-over stands, why, when it goes on, and what the timeline says.

use super::turn::{Ending, Turn};
use crate::deliver::backoff::{after_failure, after_refusal, spread_of};
use crate::deliver::report::line;
use crate::deliver::trouble::Trouble;
use tenure_identity::decision::{Decision, Outcome};
use tenure_identity::event::{Event, EventKind, Subject};
use tenure_store::deliveries::State;
use tenure_store::handovers::{FinishedHandover, HandoverState, HandoverStep, StepState};

impl Turn<'_> {
    /// The end of the turn, as it went.
    pub(super) fn finish(&self, outcome: Result<Ending, Trouble>) -> FinishedHandover {
        let mut finished = self.frame();
        finished.events = match &outcome {
            // What could not be noted is found again, and told then.
            Err(Trouble::Store(_)) => Vec::new(),
            _ if self.handover.state == HandoverState::Undoing => self.undone(),
            _ => self.handed_over(),
        };
        match outcome {
            Ok(Ending::NotYet(why)) => self.later(&mut finished, why),
            Ok(Ending::Cancelled) => {
                finished.state = HandoverState::Cancelled;
                finished.reason = Some(self.came_back());
            }
            Ok(Ending::HandedOver) => {
                self.came_to(&mut finished, HandoverState::Done, HandoverState::Refused);
            }
            Ok(Ending::PutBack) => self.came_to(&mut finished, HandoverState::Undone, HandoverState::Undoing),
            Err(trouble) => self.failed(&trouble, &mut finished),
        }
        finished
    }

    fn frame(&self) -> FinishedHandover {
        FinishedHandover {
            leaving: self.handover.leaving.clone(),
            lease: self.lease.clone(),
            at: self.engine.clock.now(),
            state: self.handover.state,
            reason: None,
            attempts: 0,
            again: None,
            events: Vec::new(),
        }
    }

    fn spread(&self) -> f64 {
        spread_of(self.handover.leaving.person.as_str(), self.handover.attempts)
    }

    fn later(&self, finished: &mut FinishedHandover, why: &str) {
        finished.reason = Some(why.to_owned());
        finished.attempts = self.handover.attempts.saturating_add(1);
        finished.again = Some(finished.at + after_failure(self.handover.attempts, self.spread()));
    }

    fn failed(&self, trouble: &Trouble, finished: &mut FinishedHandover) {
        let follows = trouble.consequence(self.handover.leaving.person.as_str(), self.handover.attempts);
        if follows.state == State::Refused && self.handover.state != HandoverState::Undoing {
            finished.state = HandoverState::Refused;
        }
        finished.reason = Some(follows.reason);
        finished.attempts = follows.attempts;
        finished.again = Some(finished.at + follows.wait);
    }

    /// Done, or tried again later with what the target refuses.
    fn came_to(&self, finished: &mut FinishedHandover, done: HandoverState, refused: HandoverState) {
        let is_stuck =
            |it: &&HandoverStep| it.state == StepState::Refused || self.stuck.contains(&it.ordinal);
        let mut reasons = self.unseen.clone();
        reasons.extend(self.steps.iter().filter(is_stuck).map(reason));
        finished.state = done;
        if !reasons.is_empty() {
            finished.state = refused;
            finished.attempts = self.handover.attempts.saturating_add(1);
            finished.again = Some(finished.at + after_refusal(self.handover.attempts, self.spread()));
        }
        let others = self.steps.iter().filter(|it| match done {
            HandoverState::Undone => it.state == StepState::Kept,
            _ => it.state == StepState::Left,
        });
        reasons.extend(others.map(reason));
        finished.reason = Some(reasons.join("; ")).filter(|reason| !reason.is_empty());
    }

    fn came_back(&self) -> String {
        match self.steps.iter().filter(|it| it.state == StepState::Done).count() {
            0 => "the person came back; nothing had been handed over".to_owned(),
            done => format!(
                "the person came back after {done} of the steps; `tenure handover undo` puts them back"
            ),
        }
    }

    fn handed_over(&self) -> Vec<Event> {
        let told = [StepState::Done, StepState::Kept, StepState::Refused];
        let moved = self.news(&told).flat_map(decisions).collect();
        let left: Vec<_> = self.news(&[StepState::Left]).flat_map(decisions).collect();
        let note = (!left.is_empty()).then(|| {
            "work stays with somebody who has left, because nobody whom the policy names can take it"
                .to_owned()
        });
        let events =
            [self.event(EventKind::HandedOver, None, moved), self.event(EventKind::Finding, note, left)];
        events.into_iter().flatten().collect()
    }

    fn undone(&self) -> Vec<Event> {
        let put_back = self.news(&[StepState::Undone]).flat_map(taken_back);
        let kept = self.news(&[StepState::Kept]).flat_map(decisions);
        let event = self.event(EventKind::HandoverUndone, None, put_back.chain(kept).collect());
        event.into_iter().collect()
    }

    fn news(&self, states: &[StepState]) -> impl Iterator<Item = &HandoverStep> {
        self.steps.iter().filter(move |it| !it.told && states.contains(&it.state))
    }

    fn event(&self, kind: EventKind, note: Option<String>, decisions: Vec<Decision>) -> Option<Event> {
        if decisions.is_empty() {
            return None;
        }
        let subject = Subject::Person(self.handover.leaving.person.clone());
        let mut event = line(subject, self.engine.clock.now(), kind, note, decisions);
        if let Some(by) = &self.handover.asked_by {
            event.actor.writer.clone_from(by);
        }
        Some(event)
    }
}

fn reason(it: &HandoverStep) -> String {
    let why = it.reason.as_deref().unwrap_or(it.state.label());
    format!("{} `{}`: {why}", it.step.kind.label(), it.step.label)
}

/// A line for each column of the row, with what was there before and what is there now.
fn decisions(it: &HandoverStep) -> Vec<Decision> {
    let why = it.reason.as_deref().unwrap_or(&it.step.why);
    let one = |column: &tenure_identity::id::FieldName, former: &String| {
        let asked = it.step.fields.get(column);
        let now = it.after.as_ref().and_then(|after| after.get(column)).or(asked).cloned();
        let (outcome, to) = match it.state {
            StepState::Done if now.as_ref() == asked => (Outcome::Landed, now),
            StepState::Done => (Outcome::Altered, now),
            StepState::Refused => (Outcome::Rejected, asked.cloned()),
            _ => (Outcome::Unchanged, None),
        };
        decision(it, column.as_str(), outcome).values(Some(former.clone()), to).because(said(it, why))
    };
    it.step.former.iter().map(|(column, former)| one(column, former)).collect()
}

fn taken_back(it: &HandoverStep) -> Vec<Decision> {
    let after = it.after.as_ref().unwrap_or(&it.step.fields);
    let one = |(column, former): (&tenure_identity::id::FieldName, &String)| {
        decision(it, column.as_str(), Outcome::Landed)
            .values(after.get(column).cloned(), Some(former.clone()))
            .because(said(it, "put back"))
    };
    it.step.former.iter().map(one).collect()
}

fn decision(it: &HandoverStep, column: &str, outcome: Outcome) -> Decision {
    Decision::new(format!("{}.{}.{column}", it.step.table, it.step.label), outcome)
}

/// Labels are for people; the id finds the row.
fn said(it: &HandoverStep, why: &str) -> String {
    format!("{why} ({} {})", it.step.kind.label(), it.step.record)
}
