//! The queue at work: takes whoever is due, leavers first, keeps many under way, and ends each with one commit.

use super::group::GroupWork;
use super::person::Work;
use super::trouble::{Trouble, in_words};
use super::{Delivery, Lease};
use crate::{Engine, EngineError, SharedEngine};
use jiff::Timestamp;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tenure_identity::event::Subject;
use tenure_store::deliveries::{Finished, Paused, Take, Taken};
use tenure_store::error::{CommitError, Constraint};
use tokio::task::JoinSet;
use uuid::Uuid;

/// How often to look when nobody says that somebody is due.
const INTERVAL: Duration = Duration::from_secs(1);
/// Leavers who are taken although everybody is busy.
const EXTRA_FOR_LEAVERS: usize = 16;

/// Delivers whoever is due, for as long as it is polled.
pub async fn run(engine: SharedEngine) {
    let Some(delivery) = engine.delivery.clone() else { return };
    engine.begin_to_deliver(&delivery).await;
    delivery.running.store(true, Ordering::Relaxed);
    let mut at_work = JoinSet::new();
    let mut heartbeat = tokio::time::interval(delivery.target.settings.lease / 3);
    loop {
        let taken = match delivery.pause.left() {
            None => engine.take(&delivery, at_work.len()).await,
            Some(_) => Vec::new(),
        };
        for (taken, lease) in taken {
            let (engine, delivery) = (Arc::clone(&engine), Arc::clone(&delivery));
            at_work.spawn(async move { engine.deliver_one(&delivery, taken, &lease).await });
        }
        let nap = delivery.pause.left().unwrap_or(INTERVAL).min(INTERVAL);
        tokio::select! {
            () = delivery.work.notified() => {}
            Some(_) = at_work.join_next(), if !at_work.is_empty() => {}
            _ = heartbeat.tick() => engine.keep_up(&delivery).await,
            () = tokio::time::sleep(nap) => {}
        }
    }
}

impl Engine {
    /// Nobody is taken before the target is met: their links may be another's.
    async fn begin_to_deliver(&self, delivery: &Delivery) {
        while let Err(error) = self.try_to_begin(delivery).await {
            tracing::warn!(%error, "nothing is delivered until the store can be written");
            tokio::time::sleep(INTERVAL).await;
        }
    }

    async fn try_to_begin(&self, delivery: &Delivery) -> Result<(), EngineError> {
        let now = self.clock.now();
        if self.store.is_of_one_node() {
            self.store.break_leases(now, now + super::rows::IN_DOUBT).await?;
        }
        // What we were told before we ended is forgotten; if it still holds, we are told again.
        self.store.end_pause(&delivery.target.name).await?;
        Ok(self.meet_target().await?)
    }

    /// What is done once in a while.
    async fn keep_up(&self, delivery: &Delivery) {
        self.stay_at_work(delivery).await;
        self.end_at_last(delivery).await;
        self.wake_waiting().await;
        self.mark_missed(delivery).await;
    }

    /// Those who are due, each with the lease they were taken under; only leavers if enough are under way.
    async fn take(&self, delivery: &Delivery, at_work: usize) -> Vec<(Taken, Arc<Lease>)> {
        let parallel = delivery.target.settings.parallel;
        let room = parallel.saturating_sub(at_work);
        let leavers_only = room * 4 < parallel;
        let limit = if leavers_only { (parallel + EXTRA_FOR_LEAVERS).saturating_sub(at_work) } else { room };
        if limit == 0 {
            return Vec::new();
        }
        let (lease, now) = (Uuid::now_v7().to_string(), self.clock.now());
        let until = now + delivery.target.settings.lease;
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let target = delivery.target.name.as_str();
        let take = Take { lease: &lease, now, until, leavers_only, limit, target };
        let taken = self.store.take_deliveries(take).await;
        match taken {
            Ok(taken) => {
                let lease = Lease::hold(lease, &delivery.leases);
                taken.into_iter().map(|taken| (taken, Arc::clone(&lease))).collect()
            }
            Err(error) => {
                tracing::warn!(%error, "who is due for delivery could not be read; it will be tried again");
                Vec::new()
            }
        }
    }

    /// Says that we are still at work on those whom we took.
    async fn stay_at_work(&self, delivery: &Delivery) {
        let leases: Vec<_> =
            delivery.leases.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
        if leases.is_empty() {
            return;
        }
        let until = self.clock.now() + delivery.target.settings.lease;
        if let Err(error) = self.store.extend_leases(&leases, until).await {
            tracing::warn!(%error, "leases could not be extended");
        }
    }

    async fn wake_waiting(&self) {
        if let Err(error) = self.store.wake_waiting(self.clock.now()).await {
            tracing::warn!(%error, "who waits for a record that came meanwhile could not be looked up; it is tried again soon");
        }
    }

