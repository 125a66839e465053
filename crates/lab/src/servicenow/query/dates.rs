//! Dates in queries: the `javascript:gs.…` calls that API users may make, `ON`, `RELATIVE…`, `DATEPART`.
//!
//! All times are UTC, as the database has them. A call that is not known gives nothing, and the condition is ignored.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};

const FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// As the database writes it.
pub(crate) fn text(at: DateTime) -> String {
    at.strftime(FORMAT).to_string()
}

/// Reads a date and time, or a date alone as its midnight.
pub(crate) fn parse(text: &str) -> Option<DateTime> {
    let date_only = || Date::strptime("%Y-%m-%d", text).map(|date| date.to_datetime(Time::midnight()));
    DateTime::strptime(FORMAT, text).or_else(|_| date_only()).ok()
}

/// What a value of a query stands for: itself, or the result of a script.
pub(crate) fn value(text: &str, now: DateTime, caller: &str) -> Option<String> {
    match text.strip_prefix("javascript:") {
        None => Some(text.to_owned()),
        Some(script) => run(script.trim().trim_end_matches(';'), now, caller),
    }
}

fn run(script: &str, now: DateTime, caller: &str) -> Option<String> {
    let (name, rest) = script.strip_prefix("gs.")?.split_once('(')?;
    let arguments = rest.strip_suffix(')')?;
    let words: Vec<&str> = arguments.split(',').map(|word| word.trim().trim_matches(['\'', '"'])).collect();
    let number = || words[0].parse::<i64>().ok();
    let at = match name {
        "getUserID" => return Some(caller.to_owned()),
        "now" => return Some(now.date().to_string()),
        "nowDateTime" => now,
        "daysAgo" => now.checked_sub(number()?.days()).ok()?,
        "hoursAgo" => now.checked_sub(number()?.hours()).ok()?,
        "minutesAgo" => now.checked_sub(number()?.minutes()).ok()?,
        "daysAgoStart" => start_of(now.date().checked_sub(number()?.days()).ok()?),
        "daysAgoEnd" => end_of(now.date().checked_sub(number()?.days()).ok()?),
        "dateGenerate" => generated(&words, now)?,
        other => boundary(other, now.date())?,
    };
    Some(text(at))
}

/// `gs.dateGenerate('2026-01-31','12:00:00')`, also with `start` or `end` for the time.
fn generated(words: &[&str], _now: DateTime) -> Option<DateTime> {
    let date = Date::strptime("%Y-%m-%d", words.first()?).ok()?;
    match words.get(1).copied().unwrap_or("start") {
        "start" => Some(start_of(date)),
        "end" => Some(end_of(date)),
        time => Some(date.to_datetime(Time::strptime("%H:%M:%S", time).ok()?)),
    }
}

/// `beginningOfToday`, `endOfLastMonth` and their like.
fn boundary(name: &str, today: Date) -> Option<DateTime> {
    let (ends, day) = match (name.strip_prefix("beginningOf"), name.strip_prefix("endOf")) {
        (Some(day), _) => (false, day),
        (_, Some(day)) => (true, day),
        _ => return None,
    };
    let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
    let month = today.first_of_month();
    let (first, last) = match day {
        "Today" => (today, today),
        "Yesterday" => (today.yesterday().ok()?, today.yesterday().ok()?),
        "Tomorrow" => (today.tomorrow().ok()?, today.tomorrow().ok()?),
        "ThisWeek" => (monday, monday.checked_add(6.days()).ok()?),
        "LastWeek" => (monday.checked_sub(7.days()).ok()?, monday.yesterday().ok()?),
        "ThisMonth" => (month, today.last_of_month()),
        "LastMonth" => (month.checked_sub(1.month()).ok()?, month.yesterday().ok()?),
        "ThisYear" => (today.first_of_year(), today.last_of_year()),
        _ => return None,
    };
    Some(if ends { end_of(last) } else { start_of(first) })
}

