//! Fields of patterns: writing one, and reading one. Names of months and days are English, as in Okta.

use super::pattern::{Field, Item};
use super::{offset, zones};
use jiff::Zoned;
use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};
use std::fmt::Write;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Appends an item.
pub(super) fn write(text: &mut String, item: &Item, zoned: &Zoned) {
    let (field, count) = match item {
        Item::Literal(literal) => return text.push_str(literal),
        Item::Field(field, count) => (*field, *count),
    };
    match field {
        Field::Month if count >= 3 => text.push_str(name(&MONTHS, zoned.month(), count > 3)),
        Field::Weekday => text.push_str(name(&DAYS, zoned.weekday().to_monday_one_offset(), count > 3)),
        Field::HalfDay => text.push_str(if zoned.hour() < 12 { "AM" } else { "PM" }),
        Field::Era => text.push_str(if zoned.year() > 0 { "AD" } else { "BC" }),
        Field::Offset => text.push_str(&match count {
            1 => offset(zoned.offset(), "", ""),
            2 => offset(zoned.offset(), ":", ""),
            _ => zone_name(zoned),
        }),
        Field::IsoOffset => text.push_str(&offset(zoned.offset(), if count == 3 { ":" } else { "" }, "Z")),
        Field::Zone => text.push_str(&zone_name(zoned)),
        Field::Fraction => {
            let digits = format!("{:09}", zoned.subsec_nanosecond());
            text.push_str(&digits[..count.min(9)]);
        }
        _ => {
            // Writing to a string cannot fail.
            let _ = write!(text, "{:0count$}", number(field, count, zoned));
        }
    }
}

fn number(field: Field, count: usize, zoned: &Zoned) -> i64 {
    let value = match field {
        Field::Year if count == 2 => zoned.year().rem_euclid(100),
        Field::Year => zoned.year(),
        Field::DayOfYear => zoned.day_of_year(),
        other => i16::from(small_number(other, zoned)),
    };
    i64::from(value)
}

fn small_number(field: Field, zoned: &Zoned) -> i8 {
    match field {
        Field::Month => zoned.month(),
        Field::WeekdayNumber => zoned.weekday().to_monday_one_offset(),
        Field::Hour24 => zoned.hour(),
        Field::Hour24From1 => (zoned.hour() + 23) % 24 + 1,
        Field::Hour12 => (zoned.hour() + 11) % 12 + 1,
        Field::Hour12From0 => zoned.hour() % 12,
        Field::Minute => zoned.minute(),
        Field::Second => zoned.second(),
        _ => zoned.day(),
    }
}

fn name(names: &'static [&'static str], from_one: i8, whole: bool) -> &'static str {
    let name = usize::try_from(from_one - 1).ok().and_then(|at| names.get(at)).copied().unwrap_or_default();
    if whole { name } else { &name[..3] }
}

fn zone_name(zoned: &Zoned) -> String {
    let zone = zoned.time_zone();
    zone.iana_name().map_or_else(|| offset(zoned.offset(), ":", "UTC"), str::to_owned)
}

/// What was read of a text so far.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    day_of_year: Option<i16>,
    hour: Option<i8>,
    half_hour: Option<i8>,
    afternoon: bool,
    minute: i8,
    second: i8,
    nanosecond: i32,
    offset: Option<Offset>,
    zone: Option<TimeZone>,
}

