//! Planning: what the plan says is noted before any of it is carried out, in place of what was refused, what nobody took, and
//! what was to go to somebody who has left meanwhile.

use super::turn::Turn;
use crate::deliver::trouble::Trouble;
use std::collections::{HashMap, HashSet};
use tenure_identity::handover::{Kind, Left, Plan, Step};
use tenure_identity::id::SysId;
use tenure_identity::reconcile::Columns;
use tenure_store::handovers::{HandoverState, HandoverStep, StepState};

/// What tells one row from another: somebody may report to the leaver and be their manager.
type Key = (Kind, SysId);

/// A step that is planned, where it stands and why, and what its row has of it already.
struct Planned {
    step: Step,
    state: StepState,
    reason: Option<String>,
    after: Option<Columns>,
}

impl Turn<'_> {
    /// Notes what is new in the plan. Gives whether there is anything to carry out.
    pub(super) async fn note_plan(
        &mut self,
        plan: Plan,
        first: bool,
        record: &SysId,
    ) -> Result<bool, Trouble> {
        let withdrawn = self.withdraw(first);
        let withdrawn = self.keep_parts(withdrawn, &plan).await?;
        let dropped: Vec<_> = withdrawn.iter().map(|it| it.ordinal).collect();
        let planned = self.planned(plan, &withdrawn);
        self.earlier.extend(withdrawn);
        let last = self.steps.iter().chain(&self.earlier).map(|it| it.ordinal + 1).max().unwrap_or(0);
        let new: Vec<_> = (last..).zip(planned).map(|(ordinal, it)| self.numbered(ordinal, it)).collect();
        let (store, leaving) = (self.engine.store(), &self.handover.leaving);
        store.plan_handover(leaving, &self.lease, record, &dropped, &new).await?;
        self.handover.state = HandoverState::Running;
        let goes_on = new.iter().any(|it| it.state == StepState::Waiting);
        self.steps.extend(new);
        Ok(goes_on)
    }

    /// Takes out what is planned anew: what would go to somebody who has left, and at the first plan of a turn also what an
    /// earlier one refused or left.
    fn withdraw(&mut self, first: bool) -> Vec<HandoverStep> {
        let anew = std::mem::take(&mut self.anew);
        let is_over = |it: &mut HandoverStep| {
            anew.contains(&it.ordinal) || (first && matches!(it.state, StepState::Refused | StepState::Left))
        };
        self.steps.extract_if(.., is_over).collect()
    }

    /// Of what was written in part nothing is forgotten: if no step takes its place, it stays. Gives the others.
    async fn keep_parts(
        &mut self,
        mut withdrawn: Vec<HandoverStep>,
        plan: &Plan,
    ) -> Result<Vec<HandoverStep>, Trouble> {
        let taken: HashSet<_> = plan.steps.iter().map(key).collect();
        let is_part = |it: &mut HandoverStep| it.after.is_some() && !taken.contains(&key(&it.step));
        let parts: Vec<_> = withdrawn.extract_if(.., is_part).collect();
        let lies: HashSet<_> =
            plan.left.iter().map(|left| (left.work.kind, left.work.record.clone())).collect();
        let first = self.steps.len();
        for mut it in parts {
            // A kind that could not be looked at may lie with them all the same.
            (it.state, it.reason) = match lies.contains(&key(&it.step)) || !self.unseen.is_empty() {
                true => (StepState::Refused, it.reason),
                false => (StepState::Kept, Some("it does not lie with them any more".to_owned())),
            };
            it.told = false;
            self.steps.push(it);
        }
        self.note(&(first..self.steps.len()).collect::<Vec<_>>()).await?;
        self.steps.sort_by_key(|it| it.ordinal);
        Ok(withdrawn)
    }

    /// What is new in the plan.
    fn planned(&self, plan: Plan, withdrawn: &[HandoverStep]) -> Vec<Planned> {
        let open = |it: &&HandoverStep| {
            matches!(it.state, StepState::Waiting | StepState::Refused | StepState::Left)
        };
        let known: HashSet<_> = self.steps.iter().filter(open).map(|it| key(&it.step)).collect();
        let before: HashMap<_, _> =
            self.earlier.iter().chain(withdrawn).map(|it| (key(&it.step), it)).collect();
        let parts: HashMap<_, _> = withdrawn.iter().map(|it| (key(&it.step), it)).collect();
        let fresh = plan.steps.into_iter().map(|step| {
            let key = key(&step);
            in_place_of(step, before.get(&key).copied(), parts.get(&key).copied())
        });
        let all = fresh.chain(plan.left.into_iter().map(stays));
        all.filter(|it| !known.contains(&key(&it.step))).collect()
    }

    fn numbered(&self, ordinal: u32, planned: Planned) -> HandoverStep {
        let Planned { step, state, reason, after } = planned;
        let told = self.is_old_news(&step, state, reason.as_deref());
        HandoverStep { ordinal, step, state, after, reason, told, back_noted: false }
    }

    /// Whether an earlier turn came to the same.
    pub(super) fn is_old_news(&self, step: &Step, state: StepState, reason: Option<&str>) -> bool {
        self.earlier.iter().any(|it| {
            it.told && it.step.record == step.record && it.state == state && it.reason.as_deref() == reason
        })
    }
}

fn key(step: &Step) -> Key {
    (step.kind, step.record.clone())
}

/// The note may have come through although the rest of a write did not, and so may a part of it.
fn in_place_of(mut step: Step, before: Option<&HandoverStep>, part: Option<&HandoverStep>) -> Planned {
    if before.is_some_and(|it| it.state != StepState::Left && it.step.note.is_none()) {
        step.note = None;
    }
    let part = part.and_then(|it| Some((&it.step, it.after.as_ref()?)));
    let (step, after) = match part {
        Some((first, shown)) => {
            let (step, now) = step.in_place_of(first, shown);
            (step, Some(now))
        }
        None => (step, None),
    };
    Planned { step, state: StepState::Waiting, reason: None, after }
}

/// What nobody takes, as a step that writes nothing.
fn stays(left: Left) -> Planned {
    let Left { work, why } = left;
    let step = Step {
        kind: work.kind,
        table: work.table,
        record: work.record,
        label: work.label,
        fields: [].into(),
        former: [(work.kind.column().into(), work.former)].into(),
        note: None,
        why: "nobody takes it".to_owned(),
    };
    Planned { step, state: StepState::Left, reason: Some(why), after: None }
}
