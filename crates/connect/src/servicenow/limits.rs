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

/// The rule that a call fell under.
pub(super) fn limit(headers: &HeaderMap, now: Timestamp) -> Option<Limit> {
    Some(Limit {
        rule: text(headers, "x-ratelimit-rule").unwrap_or_default().to_owned(),
        calls: number(headers, "x-ratelimit-limit")?,
        remaining: number(headers, "x-ratelimit-remaining"),
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
    text(headers, header::DATE.as_str()).and_then(date).unwrap_or(now)
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
