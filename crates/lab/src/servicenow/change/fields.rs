//! The values of a write, as the dictionary takes them: text cut to its length, references looked up, dates and numbers
//! read, and everything that cannot be written dropped without a word.

use serde_json::Value;

use super::Editor;
use crate::servicenow::dictionary::{Column, Kind, Table};
use crate::servicenow::faults::{Transform, When, runs};
use crate::servicenow::query::dates;
use crate::servicenow::row::Row;
use crate::servicenow::store::Store;

/// What a caller sends.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    values: Vec<(String, String)>,
    /// `sysparm_input_display_value`: references and choices are named as people see them.
    pub(crate) as_displayed: bool,
}

/// System columns that nobody writes.
const SYSTEM: [&str; 7] = [
    "sys_id",
    "sys_created_on",
    "sys_created_by",
    "sys_updated_on",
    "sys_updated_by",
    "sys_mod_count",
    "sys_class_name",
];

impl Draft {
    /// Values by column.
    pub(crate) fn new<'v>(values: impl IntoIterator<Item = (&'v str, &'v str)>) -> Self {
        let owned = |(column, value): (&str, &str)| (column.to_owned(), value.to_owned());
        Self { values: values.into_iter().map(owned).collect(), as_displayed: false }
    }

    /// The values of a JSON object. Numbers, booleans and null are taken as their text; of a reference object its value.
    pub(crate) fn of_json(object: &serde_json::Map<String, Value>, as_displayed: bool) -> Self {
        let values = object.iter().map(|(column, value)| (column.clone(), text(value, as_displayed)));
        Self { values: values.collect(), as_displayed }
    }

    /// Hands out the values as they were sent.
    pub(crate) fn copy_to(&self, mut set: impl FnMut(&str, &str)) {
        for (column, value) in &self.values {
            set(column, value);
        }
    }

    /// The id that the caller would like the row to have.
    pub(crate) fn sys_id(&self) -> Option<&str> {
        self.values.iter().find(|(column, _)| column == "sys_id").map(|(_, value)| value.as_str())
    }
}

fn text(value: &Value, as_displayed: bool) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(object) => {
            let key = if as_displayed { "display_value" } else { "value" };
            object
                .get(key)
                .or_else(|| object.get("value"))
                .map(|it| text(it, as_displayed))
                .unwrap_or_default()
        }
        other => other.to_string(),
    }
}

impl Editor<'_> {
    /// Writes what can be written of the draft, then what the owner's rules make of it. Gives back the journal entries.
    pub(super) fn fill(
        &self,
        table: &Table,
        row: &mut Row,
        draft: &Draft,
        when: When,
    ) -> Vec<(String, String)> {
        let mut journal = Vec::new();
        for (name, value) in &draft.values {
            let Some(column) = table.columns.get(name.as_str()).filter(|it| self.is_writable(table, it))
            else {
                continue;
            };
            if column.kind == Kind::Journal {
                journal.extend((!value.is_empty()).then(|| (name.clone(), value.clone())));
            } else if let Some(value) = self.accept(column, value, draft.as_displayed) {
                row.set(&column.name, &value);
            }
        }
        self.alter(table, row, when);
        journal
    }

    fn is_writable(&self, table: &Table, column: &Column) -> bool {
        let rules = self.terms.faults.read_only.iter().filter(|rule| rule.table == *table.name);
        let is_read_only = rules.flat_map(|rule| &rule.columns).any(|it| *it == *column.name);
        // `name` follows from its parts, and roles are given with rows of their own.
        let is_computed =
            &*table.name == "sys_user" && matches!(&*column.name, "name" | "roles" | "accumulated_roles");
        !SYSTEM.contains(&&*column.name) && !is_computed && (!is_read_only || self.terms.caller.is_admin())
    }

    /// The value as the column holds it; nothing if it stays as it is.
    fn accept(&self, column: &Column, value: &str, as_displayed: bool) -> Option<String> {
        if value.is_empty() {
            // A choice cannot be emptied over the API.
            return (!column.choice).then(String::new);
        }
        match column.kind {
            Kind::Boolean => Some(matches!(value, "true" | "1" | "True" | "TRUE").to_string()),
            Kind::Integer => value.trim().parse::<i64>().ok().map(|number| number.to_string()),
            Kind::DateTime => dates::parse(value).map(dates::text),
            Kind::Date => dates::parse(value).map(|at| at.date().to_string()),
            Kind::Reference if as_displayed => Some(self.named(column, value)),
            Kind::Text if as_displayed && column.choice => Some(cut(column.stored(value), column.max_length)),
            _ => Some(cut(value, column.max_length)),
        }
    }

    /// The id of a row with this display value: the first of several, and none if there is none. What looks like the id of
    /// a row is taken for one, whatever it was meant to be.
    fn named(&self, column: &Column, value: &str) -> String {
        let table = column.reference.as_deref().and_then(|name| self.terms.dictionary.table(name));
        let Some(table) = table else { return cut(value, column.max_length) };
        let rows = self.data.store.rows(&self.terms.dictionary.base(table).name);
        if rows.get(value).is_some() {
            return value.to_owned();
        }
        first_by_display(&self.data.store, table, &self.terms.dictionary.base(table).name, value)
    }

    /// Rules of the owner that change what is written.
    fn alter(&self, table: &Table, row: &mut Row, when: When) {
        let rules = self.terms.faults.alter.iter();
        for rule in rules.filter(|rule| rule.table == *table.name && runs(rule.when, when)) {
            let present = row.get(&rule.column);
            let altered = match (&rule.value, rule.transform) {
                (Some(value), _) => value.clone(),
                (None, Some(Transform::Lower)) => present.to_lowercase(),
                (None, Some(Transform::Upper)) => present.to_uppercase(),
                (None, Some(Transform::Trim)) => present.trim().to_owned(),
                (None, None) => continue,
            };
            self.set(table, row, &rule.column, &altered);
        }
    }
}

fn first_by_display(store: &Store, table: &Table, base: &str, value: &str) -> String {
    let rows = store.rows(base);
    let first = if rows.has_index(&table.display) {
        rows.with(&table.display, value).first().map(ToString::to_string)
    } else {
        let same = |row: &&std::sync::Arc<Row>| row.get(&table.display).eq_ignore_ascii_case(value);
        rows.iter().find(same).map(|row| row.sys_id().to_owned())
    };
    first.unwrap_or_default()
}

/// The first `length` characters.
fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}
