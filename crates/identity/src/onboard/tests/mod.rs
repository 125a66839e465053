//! Tables and properties of onboarding: who is suspect, what a survey says, and who is linked to what.

mod adoption;
mod duplicates;
mod properties;
mod surveyed;

use super::{Existing, Known, Name};
use crate::id::SysId;
use crate::testing::at;

const DAY: i64 = 86_400;

/// A record that was made on day 100 and used until day 1000.
fn row(id: &str, login: &str, first: &str, last: &str) -> Existing {
    Existing {
        name: Name::of(first, last),
        email: Some(format!("{login}@example.com")),
        created: Some(at(100 * DAY)),
        last_login: Some(at(1000 * DAY)),
        ..Existing::new(SysId::new(id), login)
    }
}

fn known(id: &str, login: &str, first: &str, last: &str) -> Known {
    Known { external_id: Some(format!("00u{id}")), name: Name::of(first, last), ..Known::new(id, login) }
}

fn ids(records: &[SysId]) -> Vec<&str> {
    records.iter().map(SysId::as_str).collect()
}
