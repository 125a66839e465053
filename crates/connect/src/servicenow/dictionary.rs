//! Which columns a table has, those of the tables that it extends included. What the instance does not let us read is not
//! held against a column: then every column may exist.

use super::ServiceNow;
use super::budget::Lane;
use super::error::{CallError, Unaskable};
use super::query::{Condition, Query};
use super::row::Row;
use super::table::cannot_ask;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long an instance's dictionary is believed.
const FRESH: Duration = Duration::from_secs(15 * 60);
/// How many tables a table may stand on.
const DEEPEST: usize = 12;
/// What is read of a column.
const OF_A_COLUMN: [&str; 9] = [
    "name",
    "element",
    "internal_type",
    "max_length",
    "reference",
    "choice",
    "unique",
    "mandatory",
    "read_only",
];

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type in ServiceNow's words: `string`, `reference`, `boolean`, `glide_date_time`.
    pub kind: String,
    /// How many characters it holds.
    pub max_length: Option<usize>,
    /// The table it points to.
    pub reference: Option<String>,
    /// Whether it takes one of a list of values. Such a column cannot be emptied by an empty value.
    pub choice: bool,
    /// Whether no two rows may have the same value.
    pub unique: bool,
    /// Whether it must have a value.
    pub mandatory: bool,
    /// Whether it is computed or closed to writers.
    pub read_only: bool,
}

/// The columns of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns {
    known: Option<BTreeMap<String, Column>>,
}

impl Columns {
    /// Of a table whose dictionary may not be read: every column may exist.
    pub fn unknown() -> Self {
        Self { known: None }
    }

    /// Exactly these columns.
    pub fn of(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { known: Some(columns.into_iter().map(|it| (it.name.clone(), it)).collect()) }
    }

    /// Whether the dictionary could be read.
    pub fn is_known(&self) -> bool {
        self.known.is_some()
    }

    /// What is known of a column.
    pub fn get(&self, name: &str) -> Option<&Column> {
        self.known.as_ref()?.get(name)
    }

    /// Whether there may be such a column.
    pub fn may_have(&self, name: &str) -> bool {
        self.known.as_ref().is_none_or(|it| it.contains_key(name))
    }

    /// All columns that are known, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Column> {
        self.known.iter().flat_map(BTreeMap::values)
    }
}

/// What was read of the dictionary so far.
#[derive(Debug, Default)]
pub(super) struct Cache {
    tables: Mutex<HashMap<String, (Instant, Arc<Columns>)>>,
    /// Held by whoever reads, so that a hundred who start together read once.
    reading: tokio::sync::Mutex<()>,
}

impl Cache {
    fn get(&self, table: &str) -> Option<Arc<Columns>> {
        let tables = self.tables();
        tables.get(table).filter(|(read, _)| read.elapsed() < FRESH).map(|(_, columns)| Arc::clone(columns))
    }

    fn tables(&self) -> MutexGuard<'_, HashMap<String, (Instant, Arc<Columns>)>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ServiceNow {
    /// The columns of a table; read once in a quarter of an hour.
    ///
    /// # Errors
    /// If the instance cannot be asked. That it does not let the account read the dictionary is no error.
    pub async fn columns(&self, table: &str) -> Result<Arc<Columns>, CallError> {
        if let Some(columns) = self.inner.dictionary.get(table) {
            return Ok(columns);
        }
        let _turn = self.inner.dictionary.reading.lock().await;
        if let Some(columns) = self.inner.dictionary.get(table) {
            return Ok(columns);
        }
        let columns = Arc::new(unless_closed(self.read_columns(table).await)?.unwrap_or_default());
        let entry = (Instant::now(), Arc::clone(&columns));
        self.inner.dictionary.tables().insert(table.to_owned(), entry);
        Ok(columns)
    }

    /// Forgets which columns tables have: somebody says that they have changed.
    pub fn forget_columns(&self) {
        self.inner.dictionary.tables().clear();
    }

    /// Refuses a query about columns that the table certainly has not, as far as its dictionary was read already.
    pub(super) fn check_columns(&self, table: &str, query: &Query) -> Result<(), CallError> {
        let Some(known) = self.inner.dictionary.get(table) else { return Ok(()) };
        let first = |column: &str| column.split('.').next().unwrap_or_default().to_owned();
        match query.columns().into_iter().find(|it| !known.may_have(&first(it))) {
            Some(column) => Err(cannot_ask(table, column, Unaskable::Column)),
            None => Ok(()),
        }
    }

    /// `None` if what can be read is not the whole dictionary of the table.
    async fn read_columns(&self, table: &str) -> Result<Option<Columns>, CallError> {
        let Some(ancestry) = self.ancestry(table).await? else { return Ok(None) };
        let query = Query::of(Condition::one_of("name", &ancestry)).and(Condition::is_not_empty("element"));
        let mut pages = self.pages(Lane::Normal, "sys_dictionary", &query, &OF_A_COLUMN, 1000);
        let mut rows = Vec::new();
        while let Some(page) = pages.next().await? {
            rows.extend(page);
        }
        let hidden = pages.total().is_some_and(|it| it > rows.len() as u64);
        let columns = columns_of(&ancestry, &rows);
        // Every table has ids; a dictionary that does not say so is not all there.
        let whole = !hidden && columns.may_have("sys_id");
        Ok(whole.then_some(columns))
    }

    /// The table and those that it extends, the nearest first; `None` if the instance does not show them.
    async fn ancestry(&self, table: &str) -> Result<Option<Vec<String>>, CallError> {
        let mut ancestry = vec![table.to_owned()];
        for _ in 0..DEEPEST {
            let name = ancestry.last().expect("it begins with the table itself");
            let query = Query::all().is("name", name);
            let above =
                self.list(Lane::Normal, "sys_db_object", &query, &["name", "super_class.name"]).await?;
            let [row] = above.as_slice() else { return Ok(None) };
            match row.get("super_class.name") {
                "" => return Ok(Some(ancestry)),
                above => ancestry.push(above.to_owned()),
            }
        }
        Ok(None)
    }
}

/// What the account may not read is unknown, and no error.
fn unless_closed(columns: Result<Option<Columns>, CallError>) -> Result<Option<Columns>, CallError> {
    match columns {
        Err(CallError::Refused(_) | CallError::Missing { .. } | CallError::CannotAsk { .. }) => Ok(None),
        other => other,
    }
}

/// The columns by name. A table may redefine a column that it inherits.
fn columns_of(ancestry: &[String], rows: &[Row]) -> Columns {
    let mut columns = BTreeMap::new();
    for table in ancestry.iter().rev() {
        let of_table = rows.iter().filter(|it| it.get("name") == table);
        columns.extend(of_table.map(|it| (it.get("element").to_owned(), column(it))));
    }
    Columns { known: Some(columns) }
}

fn column(row: &Row) -> Column {
    let is = |name: &str| row.get(name) == "true";
    Column {
        name: row.get("element").to_owned(),
        kind: row.get("internal_type").to_owned(),
        max_length: row.get("max_length").parse().ok().filter(|it| *it > 0),
        reference: Some(row.get("reference").to_owned()).filter(|it| !it.is_empty()),
        choice: !matches!(row.get("choice"), "" | "0"),
        unique: is("unique"),
        mandatory: is("mandatory"),
        read_only: is("read_only"),
    }
}
