//! One turn at a hand-over: what an earlier turn left is carried out first, then the work is looked for and planned until
//! nothing new is found; or everything that was done is taken back.

use super::carry_out::Direction;
use super::{find, receivers};
use crate::Engine;
use crate::deliver::Delivery;
use crate::deliver::trouble::Trouble;
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::Arc;
use tenure_connect::servicenow::ServiceNow;
use tenure_identity::handover::{Kind, Left, Plan, Step, plan};
use tenure_identity::id::SysId;
use tenure_identity::policy::Policy;
use tenure_store::handovers::{Handover, HandoverState, HandoverStep, StepState};

/// How often the work is looked for in one turn: rules of the instance may assign tasks anew while others move.
const ROUNDS: usize = 3;

/// One turn.
pub(super) struct Turn<'a> {
    pub(super) engine: &'a Engine,
    pub(super) delivery: &'a Delivery,
    pub(super) policy: Arc<Policy>,
    pub(super) handover: Handover,
    pub(super) lease: String,
    pub(super) now: Timestamp,
    pub(super) steps: Vec<HandoverStep>,
    /// Steps of earlier turns that were planned anew; what became of them is no news if it happens again.
    pub(super) earlier: Vec<HandoverStep>,
    /// Steps that could not be taken back.
    pub(super) stuck: HashSet<u32>,
    /// Kinds of work that could not be looked at, in sentences.
    pub(super) unseen: Vec<String>,
}

/// How a turn ended, if nothing kept it from its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// Everything was carried out, or the target's word on it is known.
    HandedOver,
    /// The person is back.
    Cancelled,
    /// Everything was taken back, or the target's word on it is known.
    PutBack,
    /// It cannot be begun yet.
    NotYet(&'static str),
}

impl<'a> Turn<'a> {
    pub(super) fn new(engine: &'a Engine, delivery: &'a Delivery, handover: Handover, lease: String) -> Self {
        Self {
            engine,
            delivery,
            policy: engine.policy(),
            handover,
            lease,
            now: engine.clock.now(),
            steps: Vec::new(),
            earlier: Vec::new(),
            stuck: HashSet::new(),
            unseen: Vec::new(),
        }
    }

