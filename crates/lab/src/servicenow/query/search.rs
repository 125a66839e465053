//! Finding the rows of a query: by index where one serves, else by looking at every row of the table.
//!
//! An index only narrows; every row that it gives is still asked whether it matches.

use std::cmp::Ordering;
use std::sync::Arc;

use super::bind::{Bound, Condition, Test, View};
use super::condition::{Operator, compare};
use super::{Order, Query};
use crate::servicenow::dictionary::{Kind, Table};
use crate::servicenow::row::Row;
use crate::servicenow::store::Rows;

impl View<'_> {
    /// The rows of a table that match, in the order that the query asks for, else by id. With `strict`, a query of which a
    /// part is ignored finds nothing.
    pub(crate) fn search(&self, table: &Table, query: &Query, strict: bool) -> Vec<Arc<Row>> {
        let bound = self.bind(table, query);
        if bound.ignored && strict {
            return Vec::new();
        }
        let mut rows = self.scan(table, &bound);
        if !query.order.iter().all(|order| order.path == "sys_id" && !order.descending) {
            self.sort(table, &query.order, &mut rows);
        }
        rows
    }

    fn scan(&self, table: &Table, bound: &Bound) -> Vec<Arc<Row>> {
        let base = self.dictionary.base(table);
        let all = self.store.rows(&base.name);
        let of_class = |row: &Row| {
            table.extends.is_none() || self.dictionary.is_a(row.get("sys_class_name"), &table.name)
        };
        let wanted = |row: &&Arc<Row>| of_class(row) && self.matches(table, row, bound);
        match self.candidates(table, bound) {
            Some(ids) => ids.iter().filter_map(|id| all.get(id)).filter(wanted).cloned().collect(),
            None => match after(bound) {
                Some(sys_id) => all.after(sys_id).filter(wanted).cloned().collect(),
                None => all.iter().filter(wanted).cloned().collect(),
            },
        }
    }

    /// Ids among which all matching rows are, sorted; nothing if no index helps.
    fn candidates(&self, table: &Table, bound: &Bound) -> Option<Vec<Arc<str>>> {
        let mut ids = Vec::new();
        for all in &bound.alternatives {
            let narrowed = all.iter().filter_map(|any| self.narrow_any(table, any));
            ids.extend(narrowed.min_by_key(Vec::len)?);
        }
        ids.sort_unstable();
        ids.dedup();
        Some(ids)
    }

    fn narrow_any(&self, table: &Table, any: &[Condition]) -> Option<Vec<Arc<str>>> {
        let narrowed: Option<Vec<_>> = any.iter().map(|condition| self.narrow(table, condition)).collect();
        narrowed.map(|ids| ids.concat())
    }

    fn narrow(&self, table: &Table, condition: &Condition) -> Option<Vec<Arc<str>>> {
        match &condition.test {
            Test::Is(Operator::Equals, value) => self.by_values(table, &condition.path, &[value]),
            Test::OneOf { values, not: false } => {
                self.by_values(table, &condition.path, &values.iter().collect::<Vec<_>>())
            }
            _ => None,
        }
    }

    fn by_values(&self, table: &Table, path: &str, values: &[&String]) -> Option<Vec<Arc<str>>> {
        let rows = self.store.rows(&self.dictionary.base(table).name);
        match path.split_once('.') {
            _ if values.iter().any(|value| value.is_empty()) => None,
            None if path == "sys_id" => Some(values.iter().map(|value| value.as_str().into()).collect()),
            None => indexed(rows, path, values.iter().map(|value| value.as_str())),
            Some((first, rest)) => {
                let reference = table.columns.get(first)?.reference.as_deref()?;
                let ids = self.by_values(self.dictionary.table(reference)?, rest, values)?;
                indexed(rows, first, ids.iter().map(|id| &**id))
            }
        }
    }

    /// Sorts by what people see of references, and by values else.
    fn sort(&self, table: &Table, order: &[Order], rows: &mut [Arc<Row>]) {
        let known: Vec<(&Order, Kind)> =
            order.iter().filter_map(|order| Some((order, self.kind(table, &order.path)?))).collect();
        rows.sort_by(|left, right| {
            let each = known.iter().map(|(order, kind)| {
                let ordering = self.order(table, *kind, &order.path, left, right);
                if order.descending { ordering.reverse() } else { ordering }
            });
            each.fold(Ordering::Equal, Ordering::then)
        });
    }

    fn order(&self, table: &Table, kind: Kind, path: &str, left: &Row, right: &Row) -> Ordering {
        let (left_value, right_value) = (self.read(table, left, path), self.read(table, right, path));
        if kind != Kind::Reference {
            return compare(kind, left_value, right_value);
        }
        let shown = |row| match self.walk(table, row, path) {
            Some((table, row)) => self.display(table, row),
            None => "",
        };
        compare(Kind::Text, shown(left), shown(right))
    }
}

fn indexed<'v>(rows: &Rows, column: &str, values: impl Iterator<Item = &'v str>) -> Option<Vec<Arc<str>>> {
    rows.has_index(column).then(|| values.flat_map(|value| rows.with(column, value)).collect())
}

/// The id of `sys_id>…`, by which clients page.
fn after(bound: &Bound) -> Option<&str> {
    let [all] = bound.alternatives.as_slice() else { return None };
    let ids = all.iter().filter_map(|any| match any.as_slice() {
        [Condition { path, test: Test::Is(Operator::Greater, value), .. }] if path == "sys_id" => {
            Some(value.as_str())
        }
        _ => None,
    });
    ids.max()
}
