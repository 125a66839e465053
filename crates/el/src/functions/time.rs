//! `Time.*`, which works on text, and Identity Engine's methods, which work on times.

use super::{Call, Entry, Fault, Outcome};
use crate::program::Prepared;
use crate::settings::UnixUnit;
use crate::time::{self, DatePattern, Moment};
use crate::value::Value;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub(super) const TABLE: &[Entry] = &[
    Entry::new(
        "Time.now(zone: text?, format: text?) -> text",
        "The time, in UTC or in a zone, in ISO 8601 or by a pattern of Joda-Time.",
        ("Time.now()", r#""2015-07-31T17:18:37.979Z""#),
        now_text,
    ),
    Entry::new(
        "Time.fromWindowsToIso8601(ticks: text) -> text",
        "The time of Windows ticks: 100 ns each, since 1601.",
        (r#"Time.fromWindowsToIso8601("130828367179790000")"#, r#""2015-07-31T17:18:37.979Z""#),
        windows_to_iso,
    ),
    Entry::new(
        "Time.fromUnixToIso8601(time: text) -> text",
        "The time of milliseconds since 1970. A setting makes them seconds.",
        (r#"Time.fromUnixToIso8601("1438377580979")"#, r#""2015-07-31T21:19:40.979Z""#),
        unix_to_iso,
    ),
    Entry::new(
        "Time.fromStringToIso8601(text: text, format: text) -> text",
        "The time that a text shows by a pattern, in UTC unless the text says otherwise.",
        (
            r#"Time.fromStringToIso8601("17 June 2015 00:23", "dd MMMM yyyy HH:mm")"#,
            r#""2015-06-17T00:23:00.000Z""#,
        ),
        string_to_iso,
    ),
    Entry::new(
        "Time.fromIso8601ToWindows(time: text) -> text",
        "Windows ticks of a time.",
        (r#"Time.fromIso8601ToWindows("2015-07-31T17:18:37.979Z")"#, r#""130828367179790000""#),
        to_windows,
    ),
    Entry::new(
        "Time.fromIso8601ToUnix(time: text) -> text",
        "Milliseconds since 1970. A setting makes them seconds.",
        (r#"Time.fromIso8601ToUnix("2015-07-31T17:18:37.979Z")"#, r#""1438363117979""#),
        to_unix,
    ),
    Entry::new(
        "Time.fromIso8601ToString(time: text, format: text) -> text",
        "A time by a pattern.",
        (r#"Time.fromIso8601ToString("2015-07-31T17:18:37.979Z", "dd.MM.yyyy")"#, r#""31.07.2015""#),
        to_string,
    ),
    Entry::new(
        "DateTime.now() -> time",
        "The time.",
        ("DateTime.now()", r#""2015-07-31T17:18:37.979Z""#),
        now,
    ),
    Entry::new(
        ".parseWindowsTime(ticks: text) -> time",
        "The time of Windows ticks.",
        ("'130828367179790000'.parseWindowsTime()", r#""2015-07-31T17:18:37.979Z""#),
        parse_windows,
    ),
    Entry::new(
        ".parseUnixTime(time: text) -> time",
        "The time of milliseconds since 1970.",
        ("'1438377580979'.parseUnixTime()", r#""2015-07-31T21:19:40.979Z""#),
        parse_unix,
    ),
    Entry::new(
        ".parseStringTime(text: text, format: text) -> time",
        "The time that a text shows by a pattern.",
        ("'17 June 2015 00:23:19'.parseStringTime('dd MMMM yyyy HH:mm:ss')", r#""2015-06-17T00:23:19Z""#),
        parse_string,
    ),
    Entry::new(
        ".toWindows(time: time) -> text",
        "Windows ticks.",
        ("'2015-07-30T23:58:32.000Z'.toWindows()", r#""130827743120000000""#),
        to_windows,
    ),
    Entry::new(
        ".toUnix(time: time) -> text",
        "Milliseconds since 1970.",
        ("DateTime.now().toUnix()", r#""1438363117979""#),
        to_unix,
    ),
    Entry::new(
        ".toString(time: time, format: text) -> text",
        "By a pattern.",
        ("DateTime.now().toString('yyyy')", r#""2015""#),
        to_string,
    ),
    Entry::new(
        ".toZone(time: time, zone: text) -> time",
        "The same moment in another zone.",
        ("DateTime.now().toZone('Asia/Tokyo')", r#""2015-08-01T02:18:37.979+09:00[Asia/Tokyo]""#),
        to_zone,
    ),
    Entry::new(
        ".plusDays(time: time, days: integer) -> time",
        "So many days later, by the calendar of its zone.",
        ("DateTime.now().plusDays(2)", r#""2015-08-02T17:18:37.979Z""#),
        plus_days,
    ),
    Entry::new(
        ".plusHours(time: time, hours: integer) -> time",
        "So many hours later.",
        ("DateTime.now().plusHours(-1)", r#""2015-07-31T16:18:37.979Z""#),
        plus_hours,
    ),
    Entry::new(
        ".plusMinutes(time: time, minutes: integer) -> time",
        "So many minutes later.",
        ("DateTime.now().plusMinutes(1)", r#""2015-07-31T17:19:37.979Z""#),
        plus_minutes,
    ),
    Entry::new(
        ".plusSeconds(time: time, seconds: integer) -> time",
        "So many seconds later.",
        ("DateTime.now().plusSeconds(1)", r#""2015-07-31T17:18:38.979Z""#),
        plus_seconds,
    ),
    Entry::new(
        ".withinDays(time: time, days: integer) -> boolean",
        "Whether it is at most so many days ago or ahead.",
        ("DateTime.now().withinDays(1)", "true"),
        within_days,
    ),
    Entry::new(
        ".withinHours(time: time, hours: integer) -> boolean",
        "Whether it is at most so many hours ago or ahead.",
        ("DateTime.now().plusHours(5).withinHours(4)", "false"),
        within_hours,
    ),
    Entry::new(
        ".withinMinutes(time: time, minutes: integer) -> boolean",
        "Whether it is at most so many minutes ago or ahead.",
        ("DateTime.now().withinMinutes(0)", "true"),
        within_minutes,
    ),
    Entry::new(
        ".withinSeconds(time: time, seconds: integer) -> boolean",
        "Whether it is at most so many seconds ago or ahead.",
        ("DateTime.now().withinSeconds(9)", "true"),
        within_seconds,
    ),
];

fn now_text<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let zone = if call.count() > 0 { zone(call, 0)? } else { TimeZone::UTC };
    let zoned = call.machine.settings.now.to_zoned(zone);
    if call.count() > 1 {
        let text = with_pattern(call, 1, |pattern| Ok(pattern.format(&zoned)))?;
        return call.made(text);
    }
    call.made(time::iso(&zoned, true))
}

fn now<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(moment(Moment::utc(call.machine.settings.now)))
}

fn moment<'a>(moment: Moment) -> Value<'a> {
    Value::Time(Box::new(moment))
}

fn zone(call: &mut Call<'_, '_>, at: usize) -> Result<TimeZone, Box<Fault>> {
    let name = call.text(at)?;
    time::zone(&name, call.machine.settings.short_zones).map_err(|fault| fault.at(at))
}

/// Uses the pattern that an argument is, compiled before or now.
fn with_pattern<T>(
    call: &mut Call<'_, '_>,
    at: usize,
    apply: impl FnOnce(&DatePattern) -> Result<T, Box<Fault>>,
) -> Result<T, Box<Fault>> {
    if let Prepared::Pattern(pattern) = call.prepared {
        return apply(pattern);
    }
    let text = call.text(at)?;
    let pattern = DatePattern::compile(&text).map_err(|fault| fault.at(at))?;
    apply(&pattern)
}

fn windows(call: &mut Call<'_, '_>) -> Result<Option<Moment>, Box<Fault>> {
    let Some(text) = call.subject()? else { return Ok(None) };
    let found = text.trim().parse().ok().and_then(time::from_windows);
    found.map(Some).ok_or_else(|| not_a_time(&text, "Windows ticks"))
}

fn unix(call: &mut Call<'_, '_>) -> Result<Option<Moment>, Box<Fault>> {
    let Some(text) = call.subject()? else { return Ok(None) };
    let number = text.trim().parse::<i64>().ok();
    let found = number.and_then(|number| match call.machine.settings.unix_unit {
        UnixUnit::Milliseconds => Timestamp::from_millisecond(number).ok(),
        UnixUnit::Seconds => Timestamp::from_second(number).ok(),
    });
    found.map(|at| Some(Moment::utc(at))).ok_or_else(|| not_a_time(&text, "a Unix time"))
}

fn string(call: &mut Call<'_, '_>) -> Result<Option<Moment>, Box<Fault>> {
    let Some(text) = call.subject()? else { return Ok(None) };
    with_pattern(call, 1, |pattern| pattern.parse(&text, &TimeZone::UTC)).map(|it| Some(Moment::short(it)))
}

fn not_a_time(text: &str, what: &str) -> Box<Fault> {
    let shown: String = text.chars().take(40).collect();
    Fault::new(format!("`{shown}` is not {what}")).at(0)
}

fn iso<'a>(call: &mut Call<'_, 'a>, moment: Option<Moment>) -> Outcome<'a> {
    match moment {
        Some(moment) => call.made(time::iso(moment.zoned(), true)),
        None => Ok(Value::Null),
    }
}

fn windows_to_iso<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let moment = windows(call)?;
    iso(call, moment)
}

fn unix_to_iso<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let moment = unix(call)?;
    iso(call, moment)
}

fn string_to_iso<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let moment = string(call)?;
    iso(call, moment)
}

fn parse_windows<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(windows(call)?.map_or(Value::Null, moment))
}

fn parse_unix<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(unix(call)?.map_or(Value::Null, moment))
}

fn parse_string<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(string(call)?.map_or(Value::Null, moment))
}

fn to_windows<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(moment) = call.moment(0)? else { return Ok(Value::Null) };
    call.made(time::to_windows(moment.instant()).to_string())
}

fn to_unix<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(moment) = call.moment(0)? else { return Ok(Value::Null) };
    let number = match call.machine.settings.unix_unit {
        UnixUnit::Milliseconds => moment.instant().as_millisecond(),
        UnixUnit::Seconds => moment.instant().as_second(),
    };
    call.made(number.to_string())
}

fn to_string<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(moment) = call.moment(0)? else { return Ok(Value::Null) };
    let text = with_pattern(call, 1, |pattern| Ok(pattern.format(moment.zoned())))?;
    call.made(text)
}

fn to_zone<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(at) = call.moment(0)? else { return Ok(Value::Null) };
    let zone = zone(call, 1)?;
    Ok(at.map(|zoned| Some(zoned.with_time_zone(zone))).map_or(Value::Null, moment))
}

fn plus_days<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(at) = call.moment(0)? else { return Ok(Value::Null) };
    let days = call.integer(1)?;
    let later = at.map(|zoned| zoned.checked_add(jiff::Span::new().try_days(days).ok()?).ok());
    later.map(moment).ok_or_else(out_of_calendar)
}

fn plus<'a>(call: &mut Call<'_, 'a>, seconds: i64) -> Outcome<'a> {
    let Some(at) = call.moment(0)? else { return Ok(Value::Null) };
    let count = call.integer(1)?;
    let later = at.map(|zoned| {
        let duration = SignedDuration::from_secs(count.checked_mul(seconds)?);
        zoned.checked_add(duration).ok()
    });
    later.map(moment).ok_or_else(out_of_calendar)
}

fn out_of_calendar() -> Box<Fault> {
    Fault::new("the time would be outside of the years -9999 to 9999").at(1)
}

fn plus_hours<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    plus(call, 3600)
}

fn plus_minutes<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    plus(call, 60)
}

fn plus_seconds<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    plus(call, 1)
}

/// Null is never within anything.
fn within<'a>(call: &mut Call<'_, 'a>, seconds: i64) -> Outcome<'a> {
    let Some(at) = call.moment(0)? else { return Ok(Value::Boolean(false)) };
    let count = call.integer(1)?;
    let distance = at.instant().duration_since(call.machine.settings.now).abs();
    let most = count.checked_mul(seconds).map_or(SignedDuration::MAX, SignedDuration::from_secs);
    Ok(Value::Boolean(distance <= most))
}

fn within_days<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    within(call, 24 * 3600)
}

fn within_hours<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    within(call, 3600)
}

fn within_minutes<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    within(call, 60)
}

fn within_seconds<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    within(call, 1)
}
