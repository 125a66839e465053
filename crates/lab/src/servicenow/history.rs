//! An instance with a history moves in: users as ten years have left them, with their ids and times, groups, roles and open
//! work. It goes past audit and counters, as [`super::seed`] does.

use super::instance::Instance;
use super::seed::Desk;
use crate::brownfield::{Brownfield, Row};

/// What the platform itself writes of a row.
const SYSTEM: [&str; 2] = ["sys_created_on", "sys_updated_on"];

impl Instance {
    /// Everything that the generated instance has.
    pub fn seed_history(&self, history: &Brownfield) {
        self.quietly(|desk| {
            history.users.iter().for_each(|user| desk.user(user));
            history.memberships.iter().for_each(|(user, group)| desk.membership(user, group));
            history.roles.iter().for_each(|(user, role)| desk.role(user, role));
            for (user, tasks) in &history.open_tasks {
                (0..*tasks).for_each(|_| desk.open_task(user));
            }
        });
    }
}

impl Desk<'_> {
    fn user(&mut self, user: &Row) {
        let department = user.get("department").map(|name| self.named("cmn_department", name, &[]));
        let values: Vec<_> = user
            .iter()
            .map(|(column, value)| match (*column, &department) {
                ("department", Some(id)) => (*column, id.as_str()),
                _ => (*column, value.as_str()),
            })
            .collect();
        let id = self.put("sys_user", &values);
        self.date(&id, user);
    }

    fn date(&mut self, id: &str, user: &Row) {
        let rows = self.editor.data.store.rows_mut("sys_user");
        let mut row = super::Row::clone(rows.get(id).expect("it was put there"));
        for column in SYSTEM {
            row.set(&column.into(), user.get(column).map_or("", String::as_str));
        }
        rows.put(row);
    }

    fn membership(&mut self, user: &str, group: &str) {
        let group = self.named("sys_user_group", group, &[]);
        self.put("sys_user_grmember", &[("user", user), ("group", &group)]);
    }

    fn role(&mut self, user: &str, role: &str) {
        let role = self.named("sys_user_role", role, &[]);
        self.put("sys_user_has_role", &[("user", user), ("role", &role)]);
    }

    fn open_task(&mut self, user: &str) {
        let values = [("short_description", "Left on the desk"), ("assigned_to", user), ("active", "true")];
        self.put("incident", &values);
    }
}
