//! Work that keeps arriving: whoever works here has something open in every kind that a leaver can leave behind.
//!
//! It is laid on desks by hand, past audit and counters, and while nobody can write meanwhile: nobody gets work who has
//! left, as far as the instance knows.

use std::collections::BTreeSet;

use super::instance::Instance;
use super::seed::Desk;

/// The group that has in its queue whatever no person takes.
pub const SERVICE_DESK: &str = "Service Desk";
/// The user name of somebody who is always there, and whom no provider knows.
pub const DUTY_MANAGER: &str = "duty.manager";

/// Everybody's desk.
#[derive(Debug, Default)]
pub struct Desks {
    /// Records of those who have work, until they leave.
    full: BTreeSet<String>,
    /// How many had some, so that not all desks look alike.
    count: usize,
}

impl Desks {
    /// The desks of an instance, with the service desk and its manager in place.
    pub fn open(instance: &Instance) -> Self {
        instance.quietly(|desk| {
            desk.named("sys_user_group", SERVICE_DESK, &[]);
            if desk.id("sys_user", "user_name", DUTY_MANAGER).is_none() {
                desk.put("sys_user", &[("user_name", DUTY_MANAGER), ("source", "by-hand")]);
            }
        });
        Self::default()
    }

    /// Lays work on the desks of all who have come since the last time; who left has none any more, and returns to a new
    /// one.
    pub fn fill(&mut self, instance: &Instance) {
        instance.quietly(|desk| {
            let people = desk.editor.data.store.rows("sys_user").iter();
            let employed = people.filter(|row| !row.get("employee_number").is_empty() && row.is("active"));
            let here: BTreeSet<String> = employed.map(|row| row.sys_id().to_owned()).collect();
            self.full.retain(|person| here.contains(person));
            for person in here {
                if !self.full.contains(&person) {
                    self.count += 1;
                    lay(desk, &person, self.count);
                    self.full.insert(person);
                }
            }
        });
    }
}

/// Two tasks and an approval for everybody, something to lead for some, and a delegation from the duty manager for others.
fn lay(desk: &mut Desk<'_>, person: &str, number: usize) {
    let team = desk.id("sys_user_group", "name", SERVICE_DESK).unwrap_or_default();
    for class in ["incident", "sc_task"] {
        let text = format!("Something for {number}");
        let values = [("short_description", &*text), ("assigned_to", person), ("assignment_group", &team)];
        desk.put(class, &values);
    }
    let change = [("short_description", "Change the firewall"), ("assignment_group", &team)];
    let change = desk.put("change_request", &change);
    desk.approval(person, &change);
    match number % 4 {
        0 => {
            desk.put("sys_user_group", &[("name", &*format!("Team {number}")), ("manager", person)]);
        }
        1 => {
            let values = [("name", &*format!("Project {number}")), ("manager", person)];
            desk.put("cmn_cost_center", &values);
        }
        2 => {
            let duty = desk.id("sys_user", "user_name", DUTY_MANAGER).unwrap_or_default();
            desk.delegation(&duty, person);
        }
        _ => head(desk, person),
    }
}

/// A department that nobody heads gets a head from its own people.
fn head(desk: &mut Desk<'_>, person: &str) {
    let rows = &desk.editor.data.store;
    let department = rows.rows("sys_user").get(person).map(|row| row.get("department").to_owned());
    let headless = department.filter(|department| {
        rows.rows("cmn_department").get(department).is_some_and(|row| row.get("dept_head").is_empty())
    });
    if let Some(department) = headless {
        desk.change("cmn_department", &department, "dept_head", person);
    }
}
