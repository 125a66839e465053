//! What the headers say of the rate limit: `Retry-After`, and `X-RateLimit-*` of the rule that a call fell under.
//! Times are measured against the instance's own clock, the `Date` header, where it sends one.

use http::{HeaderMap, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use std::time::Duration;

/// The longest pause that is believed.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// A rate limit rule, as an answer tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limit {
    /// The rule's `sys_id`.
    pub(super) rule: String,
    /// Calls allowed until the reset.
    pub(super) calls: u64,
    /// Calls left, where it is said.
    pub(super) remaining: Option<u64>,
    /// Until the count begins anew.
    pub(super) resets_in: Duration,
}

impl Limit {
    /// The calls that fall to the part of a window of this length that is over.
    pub(super) fn share_gone(&self, window: Duration) -> u64 {
        let gone = window.saturating_sub(self.resets_in).as_secs();
        let share = u128::from(self.calls) * u128::from(gone) / u128::from(window.as_secs().max(1));
        u64::try_from(share).unwrap_or(u64::MAX)
    }
}

/// The rule that a call fell under. ServiceNow never says how many calls are left, but that there are none.
pub(super) fn limit(status: u16, headers: &HeaderMap, now: Timestamp) -> Option<Limit> {
    let none_left = (status == 429).then_some(0);
    Some(Limit {
        rule: text(headers, "x-ratelimit-rule").unwrap_or_default().to_owned(),
        calls: number(headers, "x-ratelimit-limit")?,
        remaining: none_left.or_else(|| number(headers, "x-ratelimit-remaining")),
        resets_in: until_reset(headers, now)?,
    })
}

/// How long to stay away after a refusal, at most a quarter of an hour.
pub(super) fn wait(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    retry_after(headers, now).or_else(|| until_reset(headers, now).map(|it| it.min(LONGEST)))
}

/// `Retry-After` (RFC 9110 section 10.2.3) in seconds or as a date, at most a quarter of an hour.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = text(headers, header::RETRY_AFTER.as_str())?.trim();
    let wait = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => since(here(headers, now), date(value)?),
    };
    Some(wait.min(LONGEST))
}

fn until_reset(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let at = Timestamp::from_second(number(headers, "x-ratelimit-reset")?.try_into().ok()?).ok()?;
    Some(since(here(headers, now), at))
}

/// The instance's own time, as our clock may differ.
fn here(headers: &HeaderMap, now: Timestamp) -> Timestamp {
    clock(headers).unwrap_or(now)
}

/// The instance's own time, where it tells it.
pub(super) fn clock(headers: &HeaderMap) -> Option<Timestamp> {
    text(headers, header::DATE.as_str()).and_then(date)
}

fn date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

fn since(now: Timestamp, at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or_default()
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.trim().parse().ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const NOW: &str = "Thu, 01 Jan 2026 00:00:00 GMT";

    #[track_caller]
    fn check(pairs: &[(&'static str, &str)], expected: Option<u64>) {
        // Our own clock is a day behind; the instance's counts.
        let ours = "2025-12-31T00:00:00Z".parse().unwrap();
        assert_eq!(wait(&headers(pairs), ours), expected.map(Duration::from_secs), "{pairs:?}");
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    #[test]
    fn a_wait_is_seconds_or_a_date_or_the_reset() {
        check(&[("retry-after", "30")], Some(30));
        check(&[("retry-after", "Thu, 01 Jan 2026 00:00:40 GMT"), ("date", NOW)], Some(40));
        check(&[("x-ratelimit-reset", "1767225650"), ("date", NOW)], Some(50));
        check(&[("retry-after", "3"), ("x-ratelimit-reset", "1767225650"), ("date", NOW)], Some(3));
        check(&[], None);
        check(&[("retry-after", "soon")], None);
        check(&[("retry-after", "-5")], None);
    }

    #[test]
    fn a_wait_is_neither_negative_nor_endless() {
        check(&[("retry-after", "Wed, 31 Dec 2025 23:00:00 GMT"), ("date", NOW)], Some(0));
        check(&[("retry-after", "999999")], Some(900));
        check(&[("x-ratelimit-reset", "1799999999"), ("date", NOW)], Some(900));
    }

    #[test]
    fn a_rule_is_known_by_its_limit_and_reset() {
        let all = [
            ("x-ratelimit-limit", "100"),
            ("x-ratelimit-reset", "1767225660"),
            ("x-ratelimit-rule", "r1"),
            ("date", NOW),
        ];
        let expected =
            Limit { rule: "r1".into(), calls: 100, remaining: None, resets_in: Duration::from_secs(60) };
        assert_eq!(limit(200, &headers(&all), Timestamp::UNIX_EPOCH).as_ref(), Some(&expected));
        assert_eq!(limit(200, &headers(&all[1..]), Timestamp::UNIX_EPOCH), None);
        let refused = limit(429, &headers(&all), Timestamp::UNIX_EPOCH);
        assert_eq!(refused, Some(Limit { remaining: Some(0), ..expected }));
    }

    #[test]
    fn a_share_of_the_window_is_gone() {
        let gone = |calls, seconds| {
            let resets_in = Duration::from_secs(seconds);
            Limit { rule: String::new(), calls, remaining: None, resets_in }
                .share_gone(Duration::from_secs(3600))
        };
        assert_eq!([gone(100, 3600), gone(100, 900), gone(100, 0), gone(100, 7200)], [0, 75, 100, 0]);
        assert_eq!([gone(0, 0), gone(u64::MAX, 0)], [0, u64::MAX]);
    }
}
