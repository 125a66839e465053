//! Clocks: ours beside what we wrote down before, and the target's beside ours.

use super::{Check, Patient, Verdict};
use crate::Engine;
use jiff::{SignedDuration, Timestamp};

/// Nobody ran this program before (2025-01-01).
const BEFORE_US: i64 = 1_735_689_600;
/// A difference that does no harm; `Date` tells whole seconds, and answers take time.
const LITTLE: SignedDuration = SignedDuration::from_secs(5);
/// A difference from which signed assertions are refused (RFC 7523 leaves it to the server; minutes are usual).
const MUCH: SignedDuration = SignedDuration::from_secs(60);

pub(super) async fn ours(engine: &Engine) -> Check {
    let now = engine.clock.now();
    let written = match engine.store.policies_before(i64::MAX, 1).await {
        Ok(policies) => policies.first().map(|policy| policy.applied),
        Err(error) => {
            return Check::unknown("clock", error.to_string(), "the store did not tell what is newest");
        }
    };
    judge_ours(now, written)
}

fn judge_ours(now: Timestamp, written: Option<Timestamp>) -> Check {
    let cure = "set the clock of this machine by NTP";
    if now.as_second() < BEFORE_US {
        let means = "tokens, holds and timelines go by it";
        return Check::bad("clock", format!("our clock says {now}"), means).cure(cure);
    }
    match written.filter(|written| *written > now + LITTLE) {
        Some(written) => Check::bad(
            "clock",
            format!("our clock says {now}, and the policy in force was applied at {written}"),
            "this clock, or that of the node which applied it, is wrong",
        )
        .cure(cure),
        None => Check::good("clock", format!("our clock says {now}"), "nothing that we wrote down is later"),
    }
}

pub(super) fn of_target(patient: &Patient<'_>) -> Check {
    match patient.client().seen().ahead {
        Some(ahead) => judge_target(ahead),
        None => {
            Check::unknown("clock of the target", "its answers have no `Date`", "its clock cannot be told")
        }
    }
}

fn judge_target(ahead: SignedDuration) -> Check {
    let name = "clock of the target";
    let direction = if ahead.is_negative() { "behind" } else { "ahead of" };
    let found = format!("it is {} s {direction} ours", ahead.abs().as_secs());
    let verdict = match ahead.abs() {
        little if little <= LITTLE => return Check::good(name, found, "they agree"),
        some if some < MUCH => Verdict::Note,
        _ => Verdict::Bad,
    };
    let means = "signed assertions may be refused, and times of both sides cannot be compared";
    Check::new(name, verdict, found, means)
        .cure("set the clock of this machine by NTP; an instance's own is kept")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_bad_if_it_runs_before_what_was_written() {
        let now = Timestamp::from_second(BEFORE_US + 1_000_000).unwrap();
        let later = now + SignedDuration::from_secs(60);
        let verdicts = [
            judge_ours(now, None).verdict,
            judge_ours(now, Some(now)).verdict,
            judge_ours(now, Some(later)).verdict,
            judge_ours(Timestamp::UNIX_EPOCH, None).verdict,
        ];
        assert_eq!(verdicts, [Verdict::Good, Verdict::Good, Verdict::Bad, Verdict::Bad]);
    }

    #[test]
    fn clocks_agree_differ_or_are_far_apart() {
        let of = |seconds| judge_target(SignedDuration::from_secs(seconds)).verdict;
        assert_eq!([of(0), of(-5), of(6), of(-59)].map(Verdict::label), ["good", "good", "note", "note"]);
        assert_eq!([of(60), of(-3_600)], [Verdict::Bad, Verdict::Bad]);
    }
}
