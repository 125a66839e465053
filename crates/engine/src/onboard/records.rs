//! The records of an instance, put together from the pages that were read: a user with their groups, roles and open work.

use super::OnboardError;
use super::part::Part;
use super::read::Reading;
use crate::SharedEngine;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use tenure_identity::id::{FieldName, SysId};
use tenure_identity::onboard::{Existing, Name};
use tenure_store::onboard::Columns;

/// All users. Pages pass by one at a time, so that no more than the result is in memory.
pub(super) async fn records(engine: &SharedEngine, reading: &Reading) -> Result<Vec<Existing>, OnboardError> {
    let ties = Ties::read(engine, reading).await?;
    let key = engine.delivery.as_ref().map(|delivery| delivery.target.settings.key.clone());
    let key = key.ok_or(OnboardError::NoTarget)?;
    let mut records = Vec::new();
    each_row(engine, reading, Part::Users, |row| records.push(ties.of(existing(row, &key)))).await?;
    Ok(records)
}

/// What other tables say of users.
#[derive(Debug, Default)]
struct Ties {
    open_work: HashMap<String, u32>,
    groups: HashMap<String, Vec<Arc<str>>>,
    roles: HashMap<String, Vec<Arc<str>>>,
}

impl Ties {
    async fn read(engine: &SharedEngine, reading: &Reading) -> Result<Self, OnboardError> {
        let mut ties = Self::default();
        each_row(engine, reading, Part::OpenWork, |mut row| {
            *ties.open_work.entry(take(&mut row, "assigned_to")).or_default() += 1;
        })
        .await?;
        let group_names = names(engine, reading, Part::Groups).await?;
        each_row(engine, reading, Part::Memberships, |mut row| {
            let group = named(&group_names, take(&mut row, "group"));
            ties.groups.entry(take(&mut row, "user")).or_default().push(group);
        })
        .await?;
        let role_names = names(engine, reading, Part::Roles).await?;
        each_row(engine, reading, Part::HeldRoles, |mut row| {
            // What comes with a group goes with the group.
            if !matches!(row.get("inherited").map(String::as_str), Some("true" | "1")) {
                let role = named(&role_names, take(&mut row, "role"));
                ties.roles.entry(take(&mut row, "user")).or_default().push(role);
            }
        })
        .await?;
        Ok(ties)
    }

    fn of(&self, record: Existing) -> Existing {
        let id = record.sys_id.as_str();
        let texts = |of: &HashMap<String, Vec<Arc<str>>>| {
            of.get(id).into_iter().flatten().map(ToString::to_string).collect()
        };
        Existing {
            open_work: self.open_work.get(id).copied().unwrap_or(0),
            memberships: texts(&self.groups),
            roles: texts(&self.roles),
            ..record
        }
    }
}

type Names = HashMap<String, Arc<str>>;

async fn names(engine: &SharedEngine, reading: &Reading, part: Part) -> Result<Names, OnboardError> {
    let mut names = Names::new();
    each_row(engine, reading, part, |mut row| {
        let name = take(&mut row, "name").into();
        names.insert(take(&mut row, "sys_id"), name);
    })
    .await?;
    Ok(names)
}

fn named(names: &Names, id: String) -> Arc<str> {
    names.get(&id).cloned().unwrap_or_else(|| id.into())
}

async fn each_row(
    engine: &SharedEngine,
    reading: &Reading,
    part: Part,
    mut tell: impl FnMut(Columns),
) -> Result<(), OnboardError> {
    for number in 0.. {
        let Some(page) = engine.store.onboard_page(&reading.target, part.label(), number).await? else {
            break;
        };
        page.rows.into_iter().for_each(&mut tell);
    }
    Ok(())
}

fn take(row: &mut Columns, column: &str) -> String {
    row.remove(column).unwrap_or_default()
}

fn existing(mut row: Columns, key: &FieldName) -> Existing {
    let mut text = |column: &str| row.remove(column);
    let is = |value: Option<String>| matches!(value.as_deref(), Some("true" | "1"));
    let time = |value: Option<String>| -> Option<Timestamp> { format!("{}Z", value?).parse().ok() };
    let record =
        Existing::new(SysId::new(text("sys_id").unwrap_or_default()), text("user_name").unwrap_or_default());
    Existing {
        key: text(key.as_str()),
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
        other: row.into_iter().map(|(column, value)| (FieldName::new(column), value)).collect(),
        ..record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(columns: &[(&str, &str)]) -> Existing {
        let columns = columns.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned()));
        existing(columns.collect(), &"u_key".into())
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
        ]);
        assert_eq!((record.sys_id.as_str(), record.user_name.as_str()), ("r1", "ada"));
        assert_eq!((record.key.as_deref(), record.name.first.as_deref()), (Some("00u1"), Some("Ada")));
        assert_eq!((record.active, record.locked_out), (false, true));
        assert_eq!(record.last_login, Some("2026-03-01T08:30:00Z".parse().unwrap()));
        assert_eq!(record.created, None);
        assert_eq!(record.other.into_iter().collect::<Vec<_>>(), [("title".into(), "Countess".to_owned())]);
    }

    #[test]
    fn what_is_not_shown_is_held_against_nobody() {
        let record = row(&[("sys_id", "r1"), ("user_name", "ada")]);
        assert!(record.active && !record.locked_out && record.other.is_empty());
    }
}
