//! What stands between a caller and a row: access rules, hidden rows, rules that abort, data policies, unique indexes.

use std::sync::Arc;

use super::{Data, Editor, Terms};
use crate::servicenow::dictionary::Table;
use crate::servicenow::faults::{Hidden, When, runs};
use crate::servicenow::refused::Refused;
use crate::servicenow::row::Row;
use crate::servicenow::store::Store;

/// Roles that only an administrator hands on.
const POWERFUL: [&str; 2] = ["admin", "security_admin"];

impl Terms<'_> {
    /// The row of this id, if the table has it and the caller can see it.
    pub(crate) fn find(&self, store: &Store, table: &Table, sys_id: &str) -> Option<Arc<Row>> {
        let base = self.dictionary.base(table);
        let row = store.rows(&base.name).get(sys_id)?;
        let of_class =
            table.extends.is_none() || self.dictionary.is_a(row.get("sys_class_name"), &table.name);
        (of_class && !self.is_filtered(table, row) && self.sees(table, row)).then(|| Arc::clone(row))
    }

    /// Whether row access rules let the caller see the row. They apply after a page has been cut.
    pub(crate) fn sees(&self, table: &Table, row: &Row) -> bool {
        if self.caller.is_admin() {
            return true;
        }
        let base = self.dictionary.base(table);
        let tables = [&*table.name, &*base.name];
        let mut rules = self.faults.hidden.iter().filter(|rule| tables.contains(&rule.table.as_str()));
        self.caller.may_read(&base.name, self.settings.audit_readable) && !rules.any(|rule| rule.hides(row))
    }

    /// Whether a query rule keeps the row from the caller. It becomes part of every query, before a page is cut.
    pub(crate) fn is_filtered(&self, table: &Table, row: &Row) -> bool {
        self.faults.hide_inactive
            && &*table.name == "sys_user"
            && !row.is("active")
            && !self.caller.is_admin()
    }
}

impl Hidden {
    fn hides(&self, row: &Row) -> bool {
        let selected = self.column.as_deref().is_none_or(|column| row.get(column) == self.value);
        selected && share(row.sys_id()) < self.fraction
    }
}

