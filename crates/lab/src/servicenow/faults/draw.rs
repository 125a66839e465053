//! Which call meets which fault: the count of calls and the chance of each entry of the schedule.
//!
//! Each entry has a stream of numbers of its own, so that adding one does not move the others.

use super::{Fault, FaultKind, Faults};
use crate::rng::Rng;

/// What has been drawn so far under one schedule.
#[derive(Debug)]
pub(crate) struct Draws {
    entries: Vec<Entry>,
    jitter: Rng,
}

#[derive(Debug)]
struct Entry {
    rng: Rng,
    seen: u64,
    hit: u64,
}

impl Draws {
    /// Nothing has been drawn.
    pub(crate) fn new(faults: &Faults) -> Self {
        let entry = |position: u64| {
            let rng = Rng::new(faults.seed.wrapping_mul(0x9e37_79b9).wrapping_add(position + 1));
            Entry { rng, seen: 0, hit: 0 }
        };
        Self { entries: (0..faults.fault.len() as u64).map(entry).collect(), jitter: Rng::new(faults.seed) }
    }

    /// The fault that this call meets, if any. Every entry that is about the call counts it.
    pub(crate) fn draw<'f>(
        &mut self,
        faults: &'f Faults,
        method: &str,
        table: &str,
        inner: bool,
    ) -> Option<&'f Fault> {
        let about = |fault: &Fault| {
            fault.inner == inner
                && fault.method.as_deref().is_none_or(|it| it.eq_ignore_ascii_case(method))
                && fault.table.as_deref().is_none_or(|it| it == table)
                && (fault.kind != FaultKind::BatchQuota || table == "batch")
        };
        let mut met = None;
        for (fault, entry) in faults.fault.iter().zip(&mut self.entries).filter(|(fault, _)| about(fault)) {
            if entry.hits(fault, met.is_none()) {
                met = Some(fault);
            }
        }
        met
    }

    /// How long this call takes before anything else happens, in milliseconds.
    pub(crate) fn latency_ms(&mut self, faults: &Faults) -> u64 {
        let jitter = usize::try_from(faults.latency.jitter_ms).unwrap_or(usize::MAX);
        faults.latency.ms + self.jitter.below(jitter.saturating_add(1)) as u64
    }
}

impl Entry {
    fn hits(&mut self, fault: &Fault, is_free: bool) -> bool {
        self.seen += 1;
        let drawn = (self.rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        let in_time = self.seen > fault.after && fault.until.is_none_or(|until| self.seen <= until);
        let left = fault.count.is_none_or(|count| self.hit < count);
        let hit = is_free && in_time && left && drawn < fault.rate;
        self.hit += u64::from(hit);
        hit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(faults: &Faults, calls: usize) -> Vec<usize> {
        let mut draws = Draws::new(faults);
        (1..=calls).filter(|_| draws.draw(faults, "GET", "sys_user", false).is_some()).collect()
    }

    #[test]
    fn rates_are_kept_and_can_be_repeated() {
        let faults = Faults::default().with(Fault { rate: 0.25, ..Fault::new(FaultKind::Unavailable) });
        let first = hits(&faults, 4_000);
        assert!((900..1_100).contains(&first.len()), "{}", first.len());
        assert_eq!(first, hits(&faults, 4_000));
        assert_ne!(first, hits(&Faults { seed: 2, ..faults }, 4_000));
    }

    #[test]
    fn windows_and_counts_are_kept() {
        let fault = Fault { after: 2, until: Some(6), count: Some(3), ..Fault::new(FaultKind::Unavailable) };
        assert_eq!(hits(&Faults::default().with(fault.clone()), 10), [3, 4, 5]);
        assert_eq!(hits(&Faults::default().with(Fault { count: None, ..fault }), 10), [3, 4, 5, 6]);
    }

    #[test]
    fn entries_are_about_their_calls() {
        let fault = Fault::new(FaultKind::Unavailable).on("POST", "sys_user");
        let faults =
            Faults::default().with(fault).with(Fault { inner: true, ..Fault::new(FaultKind::Unavailable) });
        let mut draws = Draws::new(&faults);
        let mut draw =
            |method, table, inner| draws.draw(&faults, method, table, inner).map(|fault| fault.inner);
        assert_eq!(draw("GET", "sys_user", false), None);
        assert_eq!(draw("POST", "task", false), None);
        assert_eq!(draw("POST", "sys_user", false), Some(false));
        assert_eq!(draw("GET", "sys_user", true), Some(true));
    }

    #[test]
    fn latency_stays_in_its_bounds() {
        let faults = Faults { latency: super::super::Latency { ms: 5, jitter_ms: 3 }, ..Faults::default() };
        let mut draws = Draws::new(&faults);
        assert!((0..100).all(|_| (5..=8).contains(&draws.latency_ms(&faults))));
    }
}
