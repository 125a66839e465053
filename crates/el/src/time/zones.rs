//! Zones by any name that Okta's reference lists: today's names, old ones, and two that no database has any more.

use crate::functions::Fault;
use crate::settings::ShortZones;
use crate::suggest::did_you_mean;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use std::sync::LazyLock;

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Names of the reference that today's database does not have.
const OLD: [(&str, &str); 2] =
    [("US/Pacific-New", "America/Los_Angeles"), ("Canada/East-Saskatchewan", "America/Regina")];

/// What Joda-Time makes of three letters, for which the database has fixed offsets.
const SHORT: [(&str, &str, i8); 3] =
    [("EST", "America/New_York", -5), ("MST", "America/Denver", -7), ("HST", "Pacific/Honolulu", -10)];

/// The zone of a name.
pub(crate) fn zone(name: &str, short: ShortZones) -> Result<TimeZone, Box<Fault>> {
    if let Some((_, region_name, hours)) = SHORT.iter().find(|(it, ..)| *it == name) {
        return match short {
            ShortZones::Region => region(region_name).ok_or_else(|| unknown(name)),
            ShortZones::Fixed => Ok(TimeZone::fixed(Offset::constant(*hours))),
        };
    }
    region(name).ok_or_else(|| unknown(name))
}

/// The zone of a name that means one region.
pub(super) fn region(name: &str) -> Option<TimeZone> {
    let name = OLD.iter().find(|(old, _)| *old == name).map_or(name, |(_, today)| today);
    let utc = ["UTC", "Z", "Zulu", "UCT", "Universal", "Etc/UTC", "Etc/UCT", "Etc/Zulu", "Etc/Universal"];
    if utc.contains(&name) {
        return Some(TimeZone::UTC);
    }
    DATABASE.get(name).ok()
}

fn unknown(name: &str) -> Box<Fault> {
    let known: Vec<_> = DATABASE.available().map(|it| it.to_string()).collect();
    let shown: String = name.chars().take(40).collect();
    let fault = Fault::new(format!("unknown time zone `{shown}`"));
    match did_you_mean(name, known.iter().map(String::as_str)) {
        Some(help) => fault.help(help),
        None => fault.help("zones are named like `Europe/Berlin`"),
    }
}