    /// One delivery from beginning to end.
    async fn deliver_one(&self, delivery: &Delivery, taken: Taken, lease: &Lease) {
        let (who, marked) = (taken.subject.clone(), taken.marked);
        let finished = match self.delivered(delivery, taken, lease.name.clone()).await {
            Ok(finished) => finished,
            Err(error) => {
                tracing::warn!(%error, subject = who.as_str(), "a delivery could not be begun; it will be tried again");
                return;
            }
        };
        self.end_delivery(delivery, finished, marked).await;
        delivery.ended.notify_waiters();
        // Whoever waited for this record is due now.
        delivery.wake();
    }

    async fn delivered(
        &self,
        delivery: &Delivery,
        taken: Taken,
        lease: String,
    ) -> Result<Finished, EngineError> {
        delivery.look_anew_for(&taken);
        match taken.subject.clone() {
            Subject::Person(id) => {
                let person = self.person(&id).await?;
                let mut work = Work::new(self, delivery, taken, lease, person);
                let outcome = work.deliver().await;
                self.note_health(delivery, &outcome).await;
                Ok(work.finish(outcome))
            }
            Subject::Group(id) => {
                let group = self.store.group(&id).await?;
                let mut work = GroupWork::new(self, delivery, taken);
                let outcome = work.deliver(group.as_ref()).await;
                self.note_health(delivery, &outcome).await;
                Ok(work.finish(&lease, outcome))
            }
        }
    }

    async fn end_delivery(&self, delivery: &Delivery, mut finished: Finished, marked: Timestamp) {
        let mut ended = self.store.finish_delivery(&finished).await;
        if matches!(ended, Err(CommitError::Constraint(Constraint::TargetRecord))) {
            finished = without_record(finished);
            ended = self.store.finish_delivery(&finished).await;
        }
        match ended {
            Ok(()) => {
                delivery.meter.count(&finished, marked);
                if finished.leaves.is_some() {
                    delivery.leavers.notify_one();
                }
                return;
            }
            Err(CommitError::Moved) => ended = self.doubt(&finished.subject).await,
            Err(_) => {}
        }
        if let Err(error) = ended {
            tracing::warn!(%error, subject = finished.subject.as_str(), "the end of a delivery could not be noted; it is tried again");
            delivery.unended.lock().unwrap_or_else(PoisonError::into_inner).push((finished, marked));
        }
    }

    /// They are not ours any more: the lease ran out and somebody else took them, or a human linked them to another record, or
    /// to whatever target there is now. What we wrote may have come after what others wrote.
    async fn doubt(&self, who: &Subject) -> Result<(), CommitError> {
        tracing::warn!(
            subject = who.as_str(),
            "what a delivery found is not noted: meanwhile its lease ran out, or its record was linked anew; the record is read again"
        );
        self.store.doubt_delivery(who, self.clock.now()).await
    }

    /// Ends what could not be ended while the store was away. There are no more of them than were under way then.
    async fn end_at_last(&self, delivery: &Delivery) {
        let unended = std::mem::take(&mut *delivery.unended.lock().unwrap_or_else(PoisonError::into_inner));
        for (finished, marked) in unended {
            self.end_delivery(delivery, finished, marked).await;
        }
    }
}

/// Somebody else was linked to the same record at the same moment.
fn without_record(finished: Finished) -> Finished {
    let trouble = Trouble::Doubt("its record in the target was linked to somebody else meanwhile".to_owned());
    let follows = trouble.consequence(finished.subject.as_str(), finished.attempts);
    Finished {
        record: finished.former.clone(),
        known: None,
        state: follows.state,
        reason: Some(follows.reason),
        again: Some(finished.at + follows.wait),
        attempts: follows.attempts,
        leaves: None,
        events: Vec::new(),
        ..finished
    }
}

impl Engine {
    /// While the target as a whole cannot be used, nobody is taken, and whoever asks is told why.
    pub(crate) async fn note_health<T>(&self, delivery: &Delivery, outcome: &Result<T, Trouble>) {
        let target = delivery.target.name.as_str();
        let noted = match outcome {
            Ok(_) if delivery.pause.end() => self.store.end_pause(target).await,
            Err(trouble @ Trouble::Call(error)) if trouble.is_everybodys() => {
                tracing::warn!(%error, "the target cannot be used at the moment");
                let Some(wait) = delivery.pause.begin(error.retry_after()) else { return };
                let paused = Paused { reason: in_words(error), until: self.clock.now() + wait };
                self.store.note_pause(target, &paused).await
            }
            Ok(_) | Err(_) => return,
        };
        if let Err(error) = noted {
            tracing::warn!(%error, "whether the target can be used could not be noted; `tenure deliver status` does not know");
        }
    }
}
