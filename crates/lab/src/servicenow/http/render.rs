//! Rows as JSON: which columns, and each value as data, as people see it, or as both.
//!
//! Everything is text, and a reference is an object with a link unless the caller leaves links out.

use jiff::ToSpan;
use serde_json::{Map, Value, json};

use super::asked::Asked;
use crate::servicenow::dictionary::{Column, Kind, Table};
use crate::servicenow::query::bind::View;
use crate::servicenow::query::dates;
use crate::servicenow::row::Row;

/// How a caller wants rows.
#[derive(Debug)]
pub(super) struct Form<'a> {
    fields: Option<Vec<&'a str>>,
    mode: Mode,
    links: bool,
    origin: &'a str,
    /// Hours east of UTC, for what people see.
    offset: i8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Data,
    Display,
    Both,
}

impl<'a> Form<'a> {
    pub(super) fn of(asked: &'a Asked, offset: i8) -> Self {
        let fields = asked.parameter("sysparm_fields").filter(|list| !list.trim().is_empty());
        let mode = match asked.parameter("sysparm_display_value") {
            Some("true") => Mode::Display,
            Some("all") => Mode::Both,
            _ => Mode::Data,
        };
        Self {
            fields: fields.map(|list| list.split(',').map(str::trim).collect()),
            mode,
            links: !asked.is("sysparm_exclude_reference_link"),
            origin: &asked.origin,
            offset,
        }
    }

    /// A row of a table. Names that are no columns are left out.
    pub(super) fn row(&self, view: &View<'_>, table: &Table, row: &Row) -> Value {
        let mut object = Map::new();
        match &self.fields {
            None => {
                for column in table.columns.values() {
                    object.insert(column.name.to_string(), self.value(view, table, row, column));
                }
            }
            Some(fields) => {
                for field in fields {
                    if let Some(value) = self.field(view, table, row, field) {
                        object.insert((*field).to_owned(), value);
                    }
                }
            }
        }
        Value::Object(object)
    }

    /// The value at the end of a walk over references; empty where the walk breaks off.
    fn field(&self, view: &View<'_>, table: &Table, row: &Row, path: &str) -> Option<Value> {
        let Some((walk, last)) = path.rsplit_once('.') else {
            return Some(self.value(view, table, row, table.columns.get(path)?));
        };
        view.kind(table, path)?;
        match view.walk(table, row, walk) {
            Some((table, row)) => Some(self.value(view, table, row, table.columns.get(last)?)),
            None => Some(self.pair("", "", None)),
        }
    }

    fn value(&self, view: &View<'_>, table: &Table, row: &Row, column: &Column) -> Value {
        let value = row.get(&column.name);
        match column.kind {
            Kind::Reference if !value.is_empty() => {
                let reference = column.reference.as_deref().unwrap_or_default();
                let shown =
                    view.referred(table, row, &column.name).map(|(table, row)| view.display(table, row));
                self.pair(value, shown.unwrap_or_default(), Some(reference))
            }
            // What was written to a journal is in rows of its own, and a password is nobody's to read.
            Kind::Journal | Kind::Password => self.pair("", "", None),
            Kind::DateTime => self.pair(value, &self.local(value), None),
            _ => self.pair(value, column.label(value), None),
        }
    }

    /// A value and what people see, in the form that was asked for; `reference` is the table that it leads to.
    fn pair(&self, value: &str, shown: &str, reference: Option<&str>) -> Value {
        let link = reference
            .filter(|_| self.links)
            .map(|table| format!("{}/api/now/table/{table}/{value}", self.origin));
        match (self.mode, link) {
            (Mode::Data, Some(link)) => json!({ "link": link, "value": value }),
            (Mode::Data, None) => json!(value),
            (Mode::Display, Some(link)) => json!({ "display_value": shown, "link": link }),
            (Mode::Display, None) => json!(shown),
            (Mode::Both, Some(link)) => json!({ "display_value": shown, "link": link, "value": value }),
            (Mode::Both, None) => json!({ "display_value": shown, "value": value }),
        }
    }

    /// A time in the caller's zone.
    fn local(&self, value: &str) -> String {
        let moved = dates::parse(value).and_then(|at| at.checked_add(i64::from(self.offset).hours()).ok());
        moved.map(dates::text).unwrap_or_default()
    }
}
