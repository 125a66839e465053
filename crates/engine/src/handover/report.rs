//! What a turn leaves behind: where the hand-over stands, why, when it goes on, and what the timeline says.

use super::turn::{Ending, Turn};
use crate::deliver::backoff::{after_failure, after_refusal, spread_of};
use crate::deliver::report::line;
use crate::deliver::trouble::Trouble;
use crate::doctor::visibility;
use tenure_identity::decision::{Decision, Outcome};
use tenure_identity::event::{Event, EventKind, Subject};
use tenure_identity::handover::{Kind, summary};
use tenure_store::deliveries::State;
use tenure_store::handovers::{FinishedHandover, HandoverState, HandoverStep, StepState};

/// How often what is in doubt is tried before somebody is told of it.
const TRIES: u32 = 4;

impl Turn<'_> {
    /// The end of the turn, as it went.
    pub(super) fn finish(&self, outcome: Result<Ending, Trouble>) -> FinishedHandover {
        let mut finished = self.frame();
        // What could not be noted is found again, and told then.
        if !matches!(outcome, Err(Trouble::Store(_))) {
            self.tell(&mut finished);
        }
        match outcome {
            // The wish says what follows.
            Ok(Ending::Recalled) => finished.again = Some(finished.at),
            Ok(Ending::InDoubt { why, cure }) => self.doubted(&mut finished, why, cure),
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
            told: Vec::new(),
            look_again: Vec::new(),
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

    /// After a few tries somebody has to look at it, and is told once.
    fn doubted(&self, finished: &mut FinishedHandover, why: &str, cure: &str) {
        self.later(finished, why);
        if finished.attempts < TRIES {
            return;
        }
        let reason = format!("{why}; {cure}");
        if self.handover.reason.as_ref() != Some(&reason) {
            finished.events.push(self.finding(&reason, Vec::new()));
        }
        finished.state = HandoverState::Refused;
        finished.reason = Some(reason);
        finished.again = Some(finished.at + after_refusal(finished.attempts - TRIES, self.spread()));
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
        let is_back = done == HandoverState::Undone;
        let is_stuck = |it: &&HandoverStep| match is_back {
            true => self.stuck.contains(&it.ordinal),
            false => it.state == StepState::Refused,
        };
        let mut reasons = self.unseen.clone();
        reasons.extend(summary(self.steps.iter().filter(is_stuck).map(reason)));
        finished.state = done;
        if !reasons.is_empty() {
            finished.state = refused;
            finished.attempts = self.handover.attempts.saturating_add(1);
            finished.again = Some(finished.at + after_refusal(self.handover.attempts, self.spread()));
        }
        let stays = if is_back { StepState::Kept } else { StepState::Left };
        reasons.extend(summary(self.steps.iter().filter(|it| it.state == stays).map(reason)));
        if self.hidden {
            reasons.push(hidden());
            if self.handover.reason.as_ref().is_none_or(|it| !it.contains(&hidden())) {
                finished.events.push(self.finding(&hidden(), Vec::new()));
            }
        }
        finished.reason = Some(reasons.join("; ")).filter(|reason| !reason.is_empty());
    }

    fn came_back(&self) -> String {
        let is_part = |it: &&HandoverStep| it.state == StepState::Refused && it.after.is_some();
        let done = self.steps.iter().filter(|it| it.state == StepState::Done || is_part(it)).count();
        match done {
            0 => "the person came back; nothing had been handed over".to_owned(),
            done => format!(
                "the person came back after {done} of the steps; `tenure handover undo` puts them back"
            ),
        }
    }

    /// What the timeline says, and of which steps.
    fn tell(&self, finished: &mut FinishedHandover) {
        let is_back = self.handover.state == HandoverState::Undoing;
        finished.events = if is_back { self.undone() } else { self.handed_over() };
        let told: &[StepState] = match is_back {
            true => &[StepState::Undone, StepState::Kept],
            false => &[StepState::Done, StepState::Kept, StepState::Refused, StepState::Left],
        };
        finished.told = self.news(told).map(|it| it.ordinal).collect();
    }

    fn handed_over(&self) -> Vec<Event> {
        let told = [StepState::Done, StepState::Kept, StepState::Refused];
        let moved: Vec<_> = self.news(&told).flat_map(decisions).collect();
        let left: Vec<_> = self.news(&[StepState::Left]).flat_map(decisions).collect();
        let note = "work stays with somebody who has left, because nobody whom the policy names can take it";
        let moved = (!moved.is_empty()).then(|| self.event(EventKind::HandedOver, None, moved));
        let left = (!left.is_empty()).then(|| self.finding(note, left));
        moved.into_iter().chain(left).collect()
    }

    fn undone(&self) -> Vec<Event> {
        let put_back = self.news(&[StepState::Undone]).flat_map(taken_back);
        let kept = self.news(&[StepState::Kept]).flat_map(decisions);
        let decisions: Vec<_> = put_back.chain(kept).collect();
        let event = (!decisions.is_empty()).then(|| self.event(EventKind::HandoverUndone, None, decisions));
        event.into_iter().collect()
    }

    fn news(&self, states: &[StepState]) -> impl Iterator<Item = &HandoverStep> {
        self.steps.iter().filter(move |it| !it.told && states.contains(&it.state))
    }

    fn finding(&self, note: &str, decisions: Vec<Decision>) -> Event {
        self.event(EventKind::Finding, Some(note.to_owned()), decisions)
    }

    fn event(&self, kind: EventKind, note: Option<String>, decisions: Vec<Decision>) -> Event {
        let subject = Subject::Person(self.handover.leaving.person.clone());
        let mut event = line(subject, self.engine.clock.now(), kind, note, decisions);
        if let Some(by) = &self.handover.asked_by {
            event.actor.writer.clone_from(by);
        }
        event
    }
}

/// What to know of a hand-over that went by our own word.
fn hidden() -> String {
    format!(
        "the target hides the leaver from our account, so their manager is the one whom we know; {}",
        visibility::CURE
    )
}

fn reason(it: &HandoverStep) -> (Kind, &str, &str) {
    (it.step.kind, &it.step.label, it.reason.as_deref().unwrap_or(it.state.label()))
}

/// A line for each column of the row, with what was there before and what is there now.
fn decisions(it: &HandoverStep) -> Vec<Decision> {
    let why = it.reason.as_deref().unwrap_or(&it.step.why);
    let one = |column: &tenure_identity::id::FieldName, former: &String| {
        let asked = it.step.fields.get(column);
        let shown = it.after.as_ref().and_then(|after| after.get(column));
        let now = shown.or(asked).cloned();
        let (outcome, to) = match it.state {
            // A part of it was written all the same.
            StepState::Refused if shown.is_some_and(|shown| shown != former) => (Outcome::Landed, now),
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
