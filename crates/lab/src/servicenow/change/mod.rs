//! Writes: what becomes of the values that a caller sends, and what follows from the write.
//!
//! The order is the platform's: access rules, values as the dictionary takes them, business rules that run before, unique
//! indexes, the write, rules that run after (inherited roles, journal, audit). A write that changes nothing is a success
//! without any effect.

mod audit;
mod fields;
mod guard;
mod roles;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::civil::DateTime;

pub(crate) use fields::Draft;

use super::caller::Caller;
use super::dictionary::{Dictionary, Table};
use super::faults::{Faults, When};
use super::query::bind::View;
use super::query::dates;
use super::refused::Refused;
use super::row::Row;
use super::settings::Settings;
use super::store::Store;
use crate::rng::Rng;

const HEX: &[u8] = b"0123456789abcdef";

/// Everything of an instance that writes change.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) store: Store,
    ids: Rng,
    /// Ids of the audit tables' rows, oldest first.
    pub(crate) rings: BTreeMap<&'static str, VecDeque<Arc<str>>>,
    /// The last number given out, by prefix.
    numbers: BTreeMap<&'static str, u64>,
}

/// What a write goes by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'a> {
    pub(crate) dictionary: &'a Dictionary,
    pub(crate) settings: &'a Settings,
    pub(crate) faults: &'a Faults,
    pub(crate) caller: &'a Caller,
    pub(crate) now: DateTime,
}

/// A write that is carried out.
pub(crate) struct Editor<'a> {
    pub(crate) data: &'a mut Data,
    pub(crate) terms: Terms<'a>,
    /// Whether the platform writes down what is done.
    pub(crate) audited: bool,
}

/// What came of a write.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) row: Arc<Row>,
    /// The columns whose values changed, journal entries included, system columns not. Empty: nothing happened.
    pub(crate) columns: Vec<String>,
}

impl Data {
    /// No rows.
    pub(crate) fn new(dictionary: &Dictionary, seed: u64) -> Self {
        Self {
            store: Store::new(dictionary),
            ids: Rng::new(seed),
            rings: BTreeMap::new(),
            numbers: BTreeMap::new(),
        }
    }

    /// An id that no row has.
    pub(crate) fn new_id(&mut self) -> String {
        self.ids.word(HEX, 32)
    }

    /// The next number of a class of tasks.
    pub(crate) fn number(&mut self, class: &str) -> String {
        let prefix = match class {
            "incident" => "INC",
            "change_request" => "CHG",
            "sc_task" => "SCTASK",
            "problem" => "PRB",
            _ => "TASK",
        };
        let number = self.numbers.entry(prefix).or_insert(10_000);
        *number += 1;
        format!("{prefix}{number:07}")
    }
}

impl<'a> Terms<'a> {
    /// The table of this name.
    pub(crate) fn table(&self, name: &str) -> Result<&'a Table, Refused> {
        self.dictionary.table(name).ok_or_else(|| Refused::NoTable { table: name.to_owned() })
    }

    /// The rows as this caller asks for them; visibility is for [`Terms::sees`].
    pub(crate) fn view<'s>(&'s self, store: &'s Store) -> View<'s> {
        View { dictionary: self.dictionary, store, now: self.now, caller: &self.caller.sys_id }
    }
}

impl<'a> Editor<'a> {
    /// Makes a row.
    pub(crate) fn insert(&mut self, name: &str, draft: &Draft) -> Result<Written, Refused> {
        let table = self.terms.table(name)?;
        self.guard_access(table, "insert")?;
        let mut row = self.blank(table);
        let journal = self.fill(table, &mut row, draft, When::Insert);
        if let Some(sys_id) = draft.sys_id().filter(|_| self.terms.caller.is_admin()) {
            self.set(table, &mut row, "sys_id", sys_id);
        }
        self.compute(table, None, &mut row);
        self.guard_rules(table, None, &row, When::Insert)?;
        self.guard_unique(table, &row, "insert")?;
        let row = self.data.store.rows_mut(&self.base(table).name).put(row);
        let columns = self.after(table, None, &row, &journal);
        Ok(Written { row, columns })
    }

    /// Changes a row.
    pub(crate) fn update(&mut self, name: &str, sys_id: &str, draft: &Draft) -> Result<Written, Refused> {
        let table = self.terms.table(name)?;
        let before = self.visible(table, sys_id)?;
        self.guard_access(table, "update")?;
        let mut row = Row::clone(&before);
        let journal = self.fill(table, &mut row, draft, When::Update);
        self.compute(table, Some(&before), &mut row);
        if row == *before && journal.is_empty() {
            return Ok(Written { row: before, columns: Vec::new() });
        }
        self.guard_rules(table, Some(&before), &row, When::Update)?;
        self.guard_unique(table, &row, "update")?;
        self.stamp(table, &mut row);
        let row = self.data.store.rows_mut(&self.base(table).name).put(row);
        let columns = self.after(table, Some(&before), &row, &journal);
        Ok(Written { row, columns })
    }

