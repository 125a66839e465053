//! A resource as the database has it: the row, and beside it what SCIM alone knows of the row.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Value, json};

use super::attribute::{Attribute, Kind, Shape};
use super::document::{self, Document};
use crate::servicenow::dictionary::Table;
use crate::servicenow::faults::Scim;
use crate::servicenow::query::bind::View;
use crate::servicenow::query::dates;
use crate::servicenow::row::Row;
use crate::servicenow::store::Store;

/// A row with its companions.
pub(super) struct Record<'r> {
    pub(super) row: &'r Row,
    /// As good as always at most one; nothing keeps an instance from having more.
    companions: Vec<&'r Arc<Row>>,
}

/// Reads the records of one kind.
pub(super) struct Reader<'a> {
    pub(super) kind: &'static Kind,
    pub(super) table: &'a Table,
    pub(super) view: View<'a>,
    pub(super) attributes: Vec<Attribute<'a>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(kind: &'static Kind, view: View<'a>, set_up: &'a Scim) -> Self {
        let table = view.dictionary.table(kind.table).expect("a built-in table");
        Self { kind, table, view, attributes: kind.attributes(set_up) }
    }

    pub(super) fn record(&self, row: &'a Row) -> Record<'a> {
        Record { row, companions: companions(self.view.store, self.kind, row.sys_id()) }
    }

    /// The value of an attribute as the database has it; empty without one.
    pub(super) fn text<'r>(&self, record: &Record<'r>, attribute: &Attribute<'_>) -> &'r str
    where
        'a: 'r,
    {
        if attribute.in_companion {
            return record.companions.first().map_or("", |row| row.get(attribute.column));
        }
        match attribute.shape {
            Shape::Display => {
                let referred = self.view.referred(self.table, record.row, attribute.column);
                referred.map_or("", |(table, row)| self.view.display(table, row))
            }
            _ => record.row.get(attribute.column),
        }
    }

    /// All values of an attribute: those of every companion.
    pub(super) fn texts<'r>(&self, record: &Record<'r>, attribute: &Attribute<'_>) -> Vec<&'r str>
    where
        'a: 'r,
    {
        match attribute.in_companion {
            true => record.companions.iter().map(|row| row.get(attribute.column)).collect(),
            false => vec![self.text(record, attribute)],
        }
    }

    /// The resource with everything that is known of it, but a group's members.
    pub(super) fn resource(&self, record: &Record<'_>, base: &str) -> Document {
        let schemas: Vec<&str> =
            std::iter::once(self.kind.schema).chain(self.kind.extensions(&self.attributes)).collect();
        let mut document = Document::new();
        document.insert("schemas".to_owned(), json!(schemas));
        let meta = json!({ "resourceType": self.kind.name });
        document.insert("meta".to_owned(), meta);
        for attribute in &self.attributes {
            let text = self.text(record, attribute);
            let value = match attribute.shape {
                Shape::Truth => json!(text == "true"),
                _ if text.is_empty() => continue,
                Shape::Time => json!(utc(text)),
                _ => json!(text),
            };
            document::put(&mut document, attribute, value);
        }
        document["meta"]["location"] =
            json!(format!("{base}/{}/{}", self.kind.endpoint, record.row.sys_id()));
        document
    }
}

/// The rows with what SCIM knows of a row, oldest id first.
pub(super) fn companions<'s>(store: &'s Store, kind: &Kind, sys_id: &str) -> Vec<&'s Arc<Row>> {
    match kind.companion {
        Some((table, column)) => store.rows(table).exactly(column, sys_id),
        None => Vec::new(),
    }
}

/// A time as SCIM writes it.
fn utc(text: &str) -> Cow<'_, str> {
    match dates::parse(text) {
        Some(at) => Cow::Owned(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        None => Cow::Borrowed(text),
    }
}

/// The members of a group, each with what people call them.
pub(super) fn members(view: &View<'_>, group: &str, base: &str) -> Vec<Value> {
    let memberships = view.store.rows("sys_user_grmember").exactly("group", group);
    let member = |row: &&Arc<Row>| {
        let user = view.store.rows("sys_user").get(row.get("user"))?;
        let id = user.sys_id();
        Some(json!({
            "value": id,
            "display": user.get("name"),
            "type": "User",
            "$ref": format!("{base}/Users/{id}"),
        }))
    };
    memberships.iter().filter_map(member).collect()
}