    pub(super) fn client(&self) -> &'a ServiceNow {
        &self.delivery.target.client
    }

    pub(super) async fn take(&mut self) -> Result<Ending, Trouble> {
        self.steps = self.engine.store().handover_steps(&self.handover.leaving).await?;
        match self.handover.state {
            HandoverState::Undoing => self.put_back().await,
            _ => self.hand_over().await,
        }
    }

    async fn hand_over(&mut self) -> Result<Ending, Trouble> {
        if self.is_back().await? {
            return self.cancel().await;
        }
        let Some(record) = self.record().await? else {
            return Ok(Ending::NotYet("it is not certain which record of the target is theirs"));
        };
        let Some(shown) = receivers::shown(self.client(), &record).await? else {
            return Ok(Ending::NotYet("their record in the target is gone, or hidden from our account"));
        };
        if shown.active {
            return Ok(Ending::NotYet("the target does not say yet that they have left"));
        }
        if !self.carry_out(Direction::Forth).await? {
            return self.cancel().await;
        }
        for round in 0..ROUNDS {
            let plan = self.plan(&shown).await?;
            if !self.note_plan(plan, round == 0, &record).await? {
                break;
            }
            if !self.carry_out(Direction::Forth).await? {
                return self.cancel().await;
            }
        }
        Ok(Ending::HandedOver)
    }

    async fn plan(&mut self, shown: &receivers::Shown) -> Result<Plan, Trouble> {
        let ended = self.now.strftime("%Y-%m-%d %H:%M:%S").to_string();
        let found = find::find(self.client(), &shown.leaver.record, &ended).await?;
        self.unseen = found.unseen;
        let receivers = &self.policy.lifecycle.hand_over;
        let candidates = match found.work.is_empty() {
            true => tenure_identity::handover::Candidates::default(),
            false => self.engine.receivers(self.client(), shown, receivers).await?,
        };
        Ok(plan(&shown.leaver, found.work, receivers, &candidates, &ended))
    }

    /// Notes what is new in the plan, before any of it is carried out. Gives whether there is anything to carry out.
    async fn note_plan(&mut self, plan: Plan, anew: bool, record: &SysId) -> Result<bool, Trouble> {
        let mut dropped = Vec::new();
        if anew {
            let is_over = |it: &mut HandoverStep| matches!(it.state, StepState::Refused | StepState::Left);
            self.earlier = self.steps.extract_if(.., is_over).collect();
            dropped = self.earlier.iter().map(|it| it.ordinal).collect();
        }
        let known: HashSet<_> = self
            .steps
            .iter()
            .filter(|it| matches!(it.state, StepState::Waiting | StepState::Refused | StepState::Left))
            .map(|it| (it.step.kind, it.step.record.clone()))
            .collect();
        let last = self.steps.iter().chain(&self.earlier).map(|it| it.ordinal + 1).max().unwrap_or(0);
        let fresh = plan.steps.into_iter().map(|step| (self.as_told(step), StepState::Waiting, None));
        let left = plan.left.into_iter().map(|left| {
            let why = left.why.clone();
            (stays(left), StepState::Left, Some(why))
        });
        let all = fresh.chain(left).filter(|(step, ..)| !known.contains(&(step.kind, step.record.clone())));
        let new: Vec<_> = (last..)
            .zip(all)
            .map(|(ordinal, (step, state, reason))| HandoverStep {
                told: self.is_old_news(&step, state, reason.as_deref()),
                ordinal,
                step,
                state,
                after: None,
                reason,
            })
            .collect();
        let (store, leaving) = (self.engine.store(), &self.handover.leaving);
        store.plan_handover(leaving, &self.lease, record, &dropped, &new).await?;
        self.handover.state = HandoverState::Running;
        let goes_on = new.iter().any(|it| it.state == StepState::Waiting);
        self.steps.extend(new);
        Ok(goes_on)
    }

    /// The note may have come through although the rest of the write did not.
    fn as_told(&self, mut step: Step) -> Step {
        let noted = self.earlier.iter().any(|it| {
            it.step.record == step.record && it.state == StepState::Refused && it.step.note.is_none()
        });
        if noted {
            step.note = None;
        }
        step
    }

    /// Whether an earlier turn came to the same.
    pub(super) fn is_old_news(&self, step: &Step, state: StepState, reason: Option<&str>) -> bool {
        self.earlier.iter().any(|it| {
            it.told && it.step.record == step.record && it.state == state && it.reason.as_deref() == reason
        })
    }

    async fn put_back(&mut self) -> Result<Ending, Trouble> {
        self.carry_out(Direction::Back).await?;
        Ok(Ending::PutBack)
    }

    /// What has not been done is not done any more.
    async fn cancel(&mut self) -> Result<Ending, Trouble> {
        let waiting: Vec<_> =
            (0..self.steps.len()).filter(|index| self.steps[*index].state == StepState::Waiting).collect();
        for index in &waiting {
            let step = &mut self.steps[*index];
            step.state = StepState::Kept;
            step.reason = Some("the person came back before it was carried out".to_owned());
        }
        self.note(&waiting).await?;
        Ok(Ending::Cancelled)
    }

    /// Whether this leaving is over.
    pub(super) async fn is_back(&self) -> Result<bool, Trouble> {
        let person = self.engine.store().person(&self.handover.leaving.person).await?;
        Ok(person.is_none_or(|it| it.active || it.deactivated_at != Some(self.handover.leaving.at)))
    }

    /// Their record now; ids of an instance that was cloned over are other ones.
    async fn record(&self) -> Result<Option<SysId>, Trouble> {
        let id = self.handover.leaving.person.to_string();
        let mut records = self.engine.store().records_of(std::slice::from_ref(&id)).await?;
        Ok(records.remove(&id))
    }

    /// Notes what became of these steps.
    pub(super) async fn note(&self, indices: &[usize]) -> Result<(), Trouble> {
        if indices.is_empty() {
            return Ok(());
        }
        let steps: Vec<_> = indices.iter().map(|index| self.steps[*index].clone()).collect();
        let (store, leaving) = (self.engine.store(), &self.handover.leaving);
        Ok(store.note_handover_steps(leaving, &self.lease, &steps).await?)
    }
}

/// What nobody takes, as a step that writes nothing.
fn stays(left: Left) -> Step {
    let work = left.work;
    let column = Kind::column(work.kind);
    Step {
        kind: work.kind,
        table: work.table,
        record: work.record,
        label: work.label,
        fields: [].into(),
        former: [(column.into(), work.former)].into(),
        note: None,
        why: "nobody takes it".to_owned(),
    }
}
