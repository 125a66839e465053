//! Hand-overs for those who look after them: what would be handed over, where they stand, having one done or taken back.

use super::find;
use crate::deliver::Delivery;
use crate::deliver::trouble::{Trouble, in_words};
use crate::error::Thing;
use crate::{Engine, EngineError};
use std::time::Duration;
use tenure_identity::handover::{Plan, plan};
use tenure_identity::id::{PersonId, SysId};
use tenure_identity::person::Person;
use tenure_store::handovers::{Handover, HandoverState, HandoverStep, Leaving};
use tokio::time::Instant;

/// How long somebody at a command line waits for an end.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often they look whether another node has come to one.
const LOOK: Duration = Duration::from_millis(200);
/// How many leavings of one person are shown and waited for.
const LEAVINGS: u32 = 20;

/// What would be handed over now.
#[derive(Debug, Clone)]
pub struct HandoverPreview {
    /// Of whom; they may still be active.
    pub person: Person,
    /// Their record in the target.
    pub record: SysId,
    /// What would become of everything that lies with them.
    pub plan: Plan,
    /// Kinds of work that could not be looked at, in sentences.
    pub unseen: Vec<String>,
}

/// A hand-over with every row that it touches.
#[derive(Debug, Clone)]
pub struct HandoverInFull {
    /// Where it stands.
    pub handover: Handover,
    /// Its steps, in their order.
    pub steps: Vec<HandoverStep>,
}

/// Every hand-over of one person.
#[derive(Debug, Clone)]
pub struct HandoversOf {
    /// That of their last leaving.
    pub last: HandoverInFull,
    /// Those of earlier leavings, the latest first.
    pub earlier: Vec<HandoverInFull>,
}

