//! One turn at a hand-over: what an earlier turn left is carried out first, then the work is looked for and planned until
//! nothing new is found; or everything that was done is taken back.

use super::carry_out::Direction;
use super::find;
use super::receivers::Shown;
use crate::Engine;
use crate::deliver::Delivery;
use crate::deliver::trouble::Trouble;
use crate::doctor::visibility;
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::Arc;
use tenure_connect::servicenow::ServiceNow;
use tenure_identity::handover::{Candidates, Plan, plan};
use tenure_identity::id::SysId;
use tenure_identity::policy::Policy;
use tenure_store::handovers::{Handover, HandoverState, HandoverStep, HandoverWish};

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
    /// Steps that wait and would go to somebody who has left since they were planned.
    pub(super) anew: HashSet<u32>,
    /// Steps that could not be taken back.
    pub(super) stuck: HashSet<u32>,
    /// Kinds of work that could not be looked at, in sentences.
    pub(super) unseen: Vec<String>,
    /// Whether the target hides the leaver from our account.
    pub(super) hidden: bool,
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
    /// Somebody wants back what was done; that is the next turn's.
    Recalled,
    /// It cannot be begun or ended yet; that passes by itself.
    NotYet(&'static str),
    /// It cannot be begun, and that need not pass by itself; why, and what to do.
    InDoubt { why: &'static str, cure: &'static str },
}

/// What ends a turn before everything is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Halt {
    /// The person is back.
    Returned,
    /// Somebody wants back what was done.
    Recalled,
}

const WHICH_RECORD: Ending = Ending::InDoubt {
    why: "it is not certain which record of the target is theirs",
    cure: "`tenure deliver status` says why",
};
const NOT_SHOWN: Ending = Ending::InDoubt {
    why: "their record in the target is gone, or hidden from our account",
    cure: visibility::CURE,
};
const TAKER_LEFT: Ending = Ending::NotYet("whoever was to take over has left meanwhile");

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
            anew: HashSet::new(),
            stuck: HashSet::new(),
            unseen: Vec::new(),
            hidden: false,
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
        if let Some(halt) = self.halt().await? {
            return self.stop(halt).await;
        }
        let Some(record) = self.record().await? else { return Ok(WHICH_RECORD) };
        let Some(shown) = self.engine.shown(self.client(), &record).await? else { return Ok(NOT_SHOWN) };
        if shown.active {
            return Ok(Ending::NotYet("the target does not say yet that they have left"));
        }
        self.hidden = shown.hidden;
        if let Some(halt) = self.carry_out(Direction::Forth).await? {
            return self.stop(halt).await;
        }
        for round in 0..ROUNDS {
            let plan = self.plan(&shown).await?;
            if !self.note_plan(plan, round == 0, &record).await? {
                break;
            }
            if let Some(halt) = self.carry_out(Direction::Forth).await? {
                return self.stop(halt).await;
            }
        }
        Ok(if self.anew.is_empty() { Ending::HandedOver } else { TAKER_LEFT })
    }

    async fn stop(&mut self, halt: Halt) -> Result<Ending, Trouble> {
        match halt {
            Halt::Returned => self.cancel().await,
            Halt::Recalled => Ok(Ending::Recalled),
        }
    }

    async fn plan(&mut self, shown: &Shown) -> Result<Plan, Trouble> {
        let ended = self.now.strftime("%Y-%m-%d %H:%M:%S").to_string();
        let found = find::find(self.client(), &shown.leaver.record, &ended).await?;
        self.unseen = found.unseen;
        let receivers = &self.policy.lifecycle.hand_over;
        let candidates = match found.work.is_empty() {
            true => Candidates::default(),
            false => self.engine.receivers(self.client(), shown, receivers).await?,
        };
        Ok(plan(&shown.leaver, found.work, receivers, &candidates, &ended))
    }

    async fn put_back(&mut self) -> Result<Ending, Trouble> {
        self.carry_out(Direction::Back).await?;
        Ok(Ending::PutBack)
    }

    /// Whether this leaving is over, or somebody wants back what was done.
    pub(super) async fn halt(&self) -> Result<Option<Halt>, Trouble> {
        let (store, leaving) = (self.engine.store(), &self.handover.leaving);
        let stands = store.handover(leaving).await?;
        if stands.is_some_and(|it| it.wish == Some(HandoverWish::Undo)) {
            return Ok(Some(Halt::Recalled));
        }
        let person = store.person(&leaving.person).await?;
        let is_back = person.is_none_or(|it| it.active || it.deactivated_at != Some(leaving.at));
        Ok(is_back.then_some(Halt::Returned))
    }

    /// Their record now; ids of an instance that was cloned over are other ones.
    async fn record(&self) -> Result<Option<SysId>, Trouble> {
        let id = self.handover.leaving.person.to_string();
        let mut records = self.engine.store().records_of(std::slice::from_ref(&id)).await?;
        Ok(records.remove(&id))
    }

    /// Notes what became of these steps; whose manager was written is looked at by their delivery.
    pub(super) async fn note(&self, indices: &[usize]) -> Result<(), Trouble> {
        if indices.is_empty() {
            return Ok(());
        }
        let steps: Vec<_> = indices.iter().map(|index| self.steps[*index].clone()).collect();
        let (store, leaving) = (self.engine.store(), &self.handover.leaving);
        store.note_handover_steps(leaving, &self.lease, self.engine.clock.now(), &steps).await?;
        self.delivery.wake();
        Ok(())
    }
}
