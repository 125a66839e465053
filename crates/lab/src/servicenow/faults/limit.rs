//! Rate limits: so many calls per hour and user, counted as a real instance counts them.
//!
//! The hour is the clock's. With a lag, a call is judged by the count that was known at the last commit, so that a client
//! that is fast enough gets past its limit and is refused a little later.

use std::collections::BTreeMap;

use super::{Faults, RateLimit};

const HOUR: i64 = 3_600;

/// Who has called how often.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// By rule and user.
    counts: BTreeMap<(usize, String), Count>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    hour: Option<i64>,
    calls: u64,
    known: u64,
    known_at: i64,
}

/// What the rule that a call falls under says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The rule's position in the schedule.
    pub(crate) rule: usize,
    /// Its limit.
    pub(crate) limit: u64,
    /// When the count begins anew, in Unix seconds.
    pub(crate) reset: i64,
    /// How long to wait, if the call is refused, in seconds.
    pub(crate) refused: Option<i64>,
}

impl Counts {
    /// Counts a call and judges it. Refused calls are counted too.
    pub(crate) fn judge(
        &mut self,
        faults: &Faults,
        user: &str,
        has_role: impl Fn(&str) -> bool,
        now: i64,
    ) -> Option<Verdict> {
        let (rule, RateLimit { limit, .. }) = applicable(faults, user, has_role)?;
        let count = self.counts.entry((rule, user.to_owned())).or_default();
        let hour = now.div_euclid(HOUR);
        if count.hour != Some(hour) {
            *count = Count { hour: Some(hour), known_at: now, ..Count::default() };
        }
        let lag = i64::try_from(faults.rate_limit_lag_seconds).unwrap_or(HOUR);
        if now - count.known_at >= lag {
            (count.known, count.known_at) = (count.calls, now);
        }
        count.calls += 1;
        let reset = (hour + 1) * HOUR;
        let refused = (count.known >= *limit).then_some(reset - now);
        Some(Verdict { rule, limit: *limit, reset, refused })
    }
}

fn applicable<'f>(
    faults: &'f Faults,
    user: &str,
    has_role: impl Fn(&str) -> bool,
) -> Option<(usize, &'f RateLimit)> {
    let rules = || faults.rate_limit.iter().enumerate();
    let for_user = rules().find(|(_, rule)| rule.user.as_deref() == Some(user));
    let of_role = |rule: &RateLimit| rule.user.is_none() && rule.role.as_deref().is_some_and(&has_role);
    let for_role = || rules().filter(|(_, rule)| of_role(rule)).min_by_key(|(_, rule)| rule.limit);
    let for_all = || rules().find(|(_, rule)| rule.user.is_none() && rule.role.is_none());
    for_user.or_else(for_role).or_else(for_all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(limit: u64, user: Option<&str>, role: Option<&str>) -> RateLimit {
        RateLimit { limit, user: user.map(Into::into), role: role.map(Into::into) }
    }

    fn refusals(faults: &Faults, times: &[i64]) -> Vec<bool> {
        let mut counts = Counts::default();
        let judge = |now: &i64| counts.judge(faults, "u", |_| false, *now).unwrap().refused.is_some();
        times.iter().map(judge).collect()
    }

    #[test]
    fn the_count_begins_anew_each_hour() {
        let faults = Faults { rate_limit: vec![limit(2, None, None)], ..Faults::default() };
        assert_eq!(refusals(&faults, &[0, 1, 2, 3_599, 3_600]), [false, false, true, true, false]);
    }

    #[test]
    fn a_lag_lets_fast_callers_through() {
        let rate_limit = vec![limit(2, None, None)];
        let faults = Faults { rate_limit, rate_limit_lag_seconds: 30, ..Faults::default() };
        assert_eq!(refusals(&faults, &[10, 11, 12, 39, 40, 41]), [false, false, false, false, true, true]);
    }

    #[test]
    fn the_most_particular_rule_counts() {
        let rules = [
            limit(1, None, None),
            limit(9, None, Some("a")),
            limit(5, None, Some("b")),
            limit(7, Some("u"), None),
        ];
        let faults = Faults { rate_limit: rules.to_vec(), ..Faults::default() };
        let mut counts = Counts::default();
        let mut limit = |user, roles: &'static [&str]| {
            counts.judge(&faults, user, |role| roles.contains(&role), 0).unwrap().limit
        };
        assert_eq!((limit("u", &["a"]), limit("v", &["a", "b"]), limit("w", &[])), (7, 5, 1));
    }
}
