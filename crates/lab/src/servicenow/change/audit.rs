//! What the platform writes down about writes: `sys_audit`, `sys_audit_delete` and `sys_journal_field`.
//!
//! The audit tables are rings: the oldest rows go when they are full, so that an instance stays the size it is.

use super::{Draft, Editor};
use crate::servicenow::dictionary::Table;
use crate::servicenow::row::Row;

impl Editor<'_> {
    /// A line for each column that changed.
    pub(super) fn audit(&mut self, table: &Table, before: Option<&Row>, row: &Row, columns: &[String]) {
        let by = self.terms.caller.user_name.clone();
        for column in columns {
            let (old, new) = (before.map_or("", |before| before.get(column)), row.get(column));
            // What a password was and is nobody should read.
            let shown = |value| if column == "user_password" { "********" } else { value };
            let values = [
                ("tablename", &*table.name),
                ("fieldname", column),
                ("documentkey", row.sys_id()),
                ("user", &by),
                ("oldvalue", shown(old)),
                ("newvalue", shown(new)),
            ];
            self.log("sys_audit", &Draft::new(values));
        }
    }

    /// The row that went, as a whole.
    pub(super) fn audit_delete(&mut self, table: &Table, row: &Row) {
        let shown = row.values().filter(|(column, _)| *column != "user_password");
        let payload: serde_json::Map<_, _> =
            shown.map(|(column, value)| (column.to_owned(), value.into())).collect();
        let payload = serde_json::Value::Object(payload).to_string();
        let display = self.terms.view(&self.data.store).display(table, row).to_owned();
        let by = self.terms.caller.user_name.clone();
        let values = [
            ("tablename", &*table.name),
            ("documentkey", row.sys_id()),
            ("display_value", &display),
            ("payload", &payload),
            ("user", &by),
        ];
        self.log("sys_audit_delete", &Draft::new(values));
    }

    /// A work note or a comment.
    pub(super) fn add_journal(&mut self, table: &Table, row: &Row, element: &str, text: &str) {
        let values =
            [("element_id", row.sys_id()), ("element", element), ("name", &*table.name), ("value", text)];
        self.log("sys_journal_field", &Draft::new(values));
    }

    /// Writes a row of one of the platform's own tables.
    pub(super) fn log(&mut self, name: &'static str, draft: &Draft) {
        // Work notes are data and stay; what is only looked back at can be left out, and goes when there is too much.
        let is_data = name == "sys_journal_field";
        if !is_data && !self.audited {
            return;
        }
        let table = self.terms.dictionary.table(name).expect("a built-in table");
        let mut row = self.blank(table);
        draft.copy_to(|column, value| self.set(table, &mut row, column, value));
        let row = self.data.store.rows_mut(name).put(row);
        if is_data {
            return;
        }
        let ring = self.data.rings.entry(name).or_default();
        ring.push_back(row.sys_id().into());
        if ring.len() > self.terms.settings.audit_kept {
            let oldest = ring.pop_front().expect("it is full");
            self.data.store.rows_mut(name).remove(&oldest);
        }
    }
}
