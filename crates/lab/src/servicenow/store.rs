//! Where the rows are: one table for each family of classes, with hash indexes on the columns that people are found by.
//!
//! It keeps rows and indexes in step and decides nothing: what a write means is settled in [`super::change`] before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::dictionary::{Dictionary, Table};
use super::row::Row;

/// The rows of a family of tables.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    rows: BTreeMap<Arc<str>, Arc<Row>>,
    indexes: BTreeMap<Arc<str>, Index>,
}

/// All rows of an instance, by the base table of their family.
#[derive(Debug)]
pub(crate) struct Store {
    tables: BTreeMap<Arc<str>, Rows>,
}

/// Values, folded as the database's collation does, and the rows that have them.
type Index = HashMap<Box<str>, Posting>;

/// Most values are held by one row; a set of its own for each would double the memory of an instance.
#[derive(Debug)]
enum Posting {
    One(Arc<str>),
    Many(BTreeSet<Arc<str>>),
}

/// The form under which the database's collation compares text.
pub(crate) fn fold(text: &str) -> String {
    text.to_lowercase()
}

impl Posting {
    fn add(&mut self, sys_id: &Arc<str>) {
        match self {
            Self::One(one) if one == sys_id => {}
            Self::One(one) => *self = Self::Many([Arc::clone(one), Arc::clone(sys_id)].into()),
            Self::Many(many) => _ = many.insert(Arc::clone(sys_id)),
        }
    }

    /// Whether nothing is left.
    fn take(&mut self, sys_id: &str) -> bool {
        match self {
            Self::One(one) => **one == *sys_id,
            Self::Many(many) => {
                many.remove(sys_id);
                many.is_empty()
            }
        }
    }

    fn ids(&self) -> Vec<Arc<str>> {
        match self {
            Self::One(one) => vec![Arc::clone(one)],
            Self::Many(many) => many.iter().cloned().collect(),
        }
    }
}

impl Rows {
    /// The row of this id.
    pub(crate) fn get(&self, sys_id: &str) -> Option<&Arc<Row>> {
        self.rows.get(sys_id)
    }

    /// All rows in the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.rows.values()
    }

    /// The rows whose ids come after this one.
    pub(crate) fn after<'a>(&'a self, sys_id: &str) -> impl Iterator<Item = &'a Arc<Row>> + use<'a> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.rows.range::<str, _>((Excluded(sys_id), Unbounded)).map(|(_, row)| row)
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether look-ups by this column are quick.
    pub(crate) fn has_index(&self, column: &str) -> bool {
        self.indexes.contains_key(column)
    }

    /// The ids of the rows with this value, up to case, in an indexed column.
    pub(crate) fn with(&self, column: &str, value: &str) -> Vec<Arc<str>> {
        let index = self.indexes.get(column).expect("the column is indexed");
        index.get(fold(value).as_str()).map(Posting::ids).unwrap_or_default()
    }

    /// The rows with exactly this value in an indexed column.
    pub(crate) fn exactly(&self, column: &str, value: &str) -> Vec<&Arc<Row>> {
        let ids = self.with(column, value);
        ids.iter().filter_map(|id| self.get(id)).filter(|row| row.get(column) == value).collect()
    }

    /// Writes a row over the one with the same id, if there is one.
    pub(crate) fn put(&mut self, row: Row) -> Arc<Row> {
        let row = Arc::new(row);
        let sys_id: Arc<str> = row.sys_id().into();
        let before = self.rows.insert(Arc::clone(&sys_id), Arc::clone(&row));
        for (column, index) in &mut self.indexes {
            let (old, new) = (before.as_ref().map_or("", |it| it.get(column)), row.get(column));
            if before.is_some() && old == new {
                continue;
            }
            leave(index, old, &sys_id);
            enter(index, new, &sys_id);
        }
        row
    }

    /// Takes a row away.
    pub(crate) fn remove(&mut self, sys_id: &str) -> Option<Arc<Row>> {
        let row = self.rows.remove(sys_id)?;
        for (column, index) in &mut self.indexes {
            leave(index, row.get(column), sys_id);
        }
        Some(row)
    }
}

fn enter(index: &mut Index, value: &str, sys_id: &Arc<str>) {
    if !value.is_empty() {
        let one = || Posting::One(Arc::clone(sys_id));
        index.entry(fold(value).into()).and_modify(|posting| posting.add(sys_id)).or_insert_with(one);
    }
}

fn leave(index: &mut Index, value: &str, sys_id: &str) {
    let key = fold(value);
    if index.get_mut(key.as_str()).is_some_and(|posting| posting.take(sys_id)) {
        index.remove(key.as_str());
    }
}

impl Store {
    /// No rows, and an index for each column that the dictionary wants one for.
    pub(crate) fn new(dictionary: &Dictionary) -> Self {
        let base = dictionary.tables().filter(|table| table.extends.is_none());
        let tables = base.map(|table| (Arc::clone(&table.name), Self::empty(table))).collect();
        Self { tables }
    }

    fn empty(table: &Table) -> Rows {
        let indexed = table.columns.values().filter(|column| column.indexed);
        let indexes = indexed.map(|column| (Arc::clone(&column.name), Index::new())).collect();
        Rows { rows: BTreeMap::new(), indexes }
    }

    /// The rows of a base table.
    pub(crate) fn rows(&self, base: &str) -> &Rows {
        self.tables.get(base).expect("the dictionary has this base table")
    }

    /// The rows of a base table, to write.
    pub(crate) fn rows_mut(&mut self, base: &str) -> &mut Rows {
        self.tables.get_mut(base).expect("the dictionary has this base table")
    }

    /// All base tables with their rows.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (&Arc<str>, &Rows)> {
        self.tables.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servicenow::settings::Settings;

    fn row(sys_id: &str, email: &str) -> Row {
        let mut row = Row::default();
        row.set(&"sys_id".into(), sys_id);
        row.set(&"email".into(), email);
        row
    }

    #[test]
    fn indexes_follow_the_rows() {
        let mut store = Store::new(&Dictionary::new(&Settings::default()));
        let users = store.rows_mut("sys_user");
        users.put(row("a", "Ada@x"));
        users.put(row("b", "ada@x"));
        assert_eq!(users.with("email", "ADA@x").len(), 2);
        assert_eq!(users.exactly("email", "ada@x").len(), 1);
        users.put(row("a", "other@x"));
        assert_eq!(users.with("email", "ada@x"), ["b".into()]);
        users.remove("b");
        assert!(users.with("email", "ada@x").is_empty());
        assert_eq!((users.len(), users.has_index("email"), users.has_index("title")), (1, true, false));
        assert_eq!(users.after("a").count(), 0);
    }
}
