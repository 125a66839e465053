//! The records of an instance, put together from the pages that were read: a user with how many groups, roles and open
//! tasks they have.

use super::OnboardError;
use super::part::Part;
use super::read::Reading;
use crate::SharedEngine;
use jiff::Timestamp;
use std::collections::HashMap;
use tenure_identity::id::{FieldName, SysId};
use tenure_identity::onboard::{Existing, Lengths, Name};
use tenure_store::onboard::Columns;

/// What was shown to us.
pub(super) struct Records {
    /// All users, with what other tables say of them.
    pub(super) users: Vec<Existing>,
    /// How many rows were shown of each part that could be read.
    pub(super) shown: Vec<(Part, u64)>,
}

/// All users. Pages pass by one at a time, so that no more than the result is in memory.
pub(super) async fn records(
    engine: &SharedEngine,
    reading: &Reading,
    lengths: &Lengths,
) -> Result<Records, OnboardError> {
    let (mut counts, mut shown) = counts(engine, reading).await?;
    let mut users = Vec::new();
    let rows = each_row(engine, reading, Part::Users, |row| {
        let record = existing(row, lengths);
        let counted = counts.remove(record.sys_id.as_str()).unwrap_or_default();
        let Counts { open_work, memberships, roles } = counted;
        users.push(Existing { open_work, memberships, roles, ..record });
    });
    shown.push((Part::Users, rows.await?));
    shown.push((Part::ScimUsers, each_row(engine, reading, Part::ScimUsers, |_| ()).await?));
    shown.retain(|(part, _)| !reading.unread.contains(part));
    users.shrink_to_fit();
    Ok(Records { users, shown })
}

/// What other tables say of a user.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    open_work: u32,
    memberships: u32,
    roles: u32,
}

/// By whom they are about; and how many rows that were.
async fn counts(
    engine: &SharedEngine,
    reading: &Reading,
) -> Result<(HashMap<String, Counts>, Vec<(Part, u64)>), OnboardError> {
    let mut counts: HashMap<String, Counts> = HashMap::new();
    let tasks = each_row(engine, reading, Part::OpenWork, |mut row| {
        counts.entry(take(&mut row, "assigned_to")).or_default().open_work += 1;
    })
    .await?;
    let memberships = each_row(engine, reading, Part::Memberships, |mut row| {
        counts.entry(take(&mut row, "user")).or_default().memberships += 1;
    })
    .await?;
    let roles = each_row(engine, reading, Part::HeldRoles, |mut row| {
        // What comes with a group goes with the group.
        if !matches!(row.get("inherited").map(String::as_str), Some("true" | "1")) {
            counts.entry(take(&mut row, "user")).or_default().roles += 1;
        }
    })
    .await?;
    Ok((counts, vec![(Part::Memberships, memberships), (Part::HeldRoles, roles), (Part::OpenWork, tasks)]))
}

/// Tells every row of a part, to the page that ends it, and says how many there were. Where a page is missing, somebody else
/// has begun to read.
async fn each_row(
    engine: &SharedEngine,
    reading: &Reading,
    part: Part,
    mut tell: impl FnMut(Columns),
) -> Result<u64, OnboardError> {
    let mut told = 0;
    if reading.unread.contains(&part) {
        return Ok(told);
    }
    for number in 0.. {
        let page = engine.store.onboard_page(&reading.target, &reading.name, part.label(), number).await?;
        let page = page.ok_or(OnboardError::Two)?;
        told += page.rows.len() as u64;
        page.rows.into_iter().for_each(&mut tell);
        if page.position.is_none() {
            break;
        }
    }
    Ok(told)
}

fn take(row: &mut Columns, column: &str) -> String {
    row.remove(column).unwrap_or_default()
}

fn existing(mut row: Columns, lengths: &Lengths) -> Existing {
    let mut text = |column: &str| row.remove(column);
    let is = |value: Option<String>| matches!(value.as_deref(), Some("true" | "1"));
    let time = |value: Option<String>| -> Option<Timestamp> { format!("{}Z", value?).parse().ok() };
    let record =
        Existing::new(SysId::new(text("sys_id").unwrap_or_default()), text("user_name").unwrap_or_default());
    Existing {
        key: text(lengths.key().as_str()),
        employee_number: text("employee_number"),
        email: text("email"),
        name: Name { first: text("first_name"), middle: text("middle_name"), last: text("last_name") },
        phone: text("phone"),
        mobile_phone: text("mobile_phone"),
        department: text("department"),
        manager: text("manager").map(SysId::new),
        // What the instance does not show is not held against anybody.
        active: text("active").is_none_or(|value| is(Some(value))),
        locked_out: is(text("locked_out")),
        web_service_access_only: is(text("web_service_access_only")),
        internal_integration_user: is(text("internal_integration_user")),
        source: text("source"),
        last_login: time(text("last_login_time")),
        created: time(text("sys_created_on")),
        updated: time(text("sys_updated_on")),
        other: row.into_iter().filter(|it| reaches_its_limit(it, lengths)).map(named).collect(),
        ..record
    }
}

/// Only of such a column is there anything to say, and there are many columns of many users.
fn reaches_its_limit((column, value): &(String, String), lengths: &Lengths) -> bool {
    lengths.limit(column).is_some_and(|limit| value.chars().count() >= limit)
}

fn named((column, value): (String, String)) -> (FieldName, String) {
    (FieldName::new(column), value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure_identity::id::SourceName;
    use tenure_identity::policy::Policy;

    fn row(columns: &[(&str, &str)]) -> Existing {
        let columns = columns.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned()));
        let policy = Policy::built_in(&[SourceName::new("okta")]);
        existing(columns.collect(), &Lengths::of(&policy, &"u_key".into()))
    }

    #[test]
    fn a_row_is_read_as_the_table_api_writes_it() {
        let record = row(&[
            ("sys_id", "r1"),
            ("user_name", "ada"),
            ("u_key", "00u1"),
            ("first_name", "Ada"),
            ("active", "false"),
            ("locked_out", "1"),
            ("last_login_time", "2026-03-01 08:30:00"),
            ("sys_created_on", "not a time"),
            ("title", "Countess"),
            ("street", &"x".repeat(255)),
        ]);
        assert_eq!((record.sys_id.as_str(), record.user_name.as_str()), ("r1", "ada"));
        assert_eq!((record.key.as_deref(), record.name.first.as_deref()), (Some("00u1"), Some("Ada")));
        assert_eq!((record.active, record.locked_out), (false, true));
        assert_eq!(record.last_login, Some("2026-03-01T08:30:00Z".parse().unwrap()));
        assert_eq!(record.created, None);
        let kept: Vec<_> = record.other.keys().map(FieldName::as_str).collect();
        assert_eq!(kept, ["street"], "what is short is of no interest");
    }

    #[test]
    fn what_is_not_shown_is_held_against_nobody() {
        let record = row(&[("sys_id", "r1"), ("user_name", "ada")]);
        assert!(record.active && !record.locked_out && record.other.is_empty());
    }
}
