//! Hand-overs for those who look after them: what would be handed over, where they stand, having one done or taken back.

use super::{find, receivers};
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

impl Engine {
    /// The last hand-over of everybody after this person, in the order of their ids; of one state or of all.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn handovers(
        &self,
        state: Option<HandoverState>,
        after: &str,
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
        let Some(shown) = receivers::shown(client, record).await? else {
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
    /// If they are still active, the policy names nobody, they have no record in the target, somebody works on it at the
    /// moment, or the store fails.
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

    /// Has what was handed over of somebody's work put back, as far as it is still as the hand-over left it.
    ///
    /// # Errors
    /// If nothing was ever handed over, or in another instance, somebody works on it at the moment, or the store fails.
    pub async fn ask_for_undo(&self, id: &PersonId, by: &str) -> Result<(), EngineError> {
        self.meet_target().await?;
        let handover = self.last_handover(id).await?;
        if !handover.here {
            return Err(EngineError::HandedOverElsewhere);
        }
        self.store.ask_for_undo(&handover.leaving, by, self.clock.now()).await?;
        self.wake_handover();
        Ok(())
    }

    /// Works on somebody's hand-over until it comes to an end or has to wait, here or wherever it is worked on.
    ///
    /// # Errors
    /// If nothing was ever to be handed over, there is no target, or the store fails.
    pub async fn await_handover(&self, id: &PersonId) -> Result<HandoverInFull, EngineError> {
        let delivery = self.delivery.as_ref().ok_or(EngineError::NoTarget)?;
        let until = Instant::now() + PATIENCE;
        loop {
            let handover = self.last_handover(id).await?;
            let is_due = handover.due.is_some_and(|due| due <= self.clock.now());
            if (!handover.at_work && !is_due) || Instant::now() >= until {
                return self.handover(id).await;
            }
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
