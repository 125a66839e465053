//! The queue at work: takes hand-overs as they are due, a few at a time, and ends each turn with one commit.

use super::turn::Turn;
use crate::deliver::Delivery;
use crate::deliver::trouble::Trouble;
use crate::{Engine, SharedEngine};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tenure_store::error::CommitError;
use tenure_store::handovers::{FinishedHandover, Handover, Leaving, TakeHandovers};
use tokio::task::JoinSet;
use uuid::Uuid;

/// How often to look when nobody says that something is due.
const INTERVAL: Duration = Duration::from_secs(1);
/// Hand-overs that one node works on at a time.
const PARALLEL: usize = 4;

/// Hands over whatever is due, for as long as it is polled.
pub async fn run(engine: SharedEngine) {
    let Some(delivery) = engine.delivery.clone() else { return };
    if engine.store.is_of_one_node()
        && let Err(error) = engine.store.break_handover_leases(engine.clock.now()).await
    {
        tracing::warn!(%error, "hand-overs that were begun before the start go on when their leases run out");
    }
    let mut at_work = JoinSet::new();
    loop {
        let rests = || delivery.pause.left().is_some() || delivery.displaced.load(Ordering::Relaxed);
        while at_work.len() < PARALLEL && !rests() {
            let Some((handover, lease)) = engine.take_handover(&delivery, None).await else { break };
            let (engine, delivery) = (Arc::clone(&engine), Arc::clone(&delivery));
            at_work.spawn(async move { engine.work_on(&delivery, handover, lease).await });
        }
        tokio::select! {
            () = delivery.leavers.notified() => {}
            Some(_) = at_work.join_next(), if !at_work.is_empty() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

impl Engine {
    /// One that is due, or this one if it is, under a new lease.
    pub(super) async fn take_handover(
        &self,
        delivery: &Delivery,
        this: Option<&Leaving>,
    ) -> Option<(Handover, String)> {
        let (lease, now) = (Uuid::now_v7().to_string(), self.clock.now());
        let take = TakeHandovers { lease: &lease, now, until: now + delivery.target.settings.lease };
        let taken = match this {
            Some(leaving) => self.store.take_this_handover(leaving, take).await,
            None => self.store.take_handover(take).await,
        };
        match taken {
            Ok(taken) => taken.map(|handover| (handover, lease)),
            Err(error) => {
                tracing::warn!(%error, "hand-overs that are due could not be read; it will be tried again");
                None
            }
        }
    }

    /// One turn from beginning to end.
    pub(super) async fn work_on(&self, delivery: &Delivery, handover: Handover, lease: String) {
        let mut turn = Turn::new(self, delivery, handover, lease.clone());
        let Some(outcome) = self.while_ours(delivery, &lease, turn.take()).await else {
            return tracing::warn!(
                "a hand-over took longer than its lease, and somebody else goes on with it"
            );
        };
        self.note_health(delivery, &outcome).await;
        let finished = turn.finish(outcome);
        match turn.who_took_too_late().await {
            Ok(look_again) => self.end_turn(&FinishedHandover { look_again, ..finished }).await,
            // Ended without it, work could lie with somebody who has left, for good.
            Err(error) => {
                tracing::warn!(%error, "whether work went to somebody who has left is not known; it is gone on with later");
            }
        }
    }

    /// What comes of the work, if the lease is ours until then.
    async fn while_ours<T>(
        &self,
        delivery: &Delivery,
        lease: &str,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Option<Result<T, Trouble>> {
        let term = delivery.target.settings.lease;
        let mut heartbeat = tokio::time::interval(term / 3);
        tokio::pin!(work);
        loop {
            tokio::select! {
                outcome = &mut work => return Some(outcome),
                _ = heartbeat.tick() => {
                    match self.store.extend_handover(lease, self.clock.now() + term).await {
                        Ok(()) => {}
                        Err(CommitError::Moved) => return None,
                        Err(error) => tracing::warn!(%error, "the lease of a hand-over could not be extended"),
                    }
                }
            }
        }
    }

    async fn end_turn(&self, finished: &FinishedHandover) {
        if let Err(error) = self.store.finish_handover(finished).await {
            let person = finished.leaving.person.as_str();
            tracing::warn!(%error, person, "the end of a hand-over could not be noted; it is gone on with later");
        }
    }
}
