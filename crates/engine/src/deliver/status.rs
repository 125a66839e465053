//! Where deliveries stand, and having them tried again.

use super::{Delivery, DeliveryCounts};
use crate::error::Thing;
use crate::{Engine, EngineError};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tenure_connect::servicenow::PaceReport;
use tenure_identity::event::Subject;
use tenure_identity::id::SysId;
use tenure_store::deliveries::{self, Paused, State, Taken, Totals};
use tenure_store::error::{CommitError, Constraint};
use tenure_store::handovers::HandoverTotals;
use tokio::time::Instant;

/// For how long what was looked at anew counts as new.
const LOOKED_ANEW: Duration = Duration::from_secs(30);

/// How many deliveries stand where, and how hard the target is pressed.
#[derive(Debug, Clone)]
pub struct DeliveryTotals {
    /// The deliveries.
    pub totals: Totals,
    /// Hand-overs that are to be gone on with.
    pub handovers: HandoverTotals,
    /// Why and until when the target is left alone, if it is.
    pub paused: Option<Paused>,
    /// The calls, where there is a target.
    pub pace: Option<PaceReport>,
}

impl Engine {
    /// How many deliveries stand where.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn delivery_totals(&self) -> Result<DeliveryTotals, EngineError> {
        let pace = self.delivery.as_ref().map(|delivery| delivery.target.client.pace());
        let totals = self.store.delivery_totals(self.clock.now()).await?;
        let (handovers, paused) = (self.store.handover_totals().await?, self.paused().await?);
        Ok(DeliveryTotals { totals, handovers, paused, pace })
    }

    /// Why and until when the target is left alone, if it is, by whichever node's word.
    async fn paused(&self) -> Result<Option<Paused>, EngineError> {
        let Some(delivery) = &self.delivery else { return Ok(None) };
        Ok(self.store.pause_of(&delivery.target.name, self.clock.now()).await?)
    }

    /// How many are worked on, or will be tried within this time.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn busy_deliveries(&self, within: Duration) -> Result<u64, EngineError> {
        Ok(self.store.busy_deliveries(self.clock.now() + within).await?)
    }

    /// What this node has counted of its deliveries since it started, and how hard it presses the target; nothing without
    /// a target.
    pub fn delivery_counts(&self) -> Option<(DeliveryCounts, PaceReport)> {
        let delivery = self.delivery.as_ref()?;
        Some((delivery.meter.read(), delivery.target.client.pace()))
    }

    /// Deliveries in this state after this subject, in the order of their ids.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn deliveries(
        &self,
        state: State,
        after: &str,
        limit: u32,
    ) -> Result<Vec<deliveries::Delivery>, EngineError> {
        let (found, paused) = (self.store.deliveries(state, after, limit).await?, self.paused().await?);
        Ok(found.into_iter().map(|it| during(paused.as_ref(), it)).collect())
    }

    /// Where the delivery of one person or group stands.
    ///
    /// # Errors
    /// If nothing was ever to be delivered of them, or the store fails.
    pub async fn known_delivery(&self, id: &str) -> Result<deliveries::Delivery, EngineError> {
        let delivery = self.store.delivery(id).await?;
        let delivery = delivery.ok_or_else(|| EngineError::no_such(Thing::Delivery, id))?;
        Ok(during(self.paused().await?.as_ref(), delivery))
    }

    /// What people call somebody or a group; nothing if they are not known any more.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn name_of(&self, who: &Subject) -> Result<Option<String>, EngineError> {
        Ok(match who {
            Subject::Person(id) => self.store.person(id).await?.map(|person| person.display()),
            Subject::Group(id) => self.store.group(id).await?.map(|group| group.display_name().to_owned()),
        })
    }

    /// Has this one tried again now, with whatever the target did not take before.
    ///
    /// # Errors
    /// If nothing was ever to be delivered of them, or the store fails.
    pub async fn retry_delivery(&self, id: &str) -> Result<(), EngineError> {
        let delivery = self.known_delivery(id).await?;
        self.store.retry_deliveries(Some(&delivery.subject), None, self.clock.now()).await?;
        self.look_anew();
        Ok(())
    }

    /// Has everybody in this state tried again now.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn retry_deliveries(&self, state: State) -> Result<(), EngineError> {
        self.store.retry_deliveries(None, Some(state), self.clock.now()).await?;
        self.look_anew();
        Ok(())
    }

    /// Says which record of the target is somebody's, where that could not be told.
    ///
    /// # Errors
    /// If the target has no such record or cannot be asked, the record is linked to somebody else, nothing was ever to be delivered, or the store fails.
    pub async fn link_record(&self, id: &str, record: &str, by: &str) -> Result<(), EngineError> {
        let who = self.known_delivery(id).await?.subject;
        self.meet_target().await?;
        self.must_be_there(&who, record).await?;
        self.link_subject(&who, record, by).await
    }

    pub(crate) async fn link_subject(
        &self,
        who: &Subject,
        record: &str,
        by: &str,
    ) -> Result<(), EngineError> {
        let now = self.clock.now();
        let note = Some(format!("{record}: {by} said so"));
        let event = super::report::line(
            who.clone(),
            now,
            tenure_identity::event::EventKind::TargetLinked,
            note,
            Vec::new(),
        );
        match self.store.link_record(who, &SysId::new(record), &event, now).await {
            Ok(()) => {
                self.wake_delivery();
                Ok(())
            }
            Err(CommitError::Constraint(Constraint::TargetRecord)) => Err(self.taken(record).await?),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a worker of this node delivers, and has met the target.
    pub fn is_delivering(&self) -> bool {
        self.delivery.as_ref().is_some_and(|delivery| delivery.running.load(Ordering::Relaxed))
    }

    /// Whose the record is.
    async fn taken(&self, record: &str) -> Result<EngineError, EngineError> {
        let id = SysId::new(record);
        let Some(holder) = self.store.holders_of(&[record.to_owned()]).await?.remove(&id) else {
            return Ok(EngineError::Busy);
        };
        let name = self.name_of(&holder).await?;
        let holder = holder.as_str().to_owned();
        Ok(EngineError::RecordTaken {
            record: record.to_owned(),
            name: name.unwrap_or_else(|| holder.clone()),
            holder,
        })
    }

    /// Has everybody looked at again, where there is a target.
    pub(crate) async fn deliver_anew(&self) -> Result<(), EngineError> {
        if self.delivery.is_some() {
            self.store.mark_everybody(self.clock.now()).await?;
            self.wake_delivery();
        }
        Ok(())
    }

    /// Somebody may have changed rights, columns or rows in the target before asking for another try.
    fn look_anew(&self) {
        if let Some(delivery) = &self.delivery {
            delivery.forget_what_was_learned();
        }
        self.wake_delivery();
    }

    pub(crate) fn wake_delivery(&self) {
        if let Some(delivery) = &self.delivery {
            Delivery::wake(delivery);
        }
    }
}

/// The delivery as it stands while the target is left alone: it is not tried before that is over.
fn during(paused: Option<&Paused>, mut delivery: deliveries::Delivery) -> deliveries::Delivery {
    let waits = |paused: &&Paused| delivery.pending && !delivery.at_work && delivery.due < paused.until;
    if let Some(paused) = paused.filter(waits) {
        delivery.due = paused.until;
        let why = || format!("the target is left alone for now: {}", paused.reason);
        delivery.reason.get_or_insert_with(why);
    }
    delivery
}

impl Delivery {
    /// Whoever asked for this try may sit at another process or node. Of a thousand who are asked for at once only the first
    /// has everything looked at anew.
    pub(super) fn look_anew_for(&self, taken: &Taken) {
        let looked = *self.anew.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.anew && looked.is_none_or(|at| at.elapsed() >= LOOKED_ANEW) {
            self.forget_what_was_learned();
        }
    }

    fn forget_what_was_learned(&self) {
        self.protected.forget();
        self.rows.forget_all();
        self.target.client.forget_columns();
        *self.anew.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}
