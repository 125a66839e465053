//! Times: a point in time with its zone, ISO 8601 text, Windows ticks, Unix times, zones by any of their names.
//!
//! Zones come from the copy of the database in this program, so that every machine agrees.

mod format;
mod pattern;
mod zones;

pub(crate) use pattern::DatePattern;
pub(crate) use zones::zone;

use crate::functions::Fault;
use jiff::civil::DateTime;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use std::fmt;

/// 100 ns ticks between 1601-01-01, where Windows begins to count, and 1970-01-01.
const WINDOWS_TO_UNIX: i128 = 116_444_736_000_000_000;

/// A point in time and where it is looked at from.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    zoned: Zoned,
    /// Whether milliseconds are shown also when there are none.
    milliseconds: bool,
}

impl Moment {
    /// A point in time in UTC.
    pub fn utc(at: Timestamp) -> Self {
        Self::new(at.to_zoned(TimeZone::UTC))
    }

    /// A point in time in its zone.
    pub fn new(zoned: Zoned) -> Self {
        Self { zoned, milliseconds: true }
    }

    /// The point in time.
    pub fn instant(&self) -> Timestamp {
        self.zoned.timestamp()
    }

    /// With its zone.
    pub fn zoned(&self) -> &Zoned {
        &self.zoned
    }

    /// Without milliseconds where there are none, as Java shows times that were read by a pattern.
    pub(crate) fn short(zoned: Zoned) -> Self {
        Self { zoned, milliseconds: false }
    }

    pub(crate) fn map(self, change: impl FnOnce(Zoned) -> Option<Zoned>) -> Option<Self> {
        let milliseconds = self.milliseconds;
        change(self.zoned).map(|zoned| Self { zoned, milliseconds })
    }
}

/// As Java shows a time with a zone: `2015-08-01T02:18:37.979+09:00[Asia/Tokyo]`, and `…Z` for UTC.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = self.zoned.time_zone();
        let with_fraction = self.milliseconds || self.zoned.subsec_nanosecond() != 0;
        f.write_str(&iso(&self.zoned, with_fraction))?;
        match zone.iana_name() {
            Some(name) if name != "UTC" => write!(f, "[{name}]"),
            _ => Ok(()),
        }
    }
}

/// `2015-07-31T13:30:49.964-04:00`, and `…Z` for UTC.
pub(crate) fn iso(zoned: &Zoned, milliseconds: bool) -> String {
    let fraction = if milliseconds { format!(".{:03}", zoned.millisecond()) } else { String::new() };
    format!(
        "{}{fraction}{}",
        zoned.datetime().strftime("%Y-%m-%dT%H:%M:%S"),
        offset(zoned.offset(), ":", "Z")
    )
}

/// `+09:00`, with this between hours and minutes, or a word for UTC.
pub(crate) fn offset(offset: Offset, between: &str, utc: &str) -> String {
    let seconds = offset.seconds();
    if seconds == 0 && !utc.is_empty() {
        return utc.to_owned();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
}

/// ISO 8601 text with an offset; without one it is UTC, and a date alone is its first moment.
pub(crate) fn parse_iso(text: &str) -> Result<Moment, Box<Fault>> {
    let text = text.trim();
    let found = zoned_text(text).or_else(|| instant_text(text)).or_else(|| civil_text(text));
    found.map(Moment::new).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        Fault::new(format!("`{shown}` is not a time")).help("times are written 2015-07-31T17:18:37.979Z")
    })
}

/// `…+09:00[Asia/Tokyo]`.
fn zoned_text(text: &str) -> Option<Zoned> {
    let (instant, name) = text.strip_suffix(']')?.split_once('[')?;
    let instant: Timestamp = instant.parse().ok()?;
    Some(instant.to_zoned(zones::region(name)?))
}

fn instant_text(text: &str) -> Option<Zoned> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    let pieces = PARSER.parse_pieces(text).ok()?;
    let offset = pieces.to_numeric_offset()?;
    let datetime = DateTime::from_parts(pieces.date(), pieces.time()?);
    let zone = if offset.is_zero() { TimeZone::UTC } else { TimeZone::fixed(offset) };
    datetime.to_zoned(zone).ok()
}

fn civil_text(text: &str) -> Option<Zoned> {
    text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()
}

/// The moment of Windows ticks.
pub(crate) fn from_windows(ticks: i64) -> Option<Moment> {
    let nanoseconds = (i128::from(ticks) - WINDOWS_TO_UNIX) * 100;
    Timestamp::from_nanosecond(nanoseconds).ok().map(Moment::utc)
}

/// Windows ticks of a moment.
pub(crate) fn to_windows(at: Timestamp) -> i128 {
    at.as_nanosecond().div_euclid(100) + WINDOWS_TO_UNIX
}