impl Parsed {
    /// Reads an item from the beginning of a text and returns what follows. A number that is followed by another
    /// directly has exactly as many digits as it has letters.
    pub(super) fn take<'t>(&mut self, item: &Item, text: &'t str, adjacent: bool) -> Option<&'t str> {
        let (field, count) = match item {
            Item::Literal(literal) => return text.strip_prefix(literal.as_str()),
            Item::Field(field, count) => (*field, *count),
        };
        match field {
            Field::Month if count >= 3 => {
                let (index, rest) = take_name(&MONTHS, text)?;
                self.month = Some(index);
                Some(rest)
            }
            // The date says which day it is.
            Field::Weekday => take_name(&DAYS, text).map(|(_, rest)| rest),
            Field::HalfDay => self.take_half_day(text),
            Field::Era => text.strip_prefix("AD"),
            Field::Offset | Field::IsoOffset if count < 3 || field == Field::IsoOffset => {
                self.take_offset(text)
            }
            Field::Offset | Field::Zone => self.take_zone(text),
            _ => {
                let (digits, rest) = take_digits(text, if adjacent { count } else { 19 })?;
                self.set(field, count, digits)?;
                Some(rest)
            }
        }
    }

    fn set(&mut self, field: Field, count: usize, digits: &str) -> Option<()> {
        if field == Field::Fraction {
            let padded = format!("{digits:0<9}");
            self.nanosecond = padded.get(..9)?.parse().ok()?;
            return Some(());
        }
        let value: i64 = digits.parse().ok()?;
        let small = || i8::try_from(value).ok();
        match field {
            // Two digits mean this century, as in `DateTimeFormatter`.
            Field::Year if count == 2 && digits.len() == 2 => self.year = i16::try_from(2000 + value).ok(),
            Field::Year => self.year = Some(i16::try_from(value).ok()?),
            Field::Month => self.month = Some(small()?),
            Field::Day => self.day = Some(small()?),
            Field::DayOfYear => self.day_of_year = Some(i16::try_from(value).ok()?),
            Field::Hour24 => self.hour = Some(small()?),
            Field::Hour24From1 => self.hour = Some(small()? % 24),
            Field::Hour12 | Field::Hour12From0 => self.half_hour = Some(small().filter(|it| *it <= 12)? % 12),
            Field::Minute => self.minute = small()?,
            Field::Second => self.second = small()?,
            _ => {}
        }
        Some(())
    }

    fn take_half_day<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let half = text.get(..2)?;
        self.afternoon = half.eq_ignore_ascii_case("PM");
        (self.afternoon || half.eq_ignore_ascii_case("AM")).then(|| &text[2..])
    }

    /// `Z`, `+01`, `+0100`, `+01:00`.
    fn take_offset<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        if let Some(rest) = text.strip_prefix('Z') {
            self.offset = Some(Offset::UTC);
            return Some(rest);
        }
        let sign = match text.chars().next()? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        let (hours, rest) = take_exactly(&text[1..], 2)?;
        let minutes = take_exactly(rest.strip_prefix(':').unwrap_or(rest), 2);
        let (minutes, rest) = minutes.unwrap_or((0, rest));
        self.offset = Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok();
        self.offset.map(|_| rest)
    }

    fn take_zone<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let end =
            text.find(|c: char| !c.is_ascii_alphanumeric() && !"/_-+".contains(c)).unwrap_or(text.len());
        self.zone = Some(zones::region(&text[..end])?);
        Some(&text[end..])
    }

    /// The whole time; what is missing is as early as it can be.
    pub(super) fn to_zoned(&self, zone: &TimeZone) -> Option<Zoned> {
        let hour = match (self.hour, self.half_hour) {
            (Some(hour), _) => hour,
            (None, Some(half)) => half + if self.afternoon { 12 } else { 0 },
            (None, None) => 0,
        };
        let time = Time::new(hour, self.minute, self.second, self.nanosecond).ok()?;
        let year = self.year.unwrap_or(1970);
        let mut date = Date::new(year, self.month.unwrap_or(1), self.day.unwrap_or(1)).ok()?;
        if let Some(day) = self.day_of_year {
            date = date.with().day_of_year(day).build().ok()?;
        }
        let zone = match (self.offset, &self.zone) {
            (Some(offset), _) if offset.is_zero() => TimeZone::UTC,
            (Some(offset), _) => TimeZone::fixed(offset),
            (None, Some(zone)) => zone.clone(),
            (None, None) => zone.clone(),
        };
        date.to_datetime(time).to_zoned(zone).ok()
    }
}

/// A name or its first three letters, in any case; counted from one.
fn take_name<'t>(names: &[&str], text: &'t str) -> Option<(i8, &'t str)> {
    for whole in [true, false] {
        for (name, index) in names.iter().zip(1_i8..) {
            let name = if whole { name } else { &name[..3] };
            if text.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name)) {
                return Some((index, &text[name.len()..]));
            }
        }
    }
    None
}

fn take_digits(text: &str, most: usize) -> Option<(&str, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    (count > 0).then(|| text.split_at(count))
}

fn take_exactly(text: &str, count: usize) -> Option<(i32, &str)> {
    let (digits, rest) = take_digits(text, count)?;
    (digits.len() == count).then_some((digits.parse().ok()?, rest))
}