    /// Takes a row away, and with it what cannot be without it.
    pub(crate) fn delete(&mut self, name: &str, sys_id: &str) -> Result<Arc<Row>, Refused> {
        let table = self.terms.table(name)?;
        let row = self.visible(table, sys_id)?;
        self.guard_access(table, "delete")?;
        self.guard_rules(table, Some(&row), &row, When::Delete)?;
        self.discard(table, &row);
        Ok(row)
    }

    /// Removes a row without asking, as the platform's own rules do.
    fn discard(&mut self, table: &Table, row: &Row) {
        if self.data.store.rows_mut(&self.base(table).name).remove(row.sys_id()).is_none() {
            return;
        }
        self.audit_delete(table, row);
        let dependents: &[(&str, &str)] = match &*table.name {
            "sys_user" => {
                &[("sys_user_grmember", "user"), ("sys_user_has_role", "user"), ("sys_scim_user", "user")]
            }
            "sys_user_group" => &[
                ("sys_user_grmember", "group"),
                ("sys_group_has_role", "group"),
                ("sys_scim_group", "group"),
            ],
            "sys_user_role" => &[("sys_user_has_role", "role"), ("sys_group_has_role", "role")],
            _ => &[],
        };
        for (dependent, column) in dependents {
            let table = self.terms.dictionary.table(dependent).expect("a built-in table");
            let rows: Vec<_> =
                self.data.store.rows(dependent).exactly(column, row.sys_id()).into_iter().cloned().collect();
            for row in rows {
                self.discard(table, &row);
            }
        }
        self.follow_roles(table, Some(row), None);
    }

    /// What follows from a write: audit, journal, roles. Gives back what changed.
    fn after(
        &mut self,
        table: &Table,
        before: Option<&Row>,
        row: &Row,
        journal: &[(String, String)],
    ) -> Vec<String> {
        let mut columns = changes(before, row);
        self.audit(table, before, row, &columns);
        for (element, text) in journal {
            self.add_journal(table, row, element, text);
            columns.push(element.clone());
        }
        self.follow_roles(table, before, Some(row));
        columns
    }

    /// A row as the platform makes one before any value is set.
    fn blank(&mut self, table: &Table) -> Row {
        let mut row = Row::default();
        let id = self.data.new_id();
        for column in table.columns.values() {
            row.set(&column.name, column.default.as_deref().unwrap_or_default());
        }
        let now = dates::text(self.terms.now);
        let by = &self.terms.caller.user_name;
        let system = [
            ("sys_id", id.as_str()),
            ("sys_created_on", &now),
            ("sys_created_by", by),
            ("sys_mod_count", "0"),
        ];
        for (column, value) in system {
            self.set(table, &mut row, column, value);
        }
        self.set(table, &mut row, "sys_updated_on", &now);
        self.set(table, &mut row, "sys_updated_by", by);
        self.set(table, &mut row, "sys_class_name", &table.name);
        row
    }

    fn stamp(&self, table: &Table, row: &mut Row) {
        let count = row.get("sys_mod_count").parse::<u64>().unwrap_or_default() + 1;
        self.set(table, row, "sys_mod_count", &count.to_string());
        self.set(table, row, "sys_updated_on", &dates::text(self.terms.now));
        self.set(table, row, "sys_updated_by", &self.terms.caller.user_name);
    }

    /// Columns that follow from others.
    fn compute(&mut self, table: &Table, before: Option<&Row>, row: &mut Row) {
        if &*table.name == "sys_user" {
            let parts = [row.get("first_name"), row.get("last_name")];
            let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            self.set(table, row, "name", &name);
            let leaves = before.is_some_and(|before| before.is("active")) && !row.is("active");
            if leaves && self.terms.faults.lock_out {
                self.set(table, row, "locked_out", "true");
            }
        }
        let is_task = &*self.base(table).name == "task";
        if is_task && row.get("number").is_empty() {
            let number = self.data.number(&table.name);
            self.set(table, row, "number", &number);
        }
    }

    /// Writes a value without asking; a column that the table does not have is left out.
    fn set(&self, table: &Table, row: &mut Row, column: &str, value: &str) {
        if let Some(column) = table.columns.get(column) {
            row.set(&column.name, value);
        }
    }

    fn base(&self, table: &'a Table) -> &'a Table {
        self.terms.dictionary.base(table)
    }

    /// A row that the caller can see.
    fn visible(&self, table: &Table, sys_id: &str) -> Result<Arc<Row>, Refused> {
        let found = self.terms.find(&self.data.store, table, sys_id);
        found.ok_or_else(|| Refused::NoRow { table: table.name.to_string(), sys_id: sys_id.to_owned() })
    }
}

/// The columns whose values differ, system columns left out.
fn changes(before: Option<&Row>, row: &Row) -> Vec<String> {
    let blank = Row::default();
    let before = before.unwrap_or(&blank);
    let gone = before.values().filter(|(column, _)| row.get(column).is_empty());
    let new = row.values().filter(|(column, value)| before.get(column) != *value);
    let mut columns: Vec<String> = gone.chain(new).map(|(column, _)| column.to_owned()).collect();
    columns.retain(|column| !column.starts_with("sys_"));
    columns
}
