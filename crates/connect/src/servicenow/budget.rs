//! How many calls may be under way, and whose turn it is: the arithmetic, without waiting. The number falls by half when
//! the instance struggles and grows slowly when it does not; a refusal pauses everybody; near the end of a rate limit the
//! calls that can wait are spread over the time that is left, and leavers use what there is.

use super::limits::Limit;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// From this share of a rate limit on (in tenths), calls are spread out.
const SPREAD_FROM: u64 = 8;
/// The longest time between two calls that are spread out.
const WIDEST: Duration = Duration::from_secs(30);
/// How long a rate limit counts, by the clock of the instance.
const HOUR: Duration = Duration::from_secs(3600);
/// Resets that differ by less are the same: they are told in whole seconds.
const SAME: Duration = Duration::from_secs(5);

/// Who goes first in the budget that all calls to an instance share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Somebody's access ends. Goes before everything else, and never waits for another call to end: one may be under
    /// way beside all others.
    Leaver,
    /// Everyday changes.
    Normal,
    /// What nobody waits for: drift audits and imports.
    Background,
}

impl Lane {
    /// In the order in which they go.
    pub(super) const ALL: [Self; 3] = [Self::Leaver, Self::Normal, Self::Background];
}

/// How a call ended, as far as it tells of the instance's strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Served, whatever the answer.
    Served,
    /// 429, 503, or no answer in time.
    Overloaded,
    /// Neither: not reached, given up, broken.
    Other,
}

/// Whether a call may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Now,
    /// Not before this.
    At(Instant),
    /// When another has ended.
    AfterAnother,
}

#[derive(Debug)]
pub(super) struct Budget {
    ceiling: usize,
    /// How many may be under way now; its fraction is growth that is not yet a whole call.
    allowed: f64,
    in_flight: [usize; 3],
    paused_until: Option<Instant>,
    shrunk_at: Option<Instant>,
    /// When the last call started that was not a leaver's.
    last_start: Option<Instant>,
    windows: HashMap<String, Window>,
}

/// What is known of a rate limit rule in its present hour.
#[derive(Debug)]
struct Window {
    resets_at: Instant,
    calls: u64,
    used: u64,
}

impl Budget {
    /// A budget that begins with everything it may ever have.
    pub(super) fn new(ceiling: usize) -> Self {
        let allowed = f64::from(u32::try_from(ceiling).unwrap_or(u32::MAX));
        Self {
            ceiling,
            allowed,
            in_flight: [0; 3],
            paused_until: None,
            shrunk_at: None,
            last_start: None,
            windows: HashMap::new(),
        }
    }

    /// Whether a call of this lane may start now.
    pub(super) fn may_start(&self, lane: Lane, now: Instant) -> Start {
        if let Some(until) = self.paused_until.filter(|it| *it > now) {
            return Start::At(until);
        }
        if !self.has_slot(lane) {
            return Start::AfterAnother;
        }
        let spread = self.last_start.filter(|_| lane != Lane::Leaver).map(|it| it + self.spacing(now));
        spread.filter(|it| *it > now).map_or(Start::Now, Start::At)
    }

    /// INVARIANT: never more than the ceiling at a time, but for one leaver's call beside it. A slot below the ceiling that
    /// waits for leavers would stand empty nearly always.
    fn has_slot(&self, lane: Lane) -> bool {
        let first_leaver = lane == Lane::Leaver && self.in_flight[Lane::Leaver as usize] == 0;
        first_leaver || self.in_flight() < self.allowed()
    }

    /// Counts a call that starts.
    pub(super) fn start(&mut self, lane: Lane, now: Instant) {
        self.in_flight[lane as usize] += 1;
        if lane != Lane::Leaver {
            self.last_start = Some(now);
        }
    }

    /// Counts a call that started then and has ended now.
    pub(super) fn finish(&mut self, lane: Lane, started: Instant, ended: Ended, now: Instant) {
        self.in_flight[lane as usize] -= 1;
        match ended {
            Ended::Served => {
                self.allowed = (self.allowed + 0.5 / self.allowed).min(self.ceiling_as_share());
            }
            // Calls that were already under way when the number fell tell of the same trouble.
            Ended::Overloaded if self.shrunk_at.is_none_or(|it| started >= it) => {
                self.allowed = (self.allowed / 2.0).max(1.0);
                self.shrunk_at = Some(now);
            }
            Ended::Overloaded | Ended::Other => {}
        }
    }

    /// Nobody starts before this.
    pub(super) fn pause(&mut self, until: Instant) {
        self.paused_until = Some(self.paused_until.map_or(until, |it| it.max(until)));
    }

    /// Learns of a rate limit from an answer.
    pub(super) fn learn(&mut self, limit: &Limit, now: Instant) {
        let resets_at = now + limit.resets_in;
        let counted = match self.windows.remove(&limit.rule) {
            Some(known) if is_same(known.resets_at, resets_at) => known.used.saturating_add(1),
            Some(before) if is_same(before.resets_at + HOUR, resets_at) => 1,
            // INVARIANT: what was used while we did not look counts as used, so that leavers find room near the end.
            _ => limit.share_gone(HOUR).saturating_add(1),
        };
        self.windows.retain(|_, it| it.resets_at + HOUR > now);
        // Others may use the same account: what the instance says counts for more than our own count.
        let used = limit.remaining.map_or(counted, |it| limit.calls.saturating_sub(it));
        self.windows.insert(limit.rule.clone(), Window { resets_at, calls: limit.calls, used });
    }

    /// The time between two calls that can wait.
    fn spacing(&self, now: Instant) -> Duration {
        let windows = self.windows.values().filter(|it| it.resets_at > now);
        windows.map(|it| it.spacing(now)).max().unwrap_or_default()
    }

    /// How long it will be until calls are neither paused nor spread out.
    pub(super) fn tight_for(&self, now: Instant) -> Duration {
        let windows = self.windows.values().filter(|it| it.resets_at > now && !it.spacing(now).is_zero());
        let resets = windows.map(|it| it.resets_at - now);
        resets.chain(self.paused_for(now)).max().unwrap_or_default()
    }

    /// Calls under way.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.iter().sum()
    }

    /// How many calls may be under way now.
    pub(super) fn allowed(&self) -> usize {
        (self.allowed.floor() as usize).clamp(1, self.ceiling)
    }

    /// How much longer nobody starts.
    pub(super) fn paused_for(&self, now: Instant) -> Option<Duration> {
        self.paused_until.and_then(|it| it.checked_duration_since(now)).filter(|it| !it.is_zero())
    }

    fn ceiling_as_share(&self) -> f64 {
        f64::from(u32::try_from(self.ceiling).unwrap_or(u32::MAX))
    }
}

fn is_same(one: Instant, other: Instant) -> bool {
    one.max(other) - one.min(other) < SAME
}

impl Window {
    fn spacing(&self, now: Instant) -> Duration {
        if self.used.saturating_mul(10) < self.calls.saturating_mul(SPREAD_FROM) {
            return Duration::ZERO;
        }
        let left = self.calls.saturating_sub(self.used).max(1);
        let each = (self.resets_at - now) / u32::try_from(left).unwrap_or(u32::MAX);
        each.min(WIDEST)
    }
}

#[cfg(test)]
mod tests;
