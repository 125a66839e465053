//! When to try again.

use std::time::Duration;

/// The soonest that somebody is looked at again although nothing has changed.
pub(crate) const SOONEST: Duration = Duration::from_secs(60);
/// After the first failure of a kind that passes by itself.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait for something that passes by itself.
const LONGEST: Duration = Duration::from_secs(30 * 60);
/// After the first refusal; somebody has to change something before it can go well.
const FIRST_REFUSED: Duration = Duration::from_secs(15 * 60);
/// The longest wait after a refusal.
const LONGEST_REFUSED: Duration = Duration::from_secs(24 * 3_600);

/// How long to wait after so many failures in a row that pass by themselves. `spread`, from 0 to 1, keeps those who failed
/// together from coming back together.
pub(crate) fn after_failure(attempts: u32, spread: f64) -> Duration {
    spread_out(doubled(FIRST, attempts, LONGEST), spread)
}

/// How long to wait after so many refusals in a row.
pub(crate) fn after_refusal(attempts: u32, spread: f64) -> Duration {
    spread_out(doubled(FIRST_REFUSED, attempts, LONGEST_REFUSED), spread)
}

/// A number from 0 to 1 that is another one for everybody, and the same for one person at one try.
pub(crate) fn spread_of(id: &str, attempts: u32) -> f64 {
    // FNV-1a, and one round more so that the last byte reaches the bits that are used.
    let hashed = id.bytes().chain(attempts.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let hash = (hashed ^ (hashed >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    f64::from(u32::try_from(hash >> 40).unwrap_or(0)) / f64::from(1_u32 << 24)
}

fn doubled(first: Duration, attempts: u32, longest: Duration) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(attempts.min(20))).min(longest)
}

/// Between three quarters and five quarters of it.
fn spread_out(wait: Duration, spread: f64) -> Duration {
    wait.mul_f64(0.75 + spread / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound() {
        assert_eq!(after_failure(0, 0.5), FIRST);
        assert_eq!(after_failure(3, 0.5), 8 * FIRST);
        assert_eq!(after_failure(u32::MAX, 0.5), LONGEST);
        assert_eq!(after_refusal(1, 0.5), 2 * FIRST_REFUSED);
        assert_eq!(after_refusal(u32::MAX, 0.5), LONGEST_REFUSED);
    }

    #[test]
    fn those_who_failed_together_come_back_apart() {
        let spreads: std::collections::BTreeSet<_> =
            (0..100).map(|n| (spread_of(&format!("p{n}"), 1) * 1_000.0) as u32).collect();
        assert!(spreads.len() > 50, "{spreads:?}");
        assert!(spreads.iter().all(|spread| *spread <= 1_000));
        assert_eq!(spread_of("p", 1), spread_of("p", 1));
    }
}
