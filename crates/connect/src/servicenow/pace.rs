//! Waiting for the budget: callers queue by lane and get their permits handed, in order. What may start and when is
//! `budget`'s to say.

use super::budget::{Budget, Ended, Lane, Start};
use super::limits::Limit;
use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// How hard the client presses at the moment, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceReport {
    /// Calls under way.
    pub in_flight: usize,
    /// Calls that wait for their turn.
    pub waiting: usize,
    /// How many may be under way now.
    pub ceiling_now: usize,
    /// How many may ever be under way.
    pub ceiling: usize,
    /// How much longer nobody may call, after a refusal.
    pub paused_for: Option<Duration>,
    /// Calls so far, repeated ones included.
    pub calls: u64,
    /// Calls that were refused because of a rate limit.
    pub refusals: u64,
}

/// The budget that all clones of a client share.
#[derive(Debug)]
pub(super) struct Pace {
    state: Mutex<State>,
    /// When somebody may start has changed: who waits for a time must look again.
    changed: Notify,
    ceiling: usize,
}

#[derive(Debug)]
struct State {
    budget: Budget,
    queues: [VecDeque<oneshot::Sender<Permit>>; 3],
    calls: u64,
    refusals: u64,
}

/// The right to make one call. Given back when it is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    pace: Arc<Pace>,
    lane: Lane,
    started: Instant,
    ended: Ended,
    /// Whether the budget counts it.
    counted: bool,
}

/// Nobody may call for longer than the caller wants to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PausedTooLong(pub(super) Duration);

impl Pace {
    pub(super) fn new(ceiling: usize) -> Arc<Self> {
        let queues = [VecDeque::new(), VecDeque::new(), VecDeque::new()];
        let state = State { budget: Budget::new(ceiling), queues, calls: 0, refusals: 0 };
        Arc::new(Self { state: Mutex::new(state), changed: Notify::new(), ceiling })
    }

    /// Waits for this lane's turn.
    ///
    /// # Errors
    /// If all calls are paused for longer than `patience`.
    pub(super) async fn acquire(
        self: &Arc<Self>,
        lane: Lane,
        patience: Duration,
    ) -> Result<Permit, PausedTooLong> {
        let (sender, mut turn) = oneshot::channel();
        self.state().queues[lane as usize].push_back(sender);
        self.hand_out();
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let now = Instant::now();
            if let Some(pause) = self.state().budget.paused_for(now).filter(|it| *it > patience) {
                return Err(PausedTooLong(pause));
            }
            let wake = match self.state().budget.may_start(lane, now) {
                Start::At(at) => Some(at),
                // Its time has come since the permits were handed out.
                Start::Now => Some(now),
                Start::AfterAnother => None,
            };
            tokio::select! {
                biased;
                permit = &mut turn => return Ok(permit.expect("the queue keeps the sender until it has sent")),
                () = &mut changed => {}
                () = tokio::time::sleep_until(wake.unwrap_or(now)), if wake.is_some() => self.hand_out(),
            }
        }
    }

    /// Gives permits to those who wait, as long as one may start.
    fn hand_out(self: &Arc<Self>) {
        let now = Instant::now();
        let mut state = self.state();
        for lane in Lane::ALL {
            while let Some(next) = state.next(lane) {
                let start = state.budget.may_start(lane, now);
                if start != Start::Now {
                    state.queues[lane as usize].push_front(next);
                    // Who waited for another call waits for a time now.
                    if matches!(start, Start::At(_)) {
                        self.changed.notify_waiters();
                    }
                    return;
                }
                let permit =
                    Permit { pace: Arc::clone(self), lane, started: now, ended: Ended::Other, counted: true };
                match next.send(permit) {
                    Ok(()) => {
                        state.budget.start(lane, now);
                        state.calls += 1;
                    }
                    // Gave up meanwhile. The permit must not come back through the lock that is held here.
                    Err(mut unwanted) => unwanted.counted = false,
                }
            }
        }
    }

    /// Learns what an answer's headers say of the rate limit.
    pub(super) fn learn(&self, limit: &Limit) {
        self.state().budget.learn(limit, Instant::now());
    }

    /// A call was refused: nobody calls for this long.
    pub(super) fn refused(&self, wait: Duration) {
        let mut state = self.state();
        state.refusals += 1;
        state.budget.pause(Instant::now() + wait);
        self.changed.notify_waiters();
    }

    /// How long it will be until calls are neither paused nor spread out.
    pub(super) fn tight_for(&self) -> Duration {
        self.state().budget.tight_for(Instant::now())
    }

    pub(super) fn report(&self) -> PaceReport {
        let state = self.state();
        PaceReport {
            in_flight: state.budget.in_flight(),
            waiting: state.queues.iter().flatten().filter(|it| !it.is_closed()).count(),
            ceiling_now: state.budget.allowed(),
            ceiling: self.ceiling,
            paused_for: state.budget.paused_for(Instant::now()),
            calls: state.calls,
            refusals: state.refusals,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl State {
    /// The next in this lane who still waits.
    fn next(&mut self, lane: Lane) -> Option<oneshot::Sender<Permit>> {
        let queue = &mut self.queues[lane as usize];
        while let Some(next) = queue.pop_front() {
            if !next.is_closed() {
                return Some(next);
            }
        }
        None
    }
}

impl Permit {
    /// Gives the permit back with what the call told of the instance's strength.
    pub(super) fn end(mut self, ended: Ended) {
        self.ended = ended;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.counted {
            self.pace.state().budget.finish(self.lane, self.started, self.ended, Instant::now());
            self.pace.hand_out();
        }
    }
}

#[cfg(test)]
mod tests;