impl Engine {
    /// The hand-overs after this one, in the order of people's ids, the latest leaving of each first; of one state or of all.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn handovers(
        &self,
        state: Option<HandoverState>,
        after: Option<&Leaving>,
        limit: u32,
    ) -> Result<Vec<Handover>, EngineError> {
        Ok(self.store.handovers(state, after, limit).await?)
    }

    /// The hand-over of somebody's last leaving.
    ///
    /// # Errors
    /// If nothing was ever handed over of them, or the store fails.
    pub async fn handover(&self, id: &PersonId) -> Result<HandoverInFull, EngineError> {
        let handover = self.last_handover(id).await?;
        self.in_full(handover).await
    }

    /// The hand-overs of somebody's leavings, up to twenty.
    ///
    /// # Errors
    /// If nothing was ever handed over of them, or the store fails.
    pub async fn handovers_of(&self, id: &PersonId) -> Result<HandoversOf, EngineError> {
        let mut all = self.store.handovers_of(id, LEAVINGS).await?.into_iter();
        let last = all.next().ok_or_else(|| EngineError::no_such(Thing::Handover, id.as_str()))?;
        let last = self.in_full(last).await?;
        let mut earlier = Vec::new();
        for handover in all {
            earlier.push(self.in_full(handover).await?);
        }
        Ok(HandoversOf { last, earlier })
    }

    async fn in_full(&self, handover: Handover) -> Result<HandoverInFull, EngineError> {
        let steps = self.store.handover_steps(&handover.leaving).await?;
        Ok(HandoverInFull { handover, steps })
    }

    /// What would be handed over if they had left now; nothing is written.
    ///
    /// # Errors
    /// If there is no such person, no target or no record of theirs in it, or if the target or the store fails.
    pub async fn preview_handover(&self, id: &PersonId) -> Result<HandoverPreview, EngineError> {
        let person = self.person(id).await?;
        let record = self.certain_record(id).await?;
        let delivery = self.delivery.as_ref().ok_or(EngineError::NoTarget)?;
        let (plan, unseen) = self.look_ahead(delivery, &record).await.map_err(failed)?;
        Ok(HandoverPreview { person, record, plan, unseen })
    }

    async fn look_ahead(&self, delivery: &Delivery, record: &SysId) -> Result<(Plan, Vec<String>), Trouble> {
        let client = &delivery.target.client;
        let Some(shown) = self.shown(client, record).await? else {
            return Err(Trouble::Doubt(format!("record {record} is gone, or hidden from our account")));
        };
        let now = self.clock.now().strftime("%Y-%m-%d %H:%M:%S").to_string();
        let found = find::find(client, record, &now).await?;
        let to = &self.policy().lifecycle.hand_over;
        let candidates = self.receivers(client, &shown, to).await?;
        Ok((plan(&shown.leaver, found.work, to, &candidates, &now), found.unseen))
    }

    /// Has somebody's work handed over, also if that was done before. A worker does it.
    ///
    /// # Errors
    /// If they are still active, the policy names nobody, they have no record in the target, or the store fails.
    pub async fn ask_for_handover(&self, id: &PersonId, by: &str) -> Result<(), EngineError> {
        let person = self.person(id).await?;
        self.meet_target().await?;
        let record = self.certain_record(id).await?;
        if self.policy().lifecycle.hand_over.is_empty() {
            return Err(EngineError::NoReceiver);
        }
        let at = person.deactivated_at.filter(|_| !person.active);
        let at = at.ok_or_else(|| EngineError::StillActive { who: person.display() })?;
        let leaving = Leaving { person: id.clone(), at };
        self.store.ask_for_handover(&leaving, &record, by, self.clock.now()).await?;
        self.wake_handover();
        Ok(())
    }

    /// Has what was handed over of somebody's work at any leaving put back, as far as it is still as the hand-over left it.
    /// One that is under way stops first.
    ///
    /// # Errors
    /// If nothing was ever handed over, or only in another instance, or the store fails.
    pub async fn ask_for_undo(&self, id: &PersonId, by: &str) -> Result<(), EngineError> {
        self.meet_target().await?;
        self.last_handover(id).await?;
        if !self.store.handovers_of(id, LEAVINGS).await?.iter().any(|handover| handover.here) {
            return Err(EngineError::HandedOverElsewhere);
        }
        self.store.ask_for_undo(id, by, self.clock.now()).await?;
        self.wake_handover();
        Ok(())
    }

    /// Works on somebody's hand-overs until they come to an end or have to wait, here or wherever they are worked on.
    ///
    /// # Errors
    /// If nothing was ever to be handed over, there is no target, or the store fails.
    pub async fn await_handover(&self, id: &PersonId) -> Result<HandoversOf, EngineError> {
        let delivery = self.delivery.as_ref().ok_or(EngineError::NoTarget)?;
        let until = Instant::now() + PATIENCE;
        loop {
            let now = self.clock.now();
            let is_busy = |it: &Handover| it.at_work || it.due.is_some_and(|due| due <= now);
            let busy = self.store.handovers_of(id, LEAVINGS).await?.into_iter().find(is_busy);
            let Some(handover) = busy.filter(|_| Instant::now() < until) else {
                return self.handovers_of(id).await;
            };
            match self.take_handover(delivery, Some(&handover.leaving)).await {
                Some((taken, lease)) => self.work_on(delivery, taken, lease).await,
                None => tokio::time::sleep(LOOK).await,
            }
        }
    }

    async fn last_handover(&self, id: &PersonId) -> Result<Handover, EngineError> {
        let handover = self.store.last_handover(id).await?;
        handover.ok_or_else(|| EngineError::no_such(Thing::Handover, id.as_str()))
    }

    /// Their record in the target, unless it is in doubt.
    async fn certain_record(&self, id: &PersonId) -> Result<SysId, EngineError> {
        let mut records = self.store.records_of(&[id.to_string()]).await?;
        match records.remove(id.as_str()) {
            Some(record) => Ok(record),
            None => Err(self.no_record(id).await?),
        }
    }

    /// Why there is none: somebody waits, is refused, or which record is theirs is doubted.
    async fn no_record(&self, id: &PersonId) -> Result<EngineError, EngineError> {
        let delivery = self.known_delivery(id.as_str()).await?;
        let doubted = delivery.record.map(|record| format!("record {record} has to be looked at first"));
        let (id, state) = (id.to_string(), delivery.state.label());
        Ok(EngineError::NoRecord { id, state, reason: delivery.reason.or(doubted) })
    }

    fn wake_handover(&self) {
        if let Some(delivery) = &self.delivery {
            delivery.leavers.notify_one();
        }
    }
}

fn failed(trouble: Trouble) -> EngineError {
    match trouble {
        Trouble::Call(error) => EngineError::TargetFailed { reason: in_words(&error) },
        Trouble::Doubt(reason) => EngineError::TargetFailed { reason },
        Trouble::Store(error) => error,
        Trouble::Occupied | Trouble::Moved | Trouble::Yielding(_) => EngineError::Busy,
    }
}