fn start_of(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

fn end_of(date: Date) -> DateTime {
    date.at(23, 59, 59, 0)
}

/// The two ends of `ONToday@javascript:gs.beginningOfToday()@javascript:gs.endOfToday()`, or of `ON2026-01-31`.
pub(crate) fn day(operand: &str, now: DateTime) -> Option<(String, String)> {
    let mut parts = operand.split('@');
    let name = parts.next()?;
    match (parts.next(), parts.next()) {
        (Some(start), Some(end)) => Some((value(start, now, "")?, value(end, now, "")?)),
        _ => parse(name).map(|at| (text(start_of(at.date())), text(end_of(at.date())))),
    }
}

/// The time that `@hour@ago@3` means.
pub(crate) fn relative(operand: &str, now: DateTime) -> Option<DateTime> {
    let mut parts = operand.trim_start_matches('@').split('@');
    let (unit, direction, count) = (parts.next()?, parts.next()?, parts.next()?.parse::<i64>().ok()?);
    shift(now, unit, if direction == "ago" { -count } else { count })
}

/// `MORETHAN` and `LESSTHAN`: the other column, and how far to move its time: `sys_created_on@day@before@3`.
pub(crate) fn distance(operand: &str) -> Option<(&str, &str, i64)> {
    let mut parts = operand.split('@');
    let (column, unit, direction) = (parts.next()?, parts.next()?, parts.next()?);
    let count = parts.next()?.parse::<i64>().ok()?;
    Some((column, unit, if direction == "before" { -count } else { count }))
}

/// A time, moved by a number of units.
pub(crate) fn shift(at: DateTime, unit: &str, count: i64) -> Option<DateTime> {
    let span = match unit {
        "minute" => count.minutes(),
        "hour" => count.hours(),
        "day" | "dayofweek" => count.days(),
        "week" => (7 * count).days(),
        "month" => count.months(),
        "quarter" => (3 * count).months(),
        "year" => count.years(),
        _ => return None,
    };
    at.checked_add(span).ok()
}

/// Whether the time is of the part that `Monday@javascript:gs.datePart('dayofweek','monday','EE')` names.
pub(crate) fn part(operand: &str) -> Option<impl Fn(DateTime) -> bool + use<>> {
    let script = operand.split_once("gs.datePart(")?.1.strip_suffix(')')?;
    let words: Vec<&str> = script.split(',').map(|word| word.trim().trim_matches(['\'', '"'])).collect();
    let (unit, wanted) = (words.first()?.to_string(), words.get(1)?.to_lowercase());
    let known = matches!(unit.as_str(), "dayofweek" | "month" | "year" | "hour");
    known.then_some(move |at: DateTime| match unit.as_str() {
        "dayofweek" => weekday(at.weekday()) == wanted,
        "month" => at.strftime("%b").to_string().to_lowercase() == wanted.chars().take(3).collect::<String>(),
        "year" => at.year().to_string() == wanted,
        _ => at.hour().to_string() == wanted,
    })
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Wednesday.
    const NOW: DateTime = DateTime::constant(2026, 3, 11, 10, 30, 0, 0);

    #[track_caller]
    fn check(script: &str, expected: &str) {
        assert_eq!(value(script, NOW, "me").as_deref(), Some(expected), "{script}");
    }

    #[test]
    fn scripts_give_times() {
        check("javascript:gs.beginningOfToday()", "2026-03-11 00:00:00");
        check("javascript:gs.endOfLastMonth()", "2026-02-28 23:59:59");
        check("javascript:gs.beginningOfLastWeek()", "2026-03-02 00:00:00");
        check("javascript:gs.daysAgoStart(2)", "2026-03-09 00:00:00");
        check("javascript:gs.hoursAgo(11);", "2026-03-10 23:30:00");
        check("javascript:gs.dateGenerate('2026-01-31','12:00:00')", "2026-01-31 12:00:00");
        check("javascript:gs.getUserID()", "me");
        check("plain", "plain");
        assert_eq!(value("javascript:new Packages.X()", NOW, "me"), None);
    }

    #[test]
    fn days_and_distances() {
        let today = "Today@javascript:gs.beginningOfToday()@javascript:gs.endOfToday()";
        let day = |operand| day(operand, NOW).unwrap();
        assert_eq!(day(today), ("2026-03-11 00:00:00".to_owned(), "2026-03-11 23:59:59".to_owned()));
        assert_eq!(day("2026-01-05").1, "2026-01-05 23:59:59");
        assert_eq!(text(relative("@hour@ago@1", NOW).unwrap()), "2026-03-11 09:30:00");
        assert_eq!(text(relative("@month@ahead@1", NOW).unwrap()), "2026-04-11 10:30:00");
        assert_eq!(distance("sys_created_on@day@before@3"), Some(("sys_created_on", "day", -3)));
    }

    #[test]
    fn parts_of_dates() {
        let is = |operand: &str| part(operand).unwrap()(NOW);
        assert!(is("Wednesday@javascript:gs.datePart('dayofweek','wednesday','EE')"));
        assert!(!is("May@javascript:gs.datePart('month','may','EE')"));
        assert!(part("Monday").is_none());
    }
}