/// Where an id falls between 0 and 1, always the same: FNV-1a, of which the high bits are mixed best.
fn share(sys_id: &str) -> f64 {
    let mixed = sys_id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

impl Editor<'_> {
    /// Whether the caller's roles allow it.
    pub(super) fn guard_access(&self, table: &Table, action: &'static str) -> Result<(), Refused> {
        let base = self.terms.dictionary.base(table);
        match self.terms.caller.may_write(&base.name) {
            true => Ok(()),
            false => Err(Refused::Access { table: table.name.to_string(), action }),
        }
    }

    /// Rules that run before a write. `row` is as it would be.
    pub(super) fn guard_rules(
        &self,
        table: &Table,
        before: Option<&Row>,
        row: &Row,
        when: When,
    ) -> Result<(), Refused> {
        for rule in &self.terms.faults.abort {
            let applies = rule.table == *table.name && runs(rule.when, when);
            let selected = rule.column.as_deref().is_none_or(|column| row.get(column) == rule.value);
            if applies && selected {
                return Err(aborted(table, &rule.rule));
            }
        }
        match &*table.name {
            "sys_user_grmember" => self.guard_membership(table, before, row, when)?,
            "sys_user_has_role" | "sys_group_has_role" if when == When::Insert => {
                self.guard_role(table, row.get("role"))?;
            }
            _ => {}
        }
        if when == When::Delete { Ok(()) } else { self.guard_policies(table, row) }
    }

    /// The pair of user and group is unique, and powerful groups are for administrators.
    fn guard_membership(
        &self,
        table: &Table,
        before: Option<&Row>,
        row: &Row,
        when: When,
    ) -> Result<(), Refused> {
        if when == When::Delete {
            return Ok(());
        }
        let own = before.map_or("", |before| before.sys_id());
        let members = self.data.store.rows("sys_user_grmember");
        let same = |it: &&Arc<Row>| it.get("group") == row.get("group") && it.sys_id() != own;
        if members.exactly("user", row.get("user")).iter().any(same) {
            return Err(aborted(table, "Prevent duplicate group members"));
        }
        let group = row.get("group");
        let name = self.data.store.rows("sys_user_group").get(group).map_or("", |group| group.get("name"));
        let is_protected = self.terms.faults.protected_groups.iter().any(|it| it == name)
            || self.data.roles_of_group(group).iter().any(|role| self.is_powerful(role));
        match is_protected && !self.terms.caller.is_admin() {
            true => Err(Refused::Access { table: table.name.to_string(), action: "insert" }),
            false => Ok(()),
        }
    }

    fn guard_role(&self, table: &Table, role: &str) -> Result<(), Refused> {
        match self.is_powerful(role) && !self.terms.caller.is_admin() {
            true => Err(Refused::Access { table: table.name.to_string(), action: "insert" }),
            false => Ok(()),
        }
    }

    fn is_powerful(&self, role: &str) -> bool {
        let row = self.data.store.rows("sys_user_role").get(role);
        row.is_some_and(|row| POWERFUL.contains(&row.get("name")))
    }

    fn guard_policies(&self, table: &Table, row: &Row) -> Result<(), Refused> {
        let rules = self.terms.faults.mandatory.iter().filter(|rule| rule.table == *table.name);
        let by_rule = rules.flat_map(|rule| rule.columns.iter().map(String::as_str));
        let by_dictionary = table.columns.values().filter(|column| column.mandatory);
        let mut wanted = by_rule.chain(by_dictionary.map(|column| &*column.name));
        match wanted.find(|column| row.get(column).is_empty()) {
            None => Ok(()),
            Some(column) => {
                Err(Refused::Mandatory { table: table.name.to_string(), column: column.to_owned() })
            }
        }
    }

    /// Unique indexes, without regard to case as the database compares.
    pub(super) fn guard_unique(&self, table: &Table, row: &Row, action: &'static str) -> Result<(), Refused> {
        let rows = self.data.store.rows(&self.terms.dictionary.base(table).name);
        for column in table.columns.values().filter(|column| column.unique) {
            let value = row.get(&column.name);
            let others = || rows.with(&column.name, value).iter().any(|id| **id != *row.sys_id());
            if !value.is_empty() && others() {
                let display = row.get(&table.display).to_owned();
                let (table, column) = (table.name.to_string(), column.name.to_string());
                return Err(Refused::Duplicate { table, column, action, display });
            }
        }
        if action == "insert" && rows.get(row.sys_id()).is_some() {
            let (table, display) = (table.name.to_string(), row.sys_id().to_owned());
            return Err(Refused::Duplicate { table, column: "sys_id".to_owned(), action, display });
        }
        Ok(())
    }
}

fn aborted(table: &Table, rule: &str) -> Refused {
    // The rule's id has to look like one and to stay the same; nobody looks the rule up.
    let rule_id = format!("{:032x}", (share(rule) * 1e15) as u64);
    Refused::Aborted { table: table.name.to_string(), rule: rule.to_owned(), rule_id }
}

impl Data {
    /// Ids of the roles that a group gives to its members: its own and those of the groups above it.
    pub(super) fn roles_of_group(&self, group: &str) -> Vec<String> {
        let groups = self.store.rows("sys_user_group");
        let mut roles = Vec::new();
        let mut chain = Vec::new();
        let mut next = group;
        while !next.is_empty() && !chain.contains(&next) {
            chain.push(next);
            let given = self.store.rows("sys_group_has_role").exactly("group", next);
            roles.extend(given.iter().map(|row| row.get("role").to_owned()));
            next = groups.get(next).map_or("", |row| row.get("parent"));
        }
        roles.sort_unstable();
        roles.dedup();
        roles
    }
}
