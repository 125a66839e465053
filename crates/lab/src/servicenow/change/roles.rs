//! Roles that come with groups: rows of `sys_user_has_role` that the platform makes, restores and takes away.
//!
//! One inherited row stands for one role by one membership. Deleting it by itself is undone; only the end of the
//! membership, or of the group's role, takes it away.

use std::collections::BTreeSet;

use super::{Draft, Editor};
use crate::servicenow::dictionary::Table;
use crate::servicenow::row::Row;

/// How far groups may stand below each other before we take it for a circle.
const DEPTH: usize = 32;

impl Editor<'_> {
    /// Brings inherited roles in step with a write.
    pub(super) fn follow_roles(&mut self, table: &Table, before: Option<&Row>, after: Option<&Row>) {
        let users: BTreeSet<String> = match &*table.name {
            "sys_user_grmember" | "sys_user_has_role" => {
                self.note_role(table, before, after);
                [before, after].into_iter().flatten().map(|row| row.get("user").to_owned()).collect()
            }
            "sys_group_has_role" => {
                let groups = [before, after].into_iter().flatten().map(|row| row.get("group").to_owned());
                groups.flat_map(|group| self.members_below(&group, 0)).collect()
            }
            "sys_user_group" => match (before, after) {
                (Some(old), Some(new)) if old.get("parent") != new.get("parent") => {
                    self.members_below(new.sys_id(), 0).into_iter().collect()
                }
                _ => BTreeSet::new(),
            },
            _ => BTreeSet::new(),
        };
        for user in users {
            self.inherit(&user);
        }
    }

    /// Members of a group and of the groups that inherit from it.
    fn members_below(&self, group: &str, depth: usize) -> Vec<String> {
        let members = self.data.store.rows("sys_user_grmember").exactly("group", group);
        let mut users: Vec<String> = members.iter().map(|row| row.get("user").to_owned()).collect();
        if depth < DEPTH {
            for child in self.data.store.rows("sys_user_group").exactly("parent", group) {
                users.extend(self.members_below(child.sys_id(), depth + 1));
            }
        }
        users
    }

    /// Makes the inherited roles of a user what their memberships say.
    fn inherit(&mut self, user: &str) {
        if self.data.store.rows("sys_user").get(user).is_none() {
            return;
        }
        let wanted = self.inherited(user);
        let table = self.terms.dictionary.table("sys_user_has_role").expect("a built-in table");
        let given = self.data.store.rows("sys_user_has_role").exactly("user", user);
        let inherited: Vec<_> = given.into_iter().filter(|row| row.is("inherited")).cloned().collect();
        let mut present = BTreeSet::new();
        for row in inherited {
            let pair = (row.get("role").to_owned(), row.get("granted_by").to_owned());
            if wanted.contains(&pair) && !present.contains(&pair) {
                present.insert(pair);
            } else {
                self.data.store.rows_mut("sys_user_has_role").remove(row.sys_id());
                self.audit_delete(table, &row);
                self.note_role(table, Some(&row), None);
            }
        }
        for (role, group) in wanted.difference(&present) {
            self.grant(table, user, role, group);
        }
        self.list_roles(user);
    }

    /// Role and granting group for all that a user's memberships give.
    fn inherited(&self, user: &str) -> BTreeSet<(String, String)> {
        let memberships = self.data.store.rows("sys_user_grmember").exactly("user", user);
        let groups = memberships.iter().map(|row| row.get("group"));
        let of_group = |group: &str| {
            let group = group.to_owned();
            self.data.roles_of_group(&group).into_iter().map(move |role| (role, group.clone()))
        };
        groups.flat_map(of_group).collect()
    }

    fn grant(&mut self, table: &Table, user: &str, role: &str, group: &str) {
        let mut row = self.blank(table);
        let values = [
            ("user", user),
            ("role", role),
            ("granted_by", group),
            ("inherited", "true"),
            ("inh_count", "1"),
        ];
        for (column, value) in values {
            self.set(table, &mut row, column, value);
        }
        let row = self.data.store.rows_mut("sys_user_has_role").put(row);
        self.note_role(table, None, Some(&row));
    }

    /// `sys_user.roles`: the names, which the platform keeps without touching anything else of the row.
    fn list_roles(&mut self, user: &str) {
        let given = self.data.store.rows("sys_user_has_role").exactly("user", user);
        let roles = self.data.store.rows("sys_user_role");
        let names: BTreeSet<&str> =
            given.iter().filter_map(|row| roles.get(row.get("role"))).map(|role| role.get("name")).collect();
        let names = names.into_iter().collect::<Vec<_>>().join(",");
        let table = self.terms.dictionary.table("sys_user").expect("a built-in table");
        let Some(row) = self.data.store.rows("sys_user").get(user) else { return };
        if row.get("roles") != names {
            let mut row = Row::clone(row);
            self.set(table, &mut row, "roles", &names);
            self.data.store.rows_mut("sys_user").put(row);
        }
    }

    /// A line of `sys_audit_role` for a role that comes or goes.
    fn note_role(&mut self, table: &Table, before: Option<&Row>, after: Option<&Row>) {
        let (row, operation) = match (before, after) {
            _ if &*table.name != "sys_user_has_role" => return,
            (None, Some(row)) => (row, "Added"),
            (Some(row), None) => (row, "Removed"),
            _ => return,
        };
        let (user, role) = (row.get("user").to_owned(), row.get("role").to_owned());
        let given = self.data.store.rows("sys_user_has_role").exactly("user", &user);
        let count = given.iter().filter(|it| it.get("role") == role).count().to_string();
        let by = self.terms.caller.user_name.clone();
        let values = [
            ("user", user.as_str()),
            ("role", &role),
            ("operation", operation),
            ("granted_by", row.get("granted_by")),
            ("count", &count),
            ("changed_by", &by),
        ];
        self.log("sys_audit_role", &Draft::new(values));
    }
}
