//! A row: the values of one record, all of them text, as the database holds them.
//!
//! Columns without a value are not stored; reading one gives the empty string, as the Table API does.

use std::sync::Arc;

/// One record of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Sorted by column.
    values: Vec<(Arc<str>, Box<str>)>,
}

impl Row {
    /// The value of a column; empty if it has none.
    pub fn get(&self, column: &str) -> &str {
        self.position(column).map_or("", |at| &self.values[at].1)
    }

    /// The record's id.
    pub fn sys_id(&self) -> &str {
        self.get("sys_id")
    }

    /// Whether a boolean column is true.
    pub fn is(&self, column: &str) -> bool {
        self.get(column) == "true"
    }

    /// The columns that have a value, sorted by name.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(column, value)| (&**column, &**value))
    }

    /// Gives a column a value; an empty one takes its value away.
    pub(crate) fn set(&mut self, column: &Arc<str>, value: &str) {
        match (self.position(column), value.is_empty()) {
            (Ok(at), true) => _ = self.values.remove(at),
            (Ok(at), false) => self.values[at].1 = value.into(),
            (Err(at), false) => self.values.insert(at, (Arc::clone(column), value.into())),
            (Err(_), true) => {}
        }
    }

    fn position(&self, column: &str) -> Result<usize, usize> {
        self.values.binary_search_by(|(it, _)| (**it).cmp(column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_and_go() {
        let mut row = Row::default();
        let (name, city): (Arc<str>, Arc<str>) = ("name".into(), "city".into());
        row.set(&name, "Ada");
        row.set(&city, "London");
        row.set(&name, "Ada Lovelace");
        assert_eq!(row.values().collect::<Vec<_>>(), [("city", "London"), ("name", "Ada Lovelace")]);
        row.set(&city, "");
        assert_eq!((row.get("city"), row.get("absent")), ("", ""));
        assert_eq!(row.values().count(), 1);
    }
}
